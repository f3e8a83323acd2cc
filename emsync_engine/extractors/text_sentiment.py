"""Whether words are positive, neutral or negative, by RoBERTa.

References
----------
Liu et al. (2019), trained on TweetEval (Camacho-Collados et al. 2022); thesis 5.2.1. Features are
those of the first token of the last layer. Words of any length give one row; what is longer than
the model reads is cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.extractors.batches import in_batches
from emsync_engine.extractors.interface import ModelUnusableError, require_finite
from emsync_engine.extractors.observed import Observed
from emsync_engine.extractors.transformer_models import labels_of, opened_model, opened_part
from emsync_engine.monitor import Monitor

MODEL = "text-sentiment"
SENTIMENTS = ("negative", "neutral", "positive")
_NUMBERED = {f"label_{number}": name for number, name in enumerate(SENTIMENTS)}
_BATCH = 16
_PAD_BEFORE = 2  # RoBERTa counts its places from here


@dataclass(frozen=True, slots=True)
class TextSentiment:
    """A row for each text, whose scores are those of ``SENTIMENTS``."""

    name: str = "text-sentiment"
    models: tuple[str, ...] = (MODEL,)
    libraries: tuple[str, ...] = ("transformers",)
    version: int = 1

    def read(
        self, folders: Mapping[str, Path], texts: Sequence[str], *, device: str, monitor: Monitor
    ) -> Observed:
        """Read texts, at least one; ``times_s`` are their numbers."""
        import torch

        folder = folders[MODEL]
        words = opened_part("AutoTokenizer", folder, model=MODEL)
        model = opened_model("RobertaForSequenceClassification", folder, model=MODEL, device=device)
        order = sentiment_order(labels_of(model))
        longest = min(512, model.config.max_position_embeddings - _PAD_BEFORE)

        def work(numbers: range) -> tuple[Any, ...]:
            tokens = words(
                [texts[number] for number in numbers],
                return_tensors="pt",
                padding=True,
                truncation=True,
                max_length=longest,
            )
            tokens = {name: rows.to(device) for name, rows in tokens.items()}
            with torch.inference_mode():
                hidden = model.roberta(**tokens).last_hidden_state
                shares = torch.softmax(model.classifier(hidden), dim=-1)[:, order]
            return hidden[:, 0].float().cpu().numpy(), shares.float().cpu().numpy()

        features, scores = in_batches(len(texts), _BATCH, work, stage=self.name, monitor=monitor)
        require_finite(MODEL, features, scores)
        return Observed(np.arange(len(texts), dtype=np.float64), features, scores, SENTIMENTS)


def sentiment_order(labels: Sequence[str]) -> list[int]:
    """Where ``SENTIMENTS`` stand among a model's labels; ModelUnusableError if they do not."""
    named = [_NUMBERED.get(label.lower(), label.lower()) for label in labels]
    if sorted(named) != sorted(SENTIMENTS):
        raise ModelUnusableError(
            MODEL, f"it tells {', '.join(labels)} and not negative, neutral and positive"
        )
    return [named.index(name) for name in SENTIMENTS]
