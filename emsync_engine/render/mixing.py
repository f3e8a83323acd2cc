"""Stems to a mix: hall, fade, and a level that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.tacet import sounding_end_s
from emsync_engine.project.model import Take
from emsync_engine.project.notes import Family
from emsync_engine.render.fluidsynth import Stems, sample_count
from emsync_engine.render.mastering import CEILING_DBTP, TARGET_LUFS, Mastering, mastered
from emsync_engine.render.reverb import RESPONSE_S, reverberated
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float32]

FADE_S = 3.0  # thesis section 4

ENDING_FADES_S: Mapping[str, float] = MappingProxyType(
    {"fade": FADE_S, "ring": 0.4, "button": 0.05, "loop": 0.0}
)
"""Fade of each ending: all but the fade itself end in the music, and only must not click."""

SEAM_S = 0.005
"""In a loop only what is played fades out; the hall goes on over the seam."""

REVERB_SENDS: Mapping[Family, float] = MappingProxyType(
    {"drums": 0.10, "bass": 0.05, "guitar": 0.22, "piano": 0.25, "strings": 0.35}
)
"""Amplitude that each family sends to the hall: rhythm near, strings far."""

_LARGEST_SHARE_FADED = 3  # at most a third of the film


@dataclass(frozen=True, slots=True)
class Mix:
    """A finished mix, and how it came to its level.

    ``samples`` and each of ``stems`` are (N, 2) float32 at 48 kHz; the stems add up to the samples.
    ``mastering`` is what was done to all stems alike; ``note`` is one sentence on it.
    """

    samples: FloatArray
    stems: Stems
    mastering: Mastering

    @property
    def loudness_lufs(self) -> float:
        return self.mastering.after.integrated_lufs

    @property
    def true_peak_dbtp(self) -> float:
        return self.mastering.true_peak_dbtp

    @property
    def gain_db(self) -> float:
        return self.mastering.gain_db

    @property
    def note(self) -> str:
        return self.mastering.sentence("The music")


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A mix and its stems, (N, 2) each, in the hall and faded, and how they come to their level."""

    total: FloatArray
    stems: Stems
    mastering: Mastering

    @property
    def note(self) -> str:
        """One sentence on the level."""
        return self.mastering.sentence("The music")

    def become_mix(self) -> Mix:
        """All of it at its level; the arrays are the same ones, changed."""
        for samples in (*self.stems.values(), self.total):
            _bring_to_level(self.mastering, samples)
        return Mix(self.total, self.stems, self.mastering)


def mix_stems(
    stems: Stems,
    duration_s: float,
    *,
    fade_s: float = FADE_S,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    is_loop: bool = False,
    fade_end_s: float | None = None,
    monitor: Monitor = SILENT,
) -> Mix:
    """Put dry stems into one hall, fade the end, and set the level of all alike (``mastering``).

    One gain brings the mix to ``target_lufs``, and a limiter keeps its true peaks under the
    ceiling; where that would have to work too hard the level stays lower, and ``note`` says so.

    Parameters
    ----------
    stems : per family (N, 2), N = round(duration x 48000); ValueError otherwise
    fade_s : a shorter film fades over a third of its length; 0 for none
    fade_end_s : where the fade reaches silence, seconds; None for the film's end
    is_loop : the hall of the end goes on over the start, as it does when the music repeats
    """
    return hear_stems(
        dict(stems),
        duration_s,
        fade_s=fade_s,
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        is_loop=is_loop,
        fade_end_s=fade_end_s,
        monitor=monitor,
    ).become_mix()


def in_hall(family: Family, stem: FloatArray, *, is_loop: bool = False) -> FloatArray:
    """A dry stem (N, 2) with what its family sends to the hall; (N, 2), a new array."""
    if is_loop:
        stem = stem.copy()
        Fade.of(len(stem), SEAM_S).apply(stem)
    return with_hall(family, stem, is_loop=is_loop)


def with_hall(family: Family, stem: FloatArray, *, is_loop: bool = False) -> FloatArray:
    """As ``in_hall``, of a stem that has its seam."""
    hall = _reverberated_in_a_loop(stem) if is_loop else reverberated(stem)
    return stem + np.float32(REVERB_SENDS[family]) * hall


