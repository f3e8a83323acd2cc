import numpy as np
import pytest

from emsync_engine.affect.following import following
from emsync_engine.evaluation.takes import (
    TakeNumbers,
    TakesReport,
    measure_takes,
    seeded_timeline,
    shown_takes,
)
from emsync_engine.project.model import GenerationSettings
from tests.toy import toy_model
from tests.unit.engine.evaluation.toys import ObedientWriter, PerfectJudge


def take(seed, demerit, **facts):
    return TakeNumbers(
        seed, (), 60.0, (), 100, ("piano",), 1.0, 0.1, facts.get("resampled", 0),
        facts.get("findings", ()), demerit, 1.0,
    )  # fmt: skip


def test_five_takes_are_shown_and_the_worst_is_among_them():
    report = TakesReport(
        tuple(take(seed, demerit) for seed, demerit in enumerate(range(20, 0, -1)))
    )
    shown = shown_takes(report)
    assert [number.demerit for number in shown] == sorted(number.demerit for number in shown)
    assert len(shown) == 5
    assert shown[0].demerit == 1
    assert shown[-1].demerit == 20
    assert len(shown_takes(TakesReport(report.takes[:2]))) == 2
    assert shown_takes(TakesReport(())) == []


def test_resampled_and_degenerate_takes_are_counted():
    report = TakesReport(
        (take(0, 1), take(1, 2, resampled=2, findings=("It ticks.",)), take(2, 1, resampled=1))
    )
    assert (report.resampled, report.degenerate) == (2, 1)


def test_timelines_have_hits_and_an_emotion_for_every_segment():
    timeline = seeded_timeline(1, 60.0)
    assert len(timeline.hits) >= 3
    assert len({segment.emotion.point for segment in timeline.segments}) == len(timeline.segments)
    assert timeline == seeded_timeline(1, 60.0)


def test_takes_are_composed_as_for_a_film():
    settings = GenerationSettings(ensemble="chamber")
    report = measure_takes(toy_model(), PerfectJudge(), takes=1, seconds=2.0, settings=settings)
    found = report.takes[0]
    assert found.seconds == 2.0
    assert found.notes > 0
    assert set(found.families) <= {"bass", "piano", "strings"}
    assert found.reached == 1.0  # there is no hit in two seconds
    assert found.demerit >= 0


class Follows:
    """Music that does in every segment what the timeline says."""

    def __init__(self, timeline):
        self._timeline = timeline

    seconds = property(lambda self: float(self._timeline.duration))
    hits_s = ()

    def point_at(self, time_s):
        segments = self._timeline.segments
        return next(s.emotion.point for s in reversed(segments) if float(s.start) <= time_s + 1e-6)


def test_va_error_is_read_segment_by_segment():
    timeline = seeded_timeline(3, 60.0)
    right = ObedientWriter().piece(Follows(timeline), 0)
    wrong = ObedientWriter(gain=-1.0).piece(Follows(timeline), 0)
    assert following(PerfectJudge(), right, timeline).va_error < 0.06
    told = np.abs([[s.emotion.point.valence, s.emotion.point.arousal] for s in timeline.segments])
    found = following(PerfectJudge(), wrong, timeline).va_error
    assert found == pytest.approx(2 * told.mean(), rel=0.3)
