from dataclasses import replace

import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.brief import Brief
from emsync_engine.music.reprise import Return
from emsync_engine.music.returns import NEAR_HIT_S, with_ostinatos, with_phrase
from emsync_engine.project.model import GenerationSettings, VAPoint

END_S = 12.5
PIANO = [v.on_token("piano", pitch) for pitch in (60, 64, 67, 64)]
BASS = [v.on_token("bass", pitch) for pitch in (36, 43, 36)]
STRINGS = [v.on_token("strings", pitch) for pitch in (72, 74)]


def brief(hits_s=(), va_at=None):
    told = va_at or (lambda time_s: VAPoint(0.0, 0.0))
    return Brief(30.0, told, hits_s, ("bass", "piano", "strings"), GenerationSettings())


class Waiting:
    """A take of which something may come again that was heard so many seconds ago."""

    time_s = 10.0

    def __init__(self, ago_s=8.0):
        ago = None if ago_s is None else round(ago_s / v.STEP_S)
        self.comes_again = None if ago is None else Return(ago, lambda step: step + ago)
        self.repeated = self.until_s = self.families = None

    def repeat(self, returning, *, until_s):
        self.repeated = (returning, until_s)

    def bars_before(self, seconds):
        return self.comes_again

    def events_again(self, returning, *, until_s):
        assert returning is self.comes_again
        self.until_s = until_s
        return [(1300, token) for token in PIANO + BASS + STRINGS]

    def go_on_with(self, events, families):
        self.families = families


def turns(time_s):
    return VAPoint(0.0 if time_s < 5 else 0.5, 0.0)


SAME = [
    (brief(), 8.0, True),
    (brief(), None, False),
    (brief((20.0,)), 8.0, True),
    (brief(va_at=turns), 8.0, False),
    (brief(va_at=turns), 5.0, True),
    (replace(brief(), tacet_s=((3.0, 4.0),)), 8.0, False),
    (replace(brief(), tacet_s=((11.0, 12.0),)), 8.0, False),
]


@pytest.mark.parametrize(
    ("asked", "ago_s", "comes"),
    [*SAME, (brief((11.0,)), 8.0, False), (brief((12.6,)), 8.0, False)],
)
def test_a_phrase_comes_again_where_the_film_asks_for_the_same(asked, ago_s, comes):
    writer = Waiting(ago_s)
    assert with_phrase(asked, writer, END_S) == ([writer] if comes else [])
    assert writer.repeated == ((writer.comes_again, END_S) if comes else None)


@pytest.mark.parametrize(("asked", "ago_s", "goes_on"), [*SAME, (brief(), 1.5, False)])
def test_families_go_on_where_the_film_asks_for_the_same(asked, ago_s, goes_on):
    writers = [Waiting(ago_s), Waiting(ago_s)]
    assert with_ostinatos(asked, writers, END_S) == (writers if goes_on else [])
    families = [("piano",), ("piano", "bass")] if goes_on else [None, None]  # two notes: no figure
    assert [writer.families for writer in writers] == families


@pytest.mark.parametrize(
    ("hits_s", "until_s"),
    [((), END_S), ((11.9,), 11.9 - NEAR_HIT_S), ((12.6,), 12.6 - NEAR_HIT_S), ((11.5,), None)],
)
def test_shortly_before_a_hit_everybody_is_free(hits_s, until_s):
    writer = Waiting()
    with_ostinatos(brief(hits_s), [writer], END_S)
    assert writer.until_s == (None if until_s is None else pytest.approx(until_s))


def test_where_no_way_is_to_spare_nobody_goes_on():
    assert with_ostinatos(brief(), [], END_S) == []
