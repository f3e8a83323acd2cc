"""What installed models saw, heard and read in the segment; folded until somebody asks."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from emsync_engine.project.model import Named, Segment, SegmentReading

_HEIGHT_PX = 148
_KEPT = "inspector/what_was_read"


class WhatWasRead(QWidget):
    """A line that unfolds: how much each source counted, words, sounds, faces, what is missing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segment: Segment | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.switch = QPushButton()
        self.switch.setProperty("look", "quiet_link")
        self.switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.switch.setCheckable(True)
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
        self._place.setFixedHeight(_HEIGHT_PX)
        self._place.setProperty("look", "panel")
        self._place.setWidget(self.text)
        self.text.setAutoFillBackground(False)  # the panel shows through
        self._place.viewport().setAutoFillBackground(False)
        column.addWidget(self._place)
        is_open = str(QSettings().value(_KEPT, "false")) == "true"
        self.switch.setChecked(is_open)
        self._on_toggled(is_open)

    def show_segment(self, segment: Segment | None) -> None:
        """The segment whose reading is shown."""
        self._segment = segment
        self.switch.setEnabled(segment is not None)
        self._fill()

    def _on_toggled(self, is_open: bool) -> None:
        self.switch.setText(("▾ " if is_open else "▸ ") + self.tr("What was read"))
        self._place.setVisible(is_open)
        QSettings().setValue(_KEPT, "true" if is_open else "false")
        self._fill()

    def _fill(self) -> None:
        if not self.switch.isChecked():
            return  # nothing is looked up that nobody sees
        reading = self._segment.emotion.reading if self._segment else None
        missing = _not_installed()
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

    def _name(self, source: str) -> str:
        names = {
            "clip": self.tr("pictures"),
            "audio-events": self.tr("sounds"),
            "faces": self.tr("faces"),
            "speech": self.tr("speech"),
            "screen-text": self.tr("on-screen text"),
            "text-sentiment": self.tr("sentiment of words"),
            "built-in": self.tr("light, movement, loudness"),
        }
        return names.get(source, source)


def _shares(named: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in named)


def _not_installed() -> dict[str, str]:
    """Extractors that cannot run on this machine, each with its sentence."""
    from emsync_engine.extractors.listing import NAMES, needing, why_off

    reasons = {name: why_off(needing(name)) for name in NAMES}
    return {name: reason for name, reason in reasons.items() if reason is not None}
