"""The tempo map: bars in seconds as ticks, tempi and time signatures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from statistics import median

from emsync_engine.project.notes import Music

TICKS_PER_BEAT = 960
PLAIN_US_PER_BEAT = 500_000  # 120 bpm

_BEATS_PER_BAR = (4, 3, 2, 6, 8, 12, 16)  # 4 first: it stands unless another fits clearly better
_SLOWEST_BPM, _FASTEST_BPM = 50.0, 190.0
_TOO_SLOW_BPM = 45.0  # from here on a tick would be too coarse for the music's seconds
_CLEARLY_BETTER = 0.1  # share of the onsets on the eighths of the bar
_ON_GRID_BEATS = 0.06
_NEIGHBOURS = 4  # bars on either side that say how long a bar is here
_SAME_METER = (0.7, 1.4)  # of its neighbours' length, a bar has as many beats as they
_GAP_BARS = 4  # a longer bar is bars that nobody marked
_SHORTEST_BAR_S = 0.25  # no music has shorter bars; ticks would outgrow what programs read
_AT_START_S = 0.001
_MOST_US_PER_BEAT = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo from a tick on; ``time_s`` is when that tick comes."""

    tick: int
    time_s: float
    us_per_beat: int


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature from a tick on."""

    tick: int
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Tempi and time signatures; both start at tick 0.

    ``meter_confidence`` (0 to 1) is the share of the onsets that stand on the half beats of the
    meter inferred; 0 where the music has no bars, and plain time stands in for a meter.
    """

    tempi: tuple[Tempo, ...]
    meters: tuple[Meter, ...]
    ticks_per_beat: int = TICKS_PER_BEAT
    meter_confidence: float = 0.0

    def tick_of(self, time_s: float) -> int:
        """The tick nearest to a time in seconds; within 1 ms while a beat lasts under 1.9 s."""
        index = bisect_right(self.tempi, time_s, key=lambda tempo: tempo.time_s) - 1
        tempo = self.tempi[max(index, 0)]
        beats = (time_s - tempo.time_s) * 1e6 / tempo.us_per_beat
        return tempo.tick + max(round(beats * self.ticks_per_beat), 0)


def tempo_map_of(music: Music) -> TempoMap:
    """A tempo map whose bar lines are the music's, or 120 bpm where it has none.

    The number of beats in a bar is inferred from its length and from where notes start in it. What
    precedes the first bar line becomes a pickup bar counted in sixteenths. A bar that is much
    longer or shorter than its neighbours gets a time signature of its own. Tempi are whole
    microseconds per beat; what rounding leaves over is made up for in the next bar.
    """
    bars = _without_gaps(_bar_lines(music))
    if len(bars) < 2:
        tempo = Tempo(0, 0.0, PLAIN_US_PER_BEAT)
        return TempoMap((tempo,), (Meter(0, 4, 4),))
    lengths = [later - earlier for earlier, later in pairwise(bars)]
    onsets_s = [note.onset_s for note in music.notes]
    beats_per_bar = _beats_per_bar(bars, median(lengths), onsets_s)
    builder = _Builder()
    if bars[0] > 0:
        beat_s = lengths[0] / _beats_in(lengths, 0, beats_per_bar)
        builder.add_bar(until_s=bars[0], sixteenths=ceil(bars[0] / beat_s * 4))
    for index, end in enumerate(bars[1:]):
        beats = _beats_in(lengths, index, beats_per_bar)
        builder.add_bar(until_s=end, sixteenths=4 * beats)
    confidence = _share_on_grid(_places_in_bar(bars, onsets_s), beats_per_bar)
    return replace(builder.finished(beats_per_bar), meter_confidence=confidence)


def constant_tempo_map_of(music: Music) -> TempoMap:
    """One tempo for the whole film: the whole number of beats a minute nearest to the music's.

    For programs that are to keep their own tempo. Bar lines are no longer the music's, and the
    seconds are the same.
    """
    bent = tempo_map_of(music)
    beat_us = median(_us_of_each_beat(bent, music.duration_s))
    bpm = min(max(round(60e6 / beat_us), round(_SLOWEST_BPM)), round(_FASTEST_BPM))
    usual = max(bent.meters, key=lambda meter: _length_in_force(bent, meter, music.duration_s))
    meter = Meter(0, usual.numerator, usual.denominator)
    return TempoMap((Tempo(0, 0.0, round(60e6 / bpm)),), (meter,))


def _us_of_each_beat(times: TempoMap, duration_s: float) -> list[int]:
    """Length of every beat of a film, in microseconds."""
    ends = [*(tempo.time_s for tempo in times.tempi[1:]), duration_s]
    lengths: list[int] = []
    for tempo, end_s in zip(times.tempi, ends, strict=True):
        beats = max(round((end_s - tempo.time_s) * 1e6 / tempo.us_per_beat), 0)
        lengths += [tempo.us_per_beat] * beats
    return lengths or [times.tempi[0].us_per_beat]


