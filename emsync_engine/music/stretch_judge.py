"""What speaks against a stretch of a take: the less, the better.

Emotion is heard by the regressor and a second reader, never by the judge that measures takes. Hits
without their strong chord, silence and few pitch classes speak against it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from emsync_engine.affect.random_convolutions import convolutions_or_none
from emsync_engine.affect.reading import (
    SECOND_SHARE,
    WINDOW_S,
    AffectReader,
    FloatArray,
    mean_of_known,
)
from emsync_engine.affect.regressor import regressor_or_none
from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.chords import CHORD_FAMILIES, CHORD_SIZE, SPREAD_S
from emsync_engine.music.brief import Brief
from emsync_engine.music.degeneracy import longest_silence
from emsync_engine.music.plainness import SPAN_S, bits_lacking
from emsync_engine.music.stretches import Stretch, hits_of
from emsync_engine.music.tacet import is_silent_at
from emsync_engine.music.token_writer import REACH_S, TokenWriter
from emsync_engine.project.notes import Music, Note

HEARD_S = 4.0
"""A reader hears little in less: what was kept before is read along."""

PARTS_SHARE = 0.5
"""What is read in parts of ``HEARD_S`` counts so much beside what is read at once: what was chosen
for one reading alone need not sound so from moment to moment.
"""

AIM = np.array([1 / 0.76, 1 / 0.85])
"""What is chosen for a reader's word is less than it says: by the reader's correlation with people
(``docs/models/music-va.md``). So valence and arousal are aimed at so many times what is asked."""

MISSED_COSTS = 2.0
"""A hit without its chord, beside distances on [-1, 1] in valence and arousal: landing comes first.
"""

FAR = 0.5
"""Where every way is further from the emotion that is asked for, as many are written once more."""

_LANDED = 0.1  # of ``missed``: what the tempo fit mends

SILENCE_S = 2.0
SILENCE_COSTS = 0.25  # a second more

PLAIN_COSTS = 0.3  # a bit that the pitch classes lack


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks against a stretch, apart.

    ``distance`` from the emotion that was asked for, both axes summed; hits ``missed``, each by its
    share; seconds of silence beyond ``SILENCE_S``; bits that the last pitch classes are ``plain``.
    """

    distance: float
    missed: float
    silence_s: float
    plain: float = 0.0

    @property
    def demerit(self) -> float:
        """All of it together: the less, the better."""
        faults = MISSED_COSTS * self.missed + SILENCE_COSTS * self.silence_s
        return self.distance + faults + PLAIN_COSTS * self.plain

    @property
    def has_landed(self) -> bool:
        return self.missed < _LANDED

    @property
    def is_near(self) -> bool:
        """Whether it lands, and nearly in the emotion that was asked for."""
        return self.has_landed and self.distance <= FAR


