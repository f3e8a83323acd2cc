"""Films made for the test, from the file to pictures, sound and cuts."""

import errno
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from emsync_engine.errors import OutputError, VideoUnreadableError
from emsync_engine.monitor import Cancelled
from emsync_engine.scenes.detectors import DETECTORS, detect_scene_cuts
from emsync_engine.video.cache import CONTINUES, Cache
from emsync_engine.video.decode import DECODING_VERSION, decode
from emsync_engine.video.frames import PictureScaler
from emsync_engine.video.probe import probe
from tests.data.make_media import BEEP_S, Clip, make_all, make_no_sound

UNDAMAGED = (
    *("hard_cuts", "webm", "ntsc", "variable_rate", "no_sound", "silent", "late_sound"),
    *("first_picture_at_10s", "two_sounds", "commentary", "rotated"),
)


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> dict[str, Clip]:
    return make_all(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


class Recorder:
    """Notes what is reported; cancels after a number of reports."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.reports: list[tuple[str, float, float | None]] = []
        self._cancel_after = cancel_after

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self.reports.append((stage, done, total))
        if self._cancel_after is not None and len(self.reports) > self._cancel_after:
            raise Cancelled


def beep_onsets_s(audio: np.ndarray, rate: int) -> list[float]:
    loud = np.flatnonzero(np.abs(audio) > 0.1)
    starts = loud[np.diff(loud, prepend=-rate) > BEEP_S * rate]
    return (starts / rate).tolist()


@pytest.mark.parametrize("name", UNDAMAGED)
def test_times_are_exact_after_decoding(media, cache, name):
    clip = media[name]

    video = decode(probe(clip.path), cache=cache)

    assert tuple(video.time_of(n) for n in range(len(video.pts))) == clip.times
    assert np.allclose(video.times_s(), [float(time) for time in clip.times], atol=1e-12)
    assert video.info.duration == clip.duration
    assert video.info.frame_rate.ratio == clip.frame_rate
    assert video.info.frame_count == len(clip.times) == len(video.frames)
    assert video.info.is_vfr == (name == "variable_rate")
    assert video.audio.shape == (round(clip.duration * video.audio_rate),)
    assert video.warnings == ()


@pytest.mark.parametrize("name", UNDAMAGED)
def test_probing_alone_tells_the_same_duration(media, name):
    info = probe(media[name].path)

    assert info.duration == media[name].duration
    assert info.frame_rate.ratio == media[name].frame_rate
    assert info.is_vfr == (name == "variable_rate")


@pytest.mark.parametrize(
    ("name", "onsets"),
    [
        ("hard_cuts", [1, 50 / 24, 71 / 24]),
        ("webm", [1, 50 / 24, 71 / 24]),
        ("ntsc", [1]),
        ("late_sound", [1.5, 1.75, 2, 2.25]),
        ("first_picture_at_10s", [1]),
        ("two_sounds", [0.5, 1, 1.5]),
        ("commentary", [0.5, 1]),
    ],
)
def test_sound_lies_on_the_pictures_clock(media, cache, name, onsets):
    video = decode(probe(media[name].path), cache=cache)

    assert video.has_audio
    assert beep_onsets_s(video.audio, video.audio_rate) == pytest.approx(onsets, abs=0.003)
    loudest = np.argsort(video.peaks[:, 1])[-3:]
    assert (
        any(abs(place / video.peaks_per_s - onsets[0]) < 0.06 for place in loudest)
        or len(onsets) > 1
    )


def test_no_sound_and_silence_are_told_apart(media, cache):
    without = decode(probe(media["no_sound"].path), cache=cache)
    silent = decode(probe(media["silent"].path), cache=cache)

    assert not without.has_audio
    assert silent.has_audio
    assert not np.any(without.audio)
    assert not np.any(silent.audio)


@pytest.mark.parametrize("name", ["two_sounds", "commentary"])
def test_the_films_own_sound_is_chosen(media, name):
    assert probe(media[name].path).audio_stream == media[name].facts["audio_stream"]


def test_the_first_picture_may_be_late(media):
    assert probe(media["first_picture_at_10s"].path).first_picture == 10


def test_a_film_on_edge_is_turned_upright(media, cache):
    info = probe(media["rotated"].path)
    video = decode(info, cache=cache)

    assert info.rotation == 90
    assert (info.width, info.height) == (90, 160)
    assert video.frames.shape[1:] == (96, 54, 3)
    top_right, others = video.frames[0, 8, -8], video.frames[0, (8, -8, -8), (8, 8, -8)]
    assert top_right[0] > 200
    assert max(top_right[1:]) < 60
    assert not np.any((others[:, 0] > 200) & (others[:, 1] < 60))


def test_damaged_pictures_are_counted_and_passed_over(media, cache):
    clip = media["damaged"]
    video = decode(probe(clip.path), cache=cache)

    assert len(video.frames) > 80
    assert video.info.duration == clip.duration
    assert any("picture stream is damaged" in warning for warning in video.warnings)


def test_a_film_cut_off_ends_where_its_pictures_end(media, cache):
    video = decode(probe(media["truncated"].path), cache=cache)

    assert 0 < video.info.duration < media["truncated"].duration / 2
    assert video.info.duration == video.time_of(-1) + Fraction(1, 24)
    assert any("probably cut off" in warning for warning in video.warnings)


@pytest.mark.parametrize("detector", sorted(DETECTORS))
@pytest.mark.parametrize("name", ["hard_cuts", "webm", "ntsc", "variable_rate"])
def test_every_detector_finds_hard_cuts_to_the_frame(media, cache, detector, name):
    clip = media[name]
    video = decode(probe(clip.path), cache=cache)
    recorder = Recorder()

    cuts = detect_scene_cuts(video, detector, monitor=recorder)

    assert [cut.frame for cut in cuts] == list(clip.cuts)
    assert [cut.time for cut in cuts] == [clip.times[frame] for frame in clip.cuts]
    assert all(cut.kind == "hard" and 0.3 < cut.score < 1 for cut in cuts)
    assert recorder.reports


def test_progress_runs_to_the_end(media):
    recorder = Recorder()

    decode(probe(media["hard_cuts"].path), monitor=recorder, cache=None)

    done = [done for _, done, _ in recorder.reports]
    assert done == sorted(done)
    assert len(done) >= 96
    assert {total for _, _, total in recorder.reports} == {4.0}


def test_cancelling_leaves_nothing(media, tmp_path):
    with pytest.raises(Cancelled):
        decode(probe(media["hard_cuts"].path), monitor=Recorder(10), cache=Cache(tmp_path))

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def is_long(monkeypatch):
    """A second of film counts as many."""
    monkeypatch.setattr("emsync_engine.video.film_pass.KEEPS_FROM_S", 1.0)


def same_film(one, other) -> bool:
    arrays = ("pts", "frames", "audio", "stills", "still_times_s", "thumbnails", "peaks")
    return one.info == other.info and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def scaled_count(monkeypatch) -> list[int]:
    """A list that grows by one with every picture that is made small."""
    counted, scale = [], PictureScaler.scale
    monkeypatch.setattr(
        PictureScaler, "scale", lambda self, frame: counted.append(1) or scale(self, frame)
    )
    return counted


@pytest.mark.parametrize("name", ["hard_cuts", "two_sounds", "variable_rate"])
def test_a_long_film_is_read_on_where_it_was_stopped(media, tmp_path, is_long, monkeypatch, name):
    info, cache = probe(media[name].path), Cache(tmp_path)
    whole = decode(info, cache=None)
    with pytest.raises(Cancelled):
        decode(info, monitor=Recorder(40), cache=cache)
    scaled = scaled_count(monkeypatch)
    recorder = Recorder()

    video = decode(info, monitor=recorder, cache=cache)

    assert same_film(video, whole)
    assert len(scaled) < len(video.frames) - 30
    assert recorder.reports[0][1] > 1
    assert [path.name for path in tmp_path.iterdir()] == [
        f"decoded-{DECODING_VERSION}-{info.content_hash}"
    ]


def test_a_film_stopped_twice_is_whole_in_the_end(media, tmp_path, is_long):
    info, cache = probe(media["hard_cuts"].path), Cache(tmp_path)
    for reports in (60, 5, 70):
        with pytest.raises(Cancelled):
            decode(info, monitor=Recorder(reports), cache=cache)

    assert same_film(decode(info, cache=cache), decode(info, cache=None))


@pytest.mark.parametrize(
    "harm", ["other pictures", "fewer pictures", "fewer stills", "no standstill"]
)
def test_what_an_earlier_pass_left_is_not_trusted(media, tmp_path, is_long, harm):
    info, cache = probe(media["hard_cuts"].path), Cache(tmp_path)
    with pytest.raises(Cancelled):
        decode(info, monitor=Recorder(70), cache=cache)
    left = next(path for path in tmp_path.iterdir() if path.is_dir())
    pictures, standstill = left / "frames.rgb", left / "standstill.npz"
    if harm == "other pictures":
        pictures.write_bytes(bytes(pictures.stat().st_size))
    elif harm.startswith("fewer"):
        cut_off = left / ("frames.rgb" if harm == "fewer pictures" else "stills.rgb")
        cut_off.write_bytes(cut_off.read_bytes()[:-1])
    else:
        standstill.write_bytes(b"PK nothing")

    assert same_film(decode(info, cache=cache), decode(info, cache=None))


def test_two_programs_do_not_work_in_one_folder(tmp_path):
    cache = Cache(tmp_path)
    with cache.continuing("film") as first, cache.continuing("film") as second:
        assert first != second
        (first / "what").write_text("the same")
        (second / "what").write_text("the same")

    assert [path.name for path in tmp_path.iterdir()] == ["film"]
    assert cache.find("film") is not None


def test_a_full_disk_keeps_nothing_unfinished(tmp_path):
    def fill(cache: Cache) -> None:
        with cache.continuing("film") as folder:
            (folder / CONTINUES).write_bytes(b"so far")
            full_disk()

    with pytest.raises(OSError, match="No space"):
        fill(Cache(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_the_second_time_nothing_is_decoded(media, tmp_path):
    info = probe(media["hard_cuts"].path)
    first = decode(info, cache=Cache(tmp_path))
    recorder = Recorder()
    second = decode(info, cache=Cache(tmp_path), monitor=recorder)

    assert len(recorder.reports) == 1
    assert np.array_equal(first.frames, second.frames)
    assert np.array_equal(first.audio, second.audio)
    assert np.array_equal(first.thumbnails, second.thumbnails)
    assert second.info == first.info
    assert isinstance(second.frames, np.memmap)


def test_a_copy_elsewhere_uses_the_same_entry(media, tmp_path):
    decode(probe(media["no_sound"].path), cache=Cache(tmp_path / "cache"))
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(media["no_sound"].path.read_bytes())
    recorder = Recorder()

    video = decode(probe(copy), cache=Cache(tmp_path / "cache"), monitor=recorder)

    assert len(recorder.reports) == 1
    assert video.info.path == copy


def test_a_damaged_entry_is_decoded_anew(media, tmp_path):
    info = probe(media["no_sound"].path)
    before = np.array(decode(info, cache=Cache(tmp_path)).frames)
    stored = next(tmp_path.glob("*/frames.rgb"))
    stored.write_bytes(stored.read_bytes()[:-100])

    assert np.array_equal(decode(info, cache=Cache(tmp_path)).frames, before)


def test_without_a_cache_everything_is_in_memory(media):
    video = decode(probe(media["no_sound"].path), cache=None)

    assert not isinstance(video.frames, np.memmap)
    assert len(video.frames) == 50


def test_a_cache_that_cannot_be_written_is_done_without(media, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    video = decode(probe(media["no_sound"].path), cache=Cache(blocked / "cache"))

    assert len(video.frames) == 50
    assert video.warnings == (
        f"The cache folder {blocked / 'cache'} cannot be used (that folder does not exist), so "
        "nothing of this film is kept for the next time.",
    )


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_cache_is_done_without_and_told(media, tmp_path, monkeypatch):
    monkeypatch.setattr("emsync_engine.video.cache._seal", full_disk)

    video = decode(probe(media["no_sound"].path), cache=Cache(tmp_path))
    assert len(video.frames) == 50
    assert not isinstance(video.frames, np.memmap)
    assert [sentence.count("the disk is full") for sentence in video.warnings] == [1]
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_temporary_files_either_is_said_in_one_sentence(media, tmp_path, monkeypatch):
    monkeypatch.setattr("emsync_engine.video.decode._keep", full_disk)

    with pytest.raises(OutputError, match="the disk is full"):
        decode(probe(media["no_sound"].path), cache=Cache(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["-dash.mp4", 'it\'s a "film" 100%.mp4', "файл 映画.mp4", "http:x.mp4", "a|b.mp4"]
)
def test_odd_file_names_work(media, tmp_path, name, monkeypatch):
    film = tmp_path / name
    film.write_bytes(media["no_sound"].path.read_bytes())
    monkeypatch.chdir(tmp_path)

    assert probe(film).frame_count == 50
    assert probe(Path(name)).frame_count == 50


def bad_file(folder: Path, kind: str, media: dict[str, Clip]) -> Path:
    film = media["no_sound"].path
    path = folder / "film.mp4"
    match kind:
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case "text":
            path.write_text("not a film\n")
        case "no index":
            path.write_bytes(film.read_bytes()[:1500])
        case "playlist":
            path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n")
        case "hidden playlist":
            path.write_text(f"\n\n \ufeff\n#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n")
        case "concat":
            path.write_text(f"ffconcat version 1.0\nfile '{film}'\n")
        case "picture":
            path.write_bytes(cv2.imencode(".png", np.zeros((40, 60, 3), np.uint8))[1].tobytes())
        case "sound":
            path = folder / "sound.wav"
            soundfile.write(path, np.zeros(8000), 8000)
    return path


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "no such file"),
        ("empty", "empty"),
        ("folder", "folder"),
        ("text", "no moving pictures"),
        ("no index", "index is missing"),
        ("playlist", "playlist"),
        ("hidden playlist", "no moving pictures"),
        ("concat", "playlist"),
        ("picture", "no moving pictures"),
        ("sound", "sound only"),
    ],
)
def test_what_is_no_film_is_refused_in_one_sentence(media, tmp_path, kind, reason):
    path = bad_file(tmp_path, kind, media)

    with pytest.raises(VideoUnreadableError, match=reason) as caught:
        probe(path)
    assert str(caught.value).count("\n") == 0


def test_a_film_that_is_gone_after_probing_is_refused(tmp_path):
    clip = make_no_sound(tmp_path)
    info = probe(clip.path)
    clip.path.unlink()

    with pytest.raises(VideoUnreadableError):
        decode(info, cache=None)


def test_the_same_film_under_another_name_is_equal_but_for_the_path(media, tmp_path):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(media["hard_cuts"].path.read_bytes())

    assert replace(probe(copy), path=media["hard_cuts"].path) == probe(media["hard_cuts"].path)
