"""What was read in the segment: distribution, confidence, reasons; folded away if not wanted."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emsync_desktop.fields import ElidedLabel
from emsync_desktop.inspector.distribution import DistributionBars, ranked
from emsync_desktop.inspector.read import WhatWasRead
from emsync_desktop.inspector.reasons import reasons_words
from emsync_desktop.labels import labelled
from emsync_desktop.timeline.names import emotion_name
from emsync_engine.emotion.mapping import emotion_posterior
from emsync_engine.project.model import Segment

_KEPT = "inspector/reading"
_TWO_LINES_PX = 31


class EmotionReading(QWidget):
    """Distribution, confidence and reasons.

    In a low window the words of *What was read* take the place of the bars, and folded the whole
    is one line, so that there is room for the score below; both choices are remembered.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_roomy = True
        self._words = ""
        self._is_chosen = False
        self.fold = QPushButton()
        self.fold.setProperty("look", "fold")
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.setCheckable(True)
        self._summary = ElidedLabel()
        self._summary.setProperty("look", "quiet")
        self._bars = DistributionBars()
        self._reasons = labelled("", "quiet")
        self._reasons.setWordWrap(True)
        self._reasons.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.read = WhatWasRead()
        self._lay_out()
        self.fold.setChecked(str(QSettings().value(_KEPT, "true")) != "false")
        self.fold.toggled.connect(self._on_folded)
        self.read.switch.toggled.connect(self._refresh)
        self._refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.fold)
        row.addWidget(self._summary, 1)
        row.addStretch()
        row.addWidget(self.read.switch)
        column.addLayout(row)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(4)
        body.addWidget(self._bars)
        body.addWidget(self._reasons)
        column.addWidget(self._body)
        column.addWidget(self.read)

    def set_roomy(self, is_roomy: bool) -> None:
        """Whether there is room for bars and words together."""
        if is_roomy != self._is_roomy:
            self._is_roomy = is_roomy
            self._refresh()

    def show_segment(self, segment: Segment | None) -> None:
        """What was read; at a point that was chosen instead, the emotions that lie there."""
        chosen = segment.emotion.chosen if segment else None
        read = segment.emotion.distribution if segment else None
        shown = read if chosen is None else emotion_posterior(chosen)
        self._bars.show_distribution(shown, read if chosen is not None else None)
        self._is_chosen = chosen is not None
        self.read.show_segment(segment)
        self._show_reasons(segment)
        self._summary.setText("")
        if shown:
            name, share = ranked(shown)[0]
            self._summary.setText(f"{emotion_name(name)} {share:.0%}")
        self._refresh()

    def _show_reasons(self, segment: Segment | None) -> None:
        if segment is None:
            self._words = ""
            self._reasons.setText("")
            return
        text = self.tr("confidence {value:.2f}").format(value=segment.emotion.confidence)
        reasons = reasons_words(segment.emotion.explanation)
        words = self._words = f"{text} · {reasons}" if reasons else text
        self._fit_reasons()
        built_in_alone = self.tr(
            "Read from light, colour, movement and loudness; the story is not understood."
        )
        more = "" if segment.emotion.reading else f"\n{built_in_alone}"
        self._reasons.setToolTip(words + more)

    def _on_folded(self, is_open: bool) -> None:
        QSettings().setValue(_KEPT, "true" if is_open else "false")
        self._refresh()

    def _refresh(self) -> None:
        is_open, has_words = self.fold.isChecked(), self.read.switch.isChecked()
        title, marks = self.tr("READ FROM THE FILM"), ""
        if self._is_chosen:
            title = self.tr("AT THE CHOSEN POINT")
            marks = self.tr("The thin marks are what was read from the film.")
        self.fold.setText(("▾ " if is_open else "▸ ") + title)
        self.fold.setToolTip(marks)
        self._summary.setVisible(not is_open)
        self.read.switch.setVisible(is_open)
        self._body.setVisible(is_open and (self._is_roomy or not has_words))
        self.read.setVisible(is_open and has_words)
        self._fit_reasons()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        self._fit_reasons()

    def _fit_reasons(self) -> None:
        """All of the reasons, or as many of their words as two lines hold."""
        most = 1 << 14 if self._is_roomy else _TWO_LINES_PX
        self._reasons.setMaximumHeight(most)
        metrics, room = self._reasons.fontMetrics(), QRect(0, 0, max(self.width(), 60), 1 << 14)

        def height(text: str) -> int:
            return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()

        shown, words = self._words, self._words.split(" ")
        while words and height(shown) > most:
            words.pop()
            shown = " ".join(words).rstrip(",;·") + " …"
        if shown != self._reasons.text():
            self._reasons.setText(shown)
