"""A lossy track in parts: its seams, its packets, and what is coded again."""

import math
import threading

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
    monkeypatch.setattr(coded_track, "SPANS", 16)
    monkeypatch.setattr(coded_track, "_PART", PART)


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
    return one


def levels(path, track):
    """(F,) dB of what coding left in each frame."""
    left = decoded(path)[: len(track)] - track[: len(decoded(path))]
    frames = left[: len(left) // 1024 * 1024].reshape(-1, 2048).astype(np.float64)
    return 10 * np.log10((frames**2).mean(axis=1) + 1e-20)


def test_beside_a_seam_coding_leaves_no_more_than_elsewhere(tmp_path, monkeypatch):
    track = struck(30)
    coded(track, tmp_path, "parts.mp4")
    monkeypatch.setattr(coded_track, "_PART", 10**9)
    coded(track, tmp_path, "whole.mp4")
    more = levels(tmp_path / "parts.mp4", track) - levels(tmp_path / "whole.mp4", track)
    seams = range(PART // 1024, len(more) - 4, PART // 1024)
    beside = np.array([more[seam - 2 : seam + 3] for seam in seams])
    assert len(beside) == 10
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
@pytest.mark.parametrize("count", [100, 700, 1024, PART, PART + 1])
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
    heard = decoded(one.place)[: len(track)]
    assert peaks.max() == pytest.approx(true_peak_dbtp(heard), abs=0.01)
    for span in (0, 7, 15, 16, 17, 33, 45):  # at seams of minutes too
        around = heard[max(span * SPAN - 40, 0) : (span + 1) * SPAN + 40]
        assert peaks[span] == pytest.approx(true_peak_dbtp(around), abs=0.3)


def test_silence_has_no_peak(tmp_path):
    one = CodedTrack(np.zeros((9000, 2), np.float32), tmp_path / "a.mp4", Coding("aac", 2, 256_000))
    assert np.all(np.isneginf(one.code()))


def test_only_parts_that_depend_on_a_change_are_coded_again(tmp_path, monkeypatch):
    track = struck(16)  # six parts
    one = coded(track, tmp_path)
    again = []
    code_part = CodedTrack._code_part

    def counted(self, span, work, number):
        again.append(span[0] // PART)
        return code_part(self, span, work, number)

    monkeypatch.setattr(CodedTrack, "_code_part", counted)
    place = 2 * PART + 1000
    track[place : place + 500] *= np.float32(0.5)
    one.code([(place, place + 500)])
    assert sorted(again) == [1, 2, 3]  # what is looked ahead to, what changed, what leads in to it
    monkeypatch.setattr(CodedTrack, "_code_part", code_part)
    whole = coded(track, tmp_path, "whole.mp4")
    assert packets(one.place) == packets(whole.place)


def test_six_channels(tmp_path):
    track = np.repeat(struck(4), 3, axis=1)
    one = CodedTrack(track, tmp_path / "a.mp4", Coding("aac", 6, 768_000))
    assert one.code().max() > -12
    assert decoded(one.place, 6).shape[1] == 6


def test_a_wish_to_stop_ends_all_threads(tmp_path):
    class Stopping:
        def advance(self, stage, done, total=None):
            if done:
                raise Cancelled

    track = struck(60)
    one = CodedTrack(track, tmp_path / "a.mp4", Coding("aac", 2, 256_000))
    with pytest.raises(Cancelled):
        one.code(monitor=Stopping())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("code")]


def test_a_missing_encoder_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(coded_track.ENCODERS, "opus", "not_an_encoder")
    one = CodedTrack(struck(1), tmp_path / "a.mp4", Coding("opus", 2, 256_000))
    with pytest.raises(ToolMissingError, match="not_an_encoder is not installed"):
        one.code(monitor=SILENT)