def hear_stems(
    stems: dict[Family, FloatArray],
    duration_s: float,
    *,
    fade_s: float = FADE_S,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    is_loop: bool = False,
    fade_end_s: float | None = None,
    monitor: Monitor = SILENT,
) -> Heard:
    """Put dry stems into one hall, fade them, and find their level, as ``mix_stems``.

    Parameters
    ----------
    stems : per family (N, 2), N = round(duration x 48000); taken out one by one, so that no more
        memory is needed
    """
    length = sample_count(duration_s)
    if any(stem.shape != (length, 2) for stem in stems.values()):
        raise ValueError(f"every stem must have the shape ({length}, 2)")
    fade = Fade.of(length, fade_s, fade_end_s)
    wet: dict[Family, FloatArray] = {}
    total = np.zeros((length, 2), np.float32)
    families = tuple(stems)
    for number, family in enumerate(families):
        monitor.advance("mix", number, len(families) + 1)
        wet[family] = in_hall(family, stems.pop(family), is_loop=is_loop)
        fade.apply(wet[family])
        total += wet[family]
    stage = ("mix", len(families), len(families) + 1)
    monitor.advance(*stage)
    mastering = mastered(
        total,
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        reported_as=stage,
        monitor=monitor,
    )
    monitor.advance("mix", len(families) + 1, len(families) + 1)
    return Heard(total, wet, mastering)


@dataclass(frozen=True, slots=True, eq=False)
class Fade:
    """How the end fades: full level up to sample ``first``, then (F,) ``gains``, then silence."""

    first: int
    gains: FloatArray

    @classmethod
    def of(cls, length: int, fade_s: float, end_s: float | None = None) -> Fade:
        """A fade over so many seconds to silence at ``end_s``; at the last sample if None."""
        end = length if end_s is None else min(sample_count(end_s), length)
        gains = fade_gains(end, fade_s)
        first = int(np.argmax(gains < 1)) if np.any(gains < 1) else end
        return cls(first, gains[first:])

    def apply(self, samples: FloatArray, start: int = 0) -> None:
        """Fade (n, 2) samples in place, the first of which is sample ``start`` of the music."""
        end = self.first + len(self.gains)
        first, last = max(self.first, start), min(end, start + len(samples))
        if first < last:
            faded = self.gains[first - self.first : last - self.first]
            samples[first - start : last - start] *= faded[:, None]
        samples[max(end - start, 0) :] = 0.0


def _bring_to_level(mastering: Mastering, samples: FloatArray) -> None:
    """Let samples (N, 2) be as they are to sound, in place."""
    start = 0
    for chunk in mastering.applied(samples):
        samples[start : start + len(chunk)] = chunk
        start += len(chunk)


def mix_take(
    take: Take,
    stems: Stems,
    *,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    monitor: Monitor = SILENT,
) -> Mix:
    """Mix a take's stems as its ending asks for: what fades has faded where the music ends.

    Where a silence begins, the hall may ring over.
    """
    heard = hear_take(
        take, dict(stems), target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp, monitor=monitor
    )
    return heard.become_mix()


def hear_take(
    take: Take,
    stems: dict[Family, FloatArray],
    *,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    monitor: Monitor = SILENT,
) -> Heard:
    """A take's stems as its ending asks for; they are taken out one by one (``hear_stems``)."""
    fade_s, fade_end_s = fade_of(take)
    return hear_stems(
        stems,
        take.music.duration_s,
        fade_s=fade_s,
        fade_end_s=fade_end_s,
        is_loop=take.settings.ending == "loop",
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        monitor=monitor,
    )


def fade_of(take: Take) -> tuple[float, float | None]:
    """How long a take fades, and where it has faded; None for the film's end. Seconds."""
    ending, duration_s = take.settings.ending, take.music.duration_s
    end_s = sounding_end_s(duration_s, take.tacet_s) if ending == "fade" else None
    return ENDING_FADES_S[ending], end_s


def _reverberated_in_a_loop(stem: FloatArray) -> FloatArray:
    """The hall's answer to a stem that has been heard before, as often as the hall remembers."""
    before = -(-round(RESPONSE_S * SAMPLE_RATE) // max(len(stem), 1))
    return reverberated(np.tile(stem, (before + 1, 1)))[before * len(stem) :]


def fade_gains(length: int, fade_s: float) -> FloatArray:
    """(length,) gains that are 1 and fall to 0 on the last sample by a half cosine."""
    gains = np.ones(length, np.float32)
    faded = min(round(max(fade_s, 0.0) * SAMPLE_RATE), length // _LARGEST_SHARE_FADED)
    if faded > 0:
        place = np.arange(1, faded + 1) / faded
        gains[length - faded :] = 0.5 + 0.5 * np.cos(np.pi * place)
    return gains
