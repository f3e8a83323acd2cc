"""Real clips and awkward files, where the data folder is there."""

from pathlib import Path

import numpy as np
import pytest

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.scenes.detectors import DETECTORS, detect_scene_cuts
from emsync_engine.scenes.evaluation import CutScores, read_labels, score_cuts
from emsync_engine.video.cache import Cache
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe

CLIPS = Path(__file__).parents[2].parent / "shared" / "data" / "video"
AWKWARD = CLIPS / "awkward"
FEWEST_F1 = {
    "emsync": 0.95,
    "ffmpeg": 0.66,
    "content": 0.8,
    "adaptive": 0.72,
    "hash": 0.8,
    "histogram": 0.6,
}
REFUSED = {
    "audio_mp3_with_cover_art.mp3": "sound only",
    "audio_only_opus.webm": "sound only",
    "empty.mp4": "empty",
    "not_a_video.mp4": "no moving pictures",
    "truncated_no_index.mp4": "index is missing",
}
VARIABLE = {"dropframe_timecode_2997.mov", "screen_recording_vfr_noaudio.mp4", "vfr_h264.mp4"}
DAMAGED = {"corrupt_bitflips.mp4", "truncated_data_missing.mp4"}
SLOW = {"long_6min_noaudio_nocuts.mp4"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not AWKWARD.is_dir(), reason="the data folder is not there"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


def awkward_files() -> list[Path]:
    return sorted(AWKWARD.iterdir()) if AWKWARD.is_dir() else []


@pytest.mark.parametrize(
    "path", [path for path in awkward_files() if path.name not in SLOW], ids=lambda path: path.name
)
def test_awkward_files_give_a_result_or_one_sentence(path, cache):
    if path.name in REFUSED:
        with pytest.raises(VideoUnreadableError, match=REFUSED[path.name]):
            probe(path)
        return
    info = probe(path)
    video = decode(info, cache=cache)

    assert video.info.is_vfr == (path.name in VARIABLE)
    assert bool(video.warnings) == (path.name in DAMAGED)
    assert video.pts[0] == 0
    assert np.all(np.diff(video.pts) > 0)
    assert len(video.audio) == round(video.info.duration * video.audio_rate)
    assert max(video.frames.shape[1:3]) == 96
    assert (video.frames.shape[1] > video.frames.shape[2]) == (info.height > info.width)
    if path.name not in DAMAGED:
        assert video.info.duration == info.duration


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("anamorphic_sar.mp4", {"width": 640, "height": 480}),
        ("dropframe_timecode_2997.mov", {"start_timecode": "00:00:58;10"}),
        ("first_pts_10s_noaudio.mp4", {"first_picture": 10, "duration": 4, "audio_stream": None}),
        ("phone_hevc10_vfr_rotated.mp4", {"rotation": 90, "width": 1080, "height": 1920}),
        ("rotated_minus90_51audio.mp4", {"rotation": 90, "width": 1080, "height": 1920}),
        ("two_audio_two_subs_chapters.mkv", {"audio_stream": 2}),
    ],
)
def test_what_probing_must_tell(name, facts):
    info = probe(AWKWARD / name)

    assert {key: getattr(info, key) for key in facts} == facts


def test_sound_that_ends_early_is_followed_by_silence(cache):
    video = decode(probe(AWKWARD / "audio_starts_late_ends_early.mp4"), cache=cache)

    heard_s = np.flatnonzero(np.abs(video.audio) > 1e-3) / video.audio_rate
    assert 2.5 < heard_s[-1] <= 3.05  # what the container says; its picture lasts 5 s
    assert video.audio.size == 5 * video.audio_rate


def test_detectors_reach_their_measured_quality(cache):
    for name in DETECTORS:
        scores = CutScores(0, 0, 0)
        for labels in sorted((CLIPS / "cuts").glob("*.csv")):
            clip = next(path for path in CLIPS.glob(f"{labels.stem}.*") if path.suffix != ".md")
            video = decode(probe(clip), cache=cache)
            frames = [cut.frame for cut in detect_scene_cuts(video, name)]
            scores += score_cuts(frames, read_labels(labels))
        assert scores.f1 >= FEWEST_F1[name], (name, scores)
