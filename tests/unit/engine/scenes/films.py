"""Decoded films drawn for a test, without a file."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from emsync_engine.timing import FrameRate
from emsync_engine.video.decode import DecodedVideo
from emsync_engine.video.probe import VideoInfo


def video_info(
    frames: int = 100, rate: Fraction = Fraction(24), *, is_vfr: bool = False
) -> VideoInfo:
    return VideoInfo(
        path=Path("film.mp4"),
        content_hash="0" * 40,
        duration=frames / rate,
        frame_rate=FrameRate(rate),
        frame_count=frames,
        is_vfr=is_vfr,
        width=96,
        height=54,
        rotation=0,
        first_picture=Fraction(0),
        start_timecode=None,
        container="mov",
        streams=(),
        video_stream=0,
        audio_stream=None,
    )


def film(frames: np.ndarray, rate: Fraction = Fraction(24)) -> DecodedVideo:
    """A film of (N, h, w, 3) pictures without sound."""
    samples = round(len(frames) / rate * 16_000)
    return DecodedVideo(
        info=video_info(len(frames), rate),
        pts=np.arange(len(frames), dtype=np.int64),
        time_base=1 / rate,
        frames=frames.astype(np.uint8),
        audio=np.zeros(samples, np.float32),
        audio_rate=16_000,
        has_audio=False,
        stills=frames[:1].astype(np.uint8),
        still_times_s=np.zeros(1),
        peaks=np.zeros((-(-samples // 160), 2), np.float32),
        peaks_per_s=100,
        warnings=(),
    )


def textures(count: int, seed: int = 3) -> np.ndarray:
    """(count, 27, 48, 3) float pictures that differ in layout and colour."""
    noise = np.random.default_rng(seed).integers(10, 245, (count, 9, 16, 3))
    return noise.repeat(3, axis=1).repeat(3, axis=2).astype(np.float64)


def mixed(shares: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Pictures mixed of two, one per share of the second."""
    weights = shares[:, None, None, None]
    return before * (1 - weights) + after * weights
