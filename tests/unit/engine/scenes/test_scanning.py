import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.scenes import scanning
from emsync_engine.scenes.scanning import scan_transitions
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe
from tests.data import make_media

DETECTOR = TransitionDetector(cache=None)


@pytest.mark.parametrize(
    "maker",
    [
        make_media.make_hard_cuts,
        make_media.make_webm,
        make_media.make_ntsc,
        make_media.make_variable_rate,
        make_media.make_rotated_with_cut,
        make_media.make_first_picture_at_10s,
    ],
    ids=lambda maker: maker.__name__,
)
def test_cuts_are_those_of_a_whole_decoding(maker, tmp_path):
    clip = maker(tmp_path)

    cuts = scan_transitions(probe(clip.path), detector=DETECTOR, cache=None)

    assert tuple(cut.frame for cut in cuts) == clip.cuts
    assert [cut.time for cut in cuts] == [clip.times[frame] for frame in clip.cuts]


def test_fewer_pictures_are_decoded(tmp_path, monkeypatch):
    clip = make_media.make_hard_cuts(tmp_path)
    decoded = []
    of = scanning._SmallPictures.of
    monkeypatch.setattr(
        scanning._SmallPictures, "of", lambda self, frame: decoded.append(1) or of(self, frame)
    )

    scan_transitions(probe(clip.path), detector=DETECTOR, cache=None)

    assert 20 < len(decoded) < 80  # of 96


def test_small_pictures_are_those_of_the_scaler(tmp_path):
    info = probe(make_media.make_rotated_with_cut(tmp_path).path)
    small = scanning._SmallPictures(info)

    with scanning.open_media(info.path) as container:
        picture = next(container.decode(video=0))
        ours, scaled = small.of(picture).astype(int), small._scaler.scale(picture).astype(int)

    assert ours.shape == scaled.shape == small.shape
    assert abs(ours - scaled).mean() < 4


def test_a_damaged_film_is_decoded_whole(tmp_path):
    info = probe(make_media.make_damaged(tmp_path).path)

    found = scan_transitions(info, detector=DETECTOR, cache=None)

    whole = DETECTOR.transitions(decode(info, cache=None))
    assert {cut.frame for cut in found} & {24, 50, 71}
    assert all(cut.time < info.duration for cut in (*found, *whole))


def test_a_scan_can_be_cancelled(tmp_path):
    class Stop:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        scan_transitions(probe(make_media.make_hard_cuts(tmp_path).path), monitor=Stop())
