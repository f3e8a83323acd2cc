"""What installed models saw, heard and read in the segment; folded until somebody asks."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from emsync_engine.project.model import Named, Segment, SegmentReading

_LEAST_PX, _MOST_PX = 82, 148
_KEPT = "inspector/what_was_read"


class WhatWasRead(QWidget):
    """A line that unfolds: how much each source counted, words, sounds, faces, what is missing."""

    models_asked = Signal()
    """The user wants to see the models that are missing."""
    again_asked = Signal()
    """The user wants the film read again, with the models that are there now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segment: Segment | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.switch = QPushButton()
        self.switch.setProperty("look", "small_link")
        self.switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.switch.setCheckable(True)
        self.switch.setToolTip(self.tr("What was seen, heard and read in this segment"))
        self.switch.setAccessibleName(self.tr("What was read"))
        self.switch.toggled.connect(self._on_toggled)
        column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        self.text = QLabel()
        self.text.setProperty("look", "quiet")
        self.text.setTextFormat(Qt.TextFormat.PlainText)  # words of a film are nobody's markup
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(self.tr("What was read"))
        self._place = QScrollArea()
        self._place.setWidgetResizable(True)
        self._place.setFrameShape(QFrame.Shape.NoFrame)
        self._place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place.setMinimumHeight(_LEAST_PX)
        self._place.setMaximumHeight(_MOST_PX)
        self._place.setProperty("look", "panel")
        self._place.setWidget(self.text)
        self.text.setAutoFillBackground(False)  # the panel shows through
        self._place.viewport().setAutoFillBackground(False)
        column.addWidget(self._place)
        column.addLayout(self._ways_on())
        is_open = str(QSettings().value(_KEPT, "false")) == "true"
        self.switch.setChecked(is_open)
        self._on_toggled(is_open)

    def _ways_on(self) -> QHBoxLayout:
        """What can be done about what is missing."""
        row = QHBoxLayout()
        row.setSpacing(4)
        self.models_button = QPushButton(self.tr("Models …"))
        self.models_button.clicked.connect(self.models_asked)
        self.again_button = QPushButton(self.tr("Read again"))
        self.again_button.setToolTip(
            self.tr("Read the film again with the models that are installed now")
        )
        self.again_button.clicked.connect(self.again_asked)
        for button in (self.models_button, self.again_button):
            button.setProperty("look", "link")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def look_again(self) -> None:
        """What is installed may be another now."""
        self._fill()

    def show_segment(self, segment: Segment | None) -> None:
        """The segment whose reading is shown."""
        self._segment = segment
        self.switch.setEnabled(segment is not None)
        self._fill()

    def _on_toggled(self, is_open: bool) -> None:
        self.switch.setText(("▾ " if is_open else "▸ ") + self.tr("Why"))
        self._place.setVisible(is_open)
        QSettings().setValue(_KEPT, "true" if is_open else "false")
        self._fill()

    def _fill(self) -> None:
        is_open = self.switch.isChecked() and self._segment is not None
        self.models_button.setVisible(False)
        self.again_button.setVisible(False)
        if not self.switch.isChecked():
            return  # nothing is looked up that nobody sees
        reading = self._segment.emotion.reading if self._segment else None
        missing, all_names = _not_installed(), len(self._names())
        self.models_button.setVisible(is_open and bool(missing))
        self.again_button.setVisible(is_open and reading is None and len(missing) < all_names)
        lines = [*self._lines(reading), *self._missing_lines(missing)]
        self.text.setText("\n".join(lines) if self._segment else "")
        self.text.setToolTip("\n".join(missing.values()))

    def _lines(self, reading: SegmentReading | None) -> list[str]:
        """What there is to tell, a line each."""
        if reading is None:
            return [self.tr("Read from light, colour, movement and loudness alone.")]
        shares = [(self._name(name), share) for name, share in reading.counted]
        counted = _shares(sorted(shares, key=lambda pair: -pair[1]))
        found = [self.tr("Counted: {shares}").format(shares=counted)]
        if reading.pictures:
            found.append(self.tr("Pictures: {what}").format(what=_shares(reading.pictures)))
        found += self._face_lines(reading.faces)
        if reading.sounds:
            found.append(self.tr("Heard: {what}").format(what=_shares(reading.sounds)))
        labels = {source: _shares([(label, share)]) for source, label, share in reading.words}
        for source, words, line in (
            ("speech", reading.speech, self.tr("Said: “{words}”")),
            ("screen-text", reading.screen_text, self.tr("Written: “{words}”")),
        ):
            if words:
                label = f" ({labels[source]})" if source in labels else ""
                found.append(line.format(words=words) + label)
        return found

    def _face_lines(self, faces: Named) -> list[str]:
        if not faces:
            return []
        share = faces[0][1]
        if not share:
            return [self.tr("Faces: none")]
        line = self.tr("Faces: in {share:.0%} of the pictures, {what}")
        return [line.format(share=share, what=_shares(faces[1:]))]

    def _missing_lines(self, missing: dict[str, str]) -> list[str]:
        """Which models could have a part, and do not."""
        if not missing:
            return []
        names = ", ".join(self._name(name) for name in missing)
        line = self.tr("Not installed, and so not read: {names}")
        return ["", line.format(names=names)]

    def _names(self) -> dict[str, str]:
        """What each extractor reads."""
        return {
            "clip": self.tr("pictures"),
            "audio-events": self.tr("sounds"),
            "faces": self.tr("faces"),
            "speech": self.tr("speech"),
            "screen-text": self.tr("on-screen text"),
            "text-sentiment": self.tr("sentiment of words"),
        }

    def _name(self, source: str) -> str:
        if source == "built-in":
            return self.tr("light, movement, loudness")
        return self._names().get(source, source)


def _shares(named: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in named)


def _not_installed() -> dict[str, str]:
    """Extractors that cannot run on this machine, each with its sentence."""
    from emsync_desktop.models.needs import lack_words, lacks

    return {name: lack_words(lack) for name, lack in lacks().items()}
