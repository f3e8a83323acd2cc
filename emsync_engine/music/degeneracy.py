"""The gate before a take is handed over: loops, stutter, silence, a crowd or a desert, who lacks.

Every limit is taken from human music: stretches of 20, 40 and 60 s, drawn at random from the token
store's pieces of three families or more (2,301 stretches), and of one or two (1,562). Each constant
says how many of them lie beyond it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES
from emsync_engine.project.notes import Family, Music, Note

Kind = Literal["loop", "stutter", "silence", "density", "missing family", "borrowed melody"]
Span = tuple[float, float]

LONGEST_SILENCE_S = 4.0
"""Beyond it: 0.2 % of the human stretches."""

LOOP_LIMITS = ((8.0, 5.0), (24.0, 3.0))
"""A loop is longer than so many seconds *and* sounds more often than so many times back to back.

The first pair is for figures of a few notes: none of 943 human stretches of 60 s is beyond it. The
second is for whole phrases: 0.3 % are.
"""

AT_ONCE_S = 0.15
"""A key that is struck again within this time, onset to onset, is restruck."""

MOST_RESTRUCK = 0.5
"""Share of notes within 16 s that come back on their key at once.

Beyond: 0.6 % and 0.2 % (3,000 stretches, the groups drawn by the root of their size).
"""

SPARSEST_PER_S = 2.0
DENSEST_PER_S = 50.0
"""Notes a second of ensembles. Beyond: 0.2 % and 0.6 %. Fewer families may be sparser."""

SHORTEST_FOR_DENSITY_S = 8.0
SHORTEST_FOR_FAMILIES_S = 40.0
"""Parts rest: a family of the piece is silent in 10 % of the stretches of 20 s, 5 % of 40 s, 3 % of
60 s. So in a short film it is not asked for.
"""

_SAME_TIME_S = 0.04
_LONGEST_LAG_S = 8.0
_SHORTEST_LAG_S = 0.1
_LAGS_TRIED = 24
_STUTTER_S = 16.0
_LEAST_RESTRUCK = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a take, in a sentence; ``excess`` is how far over its limit.

    1 is just at the limit, 2 is twice as far out.
    """

    kind: Kind
    sentence: str
    excess: float


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch in which the pitched music only repeats itself."""

    start_s: float
    seconds: float
    period_s: float

    @property
    def times(self) -> float:
        """How often the pattern sounds, back to back."""
        return self.seconds / self.period_s if self.period_s > 0 else 0.0


def degeneracies(
    music: Music, families: Sequence[Family], *, tacet_s: Sequence[Span] = ()
) -> tuple[Finding, ...]:
    """What is wrong with a take; nothing, for almost all human music.

    Parameters
    ----------
    families : those that were to play
    tacet_s : spans that were to be silent: never counted as silence, nor for density
    """
    found = [
        _loop_finding(longest_loop(music)),
        _stutter_finding(music),
        _silence_finding(music, tacet_s),
        _density_finding(music, families, tacet_s),
        *_family_findings(music, families, tacet_s),
    ]
    return tuple(finding for finding in found if finding is not None)


def borrowed(measures: Mapping[str, float]) -> tuple[Finding, ...]:
    """What is wrong by ``originality.originality_measures``: nothing, if people share as much."""
    notes, limit = measures.get("originality", 0.0), measures.get("originality_human", inf)
    if notes <= limit:
        return ()
    pieces = measures.get("originality_pieces", 1.0)
    where = "one piece" if pieces == 1 else f"{pieces:.0f} pieces"
    return (
        Finding(
            "borrowed melody",
            f"{notes:.0f} notes of melody in a row are also in {where} of the training music, "
            f"where 95 of 100 human pieces share {limit:.0f} at most.",
            notes / max(limit, 1.0),
        ),
    )


def badness(findings: Sequence[Finding]) -> float:
    """0 for a sound take; orders degenerate ones, each finding by how far it is over its limit."""
    return sum(finding.excess for finding in findings)


def longest_silence(music: Music, tacet_s: Sequence[Span] = ()) -> Span:
    """The longest stretch (start, end) in which nothing sounds though something should."""
    sounding = sorted([(note.onset_s, note.end_s) for note in music.notes] + list(tacet_s))
    best: Span = (0.0, 0.0)
    until = 0.0
    for start, end in [*sounding, (music.duration_s, music.duration_s)]:
        if start - until > best[1] - best[0]:
            best = (until, start)
        until = max(until, end)
    return best


def longest_loop(music: Music) -> Loop:
    """The stretch that is nearest to a loop: every pitched note was struck one period before.

    Drums are left out: a beat that goes on is a beat. The periods tried are the 24 at which most
    notes come back, of 0.1 to 8 s; times may differ by 40 ms.
    """
    notes = [note for note in music.notes if note.family != "drums"]
    onsets = _onsets_by_key(notes)
    loops = [
        Loop(*_longest_run(notes, onsets, period_s), period_s) for period_s in _periods(onsets)
    ]
    most = max(map(_loop_excess, loops), default=0.0)
    # a loop of one second is a loop of two as well
    alike = [loop for loop in loops if _loop_excess(loop) >= 0.9 * most]
    return min(alike, key=lambda loop: loop.period_s, default=Loop(0.0, 0.0, 0.0))


def _loop_excess(loop: Loop) -> float:
    """How near a loop comes to the limits; over 1 it is beyond them."""
    return max(min(loop.seconds / long_s, loop.times / often) for long_s, often in LOOP_LIMITS)


def _onsets_by_key(notes: Sequence[Note]) -> dict[tuple[Family, int], list[float]]:
    onsets: defaultdict[tuple[Family, int], list[float]] = defaultdict(list)
    for note in sorted(notes):
        onsets[note.family, note.pitch].append(note.onset_s)
    return onsets


def _periods(onsets: dict[tuple[Family, int], list[float]]) -> list[float]:
    """Times after which many notes come back, the most frequent first, seconds."""
    counts: Counter[int] = Counter()
    for times in onsets.values():
        for number, time in enumerate(times):
            for later in times[number + 1 : number + 17]:
                if later - time > _LONGEST_LAG_S:
                    break
                counts[round((later - time) / _SAME_TIME_S)] += 1
    lags = [lag for lag, _ in counts.most_common(_LAGS_TRIED)]
    return [lag * _SAME_TIME_S for lag in lags if lag * _SAME_TIME_S >= _SHORTEST_LAG_S]


def _longest_run(
    notes: Sequence[Note], onsets: dict[tuple[Family, int], list[float]], period_s: float
) -> Span:
    """Start and length of the longest stretch of notes that all sounded a period before."""
    best: Span = (0.0, 0.0)
    begun: float | None = None
    last = 0.0
    for note in notes:
        if _sounds_at(onsets[note.family, note.pitch], note.onset_s - period_s):
            begun = note.onset_s if begun is None else begun
            last = note.onset_s
            if last - begun + period_s > best[1]:
                best = (begun - period_s, last - begun + period_s)
        else:
            begun = None
    return best


def _sounds_at(times: Sequence[float], time_s: float) -> bool:
    place = bisect_left(times, time_s - _SAME_TIME_S)
    return place < len(times) and times[place] <= time_s + _SAME_TIME_S


def _loop_finding(loop: Loop) -> Finding | None:
    excess = _loop_excess(loop)
    if excess <= 1:
        return None
    return Finding(
        "loop",
        f"From {loop.start_s:.1f} s on, {loop.period_s:.1f} s of music are repeated "
        f"{loop.times:.0f} times back to back.",
        excess,
    )


def restruck(music: Music) -> Span:
    """Where within 16 s most notes come back at once, and the share that does; (0, 0) for none.

    Of at least 16 such notes: in less, a share says nothing.
    """
    last: dict[tuple[Family, int], float] = {}
    times: list[float] = []
    again: list[int] = [0]
    for note in music.notes:
        if note.family == "drums":
            continue
        before = last.get((note.family, note.pitch), -inf)
        times.append(note.onset_s)
        again.append(again[-1] + (note.onset_s - before <= AT_ONCE_S))
        last[note.family, note.pitch] = note.onset_s
    worst: Span = (0.0, 0.0)
    for first, time in enumerate(times):
        beyond = bisect_left(times, time + _STUTTER_S)
        count = again[beyond] - again[first]
        share = count / (beyond - first)
        if count >= _LEAST_RESTRUCK and share > worst[1]:
            worst = (time, share)
    return worst


def _stutter_finding(music: Music) -> Finding | None:
    start, share = restruck(music)
    if share <= MOST_RESTRUCK:
        return None
    return Finding(
        "stutter",
        f"From {start:.1f} s on, {share:.0%} of the notes only strike a key again at once.",
        share / MOST_RESTRUCK,
    )


def _silence_finding(music: Music, tacet_s: Sequence[Span]) -> Finding | None:
    start, end = longest_silence(music, tacet_s)
    if end - start <= LONGEST_SILENCE_S:
        return None
    return Finding(
        "silence",
        f"Nothing sounds from {start:.1f} to {end:.1f} s.",
        (end - start) / LONGEST_SILENCE_S,
    )


def _density_finding(
    music: Music, families: Sequence[Family], tacet_s: Sequence[Span]
) -> Finding | None:
    seconds = _playing_s(music, tacet_s)
    if seconds < SHORTEST_FOR_DENSITY_S:
        return None
    density = len(music.notes) / seconds
    # music for one or two families may be as sparse as one line
    sparsest = SPARSEST_PER_S * min(len(families) / ENSEMBLE_FAMILIES, 1.0)
    if sparsest <= density <= DENSEST_PER_S:
        return None
    excess = density / DENSEST_PER_S if density > DENSEST_PER_S else sparsest / max(density, 0.01)
    return Finding(
        "density",
        f"{density:.1f} notes a second, where people play {sparsest:.1f} to {DENSEST_PER_S:.0f}.",
        excess,
    )


def _family_findings(
    music: Music, families: Sequence[Family], tacet_s: Sequence[Span]
) -> list[Finding]:
    if _playing_s(music, tacet_s) < SHORTEST_FOR_FAMILIES_S:
        return []
    missing = [family for family in families if family not in music.families]
    return [
        Finding("missing family", f"{family.capitalize()} never play.", 1.0 + 1 / len(families))
        for family in missing
    ]


def _playing_s(music: Music, tacet_s: Sequence[Span]) -> float:
    """Length of the music without the spans that are to be silent."""
    edges = sorted(tacet_s)
    for (_, end), (start, _) in pairwise(edges):
        if start < end:
            raise ValueError("tacet spans must not overlap")
    return music.duration_s - sum(end - start for start, end in edges)
