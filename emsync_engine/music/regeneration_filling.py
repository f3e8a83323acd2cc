"""A take while parts of it are written anew: each gap filled several ways, the best put in."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from emsync_engine import __version__
from emsync_engine.midi.tokenizer import decode, encode, quantise
from emsync_engine.monitor import Monitor
from emsync_engine.music.brief import Brief
from emsync_engine.music.dynamics import shape_velocities, with_picture_loudness
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.music.endings import prevailing_key
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.hits import beat_lengths, hit_report, landed_onsets
from emsync_engine.music.landing import landed
from emsync_engine.music.layouts import Composer, decoder_for
from emsync_engine.music.parts import Span, part_states, parts_of, parts_within
from emsync_engine.music.ranking import measures_of
from emsync_engine.music.regeneration_gap import gap_between
from emsync_engine.music.regeneration_scoring import score_of_gap
from emsync_engine.music.regeneration_writing import SpanWriter, write_rivals
from emsync_engine.music.splicing import EARLY_S, Cut, derived_id, outside, spliced
from emsync_engine.music.tacet import STUMBLE_S, is_silent_at, silenced
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings, Hit, Part, Take, Timeline
from emsync_engine.project.notes import Music

logger = logging.getLogger(__name__)

CLOSING_S = 1.1
CLOSING_BEATS = 2.1
LONGEST_CLOSING_S = 4.0
"""How long the chord on a repaired hit rings: as a strong one, which lasts two beats, or 1 s where
nobody knows how long a beat is."""

ROUNDS = 2
"""Where every way is beyond the limits of the gate, as many are written again, once."""

Seconds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to fill a gap: all of the music with it, the hits in the gap, and its score."""

    music: Music
    hits: tuple[Hit, ...]
    bent_percent: float
    seed: int
    score: float
    is_sound: bool


