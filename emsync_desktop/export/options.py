"""What an export is made of: results, the music in the film, levels, and room for speech."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.ducking_fields import DuckingFields
from emsync_desktop.export.choices import Choices
from emsync_desktop.fields import Choice
from emsync_desktop.labels import labelled
from emsync_desktop.wording import tr
from emsync_engine.project.ducking import Ducking
from emsync_engine.results import PARTS
from emsync_engine.timing import FrameRate, timecode

_LEVELS = (-14.0, -16.0, -23.0)
_CEILINGS = (-1.0, -2.0, -3.0)


class ExportOptions(QFrame):
    """All fields but name and folder; ``changed`` follows whatever the user changes."""

    changed = Signal()

    def __init__(
        self,
        ducking: Ducking,
        span: tuple[Fraction, Fraction] | None,
        frame_rate: Fraction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self._span = span
        self._is_showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(7)
        self.parts = self._part_boxes(column)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._at = 0
        self._grid = grid
        self.audio = self._choice(self.tr("Music"), self._audio_words())
        self.codec = self._choice(self.tr("Sound coded as"), self._codec_words())
        self.range = self._choice(self.tr("Range"), self._range_words(FrameRate(frame_rate)))
        self.range.setEnabled(span is not None)
        column.addSpacing(6)
        column.addWidget(labelled(self.tr("FILM AND LEVEL"), "heading"))
        column.addLayout(grid)
        self.target = self._choice(self.tr("Music alone"), self._level_words())
        own = (self.tr("its own level"), None)
        self.film_level = self._choice(self.tr("Film's sound"), (own, *self._level_words()))
        peaks = tuple((f"{level:g} dBTP", level) for level in _CEILINGS)
        self.ceiling = self._choice(self.tr("True peak at most"), peaks)
        column.addSpacing(6)
        column.addWidget(labelled(self.tr("ROOM FOR SPEECH"), "heading"))
        self.ducking_fields = DuckingFields()
        self.ducking_fields.show_ducking(ducking)
        self.ducking_fields.changed.connect(self._on_changed)
        column.addWidget(self.ducking_fields)
        column.addStretch(1)

    # -- building

    def _part_boxes(self, column: QVBoxLayout) -> dict[str, QCheckBox]:
        column.addWidget(labelled(self.tr("WHAT"), "heading"))
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        boxes: dict[str, QCheckBox] = {}
        for number, (part, words, tip) in enumerate(self._part_words()):
            box = boxes[part] = QCheckBox(words)
            box.setToolTip(tip)
            box.setAccessibleDescription(tip)
            box.toggled.connect(self._on_changed)
            grid.addWidget(box, number // 2, number % 2)
        column.addLayout(grid)
        return boxes

    def _part_words(self) -> tuple[tuple[str, str, str], ...]:
        return (
            ("film", tr("Film"), tr("The picture copied, with the music in its sound.")),
            ("wav", tr("Music as WAV"), tr("48 kHz, 24 bits, with the film's start timecode.")),
            ("stems", tr("Stems"), tr("A WAV for each family; they add up to the music.")),
            ("flac", tr("Music as FLAC"), tr("The same samples in about half the room.")),
            ("midi", tr("MIDI"), tr("The notes, with the tempo map and markers.")),
            ("constant_midi", tr("MIDI, one tempo"), tr("The same seconds under one tempo.")),
            ("hits", tr("Hit report"), tr("Where the music lands, as a table and a page.")),
            ("handoff", tr("Hand-off folder"), tr("Mix, stems, MIDI, markers and timelines.")),
        )

    def _audio_words(self) -> tuple[tuple[str, object], ...]:
        return (
            (self.tr("under the original sound"), "under"),
            (self.tr("beside it, as a second track"), "beside"),
            (self.tr("instead of it"), "instead"),
        )

    def _codec_words(self) -> tuple[tuple[str, object], ...]:
        return (
            (self.tr("as usual in the container"), "auto"),
            ("AAC", "aac"),
            ("Opus", "opus"),
            (self.tr("PCM, uncompressed"), "pcm"),
            ("FLAC", "flac"),
        )

    def _range_words(self, rate: FrameRate) -> tuple[tuple[str, object], ...]:
        words: list[tuple[str, object]] = [(self.tr("the whole film"), False)]
        if self._span is not None:
            start, end = (timecode(rate.nearest_frame(time), rate) for time in self._span)
            words.append((f"{start} – {end}", True))
        return tuple(words)

    def _level_words(self) -> tuple[tuple[str, object], ...]:
        uses = {-14.0: self.tr("video sites"), -16.0: self.tr("podcasts"), -23.0: "EBU R 128"}
        return tuple((f"{level:g} LUFS, {uses[level]}", level) for level in _LEVELS)

    def _choice(self, words: str, entries: tuple[tuple[str, object], ...]) -> Choice:
        choice = Choice()
        choice.setAccessibleName(words)
        choice.setMinimumContentsLength(16)
        for entry, data in entries:
            choice.addItem(entry, data)
        choice.currentIndexChanged.connect(self._on_changed)
        label = labelled(words, "quiet")
        label.setBuddy(choice)
        self._grid.addWidget(label, self._at, 0)
        self._grid.addWidget(choice, self._at, 1)
        self._at += 1
        return choice

    # -- reading and showing

    @property
    def choices(self) -> Choices:
        """What is chosen; the preset's name is left to ``matching_preset``."""
        parts = tuple(part for part in PARTS if part in self.parts and self.parts[part].isChecked())
        return Choices(
            "",
            parts,
            str(self.audio.currentData()),
            str(self.codec.currentData()),
            float(self.target.currentData()),
            self.film_level.currentData(),
            float(self.ceiling.currentData()),
        )

    @property
    def span(self) -> tuple[Fraction, Fraction] | None:
        """The range that is exported; None for the whole film."""
        return self._span if self.range.currentData() else None

    @property
    def ducking(self) -> Ducking:
        """Room for speech."""
        return self.ducking_fields.ducking

    def show_choices(self, choices: Choices) -> None:
        """Let the fields show some choices, without a word on each."""
        self._is_showing = True
        for part, box in self.parts.items():
            box.setChecked(part in choices.parts)
        for field, value in (
            (self.audio, choices.audio),
            (self.codec, choices.codec),
            (self.target, choices.target_lufs),
            (self.film_level, choices.film_lufs),
            (self.ceiling, choices.ceiling_dbtp),
        ):
            field.setCurrentIndex(max(field.findData(value), 0))
        self._is_showing = False
        self._enable()

    def _on_changed(self, _value: object = None) -> None:
        if not self._is_showing:
            self._enable()
            self.changed.emit()

    def _enable(self) -> None:
        """What does not matter for these choices cannot be chosen."""
        has_film = self.parts["film"].isChecked()
        is_under = has_film and self.audio.currentData() == "under"
        self.audio.setEnabled(has_film)
        self.codec.setEnabled(has_film)
        self.film_level.setEnabled(is_under)
        self.ducking_fields.setEnabled(is_under)
