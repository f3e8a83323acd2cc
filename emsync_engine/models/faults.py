"""What can go wrong with a model, each said in one sentence the user can act on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emsync_engine.errors import InputUnusableError, MissingError


def size_text(size_bytes: float) -> str:
    """A size as people read it: ``605 MB``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            value = size_bytes / scale
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size_bytes:.0f} B"


class UnknownModelError(InputUnusableError):
    """The catalogue has no model of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no model named {name!r}; there are: {', '.join(known)}.")
        self.name = name


class FileUnfitError(InputUnusableError):
    """A file that the user brought is not the one that a model needs."""


class ModelBusyError(InputUnusableError):
    """Another program downloads, checks or removes the same model now."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is being changed by another EMSYNC; wait until it is done.")
        self.name = name


class FolderUnwritableError(InputUnusableError):
    """The folder of models cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be written: {reason}; choose another folder of models.")
        self.path = path
        self.reason = reason


class DownloadError(MissingError):
    """A model could not be downloaded."""


class OfflineChoiceError(DownloadError):
    """The user chose to be offline, so nothing is asked of the network."""

    def __init__(self) -> None:
        super().__init__(
            "EMSYNC is offline by your choice, so nothing was downloaded; turn Offline off in the "
            "preferences (EMSYNC_OFFLINE on the command line), or use a file you have."
        )


class NoSpaceError(DownloadError):
    """The disk has no room for a model."""

    def __init__(self, folder: Path, *, needed_bytes: int | None, free_bytes: int | None) -> None:
        if needed_bytes is None or free_bytes is None:
            told = f"The disk of {folder} is full"
        else:
            told = (
                f"The disk of {folder} has {size_text(free_bytes)} free, "
                f"and {size_text(needed_bytes)} are needed"
            )
        super().__init__(
            f"{told}; make room or choose another folder of models, then go on where it stopped."
        )
        self.folder, self.needed_bytes, self.free_bytes = folder, needed_bytes, free_bytes


class UnreachableError(DownloadError):
    """No connection could be made, or it broke again and again."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"{host} cannot be reached ({reason}); try again later, it goes on where it stopped."
        )
        self.host, self.reason = host, reason


class GoneError(DownloadError):
    """The address leads nowhere any more."""

    def __init__(self, host: str, name: str, status: int) -> None:
        super().__init__(
            f"{host} has no {name} at this address any more ({status}); use a file you have, or "
            "look for a newer EMSYNC."
        )
        self.status = status


class ForbiddenError(DownloadError):
    """The host does not give the file to everybody."""

    def __init__(self, host: str, name: str, status: int) -> None:
        super().__init__(
            f"{host} does not give {name} to everybody ({status}); get it from its page with your "
            "own account there, then use the file you have."
        )
        self.status = status


class HostBusyError(DownloadError):
    """The host asks to come back later, or fails."""

    def __init__(self, host: str, status: int) -> None:
        what = "asks for a pause" if status == 429 else "has trouble of its own"
        super().__init__(f"{host} {what} ({status}); try again later, it goes on where it stopped.")
        self.status = status


class AnswerUnfitError(DownloadError):
    """The host answered with something that is no file."""


class RedirectRefusedError(DownloadError):
    """A host sent the download where it must not go."""


class WrongLengthError(DownloadError):
    """What is offered is longer or shorter than the file is known to be.

    ``told_bytes`` is None where the host promises no length and does not come to an end.
    """

    def __init__(
        self, host: str, name: str, *, told_bytes: int | None, expected_bytes: int
    ) -> None:
        if told_bytes is None:
            offers = f"sends more for {name} than the {expected_bytes:,} bytes that it has"
        else:
            offers = f"offers {told_bytes:,} bytes for {name}, which has {expected_bytes:,}"
        super().__init__(
            f"{host} {offers}, so nothing of it was kept; try again later or use a file you have."
        )
        self.told_bytes, self.expected_bytes = told_bytes, expected_bytes


class WrongBytesError(DownloadError):
    """What came is not the file it should be."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"What came for {name} is not the file it should be (its SHA-256 differs); it was "
            "thrown away, try again."
        )
        self.name = name
