"""MIDI files as parts with exact times and bars, and whether those bars can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import MidiUnreadableError
from emsync_engine.midi.chords import strong_chords
from emsync_engine.project.notes import FAMILIES, Family, Music, Note

DRUM_CHANNEL = 9
DRUM_LENGTH_S = 0.25
HONEST_SHARE = 0.8  # of the onsets on the grid, from here on the file's beats are the music's
_GRID_TOLERANCE_BEATS = 0.025
_DIVISIONS = (4, 3)  # sixteenths' quarter-beat grid and triplets
_MAX_LENGTH_S = 3 * 3600.0
_MOST_BARS = 100_000
_MIDI_START = b"MThd"


def family_of(program: int, *, is_drums: bool = False) -> Family | None:
    """Family of a General MIDI program (0..127); None for the percussive and sound effects."""
    if is_drums:
        return "drums"
    if program < 8:
        return "piano"
    if 24 <= program < 32:
        return "guitar"
    if 32 <= program < 40:
        return "bass"
    return "strings" if program < 112 else None


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one track and channel.

    ``spans`` is (N, 4) int64: onset and end in ticks, pitch, velocity; in order of onset.
    """

    name: str
    program: int
    is_drums: bool
    spans: NDArray[np.int64]

    @property
    def family(self) -> Family | None:
        return family_of(self.program, is_drums=self.is_drums)


