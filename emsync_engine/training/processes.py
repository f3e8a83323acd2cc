"""One process, or several that train together (``accelerate launch``)."""

from __future__ import annotations

import os
from typing import Any, Protocol

import torch

from emsync_engine.errors import ToolMissingError


class Processes(Protocol):
    """Who trains: ``rank`` of ``count``, on a device."""

    rank: int
    count: int
    device: torch.device

    def share(self, model: torch.nn.Module) -> Any:
        """The model such that a backward pass leaves the mean gradient of all processes."""
        ...

    def agree(self, value: float) -> float:
        """The first process' value, in all of them."""
        ...

    def part(self) -> None:
        """Let go of the others, which all do at the end: threads between them must not be left."""
        ...


class OneProcess:
    """Training alone."""

    rank = 0
    count = 1

    def __init__(self, device: str = "cpu") -> None:
        self.device = torch.device(device)

    def share(self, model: torch.nn.Module) -> Any:
        return model

    def agree(self, value: float) -> float:
        return value

    def part(self) -> None:
        return None


class AcceleratedProcesses:
    """The processes that ``accelerate launch`` started, on one machine or several."""

    def __init__(self) -> None:
        try:
            from accelerate import Accelerator
        except ImportError as error:
            raise ToolMissingError(
                "accelerate", "run pip install emsync-desktop[training]"
            ) from error
        self._accelerator: Any = Accelerator()
        self.rank: int = self._accelerator.process_index
        self.count: int = self._accelerator.num_processes
        self.device: torch.device = self._accelerator.device

    def share(self, model: torch.nn.Module) -> Any:
        return self._accelerator.prepare_model(model)

    def agree(self, value: float) -> float:
        from accelerate.utils import broadcast

        told: torch.Tensor = broadcast(torch.tensor(value, device=self.device), from_process=0)
        return float(told)

    def part(self) -> None:
        self._accelerator.end_training()


def launched_processes(device: str) -> Processes:
    """Those of ``accelerate launch`` if it started us, else this one on the device."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        return AcceleratedProcesses()
    return OneProcess(device)
