"""Opening models of the transformers library from a folder, with nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emsync_engine.extractors.batches import is_out_of_memory
from emsync_engine.extractors.interface import ModelUnusableError, library


def opened_model(kind: str, folder: Path, *, model: str, device: str) -> Any:
    """A model of this class of transformers, ready to read; ModelUnusableError if it does not fit.

    Weights that the class does not have, or that are missing from the file, are a refusal too: the
    library would fill them with noise.
    """
    transformers = library("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        found, told = getattr(transformers, kind).from_pretrained(
            str(folder), local_files_only=True, output_loading_info=True
        )
    except Exception as error:  # the library raises many kinds for a damaged folder
        if is_out_of_memory(error):
            raise
        raise ModelUnusableError(
            model, "its files are damaged or of another kind of model"
        ) from error
    for fault in ("missing_keys", "mismatched_keys"):
        if told[fault]:
            name = sorted(str(key) for key in told[fault])[0]
            raise ModelUnusableError(model, f"{name} is missing from its weights or does not fit")
    return found.to(device).eval()


def opened_part(kind: str, folder: Path, *, model: str) -> Any:
    """A tokenizer or a preparation of pictures or sound."""
    transformers = library("transformers")
    try:
        return getattr(transformers, kind).from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # as above
        raise ModelUnusableError(model, "files that prepare its input are damaged") from error


def labels_of(model: Any) -> tuple[str, ...]:
    """The names of a classifier's answers, in order."""
    named = model.config.id2label
    return tuple(str(named[number]) for number in sorted(named))
