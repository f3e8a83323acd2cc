from fractions import Fraction

import pytest

from emsync_engine.affect.following import following
from emsync_engine.affect.reading import AffectReading
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.project.notes import Music

MUSIC = Music(20.0, ())


class Reader:
    """Hears 0.5 and -0.5 before 8 s, and nothing at all after; remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def read(self, music, start_s, end_s):
        self.asked.append((start_s, end_s))
        point = VAPoint(0.5, -0.5) if start_s < 8 else VAPoint(0.0, 0.0)
        return AffectReading(point, 0.2, 0.2)


def timeline(*cuts, points):
    boundaries = tuple(
        Boundary(BoundaryId(str(number)), Fraction(cut)) for number, cut in enumerate(cuts)
    )
    emotions = tuple(SegmentEmotion((1 / 6,) * 6, VAPoint(*point), 0.5) for point in points)
    return Timeline(Fraction(20), boundaries, emotions)


def test_errors_are_weighted_by_the_segments_lengths():
    found = following(Reader(), MUSIC, timeline(10, points=[(0.5, -0.1), (0.4, 0.0)]))
    assert found.valence_error == pytest.approx((0 * 10 + 0.4 * 10) / 20)
    assert found.arousal_error == pytest.approx((0.4 * 10 + 0 * 10) / 20)
    assert found.va_error == pytest.approx(0.2)


def test_short_segments_are_read_with_what_surrounds_them():
    reader = Reader()
    following(reader, MUSIC, timeline(1, 19, points=[(0, 0)] * 3))
    assert reader.asked == [(0.0, 2.5), (1.0, 19.0), (17.5, 20.0)]
