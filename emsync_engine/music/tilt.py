"""What emotion says of the next token, given all that the model has understood of the music.

What valence asks for depends on what was heard: in C it is an E or an E flat. Emotion that is added
to the tokens has to find its way through all layers to meet the key there; here it meets what the
last layer knows, and is learned in minutes while the rest of the model stays as it is.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from emsync_engine.music.conditioning import AxisConditioner


class TiltsLogits(Protocol):
    """A model whose logits may be tilted."""

    head: nn.Linear
    tilt: EmotionTilt | None


class EmotionTilt(nn.Module):
    """Logits that valence and arousal add, of low rank: nothing where both are unknown.

    Logits are ``say(read(hidden) * gates(va))``; ``say`` starts at nothing.
    """

    def __init__(self, width: int, vocabulary: int, rank: int) -> None:
        super().__init__()
        self.read = nn.Linear(width, rank, bias=False)
        self.valence = AxisConditioner(rank)
        self.arousal = AxisConditioner(rank)
        self.say = nn.Linear(rank, vocabulary, bias=False)
        nn.init.zeros_(self.say.weight)

    def gates(self, va: Tensor) -> Tensor:
        """(..., 2) valence and arousal, NaN where unknown, to (..., rank)."""
        valence, arousal = va[..., 0], va[..., 1]
        summed: Tensor = torch.where(
            torch.isnan(valence).unsqueeze(-1), 0.0, self.valence(valence)
        ) + torch.where(torch.isnan(arousal).unsqueeze(-1), 0.0, self.arousal(arousal))
        return summed

    @property
    def rank(self) -> int:
        return self.read.out_features

    def forward(self, hidden: Tensor, va: Tensor) -> Tensor:
        """(B, T, width) normed and (B, T, 2) to (B, T, vocabulary)."""
        tilted: Tensor = self.say(self.read(hidden) * self.gates(va))
        return tilted


class SteppedTilt:
    """The same for one token of each row: ``read`` is done with the head, as more of its outputs.

    Rows of one take are computed by themselves, so that no take depends on those beside it.
    """

    def __init__(self, model: TiltsLogits) -> None:
        self.vocabulary, self.width = model.head.weight.shape
        self._say = None if model.tilt is None else model.tilt.say.weight.detach().float().T
        read = [] if model.tilt is None else [model.tilt.read.weight]
        self.head = torch.cat([model.head.weight, *read]).detach()
        """(vocabulary + rank, width)"""

    def __call__(self, outputs: Tensor, told: Tensor) -> Tensor:
        """Logits of one take's rows.

        Parameters
        ----------
        outputs : (R, vocabulary + rank) float32, of ``head``
        told : (R, width + rank) as ``Telling`` gives it

        Returns
        -------
        (R, vocabulary)
        """
        logits = outputs[:, : self.vocabulary]
        if self._say is None:
            return logits
        return logits + (outputs[:, self.vocabulary :] * told[:, self.width :]) @ self._say
