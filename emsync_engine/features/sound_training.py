"""Fitting the small network that parts speech, music and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sound_kinds import KINDS, SoundKindsModel
from emsync_engine.features.sound_texture import measure_names

FloatArray = NDArray[np.float64]

HIDDEN = 16
LEFT_OUT = ("shape_", "spread_", "pitch_height", "flatness", "change")
"""Measures that tell the synthesisers and soundfonts of the training scenes from each other."""
_ROUNDS, _BATCH = 2000, 1024
_LEARNING, _DECAY = 3e-3, 1e-3


def fit_sound_kinds(
    measures: NDArray[np.float32],
    truths: FloatArray,
    *,
    hidden: int = HIDDEN,
    rounds: int = _ROUNDS,
    seed: int = 0,
) -> SoundKindsModel:
    """Fit by logistic loss; ``truths`` is (S, 2) of 1, 0 and NaN for "count it neither way"."""
    import torch

    torch.manual_seed(seed)
    mean, scale = measures.mean(axis=0), measures.std(axis=0) + 1e-3
    used = np.array([not name.startswith(LEFT_OUT) for name in measure_names()])
    deviations = np.clip((measures - mean) / scale, -5, 5) * used
    standard = torch.from_numpy(deviations.astype(np.float32))
    known = torch.from_numpy(np.isfinite(truths).astype(np.float32))
    wanted = torch.from_numpy(np.nan_to_num(truths).astype(np.float32))
    first = torch.nn.Linear(standard.shape[1], hidden)
    last = torch.nn.Linear(hidden, len(KINDS))
    network = torch.nn.Sequential(first, torch.nn.Tanh(), torch.nn.Dropout(0.2), last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING, weight_decay=_DECAY)
    pace = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, rounds)
    for _ in range(rounds):
        rows = torch.randint(len(standard), (_BATCH,))
        blurred = standard[rows] + 0.1 * torch.randn(_BATCH, standard.shape[1])
        odds = network(blurred * torch.from_numpy(used))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            odds, wanted[rows], weight=known[rows]
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        pace.step()
    read = first.weight.T * torch.from_numpy(used)[:, None]
    arrays = (read, first.bias, last.weight.T, last.bias)
    return SoundKindsModel(
        mean.astype(np.float64),
        scale.astype(np.float64),
        *(array.detach().numpy().astype(np.float64) for array in arrays),
    )
