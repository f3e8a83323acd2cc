"""Every action of the window: its menu, its words and its usual key."""

from __future__ import annotations

from dataclasses import dataclass

from emsync_desktop.wording import tr


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One entry of a menu. ``on_film`` ones work where picture or timeline have the focus."""

    name: str
    menu: str
    text: str
    shortcut: str
    on_film: bool = False
    checkable: bool = False
    group: bool = False  # a line stands before it


def action_rows() -> tuple[ActionRow, ...]:
    """All actions in the order of the menus."""
    return (
        *_file(),
        *_edit_boundaries(),
        *_edit_segments(),
        *_view(),
        *_playback(),
        *_playback_places(),
        *_score(),
        *_help(),
    )


def _file() -> tuple[ActionRow, ...]:
    """Films, projects and what is written."""
    menu = tr("&File")
    return (
        ActionRow("open", menu, tr("&Open …"), "Ctrl+O"),
        ActionRow("save", menu, tr("&Save project"), "Ctrl+S"),
        ActionRow("save_as", menu, tr("Save project &as …"), "Ctrl+Shift+S"),
        ActionRow("import_cuts", menu, tr("&Import cuts …"), "Ctrl+I", group=True),
        ActionRow("conform", menu, tr("New &version of the edit …"), ""),
        ActionRow("export", menu, tr("&Export …"), "Ctrl+E"),
        ActionRow("locate", menu, tr("&Locate the film …"), "", group=True),
        ActionRow("recover", menu, tr("&Recover unsaved work …"), ""),
        ActionRow("quit", menu, tr("&Quit"), "Ctrl+Q"),
    )


def _edit_boundaries() -> tuple[ActionRow, ...]:
    """Boundaries, and what is chosen."""
    menu = tr("&Edit")
    return (
        ActionRow("boundary_add", menu, tr("&Add boundary at playhead"), "M", True),
        ActionRow("boundary_remove", menu, tr("Remove &boundary"), "Del", True),
        ActionRow("boundary_hit", menu, tr("&Hit this boundary"), "H", True, checkable=True),
        ActionRow("nudge_left", menu, tr("Boundary one frame &earlier"), "Alt+Left", True),
        ActionRow("nudge_right", menu, tr("Boundary one frame &later"), "Alt+Right", True),
        ActionRow("nudge_left_far", menu, tr("Ten frames earlier"), "Alt+Shift+Left", True),
        ActionRow("nudge_right_far", menu, tr("Ten frames later"), "Alt+Shift+Right", True),
        ActionRow("choose_all", menu, tr("&Choose all boundaries"), "Ctrl+A", True),
        ActionRow("extend_back", menu, tr("Choose one more segment before"), "Shift+Up", True),
        ActionRow("extend_forward", menu, tr("Choose one more segment after"), "Shift+Down", True),
        ActionRow("snap", menu, tr("&Snapping"), "S", True, checkable=True),
    )


def _edit_segments() -> tuple[ActionRow, ...]:
    """Segments, the marked range, and how the program is set."""
    menu = tr("&Edit")
    return (
        ActionRow("merge", menu, tr("&Merge segments"), "Ctrl+J", group=True),
        ActionRow("tacet", menu, tr("&No music in this segment (tacet)"), "T", True, True),
        ActionRow("lock", menu, tr("&Keep the music of this segment (lock)"), "Ctrl+L", True, True),
        ActionRow("point_reset", menu, tr("Emotion as &detected"), "Ctrl+Backspace"),
        ActionRow("span_start", menu, tr("Range &in at playhead"), "I", True, group=True),
        ActionRow("span_end", menu, tr("Range ou&t at playhead"), "O", True),
        ActionRow("span_segment", menu, tr("Range of the chosen se&gments"), "X", True),
        ActionRow("span_tacet", menu, tr("No music in the range"), "Shift+T", True),
        ActionRow("span_clear", menu, tr("Clear the range"), "Alt+X", True),
        ActionRow("preferences", menu, tr("&Preferences …"), "Ctrl+,", group=True),
        ActionRow("models", menu, tr("M&odels …"), ""),
        ActionRow("read_again", menu, tr("Read the &film again"), ""),
    )


def _view() -> tuple[ActionRow, ...]:
    """What is seen, and where the keyboard is."""
    menu = tr("&View")
    return (
        ActionRow("fit", menu, tr("Show the &whole film"), "Shift+Z"),
        ActionRow("zoom_choice", menu, tr("Show the range or the chosen &segments"), "Alt+Z"),
        ActionRow("zoom_in", menu, tr("Zoom &in"), "Ctrl++"),
        ActionRow("zoom_out", menu, tr("Zoom &out"), "Ctrl+-"),
        ActionRow("follow", menu, tr("&Follow the playhead"), "F", True, checkable=True),
        ActionRow("mixer", menu, tr("&Mixer"), "Ctrl+M", group=True),
        ActionRow("figures", menu, tr("Fi&gures of playing"), "Ctrl+Shift+I", checkable=True),
        ActionRow("focus_timeline", menu, tr("Go to the &timeline"), "Ctrl+1", group=True),
        ActionRow("focus_point", menu, tr("Go to the &circumplex"), "Ctrl+2"),
        ActionRow("focus_takes", menu, tr("Go to the ta&kes"), "Ctrl+3"),
        ActionRow("focus_history", menu, tr("Go to the &history"), "Ctrl+4"),
        ActionRow("background", menu, tr("&Background work and memory"), "Ctrl+5"),
        ActionRow("layout", menu, tr("&Usual layout"), "", group=True),
    )


def _playback() -> tuple[ActionRow, ...]:
    """Playing."""
    menu = tr("&Playback")
    return (
        ActionRow("play", menu, tr("&Play / stop"), "Space", True),
        ActionRow("play_span", menu, tr("Play the &range or segment"), "Shift+Space", True),
        ActionRow("loop", menu, tr("&Loop the range or the film"), "Alt+L", True, True),
        ActionRow("click", menu, tr("&Click on the beats"), "C", True, True),
        ActionRow("streamer", menu, tr("Strea&mer before hits"), "Alt+S", True, True),
        ActionRow("shuttle_back", menu, tr("Play back&wards, faster each time"), "J", True),
        ActionRow("halt", menu, tr("S&top"), "K", True),
        ActionRow("shuttle", menu, tr("Play f&orwards, faster each time"), "L", True),
    )


def _playback_places() -> tuple[ActionRow, ...]:
    """Going to places of the film."""
    menu = tr("&Playback")
    return (
        ActionRow("previous", menu, tr("Pre&vious boundary"), "Up", True, group=True),
        ActionRow("back", menu, tr("One frame &back"), "Left", True),
        ActionRow("forward", menu, tr("One frame &forward"), "Right", True),
        ActionRow("next", menu, tr("&Next boundary"), "Down", True),
        ActionRow("second_back", menu, tr("One second back"), "Shift+Left", True),
        ActionRow("second_forward", menu, tr("One second forward"), "Shift+Right", True),
        ActionRow("start", menu, tr("To the &start"), "Home", True),
        ActionRow("end", menu, tr("To the &end"), "End", True),
        ActionRow("type_time", menu, tr("&Go to a timecode …"), "G", True),
    )


def _score() -> tuple[ActionRow, ...]:
    """The music."""
    menu = tr("S&core")
    return (
        ActionRow("generate", menu, tr("&Generate"), "Ctrl+G"),
        ActionRow("generate_all", menu, tr("Generate a &new take"), "Ctrl+Shift+G"),
        ActionRow("generate_chosen", menu, tr("Write this &segment anew"), "Ctrl+R"),
        ActionRow("generate_span", menu, tr("Write the &range anew"), "Ctrl+Shift+R"),
        ActionRow("fix_hit", menu, tr("&Fix this hit"), "Ctrl+Shift+H"),
        ActionRow("swap_takes", menu, tr("Hear the &other take (A / B)"), "Ctrl+B", group=True),
        ActionRow("instruments", menu, tr("&Instruments of this take …"), ""),
        ActionRow("rest", menu, tr("Release &memory"), ""),
        ActionRow("cancel", menu, tr("&Cancel"), "Esc", group=True),
    )


def _help() -> tuple[ActionRow, ...]:
    """What the program says about itself."""
    menu = tr("&Help")
    return (
        ActionRow("guide", menu, tr("&User guide"), "F1"),
        ActionRow("keys", menu, tr("&Keyboard shortcuts …"), "Ctrl+F1"),
        ActionRow("about", menu, tr("&About and licences"), "", group=True),
    )
