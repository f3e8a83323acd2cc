"""What is heard, by the Audio Spectrogram Transformer: music, a crowd, rain, a siren.

References
----------
Gong, Chung and Glass (2021), trained on AudioSet. The thesis (5.2.1) uses BEATs in its place; AST
is part of the transformers library, and as large. Features are those before the last layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.extractors.batches import in_batches, loaded
from emsync_engine.extractors.interface import ModelUnusableError, require_finite
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed
from emsync_engine.extractors.transformer_models import labels_of, opened_model, opened_part
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.monitor import Monitor

MODEL = "audio-events"
HOP_S = 5.0
_FRAME_S = 0.01  # of the model's spectrogram
_BATCH = 8


@dataclass(frozen=True, slots=True)
class AudioEvents:
    """A row for every five seconds, of what is heard in the ten seconds around their middle."""

    name: str = "audio-events"
    models: tuple[str, ...] = (MODEL,)
    libraries: tuple[str, ...] = ("transformers",)
    version: int = 1

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Listen to a whole film; NothingToMeasure if it is silent."""
        if not film.has_audio:
            raise NothingToMeasure("The film has no sound.")
        import torch

        folder = folders[MODEL]
        prepare, model = loaded((MODEL, folder, device), lambda: _opened(folder, device))
        if prepare.sampling_rate != film.audio_rate:
            raise ModelUnusableError(
                MODEL, f"it wants sound of {prepare.sampling_rate} Hz, not {film.audio_rate}"
            )
        window_s = prepare.max_length * _FRAME_S
        middles_s = window_middles_s(film.duration_s, HOP_S)

        def work(numbers: range) -> tuple[Any, ...]:
            pieces = [piece_around(film, middles_s[number], window_s) for number in numbers]
            spectra = prepare(pieces, sampling_rate=film.audio_rate, return_tensors="pt")
            with torch.inference_mode():
                pooled = model.audio_spectrogram_transformer(
                    spectra["input_values"].to(device)
                ).pooler_output
                scores = torch.sigmoid(model.classifier(pooled))
            return pooled.float().cpu().numpy(), scores.float().cpu().numpy()

        features, scores = in_batches(
            len(middles_s), _BATCH, work, stage=self.name, monitor=monitor
        )
        require_finite(MODEL, features, scores)
        return Observed(middles_s, features, scores, labels_of(model))


def _opened(folder: Path, device: str) -> tuple[Any, Any]:
    return (
        opened_part("ASTFeatureExtractor", folder, model=MODEL),
        opened_model("ASTForAudioClassification", folder, model=MODEL, device=device),
    )


def window_middles_s(duration_s: float, hop_s: float) -> Any:
    """Middles of equal steps over a film, at least one; the last step may be shorter."""
    count = max(1, int(np.ceil(duration_s / hop_s - 1e-9)))
    starts = np.arange(count) * hop_s
    return (starts + np.minimum(starts + hop_s, max(duration_s, 1e-3))) / 2


def piece_around(film: FilmMaterial, middle_s: float, length_s: float) -> Any:
    """Sound around a time, moved inside the film; all of it where the film is shorter."""
    length = min(round(length_s * film.audio_rate), len(film.audio))
    start = round((middle_s - length_s / 2) * film.audio_rate)
    start = min(max(start, 0), len(film.audio) - length)
    return np.array(film.audio[start : start + length], np.float32)
