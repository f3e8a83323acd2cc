"""Music to stems: each family alone, dry, 48 kHz, exactly as long as the film."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from emsync_engine.cores import usable_cores
from emsync_engine.midi.writing import DEFAULT_PROGRAMS, playable_notes
from emsync_engine.monitor import SILENT, Cancelled, Monitor
from emsync_engine.project.notes import Family, Music, Note
from emsync_engine.render.attack import attacks_of, spoken_in_time
from emsync_engine.render.breath import breaths_s, draw_back, risen
from emsync_engine.render.soundfont import Soundfont, find_soundfont
from emsync_engine.render.synthesizer import BLOCK, SAMPLE_RATE, Synthesizer

FloatArray = NDArray[np.float32]
Stems = Mapping[Family, FloatArray]
Stroke = tuple[int, bool, int, int]
"""Sample, on a block's edge; whether a key goes down; pitch; velocity, 0 for one that goes up."""

_CHUNK = 24_000  # half a second: how soon a cancelled render stops
_MOST_THREADS = 4
_LOOK_S = 0.05
_WARM_UP = range(30, 90)

logger = logging.getLogger(__name__)


def sample_count(duration_s: float) -> int:
    """Samples of a film's music at 48 kHz: round(duration x 48000)."""
    return max(round(duration_s * SAMPLE_RATE), 0)


def render_stems(
    music: Music,
    soundfont: Soundfont | None = None,
    *,
    accents_s: Sequence[float] = (),
    monitor: Monitor = SILENT,
    threads: int | None = None,
) -> dict[Family, FloatArray]:
    """Render each family that plays to a stem of its own.

    FluidSynth starts notes on blocks of 64 samples, so an onset lies within 32 samples (0.67 ms) of
    the note's time; nothing else is added, and silence before the first note is exact zeros. What
    still sounds at the film's end is cut there: the mix fades it. Same music, soundfont and library
    version, same samples.

    Parameters
    ----------
    accents_s : onsets of the chords that carry a hit (``music.hits.landed_onsets``), seconds; their
        notes start earlier by the attack of their program, so that they are heard on the hit, and
        slow voices draw back before it (``render.breath``)

    Returns
    -------
    per family in score order: (N, 2) float32, N = round(duration x 48000); no limit on the level

    Raises
    ------
    ToolMissingError without FluidSynth or a soundfont; ToolFailedError if the soundfont cannot be
    loaded; whatever ``monitor`` raises, once all threads have stopped.
    """
    font = soundfont or find_soundfont()
    parts = played_parts(music, font, accents_s)
    length = sample_count(music.duration_s)
    started = time.perf_counter()
    progress = RenderProgress(len(parts) * length)
    stems = in_threads(
        {
            # the part with most notes first: it takes longest
            part.family: partial(_render_part, font, part, length, progress)
            for part in sorted(parts.values(), key=lambda part: -len(part.strokes))
        },
        progress,
        monitor=monitor,
        threads=threads,
    )
    logger.info(
        "rendered %d stems of %.1f s in %.2f s",
        len(stems),
        music.duration_s,
        time.perf_counter() - started,
    )
    return {family: stems[family] for family in parts}


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """What one family plays: a program, keys that go down and up, and the hits it breathes before.

    ``breaths_s`` are seconds, as ``render.breath`` has them.
    """

    family: Family
    program: int
    strokes: tuple[Stroke, ...]
    breaths_s: tuple[float, ...] = ()


def played_parts(
    music: Music, font: Soundfont, accents_s: Sequence[float] = ()
) -> dict[Family, PlayedPart]:
    """What each family that plays does on its keys, in score order."""
    written, attack_s = playable_notes(music), attacks_of(font, music.programs)
    playable = spoken_in_time(written, accents_s, risen(attack_s))
    breaths = breaths_s(written, accents_s, attack_s)
    parts: dict[Family, PlayedPart] = {}
    for family in music.families:
        if notes := [note for note in playable if note.family == family]:
            program = music.programs.get(family, DEFAULT_PROGRAMS[family])
            own = tuple(breaths.get(family, ()))
            parts[family] = PlayedPart(family, program, _strokes(notes), own)
    return parts


