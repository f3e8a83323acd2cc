"""Cutting music at boundaries and joining it again; what is kept is kept to the last bit."""

from __future__ import annotations

import hashlib
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from emsync_engine.music.warp import Span
from emsync_engine.project.notes import FAMILIES, Family, Music, Note

EARLY_S = 0.03
"""A note that begins so shortly before a boundary belongs behind it: it is the chord that lands
there, by up to half a frame early."""

RELEASE_S = 0.5
"""A note that is held across the end of what was written rings on for so long at most, until the
kept music of its family begins."""

_TOUCHING_S = 0.016  # two notes of one pitch that overlap by no more only touch
_BARS_APART_S = 0.4


@dataclass(frozen=True, slots=True)
class Cut:
    """Stretches [start, end) of a film of a length, all in seconds, and what begins in them.

    A stretch takes along what begins up to ``EARLY_S`` before it, and leaves as much to what
    follows; only the film's own ends are where they are.
    """

    spans_s: tuple[Span, ...]
    duration_s: float
    rings_from_s: float = float("inf")  # what begins from here on keeps its end

    @property
    def edges_s(self) -> tuple[Span, ...]:
        """The stretches by the onsets that belong to them."""
        return tuple(
            (
                start - EARLY_S if start > 0 else -EARLY_S,
                end - EARLY_S if end < self.duration_s else float("inf"),
            )
            for start, end in self.spans_s
        )

    @property
    def kept_s(self) -> tuple[Span, ...]:
        """What lies between and around the stretches, by the onsets that belong to it."""
        edges = [0.0]
        for start, end in self.edges_s:
            edges += [max(start, 0.0), min(end, self.duration_s)]
        edges.append(self.duration_s)
        return tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a)

    def holds(self, time_s: float) -> bool:
        """Whether what begins at a time belongs to one of the stretches."""
        return any(start <= time_s < end for start, end in self.edges_s)


def inside(music: Music, cut: Cut) -> Music:
    """The notes, bars and chords that begin in the stretches; notes keep their ends."""
    return _chosen(music, cut, wanted=True)


def outside(music: Music, cut: Cut) -> Music:
    """The notes, bars and chords that do not."""
    return _chosen(music, cut, wanted=False)


def _chosen(music: Music, cut: Cut, *, wanted: bool) -> Music:
    def chosen(times_s: Iterable[float]) -> tuple[float, ...]:
        return tuple(time for time in times_s if cut.holds(time) == wanted)

    return replace(
        music,
        notes=tuple(note for note in music.notes if cut.holds(note.onset_s) == wanted),
        bar_onsets_s=chosen(music.bar_onsets_s),
        chord_onsets_s=chosen(music.chord_onsets_s),
    )


def spliced(kept: Music, new: Music, cut: Cut) -> Music:
    """The kept music with other music in the stretches; every kept note stays as it is.

    A kept note that is held into a stretch rings on: where the new music strikes its pitch
    meanwhile, that note is left out. A new note that is held across the end of its stretch is
    released where its family begins in the kept music, after ``RELEASE_S`` at the latest.

    Parameters
    ----------
    kept, new : music of one length; of each only what belongs to it is taken
    """
    kept, new = outside(kept, cut), inside(new, cut)
    families = _onsets_by_family(kept)
    joining = [
        note
        for note in (_released(one, cut, families) for one in new.notes)
        if note.end_s > note.onset_s
    ]
    joined = _beside(kept.notes, joining)
    bars = [
        bar
        for bar in new.bar_onsets_s
        if all(abs(bar - other) >= _BARS_APART_S for other in _neighbours(kept.bar_onsets_s, bar))
    ]
    return replace(
        kept,
        notes=tuple(sorted([*kept.notes, *joined], key=order)),
        bar_onsets_s=tuple(sorted([*kept.bar_onsets_s, *bars])),
        chord_onsets_s=tuple(sorted([*kept.chord_onsets_s, *new.chord_onsets_s])),
    )


