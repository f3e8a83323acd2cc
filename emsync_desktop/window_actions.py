"""What the window's actions do, and when they can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emsync_desktop.actions import tr
from emsync_desktop.menus import offer_menu

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

_FILM_ACTIONS = [
    *("save", "save_as", "fit", "zoom_in", "zoom_out", "zoom_choice", "follow", "snap"),
    *("focus_timeline", "focus_point", "play", "play_span", "previous", "back", "forward", "next"),
    *(
        "extend_back",
        "extend_forward",
        "loop",
        "shuttle_back",
        "halt",
        "shuttle",
        "type_time",
        "locate",
    ),
    *("focus_takes", "focus_history", "layout", "mixer", "figures", "click", "streamer"),
    *("second_back", "second_forward", "start", "end", "boundary_add", "choose_all", "merge"),
    *("tacet", "lock", "point_reset", "span_start", "span_end", "span_segment"),
]
_BOUNDARY_ACTIONS = [
    *("boundary_remove", "boundary_hit"),
    *("nudge_left", "nudge_right", "nudge_left_far", "nudge_right_far"),
]
_SPAN_ACTIONS = ["span_tacet", "span_clear"]


def connect_actions(window: MainWindow) -> None:
    """Give every action something to do, and the timeline and the transport their actions."""
    act, page = window.menu_actions, window.page
    undo = window.document.undo_stack.createUndoAction(window, tr("&Undo"))
    redo = window.document.undo_stack.createRedoAction(window, tr("&Redo"))
    act.add_first("boundary_add", {"undo": undo, "redo": redo})
    for slots in (_window_slots(window), _edit_slots(window), _view_slots(window)):
        for name, slot in slots.items():
            act.connect(name, slot)
    for name in ("follow", "snap"):
        act.check(name, True)
    act.let_work_on(page.timeline, page.preview)
    page.console.actions_in_mixer = [
        act[name]
        for name in ("shuttle_back", "halt", "shuttle", "loop", "click", "swap_takes", "mixer")
    ]
    page.preview.add_buttons(
        [
            (act["previous"], "previous"),
            (act["back"], "back"),
            (act["play"], "play"),
            (act["forward"], "forward"),
            (act["next"], "next"),
            (act["loop"], "loop"),
        ]
    )
    for name in ("previous", "back", "play", "forward", "next", "loop"):
        act[name].setIconVisibleInMenu(False)
    menus = {
        "boundary": ("boundary_hit", "boundary_remove", "nudge_left", "nudge_right", "fix_hit"),
        "segment": (
            *("merge", "tacet", "lock", "point_reset", "generate_chosen"),
            *("span_segment", "play_span"),
        ),
        "ruler": (
            *("boundary_add", "span_start", "span_end", "span_tacet", "generate_span"),
            *("span_clear", "fit"),
        ),
    }
    for place, names in menus.items():
        page.timeline.menus[place] = [act[name] for name in names]
    on_picture = ("play", "play_span", "boundary_add", "span_start", "span_end", "type_time")
    offer_menu(page.preview.picture, [act[name] for name in on_picture])


Slots = dict[str, Callable[[], object]]


def _window_slots(window: MainWindow) -> Slots:
    return {
        "open": window.files.ask_for_one,
        "save": window.files.save,
        "save_as": window.files.save_as,
        "import_cuts": window.interchange.ask_for_cuts,
        "conform": window.interchange.ask_for_edit,
        "export": window.export,
        "quit": window.close,
        "generate": window.generating.generate,
        "generate_all": window.generating.generate_all,
        "generate_chosen": window.generating.generate_chosen,
        "generate_span": window.generating.generate_span,
        "fix_hit": window.generating.fix_hit,
        "swap_takes": window.takes.swap,
        "cancel": window.cancel,
        "locate": window.keeping.locate,
        "recover": window.keeping.show_recovery,
        "preferences": window.helping.show_preferences,
        "models": window.models.show,
        "read_again": window.models.rereading.ask,
        "instruments": window.hearing.show_instruments,
        "rest": window.background.release,
        "background": window.background.show,
        "guide": window.helping.show_guide,
        "keys": window.helping.show_keys,
        "about": window.helping.show_about,
    }


def _edit_slots(window: MainWindow) -> Slots:
    editor, page, transport = window.editor, window.page, window.page.transport
    return {
        "boundary_add": lambda: editor.add_boundary(transport.time),
        "boundary_remove": editor.remove_boundary,
        "boundary_hit": editor.toggle_hit,
        "nudge_left": lambda: page.nudge_boundary(-1),
        "nudge_right": lambda: page.nudge_boundary(1),
        "nudge_left_far": lambda: page.nudge_boundary(-10),
        "nudge_right_far": lambda: page.nudge_boundary(10),
        "choose_all": editor.choose_all,
        "extend_back": lambda: editor.extend(-1),
        "extend_forward": lambda: editor.extend(1),
        "merge": editor.merge_segments,
        "tacet": editor.toggle_tacet,
        "lock": editor.toggle_lock,
        "point_reset": lambda: editor.choose_point(None, None),
        "span_start": lambda: editor.mark_start(transport.time),
        "span_end": lambda: editor.mark_end(transport.time),
        "span_segment": editor.mark_chosen,
        "span_tacet": editor.silence_span,
        "span_clear": lambda: editor.mark_span(None),
    }


def _view_slots(window: MainWindow) -> Slots:
    act, page, transport = window.menu_actions, window.page, window.page.transport

    def follow() -> None:
        page.timeline.follows = act["follow"].isChecked()

    def loop() -> None:
        transport.is_looping = act["loop"].isChecked()

    def snap() -> None:
        page.timeline.is_snapping = act["snap"].isChecked()

    return {
        "mixer": page.console.show_mixer,
        "figures": lambda: page.console.switch_figures(act["figures"].isChecked()),
        "click": lambda: page.console.switch_click(act["click"].isChecked()),
        "streamer": lambda: page.console.switch_streamer(act["streamer"].isChecked()),
        "fit": page.timeline.fit,
        "zoom_choice": page.timeline.zoom_to_choice,
        "zoom_in": lambda: page.timeline.zoom(1.5),
        "zoom_out": lambda: page.timeline.zoom(1 / 1.5),
        "follow": follow,
        "snap": snap,
        "focus_timeline": page.timeline.setFocus,
        "focus_point": page.inspector.point.circumplex.setFocus,
        "focus_takes": lambda: page.inspector.score.bring(page.inspector.score.takes),
        "focus_history": lambda: page.inspector.score.bring(page.history),
        "layout": page.usual_layout,
        "play": transport.toggle,
        "play_span": page.play_choice,
        "loop": loop,
        "shuttle_back": lambda: transport.shuttle(-1),
        "halt": transport.stop,
        "shuttle": lambda: transport.shuttle(1),
        "type_time": page.preview.timecode.begin,
        "previous": lambda: page.go_to_boundary(-1),
        "next": lambda: page.go_to_boundary(1),
        "back": lambda: transport.step(-1),
        "forward": lambda: transport.step(1),
        "second_back": lambda: transport.step(-page.clock.rate.nominal),
        "second_forward": lambda: transport.step(page.clock.rate.nominal),
        "start": lambda: transport.go_to_frame(0),
        "end": lambda: transport.go_to_frame(transport.last_frame),
    }


def refresh_actions(window: MainWindow) -> None:
    """Which actions can be chosen now, and which choices are made."""
    act, editor = window.menu_actions, window.editor
    has_film = window.document.project is not None
    act.enable(_FILM_ACTIONS, has_film)
    act.enable(_BOUNDARY_ACTIONS, has_film and editor.boundary is not None)
    act.enable(_SPAN_ACTIONS, has_film and editor.span is not None)
    project, is_idle = window.document.project, not window.scoring.is_busy
    has_take = project is not None and project.take is not None
    act.enable(["generate", "generate_all", "import_cuts", "conform", "read_again"], has_film)
    act.enable(["generate_chosen", "instruments"], has_take)
    act.enable(["generate_span"], has_take and editor.span is not None)
    act.enable(["rest"], is_idle)
    act.enable(["swap_takes"], project is not None and len(project.takes) > 1)
    chosen, boundaries = editor.chosen_segments, editor.chosen_boundaries
    is_on_hit = len(boundaries) == 1 and boundaries[0].is_hit
    act.enable(["fix_hit"], has_take and is_on_hit)
    act.check("tacet", bool(chosen) and all(one.is_tacet for one in chosen))
    act.check("lock", bool(chosen) and all(one.is_locked for one in chosen))
    act.check("boundary_hit", bool(boundaries) and all(one.is_hit for one in boundaries))
