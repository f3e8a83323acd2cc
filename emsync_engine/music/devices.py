"""Where models run."""

from __future__ import annotations

from emsync_engine.errors import MissingError


def chosen_device(name: str) -> str:
    """The torch device for auto, cpu, cuda or mps; MissingError if this machine has none."""
    if name == "cpu":
        return name
    import torch

    has = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return next((device for device, is_here in has.items() if is_here), "cpu")
    if not has[name]:
        raise MissingError(f"There is no {name} device on this machine; use --device cpu.")
    return name
