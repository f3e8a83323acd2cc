"""Bending the tempo so that strong chords land on the hits, within a limit nobody hears.

The warp is a piecewise-linear map from the music's time to the film's. Its rate (film seconds for
a second of music) changes only at bar lines and at the chords that land; it stays within
``1 - limit`` and ``1 + limit``, and from one bar to the next its mean changes by no more than
``limit``. Both ends stay where they are, and so does every locked span.

Method. A dynamic programme over the pairs of hit and chord in order of time. What the future needs
to know of the past is the rate with which a pair is reached, so each pair keeps its best way for
each of ``_RATES`` narrow classes of that rate, with the rate itself exact. Between two pairs the
music has a first bar, a middle and a last bar. Given the rates before and at the end, the middle
is constant in an optimum: where no limit binds, all pieces of a gap share one rate (the Lagrange
multiplier of its length), and because any rate is two bars away from any other, only the first
and the last bar can be bound. So every way between two pairs has a closed form, and feasibility
is that of all warps with these knots. The only grid is that of the last bar's rate.

The value is lexicographic: hits landed, then least tempo change, the integral of (rate - 1)^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emsync_engine.music.warp import Span, Warp

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

DEFAULT_LIMIT = 0.06
LARGEST_LIMIT = 0.15
REACH_S = 1.0
"""A chord further from a hit than this was not meant for it (DESIGN section 4)."""

_RATES = 17  # classes of rates, from 1 - limit to 1 + limit
_SLACK = 1e-9
_SHORTEST_S = 1e-3  # between two knots
_SHORT_PIECE = 1.125  # bars: see _change_share
_STAY_PENALTY_S = 0.25  # leaving an error costs as much as making up for it in so long
_HIT_VALUE = 1e6  # far above any tempo change
_WORSE_KEPT = 1  # ways that land this many hits fewer than the best to the same pair are kept
_PLAIN_BAR_S = 2.0
_LONGEST_BAR_S = 4.0
_SHORTEST_BAR_S = 0.5


@dataclass(frozen=True, slots=True)
class TempoFit:
    """A warp, and which chord (place in ``chords_s``) it brings to which hit, in order of time."""

    warp: Warp
    landings: tuple[tuple[int, int], ...] = ()


class _Anchor(NamedTuple):
    """A chord that may land: from ``source`` to ``target``, for the hits of one group."""

    group: int
    source: float
    target: float
    weight: int = 0
    penalty: float = 0.0
    hits: tuple[int, ...] = ()
    chord: int = -1


@dataclass(slots=True)
class _Ways:
    """The best ways to one anchor, (K,) each: how many land, at what cost, with what last rate.

    ``width`` is the length of the last piece in bars. ``came`` is (K, 2): anchor and way before;
    ``shape`` is (K, 3): rates of first bar, middle and last bar of the gap that ends here.
    """

    value: FloatArray
    rate: FloatArray
    width: FloatArray
    came: IntArray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.intp))
    shape: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))


def fit_tempo(
    chords_s: Sequence[float],
    hits_s: Sequence[float],
    *,
    duration_s: float,
    bars_s: Sequence[float] = (),
    limit: float = DEFAULT_LIMIT,
    reach_s: float = REACH_S,
    tolerance_s: float = 0.0,
    locked: Sequence[Span] = (),
    tacet_s: Sequence[Span] = (),
) -> TempoFit:
    """The warp that lands the most hits, and of these the one that bends the tempo least.

    Parameters
    ----------
    chords_s, hits_s : seconds, in any order; what lies outside the film or in a locked span is
        neither moved nor aimed at
    bars_s : bar lines of the music in seconds; without them the rate may change every 2 s
    limit : 0 to 0.15, on the rate and on its change from bar to bar; ValueError outside
    tolerance_s : a chord this close to a hit counts as landed where it is. It is moved exactly
        onto the hit all the same if that is cheap. Hits this close together are one.
    locked : spans (start, end) in seconds in which nothing moves; they do not overlap
    tacet_s : silent spans; they stay where they are too, but the music may come back at any rate

    Returns
    -------
    a warp from (0, 0) to (duration, duration), and the landings in order of time
    """
    if not 0 <= limit <= LARGEST_LIMIT:
        raise ValueError(f"the limit of the tempo fit lies in 0..{LARGEST_LIMIT}, not {limit}")
    if duration_s <= 2 * _SHORTEST_S:
        return TempoFit(Warp.identity(duration_s))
    bars = _Bars(bars_s, duration_s)
    knots: list[tuple[float, float]] = [(0.0, 0.0)]
    landings: list[tuple[int, int]] = []
    free_from = {0.0, *(end for _, end in tacet_s)}
    for start, end in _open_stretches([*locked, *tacet_s], duration_s):
        anchors = _anchors(chords_s, hits_s, (start, end), reach_s, tolerance_s, limit)
        solver = _Stretch(anchors, (start, end), bars, limit, is_free=start in free_from)
        found, landed = solver.solve()
        knots += [(start, start), *found, (end, end)]
        landings += landed
    knots.append((duration_s, duration_s))
    landings.sort(key=lambda landing: (hits_s[landing[0]], landing))
    return TempoFit(_warp_through(knots), tuple(landings))


def _warp_through(knots: Sequence[tuple[float, float]]) -> Warp:
    kept = [knots[0]]
    for source, target in knots[1:]:
        if source > kept[-1][0] and target > kept[-1][1]:
            kept.append((source, target))
    return Warp(tuple(source for source, _ in kept), tuple(target for _, target in kept))


def _open_stretches(locked: Sequence[Span], duration_s: float) -> list[Span]:
    """What lies between the locked spans."""
    edges = [0.0]
    for start, end in sorted(locked):
        edges += [min(max(start, edges[-1]), duration_s), min(max(end, edges[-1]), duration_s)]
    edges.append(duration_s)
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > _SHORTEST_S]


def _anchors(
    chords_s: Sequence[float],
    hits_s: Sequence[float],
    span: Span,
    reach_s: float,
    tolerance_s: float,
    limit: float,
) -> list[_Anchor]:
    """Every chord that may land on a hit inside a span, by hit and then by chord."""
    start, end = span[0] + _SHORTEST_S, span[1] - _SHORTEST_S
    chords = sorted((c, place) for place, c in enumerate(chords_s) if start < c < end)
    times = np.array([chord for chord, _ in chords])
    anchors: list[_Anchor] = []
    for group, members in enumerate(_groups(hits_s, span, tolerance_s)):
        hit_s, last_s = hits_s[members[0]], hits_s[members[-1]]
        weight = len(members)
        low, high = np.searchsorted(times, (hit_s - reach_s, hit_s + reach_s + _SLACK))
        for chord_s, place in chords[low:high]:
            error = max(abs(chord_s - hit_s), abs(chord_s - last_s))
            if limit > 0 and start < hit_s < end and chord_s != hit_s:
                anchors.append(_Anchor(group, chord_s, hit_s, weight, 0.0, members, place))
            if error <= tolerance_s + _SLACK:
                penalty = (chord_s - hit_s) ** 2 / _STAY_PENALTY_S
                anchors.append(_Anchor(group, chord_s, chord_s, weight, penalty, members, place))
    return anchors


def _groups(hits_s: Sequence[float], span: Span, tolerance_s: float) -> list[tuple[int, ...]]:
    """Hits of a span in order of time, those within the tolerance of a first one together."""
    groups: list[tuple[int, ...]] = []
    for place in sorted(range(len(hits_s)), key=lambda place: hits_s[place]):
        if not span[0] <= hits_s[place] <= span[1]:
            continue
        if groups and hits_s[place] - hits_s[groups[-1][0]] <= tolerance_s:
            groups[-1] = (*groups[-1], place)
        else:
            groups.append((place,))
    return groups


class _Bars:
    """Bar lines as a measure of time: how many bars have passed, and when a bar line comes."""

    def __init__(self, bars_s: Sequence[float], duration_s: float) -> None:
        lines: list[float] = []
        for bar in sorted(bars_s):
            if -_LONGEST_BAR_S < bar < duration_s + _LONGEST_BAR_S and (
                not lines or bar - lines[-1] >= _SHORTEST_BAR_S
            ):
                lines.append(bar)
        lines = lines or [0.0]
        filled: list[float] = []
        for line, following in pairwise(lines):
            parts = int(np.ceil((following - line) / _LONGEST_BAR_S - 1e-6))
            filled += [line + (following - line) * part / parts for part in range(parts)]
        filled.append(lines[-1])
        usual = float(np.median(np.diff(filled))) if len(filled) > 1 else _PLAIN_BAR_S
        before = np.arange(int(np.ceil(filled[0] / usual)) + 2, 0, -1)
        after = np.arange(1, int(np.ceil((duration_s - filled[-1]) / usual)) + 3)
        self.lines_s: FloatArray = np.concatenate(
            [filled[0] - usual * before, filled, filled[-1] + usual * after]
        )

    def count(self, times_s: FloatArray) -> FloatArray:
        """Bars passed at each time, with fractions."""
        counted: FloatArray = np.interp(times_s, self.lines_s, np.arange(len(self.lines_s)))
        return counted


def _change_share(width: FloatArray) -> FloatArray:
    """How much of the limit the rate may change at a knot, its shorter piece this many bars long.

    The mean rate of a bar and that of the next differ by the sum of the changes in both, each
    weighted by a triangle over the two bars. With knots a bar apart the weights add up to 1; for
    closer ones (hits closer than a bar) changes in proportion keep the sum at 1 or less.
    """
    return np.where(width >= 1 - _SLACK, 1.0, width / _SHORT_PIECE)


class _Stretch:
    """The dynamic programme over one stretch between fixed ends."""

    def __init__(
        self, anchors: Sequence[_Anchor], span: Span, bars: _Bars, limit: float, *, is_free: bool
    ) -> None:
        last = max((anchor.group for anchor in anchors), default=-1) + 1
        self._anchors = [_Anchor(-1, span[0], span[0]), *anchors, _Anchor(last, span[1], span[1])]
        self._groups = np.array([anchor.group for anchor in self._anchors])
        self._source = np.array([anchor.source for anchor in self._anchors])
        self._target = np.array([anchor.target for anchor in self._anchors])
        self._bars, self._limit = bars, limit
        counted = bars.count(self._source)
        self._counted = counted
        # the first and the last bar of a gap are whole: from the anchor to the second line
        self._first_line = np.ceil(counted + 1 - 1e-6).astype(np.intp)
        self._last_line = np.floor(counted - 1 + 1e-6).astype(np.intp)
        self._grid = np.linspace(1 - limit, 1 + limit, _RATES)
        start = _Ways(np.zeros(1), np.ones(1), np.full(1, np.inf if not is_free else np.nan))
        self._ways: list[_Ways] = [start]
        self._best = [0.0]  # value of the best way to each anchor

    def solve(self) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
        """Knots strictly inside the stretch, and pairs of hit and chord."""
        if len(self._anchors) == 2 or self._limit == 0:
            return [], self._landed_unmoved()
        for place in range(1, len(self._anchors)):
            self._ways.append(self._ways_to(place))
            values = self._ways[-1].value
            self._best.append(float(values.max()) if len(values) else -np.inf)
        return self._traced()

    def _landed_unmoved(self) -> list[tuple[int, int]]:
        nearest: dict[int, _Anchor] = {}
        for anchor in self._anchors[1:-1]:
            known = nearest.get(anchor.group)
            if known is None or anchor.penalty < known.penalty:
                nearest[anchor.group] = anchor
        return [(hit, anchor.chord) for anchor in nearest.values() for hit in anchor.hits]

    def _ways_to(self, place: int) -> _Ways:
        """The best ways to an anchor, from those before it, nearest first.

        Anchors further back are left out once they can no longer reach all but ``_WORSE_KEPT`` of
        the hits that nearer ones do.
        """
        before = self._before(place)
        weight = self._anchors[place].weight
        ways = _Ways(np.zeros(0), np.zeros(0), np.zeros(0))
        nearest_first = before[::-1]
        while len(nearest_first):
            newest = self._groups[nearest_first[0]]
            size = int(np.searchsorted(-self._groups[nearest_first], -(newest - 2), side="right"))
            ways = self._merged(ways, self._arrivals(place, nearest_first[:size]))
            nearest_first = nearest_first[size:]
            if len(nearest_first) and len(ways.value):
                possible = max(self._best[one] for one in nearest_first) + weight * _HIT_VALUE
                if possible < ways.value.max() - (_WORSE_KEPT + 0.5) * _HIT_VALUE:
                    break
        return ways

    def _before(self, place: int) -> IntArray:
        """Anchors from which this one can follow within the limit on the mean rate."""
        source = self._source[place] - self._source[:place]
        target = self._target[place] - self._target[:place]
        possible = (
            (self._groups[:place] < self._groups[place])
            & (source > _SHORTEST_S)
            & (np.abs(target - source) <= self._limit * source + _SLACK)
            & (np.array(self._best) > -np.inf)
        )
        return np.flatnonzero(possible)

    def _arrivals(self, place: int, before: IntArray) -> _Ways:
        """All ways to an anchor through others: rows of ways there, columns of last rates."""
        sizes = [len(self._ways[one].value) for one in before]
        origin = np.repeat(before, sizes)
        number = np.concatenate([np.arange(size) for size in sizes])
        value = np.concatenate([self._ways[one].value for one in before])
        rate = np.concatenate([self._ways[one].rate for one in before])
        width = np.concatenate([self._ways[one].width for one in before])
        pieces = self._pieces(place, before)
        pieces = np.repeat(pieces, sizes, axis=0)
        shapes, is_possible = self._shapes(pieces, rate, width)
        first, middle, last = pieces[:, 0:1], pieces[:, 1:2], pieces[:, 2:3]
        cost = (
            first * (shapes[0] - 1) ** 2
            + middle * (shapes[1] - 1) ** 2
            + last * (shapes[2] - 1) ** 2
        )
        anchor = self._anchors[place]
        gained = anchor.weight * _HIT_VALUE - anchor.penalty
        values = value[:, None] + gained - cost
        rows, columns = np.nonzero(is_possible)
        return _Ways(
            values[rows, columns],
            shapes[2][rows, columns],
            pieces[rows, 5],
            np.stack([origin[rows], number[rows]], axis=1),
            np.stack([shape[rows, columns] for shape in shapes], axis=1),
        )

    def _pieces(self, place: int, before: IntArray) -> FloatArray:
        """(P, 6): length of first bar, middle and last bar in the music, length of all in the
        film, and first and last piece counted in bars. A gap without room for two whole bars is
        one piece, the first; one with room for just two has no middle."""
        start, end = self._source[before], self._source[place]
        first_line, last_line = self._first_line[before], self._last_line[place]
        lines = self._bars.lines_s
        whole = end - start
        is_split = last_line >= first_line
        first_end = lines[np.minimum(first_line, len(lines) - 1)]
        last_start = lines[max(int(last_line), 0)]
        count = self._counted[place] - self._counted[before]
        return np.stack(
            [
                np.where(is_split, first_end - start, whole),
                np.where(is_split, last_start - first_end, 0.0),
                np.where(is_split, end - last_start, 0.0),
                self._target[place] - self._target[before],
                np.where(is_split, first_line - self._counted[before], count),
                np.where(is_split, self._counted[place] - last_line, count),
            ],
            axis=1,
        )

    def _shapes(
        self, pieces: FloatArray, rate: FloatArray, width: FloatArray
    ) -> tuple[tuple[FloatArray, FloatArray, FloatArray], NDArray[np.bool_]]:
        """Rates of first bar, middle and last bar, (R, 1 + rates) each, and which are possible.

        Column 0 leaves the last rate free; the others fix it to each of the grid.
        """
        limit = self._limit
        first, middle, last, film = (pieces[:, column : column + 1] for column in range(4))
        change = limit * _change_share(np.fmin(width, pieces[:, 4]))[:, None]
        change = np.where(np.isnan(width)[:, None], np.inf, change)
        low = np.maximum(1 - limit, rate[:, None] - change)
        high = np.minimum(1 + limit, rate[:, None] + change)
        # free: one rate for all, or for all but the first bar
        mean = film / (first + middle + last)
        start = np.clip(mean, low, high)
        rest = np.where(
            middle + last > 0, (film - first * start) / np.maximum(middle + last, 1e-12), start
        )
        is_one = last == 0
        # fixed: the middle takes what is left; without one, the first bar does
        end = np.broadcast_to(self._grid[None, :], (len(pieces), _RATES))
        left = film - last * end
        fixed_start = np.where(
            middle > 0, np.clip(left / (first + middle), low, high), left / first
        )
        has_middle = middle > 0
        fixed_rest = np.where(
            has_middle, (left - first * fixed_start) / np.where(has_middle, middle, 1.0), end
        )
        starts = np.concatenate([start, fixed_start], axis=1)
        rests = np.concatenate([rest, fixed_rest], axis=1)
        ends = np.concatenate([np.where(is_one, start, rest), end], axis=1)
        is_possible = (
            (starts >= low - _SLACK)
            & (starts <= high + _SLACK)
            & (np.abs(rests - starts) <= limit + _SLACK)
            & (np.abs(ends - rests) <= limit + _SLACK)
            & (np.abs(rests - 1) <= limit + _SLACK)
            & (np.abs(ends - 1) <= limit + _SLACK)
        )
        is_possible[:, 1:] &= ~is_one
        is_possible[:, :1] &= ~is_one | (np.abs(mean - start) <= _SLACK)
        return (starts, rests, ends), is_possible

    def _merged(self, ways: _Ways, more: _Ways) -> _Ways:
        """The best way of each class of last rates."""
        value = np.concatenate([ways.value, more.value])
        if not len(value):
            return ways
        rate = np.concatenate([ways.rate, more.rate])
        width = np.concatenate([ways.width, more.width])
        came = np.concatenate([ways.came, more.came])
        shape = np.concatenate([ways.shape, more.shape])
        classes = np.rint((rate - 1 + self._limit) / (2 * self._limit) * (_RATES - 1))
        classes = np.clip(classes, 0, _RATES - 1).astype(np.intp)
        order = np.argsort(value, kind="stable")
        best = np.full(_RATES, -1, dtype=np.intp)
        best[classes[order]] = order  # the best comes last, and stays
        kept = best[best >= 0]
        kept = kept[value[kept] >= value[kept].max() - (_WORSE_KEPT + 0.5) * _HIT_VALUE]
        return _Ways(value[kept], rate[kept], width[kept], came[kept], shape[kept])

    def _traced(self) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
        """Knots and landings of the best way to the end."""
        knots: list[tuple[float, float]] = []
        landings: list[tuple[int, int]] = []
        place = len(self._anchors) - 1
        number = int(np.argmax(self._ways[place].value))
        while place > 0:
            ways, anchor = self._ways[place], self._anchors[place]
            before, number_before = (int(one) for one in ways.came[number])
            knots += self._knots_between(before, place, ways.shape[number])[::-1]
            landings += [(hit, anchor.chord) for hit in anchor.hits]
            place, number = before, number_before
            if place > 0:
                knots.append((self._anchors[place].source, self._anchors[place].target))
        return knots[::-1], landings

    def _knots_between(
        self, before: int, place: int, shape: FloatArray
    ) -> list[tuple[float, float]]:
        first_line, last_line = int(self._first_line[before]), int(self._last_line[place])
        if last_line < first_line or shape[0] == shape[1] == shape[2]:
            return []
        lines = self._bars.lines_s
        early, late = float(lines[first_line]), float(lines[last_line])
        knots = [
            (
                early,
                self._anchors[before].target + (early - self._anchors[before].source) * shape[0],
            )
        ]
        if last_line > first_line:
            anchor = self._anchors[place]
            knots.append((late, anchor.target - (anchor.source - late) * shape[2]))
        return [(source, float(target)) for source, target in knots]
