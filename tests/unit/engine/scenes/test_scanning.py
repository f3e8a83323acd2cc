from dataclasses import dataclass

import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.scenes import scanning
from emsync_engine.scenes.scanning import scan_film
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.video.decode import decode
from emsync_engine.video.frames import PictureScaler
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

    cuts = scan_film(probe(clip.path), detector=DETECTOR, cache=None).transitions

    assert tuple(cut.frame for cut in cuts) == clip.cuts
    assert [cut.time for cut in cuts] == [clip.times[frame] for frame in clip.cuts]


def test_fewer_pictures_are_decoded(tmp_path, monkeypatch):
    clip = make_media.make_hard_cuts(tmp_path)
    decoded, scale = [], PictureScaler.scale
    monkeypatch.setattr(
        PictureScaler, "scale", lambda self, frame: decoded.append(1) or scale(self, frame)
    )

    scan_film(probe(clip.path), detector=DETECTOR, cache=None)

    assert 20 < len(decoded) < 80  # of 96


@dataclass(frozen=True)
class Packet:
    pts: int | None
    size: int
    is_keyframe: bool = False


def groups_of_four(sizes: list[int]) -> list[Packet]:
    """Key picture, then groups of a picture and the three before it, with so many bytes each."""
    packets = [Packet(0, 1000, is_keyframe=True)]
    for number, size in enumerate(sizes):
        last = 4 * number + 4
        packets += [Packet(pts, size) for pts in (last, last - 2, last - 3, last - 1)]
    return [*packets, Packet(None, 0)]


@pytest.mark.parametrize("size", [300, 5], ids=["much more", "next to nothing"])
def test_where_packets_tell_of_something_new_all_is_decoded(size):
    packets = groups_of_four([90, 110, 100, 95, 105, 100, 90, 100, size, 100])

    whole = {
        packet.pts for packet, skipped in scanning._hurried(iter(packets)) if skipped == "DEFAULT"
    }

    assert {33, 34, 35, 36} <= whole
    assert not whole & set(range(9, 33))


def test_a_damaged_film_is_decoded_whole(tmp_path):
    info = probe(make_media.make_damaged(tmp_path).path)

    found = scan_film(info, detector=DETECTOR, cache=None).transitions

    whole = DETECTOR.transitions(decode(info, cache=None))
    assert {cut.frame for cut in found} & {24, 50, 71}
    assert all(cut.time < info.duration for cut in (*found, *whole))


def test_a_scan_can_be_cancelled(tmp_path):
    class Stop:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        scan_film(probe(make_media.make_hard_cuts(tmp_path).path), monitor=Stop())
