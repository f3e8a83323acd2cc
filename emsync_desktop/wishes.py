"""What the user asks the composer for: a take, its stale parts, a hit, parts of another take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from emsync_desktop.plans import Plan, plan_of, whole_plan

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow


class Generating(QObject):
    """Turns wishes into tasks of the engine; one at a time."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    @property
    def _is_ready(self) -> bool:
        window = self._window
        return window.document.timeline is not None and not window.scoring.is_busy

    def generate(self) -> None:
        """Write what is stale; where nothing is, another take."""
        if self._is_ready:
            states = self._window.page.parts.now
            self._write(plan_of(states, self._window.document.take))

    def generate_all(self) -> None:
        """Write another take; locked segments keep their music."""
        if self._is_ready:
            states = self._window.page.parts.now
            self._write(whole_plan(states, self._window.document.take))

    def generate_chosen(self) -> None:
        """Write the chosen segments anew, stale or not, but for locked and silent ones."""
        if not self._is_ready or self._window.document.take is None:
            return
        chosen = self._window.editor.chosen_segments
        open_ones = [one.index for one in chosen if not one.is_locked and not one.is_tacet]
        if open_ones:
            self._write(Plan("parts", tuple(open_ones)))
        else:
            self._window.banner.say(
                self.tr("What is chosen is locked or silent; there is nothing to write."),
                tone="note",
            )

    def fix_hit(self, number: int | None = None) -> None:
        """Write what leads to a hit anew; by default to the chosen one."""
        document, editor = self._window.document, self._window.editor
        if not self._is_ready or document.take is None or document.timeline is None:
            return
        if number is None:
            ids = [one.id for one in document.timeline.hits]
            if editor.boundary not in ids:
                return
            number = ids.index(editor.boundary)
        self._window.banner.hide()
        self._window.scoring.fix_hit(
            document.take,
            document.timeline,
            number,
            seed=self._seed,
            frame_rate=document.rate.ratio,
        )

    def use(self, take_id: str) -> None:
        """Put the chosen segments of another take into the one that is heard, as a new take."""
        document = self._window.document
        project = document.project
        if not self._is_ready or project is None or document.take is None:
            return
        other = next((take for take in project.takes if take.id == take_id), None)
        segments = tuple(one.index for one in self._window.editor.chosen_segments)
        if other is not None and other is not document.take and segments:
            self._window.banner.hide()
            self._window.scoring.comp(
                document.take, other, project.timeline, segments, frame_rate=document.rate.ratio
            )

    @property
    def _seed(self) -> int:
        return self._window.page.inspector.score.seed.value()

    def _write(self, plan: Plan) -> None:
        document, scoring = self._window.document, self._window.scoring
        video, timeline, take = document.video, document.timeline, document.take
        if video is None or timeline is None:
            return
        self._window.banner.hide()
        settings, rate = self._window.page.inspector.score.settings, document.rate.ratio
        if plan.kind == "take":
            count = self._window.page.inspector.score.count.value()
            scoring.compose(
                video, timeline, settings, seed=self._seed, frame_rate=rate, count=count
            )
        elif plan.kind == "parts" and take is not None:
            scoring.regenerate(
                take,
                timeline,
                settings,
                seed=self._seed,
                segments=plan.segments,
                frame_rate=rate,
            )
        else:
            words = self.tr("Every segment is locked or silent; there is nothing to write.")
            self._window.banner.say(words, tone="note")
