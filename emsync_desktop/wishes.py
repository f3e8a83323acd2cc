"""What the user asks the composer for: a take, its stale parts, a hit, parts of another take.

A wish that has to wait is made from the document as it is when its turn comes, so that each one
builds on the take that the last one gave; what the user set beside the button is kept as asked.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from emsync_desktop.plans import Plan, plan_of, segments_within, whole_plan
from emsync_desktop.task_share import TaskKind
from emsync_engine.project.model import BoundaryId, GenerationSettings, Timeline

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

Span = tuple[Fraction, Fraction]


class Generating(QObject):
    """Turns wishes into tasks of the engine; those that cannot begin yet wait their turn."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    @property
    def _timeline(self) -> Timeline | None:
        return self._window.document.timeline

    def generate(self) -> None:
        """Write what is stale; where nothing is, another take."""
        if self._timeline is None:
            return
        plan = plan_of(self._window.page.parts.now, self._window.document.take)
        begin = self._write_stale if plan.are_stale else self._write_whole
        words = self.tr("Stale parts") if plan.are_stale else self._take_words
        self._ask("parts" if plan.are_stale else "compose", begin, words)

    def generate_all(self) -> None:
        """Write another take; locked segments keep their music."""
        if self._timeline is not None:
            self._ask("compose", self._write_whole, self._take_words)

    def generate_chosen(self) -> None:
        """Write the chosen segments anew, stale or not, but for locked and silent ones."""
        if self._timeline is None or self._window.document.take is None:
            return
        chosen = self._window.editor.chosen_segments
        spans = [(one.start, one.end) for one in chosen if not one.is_locked and not one.is_tacet]
        if spans:
            words = self.tr("{count} segments anew").format(count=len(spans))
            if len(spans) == 1:
                words = self.tr("Segment {number} anew").format(number=chosen[0].index + 1)
            self._ask("parts", partial(self._write_segments, spans), words)
        else:
            self._say_nothing_to_write()

    def generate_span(self) -> None:
        """Write the marked range anew and nothing beside it; its ends become boundaries."""
        editor, span = self._window.editor, self._window.editor.span
        if self._timeline is None or self._window.document.take is None or span is None:
            return
        met = [one for one in editor.segments if one.start < span[1] and span[0] < one.end]
        if all(one.is_locked or one.is_tacet for one in met):
            self._say_nothing_to_write()
        else:
            editor.split_at_span()
            words = self.tr("The range anew")
            self._ask("parts", partial(self._write_segments, [span]), words)

    def _say_nothing_to_write(self) -> None:
        words = self.tr("What is chosen is locked or silent; there is nothing to write.")
        self._window.banner.say(words, tone="note")

    def fix_hit(self, number: int | None = None) -> None:
        """Write what leads to a hit anew; by default to the chosen one."""
        document, editor = self._window.document, self._window.editor
        if document.take is None or document.timeline is None:
            return
        hits = document.timeline.hits
        wanted = editor.boundary if number is None else hits[number].id
        hit = next((one for one in hits if one.id == wanted), None)
        if hit is not None:
            where = self._window.page.clock.text(hit.time)
            words = self.tr("Hit at {where}").format(where=where)
            begin = partial(self._fix_hit, hit.id, self._take_seed())
            self._window.banner.hide()
            self._window.scoring.ask("parts", begin, words)

    def use(self, take_id: str) -> None:
        """Put the chosen segments of another take into the one that is heard, as a new take."""
        document = self._window.document
        if document.project is None or document.take is None:
            return
        other = next((take for take in document.project.takes if take.id == take_id), None)
        spans = [(one.start, one.end) for one in self._window.editor.chosen_segments]
        if other is not None and other is not document.take and spans:
            words = self.tr("Parts of another take")
            self._window.banner.hide()
            self._window.scoring.ask("parts", partial(self._use, take_id, spans), words)

    # -- asking

    @property
    def _take_words(self) -> str:
        count = self._window.page.inspector.score.count.value()
        return self.tr("{count} takes").format(count=count) if count > 1 else self.tr("A take")

    def _ask(self, kind: TaskKind, begin: Callable[..., object], words: str) -> None:
        """Ask for music with what is set now: its settings, its seed and how many takes."""
        self._window.banner.hide()
        score = self._window.page.inspector.score
        asked = (score.settings, self._take_seed(), score.count.value())
        count = asked[2] if kind == "compose" else 1
        self._window.scoring.ask(kind, partial(begin, *asked), words, count=count)

    def _take_seed(self) -> int:
        """The seed that is shown; the next wish has another, unless it is to be kept."""
        score = self._window.page.inspector.score
        seed = score.seed.value()
        score.prepare_next()
        return seed

    # -- when their turn comes

    def _write_stale(self, settings: GenerationSettings, seed: int, count: int) -> None:
        """What is stale still; another wish may have written it."""
        states = self._window.page.parts.now
        if "stale" in states:
            self._write(plan_of(states, self._window.document.take), settings, seed, count)

    def _write_whole(self, settings: GenerationSettings, seed: int, count: int) -> None:
        """Another take, though parts of the one that is heard have become stale meanwhile."""
        plan = whole_plan(self._window.page.parts.now, self._window.document.take)
        self._write(plan, settings, seed, count)

    def _write_segments(
        self, spans: list[Span], settings: GenerationSettings, seed: int, count: int
    ) -> None:
        timeline = self._timeline
        if timeline is not None:
            found = [
                index
                for index in segments_within(timeline, spans)
                if not timeline.locked[index] and not timeline.tacet[index]
            ]
            if found:
                self._write(Plan("parts", tuple(found)), settings, seed, count)

    def _fix_hit(self, boundary_id: BoundaryId, seed: int) -> None:
        document = self._window.document
        if document.take is None or document.timeline is None:
            return
        ids = [one.id for one in document.timeline.hits]
        if boundary_id in ids:
            self._window.scoring.fix_hit(
                document.take,
                document.timeline,
                ids.index(boundary_id),
                seed=seed,
                frame_rate=document.rate.ratio,
            )

    def _use(self, take_id: str, spans: list[Span]) -> None:
        document = self._window.document
        project = document.project
        if project is None or document.take is None:
            return
        other = next((take for take in project.takes if take.id == take_id), None)
        segments = tuple(segments_within(project.timeline, spans))
        if other is not None and other is not document.take and segments:
            self._window.scoring.comp(
                document.take, other, project.timeline, segments, frame_rate=document.rate.ratio
            )

    def _write(self, plan: Plan, settings: GenerationSettings, seed: int, count: int) -> None:
        document, scoring = self._window.document, self._window.scoring
        video, timeline, take = document.video, document.timeline, document.take
        if video is None or timeline is None:
            return
        rate = document.rate.ratio
        if plan.kind == "take":
            scoring.compose(video, timeline, settings, seed=seed, frame_rate=rate, count=count)
        elif plan.kind == "parts" and take is not None:
            scoring.regenerate(
                take, timeline, settings, seed=seed, segments=plan.segments, frame_rate=rate
            )
        else:
            words = self.tr("Every segment is locked or silent; there is nothing to write.")
            self._window.banner.say(words, tone="note")
