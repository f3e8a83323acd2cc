"""A lossy track in parts: its seams, its packets, and what is coded again."""

import math
import threading
from itertools import pairwise

import av
import numpy as np
import pytest

from emsync_engine.errors import ToolMissingError
from emsync_engine.monitor import SILENT, Cancelled
from emsync_engine.render.loudness import SPAN, true_peak_dbtp
from emsync_engine.video import coded_track
from emsync_engine.video.coded_track import CodedTrack, Coding

RATE = 48_000
PART = 16 * SPAN  # 2.7 s


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(coded_track, "_MINUTE", PART)


def struck(seconds, seed=5):
    """A tone, and irregular strokes that make an encoder change its windows all the time."""
    generator = np.random.default_rng(seed)
    count = round(seconds * RATE)
    sound = 0.003 * generator.standard_normal((count, 2))
    sound += 0.05 * np.sin(2 * np.pi * 440 * np.arange(count) / RATE)[:, None]
    for start in generator.integers(0, count - 3000, round(7 * seconds)):
        length = int(generator.integers(200, 3000))
        fall = np.exp(-6 * np.arange(length) / length)[:, None]
        loud = generator.uniform(0.1, 0.7)
        sound[start : start + length] += loud * fall * generator.standard_normal((length, 2))
    return np.clip(sound, -1, 1).astype(np.float32)


def packets(path):
    with av.open(str(path)) as container:
        return [(one.pts, bytes(one)) for one in container.demux(audio=0) if one.size]


