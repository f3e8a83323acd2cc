"""How late each program speaks, measured from its own rendering, and notes started earlier by it.

A bowed or blown note is heard later than it starts. What must land on a cut is what is heard, so
the notes that carry a hit start earlier by the attack of their program on this soundfont: the time
from the start of a note until its envelope first reaches half of its peak within 0.3 s. A note that
goes on swelling after that is taken for what is heard of it by then: measured over a whole second,
chords of strings came 13 ms early, and slow ones 100.
"""

from __future__ import annotations

import json
import logging
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi.chords import SPREAD_S
from emsync_engine.midi.writing import DEFAULT_PROGRAMS
from emsync_engine.project.notes import Family, Note
from emsync_engine.render.soundfont import Soundfont
from emsync_engine.render.synthesizer import BLOCK, SAMPLE_RATE, Synthesizer
from emsync_engine.video.cache import DEFAULT_CACHE, Cache

LONGEST_ATTACK_S = 0.5
"""No note starts earlier than this, however slowly its program swells."""

_METHOD = 2  # part of the cache's key: another way of measuring is another entry
_PITCHES = tuple(range(36, 85, 4))
_VELOCITIES = (64, 100)
_LISTEN_S = 0.3
_WINDOW_S = 0.02
_HOP = 48  # samples: one millisecond
_NEIGHBOURHOOD = 5.0  # semitones: notes this near speak alike, and one alone may beat or waver
_SILENT = 1e-6

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attack:
    """Seconds from the start of a note to half of its first peak, at some pitches of a program."""

    pitches: tuple[int, ...]
    seconds: tuple[float, ...]

    def at(self, pitch: int) -> float:
        """Attack of a pitch, between the measured ones on a straight line."""
        return float(np.interp(pitch, self.pitches, self.seconds))


def attack_of(soundfont: Soundfont, program: int, *, cache: Cache = DEFAULT_CACHE) -> Attack:
    """The attack of a General MIDI program (0..127); measured once for each soundfont.

    Measuring takes about half a second. The result is kept in the user's cache folder; if it
    cannot be kept, it is measured again next time.
    """
    key = f"attack-{_METHOD}-{soundfont.sha256[:24]}-{program}"
    if entry := cache.find(key):
        try:
            kept = json.loads((entry / "attack.json").read_text(encoding="utf-8"))
            return Attack(tuple(kept["pitches"]), tuple(kept["seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            cache.remove(key)
    attack = measured_attack(soundfont, program)
    try:
        with cache.writing(key) as folder:
            text = json.dumps({"pitches": attack.pitches, "seconds": attack.seconds})
            (folder / "attack.json").write_text(text, encoding="utf-8")
    except OSError as error:
        logger.info("the attack of program %d cannot be kept: %s", program, error)
    return attack


def measured_attack(soundfont: Soundfont, program: int) -> Attack:
    """Render single notes, dry, and see how soon they are at half of their peak.

    Envelopes (root mean square over 20 ms) are scaled to their peaks within 0.3 s, and averaged
    over velocities and over the notes within a few semitones. A program that is silent at a pitch
    has no attack there.
    """
    envelopes = np.zeros((len(_PITCHES), round(_LISTEN_S * SAMPLE_RATE / _HOP)))
    with Synthesizer(soundfont, program) as synthesizer:
        for row, pitch in enumerate(_PITCHES):
            for velocity in _VELOCITIES:
                envelopes[row] += _scaled(_envelope_of_note(synthesizer, pitch, velocity))
    places = np.array(_PITCHES, dtype=np.float64)
    near = np.exp(-0.5 * ((places[:, None] - places[None, :]) / _NEIGHBOURHOOD) ** 2)
    seconds = tuple(_half_rise_s(envelope) for envelope in near @ envelopes)
    return Attack(_PITCHES, seconds)


def _envelope_of_note(synthesizer: Synthesizer, pitch: int, velocity: int) -> NDArray[np.float64]:
    length = -(-round((_LISTEN_S + _WINDOW_S) * SAMPLE_RATE) // BLOCK) * BLOCK
    samples = np.zeros((length, 2), np.float32)
    synthesizer.note_on(pitch, velocity)
    synthesizer.fill(samples)
    synthesizer.note_off(pitch)
    synthesizer.silence()
    synthesizer.fill(np.zeros((BLOCK, 2), np.float32))
    return envelope(samples)[: round(_LISTEN_S * SAMPLE_RATE / _HOP)]


def envelope(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Level of (N, 2) samples at each millisecond: root mean square of the 20 ms around it.

    Returns
    -------
    (ceil(N / 48),) float64
    """
    power = np.mean(samples.astype(np.float64) ** 2, axis=1)
    half = round(_WINDOW_S * SAMPLE_RATE / 2)
    summed = np.concatenate([np.zeros(half + 1), np.cumsum(power)])
    summed = np.concatenate([summed, np.full(half, summed[-1])])
    mean = (summed[2 * half :] - summed[: -2 * half]) / (2 * half)
    level: NDArray[np.float64] = np.sqrt(np.maximum(mean[: len(power) : _HOP], 0.0))
    return level


def _scaled(level: NDArray[np.float64]) -> NDArray[np.float64]:
    peak = float(level.max())
    return level / peak if peak > _SILENT else np.zeros_like(level)


def _half_rise_s(level: NDArray[np.float64]) -> float:
    peak = float(level.max())
    if peak <= 0:
        return 0.0
    return min(int(np.argmax(level >= peak / 2)) * _HOP / SAMPLE_RATE, LONGEST_ATTACK_S)


def attacks_of(
    soundfont: Soundfont, programs: Mapping[Family, int]
) -> Callable[[Family, int], float]:
    """Attack in seconds of a family and pitch, as these programs play it; drums speak at once.

    A program is measured, or looked up, when it is first asked for.
    """
    known: dict[int, Attack] = {}

    def attack_s(family: Family, pitch: int) -> float:
        if family == "drums":
            return 0.0
        program = programs.get(family, DEFAULT_PROGRAMS[family])
        if program not in known:
            known[program] = attack_of(soundfont, program)
        return known[program].at(pitch)

    return attack_s


def spoken_in_time(
    notes: Sequence[Note],
    accents_s: Sequence[float],
    attack_s: Callable[[Family, int], float],
) -> tuple[Note, ...]:
    """The notes that start with an accent moved earlier, so that they are heard on it.

    A note is moved by its own attack, so that slow and quick programs sound together. It never
    starts before the film, nor before the note before it on the same key has ended. Ends stay.

    Parameters
    ----------
    notes : one at a time on each key, as ``midi.writing.playable_notes`` leaves them
    accents_s : onsets of the chords that carry a hit, seconds
    """
    accents = sorted(accents_s)
    if not accents:
        return tuple(notes)
    free_from: dict[tuple[Family, int], float] = {}
    moved: list[Note] = []
    for note in sorted(notes):
        key = (note.family, note.pitch)
        if _carries(note.onset_s, accents):
            earliest = free_from.get(key, 0.0)
            onset = max(note.onset_s - attack_s(*key), earliest)
            moved.append(replace(note, onset_s=min(onset, note.onset_s)))
        else:
            moved.append(note)
        free_from[key] = note.end_s
    return tuple(sorted(moved))


def _carries(onset_s: float, accents: Sequence[float]) -> bool:
    """Whether a note starts with one of the accents, which are in increasing order."""
    place = bisect_right(accents, onset_s + 1e-6) - 1
    return place >= 0 and onset_s - accents[place] <= SPREAD_S + 1e-6
