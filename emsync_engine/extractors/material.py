"""What extractors work on: the pictures and the sound of one film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emsync_engine.extractors.pictures import FilmPictures, film_pictures
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.decode import DecodedVideo


@dataclass(slots=True, eq=False)
class FilmMaterial:
    """One film as the models see it; its pictures are decoded when the first of them asks.

    Attributes
    ----------
    content_hash : of the file, by which results are kept
    audio : (M,) float32 mono at ``audio_rate``
    """

    content_hash: str
    duration_s: float
    audio: NDArray[np.float32]
    audio_rate: int
    has_audio: bool
    read_pictures: Callable[[], FilmPictures]
    _pictures: FilmPictures | None = field(default=None, init=False)

    def pictures(self) -> FilmPictures:
        """Pictures of up to 640 pixels, every half second or second."""
        if self._pictures is None:
            self._pictures = self.read_pictures()
        return self._pictures


def film_material(
    video: DecodedVideo, *, cache: Cache | None = DEFAULT_CACHE, monitor: Monitor = SILENT
) -> FilmMaterial:
    """The material of a decoded film."""
    duration_s = float(video.info.duration)
    return FilmMaterial(
        content_hash=video.info.content_hash,
        duration_s=duration_s,
        audio=video.audio,
        audio_rate=video.audio_rate,
        has_audio=video.has_audio,
        read_pictures=lambda: film_pictures(
            video.info, duration_s=duration_s, cache=cache, monitor=monitor
        ),
    )
