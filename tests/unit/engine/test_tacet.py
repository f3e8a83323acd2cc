from fractions import Fraction

import pytest

from emsync_engine.project.model import Boundary, BoundaryId, Timeline
from emsync_engine.project.tacet import TacetError, TacetRange, spans_of, with_tacet_spans
from emsync_engine.timing import FrameRate
from tests.unit.engine.project_samples import CALM, TENSE

RATE = FrameRate(Fraction(24000, 1001))
DURATION = 240 / RATE.ratio  # 10.01 s


def timeline():
    cuts = (96 / RATE.ratio, 150 / RATE.ratio)  # 4.004 s, 6.256 s
    boundaries = tuple(
        Boundary(BoundaryId(f"cut-{number}"), time, is_hit=True) for number, time in enumerate(cuts)
    )
    return Timeline(DURATION, boundaries, (CALM, TENSE, CALM))


def spans(*texts):
    return spans_of([TacetRange.written(text) for text in texts], DURATION, RATE)


def silenced(*texts):
    return with_tacet_spans(timeline(), spans(*texts))


def test_seconds_and_timecode_name_the_same_frames():
    assert spans("4.1-6.2") == [(98 / RATE.ratio, 149 / RATE.ratio)]
    assert spans("00:00:04:02-00:00:06:05") == [(98 / RATE.ratio, 149 / RATE.ratio)]
    assert spans("8-end") == [(192 / RATE.ratio, DURATION)]
    assert spans("8-10.05") == [(192 / RATE.ratio, DURATION)]
    assert spans("7-8", "1-2") == sorted(spans("1-2", "7-8"))


def test_ends_near_a_cut_are_meant_to_be_on_it():
    result = silenced("4-6.3")
    assert result.boundaries == timeline().boundaries
    assert result.tacet == (False, True, False)
    assert result.tacet_spans == ((96 / RATE.ratio, 150 / RATE.ratio),)


def test_elsewhere_a_plain_boundary_splits_the_segment():
    result = silenced("5-8")
    assert [one.is_hit for one in result.boundaries] == [True, False, True, False]
    assert result.emotions == (CALM, TENSE, TENSE, CALM, CALM)
    assert result.tacet == (False, False, True, True, False)
    assert result.tacet_spans == (spans("5-8")[0],)


def test_one_frame_and_the_whole_film_can_be_silent():
    one = silenced("00:00:05:00-00:00:05:01")
    (start, end) = one.tacet_spans[0]
    assert end - start == 1 / RATE.ratio
    assert silenced("0-end").tacet == (True, True, True)
    assert silenced("0-end").tacet_spans == ((Fraction(0), DURATION),)
    beside_a_cut = silenced("4.004-4.046")  # both ends are within reach of one cut
    assert beside_a_cut.tacet_spans == ((96 / RATE.ratio, 97 / RATE.ratio),)


def test_neighbouring_ranges_are_one_silence():
    assert silenced("1-2", "2-3").tacet_spans == ((spans("1-2")[0][0], spans("2-3")[0][1]),)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["8-11"], r"8-11 goes past the end of the film, which is 10\.010 s long\."),
        (["10.02-end"], "goes past the end"),
        (["1-3", "2-4"], r"The tacet ranges 1-3 and 2-4 overlap\."),
        (["5-5.001"], "holds no frame"),
        (["00:00:06:00-00:00:05:00"], "holds no frame"),
        (["00:00:05:24-00:00:06:00"], r"'00:00:05:24' is not a timecode at 24000/1001"),
    ],
)
def test_what_does_not_fit_the_film_is_told_in_one_sentence(texts, message):
    with pytest.raises(TacetError, match=message) as caught:
        spans(*texts)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "5", "5-", "-5", "a-b", "1:2-3", "5-4", "5-5", "nan-inf"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValueError, match="range"):
        TacetRange.written(text)