class StretchJudge:
    """What speaks against a stretch of a take: the less, the better.

    Parameters
    ----------
    reader : the regressor; the judge is never asked
    second : another kind of reader, heard beside it
    """

    def __init__(
        self, reader: AffectReader | None, brief: Brief, *, second: AffectReader | None = None
    ) -> None:
        self._reader, self._second, self._brief = reader, second, brief
        self._turns_s = brief.turns_s()

    def demerit(self, writer: TokenWriter, stretch: Stretch) -> float:
        """Distance in emotion, plus what missed hits, silence and few pitch classes cost."""
        return self.verdict(writer, stretch).demerit

    def verdict(self, writer: TokenWriter, stretch: Stretch) -> Verdict:
        """What speaks against a stretch, apart."""
        return Verdict(
            self._distance(writer, stretch),
            self._missed(writer, stretch),
            self._silence_s(writer, stretch),
            bits_lacking(heard(writer, stretch.end_s - SPAN_S, stretch.end_s), stretch.end_s),
        )

    def _distance(self, writer: TokenWriter, stretch: Stretch) -> float:
        """Sum over both axes of |read - asked|; nothing where nothing can be read."""
        if self._reader is None:
            return 0.0
        start_s, end_s = self._window(stretch)
        end_s = min(end_s, writer.time_s)
        if end_s - start_s < 1e-3 or is_silent_at(end_s, self._brief.tacet_s):
            return 0.0
        music = heard(writer, start_s, end_s)
        read = _read(self._reader, music, start_s, end_s)
        if self._second is not None:
            read = _with_second(read, self._second, music, start_s, end_s)
        times_s = np.linspace(max(start_s, stretch.start_s), stretch.end_s, 9)
        asked = [self._brief.va_at(float(time_s)) for time_s in times_s]
        wanted = np.mean([[point.valence, point.arousal] for point in asked], axis=0)
        distances = np.abs(read - np.clip(AIM * wanted, -1.0, 1.0))
        return float(np.where(np.isnan(distances), 1.0, distances).sum())

    def _window(self, stretch: Stretch) -> tuple[float, float]:
        """What is read: the last 12 s, but not what was written for another emotion."""
        before = [turn for turn in self._turns_s if turn <= stretch.end_s - HEARD_S / 2]
        since_s = max(before, default=0.0)
        start_s = max(since_s, stretch.end_s - WINDOW_S)
        return max(min(start_s, stretch.end_s - HEARD_S), 0.0), stretch.end_s

    def _missed(self, writer: TokenWriter, stretch: Stretch) -> float:
        """Hits of the stretch without a strong chord; a late or early one counts for its share."""
        hits_s = hits_of(self._brief, stretch)
        if not hits_s:
            return 0.0
        chords_s = _chords_s(writer)
        if not chords_s:
            return float(len(hits_s))
        away_s = np.abs(np.subtract.outer(hits_s, chords_s)).min(axis=1)
        return float(np.minimum(away_s / REACH_S, 1.0).sum())

    def _silence_s(self, writer: TokenWriter, stretch: Stretch) -> float:
        """Seconds of the longest pause of the stretch beyond ``SILENCE_S``."""
        start_s = max(stretch.start_s - SILENCE_S, 0.0)
        music = heard(writer, start_s, stretch.end_s)
        start, end = longest_silence(music, ((0.0, start_s), *self._brief.tacet_s))
        return max(end - start - SILENCE_S, 0.0)


def _read(reader: AffectReader, music: Music, start_s: float, end_s: float) -> FloatArray:
    """(2,) what is read of music at once and in parts that overlap by half, each to its share."""
    middle_s, half_s = (start_s + end_s) / 2, HEARD_S / 2
    (whole,) = reader.read_windows(music, np.array([middle_s]), end_s - start_s)
    centres_s = np.arange(end_s - half_s, start_s + half_s - 1e-6, -half_s)
    if len(centres_s) < 2:
        return np.asarray(whole)
    parts = mean_of_known(reader.read_windows(music, centres_s, HEARD_S))
    return np.asarray(PARTS_SHARE * parts + (1 - PARTS_SHARE) * whole)


def _with_second(
    read: FloatArray, second: AffectReader, music: Music, start_s: float, end_s: float
) -> FloatArray:
    """(2,) the reading with what the second reader says of it at once, where it says anything."""
    (other,) = second.read_windows(music, np.array([(start_s + end_s) / 2]), end_s - start_s)
    both = (1 - SECOND_SHARE) * read + SECOND_SHARE * other
    return np.where(np.isnan(other), read, both)


def heard(writer: TokenWriter, start_s: float, end_s: float) -> Music:
    """The notes of a growing take that sound in a part of it; those that still do end there."""
    collector = writer.grammar.collector
    ended = takewhile(lambda note: note.end_s > start_s, reversed(collector.notes))
    notes = [note for note in ended if note.onset_s < end_s]
    notes += [
        Note(onset * v.STEP_S, end_s, family, pitch)
        for (family, pitch), onset in collector.sounding.items()
        if onset * v.STEP_S < end_s
    ]
    return Music(end_s, tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch))))


def _chords_s(writer: TokenWriter) -> list[float]:
    """Times of the chords that were announced by ``CHORD`` and struck: the grammar holds these."""
    collector = writer.grammar.collector
    music = heard(writer, 0.0, writer.time_s)
    onsets_s = np.array([note.onset_s for note in music.notes if note.family in CHORD_FAMILIES])
    struck = [
        int(np.sum((onsets_s >= step * v.STEP_S - 1e-6) & (onsets_s <= step * v.STEP_S + SPREAD_S)))
        for step in collector.chords
    ]
    return [
        step * v.STEP_S
        for step, count in zip(collector.chords, struck, strict=True)
        if count >= CHORD_SIZE
    ]


def stretch_judge(brief: Brief) -> StretchJudge:
    """What judges with the readers that are installed."""
    return StretchJudge(regressor_or_none(), brief, second=convolutions_or_none())
