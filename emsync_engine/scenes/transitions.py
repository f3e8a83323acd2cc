"""The default detector: cuts, fades and dissolves, each with its start, middle and end."""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.picture import picture_area
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut
from emsync_engine.scenes.cutting import Changes, hard_cuts
from emsync_engine.scenes.likeness import Looks, looks_of
from emsync_engine.scenes.mixing import dissolves
from emsync_engine.scenes.plain import PlainRun, plain_runs, transitions_through_plain
from emsync_engine.scenes.strength import cut_strengths
from emsync_engine.scenes.transition import Transition
from emsync_engine.scenes.tuning import Found, Tuning
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.decode import DecodedVideo

STAGE = "scene cuts"
DETECTION_VERSION = 1  # raise it when what is found changes; what was kept is then not used
_BLOCK = 2048  # pictures looked at together, of which a long film needs many
_MARGIN_S = 6.0  # looked at on both sides of a block, so that it does not matter where it ends
_KEPT_FROM = 4 * _BLOCK  # films at least as long are kept block by block, to go on after a stop
_SMALLEST_PX = 8

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TransitionDetector:
    """Finds hard cuts, cuts to and from black, fades and dissolves.

    ``docs/cuts.md`` tells the method. Films are worked through in blocks, so that memory does not
    grow with their length; blocks of long ones are kept in the cache, so that a film that was
    stopped goes on where it was.
    """

    tuning: Tuning = field(default_factory=Tuning)
    name: str = "emsync"
    cache: Cache | None = DEFAULT_CACHE

    def detect(self, video: DecodedVideo, *, monitor: Monitor = SILENT) -> list[SceneCut]:
        return list(self.transitions(video, monitor=monitor))

    def transitions(self, video: DecodedVideo, *, monitor: Monitor = SILENT) -> list[Transition]:
        """The same with starts and ends."""
        found: dict[int, Found] = {}
        for one in self._found(video, monitor):
            if 0 < one.frame < len(video.frames):
                found.setdefault(one.frame, one)
        ordered = [found[frame] for frame in sorted(found)]
        frames = [one.frame for one in ordered]
        strengths = cut_strengths(video.frames, video.times_s(), frames)
        return [
            Transition(
                time=video.time_of(one.frame),
                frame=one.frame,
                score=float(strength),
                kind=one.kind,
                start_frame=one.first,
                end_frame=one.last,
                start=video.time_of(one.first),
                end=video.time_of(one.last),
            )
            for one, strength in zip(ordered, strengths, strict=True)
        ]

    def _found(self, video: DecodedVideo, monitor: Monitor) -> Iterator[Found]:
        count, rate = len(video.frames), effective_rate(video)
        area = _picture_area(video)
        for first in range(0, count, _BLOCK):
            key = self._key(video, first) if count >= _KEPT_FROM else None
            known = _recall(self.cache, key)
            if known is None:
                known = _found_in_block(video, first, area, rate, self.tuning, monitor)
                _keep(self.cache, key, known)
            yield from known
            monitor.advance(STAGE, min(first + _BLOCK, count), count)

    def _key(self, video: DecodedVideo, first: int) -> str:
        told = (video.info.content_hash, video.frames.shape, asdict(self.tuning), _BLOCK, first)
        digest = hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()
        return f"cuts-{DETECTION_VERSION}-{digest}"


def effective_rate(video: DecodedVideo) -> float:
    """Pictures per second as they come; of a variable rate the mean, 5 to 240."""
    if not video.info.is_vfr or len(video.frames) < 2:
        return float(video.info.frame_rate.ratio)
    return min(240.0, max(5.0, (len(video.frames) - 1) / float(video.times_s()[-1])))


def find_transitions(looks: Looks, rate: float, tuning: Tuning) -> list[Found]:
    """Transitions among consecutive pictures, in order."""
    count = len(looks)
    runs = plain_runs(looks, rate, tuning)
    is_plain, is_fading = np.zeros(count, bool), np.zeros(count, bool)
    for run in runs:
        is_plain[run.first : run.last + 1] = True
        is_fading[run.out_first : run.in_last + 1] = True
    found = transitions_through_plain(looks, runs, rate, tuning)
    changes = Changes(looks, is_plain)
    cuts = [cut for cut in hard_cuts(changes, rate, tuning) if not is_fading[cut]]
    found += [Found("hard", cut, cut, cut) for cut in cuts]
    found += dissolves(changes, _open_spans(count, cuts, runs), rate, tuning)
    return sorted(found, key=lambda one: one.frame)


def _open_spans(count: int, cuts: list[int], runs: list[PlainRun]) -> list[tuple[int, int]]:
    """Stretches without cuts and plain pictures, as first and last picture."""
    closed = [(run.out_first, run.in_last + 1) for run in runs] + [(cut, cut) for cut in cuts]
    spans, start = [], 0
    for first, end in sorted(closed):
        if first - 1 > start:
            spans.append((start, first - 1))
        start = max(start, end)
    if count - 1 > start:
        spans.append((start, count - 1))
    return spans


def _found_in_block(
    video: DecodedVideo,
    first: int,
    area: tuple[slice, slice],
    rate: float,
    tuning: Tuning,
    monitor: Monitor,
) -> list[Found]:
    """Transitions whose frame lies in one block; its surroundings are looked at too."""
    margin, count = round(_MARGIN_S * rate), len(video.frames)
    low, high = max(0, first - margin), min(count, first + _BLOCK + margin)
    monitor.advance(STAGE, first, count)
    pictures = np.array(video.frames[low:high, area[0], area[1]])
    _let_go(video.frames)
    looks = looks_of(pictures, opens_film=low == 0)
    found = [one.shifted(low) for one in find_transitions(looks, rate, tuning)]
    return [one for one in found if first <= one.frame < first + _BLOCK]


def _picture_area(video: DecodedVideo) -> tuple[slice, slice]:
    """The picture without bars; the whole of it where next to nothing would be left."""
    height, width = video.frames.shape[1:3]
    rows, columns = picture_area(video) if len(video.frames) else (slice(0), slice(0))
    if min(rows.stop - rows.start, columns.stop - columns.start) < _SMALLEST_PX:
        return slice(0, height), slice(0, width)
    return rows, columns


def _let_go(frames: NDArray[np.uint8]) -> None:
    """Hand back the memory of pictures that were read from a mapped file."""
    if isinstance(frames.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        frames.base.madvise(mmap.MADV_DONTNEED)


def _recall(cache: Cache | None, key: str | None) -> list[Found] | None:
    entry = cache.find(key) if cache is not None and key is not None else None
    if entry is None:
        return None
    return [Found(**one) for one in json.loads((entry / "found.json").read_text("utf-8"))]


def _keep(cache: Cache | None, key: str | None, found: list[Found]) -> None:
    """Write what a block gave; a cache that cannot be written is done without."""
    if cache is None or key is None:
        return
    try:
        with cache.writing(key) as folder:
            text = json.dumps([asdict(one) for one in found])
            (folder / "found.json").write_text(text, encoding="utf-8")
    except OSError as error:
        logger.info("going on without keeping scene cuts: %s", error)
