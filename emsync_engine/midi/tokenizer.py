"""Notes to tokens and back; on quantised music the round trip is the identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.chords import SPREAD_S
from emsync_engine.project.notes import FAMILIES, HIGHEST_PITCH, LOWEST_PITCH, Family, Music, Note

ENSEMBLE_FAMILIES = 3  # from this many on a piece is marked MORE_INSTRUMENTS
_FAMILY_ORDER = {family: index for index, family in enumerate(FAMILIES)}


def steps_of(time_s: float) -> int:
    """Nearest place on the grid of 8 ms."""
    return round(time_s / v.STEP_S)


def quantise(music: Music) -> Music:
    """Put every time on the grid of 8 ms and make each pitch of a family sound once at a time.

    Notes outside A0..C8 are left out; a note struck again while it sounds ends there; of two notes
    at one time the longer stays; the notes of a strong chord start with its first one, so that
    they stand between ``CHORD`` and the next ``TIMESHIFT``.
    """
    spread = round(SPREAD_S / v.STEP_S)
    chords: list[int] = []
    for chord in sorted(steps_of(onset) for onset in music.chord_onsets_s):
        if not chords or chord - chords[-1] > spread:
            chords.append(chord)
    heads = {chord + late: chord for chord in chords for late in range(spread + 1)}
    spans: dict[tuple[int, Family, int], Note] = {}
    for note in music.notes:
        if not LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH:
            continue
        onset = steps_of(note.onset_s)
        if note.family != "drums":
            onset = heads.get(onset, onset)
        end = max(steps_of(note.end_s), onset + 1)
        key = (onset, note.family, note.pitch)
        if key in spans and spans[key].end_s >= end * v.STEP_S:
            continue
        spans[key] = replace(note, onset_s=onset * v.STEP_S, end_s=end * v.STEP_S)
    notes = _without_overlaps(spans[key] for key in sorted(spans, key=_span_order))
    onsets = {steps_of(note.onset_s) for note in notes if note.family != "drums"}
    return replace(
        music,
        notes=tuple(sorted(notes, key=_note_order)),
        bar_onsets_s=tuple(
            step * v.STEP_S for step in sorted({steps_of(bar) for bar in music.bar_onsets_s})
        ),
        chord_onsets_s=tuple(chord * v.STEP_S for chord in chords if chord in onsets),
    )


def _span_order(key: tuple[int, Family, int]) -> tuple[int, int, int]:
    return key[0], _FAMILY_ORDER[key[1]], key[2]


def _note_order(note: Note) -> tuple[int, int, int]:
    return steps_of(note.onset_s), _FAMILY_ORDER[note.family], note.pitch


def _without_overlaps(notes: Iterable[Note]) -> list[Note]:
    """End each note where the same pitch of the same family is struck again."""
    result: list[Note] = []
    sounding: dict[tuple[Family, int], int] = {}
    for note in notes:
        key = (note.family, note.pitch)
        previous = sounding.get(key)
        if previous is not None and result[previous].end_s > note.onset_s:
            result[previous] = replace(result[previous], end_s=note.onset_s)
        sounding[key] = len(result)
        result.append(note)
    return result


def encode(music: Music, *, with_start: bool = True) -> list[int]:
    """Tokens of quantised music.

    At one time the order is OFF, BAR, CHORD, ON, by family and pitch. The sequence begins with
    FEWER_INSTRUMENTS or MORE_INSTRUMENTS (three families or more), then START.
    """
    many = len(music.families) >= ENSEMBLE_FAMILIES
    tokens = [v.MORE_INSTRUMENTS if many else v.FEWER_INSTRUMENTS]
    if with_start:
        tokens.append(v.START)
    now = 0
    for step, _, token in sorted(_events(music)):
        tokens.extend(_shifts(step - now))
        tokens.append(token)
        now = step
    tokens.extend(_shifts(steps_of(music.duration_s) - now))
    return tokens


def _events(music: Music) -> Iterable[tuple[int, int, int]]:
    """(step, rank at that step, token) of everything that happens."""
    for note in music.notes:
        yield steps_of(note.end_s), 0, v.off_token(note.family, note.pitch)
        yield steps_of(note.onset_s), 3, v.on_token(note.family, note.pitch)
    for bar in music.bar_onsets_s:
        yield steps_of(bar), 1, v.BAR
    for chord in music.chord_onsets_s:
        yield steps_of(chord), 2, v.CHORD


def _shifts(steps: int) -> list[int]:
    whole, rest = divmod(max(steps, 0), v.MAX_SHIFT_STEPS)
    return [v.shift_token(v.MAX_SHIFT_STEPS)] * whole + ([v.shift_token(rest)] if rest else [])


class NoteCollector:
    """Turns tokens into notes one by one, and knows what sounds; sampling uses it to keep pairs."""

    def __init__(self) -> None:
        self.step = 0
        self.notes: list[Note] = []
        self.bars: list[int] = []
        self.chords: list[int] = []
        self.sounding: dict[tuple[Family, int], int] = {}

    def take(self, token: int) -> None:
        """Follow one token. An ON of a sounding note strikes it again; a lone OFF does nothing."""
        if v.is_shift(token):
            self.step += v.shift_steps(token)
        elif v.is_on(token):
            key = v.note_of(token)
            self._end(key)
            self.sounding[key] = self.step
        elif v.is_off(token):
            self._end(v.note_of(token))
        elif token == v.BAR:
            self.bars.append(self.step)
        elif token == v.CHORD:
            self.chords.append(self.step)

    def close(self, end_step: int | None = None) -> None:
        """End every note that still sounds, at a step or now."""
        self.step = self.step if end_step is None else end_step
        for key in list(self.sounding):
            self._end(key)

    def _end(self, key: tuple[Family, int]) -> None:
        onset = self.sounding.pop(key, None)
        if onset is not None and self.step > onset:
            family, pitch = key
            self.notes.append(Note(onset * v.STEP_S, self.step * v.STEP_S, family, pitch))


def decode(tokens: Sequence[int], *, duration_s: float | None = None) -> Music:
    """Music of a token sequence; notes still sounding at the end are closed there."""
    collector = NoteCollector()
    for token in tokens:
        collector.take(token)
    end = collector.step if duration_s is None else steps_of(duration_s)
    collector.close(max(end, 1))
    return Music(
        duration_s=end * v.STEP_S if duration_s is None else duration_s,
        notes=tuple(sorted(collector.notes, key=_note_order)),
        bar_onsets_s=tuple(step * v.STEP_S for step in collector.bars),
        chord_onsets_s=tuple(step * v.STEP_S for step in collector.chords),
    )