class RenderProgress:
    """What render threads share: how far they are, and the word to stop."""

    def __init__(self, total: int) -> None:
        self.total = max(total, 1)
        self._stop = threading.Event()
        self._done = 0
        self._lock = threading.Lock()

    def add(self, samples: int) -> None:
        """So many more samples are there; Cancelled if somebody wants to stop."""
        with self._lock:
            self._done += samples
        if self._stop.is_set():
            raise Cancelled

    def stop(self) -> None:
        self._stop.set()

    @property
    def done_s(self) -> float:
        return min(self._done, self.total) / SAMPLE_RATE


Made = TypeVar("Made")


def in_threads(
    tasks: Mapping[Family, Callable[[], Made]],
    progress: RenderProgress,
    *,
    monitor: Monitor = SILENT,
    threads: int | None = None,
) -> dict[Family, Made]:
    """Do one task for each family on some threads; the monitor is called from this one alone."""
    if not tasks:
        return {}
    total_s = progress.total / SAMPLE_RATE
    workers = threads or min(_MOST_THREADS, usable_cores())
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="render") as pool:
        futures = {family: pool.submit(task) for family, task in tasks.items()}
        try:
            waiting = set(futures.values())
            while waiting:
                monitor.advance("render", progress.done_s, total_s)
                finished, waiting = wait(waiting, _LOOK_S, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
            monitor.advance("render", total_s, total_s)
        except BaseException:
            progress.stop()
            raise
    return {family: future.result() for family, future in futures.items()}


def _render_part(
    font: Soundfont, part: PlayedPart, length: int, progress: RenderProgress
) -> FloatArray:
    samples = render_raw(font, part, length, progress)
    draw_back(samples, part.breaths_s)
    return samples


def render_raw(
    font: Soundfont, part: PlayedPart, length: int, progress: RenderProgress
) -> FloatArray:
    """(length, 2) samples of a part as the synthesizer plays it, before anybody draws back."""
    samples = np.zeros((-(-length // BLOCK) * BLOCK, 2), np.float32)
    with part_synthesizer(font, part) as synthesizer:
        place = 0
        for stroke in part.strokes:
            place = advance(synthesizer, samples, place, min(stroke[0], len(samples)), progress)
            strike(synthesizer, stroke)
        advance(synthesizer, samples, place, len(samples), progress)
    return np.ascontiguousarray(samples[:length])


def part_synthesizer(font: Soundfont, part: PlayedPart) -> Synthesizer:
    """A synthesizer that has the part's program at hand, and has played every key of it.

    FluidSynth's voices are used again, and slide from where the one before was panned, over the
    first 64 samples; new ones slide from silence. So a note's first millisecond depended on what
    was played before it, by up to -45 dBFS on drums. With no new voices left it does not.
    """
    synthesizer = Synthesizer(font, part.program, is_drums=part.family == "drums")
    for pitch in _WARM_UP:
        synthesizer.note_on(pitch, 100)
    for _ in range(2):
        synthesizer.fill(np.zeros((BLOCK, 2), np.float32))
        synthesizer.silence()
    synthesizer.fill(np.zeros((BLOCK, 2), np.float32))
    return synthesizer


def strike(synthesizer: Synthesizer, stroke: Stroke) -> None:
    """Let a key go down or up."""
    _, is_on, pitch, velocity = stroke
    if is_on:
        synthesizer.note_on(pitch, velocity)
    else:
        synthesizer.note_off(pitch)


def _strokes(notes: Sequence[Note]) -> tuple[Stroke, ...]:
    """Strokes in order, on block edges; a key goes up before it goes down."""
    strokes: list[Stroke] = []
    for note in notes:
        onset = round(note.onset_s * SAMPLE_RATE / BLOCK)
        end = max(round(note.end_s * SAMPLE_RATE / BLOCK), onset + 1)
        strokes.append((onset * BLOCK, True, note.pitch, min(max(note.velocity, 1), 127)))
        strokes.append((end * BLOCK, False, note.pitch, 0))
    return tuple(sorted(strokes))


def advance(
    synthesizer: Synthesizer,
    samples: FloatArray,
    start: int,
    end: int,
    progress: RenderProgress,
) -> int:
    """Fill samples [start, end) in pieces of half a second; where it ends. Cancelled if told to."""
    while start < end:
        until = min(start + _CHUNK // BLOCK * BLOCK, end)
        synthesizer.fill(samples[start:until])
        progress.add(until - start)
        start = until
    return end
