"""The mixer: a row for each sound, over the window while the film plays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.fields import Choice
from emsync_desktop.labels import labelled
from emsync_desktop.preview.device import Device
from emsync_desktop.preview.levels import HIGHEST_DB, STRIPS, Levels
from emsync_desktop.preview.panel import level_words
from emsync_desktop.preview.room_fields import RoomFields
from emsync_desktop.preview.strips import LEAST_DB, MUSIC, ORIGINAL, Strip
from emsync_desktop.timeline.names import lane_title
from emsync_desktop.wording import tr

_PAN_STEPS = 20


class StripRow:
    """Level, pan, mute and solo of one sound, as widgets of a grid."""

    def __init__(self, window: MixerWindow, name: str, title: str) -> None:
        self.title = labelled(title, "plain")
        self.gain = QSlider(Qt.Orientation.Horizontal)
        self.gain.setRange(LEAST_DB, HIGHEST_DB)
        self.gain.setMinimumWidth(170)
        self.gain.setAccessibleName(tr("Level of {sound}").format(sound=title))
        self.words = labelled("", "quiet")
        self.words.setMinimumWidth(52)
        self.pan = QSlider(Qt.Orientation.Horizontal)
        self.pan.setRange(-_PAN_STEPS, _PAN_STEPS)
        self.pan.setFixedWidth(80)
        self.pan.setAccessibleName(tr("Left or right, {sound}").format(sound=title))
        self.mute = self._switch("M", tr("Mute {sound}").format(sound=title))
        self.solo = self._switch("S", tr("Solo {sound}").format(sound=title))
        levels = window.levels
        self.gain.valueChanged.connect(partial(levels.set_gain, name))
        self.pan.valueChanged.connect(lambda steps: levels.set_pan(name, steps / _PAN_STEPS))
        self.mute.toggled.connect(partial(levels.mute, name))
        self.solo.toggled.connect(partial(levels.solo, name))

    def _switch(self, letter: str, name: str) -> QPushButton:
        button = QPushButton(letter)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setProperty("look", "choice")
        button.setFixedWidth(42)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    @property
    def widgets(self) -> list[QWidget]:
        """In the order of the columns; the music as a whole is not moved aside."""
        return [self.title, self.gain, self.words, self.pan, self.mute, self.solo]

    def show_strip(self, strip: Strip) -> None:
        self.gain.setValue(round(strip.gain_db))
        self.pan.setValue(round(strip.pan * _PAN_STEPS))
        self.mute.setChecked(strip.is_muted)
        self.solo.setChecked(strip.is_solo)
        self.words.setText(level_words(strip.gain_db, tr("off")))

    def enable(self, is_on: bool) -> None:
        for widget in self.widgets:
            widget.setEnabled(is_on)


class MixerWindow(QDialog):
    """Stays over the window, which goes on working; closes without a question."""

    device_chosen = Signal(str)
    matching_chosen = Signal(bool)
    devices_asked = Signal()
    ducking_chosen = Signal(object)
    """``Ducking``: how the music makes room for speech."""

    def __init__(self, levels: Levels, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("Mixer"))
        self.levels = levels
        self.rows = {name: StripRow(self, name, self._title(name)) for name in STRIPS}
        self.note = labelled("", "quiet")
        self.note.setWordWrap(True)
        self.device = Choice()
        self.device.setAccessibleName(self.tr("Output"))
        self.matching = QCheckBox(self.tr("Takes equally loud when compared"))
        self.matching.setChecked(True)
        self.room = RoomFields(self)
        self._lay_out()
        self.room.chosen.connect(self.ducking_chosen)
        self.matching.toggled.connect(self.matching_chosen)
        self.device.activated.connect(lambda: self.device_chosen.emit(self.device.currentData()))
        levels.changed.connect(self._show_levels)
        self._show_levels()

    def _title(self, name: str) -> str:
        return self.tr("Music") if name == MUSIC else lane_title(name)[0]

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(labelled(self.tr("LEVEL"), "heading"), 0, 1)
        grid.addWidget(labelled(self.tr("PAN"), "heading"), 0, 3)
        for at, (name, row) in enumerate(self.rows.items(), start=1):
            for place, widget in enumerate(row.widgets):
                grid.addWidget(widget, at + (at > 2), place)
            if name == MUSIC:
                row.pan.hide()
        grid.addWidget(self._rule(), 3, 0, 1, 6)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addWidget(self._rule())
        column.addWidget(self.room)
        column.addWidget(self._rule())
        below = QHBoxLayout()
        below.addWidget(labelled(self.tr("Output"), "field"))
        below.addWidget(self.device, 1)
        column.addLayout(below)
        last = QHBoxLayout()
        last.addWidget(self.matching, 1)
        reset = QPushButton(self.tr("Reset levels"))
        reset.setAutoDefault(False)
        reset.clicked.connect(self.levels.reset)
        last.addWidget(reset)
        column.addLayout(last)

    def _rule(self) -> QFrame:
        rule = QFrame()
        rule.setProperty("look", "rule")
        return rule

    def show_sound(self, *, has_device: bool, has_music: bool, families: Sequence[str]) -> None:
        """What can be heard: rows that would change nothing are off, and it is said why."""
        for name, row in self.rows.items():
            is_family = name not in (ORIGINAL, MUSIC)
            in_take = has_music and (name in families if is_family else True)
            row.enable(has_device and (name == ORIGINAL or in_take))
        if not has_device:
            words = self.tr("There is no audio device: the preview is silent.")
        elif has_music and not families:
            words = self.tr("The families of this take cannot be heard one by one.")
        else:
            words = ""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def show_devices(self, devices: Sequence[Device], chosen: str) -> None:
        """Outputs to choose from; the first is the one that the system chooses."""
        self.device.clear()
        for one in devices:
            words = one.name or self.tr("As the system chooses ({device})").format(device=one.words)
            self.device.addItem(words, one.name)
        if not devices:
            self.device.addItem(self.tr("None"), "")
        self.device.setEnabled(len(devices) > 0)
        self.device.setCurrentIndex(max(self.device.findData(chosen), 0))

    def _show_levels(self) -> None:
        for name, row in self.rows.items():
            row.show_strip(self.levels.strips[name])
