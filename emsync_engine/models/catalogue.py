"""Models of the full analysis (thesis 5.2.1): what each is for, and where its files come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, by the name that the library which reads it expects.

    ``address`` is None for a file that only the user can bring; ``size_bytes`` and ``sha256`` are
    None where nobody could be found who states them: they are recorded at the first download.
    """

    name: str
    address: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model: a folder of files under its name."""

    name: str
    files: tuple[ModelFile, ...]


def _named(name: str, *files: str) -> CatalogueModel:
    return CatalogueModel(name, tuple(ModelFile(file) for file in files))


_TRANSFORMERS = ("config.json", "preprocessor_config.json", "model.safetensors")
_MODELS = (
    _named("clip", "open_clip_config.json", "open_clip_model.safetensors"),
    _named("audio-events", *_TRANSFORMERS),
    _named("face-detector", "face_detection_yunet_2023mar.onnx"),
    _named("face-expression", *_TRANSFORMERS),
    _named("speech", "config.json", "model.bin", "tokenizer.json", "vocabulary.txt"),
    _named("screen-text", "craft_mlt_25k.pth", "english_g2.pth"),
    _named(
        "text-sentiment",
        *("config.json", "pytorch_model.bin", "vocab.json", "merges.txt"),
    ),
)

CATALOGUE: Mapping[str, CatalogueModel] = MappingProxyType({one.name: one for one in _MODELS})
