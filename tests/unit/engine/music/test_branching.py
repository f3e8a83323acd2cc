from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from emsync_engine.affect.reading import SECOND_SHARE, AffectReading
from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import Cancelled, Share
from emsync_engine.music import branching
from emsync_engine.music.branching import (
    STRETCH_S,
    Stretch,
    StretchJudge,
    branches_of,
    heard,
    stretches,
    write_best,
)
from emsync_engine.music.brief import Brief
from emsync_engine.music.decoding import Decoder
from emsync_engine.music.generation import write_tokens
from emsync_engine.music.returns import SETTLING_S
from emsync_engine.music.token_writer import TokenWriter
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
    monkeypatch.setattr(branching, "regressor_or_none", lambda: reader)
    monkeypatch.setattr(branching, "convolutions_or_none", lambda: None)
    return reader


def mean_pitch(tokens):
    return np.mean([v.note_of(token)[1] for token in tokens if v.is_on(token)])


@pytest.mark.parametrize(
    ("duration_s", "hits_s"),
    [
        (0.5, ()),
        (12.0, ()),
        (60.0, (0.1, 4.0, 4.4, 20.0, 59.9)),
        (30.0, (30.0,)),
        (9.0, (3.0, 3.0)),
    ],
)
def test_stretches_tile_the_film_and_end_behind_hits(duration_s, hits_s):
    found = stretches(brief(duration_s, hits_s))
    assert found[0].start_s == 0
    assert found[-1].end_s == duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(found))
    assert all(0 < one.end_s - one.start_s <= 2 * STRETCH_S for one in found)
    for hit_s in hits_s:  # no stretch ends before a chord at its last hit could be heard
        assert not any(hit_s <= one.end_s < hit_s + SETTLING_S - 1e-9 for one in found[:-1])


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


class Says:
    """Reads the same in all music."""

    def __init__(self, valence, arousal):
        self.said = np.array([valence, arousal])

    def read_windows(self, music, centres_s, width_s=12.0):
        return np.tile(self.said, (len(centres_s), 1))


def test_a_second_reader_counts_for_its_share_where_it_says_anything():
    asked = brief(va_at=lambda time_s: VAPoint(0.5, 0.5))
    writer = TokenWriter(Decoder(toy_model()), asked)
    writer.begin()
    for _ in range(4):
        writer.append(v.shift_token(50))
    stretch = Stretch(0.0, writer.time_s)
    aimed = branching.AIM * 0.5

    def distance(second):
        return StretchJudge(Says(0.0, 0.0), asked, second=second).verdict(writer, stretch).distance

    assert distance(None) == pytest.approx(aimed.sum())
    both = distance(Says(0.3, np.nan))
    assert both == pytest.approx(aimed.sum() - 0.3 * SECOND_SHARE)


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


def test_a_stretch_without_its_chord_or_without_sound_is_worse():
    asked = brief(8.0, (4.0,))
    judge = StretchJudge(None, asked)
    stretch = Stretch(0.0, 4.0 + SETTLING_S)

    def written(*tokens):
        writer = TokenWriter(Decoder(toy_model()), asked)
        writer.follow([v.MORE_INSTRUMENTS, v.START, v.BAR, *tokens])
        return writer

    second = v.shift_token(v.MAX_SHIFT_STEPS)
    rest = [second, v.shift_token(8)]
    held = v.on_token("bass", 30)
    chord = [v.on_token("piano", pitch) for pitch in (60, 64, 67)]
    landed = written(held, *[second] * 4, v.CHORD, *chord, *rest)
    late = written(held, *[second] * 3, v.CHORD, *chord, second, *rest)
    missed = written(held, *[second] * 4, *rest)
    silent = written(*[second] * 4, v.CHORD, *chord, *rest)
    off = [judge.demerit(writer, stretch) for writer in (landed, late, missed, silent)]
    assert off[0] == 0
    assert off[0] < off[1] <= off[2]
    assert off[3] > 0
    assert [note.pitch for note in heard(landed, 3.9, 4.2).notes] == [30, 60, 64, 67]


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
        monkeypatch.setattr(branching, "regressor_or_none", lambda: None)
        list(write_best(toy_model(), brief(5.0, branches=2), seed=1))
        assert len(rounds) == times * len(stretches(brief(5.0)))


def test_a_way_that_gains_may_be_a_little_worse():
    other, again = object(), object()
    ways = [(other, branching.Verdict(0.2, 0, 0)), (again, branching.Verdict(0.3, 0, 0))]
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
