"""Menus and shortcuts: every action of the window in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from emsync_desktop.menus import Menu, letter_of
from emsync_desktop.shortcuts.dialog import NamedAction
from emsync_desktop.shortcuts.keys import Keymap
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
    file, edit, view = tr("&File"), tr("&Edit"), tr("&View")
    playback, score, about = tr("&Playback"), tr("S&core"), tr("&Help")
    return (
        ActionRow("open", file, tr("&Open …"), "Ctrl+O"),
        ActionRow("save", file, tr("&Save project"), "Ctrl+S"),
        ActionRow("save_as", file, tr("Save project &as …"), "Ctrl+Shift+S"),
        ActionRow("import_cuts", file, tr("&Import cuts …"), "Ctrl+I", group=True),
        ActionRow("conform", file, tr("New &version of the edit …"), ""),
        ActionRow("export", file, tr("&Export …"), "Ctrl+E"),
        ActionRow("locate", file, tr("&Locate the film …"), "", group=True),
        ActionRow("recover", file, tr("&Recover unsaved work …"), ""),
        ActionRow("quit", file, tr("&Quit"), "Ctrl+Q"),
        ActionRow("boundary_add", edit, tr("&Add boundary at playhead"), "M", True),
        ActionRow("boundary_remove", edit, tr("Remove &boundary"), "Del", True),
        ActionRow("boundary_hit", edit, tr("&Hit this boundary"), "H", True, checkable=True),
        ActionRow("nudge_left", edit, tr("Boundary one frame &earlier"), "Alt+Left", True),
        ActionRow("nudge_right", edit, tr("Boundary one frame &later"), "Alt+Right", True),
        ActionRow("nudge_left_far", edit, tr("Ten frames earlier"), "Alt+Shift+Left", True),
        ActionRow("nudge_right_far", edit, tr("Ten frames later"), "Alt+Shift+Right", True),
        ActionRow("choose_all", edit, tr("&Choose all boundaries"), "Ctrl+A", True),
        ActionRow("extend_back", edit, tr("Choose one more segment before"), "Shift+Up", True),
        ActionRow("extend_forward", edit, tr("Choose one more segment after"), "Shift+Down", True),
        ActionRow("snap", edit, tr("&Snapping"), "S", True, checkable=True),
        ActionRow("merge", edit, tr("&Merge segments"), "Ctrl+J", group=True),
        ActionRow("tacet", edit, tr("&No music in this segment (tacet)"), "T", True, True),
        ActionRow("lock", edit, tr("&Keep the music of this segment (lock)"), "Ctrl+L", True, True),
        ActionRow("point_reset", edit, tr("Emotion as &detected"), "Ctrl+Backspace"),
        ActionRow("span_start", edit, tr("Range &in at playhead"), "I", True, group=True),
        ActionRow("span_end", edit, tr("Range ou&t at playhead"), "O", True),
        ActionRow("span_segment", edit, tr("Range of the chosen se&gments"), "X", True),
        ActionRow("span_tacet", edit, tr("No music in the range"), "Shift+T", True),
        ActionRow("span_clear", edit, tr("Clear the range"), "Alt+X", True),
        ActionRow("preferences", edit, tr("&Preferences …"), "Ctrl+,", group=True),
        ActionRow("models", edit, tr("M&odels …"), ""),
        ActionRow("read_again", edit, tr("Read the &film again"), ""),
        ActionRow("fit", view, tr("Show the &whole film"), "Shift+Z"),
        ActionRow("zoom_choice", view, tr("Show the range or the chosen &segments"), "Alt+Z"),
        ActionRow("zoom_in", view, tr("Zoom &in"), "Ctrl++"),
        ActionRow("zoom_out", view, tr("Zoom &out"), "Ctrl+-"),
        ActionRow("follow", view, tr("&Follow the playhead"), "F", True, checkable=True),
        ActionRow("mixer", view, tr("&Mixer"), "Ctrl+M", group=True),
        ActionRow("figures", view, tr("Fi&gures of playing"), "Ctrl+Shift+I", checkable=True),
        ActionRow("focus_timeline", view, tr("Go to the &timeline"), "Ctrl+1", group=True),
        ActionRow("focus_point", view, tr("Go to the &circumplex"), "Ctrl+2"),
        ActionRow("focus_takes", view, tr("Go to the ta&kes"), "Ctrl+3"),
        ActionRow("focus_history", view, tr("Go to the &history"), "Ctrl+4"),
        ActionRow("background", view, tr("&Background work and memory"), "Ctrl+5"),
        ActionRow("layout", view, tr("&Usual layout"), "", group=True),
        ActionRow("play", playback, tr("&Play / stop"), "Space", True),
        ActionRow("play_span", playback, tr("Play the &range or segment"), "Shift+Space", True),
        ActionRow("loop", playback, tr("&Loop the range or the film"), "Alt+L", True, True),
        ActionRow("click", playback, tr("&Click on the beats"), "C", True, True),
        ActionRow("streamer", playback, tr("Strea&mer before hits"), "Alt+S", True, True),
        ActionRow("shuttle_back", playback, tr("Play back&wards, faster each time"), "J", True),
        ActionRow("halt", playback, tr("S&top"), "K", True),
        ActionRow("shuttle", playback, tr("Play f&orwards, faster each time"), "L", True),
        ActionRow("previous", playback, tr("Pre&vious boundary"), "Up", True, group=True),
        ActionRow("back", playback, tr("One frame &back"), "Left", True),
        ActionRow("forward", playback, tr("One frame &forward"), "Right", True),
        ActionRow("next", playback, tr("&Next boundary"), "Down", True),
        ActionRow("second_back", playback, tr("One second back"), "Shift+Left", True),
        ActionRow("second_forward", playback, tr("One second forward"), "Shift+Right", True),
        ActionRow("start", playback, tr("To the &start"), "Home", True),
        ActionRow("end", playback, tr("To the &end"), "End", True),
        ActionRow("type_time", playback, tr("&Go to a timecode …"), "G", True),
        ActionRow("generate", score, tr("&Generate"), "Ctrl+G"),
        ActionRow("generate_all", score, tr("Generate a &new take"), "Ctrl+Shift+G"),
        ActionRow("generate_chosen", score, tr("Write this &segment anew"), "Ctrl+R"),
        ActionRow("generate_span", score, tr("Write the &range anew"), "Ctrl+Shift+R"),
        ActionRow("fix_hit", score, tr("&Fix this hit"), "Ctrl+Shift+H"),
        ActionRow("swap_takes", score, tr("Hear the &other take (A / B)"), "Ctrl+B", group=True),
        ActionRow("instruments", score, tr("&Instruments of this take …"), ""),
        ActionRow("rest", score, tr("Release &memory"), ""),
        ActionRow("cancel", score, tr("&Cancel"), "Esc", group=True),
        ActionRow("guide", about, tr("&User guide"), "F1"),
        ActionRow("keys", about, tr("&Keyboard shortcuts …"), "Ctrl+F1"),
        ActionRow("about", about, tr("&About and licences"), "", group=True),
    )


_UNDO_KEYS = {"undo": ("Ctrl+Z",), "redo": ("Ctrl+Shift+Z", "Ctrl+Y")}


def _keys_of(row: ActionRow) -> tuple[str, ...]:
    if row.name == "zoom_in":
        return ("Ctrl++", "Ctrl+=")
    return (row.shortcut,) if row.shortcut else ()


def plain(text: str) -> str:
    """A text of a menu without the marks of its mnemonic."""
    return text.replace("&", "").removesuffix(" …")


class Actions:
    """The window's actions by name, in its menus."""

    def __init__(self, window: QMainWindow) -> None:
        self._by_name: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._on_film: list[QAction] = []
        self._rows = {row.name: row for row in action_rows()}
        self.keymap = Keymap(
            {**_UNDO_KEYS, **{name: _keys_of(row) for name, row in self._rows.items()}},
            menus={f"Alt+{letter_of(row.menu)}": plain(row.menu) for row in self._rows.values()},
            parent=window,
        )
        for row in action_rows():
            menu = self._menus.get(row.menu)
            if menu is None:
                menu = self._menus[row.menu] = Menu(row.menu, window.menuBar())
                window.menuBar().addMenu(menu)
            action = QAction(row.text, window)
            action.setCheckable(row.checkable)
            if row.group:
                menu.addSeparator()
            if row.on_film:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                self._on_film.append(action)
            menu.addAction(action)
            self._by_name[row.name] = action
        self._set_keys()
        self.keymap.changed.connect(self._set_keys)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, name: str, slot: Callable[[], object]) -> None:
        """Do something when an action is chosen."""
        self._by_name[name].triggered.connect(lambda _checked=False: slot())

    @property
    def named(self) -> list[NamedAction]:
        """All actions, for the shortcut editor: menu and words without the marks of mnemonics."""
        edit = plain(tr("&Edit"))
        undo = [NamedAction("undo", edit, tr("Undo")), NamedAction("redo", edit, tr("Redo"))]
        named = [
            NamedAction(row.name, plain(row.menu), plain(row.text)) for row in self._rows.values()
        ]
        at = next(n for n, one in enumerate(named) if one.menu == edit)
        return named[:at] + undo + named[at:]

    def _set_keys(self) -> None:
        for name, action in self._by_name.items():
            keys = [QKeySequence(key) for key in self.keymap.keys(name)]
            action.setShortcuts(keys)
            if keys and name in self._rows:
                key = keys[0].toString(QKeySequence.SequenceFormat.NativeText)
                action.setToolTip(f"{plain(action.text())} ({key})")

    def add_first(self, of: str, actions: dict[str, QAction]) -> None:
        """Put actions made elsewhere (undo, redo), by name, before an action in its menu."""
        self._by_name.update(actions)
        self._set_keys()
        before = self._by_name[of]
        menu = next(menu for menu in self._menus.values() if before in menu.actions())
        menu.insertActions(before, list(actions.values()))
        menu.insertSeparator(before)

    def let_work_on(self, *widgets: QWidget) -> None:
        """Say which widgets show the film: keys without Ctrl work there."""
        for widget in widgets:
            widget.addActions(self._on_film)

    def check(self, name: str, checked: bool) -> None:
        """Show a choice as made, without making it."""
        self._by_name[name].setChecked(checked)

    def enable(self, names: list[str], enabled: bool) -> None:
        for name in names:
            self._by_name[name].setEnabled(enabled)