def order(note: Note) -> tuple[float, int, int]:
    """By which notes stand in music."""
    return note.onset_s, FAMILIES.index(note.family), note.pitch


def _onsets_by_family(music: Music) -> dict[Family, list[float]]:
    onsets: dict[Family, list[float]] = {family: [] for family in FAMILIES}
    for note in music.notes:
        onsets[note.family].append(note.onset_s)
    return {family: sorted(times) for family, times in onsets.items()}


def _released(note: Note, cut: Cut, kept_onsets: dict[Family, list[float]]) -> Note:
    """A new note, ended behind its stretch where the kept music of its family begins."""
    end_s = next(
        (
            end
            for (start, end), edge in zip(cut.spans_s, cut.edges_s, strict=True)
            if edge[0] <= note.onset_s < edge[1]
        ),
        cut.duration_s,
    )
    rings_on = note.onset_s >= cut.rings_from_s
    if note.end_s <= end_s or end_s >= cut.duration_s or rings_on:
        return note if note.end_s <= cut.duration_s else replace(note, end_s=cut.duration_s)
    onsets = kept_onsets[note.family]
    place = bisect_left(onsets, end_s - EARLY_S)
    following = onsets[place] if place < len(onsets) else float("inf")
    return replace(note, end_s=min(note.end_s, max(following, note.onset_s), end_s + RELEASE_S))


def _beside(kept: Sequence[Note], new: Sequence[Note]) -> list[Note]:
    """The new notes that can sound beside the kept ones of their pitch, cut where those begin."""
    spans: dict[tuple[Family, int], list[tuple[float, float]]] = {}
    for note in kept:
        spans.setdefault((note.family, note.pitch), []).append((note.onset_s, note.end_s))
    for held in spans.values():
        held.sort()
    result: list[Note] = []
    for note in new:
        fitted = _fitted_between(note, spans.get((note.family, note.pitch), []))
        if fitted is not None:
            result.append(fitted)
    return result


def _fitted_between(note: Note, held: Sequence[tuple[float, float]]) -> Note | None:
    place = bisect_right(held, (note.onset_s, float("inf")))
    onset_s, end_s = note.onset_s, note.end_s
    if place and held[place - 1][1] > onset_s:
        if held[place - 1][1] - onset_s > _TOUCHING_S:
            return None
        onset_s = held[place - 1][1]
    if place < len(held):
        end_s = min(end_s, held[place][0])
    if end_s <= onset_s:
        return None
    is_same = (onset_s, end_s) == (note.onset_s, note.end_s)
    return note if is_same else replace(note, onset_s=onset_s, end_s=end_s)


def _neighbours(times_s: Sequence[float], time_s: float) -> Sequence[float]:
    """The times before and after one, as far as there are."""
    place = bisect_left(times_s, time_s)
    return times_s[max(place - 1, 0) : place + 1]


def excerpt(music: Music, start_s: float, end_s: float) -> Music:
    """What begins in [start, end), with its times counted from the start; notes end at the end."""

    def moved(times_s: Iterable[float]) -> tuple[float, ...]:
        return tuple(time - start_s for time in times_s if start_s <= time < end_s)

    notes = tuple(
        replace(note, onset_s=note.onset_s - start_s, end_s=min(note.end_s, end_s) - start_s)
        for note in music.notes
        if start_s <= note.onset_s < end_s
    )
    return replace(
        music,
        duration_s=end_s - start_s,
        notes=notes,
        bar_onsets_s=moved(music.bar_onsets_s),
        chord_onsets_s=moved(music.chord_onsets_s),
    )


def derived_id(origin: str, music: Music) -> str:
    """An id for a take that was made of another, by what it came from and its notes."""
    notes = ";".join(f"{n.onset_s!r},{n.end_s!r},{n.family},{n.pitch}" for n in music.notes)
    digest = hashlib.sha256(notes.encode()).hexdigest()
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{origin}/{digest}").hex[:12]
