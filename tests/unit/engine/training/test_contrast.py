import math

import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.training.contrast import (
    AROUSAL,
    VALENCE,
    contrast_loss,
    margins,
    mirrored_pairs,
)


def conditions(va):
    rows, length, _ = va.shape
    missing = torch.full((rows, length), math.nan)
    return Conditions(va, missing, missing, torch.full((rows, 5), math.nan))


def pairs(va, *, tokens=None, axes=(VALENCE, AROUSAL)):
    rows, length, _ = va.shape
    if tokens is None:
        tokens = torch.full((rows, length + 1), v.CHORD)
    return mirrored_pairs(tokens, conditions(va), torch.tensor(axes))


def sure_of(token, *, rows, length, by=5.0):
    logits = torch.zeros(rows, length, v.SIZE)
    logits[..., token] = by
    return logits


def test_one_axis_of_each_is_mirrored():
    va = torch.tensor([[[0.5, -0.2]], [[0.3, 0.7]]])
    made = pairs(va)
    assert made.mirrored.va.flatten().tolist() == pytest.approx([-0.5, -0.2, 0.3, -0.7])
    assert made.own.va.equal(va)
    assert made.both.va.shape == (4, 1, 2)


def test_the_margin_is_how_much_likelier_the_own_emotion_makes_the_music():
    made = pairs(torch.full((2, 3, 2), 0.5))
    own = sure_of(v.CHORD, rows=2, length=3)
    even = torch.zeros(2, 3, v.SIZE)
    expected = 3 * (math.log(v.SIZE) + 5 - math.log(math.exp(5) + v.SIZE - 1))
    assert margins(made, torch.cat([own, even])).tolist() == pytest.approx([expected] * 2, rel=1e-4)
    assert margins(made, torch.cat([even, own])).tolist() == pytest.approx(
        [-expected] * 2, rel=1e-4
    )


def test_what_is_padded_counts_nothing_and_hides_nothing():
    """The last token of a short excerpt is told nothing: the excerpt counts all the same."""
    va = torch.full((2, 4, 2), 0.5)
    va[:, 2:] = math.nan
    tokens = torch.full((2, 5), v.CHORD)
    tokens[:, 3:] = v.PAD
    made = pairs(va, tokens=tokens)
    own = sure_of(v.CHORD, rows=2, length=4)
    found = margins(made, torch.cat([own, torch.zeros_like(own)]))
    assert torch.isfinite(found).all()
    assert (found > 0).all()


def test_an_unknown_emotion_has_no_margin_and_no_loss():
    va = torch.full((2, 3, 2), 0.5)
    va[0, :, VALENCE] = math.nan
    made = pairs(va, axes=(VALENCE, VALENCE))
    logits = torch.cat([sure_of(v.CHORD, rows=2, length=3), torch.zeros(2, 3, v.SIZE)])
    found = margins(made, logits)
    assert torch.isnan(found).tolist() == [True, False]
    assert contrast_loss(found) == contrast_loss(found[1:])
    assert contrast_loss(found[:1]) == 0


def test_the_loss_falls_as_the_margin_rises():
    losses = [float(contrast_loss(torch.tensor([margin]))) for margin in (-2.0, 0.0, 2.0)]
    assert losses[1] == pytest.approx(math.log(2))
    assert losses[0] > losses[1] > losses[2]
