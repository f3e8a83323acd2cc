"""A folder that appears whole or not at all, with a list of its files' hashes."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emsync_engine.errors import OutputError, OutputExistsError, OutputUnwritableError
from emsync_engine.output import output_error
from emsync_engine.weights import sha256_of

SUMS = "SHA256SUMS.txt"


@contextmanager
def folder_written_whole(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A hidden folder beside ``folder`` to write to; it takes that name when the block ends well.

    If the block raises, or is cancelled, nothing is left. Its hashes are written last
    (``sha256sum -c SHA256SUMS.txt`` checks them). A folder that is there is only replaced if that
    is wanted, and if all that it holds is listed in its own hashes: what somebody else has put
    into it is never lost.

    Raises
    ------
    OutputExistsError, OutputError if the name is taken; OutputUnwritableError if nothing can be
    written there, or the disk is full
    """
    require_replaceable(folder, overwrite=overwrite)
    work = folder.with_name(f".{folder.name[:60]}.{uuid.uuid4().hex[:8]}.part")
    made = [place for place in folder.parents if not place.exists()]
    try:
        work.mkdir(parents=True)
        yield work
        _write_sums(work)
        require_replaceable(folder, overwrite=overwrite)
        _put(work, folder)
    except OutputUnwritableError as error:
        if work not in (error.path, *error.path.parents):
            raise
        raise OutputUnwritableError(folder, error.reason) from error  # hidden names say nothing
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        for place in made:
            _remove_if_empty(place)


def require_replaceable(folder: Path, *, overwrite: bool) -> None:
    """OutputError if a folder of that name is there and must stay."""
    try:
        if not folder.exists() and not folder.is_symlink():
            return
        if not folder.is_dir() or folder.is_symlink():
            raise OutputError(f"{folder} is in the way; choose another name or folder.")
        if not overwrite:
            raise OutputExistsError(folder)
        strangers = _strangers(folder)
    except OSError as error:
        raise output_error(folder, error) from error
    if strangers:
        raise OutputError(
            f"{folder} holds files that no hand-off wrote, such as {strangers[0]}; "
            "choose another folder."
        )


def _strangers(folder: Path) -> list[str]:
    """Files in a folder that its own list of hashes does not name; all of them without a list."""
    listed = {SUMS}
    sums = folder / SUMS
    if sums.is_file():
        for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
            listed.add(line[66:])
    found = [path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]
    names = [str(path.relative_to(folder).as_posix()) for path in found]
    return sorted(name for name in names if name not in listed)


def _write_sums(folder: Path) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}" for path in paths]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _put(work: Path, folder: Path) -> None:
    """Give a finished folder its name; what had that name goes when the new one is there."""
    if not folder.exists():
        work.rename(folder)
        return
    old = folder.with_name(f".{folder.name[:60]}.{uuid.uuid4().hex[:8]}.old")
    folder.rename(old)
    try:
        work.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove_if_empty(place: Path) -> None:
    try:
        place.rmdir()
    except OSError:
        return
