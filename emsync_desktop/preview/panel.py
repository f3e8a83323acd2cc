"""Picture and transport: what is seen and heard, and the buttons that move through it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.icons import IconName, icon
from emsync_desktop.labels import labelled
from emsync_desktop.preview.levels import HIGHEST_DB, Levels
from emsync_desktop.preview.picture_view import PictureView
from emsync_desktop.preview.strips import LEAST_DB, MUSIC, ORIGINAL
from emsync_desktop.timecode_field import TimecodeField

ROOMY_PX = 680


def level_words(level_db: float, off: str) -> str:
    """A level as a mixer says it; the lowest position of a fader is off."""
    level = round(level_db)
    return off if level <= LEAST_DB else f"{level:+d} dB" if level else "0 dB"


class PreviewPanel(QFrame):
    """Picture, timecode, transport buttons and two faders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.picture = PictureView()
        self.timecode = TimecodeField()
        self.length = labelled("", "quiet")
        self.speed = labelled("", "speed")
        self.speed.setAccessibleName(self.tr("Speed"))
        self.levels = Levels(self)
        self.original = self._fader(self.tr("Level of the original sound"), ORIGINAL)
        self.music = self._fader(self.tr("Level of the music"), MUSIC)
        self._original_words = labelled("", "quiet")
        self._music_words = labelled("", "quiet")
        self._play = QAction(self)
        self._icons: list[tuple[QAction, IconName]] = []
        self._is_playing = False
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self._lay_out()
        self.levels.changed.connect(self._show_levels)
        self._show_levels()

    def _fader(self, name: str, strip: str) -> QSlider:
        fader = QSlider(Qt.Orientation.Horizontal)
        fader.setRange(LEAST_DB, HIGHEST_DB)
        fader.setValue(round(self.levels.strips[strip].gain_db))
        fader.setMinimumWidth(70)
        fader.setMaximumWidth(120)
        fader.setAccessibleName(name)
        fader.valueChanged.connect(lambda level_db: self.levels.set_gain(strip, level_db))
        return fader

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(10)
        column.addWidget(self.picture, 1)
        row = QHBoxLayout()
        row.setSpacing(10)
        column.addLayout(row)
        row.addWidget(self.timecode)
        row.addWidget(self.length)
        row.addWidget(self.speed)
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        for label, fader in (
            (self._original_words, self.original),
            (self._music_words, self.music),
        ):
            side = QVBoxLayout()
            side.setSpacing(2)
            side.addWidget(label)
            side.addWidget(fader)
            row.addLayout(side)

    def add_buttons(self, actions: list[tuple[QAction, IconName]]) -> None:
        """Transport buttons, each for an action, with the name of its icon."""
        for action, name in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            self._icons.append((action, name))
            action.setIcon(icon(name))
            if name == "play":
                self._play = action
            button.setIconSize(QSize(17, 17))
            button.setFixedSize(38, 32)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text().replace("&", ""))
            self._buttons.addWidget(button)

    def show_sound(self, *, has_device: bool, has_music: bool) -> None:
        """Faders that would change nothing are off."""
        self.original.setEnabled(has_device)
        self.music.setEnabled(has_device and has_music)

    def show_playing(self, is_playing: bool) -> None:
        """The play button shows what it would do."""
        self._is_playing = is_playing
        self._play.setIcon(icon("pause" if is_playing else "play"))

    def show_speed(self, speed: int) -> None:
        """How fast it plays, where that is not as usual."""
        self.speed.setText("" if speed == 1 else f"×{speed}".replace("-", "−"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        """Where there is little room, the film's length is left out."""
        super().resizeEvent(event)
        self.length.setVisible(self.width() >= ROOMY_PX)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt override
        """In other colours the icons are drawn anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for action, name in self._icons:
                is_pause = action is self._play and self._is_playing
                action.setIcon(icon("pause" if is_pause else name))

    def _show_levels(self) -> None:
        off = self.tr("off")
        for fader, label, name, strip in (
            (self.original, self._original_words, self.tr("original"), ORIGINAL),
            (self.music, self._music_words, self.tr("music"), MUSIC),
        ):
            level_db = self.levels.strips[strip].gain_db
            fader.setValue(round(level_db))
            label.setText(f"{name} {level_words(level_db, off)}")
