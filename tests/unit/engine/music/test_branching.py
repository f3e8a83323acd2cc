from dataclasses import replace

import numpy as np
import pytest

from emsync_engine.affect.reading import AffectReading
from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import Cancelled, Share
from emsync_engine.music import branching, stretch_judge
from emsync_engine.music.branching import branches_of, write_best
from emsync_engine.music.brief import Brief
from emsync_engine.music.generation import write_tokens
from emsync_engine.music.stretch_judge import StretchJudge, Verdict
from emsync_engine.music.stretches import stretches
from emsync_engine.project.model import GenerationSettings, VAPoint
from tests.toy import toy_model

FAMILIES = ("bass", "piano", "strings")


def brief(duration_s=12.0, hits_s=(), va_at=None, **settings):
    told = va_at or (lambda time_s: VAPoint(0.0, 0.0))
    return Brief(duration_s, told, hits_s, FAMILIES, GenerationSettings(**settings))


class ByPitch:
    """Reads high music as pleasant; keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def read(self, music, start_s, end_s):
        return AffectReading(VAPoint(0.0, 0.0), 1.0, 1.0)

    def read_windows(self, music, centres_s, width_s=12.0):
        self.asked.append((float(centres_s[0] - width_s / 2), float(centres_s[0] + width_s / 2)))
        pitches = [note.pitch for note in music.notes]
        if not pitches:
            return np.full((len(centres_s), 2), np.nan)
        return np.array([[(np.mean(pitches) - 64) / 32, 0.0]])


@pytest.fixture
def reader(monkeypatch):
    reader = ByPitch()
    monkeypatch.setattr(stretch_judge, "regressor_or_none", lambda: reader)
    monkeypatch.setattr(stretch_judge, "convolutions_or_none", lambda: None)
    return reader


def mean_pitch(tokens):
    return np.mean([v.note_of(token)[1] for token in tokens if v.is_on(token)])


def test_what_is_read_leads_the_music(reader):
    model = toy_model()
    high = brief(va_at=lambda time_s: VAPoint(0.9, 0.0))
    low = brief(va_at=lambda time_s: VAPoint(-0.9, 0.0))
    seeds = range(3)
    rise = [mean_pitch(write_best(model, high, seed=seed)) for seed in seeds]
    fall = [mean_pitch(write_best(model, low, seed=seed)) for seed in seeds]
    alone = [mean_pitch(write_tokens(model, high, seed=seed)) for seed in seeds]
    assert np.mean(rise) > np.mean(alone)
    assert np.mean(rise) > np.mean(fall) + 5


def test_same_seed_same_tokens_another_seed_others(reader):
    model = toy_model()
    first = list(write_best(model, brief(5.0), seed=3))
    assert list(write_best(model, brief(5.0), seed=3)) == first
    assert list(write_best(model, brief(5.0), seed=4)) != first


def test_one_way_on_is_plain_writing(reader):
    model = toy_model()
    plain = brief(5.0, branches=1)
    assert list(write_best(model, plain, seed=3)) == list(write_tokens(model, plain, seed=3))
    assert reader.asked == []
    published = replace(GenerationSettings(), temperature=1.25, top_p=0.65)
    assert branches_of(model, GenerationSettings()) == 4
    assert branches_of(model, published) in (1, 4)


def test_a_turn_is_judged_by_what_comes_after_it(reader):
    def turning(time_s):
        return VAPoint(-0.8 if time_s < 12 else 0.8, 0.0)

    list(write_best(toy_model(), brief(24.0, va_at=turning, branches=2), seed=1))
    late = [start for start, end in reader.asked if end > 16]
    assert late
    assert min(late) >= 11.9


def test_a_far_stretch_is_written_once_more(monkeypatch):
    rounds = []
    write = branching._write_stretch

    def counted(decoder, rivals, stretch, monitor):
        rounds.append(stretch)
        write(decoder, rivals, stretch, monitor)

    monkeypatch.setattr(branching, "_write_stretch", counted)
    for off, times in ((0.1, 1), (0.9, 2)):
        rounds.clear()
        monkeypatch.setattr(StretchJudge, "_distance", lambda *_, off=off: off)
        monkeypatch.setattr(stretch_judge, "regressor_or_none", lambda: None)
        list(write_best(toy_model(), brief(5.0, branches=2), seed=1))
        assert len(rounds) == times * len(stretches(brief(5.0)))


def test_a_way_that_gains_may_be_a_little_worse():
    other, again = object(), object()
    ways = [(other, Verdict(0.2, 0, 0)), (again, Verdict(0.3, 0, 0))]
    assert branching._best(ways, [([again], 0.0), ([], 0.15)]) is other
    assert branching._best(ways, [([again], 0.15), ([], 0.15)]) is again
    assert branching._best(ways, [([], 0.0), ([again], 0.15)]) is again
    assert branching._best(ways, [([], 0.0), ([again], 0.05)]) is other


def test_cancel_is_heard_between_two_tokens(reader):
    class Stops:
        calls = 0

        def advance(self, stage, done, total=None):
            self.calls += 1
            if self.calls == 20:
                raise Cancelled

    with pytest.raises(Cancelled):
        list(write_best(toy_model(), brief(), seed=1, monitor=Stops()))


def test_takes_report_their_share_of_all():
    heard = []

    class Recorder:
        def advance(self, stage, done, total=None):
            heard.append((done, total))

    for number in range(2):
        share = Share(Recorder(), number, 2)
        list(write_best(toy_model(), brief(3.0, branches=1), seed=number, monitor=share))
    done = [one for one, _ in heard]
    assert done == sorted(done)
    assert {total for _, total in heard} == {6.0}
    assert done[-1] == 6.0
