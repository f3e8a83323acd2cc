"""What the engine process holds in memory, where it works, and how it lets go of what it can."""

from __future__ import annotations

import gc
import logging
import platform
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.heap import give_back
from emsync_engine.monitor import Monitor

if TYPE_CHECKING:
    from emsync_engine.jobs.session import Session

logger = logging.getLogger(__name__)

_NVIDIA = Path("/proc/driver/nvidia/gpus")
_MODELS = {  # what reads a model once and keeps it, by module
    "emsync_engine.weights": ("load_composer",),
    "emsync_engine.music.originality": ("shipped_index",),
    "emsync_engine.affect.regressor": ("shipped_regressor",),
    "emsync_engine.affect.random_convolutions": ("shipped_convolutions",),
    "emsync_engine.affect.judge": ("shipped_judge",),
    "emsync_engine.emotion.picture_model": ("shipped_picture_model",),
    "emsync_engine.emotion.text_emotion": ("shipped_text_model",),
    "emsync_engine.features.sound_kinds": ("shipped_sound_kinds",),
}


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the engine process uses.

    Attributes
    ----------
    memory_bytes : of the process and the programs it runs, in memory now
    processor, graphics : their names; ``graphics`` is empty where there is no card to compute on
    graphics_bytes, graphics_total_bytes : taken on the card by this process, and the card's own;
        None while nothing runs there
    has_models : whether weights are in memory
    """

    memory_bytes: int
    processor: str
    graphics: str = ""
    graphics_bytes: int | None = None
    graphics_total_bytes: int | None = None
    has_models: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """What the engine used before it let go of its models, and after it."""

    before: EngineFacts
    after: EngineFacts


@dataclass(frozen=True, slots=True)
class ReleaseJob:
    """Unload all models, on the graphics card too; gives ``Released``. They are read anew."""

    def run(self, session: Session, monitor: Monitor) -> Released:
        monitor.advance("release", 0, 1)
        return released()


def memory_of(pid: int | None = None) -> int:
    """Bytes in memory of a process, by default this one, and of those it started."""
    import psutil

    process = psutil.Process(pid)
    total = int(process.memory_info().rss)
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            total += int(child.memory_info().rss)
    return total


def engine_facts() -> EngineFacts:
    """What this process uses now; loads nothing to find out."""
    used, total = _graphics_memory()
    return EngineFacts(
        memory_of(),
        processor_name(),
        graphics_name(),
        used,
        total,
        any(one.cache_info().currsize for one in _loaded_models()),
    )


def released() -> Released:
    """Forget every model that was read, and give the memory back to the system."""
    before = engine_facts()
    for read in _loaded_models():
        read.cache_clear()
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if torch is not None and torch.backends.mps.is_available():
        torch.mps.empty_cache()
    give_back()
    after = engine_facts()
    logger.info("let go of %d MB", (before.memory_bytes - after.memory_bytes) >> 20)
    return Released(before, after)


def _loaded_models() -> list[Any]:
    """The functions that keep a model, of those modules that are in use."""
    found: list[Any] = []
    for module, names in _MODELS.items():
        loaded = sys.modules.get(module)
        found += [getattr(loaded, name) for name in names if hasattr(loaded, name)]
    return found


def _graphics_memory() -> tuple[int | None, int | None]:
    """Bytes that torch has taken on the card, and all that the card has."""
    torch = sys.modules.get("torch")
    try:
        if torch is not None and torch.cuda.is_initialized():
            used = int(torch.cuda.memory_reserved())
            return used, int(torch.cuda.get_device_properties(0).total_memory)
        if torch is not None and torch.backends.mps.is_available():
            used = int(torch.mps.driver_allocated_memory())
            return used, int(torch.mps.recommended_max_memory())
    except (AttributeError, RuntimeError):  # it is being loaded, or the card is gone
        pass
    return None, None


@cache
def processor_name() -> str:
    """What the processor calls itself."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        with suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            said = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True)
            return said.stdout.strip()
    return platform.processor() or platform.machine()


def graphics_name() -> str:
    """The card that models can run on; empty where there is none, or nobody says so."""
    for told in sorted(_NVIDIA.glob("*/information")):
        with suppress(OSError):
            for line in told.read_text(encoding="utf-8").splitlines():
                if line.startswith("Model"):
                    return line.partition(":")[2].strip()
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return processor_name()
    torch = sys.modules.get("torch")
    with suppress(AttributeError, RuntimeError):
        if torch is not None and torch.cuda.is_initialized():
            return str(torch.cuda.get_device_name(0))
    return ""
