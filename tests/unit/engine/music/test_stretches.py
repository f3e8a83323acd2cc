from itertools import pairwise

import pytest

from emsync_engine.music.brief import Brief
from emsync_engine.music.stretches import SETTLING_S, STRETCH_S, hits_of, stretches
from emsync_engine.project.model import GenerationSettings, VAPoint


def brief(duration_s, hits_s):
    return Brief(
        duration_s, lambda time_s: VAPoint(0.0, 0.0), hits_s, ("piano",), GenerationSettings()
    )


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


def test_every_hit_belongs_to_the_stretch_in_which_its_chord_is_heard():
    film = brief(20.0, (0.1, 4.0, 4.4, 11.0, 19.5))
    found = [hits_of(film, one) for one in stretches(film)]
    assert [hit_s for hits_s in found for hit_s in hits_s] == [0.1, 4.0, 4.4, 11.0, 19.5]
    for one, hits_s in zip(stretches(film), found, strict=True):
        assert all(one.start_s - SETTLING_S < hit_s < one.end_s for hit_s in hits_s)