@dataclass(frozen=True, slots=True)
class Score:
    """A MIDI file: parts, tempo map and meter.

    ``tempo_ticks`` and ``tempo_s`` (seconds at those ticks) with ``s_per_tick`` from there on make
    up the tempo map; ``meters`` are (tick, beats in quarter notes per bar).
    """

    ticks_per_beat: int
    parts: tuple[Part, ...]
    tempo_ticks: NDArray[np.int64]
    tempo_s: NDArray[np.float64]
    s_per_tick: NDArray[np.float64]
    meters: tuple[tuple[int, float], ...]

    def seconds(self, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        """(N,) ticks to seconds through the tempo map."""
        section = np.searchsorted(self.tempo_ticks, ticks, side="right") - 1
        elapsed: NDArray[np.float64] = (
            self.tempo_s[section] + (ticks - self.tempo_ticks[section]) * self.s_per_tick[section]
        )
        return elapsed

    def beat_length_s(self, time_s: float) -> float:
        """Length of a quarter note at a time, seconds."""
        section = max(int(np.searchsorted(self.tempo_s, time_s, side="right")) - 1, 0)
        return float(self.s_per_tick[section]) * self.ticks_per_beat

    @property
    def end_tick(self) -> int:
        return max((int(part.spans[:, 1].max()) for part in self.parts), default=0)

    def bar_ticks(self) -> NDArray[np.int64]:
        """Ticks of the bar lines up to the last note."""
        return np.array([bar for bars in self._bar_ranges() for bar in bars], dtype=np.int64)

    @property
    def bar_count(self) -> int:
        """Number of bar lines, counted without listing them: a damaged file may have billions."""
        return sum(map(len, self._bar_ranges()))

    def _bar_ranges(self) -> Iterator[range]:
        """The bar lines of each meter."""
        end = self.end_tick
        changes = [*self.meters, (end, 4.0)]
        for (start, beats), (following, _) in pairwise(changes):
            length = max(round(beats * self.ticks_per_beat), 1)
            yield range(start, min(following, end), length)

    def grid_share(self) -> float:
        """Share of the onsets that stand on the file's sixteenths or triplets, 0 to 1."""
        if not self.parts:
            return 0.0
        onsets = np.concatenate([part.spans[:, 0] for part in self.parts]) / self.ticks_per_beat
        off = np.min([np.abs(onsets * n - np.round(onsets * n)) / n for n in _DIVISIONS], axis=0)
        return float(np.mean(off <= _GRID_TOLERANCE_BEATS))

    @property
    def has_honest_bars(self) -> bool:
        """Whether the beats of the file are the beats of the music, as a performance's are not."""
        return self.grid_share() >= HONEST_SHARE


def read_score(path: Path) -> Score:
    """Read a MIDI file; MidiUnreadableError if it is none, damaged, empty or endless."""
    _require_midi(path)
    try:
        midi = mido.MidiFile(path, clip=True)
    except Exception as error:  # mido raises whatever its parser stumbles over
        detail = " ".join(str(error).split()) or "it ends too early"
        raise MidiUnreadableError(path, f"it is damaged ({detail})") from error
    if midi.ticks_per_beat <= 0:
        raise MidiUnreadableError(path, "it counts time in SMPTE frames, not in beats")
    tempi: dict[int, int] = {0: 500_000}
    meters: dict[int, float] = {0: 4.0}
    parts: list[Part] = []
    for track in midi.tracks:
        parts.extend(_read_track(track, tempi, meters))
    if not parts:
        raise MidiUnreadableError(path, "it holds no notes")
    score = _with_tempo_map(midi.ticks_per_beat, parts, tempi, meters)
    if float(score.seconds(np.array([score.end_tick]))[0]) > _MAX_LENGTH_S:
        raise MidiUnreadableError(path, "it lasts longer than three hours")
    if score.bar_count > _MOST_BARS:
        raise MidiUnreadableError(path, f"it has more than {_MOST_BARS:,} bars")
    return score


def _require_midi(path: Path) -> None:
    """MidiUnreadableError for a file that does not begin as MIDI files do."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MIDI_START))
    except FileNotFoundError as error:
        raise MidiUnreadableError(path, "there is no such file") from error
    except OSError as error:
        raise MidiUnreadableError(path, f"it cannot be read ({error.strerror})") from error
    if start != _MIDI_START:
        raise MidiUnreadableError(path, "it is not a MIDI file" if start else "it is empty")


def _read_track(
    track: mido.MidiTrack, tempi: dict[int, int], meters: dict[int, float]
) -> list[Part]:
    """Parts of one track, one for each channel and program; tempo and meter go into the maps."""
    tick = 0
    name = ""
    programs: dict[int, int] = {}
    open_notes: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    spans: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}

    def end_note(channel: int, pitch: int) -> None:
        if open_notes.get((channel, pitch)):
            onset, velocity, program = open_notes[channel, pitch].pop(0)
            spans.setdefault((channel, program), []).append(
                (onset, max(tick, onset + 1), pitch, velocity)
            )

    for message in track:
        tick += message.time
        kind = message.type
        if kind == "note_on" and message.velocity > 0:
            program = 0 if message.channel == DRUM_CHANNEL else programs.get(message.channel, 0)
            open_notes.setdefault((message.channel, message.note), []).append(
                (tick, message.velocity, program)
            )
        elif kind in ("note_on", "note_off"):
            end_note(message.channel, message.note)
        elif kind == "program_change":
            programs[message.channel] = message.program
        elif kind == "set_tempo" and message.tempo > 0:
            tempi[tick] = message.tempo
        elif kind == "time_signature" and message.numerator > 0:
            meters[tick] = 4.0 * message.numerator / message.denominator
        elif kind == "track_name":
            name = message.name
    for (channel, pitch), waiting in open_notes.items():
        for _ in range(len(waiting)):
            end_note(channel, pitch)
    return [
        Part(name, program, channel == DRUM_CHANNEL, np.array(sorted(notes), dtype=np.int64))
        for (channel, program), notes in sorted(spans.items())
    ]


def _with_tempo_map(
    ticks_per_beat: int, parts: list[Part], tempi: dict[int, int], meters: dict[int, float]
) -> Score:
    ticks = np.array(sorted(tempi), dtype=np.int64)
    s_per_tick = np.array([tempi[int(tick)] for tick in ticks]) / 1e6 / ticks_per_beat
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * s_per_tick[:-1])])
    return Score(
        ticks_per_beat, tuple(parts), ticks, seconds, s_per_tick, tuple(sorted(meters.items()))
    )


def music_of(score: Score, *, trust_bars: bool | None = None) -> Music:
    """Music of a score: families, short drum strokes, strong chords, and bars where honest.

    Silence before the first note is cut off. ``trust_bars`` overrides the judgement on the grid.
    """
    honest = score.has_honest_bars if trust_bars is None else trust_bars
    notes: list[Note] = []
    for part in score.parts:
        if part.family is None:
            continue
        onsets, ends = score.seconds(part.spans[:, 0]), score.seconds(part.spans[:, 1])
        family = part.family
        notes.extend(
            Note(onset, end, family, pitch, velocity)
            for onset, end, (_, _, pitch, velocity) in zip(
                onsets.tolist(), ends.tolist(), part.spans.tolist(), strict=True
            )
        )
    bars = score.seconds(score.bar_ticks()).tolist() if honest else []
    return finished(notes, bars, beat_s=score.beat_length_s if honest else None)


def finished(notes: list[Note], bars: list[float], *, beat_s: object = None) -> Music:
    """Music of notes in seconds: moved to start at once, drum strokes shortened, chords found."""
    if not notes:
        return Music(duration_s=0.0, notes=())
    start = min(note.onset_s for note in notes)
    earlier_bars = [bar for bar in bars if bar <= start + 1e-6]
    shift = earlier_bars[-1] if earlier_bars else start
    ordered = sorted(
        (replace(note, onset_s=note.onset_s - shift, end_s=note.end_s - shift) for note in notes),
        key=lambda note: (note.onset_s, FAMILIES.index(note.family), note.pitch),
    )
    ordered = with_short_drums(ordered)
    at = (lambda time: beat_s(time + shift)) if callable(beat_s) else None
    return Music(
        duration_s=max(note.end_s for note in ordered),
        notes=tuple(ordered),
        bar_onsets_s=tuple(bar - shift for bar in bars if bar >= shift - 1e-6),
        chord_onsets_s=tuple(chord[0].onset_s for chord in strong_chords(ordered, beat_s=at)),
    )


def with_short_drums(notes: list[Note]) -> list[Note]:
    """Give every drum stroke one regular end: at the next stroke, 250 ms later at most.

    How long a drum note is written says nothing about its sound, and differs between files.
    """
    strokes = sorted({note.onset_s for note in notes if note.family == "drums"})
    following = dict(zip(strokes, [*strokes, float("inf")][1:], strict=True)) if strokes else {}
    return [
        replace(note, end_s=min(following[note.onset_s], note.onset_s + DRUM_LENGTH_S))
        if note.family == "drums"
        else note
        for note in notes
    ]
