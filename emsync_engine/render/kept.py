"""A render that is kept, so that the next one need only play what has changed since.

Of each family it keeps what the synthesizer played, and the same in the hall. A take that shares
most of its notes with it is patched in: the synthesizer plays the stretches that differ
(``render.patching``), the hall is convolved there alone, and the mix is made anew, since its level
depends on all of it. The result is a full render's within -80 dBFS.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.model import Take, Timeline
from emsync_engine.project.notes import Family
from emsync_engine.render.breath import draw_back
from emsync_engine.render.fluidsynth import (
    PlayedPart,
    RenderProgress,
    in_threads,
    played_parts,
    render_raw,
    render_stems,
    sample_count,
)
from emsync_engine.render.levels import level_gains, levelled
from emsync_engine.render.mixing import (
    REVERB_SENDS,
    Mix,
    fade_of,
    finished_mix,
    in_hall,
    mix_take,
)
from emsync_engine.render.patching import Changed, differing_times, patch
from emsync_engine.render.reverb import RESPONSE_S, reverberated
from emsync_engine.render.soundfont import Soundfont, find_soundfont
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float32]

MOST_BYTES = 3 << 30
"""More is not kept: 13 minutes of five families, played and in the hall."""

_BREATH = (
    SAMPLE_RATE // 2
)  # on either side of a hit that a family breathes before no longer, or now
_BYTES = 16  # of a sample in two channels, played and in the hall
_LEFT_FREE = 1 << 30
_RESPONSE = round(RESPONSE_S * SAMPLE_RATE)

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Stem:
    """One family: what it plays, (N, 2) samples as played, and the same in the hall."""

    part: PlayedPart
    dry: FloatArray
    wet: FloatArray


@dataclass(slots=True, eq=False)
class KeptRender:
    """The last render, in files of a folder of its own; good for one thread at a time.

    A render that fails or is cancelled leaves nothing kept, and the next one is a full one; so is
    every one that would need more than ``most_bytes``, or more than the disk has.
    """

    folder: Path
    most_bytes: int = MOST_BYTES
    _stems: dict[Family, _Stem] = field(default_factory=dict)
    _of: tuple[str, int] = ("", 0)  # soundfont, length
    _shaped: tuple[object, ...] = ()  # levels, and whether the hall goes round

    def mix(
        self,
        take: Take,
        timeline: Timeline | None,
        *,
        target_lufs: float,
        font: Soundfont | None = None,
        monitor: Monitor = SILENT,
    ) -> Mix:
        """A take as it is heard, at a level, as ``render_stems`` and ``mix_take`` make it.

        Raises
        ------
        What those raise.
        """
        font = font or find_soundfont()
        started = time.perf_counter()
        try:
            wet = self._in_hall(take, timeline, font, monitor)
        except OSError as error:  # of the disk, which may be full
            logger.info("no render is kept: %s", error)
            self.forget()
            wet = None
        except BaseException:  # half of it may be the old take's, half the new one's
            self.forget()
            raise
        if wet is None:
            stems = render_stems(
                take.music, font, accents_s=landed_onsets(take.hits), monitor=monitor
            )
            dry = levelled(stems, timeline)
            return mix_take(take, dry, target_lufs=target_lufs, monitor=monitor)
        fade_s, fade_end_s = fade_of(take)
        mix = finished_mix(
            wet,
            take.music.duration_s,
            fade_s=fade_s,
            fade_end_s=fade_end_s,
            target_lufs=target_lufs,
            monitor=monitor,
        )
        logger.info("mixed in %.2f s", time.perf_counter() - started)
        return mix

    def forget(self) -> None:
        """Keep nothing any more."""
        self._stems = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def _in_hall(
        self, take: Take, timeline: Timeline | None, font: Soundfont, monitor: Monitor
    ) -> dict[Family, FloatArray] | None:
        """The stems of a take in the hall; None where they are too long to be kept."""
        parts = played_parts(take.music, font, landed_onsets(take.hits))
        length = sample_count(take.music.duration_s)
        if not self._has_room(len(parts), length):
            self.forget()
            return None
        stems = self._stems if self._of == (font.sha256, length) else {}
        self._stems = {}  # nothing is kept until all is well
        is_loop = take.settings.ending == "loop"
        shaped = (_levels(timeline), is_loop)
        changed = self._played(font, parts, stems, length, monitor)
        if shaped != self._shaped:
            changed = {family: [Changed(0, length)] for family in parts}
        gains = level_gains(timeline, length) if shaped[0] and timeline is not None else None
        for number, (family, stem) in enumerate(stems.items()):
            monitor.advance("mix", number, len(stems) + 1)
            into_hall(family, stem, changed[family], gains=gains, is_loop=is_loop)
        self._stems, self._of, self._shaped = stems, (font.sha256, length), shaped
        spans = [span for family in changed.values() for span in family]
        share = sum(span.end - span.start for span in spans) / max(len(parts) * length, 1)
        logger.info("%.0f %% of the stems was played anew", 100 * share)
        return {family: stem.wet for family, stem in stems.items()}

    def _has_room(self, families: int, length: int) -> bool:
        wanted = families * length * _BYTES
        if not 0 < wanted <= self.most_bytes:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        return bool(self._stems) or shutil.disk_usage(self.folder).free > wanted + _LEFT_FREE

    def _played(
        self,
        font: Soundfont,
        parts: dict[Family, PlayedPart],
        stems: dict[Family, _Stem],
        length: int,
        monitor: Monitor,
    ) -> dict[Family, list[Changed]]:
        """Bring the stems to what the parts play; what changed in each."""
        progress = RenderProgress(_to_play(parts, stems, length))
        tasks = {
            part.family: partial(self._play, font, part, stems.get(part.family), length, progress)
            for part in sorted(parts.values(), key=lambda one: -len(one.strokes))
        }
        made = in_threads(tasks, progress, monitor=monitor)
        stems.clear()
        stems.update({family: made[family][0] for family in parts})
        return {family: made[family][1] for family in parts}

    def _play(
        self,
        font: Soundfont,
        part: PlayedPart,
        stem: _Stem | None,
        length: int,
        progress: RenderProgress,
    ) -> tuple[_Stem, list[Changed]]:
        if stem is None or stem.part.program != part.program:
            dry, wet = (self._array(f"{part.family}-{what}", length) for what in ("dry", "wet"))
            dry[:] = render_raw(font, part, length, progress)
            return _Stem(part, dry, wet), [Changed(0, length)]
        changed = patch(font, stem.dry, stem.part.strokes, part, progress)
        changed += _breathed(stem.part, part, length)
        stem.part = part
        return stem, changed

    def _array(self, name: str, length: int) -> FloatArray:
        """(length, 2) zeros in a file; OSError if there is no room for it."""
        place = self.folder / f"{name}.f32"
        place.unlink(missing_ok=True)  # another may still be read
        with place.open("wb") as file:
            file.truncate(length * 8)
            if hasattr(os, "posix_fallocate"):  # a full disk would end the program later
                os.posix_fallocate(file.fileno(), 0, length * 8)
        return np.memmap(place, "<f4", "r+", shape=(length, 2))


def _levels(timeline: Timeline | None) -> tuple[object, ...]:
    """All that the levels of a timeline depend on; empty where it asks for none."""
    if timeline is None or not any(timeline.levels_db):
        return ()
    hits = {hit.time for hit in timeline.hits}
    return tuple((one.start, one.level_db, one.start in hits) for one in timeline.segments)


def _to_play(parts: dict[Family, PlayedPart], stems: dict[Family, _Stem], length: int) -> int:
    """About how many samples have to be played."""
    total = 0
    for family, part in parts.items():
        stem = stems.get(family)
        if stem is None or stem.part.program != part.program:
            total += length
        elif times := differing_times(stem.part.strokes, part.strokes):
            total += times[-1] - times[0] + 4 * SAMPLE_RATE
    return total


def _breathed(before: PlayedPart, after: PlayedPart, length: int) -> list[Changed]:
    """Where a family draws back now and did not, or no longer does."""
    hits_s = set(before.breaths_s) ^ set(after.breaths_s)
    places = sorted(round(hit_s * SAMPLE_RATE) for hit_s in hits_s)
    return [Changed(max(at - _BREATH, 0), min(at + _BREATH, length)) for at in places]


def into_hall(
    family: Family,
    stem: _Stem,
    changed: Sequence[Changed],
    *,
    gains: FloatArray | None,
    is_loop: bool,
) -> None:
    """Bring the stem in the hall to what was played, where that changed."""
    length = len(stem.dry)
    if any(one.start == 0 and one.end == length for one in changed):
        played = _heard(stem, 0, length, gains, is_loop=False)
        stem.wet[:] = in_hall(family, played, is_loop=is_loop)
        return
    send = np.float32(REVERB_SENDS[family])
    for span in _with_tails(changed, length, is_loop=is_loop):
        first = span.start - _RESPONSE
        played = _heard(stem, first, span.end, gains, is_loop=is_loop)
        hall = reverberated(played)
        stem.wet[span.start : span.end] = (played + send * hall)[_RESPONSE:]


def _with_tails(changed: Sequence[Changed], length: int, *, is_loop: bool) -> list[Changed]:
    """Stretches that differ in the hall: what changed and what it leaves there, joined."""
    spans = [Changed(one.start, min(one.end + _RESPONSE, length)) for one in changed]
    if is_loop:  # what is beyond the end is heard at the start
        over = max((one.end + _RESPONSE - length for one in changed), default=0)
        spans += [Changed(0, min(over, length))] if over > 0 else []
    joined: list[Changed] = []
    for span in sorted(spans, key=lambda one: one.start):
        if joined and span.start <= joined[-1].end + _RESPONSE:
            joined[-1] = Changed(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _heard(
    stem: _Stem, first: int, last: int, gains: FloatArray | None, *, is_loop: bool
) -> FloatArray:
    """(last - first, 2) samples as the hall gets them: drawn back, and at the segments' levels.

    Before the film there is silence, or in a loop its end.
    """
    length = len(stem.dry)
    start = max(first, 0)
    samples = np.zeros((last - first, 2), np.float32)
    samples[start - first :] = stem.dry[start:last]
    draw_back(samples, [hit_s - first / SAMPLE_RATE for hit_s in stem.part.breaths_s])
    if gains is not None:
        samples[start - first :] *= gains[start:last, None]
    if first < 0 and is_loop:
        places = np.arange(first, 0)
        wanted = places % length
        whole = _heard(stem, int(wanted.min()), int(wanted.max()) + 1, gains, is_loop=False)
        samples[: start - first] = whole[wanted - wanted.min()]
    return samples
