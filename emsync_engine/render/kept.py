"""A render that is kept, so that the next one need only play what has changed since.

Of each family it keeps what the synthesizer played, and the same as it is heard: in the hall, at
the levels of the segments, and faded. A take that shares most of its notes with it is patched in:
the synthesizer plays the stretches that differ (``render.patching``), only there the hall is
convolved (``render.hall_patching``), the stems are added up and the meter reads
(``render.reading``). The result is a full render's within -80 dBFS.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.model import Take, Timeline
from emsync_engine.project.notes import Family
from emsync_engine.render.fluidsynth import (
    PlayedPart,
    RenderProgress,
    in_threads,
    played_parts,
    render_raw,
    render_stems,
    sample_count,
)
from emsync_engine.render.hall_patching import HeardStem, Shape, add_up, into_hall
from emsync_engine.render.levels import levelled
from emsync_engine.render.mastering import mastered_by
from emsync_engine.render.mixing import SEAM_S, Fade, Heard, fade_of, hear_take
from emsync_engine.render.patching import differing_times, patch
from emsync_engine.render.reading import Reading
from emsync_engine.render.soundfont import Soundfont, find_soundfont
from emsync_engine.render.spans import Changed, joined
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float32]

MOST_BYTES = 3 << 30
"""More is not kept: 13 minutes of five families, played and as they are heard."""

_BREATH = SAMPLE_RATE // 2  # on either side of a hit before which a family begins to draw back
_BYTES = 8  # of a sample in two channels
_LEFT_FREE = 1 << 30

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Last:
    """What was heard last: its stems, what a meter read of their sum, and what shaped them."""

    font: str
    length: int
    shape: Shape
    stems: dict[Family, HeardStem] = field(default_factory=dict)
    reading: Reading | None = None


@dataclass(slots=True, eq=False)
class KeptRender:
    """The last render, in files of a folder of its own; good for one thread at a time.

    A render that fails or is cancelled leaves nothing kept, and the next one is a full one; so is
    every one that would need more than ``most_bytes``, or more than the disk has.
    """

    folder: Path
    most_bytes: int = MOST_BYTES
    _last: _Last | None = None

    def play(
        self,
        take: Take,
        timeline: Timeline | None,
        *,
        target_lufs: float,
        font: Soundfont | None = None,
        monitor: Monitor = SILENT,
    ) -> Heard:
        """A take as it is heard, at a level, as ``render_stems`` and ``mix_take`` make it.

        Its samples are good until the next one is played, which changes them.

        Raises
        ------
        What those raise.
        """
        font = font or find_soundfont()
        started = time.perf_counter()
        try:
            last = self._patched(take, timeline, font, monitor)
        except OSError as error:  # of the disk, which may be full
            logger.info("no render is kept: %s", error)
            last = None
        except BaseException:  # half of it may be the old take's, half the new one's
            self.forget()
            raise
        if last is None or last.reading is None:
            self.forget()
            return _played_in_full(take, timeline, target_lufs, font, monitor)
        stage = ("mix", len(last.stems), len(last.stems) + 1)
        mastering = mastered_by(
            last.reading, target_lufs=target_lufs, reported_as=stage, monitor=monitor
        )
        monitor.advance("mix", len(last.stems) + 1, len(last.stems) + 1)
        logger.info("played in %.2f s", time.perf_counter() - started)
        heard = {family: stem.wet for family, stem in last.stems.items()}
        return Heard(last.reading.samples, heard, mastering)

    def forget(self) -> None:
        """Keep nothing any more."""
        self._last = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _patched(
        self, take: Take, timeline: Timeline | None, font: Soundfont, monitor: Monitor
    ) -> _Last | None:
        """What was heard last, brought to a take; None where that is too long to be kept."""
        parts = played_parts(take.music, font, landed_onsets(take.hits))
        length = sample_count(take.music.duration_s)
        shape = _shape_of(take, timeline, length)
        last, self._last = self._last, None  # nothing is kept until all is well
        if not self._has_room(len(parts), length, has_files=last is not None):
            return None
        if last is None or (last.font, last.length) != (font.sha256, length):
            last = _Last(font.sha256, length, shape)
        if last.stems.keys() != parts.keys():
            last.reading = None  # what is gone leaves the whole sum
        changed = self._played(font, parts, last.stems, length, monitor)
        everywhere = shape.differences(last.shape, length)
        spans: list[Changed] = []
        for number, (family, stem) in enumerate(last.stems.items()):
            monitor.advance("mix", number, len(parts) + 1)
            spans += into_hall(family, stem, [*changed[family], *everywhere], shape)
        self._add_up(last, joined(spans))
        last.shape = shape
        self._last = last
        share = sum(one.end - one.start for one in spans) / (len(parts) * length)
        logger.info("%.0f %% of the stems was played anew", 100 * share)
        return last

    def _add_up(self, last: _Last, spans: list[Changed]) -> None:
        """Let the sum, and what is read of it, follow the stems."""
        if last.reading is None or spans == [Changed(0, last.length)]:
            total = self._array("mix", last.length)
            add_up(total, last.stems, [Changed(0, last.length)])
            last.reading = Reading.of(total)
        else:
            add_up(last.reading.samples, last.stems, spans)
            last.reading.read_again((one.start, one.end) for one in spans)

    def _has_room(self, families: int, length: int, *, has_files: bool) -> bool:
        wanted = (2 * families + 1) * length * _BYTES if families else 0
        if not 0 < wanted <= self.most_bytes:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        return has_files or shutil.disk_usage(self.folder).free > wanted + _LEFT_FREE

    def _played(
        self,
        font: Soundfont,
        parts: dict[Family, PlayedPart],
        stems: dict[Family, HeardStem],
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
        stem: HeardStem | None,
        length: int,
        progress: RenderProgress,
    ) -> tuple[HeardStem, list[Changed]]:
        if stem is None or stem.part.program != part.program:
            dry, wet = (self._array(f"{part.family}-{what}", length) for what in ("dry", "wet"))
            dry[:] = render_raw(font, part, length, progress)
            return HeardStem(part, dry, wet), [Changed(0, length)]
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


def _shape_of(take: Take, timeline: Timeline | None, length: int) -> Shape:
    has_levels = timeline is not None and any(timeline.levels_db)
    return Shape(
        timeline if has_levels else None,
        Fade.of(length, SEAM_S) if take.settings.ending == "loop" else None,
        Fade.of(length, *fade_of(take)),
    )


def _played_in_full(
    take: Take, timeline: Timeline | None, target_lufs: float, font: Soundfont, monitor: Monitor
) -> Heard:
    """A take as it is heard, without anything that was there before."""
    stems = render_stems(take.music, font, accents_s=landed_onsets(take.hits), monitor=monitor)
    dry = dict(levelled(stems, timeline))
    del stems
    return hear_take(take, dry, target_lufs=target_lufs, monitor=monitor)


def _to_play(parts: dict[Family, PlayedPart], stems: dict[Family, HeardStem], length: int) -> int:
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
