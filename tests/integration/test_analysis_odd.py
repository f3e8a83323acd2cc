"""Films that have little to read, or that are odd: a reading, or one sentence; never a crash."""

import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from scipy.signal import resample_poly

from emsync_engine.errors import EmsyncError
from emsync_engine.monitor import Cancelled
from emsync_engine.pipeline import analyse
from tests.data import make_media
from tests.data.make_sounds import noise, voice

RATE = Fraction(24)
pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(tmp_path / "cache"))


def film(path, pictures, sound=None):
    """A film of pictures, and a sound of 16 kHz if there is one."""
    sounds = [] if sound is None else [resample_poly(sound, 441, 160).astype(np.float32)]
    return make_media.write_film(path, list(pictures), RATE, sounds=sounds)


def grey(count, level=0):
    return np.full((count, 72, 128, 3), level, np.uint8)


def snow(count):
    return np.random.default_rng(1).integers(0, 255, (count, 72, 128, 3)).astype(np.uint8)


def require_valid(analysis):
    assert len(analysis.timeline.emotions) == len(analysis.timeline.segments)
    for segment in analysis.timeline.segments:
        emotion = segment.emotion
        assert abs(emotion.detected.valence) <= 0.8
        assert abs(emotion.detected.arousal) <= 0.8
        assert 0 <= emotion.confidence <= 1
        assert sum(emotion.distribution) == pytest.approx(1)
        assert emotion.explanation


def test_one_frame(tmp_path):
    analysis = analyse(film(tmp_path / "one.mp4", grey(1, 120)))
    require_valid(analysis)
    assert len(analysis.timeline.segments) == 1
    assert analysis.sound is None


def test_a_black_film_says_nothing_for_certain(tmp_path):
    analysis = analyse(film(tmp_path / "black.mp4", grey(48)))
    require_valid(analysis)
    (segment,) = analysis.timeline.segments
    assert segment.emotion.confidence < 0.3
    assert abs(segment.emotion.detected.valence) < 0.1


def test_noise_in_picture_and_sound_is_no_music_and_no_speech(tmp_path):
    hiss = noise(4, "white", seed=3)
    analysis = analyse(film(tmp_path / "noise.mp4", snow(96), sound=hiss))
    require_valid(analysis)
    assert analysis.sound.whole.speech.share < 0.2
    assert analysis.sound.whole.music.share < 0.2


def test_no_sound_and_silence_are_told_apart(tmp_path):
    still = analyse(make_media.make_no_sound(tmp_path).path)
    silent = analyse(make_media.make_silent(tmp_path).path)
    for analysis in (still, silent):
        require_valid(analysis)
        assert "no sound to go by" in analysis.timeline.segments[0].emotion.explanation
    assert still.sound is None
    assert silent.sound.whole.speech.share == silent.sound.whole.music.share == 0


def test_a_centre_channel_of_five_point_one_is_heard(tmp_path):
    spoken = voice(6, seed=3)
    plain = film(tmp_path / "mono.mp4", grey(144, 90), sound=spoken)
    surround = tmp_path / "surround.mp4"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(plain), "-c:v", "copy"]
    centre = "pan=5.1|FL=0*c0|FR=0*c0|FC=c0|LFE=0*c0|BL=0*c0|BR=0*c0"
    subprocess.run([*command, "-af", centre, "-c:a", "aac", str(surround)], check=True)
    analysis = analyse(surround)
    require_valid(analysis)
    assert analysis.sound.whole.speech.share > 0.5


def test_a_film_damaged_in_the_middle_is_read_round_it(tmp_path):
    analysis = analyse(make_media.make_damaged(tmp_path).path)
    require_valid(analysis)
    assert any("damaged" in sentence for sentence in analysis.warnings)


def test_a_sound_without_pictures_is_refused_in_one_sentence(tmp_path):
    made = film(tmp_path / "film.mp4", grey(24), sound=voice(1))
    alone = tmp_path / "alone.m4a"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(made), "-vn", str(alone)]
    subprocess.run(command, check=True)
    with pytest.raises(EmsyncError) as refused:
        analyse(alone)
    assert str(refused.value).count(". ") <= 1


def test_progress_passes_every_stage_and_the_sound_can_be_cancelled(tmp_path):
    made = film(tmp_path / "film.mp4", snow(48), sound=voice(2))
    stages = []

    class Recorder:
        def advance(self, stage, done, total=None):
            stages.append(stage)

    class CancelAtSoundKinds:
        def advance(self, stage, done, total=None):
            if stage == "sound kinds":
                raise Cancelled

    analyse(made, monitor=Recorder())
    assert {"decode", "emotion", "sound", "sound kinds"} <= set(stages)
    with pytest.raises(Cancelled):
        analyse(made, monitor=CancelAtSoundKinds())


def test_the_composers_loudness_follows_movement_and_sound(tmp_path):
    """Half of the film stands still and is quiet, the other half moves and is loud."""
    still = np.repeat(snow(1)[:, ::6, ::6].repeat(6, axis=1).repeat(6, axis=2), 240, axis=0)
    moving = np.stack([np.roll(still[0], 3 * n, axis=1) for n in range(240)])
    quiet = 0.01 * noise(10, "brown", seed=1)
    sound = np.concatenate([quiet, noise(10, "blows", seed=2)])
    made = film(tmp_path / "film.mp4", [*still, *moving], sound=sound)
    curve = analyse(made).timeline.loudness_db
    assert len(curve) == 20
    assert np.mean(curve[12:]) > np.mean(curve[:8]) + 1.5
