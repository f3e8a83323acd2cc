"""Opening a PyTorch file that somebody else made: nothing in it runs, and memory stays bounded.

A checkpoint is a zip of one pickle and the tensors' bytes. Before torch sees it, the archive's
structure is checked, the pickle is walked without being run, and only what describes plain tensors
and plain values may stand in it.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from emsync_engine.errors import InputUnusableError

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_FILE = 4 * 2**30  # bytes
LARGEST_PICKLE = 8 * 2**20  # bytes: the names and shapes of tensors take far less
LARGEST_MODEL = 500_000_000  # parameters
DEEPEST = 8  # containers in containers
_LONGEST_REASON = 160  # characters: names in a file can be of any length

_STORAGES = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
_ALLOWED = frozenset(
    {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_parameter",
        *(f"torch {kind}Storage" for kind in _STORAGES),
    }
)
_FORBIDDEN_OPCODES = frozenset(
    ("STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4", "PERSID")
)


class CheckpointError(InputUnusableError):
    """A file is no checkpoint that can be opened safely."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = readable(reason)
        super().__init__(f"{path.name} cannot be imported: {self.reason}.")


def readable(text: str) -> str:
    """A text out of a strange file, short and without what would steer a terminal."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in text[:_LONGEST_REASON])
    return shown if len(text) <= _LONGEST_REASON else f"{shown}..."


def load_plain(path: Path) -> Any:
    """What a PyTorch file holds: tensors, numbers, texts, lists and dictionaries of them.

    Tensors stay on disk until they are read (memory-mapped).

    Raises
    ------
    CheckpointError
        The file is damaged, too large, or holds anything else, such as code.
    """
    import torch

    _check_archive(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        _check_tensors(content)
    except (MemoryError, RecursionError) as error:
        raise CheckpointError(path, "it asks for more memory than a model needs") from error
    except Exception as error:  # torch raises many kinds for a damaged file
        reason = str(error) if isinstance(error, _TensorError) else "it is damaged"
        raise CheckpointError(path, reason) from error
    return content


def load_tensors(path: Path) -> dict[str, Tensor]:
    """The named tensors of a checkpoint (``.pt`` or ``.safetensors``), without a wrapper's prefix.

    CheckpointError as in ``load_plain``, and where the file holds no named tensors.
    """
    content = _load_safetensors(path) if path.suffix == ".safetensors" else load_plain(path)
    for wrapper in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
            break
    if not isinstance(content, Mapping) or not content or not _all_tensors(content):
        raise CheckpointError(path, "it holds no named tensors, as a state_dict does")
    prefix = "module." if all(str(name).startswith("module.") for name in content) else ""
    return {str(name).removeprefix(prefix): tensor for name, tensor in content.items()}


def _all_tensors(content: Mapping[Any, Any]) -> bool:
    import torch

    return all(isinstance(value, torch.Tensor) for value in content.values())


def _load_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CheckpointError(path, "it is larger than any model that can be used here")
        tensors: dict[str, Tensor] = load_file(path)
        _check_tensors(tensors)
    except OSError as error:
        raise CheckpointError(path, "it cannot be read") from error
    except SafetensorError as error:
        raise CheckpointError(path, "it is damaged") from error
    except _TensorError as error:
        raise CheckpointError(path, str(error)) from error
    return tensors


class _Sparing(io.FileIO):
    """A file read in small pieces alone: a zip's list of entries is otherwise read in one."""

    def read(self, size: int | None = -1) -> bytes:
        wanted = LARGEST_PICKLE + 1 if size is None or size < 0 else size
        piece = super().read(min(wanted, LARGEST_PICKLE + 1)) or b""
        if len(piece) > LARGEST_PICKLE:
            raise zipfile.BadZipFile("an entry or the list of entries is too long")
        return piece


def _check_archive(path: Path) -> None:
    """CheckpointError unless the file is a zip of stored tensors and one harmless pickle."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CheckpointError(path, "it is larger than any model that can be used here")
        if not zipfile.is_zipfile(path):
            raise CheckpointError(path, "it is no PyTorch checkpoint, or is cut off")
        with _Sparing(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise CheckpointError(path, "it is packed in a way that PyTorch does not use")
            if sum(entry.file_size for entry in entries) > path.stat().st_size:
                raise CheckpointError(path, "it declares more than it holds")
            pickles = [e for e in entries if PurePosixPath(e.filename).suffix == ".pkl"]
            if len(pickles) != 1 or pickles[0].file_size > LARGEST_PICKLE:
                raise CheckpointError(path, "it is no PyTorch checkpoint of one model")
            pickled = archive.read(pickles[0])
    except OSError as error:
        raise CheckpointError(path, "it cannot be read") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise CheckpointError(path, "it is damaged") from error
    _check_pickle(path, pickled)


def _check_pickle(path: Path, pickled: bytes) -> None:
    """CheckpointError if the pickle names anything but tensors; it is read and not run."""
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in _FORBIDDEN_OPCODES or (
                opcode.name == "GLOBAL" and argument not in _ALLOWED
            ):
                wanted = str(argument).replace(" ", ".") if argument else "an object of its own"
                raise CheckpointError(path, f"it wants to run code ({wanted}), which was not done")
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise CheckpointError(path, "it is damaged") from error


class _TensorError(ValueError):
    """A tensor declares what it has not."""


def _check_tensors(content: object) -> None:
    """_TensorError for tensors that claim more than they hold, or are too large together."""
    total = 0
    for tensor in _tensors_in(content):
        held = tensor.untyped_storage().nbytes() // tensor.element_size()
        if tensor.numel() > held:
            raise _TensorError("a tensor in it declares more numbers than it holds")
        total += tensor.numel()
        if total > LARGEST_MODEL:
            raise _TensorError("it is larger than any model that can be used here")


def _tensors_in(content: object) -> Iterator[Tensor]:
    """Every tensor in nested containers, each container looked at once, however often it stands."""
    import torch

    seen: set[int] = set()
    waiting: list[tuple[object, int]] = [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, Mapping | list | tuple) and id(value) not in seen:
            if depth == DEEPEST:
                raise _TensorError("it is nested too deeply for a model")
            seen.add(id(value))
            inside = value.values() if isinstance(value, Mapping) else value
            waiting += [(item, depth + 1) for item in inside]
