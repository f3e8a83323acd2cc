"""The right side of the window: the chosen segment, the score, and the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.inspector.reading import EmotionReading
from emsync_desktop.inspector.score import ScoreSettings
from emsync_desktop.inspector.segment import PointEditor, SegmentHeader
from emsync_desktop.labels import labelled
from emsync_desktop.plans import Plan
from emsync_engine.project.model import Segment

ROOMY_PX = 540
"""From this height on bars, words and the score's fields have room at once."""
LOW_PX = 400
"""Below this height what is said twice is left out."""


class InspectorPanel(QFrame):
    """Holds the parts; the main window connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        self.header = SegmentHeader()
        self.point = PointEditor()
        self.reading = EmotionReading()
        self.score = ScoreSettings()
        self.generate = QPushButton(self.tr("Generate"))
        self.generate.setProperty("look", "accent")
        self.generate.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stale = labelled("", "stale")
        self.stale.setWordWrap(True)
        self.stale.hide()
        self._is_busy, self._tip = False, ""
        self._stale, self._is_low = 0, False
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(self.header)
        sides = QHBoxLayout()
        sides.setSpacing(18)
        column.addLayout(sides, 1)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.point, 1)
        left.addWidget(self.stale)
        self._below = QHBoxLayout()
        self._below.setSpacing(6)
        self._below.addWidget(self.generate, 1)
        left.addLayout(self._below)
        sides.addLayout(left, 10)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.reading)
        rule = QFrame()
        rule.setProperty("look", "rule")
        right.addWidget(rule)
        right.addWidget(self.score, 1)
        sides.addLayout(right, 13)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        self.reading.set_roomy(self.height() >= ROOMY_PX)
        is_low = self.height() < LOW_PX
        if is_low != self._is_low:
            self._is_low = is_low
            self._arrange()

    def _arrange(self) -> None:
        """In a low panel the way back stands beside Generate, which also says what is stale."""
        self.point.shorten_reset(self._is_low)
        if self._is_low:
            self._below.insertWidget(0, self.point.reset)
        else:
            self.point.take_back_reset()
        self.stale.setVisible(self._stale > 0 and not self._is_low)

    def show_segments(
        self, segment: Segment | None, chosen: list[Segment], clock: FilmClock
    ) -> None:
        """The segment that was chosen last, and all that are chosen with it."""
        self.header.show_segments(chosen, clock)
        self.point.show_segment(segment, [one for one in chosen if one is not segment])
        self.reading.show_segment(segment)

    def show_busy(self, is_busy: bool) -> None:
        """Whether Generate begins now, or waits behind what is under way."""
        self._is_busy = is_busy
        self._tell()

    def show_plan(self, plan: Plan, *, stale: int) -> None:
        """What Generate would write, and how many segments are stale."""
        self.generate.setText(plan.words)
        tip = self.tr("Compose a take for the whole film")
        if plan.kind == "parts":
            tip = self.tr("Write these parts anew; everything else keeps its notes")
        self._tip = tip
        self._tell()
        words = self.tr("{count} segments have changed since their music was written.")
        if stale == 1:
            words = self.tr("One segment has changed since its music was written.")
        self.stale.setText(words.format(count=stale))
        self._stale = stale
        self.stale.setVisible(stale > 0 and not self._is_low)

    def _tell(self) -> None:
        """What a press of Generate does, for the pointer and for a screen reader."""
        waits = self.tr("It waits until what is under way is done.")
        tip = f"{self._tip}\n{waits}" if self._is_busy else self._tip
        self.generate.setToolTip(tip)
        self.generate.setAccessibleDescription(tip)
