"""How well held-out music is foretold (thesis section 4.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.layouts import Composer
from emsync_engine.training.batches import collate
from emsync_engine.training.sequences import Sequence


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well the next token of held-out music is foretold."""

    nll: float
    top1: float
    top5: float
    tokens: int


@torch.no_grad()
def measure(
    model: Composer,
    chunks: list[tuple[str, Sequence]],
    *,
    length: int,
    batch: int = 8,
    with_conditions: bool = True,
    monitor: Monitor = SILENT,
) -> dict[str, Accuracy]:
    """Unweighted NLL, top-1 and top-5 by group and over ``all`` tokens (thesis section 4.5)."""
    device = model.head.weight.device
    was_training = model.training
    model.eval()
    sums: dict[str, list[float]] = {}
    for first in range(0, len(chunks), batch):
        monitor.advance("evaluate", first, len(chunks))
        rows = chunks[first : first + batch]
        tokens, conditions = collate([sequence for _, sequence in rows], length)
        if not with_conditions:
            conditions = untold(conditions)
        tokens = tokens.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(tokens[:, :-1], conditions.to(device)).float()
        targets = tokens[:, 1:]
        nll = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
        in_top5 = (logits.topk(5, dim=-1).indices == targets[..., None]).cpu()
        known = (targets != v.PAD).cpu()
        for row, (group, _) in enumerate(rows):
            mask = known[row]
            found = sums.setdefault(group, [0.0, 0.0, 0.0, 0.0])
            found[0] += float(nll[row].cpu()[mask].sum())
            found[1] += float(in_top5[row][mask][:, 0].sum())
            found[2] += float(in_top5[row][mask].any(dim=-1).sum())
            found[3] += float(mask.sum())
    model.train(was_training)
    sums["all"] = [sum(column) for column in zip(*sums.values(), strict=True)]
    return {
        group: Accuracy(nll / n, first / n, fifth / n, int(n))
        for group, (nll, first, fifth, n) in sums.items()
        if n
    }


def untold(conditions: Conditions) -> Conditions:
    """The same conditions, none of them told."""
    return Conditions(
        torch.full_like(conditions.va, math.nan),
        torch.full_like(conditions.offset_s, math.nan),
        torch.full_like(conditions.countdown_s, math.nan),
        torch.full_like(conditions.families, math.nan),
    )
