"""Peaks after coding: they hold, and only what is near them is limited."""

import numpy as np
import pytest

from emsync_engine.render.loudness import SPAN, true_peak_dbtp
from emsync_engine.render.mastering import mastered
from emsync_engine.video import coded_peak, coded_track
from emsync_engine.video.coded_peak import CodedPeak, hold_coded_peak, peak_words
from emsync_engine.video.coded_track import CodedTrack, Coding
from tests.unit.engine.video.test_coded_track import RATE, decoded

PART = 16 * SPAN


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(coded_track, "_MINUTE", PART)
    monkeypatch.setattr(coded_peak, "_MOST_SPANS", 16)


def limited_bursts(seconds):
    generator = np.random.default_rng(3)
    level = np.repeat(generator.uniform(0.05, 1.6, round(seconds * 20)), RATE // 20)
    noise = 0.5 * generator.standard_normal((len(level), 2)) * level[:, None]
    sound = np.clip(noise, -0.95, 0.95).astype(np.float32)
    done = mastered(sound, target_lufs=None)
    return np.concatenate(list(done.applied(sound)))


def held(track, folder, codec="aac"):
    one = CodedTrack(track, folder / "a.mp4", Coding(codec, 2, 256_000))
    peak = hold_coded_peak(one, ceiling_dbtp=-1.0)
    one.write()
    return one, peak


@pytest.mark.parametrize("codec", ["aac", "opus"])
def test_what_is_decoded_is_under_the_limit(tmp_path, codec):
    track = limited_bursts(5)
    one, peak = held(track, tmp_path, codec)
    assert peak.first_dbtp > -1.0  # or nothing was to be done
    assert peak.dbtp <= -1.0
    assert true_peak_dbtp(decoded(one.place)) == pytest.approx(peak.dbtp, abs=0.02)
    assert peak.trials > 1


def test_what_holds_keeps_every_sample(tmp_path):
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(3 * PART) / RATE)
    track = np.stack([tone, tone], axis=1).astype(np.float32)
    track[PART : 2 * PART] = limited_bursts(3)[:PART]
    before = track.copy()
    one, peak = held(track, tmp_path)
    assert peak.limited_db > 0
    assert peak.lowered_db == 0
    far = coded_peak._RELEASE
    assert np.array_equal(track[: PART - far], before[: PART - far])
    assert np.array_equal(track[2 * PART + far :], before[2 * PART + far :])
    assert not np.array_equal(track, before)
    assert np.all(np.abs(track) <= np.abs(before) + 1e-9)  # nothing is turned up
    assert true_peak_dbtp(decoded(one.place)) <= -1.0


def test_a_span_that_is_too_high_and_its_neighbours_are_limited_as_much_and_no_other():
    over = np.array([0.0, -1.0, 0.0, 2.0, 0.0, 0.0, 0.2])
    wanted = coded_peak._too_much(over, 0.02)
    assert wanted == pytest.approx([0, 0, 2.02, 2.02, 2.02, 0.22, 0.22])
    assert coded_peak._stretches(wanted > 0) == [slice(2, 7)]
    assert coded_peak._stretches(np.ones(40, bool)) == [slice(0, 16), slice(16, 32), slice(32, 40)]


def test_what_cannot_be_limited_is_turned_down(tmp_path, monkeypatch):
    monkeypatch.setattr(coded_peak, "MOST_LIMITED", 2)
    monkeypatch.setattr(coded_peak, "_limit", lambda *_: ([], 0.0))
    _, peak = held(limited_bursts(3), tmp_path)
    assert peak.lowered_db > 0
    assert peak.limited_db == 0
    assert peak.dbtp < peak.first_dbtp
    assert "the sound was lowered by" in peak_words(peak, codec="AAC")[0]


def test_a_hundredth_of_a_decibel_is_not_worth_a_word():
    assert peak_words(None, codec="AAC") == ()
    assert peak_words(CodedPeak(-0.98, -1.0, 0.03, trials=2), codec="AAC") == ()
    [words] = peak_words(CodedPeak(-0.8, -1.0, 0.3, trials=2), codec="AAC")
    assert words.endswith("peaks were limited by another 0.3 dB")
