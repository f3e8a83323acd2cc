"""Parts written anew with weights of the published layout, which cannot be shown the future."""

from dataclasses import replace

import pytest

from emsync_engine.music.splicing import outside
from tests.unit.engine.music.published.test_decoding import toy
from tests.unit.engine.music.test_regeneration import SETTINGS, anew, composed, cut_of, film


@pytest.mark.parametrize("kind", ["discrete-token", "continuous-token", "continuous-concatenated"])
def test_parts_are_written_by_every_conditioning(kind):
    model, timeline = toy(kind), film(6, [2, 4], hits=[4])
    take = composed(model, timeline, va_guidance=1.0)
    settings = replace(SETTINGS, va_guidance=1.0)
    new = anew(model, take, timeline, segments=[1], settings=settings, candidates=2)
    assert outside(new.music, cut_of(timeline, 1)) == outside(take.music, cut_of(timeline, 1))
