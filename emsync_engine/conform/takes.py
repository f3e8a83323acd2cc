"""A take carried over to a new edit: kept segments take their notes along, the rest is silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from emsync_engine import __version__
from emsync_engine.conform.plan import ConformPlan, Move
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.music.hits import hit_report
from emsync_engine.music.parts import parts_of, parts_within
from emsync_engine.music.splicing import EARLY_S, RELEASE_S, derived_id, order
from emsync_engine.project.model import Hit, Part, Take
from emsync_engine.project.notes import Family, Music, Note


@dataclass(frozen=True, slots=True)
class _Run:
    """Kept segments that follow each other in both edits: they moved together, in seconds."""

    old_start_s: float
    old_end_s: float
    shift_s: float
    at_film_start: bool
    at_film_end: bool
    ends_new_film: bool

    def holds(self, onset_s: float) -> bool:
        """Whether what begins then belongs to the run (see ``splicing.Cut``)."""
        first = self.old_start_s - (0 if self.at_film_start else EARLY_S)
        return first <= onset_s and (self.at_film_end or onset_s < self.old_end_s - EARLY_S)


def conformed_take(take: Take, plan: ConformPlan, *, frame_s: float) -> Take:
    """The take for the new edit.

    Notes of kept segments are those they were, moved as a whole; one that is held beyond a run of
    kept segments is released within half a second. Each part keeps what it was written for. The
    parts of segments that changed or are new say that they were written silent, so that they are
    stale as soon as music is wanted there.

    Parameters
    ----------
    frame_s : length of a picture of the new film in seconds
    """
    timeline = plan.timeline
    kept = [move for move in plan.moves if move.keeps_music]
    music = _moved(
        take.music, _runs(kept, take, float(timeline.duration)), float(timeline.duration)
    )
    tacet_s = tuple((float(start), float(end)) for start, end in timeline.tacet_spans)
    hits_s = tuple(float(hit.time) for hit in timeline.hits)
    judged = hit_report(music, hits_s, frame_s=frame_s, tacet_s=tacet_s)
    known = {hit.time_s: hit for hit in _known_hits(take, kept)}
    return replace(
        take,
        id=derived_id(f"{take.id}/conformed", music),
        tokens=tuple(encode(quantise(music), with_start=take.settings.has_start)),
        music=music,
        hits=tuple(known.get(hit.time_s, hit) if hit.status != "tacet" else hit for hit in judged),
        engine_version=__version__,
        measures={},
        tacet_s=tacet_s,
        parts=_parts(take, plan),
    )


def _runs(kept: Sequence[Move], take: Take, duration_s: float) -> list[_Run]:
    runs: list[list[Move]] = []
    for move in kept:
        last = runs[-1][-1] if runs else None
        if last is not None and (last.old_end, last.new_end) == (move.old_start, move.new_start):
            runs[-1].append(move)
        else:
            runs.append([move])
    return [
        _Run(
            old_start_s=float(run[0].old_start or 0),
            old_end_s=float(run[-1].old_end or 0),
            shift_s=float(run[0].shift),
            at_film_start=run[0].old_start == 0,
            at_film_end=float(run[-1].old_end or 0) >= take.music.duration_s - 1e-6,
            ends_new_film=float(run[-1].new_end or 0) >= duration_s - 1e-6,
        )
        for run in runs
    ]


def _moved(music: Music, runs: Iterable[_Run], duration_s: float) -> Music:
    notes: list[Note] = []
    bars: list[float] = []
    chords: list[float] = []
    for run in runs:
        end_s = run.old_end_s + (0.0 if run.ends_new_film else RELEASE_S)
        for note in music.notes:
            if run.holds(note.onset_s):
                held = note if note.end_s <= end_s else replace(note, end_s=end_s)
                notes.append(_shifted(held, run.shift_s, duration_s))
        bars += [time + run.shift_s for time in music.bar_onsets_s if run.holds(time)]
        chords += [time + run.shift_s for time in music.chord_onsets_s if run.holds(time)]
    return replace(
        music,
        duration_s=duration_s,
        notes=tuple(_one_on_each_key(sorted(notes, key=order))),
        bar_onsets_s=tuple(sorted(bars)),
        chord_onsets_s=tuple(sorted(chords)),
    )


def _shifted(note: Note, shift_s: float, duration_s: float) -> Note:
    if shift_s == 0 and note.end_s <= duration_s:
        return note
    onset_s = max(note.onset_s + shift_s, 0.0)
    return replace(note, onset_s=onset_s, end_s=min(note.end_s + shift_s, duration_s))


def _one_on_each_key(notes: Sequence[Note]) -> list[Note]:
    """Notes that were brought together: where one begins, the same key sounds no longer."""
    last: dict[tuple[Family, int], int] = {}
    result: list[Note] = []
    for note in notes:
        key = (note.family, note.pitch)
        if key in last and result[last[key]].end_s > note.onset_s:
            earlier = result[last[key]]
            if earlier.onset_s < note.onset_s:
                result[last[key]] = replace(earlier, end_s=note.onset_s)
        last[key] = len(result)
        result.append(note)
    return [note for note in result if note.end_s > note.onset_s]


def _known_hits(take: Take, kept: Sequence[Move]) -> Iterable[Hit]:
    """Reports on boundaries at which kept segments begin, moved with them."""
    by_time = {hit.time_s: hit for hit in take.hits if hit.status != "tacet"}
    for move in kept:
        hit = by_time.get(float(move.old_start or 0))
        if hit is None or move.new_start is None:
            continue
        shift_s = float(move.shift)
        landed = None if hit.landed_s is None else hit.landed_s + shift_s
        yield replace(hit, time_s=float(move.new_start), landed_s=landed)


def _parts(take: Take, plan: ConformPlan) -> tuple[Part, ...]:
    """What each segment was written for; nothing where nobody knows of any."""
    if not take.parts:
        return ()
    now = parts_of(plan.timeline, take_id=take.id, seed=take.seed)
    parts: list[Part] = []
    for part, move in zip(now, (one for one in plan.moves if one.new is not None), strict=True):
        if not move.keeps_music or move.old_start is None or move.old_end is None:
            parts.append(replace(part, is_tacet=True))
            continue
        shift = move.shift
        known = parts_within(take.parts, move.old_start, move.old_end)
        moved = [
            replace(
                one,
                start=one.start + shift,
                end=one.end + shift,
                take_id=one.take_id or take.id,
            )
            for one in known
        ]
        if moved:  # its edges are those of the new timeline, which may lie a fraction beside
            moved[0] = replace(moved[0], start=part.start)
            moved[-1] = replace(moved[-1], end=part.end)
        parts += moved or [replace(part, is_tacet=True)]
    return tuple(parts)