def decoded(path, channels=2):
    """The samples from the first one on that is heard."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).T.astype(np.float32)[:, :channels]


def coded(track, folder, name="a.mp4", codec="aac"):
    one = CodedTrack(track, folder / name, Coding(codec, track.shape[1], 256_000))
    one.code()
    one.write()
    return one


def levels(path, track):
    """(F,) dB of what coding left in each frame."""
    left = decoded(path)[: len(track)] - track[: len(decoded(path))]
    frames = left[: len(left) // 1024 * 1024].reshape(-1, 2048).astype(np.float64)
    return 10 * np.log10((frames**2).mean(axis=1) + 1e-20)


def test_beside_a_seam_coding_leaves_no_more_than_elsewhere(tmp_path, monkeypatch):
    track = struck(20)
    coded(track, tmp_path, "parts.mp4")
    monkeypatch.setattr(coded_track, "_MINUTE", 10**9)
    coded(track, tmp_path, "whole.mp4")
    more = levels(tmp_path / "parts.mp4", track) - levels(tmp_path / "whole.mp4", track)
    seams = range(PART // 1024, len(more) - 4, PART // 1024)
    beside = np.array([more[seam - 2 : seam + 3] for seam in seams])
    assert len(beside) == 7
    assert beside.mean() < 0.5
    assert beside.max() < 6  # other choices of fineness; a wrong window leaves 20 dB more
    assert np.abs(more).max() > 0  # or nothing was coded in parts


def test_the_packets_are_as_many_and_stand_where_they_would_in_one_piece(tmp_path):
    track = struck(7.1234)
    one = coded(track, tmp_path)
    starts = [start for start, _ in packets(one.place)]
    assert starts == list(range(-1024, len(track), 1024))
    assert abs(len(decoded(one.place)) - len(track)) <= 1024


@pytest.mark.parametrize("codec", ["aac", "opus"])
@pytest.mark.parametrize("count", [2000, PART, PART + 1])
def test_any_length_is_coded(tmp_path, codec, count):
    track = struck(6)[:count]
    one = coded(track, tmp_path, codec=codec)
    heard = decoded(one.place)
    assert len(track) <= len(heard) <= len(track) + 2 * 1024


@pytest.mark.parametrize("codec", ["aac", "opus"])
def test_the_peaks_are_those_that_are_decoded(tmp_path, codec):
    track = struck(8)
    one = CodedTrack(track, tmp_path / "a.mp4", Coding(codec, 2, 256_000))
    peaks = one.code()
    assert len(peaks) == math.ceil(len(track) / SPAN)
    heard = decoded(one.write())[: len(track)]
    assert peaks.max() == pytest.approx(true_peak_dbtp(heard), abs=0.01)
    for span in (0, 7, 15, 16, 17, 33, 45):  # at seams of minutes too
        around = heard[max(span * SPAN - 40, 0) : (span + 1) * SPAN + 40]
        assert peaks[span] == pytest.approx(true_peak_dbtp(around), abs=0.3)


def test_silence_has_no_peak(tmp_path):
    one = CodedTrack(np.zeros((9000, 2), np.float32), tmp_path / "a.mp4", Coding("aac", 2, 256_000))
    assert np.all(np.isneginf(one.code()))


def test_a_place_that_changes_is_coded_alone_and_its_seams_are_not_heard(tmp_path):
    track = struck(16)
    one = coded(track, tmp_path)
    before = packets(one.place)
    changes = [(place, place + 500) for place in (3_000, 2 * PART - 100, 400_000, 767_000)]
    for start, end in changes:
        track[start:end] *= np.float32(0.8)
    peaks = one.code(changes)
    one.write()
    after = packets(one.place)
    assert [start for start, _ in after] == [start for start, _ in before]
    other = {start for (start, old), (_, new) in zip(before, after, strict=True) if old != new}
    assert 0 < len(other) <= 4 * 16
    assert all(any(first - 8192 < at < last + 8192 for first, last in changes) for at in other)
    assert peaks.max() == pytest.approx(true_peak_dbtp(decoded(one.place)[: len(track)]), abs=0.01)
    coded(track, tmp_path, "whole.mp4")
    more = levels(one.place, track) - levels(tmp_path / "whole.mp4", track)
    beside = [more[max(at // 1024 - 3, 0) : at // 1024 + 4] for at in sorted(other)]
    assert np.concatenate(beside).mean() < 1
    assert np.concatenate(beside).max() < 8


def test_changes_that_are_near_are_coded_together(tmp_path):
    one = CodedTrack(struck(30), tmp_path / "a.mp4", Coding("aac", 2, 256_000))
    assert one._asked([]) == []
    near = one._asked([(100_000, 100_500), (130_000, 131_000)])
    assert near == [(97 * 1024 - 6144, 128 * 1024 + 6144)]
    assert len(one._asked([(100_000, 100_500), (400_000, 400_500)])) == 2
    long = one._asked([(start, start + 400) for start in range(0, 1_000_000, 500)])
    assert all(end - start <= PART for start, end in long)  # so that all cores have work
    assert all(left[1] == right[0] for left, right in pairwise(long))
    whole = CodedTrack(struck(3), tmp_path / "b.mp4", Coding("opus", 2, 256_000))
    assert whole._asked([(5, 6)]) == whole._asked(None)


def test_six_channels(tmp_path):
    track = np.repeat(struck(4), 3, axis=1)
    one = CodedTrack(track, tmp_path / "a.mp4", Coding("aac", 6, 768_000))
    assert one.code().max() > -12
    assert decoded(one.write(), 6).shape[1] == 6


def test_a_wish_to_stop_ends_all_threads(tmp_path):
    class Stopping:
        def advance(self, stage, done, total=None):
            if done:
                raise Cancelled

    track = struck(20)
    one = CodedTrack(track, tmp_path / "a.mp4", Coding("aac", 2, 256_000))
    with pytest.raises(Cancelled):
        one.code(monitor=Stopping())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("code")]


def test_a_missing_encoder_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(coded_track.ENCODERS, "opus", "not_an_encoder")
    one = CodedTrack(struck(1), tmp_path / "a.mp4", Coding("opus", 2, 256_000))
    with pytest.raises(ToolMissingError, match="not_an_encoder is not installed"):
        one.code(monitor=SILENT)