def _length_in_force(times: TempoMap, meter: Meter, duration_s: float) -> int:
    """Ticks for which a time signature holds, wherever it stands."""
    starts = [*(one.tick for one in times.meters), times.tick_of(duration_s)]
    return sum(
        max(end - start, 0)
        for one, start, end in zip(times.meters, starts, starts[1:], strict=False)
        if (one.numerator, one.denominator) == (meter.numerator, meter.denominator)
    )


def _bar_lines(music: Music) -> list[float]:
    """Bar onsets in the film, 0.25 s apart at least; one at the very start counts as 0."""
    bars: list[float] = []
    for onset in sorted(music.bar_onsets_s):
        bar = 0.0 if abs(onset) < _AT_START_S else onset
        if 0 <= bar <= music.duration_s and (not bars or bar - bars[-1] >= _SHORTEST_BAR_S):
            bars.append(bar)
    return bars


def _without_gaps(bars: Sequence[float]) -> list[float]:
    """Bar lines with bars of the usual length added where several are missing, and before them."""
    if len(bars) < 2:
        return list(bars)
    lengths = [later - earlier for earlier, later in pairwise(bars)]
    usual_s = median(lengths)
    missing_before = int(bars[0] / usual_s + 1e-6)
    filled = [bars[0] - usual_s * index for index in range(missing_before, 0, -1)]
    filled = [max(bar, 0.0) for bar in filled]
    for bar, length in zip(bars, lengths, strict=False):
        parts = round(length / usual_s) if length > _GAP_BARS * usual_s else 1
        filled.extend(bar + length * part / parts for part in range(parts))
    return [*filled, bars[-1]]


def _beats_per_bar(bars: Sequence[float], bar_s: float, onsets_s: Sequence[float]) -> int:
    """Beats of a typical bar: a sane tempo, and notes on its beats and half beats."""
    sane = [beats for beats in _BEATS_PER_BAR if _SLOWEST_BPM <= 60 * beats / bar_s <= _FASTEST_BPM]
    if not sane:
        return max(1, round(bar_s * 2))
    places = _places_in_bar(bars, onsets_s)
    best, best_share = sane[0], _share_on_grid(places, sane[0])
    for beats in sane[1:]:
        share = _share_on_grid(places, beats)
        if share > best_share + _CLEARLY_BETTER:
            best, best_share = beats, share
    return best


def _places_in_bar(bars: Sequence[float], onsets_s: Sequence[float]) -> list[float]:
    """Where each onset stands in its bar, 0 to 1."""
    places = []
    for onset in onsets_s:
        index = bisect_right(bars, onset) - 1
        if 0 <= index < len(bars) - 1:
            places.append((onset - bars[index]) / (bars[index + 1] - bars[index]))
    return places


def _share_on_grid(places: Sequence[float], beats: int) -> float:
    if not places:
        return 0.0
    halves = [place * beats * 2 for place in places]
    return sum(abs(half - round(half)) <= 2 * _ON_GRID_BEATS for half in halves) / len(halves)


def _beats_in(lengths: Sequence[float], index: int, beats_per_bar: int) -> int:
    """Beats of one bar, by the length of the bars around it."""
    around = lengths[max(0, index - _NEIGHBOURS) : index + _NEIGHBOURS + 1]
    usual_s = median(around)
    ratio = lengths[index] / usual_s
    beats = beats_per_bar
    if not _SAME_METER[0] <= ratio <= _SAME_METER[1]:
        beats = max(1, round(ratio * beats_per_bar))
    while 60 * beats / lengths[index] < _TOO_SLOW_BPM:
        beats *= 2
    return beats


class _Builder:
    """Appends bars, each with one tempo, and keeps the rounding of tempi from adding up."""

    def __init__(self) -> None:
        self._tick = 0
        self._time_s = 0.0  # when that tick really comes, by the tempi so far
        self._tempi: list[Tempo] = []
        self._meters: list[Meter] = []

    def add_bar(self, *, until_s: float, sixteenths: int) -> None:
        beats = sixteenths / 4
        us_per_beat = round((until_s - self._time_s) * 1e6 / beats)
        us_per_beat = min(max(us_per_beat, 1), _MOST_US_PER_BEAT)
        if not self._tempi or self._tempi[-1].us_per_beat != us_per_beat:
            self._tempi.append(Tempo(self._tick, self._time_s, us_per_beat))
        self._set_meter(sixteenths)
        self._tick += round(beats * TICKS_PER_BEAT)
        self._time_s += beats * us_per_beat / 1e6

    def finished(self, beats_per_bar: int) -> TempoMap:
        """The map; after the last bar line the last tempo goes on."""
        self._set_meter(4 * beats_per_bar)
        return TempoMap(tuple(self._tempi), tuple(self._meters))

    def _set_meter(self, sixteenths: int) -> None:
        is_whole = sixteenths % 4 == 0
        numerator, denominator = (sixteenths // 4, 4) if is_whole else (sixteenths, 16)
        last = self._meters[-1] if self._meters else None
        if last is None or (last.numerator, last.denominator) != (numerator, denominator):
            self._meters.append(Meter(self._tick, numerator, denominator))
