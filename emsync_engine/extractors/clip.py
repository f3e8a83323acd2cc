"""What the pictures show, by CLIP: features for the fusion, and emotions by zero-shot prompts.

References
----------
Radford et al. (2021); thesis 5.2.1. Any model in open_clip's own format can be used; the thesis' is
ViT-B/32. Features are the image embeddings before they are brought to length one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.extractors.batches import in_batches, loaded
from emsync_engine.extractors.interface import ModelUnusableError, library, require_finite
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed
from emsync_engine.monitor import Monitor
from emsync_engine.project.model import EMOTIONS

MODEL = "clip"
FRAMES = ("a photo that evokes {}", "a film scene full of {}", "a picture of {}")
WORDS = {
    "anger": ("anger", "rage and violence", "an angry person"),
    "disgust": ("disgust", "something rotten and repulsive", "a disgusted person"),
    "fear": ("fear", "danger and terror", "a frightened person"),
    "joy": ("joy", "celebration and happiness", "a happy person"),
    "sadness": ("sadness", "grief and loneliness", "a sad person"),
    "surprise": ("surprise", "something astonishing and unexpected", "a surprised person"),
}
_CONFIGURATION = "open_clip_config.json"
_USUAL_VOCABULARY = 49_408
_BATCH = 32


def prompts() -> dict[str, list[str]]:
    """Sentences for each emotion, all of which stand for it."""
    return {
        emotion: [frame.format(word) for frame in FRAMES for word in WORDS[emotion]]
        for emotion in EMOTIONS
    }


@dataclass(frozen=True, slots=True)
class Clip:
    """Rows for every picture; scores are the shares of the six emotions by their prompts."""

    name: str = "clip"
    models: tuple[str, ...] = (MODEL,)
    libraries: tuple[str, ...] = ("open_clip",)
    version: int = 1

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Embed every picture of a film."""
        pictures = film.pictures()
        folder = folders[MODEL]
        model = loaded((MODEL, folder, device), lambda: _Loaded(folder, device))
        told = model.emotions()

        def work(numbers: range) -> tuple[Any, ...]:
            features = model.embed([pictures[number] for number in numbers])
            return features, model.shares(features, told)

        features, scores = in_batches(len(pictures), _BATCH, work, stage=self.name, monitor=monitor)
        require_finite(MODEL, features, scores)
        return Observed(pictures.times_s, features, scores, EMOTIONS)


class _Loaded:
    """A model of open_clip in memory."""

    def __init__(self, folder: Path, device: str) -> None:
        open_clip = library("open_clip")
        self._device = device
        configuration = _configuration(folder)
        try:
            self._model, _, self._prepare = open_clip.create_model_and_transforms(
                f"local-dir:{folder}", device=device, weights_only=True
            )
        except (RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
            if "out of memory" in str(error):
                raise
            raise ModelUnusableError(MODEL, "its weights do not fit its configuration") from error
        self._model.eval()
        text = configuration.get("text_cfg", {})
        if text.get("vocab_size", _USUAL_VOCABULARY) != _USUAL_VOCABULARY:
            raise ModelUnusableError(MODEL, "it reads words in a way that is not known here")
        # comes with the library: CLIP's own words, nothing is fetched
        self._tokens = open_clip.SimpleTokenizer(context_length=text.get("context_length", 77))

    def embed(self, pictures: list[Any]) -> Any:
        """(N, D) float32 embeddings of RGB pictures."""
        import torch
        from PIL import Image

        with torch.inference_mode():
            batch = torch.stack([self._prepare(Image.fromarray(one)) for one in pictures])
            found = self._model.encode_image(batch.to(self._device))
        return found.float().cpu().numpy()

    def emotions(self) -> Any:
        """(6, D) one direction of length one for each emotion, the mean of its sentences."""
        import torch

        rows = []
        with torch.inference_mode():
            for sentences in prompts().values():
                tokens = self._tokens(sentences).to(self._device)
                found = self._model.encode_text(tokens).float().cpu().numpy()
                rows.append(_unit(_unit(found).mean(axis=0, keepdims=True))[0])
        return np.stack(rows)

    def shares(self, features: Any, told: Any) -> Any:
        """(N, 6) shares of the emotions: a softmax over likeness times the model's own scale."""
        scale = float(self._model.logit_scale.detach().exp())
        likeness = scale * (_unit(features) @ told.T)
        raised = np.exp(likeness - likeness.max(axis=1, keepdims=True))
        return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)


def _unit(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-8)


def _configuration(folder: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads((folder / _CONFIGURATION).read_text(encoding="utf-8"))
        configuration: Mapping[str, Any] = facts["model_cfg"]
        configuration.get("text_cfg", {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnusableError(MODEL, f"its {_CONFIGURATION} cannot be read") from error
    return configuration
