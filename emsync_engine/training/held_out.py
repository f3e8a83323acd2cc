"""How well held-out music is foretold (thesis section 4.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.layouts import Composer
from emsync_engine.training.batches import collate
from emsync_engine.training.contrast import AROUSAL, VALENCE, Pairs, margins
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


@torch.no_grad()
def told_apart(model: Composer, pairs: list[Pairs]) -> dict[str, float]:
    """Share of the held-out pairs of which the likelier one is the true one, by axis.

    0.5 is a guess; NaN where there are no pairs.
    """
    device = model.head.weight.device
    was_training = model.training
    model.eval()
    found: dict[int, list[Tensor]] = {VALENCE: [], AROUSAL: []}
    for some in pairs:
        tokens = some.tokens.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(tokens[:, :-1].repeat(2, 1), some.both.to(device))
        margin = margins(replace(some, tokens=tokens), logits).cpu()
        for axis, own in found.items():
            own.append(margin[some.axes == axis])
    model.train(was_training)
    shares = {}
    for name, own in zip(("valence", "arousal"), found.values(), strict=True):
        all_margins = torch.cat(own) if own else torch.empty(0)
        known = all_margins[~torch.isnan(all_margins)]
        shares[name] = float((known > 0).float().mean()) if len(known) else math.nan
    return shares
