"""Music to stems: each family alone, dry, 48 kHz, exactly as long as the film."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

import numpy as np
from numpy.typing import NDArray

from emsync_engine.cores import usable_cores
from emsync_engine.midi.writing import DEFAULT_PROGRAMS, playable_notes
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.notes import Family, Music, Note
from emsync_engine.render.attack import attacks_of, spoken_in_time
from emsync_engine.render.breath import breaths_s, draw_back, risen
from emsync_engine.render.soundfont import Soundfont, find_soundfont
from emsync_engine.render.synthesizer import BLOCK, SAMPLE_RATE, Synthesizer

FloatArray = NDArray[np.float32]
Stems = Mapping[Family, FloatArray]

_CHUNK = 24_000  # half a second: how soon a cancelled render stops
_MOST_THREADS = 4
_LOOK_S = 0.05

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
    written, attack_s = playable_notes(music), attacks_of(font, music.programs)
    playable = spoken_in_time(written, accents_s, risen(attack_s))
    parts = {
        family: [note for note in playable if note.family == family]
        for family in music.families
        if any(note.family == family for note in playable)
    }
    length = sample_count(music.duration_s)
    started = time.perf_counter()
    breaths = breaths_s(written, accents_s, attack_s)
    job = _Job(font, music.programs, breaths, length, max(1, len(parts) * length))
    stems = _render_parallel(job, parts, monitor, threads or min(_MOST_THREADS, usable_cores()))
    logger.info(
        "rendered %d stems of %.1f s in %.2f s",
        len(stems),
        music.duration_s,
        time.perf_counter() - started,
    )
    return stems


class _Job:
    """What the render threads share: the task, how far they are, and the word to stop."""

    def __init__(
        self,
        font: Soundfont,
        programs: Mapping[Family, int],
        breaths: Mapping[Family, Sequence[float]],
        length: int,
        total: int,
    ) -> None:
        self.font = font
        self.programs = programs
        self.breaths = breaths
        self.length = length
        self.total = total
        self.stop = threading.Event()
        self._done = 0
        self._lock = threading.Lock()

    def add_done(self, samples: int) -> None:
        with self._lock:
            self._done += samples

    @property
    def done_s(self) -> float:
        return self._done / SAMPLE_RATE


def _render_parallel(
    job: _Job, parts: Mapping[Family, Sequence[Note]], monitor: Monitor, threads: int
) -> dict[Family, FloatArray]:
    """Render the parts on some threads; the monitor is called from this one alone."""
    if not parts:
        return {}
    total_s = job.total / SAMPLE_RATE
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="render") as pool:
        # the part with most notes first: it takes longest
        order = sorted(parts, key=lambda family: -len(parts[family]))
        futures = {
            family: pool.submit(_render_part, job, family, parts[family]) for family in order
        }
        try:
            waiting = set(futures.values())
            while waiting:
                monitor.advance("render", job.done_s, total_s)
                finished, waiting = wait(waiting, _LOOK_S, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
            monitor.advance("render", total_s, total_s)
        except BaseException:
            job.stop.set()
            raise
    return {family: futures[family].result() for family in parts}


def _render_part(job: _Job, family: Family, notes: Sequence[Note]) -> FloatArray:
    program = job.programs.get(family, DEFAULT_PROGRAMS[family])
    blocks = -(-job.length // BLOCK)
    samples = np.zeros((blocks * BLOCK, 2), np.float32)
    with Synthesizer(job.font, program, is_drums=family == "drums") as synthesizer:
        place = 0
        for at, is_on, note in _strokes(notes):
            place = _advance(synthesizer, samples, place, min(at, len(samples)), job)
            if is_on:
                synthesizer.note_on(note.pitch, min(max(note.velocity, 1), 127))
            else:
                synthesizer.note_off(note.pitch)
        _advance(synthesizer, samples, place, len(samples), job)
    draw_back(samples, job.breaths.get(family, ()))
    return np.ascontiguousarray(samples[: job.length])


def _strokes(notes: Sequence[Note]) -> list[tuple[int, bool, Note]]:
    """(sample, on or off, note) in order, on block edges; a key goes up before it goes down."""
    strokes: list[tuple[int, bool, Note]] = []
    for note in notes:
        onset = round(note.onset_s * SAMPLE_RATE / BLOCK)
        end = max(round(note.end_s * SAMPLE_RATE / BLOCK), onset + 1)
        strokes.append((onset * BLOCK, True, note))
        strokes.append((end * BLOCK, False, note))
    strokes.sort(key=lambda stroke: (stroke[0], stroke[1], stroke[2].pitch))
    return strokes


def _advance(synthesizer: Synthesizer, samples: FloatArray, start: int, end: int, job: _Job) -> int:
    """Fill the samples from start to end; returns end, or stops early when told to."""
    while start < end and not job.stop.is_set():
        until = min(start + _CHUNK // BLOCK * BLOCK, end)
        synthesizer.fill(samples[start:until])
        job.add_done(until - start)
        start = until
    return end
