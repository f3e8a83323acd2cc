"""Telling emotions apart: the music's own emotion against the opposite one.

The loss of the next token hardly asks what valence is for: once a few bars are known, so is the
mode, and a label says nothing new. So a share of the steps shows short excerpts from anywhere, each
under its own conditions and once more with one axis of emotion mirrored, and asks which of the two
is the true one. The answer is the ratio of the likelihoods that the model itself
gives (as in GeDi, Krause et al. 2020; contrast of conditions, Chen et al. 2024). The model that
foretells the music best under every emotion is also the one that answers best, so that the two
losses pull in one direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions

VALENCE, AROUSAL = 0, 1


@dataclass(frozen=True, slots=True)
class Contrast:
    """How often, on how short excerpts and how strongly emotions are told apart."""

    share: float = 0.0  # of the steps
    length: int = 192  # tokens of an excerpt
    weight: float = 0.2  # of the answer, beside the mean loss of a token
    arousal: float = 0.2  # how often it is the arousal that is mirrored, else the valence


@dataclass(frozen=True, slots=True)
class Pairs:
    """Excerpts (N, T+1) with their own conditions and with the mirrored ones, both (N, T).

    ``axes`` (N,) says which axis was mirrored: ``VALENCE`` or ``AROUSAL``.
    """

    tokens: Tensor
    own: Conditions
    mirrored: Conditions
    axes: Tensor

    @property
    def both(self) -> Conditions:
        """(2 N, T) conditions, the own ones first."""
        return Conditions(
            va=torch.cat([self.own.va, self.mirrored.va]),
            offset_s=self.own.offset_s.repeat(2, 1),
            countdown_s=self.own.countdown_s.repeat(2, 1),
            families=self.own.families.repeat(2, 1),
            kinds=None if self.own.kinds is None else self.own.kinds.repeat(2, 1, 1),
        )


def mirrored_pairs(tokens: Tensor, conditions: Conditions, axes: Tensor) -> Pairs:
    """Mirror one axis of each excerpt's emotion.

    Labels fill [-1, 1] evenly, so that an emotion is as frequent as its opposite: then the ratio of
    the two likelihoods is all that the answer depends on.

    Parameters
    ----------
    tokens : (N, T+1)
    conditions : (N, T)
    axes : (N,) which axis
    """
    va = conditions.va.clone()
    rows = torch.arange(len(va))
    va[rows, :, axes] *= -1
    mirrored = Conditions(
        va, conditions.offset_s, conditions.countdown_s, conditions.families, kinds=conditions.kinds
    )
    return Pairs(tokens, conditions, mirrored, axes)


def margins(pairs: Pairs, logits: Tensor) -> Tensor:
    """How much likelier each excerpt is under its own conditions, in nats; above 0 is right.

    Parameters
    ----------
    logits : (2 N, T, V), under the own conditions first

    Returns
    -------
    (N,) NaN where the emotion is unknown throughout
    """
    targets = pairs.tokens[:, 1:].repeat(2, 1)
    nll = F.cross_entropy(
        logits.float().transpose(1, 2), targets, reduction="none", ignore_index=v.PAD
    )
    own, other = nll.sum(dim=1).chunk(2)
    rows = torch.arange(len(pairs.axes))
    unknown = torch.isnan(pairs.own.va[rows, :, pairs.axes]).all(dim=1)
    return torch.where(unknown.to(own.device), torch.nan, other - own)


def contrast_loss(found: Tensor) -> Tensor:
    """Mean of -log sigmoid of the margins (N,) that are known; 0 where none is."""
    known = found[~torch.isnan(found)]
    return F.softplus(-known).mean() if len(known) else found.new_zeros(())