class Filler:
    """Writes gaps of a take, and makes a new take of what stays and what was written.

    Parameters
    ----------
    settings : what is asked for; where no key is named, the music's own is kept
    seed : of everything that is written
    """

    def __init__(
        self,
        model: Composer,
        take: Take,
        timeline: Timeline,
        *,
        settings: GenerationSettings,
        frame_rate: Fraction,
        seed: int,
        monitor: Monitor,
    ) -> None:
        self._decoder = decoder_for(model)
        self._take, self._timeline, self._settings = take, timeline, settings
        self._frame_s, self._seed, self._monitor = float(1 / frame_rate), seed, monitor
        self._ensemble = ensemble_named(settings.ensemble)
        self._tacet_s = tuple((float(a), float(b)) for a, b in timeline.tacet_spans)
        self._hits_s = tuple(float(hit.time) for hit in timeline.hits)
        music = silenced(take.music, self._tacet_s)
        if settings.ensemble != take.settings.ensemble:
            music = replace(music, programs=dict(self._ensemble.programs))
        self._music = music
        self._bent_percent = take.measures.get("tempo_bent_percent", 0.0)
        self._hits = self._known_hits()
        self._seeds: dict[Fraction, int] = {}

    def _known_hits(self) -> dict[float, Hit]:
        """Hits of the take that are hits still, as they were judged; others by what is there."""
        found = hit_report(self._music, self._hits_s, frame_s=self._frame_s, tacet_s=self._tacet_s)
        judged = {hit.time_s: hit for hit in found}
        known = [hit for hit in self._take.hits if hit.status != "tacet"]
        judged.update(
            {
                hit.time_s: hit
                for hit in known
                if hit.time_s in judged and judged[hit.time_s].status != "tacet"
            }
        )
        return judged

    def fill(
        self,
        span: Span,
        *,
        since_s: float | None = None,
        later: Sequence[Span] = (),
        candidates: int,
        closes: bool = False,
    ) -> None:
        """Write a stretch, several times, and put the best in its place.

        Parameters
        ----------
        since_s : where to begin, if not at the start of the span
        later : spans behind it that are to be written too: nothing there is to be joined
        closes : whether the stretch ends with a chord on the hit at its end
        """
        start_s, end_s = span.seconds
        start_s = start_s if since_s is None else since_s
        cut = self._cut((start_s, end_s), closes=closes)
        all_cuts = (*cut.spans_s, *(one.seconds for one in later))
        kept = outside(self._music, Cut(all_cuts, self._music.duration_s))
        brief = self._brief(kept, start_s)
        gap = gap_between(
            kept,
            (start_s, end_s),
            decoder=self._decoder,
            brief=brief,
            follows=end_s < self._music.duration_s and not is_silent_at(end_s, self._tacet_s),
            closes=closes,
        )
        ways: list[Way] = []
        for first in range(0, ROUNDS * candidates, candidates):
            numbers = range(first, first + candidates)
            seeds = [own_seed(self._seed, gap.start_step, number) for number in numbers]
            rivals = write_rivals(self._decoder, brief, gap, seeds=seeds, monitor=self._monitor)
            ways += [
                self._way(rival, cut, (start_s, end_s), seed=own)
                for rival, own in zip(rivals, seeds, strict=True)
            ]
            if any(way.is_sound for way in ways):
                break
        best = max(ways, key=lambda way: way.score)
        logger.info("%.2f to %.2f s: %s", start_s, end_s, [round(way.score, 3) for way in ways])
        self._music = best.music
        self._bent_percent = max(self._bent_percent, best.bent_percent)
        self._hits.update({hit.time_s: hit for hit in best.hits})
        self._seeds[span.start] = best.seed

    def _cut(self, span_s: Seconds, *, closes: bool) -> Cut:
        start_s, end_s = span_s
        duration_s = self._music.duration_s
        if not closes:
            return Cut((span_s,), duration_s)
        # the chord belongs to what is written, and whatever else began together with it
        return Cut(((start_s, end_s + 2 * EARLY_S),), duration_s, rings_from_s=end_s - EARLY_S)

    def _brief(self, kept: Music, start_s: float) -> Brief:
        settings = self._settings
        key = prevailing_key(kept if kept.notes else self._music, start_s)
        if settings.key is None and key is not None:
            settings = replace(settings, key=KEYS[12 * key.is_minor + key.tonic])
        return Brief(
            self._music.duration_s,
            emotion_path(self._timeline),
            self._hits_s,
            self._ensemble.families,
            settings,
            self._tacet_s,
        )

    def _way(self, rival: SpanWriter, cut: Cut, span_s: Seconds, *, seed: int) -> Way:
        """What a rival wrote, in its place: fitted, ended, played, judged."""
        new = self._decoded(rival, cut, span_s)
        landing = landed(
            spliced(self._music, new, cut),
            self._hits_s,
            settings=self._settings,
            frame_s=self._frame_s,
            locked=cut.kept_s,
            tacet_s=self._tacet_s,
        )
        landed_s = landed_onsets(landing.hits)
        music = self._played(spliced(self._music, landing.music, cut), cut, landed_s, seed)
        hits = tuple(hit for hit in landing.hits if cut.holds(hit.time_s))
        join = rival.likelihood_of(rival.gap.after) if rival.gap.after else 0.0
        score = score_of_gap(
            music,
            hits,
            self._timeline,
            span_s,
            families=self._ensemble.families,
            join=join,
        )
        bent = 100 * max(abs(rate - 1) for rate in landing.warp.rates)
        return Way(music, hits, bent, seed, score.total, score.badness == 0)

    def _decoded(self, rival: SpanWriter, cut: Cut, span_s: Seconds) -> Music:
        """The notes of a rival's stretch; a closing chord rings as a strong one does."""
        music = silenced(decode(rival.tokens, duration_s=self._music.duration_s), self._tacet_s)
        end_s = span_s[1]
        if end_s >= music.duration_s:
            return music
        latest_s = end_s - EARLY_S if rival.gap.closes else end_s - STUMBLE_S
        before = tuple(note for note in music.notes if note.onset_s < latest_s)
        chord = [note for note in music.notes if note.onset_s >= end_s - EARLY_S]
        music = replace(music, notes=before)
        if not rival.gap.closes:
            return music
        beat_s = beat_lengths(spliced(self._music, music, cut))
        rings_s = max(CLOSING_S, CLOSING_BEATS * beat_s(end_s) if beat_s is not None else 0.0)
        until_s = min(end_s + min(rings_s, LONGEST_CLOSING_S), music.duration_s)
        closing = tuple(replace(note, onset_s=end_s, end_s=until_s) for note in chord)
        return replace(music, notes=(*before, *closing))

    def _played(self, music: Music, cut: Cut, landed_s: Sequence[float], seed: int) -> Music:
        """Velocities for what was written; what stays keeps its own."""
        path = emotion_path(self._timeline)
        shaped = with_picture_loudness(
            shape_velocities(
                music, lambda time_s: path(time_s).arousal, seed=seed, hits_s=landed_s
            ),
            self._timeline.loudness_db,
        )
        notes = tuple(
            new if cut.holds(old.onset_s) else old
            for old, new in zip(music.notes, shaped.notes, strict=True)
        )
        return replace(music, notes=notes)

    def finished(self, spans: Sequence[Span], *, weights_sha256: str) -> Take:
        """The new take; the one that was, where nothing differs."""
        take, music = self._take, self._music
        hits = tuple(self._hits[hit_s] for hit_s in self._hits_s)
        if not spans and music == take.music and hits == take.hits:
            return take
        tokens = tuple(encode(quantise(music), with_start=self._settings.has_start))
        new_id = derived_id(take.id, music)
        counts = [hit.status for hit in hits]
        return Take(
            id=new_id,
            seed=self._seed,
            settings=self._settings,
            tokens=tokens,
            music=music,
            hits=hits,
            weights_sha256=weights_sha256,
            engine_version=__version__,
            measures={
                **measures_of(music, self._timeline),
                "hits_exact": float(counts.count("exact")),
                "tempo_bent_percent": self._bent_percent,
            },
            tacet_s=self._tacet_s,
            parts=self._parts(spans, new_id),
        )

    def _parts(self, spans: Sequence[Span], take_id: str) -> tuple[Part, ...]:
        """What is written now, and for the rest what was known of it."""
        written = {index: self._seeds[span.start] for span in spans for index in span.segments}
        states = part_states(self._timeline, self._take)
        parts: list[Part] = []
        for number, now in enumerate(parts_of(self._timeline, take_id=take_id, seed=self._seed)):
            before = parts_within(self._take.parts, now.start, now.end)
            if number in written:
                parts.append(replace(now, seed=written[number]))
            elif states[number] == "tacet" or not before:
                parts.append(now)
            else:
                parts += before
        return tuple(parts)


def own_seed(seed: int, start_step: int, number: int) -> int:
    """Seed of way ``number`` (0, 1, ...) to fill a gap: drawn from where it is, too."""
    drawn = np.random.SeedSequence((seed, start_step, number)).generate_state(1, np.uint64)[0]
    return int(drawn) >> 1  # as large as a project file holds
