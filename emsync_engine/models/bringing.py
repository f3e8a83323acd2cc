"""Files that the user has: into the folder of a model, once they are known to be the right ones."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from emsync_engine.models import installing
from emsync_engine.models.catalogue import CatalogueModel, ModelFile, catalogue_model
from emsync_engine.models.checks import sha256_of
from emsync_engine.models.faults import FileUnfitError, WrongBytesError
from emsync_engine.models.installing import place, recorded
from emsync_engine.models.locking import only_one
from emsync_engine.models.space import require_space, unwritable
from emsync_engine.models.store import (
    PART,
    Known,
    ModelState,
    folder_of,
    make_folder,
    read_records,
    record_file,
    state_of,
)
from emsync_engine.models.unpacking import unpack
from emsync_engine.monitor import SILENT, Monitor

_PIECE_BYTES = 1 << 20

Outcome = Literal["whole", "damaged", "missing"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading one file of a model told."""

    file: str
    outcome: Outcome
    sha256: str | None


def use_files(
    name: str, paths: Sequence[Path], *, link: bool = False, monitor: Monitor = SILENT
) -> ModelState:
    """Use files that the user has for a model, or those in a folder of his.

    They are copied, or linked if asked, after their size and SHA-256 are those that the catalogue
    states; where it states none, theirs is recorded. An archive of the catalogue is unpacked.

    Raises
    ------
    UnknownModelError, ModelBusyError, FolderUnwritableError, NoSpaceError
    FileUnfitError
        One of them is not a file of this model; nothing of it is used.
    """
    model = catalogue_model(name)
    brought = _matched(model, _files_of(model, paths))
    folder = folder_of(name)
    make_folder(folder)
    with only_one(name, folder):
        for file, path in brought:
            _require_fit(model, file, path)
        if not link:
            needed = sum(path.stat().st_size for _, path in brought)
            require_space(folder, needed, installing.RULES.reserve_bytes)
        for file, path in brought:
            _take(folder, file, path, link=link, monitor=monitor)
    return state_of(name)


def _files_of(model: CatalogueModel, paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and of folders those that bear a name of the model's."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [path / name for name in _names(model) if (path / name).is_file()]
            if not inside:
                raise FileUnfitError(
                    f"{path} holds no file of {model.name}; it needs {_wanted_words(model)}."
                )
            found.extend(inside)
        elif path.is_file():
            found.append(path)
        else:
            raise FileUnfitError(f"There is no file {path}.")
    return found


def _names(model: CatalogueModel) -> dict[str, ModelFile]:
    """The files of a model by their names and by those of their archives."""
    named = {PurePosixPath(file.address).name: file for file in model.files if file.zipped}
    return named | {file.name: file for file in model.files}


def _wanted_words(model: CatalogueModel) -> str:
    return ", ".join(file.name for file in model.files)


def _matched(model: CatalogueModel, paths: Sequence[Path]) -> list[tuple[ModelFile, Path]]:
    """Which file of the model each of the user's is: by its name, else by its contents."""
    names, matched = _names(model), []
    for path in paths:
        file = names.get(path.name)
        if file is None and len(model.files) == 1:
            file = model.files[0]
        if file is None:
            file = _by_contents(model, path)
        if file is None:
            raise FileUnfitError(
                f"{path.name} is no file of {model.name}; it needs {_wanted_words(model)}."
            )
        matched.append((file, path))
    return matched


def _by_contents(model: CatalogueModel, path: Path) -> ModelFile | None:
    size = path.stat().st_size
    alike = [file for file in model.files if file.size_bytes == size and file.sha256]
    if not alike:
        return None
    found = sha256_of(path)
    return next((file for file in alike if file.sha256 == found), None)


def _is_archive(file: ModelFile, path: Path) -> bool:
    return file.zipped is not None and path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)


def _require_fit(model: CatalogueModel, file: ModelFile, path: Path) -> None:
    """FileUnfitError if the size alone tells that it is another file."""
    expected = file.size_bytes
    if file.zipped is not None and _is_archive(file, path):
        expected = file.zipped.size_bytes
    found = path.stat().st_size
    if expected is not None and found != expected:
        raise FileUnfitError(
            f"{path.name} has {found:,} bytes, and the {file.name} that {model.name} needs has "
            f"{expected:,}; it is another file or another version, so it is not used."
        )


def _take(folder: Path, file: ModelFile, path: Path, *, link: bool, monitor: Monitor) -> None:
    target, part = folder / file.name, folder / f"{file.name}{PART}"
    if file.zipped is not None and _is_archive(file, path):
        try:
            made, sha256 = unpack(path, file, monitor=monitor, beside=target)
        except WrongBytesError as error:
            raise _unfit(file, path) from error
        place(made, target)
    elif link:
        sha256 = _require_same(file, path, path, monitor)
        _link(path, target)
    else:
        _copy(path, part, monitor)
        try:
            sha256 = _require_same(file, part, path, monitor)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        place(part, target)
    known: Known = "catalogue" if file.sha256 else "first"
    record_file(folder, file.name, recorded(target, sha256, origin=str(path), known=known))


def _require_same(file: ModelFile, path: Path, shown: Path, monitor: Monitor) -> str:
    found = sha256_of(path, monitor=monitor)
    if file.sha256 is not None and found != file.sha256:
        raise _unfit(file, shown)
    return found


def _unfit(file: ModelFile, path: Path) -> FileUnfitError:
    return FileUnfitError(
        f"{path.name} is not the {file.name} that is needed (its SHA-256 differs), so it is not "
        "used."
    )


def _copy(path: Path, part: Path, monitor: Monitor) -> None:
    """A copy beside its target; what was there of a download goes."""
    total, done = path.stat().st_size, 0
    part.with_name(part.name + ".json").unlink(missing_ok=True)
    try:
        with path.open("rb") as source, part.open("wb") as target:
            while piece := source.read(_PIECE_BYTES):
                monitor.advance("copy", done, total)
                target.write(piece)
                done += len(piece)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise unwritable(part, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _link(path: Path, target: Path) -> None:
    beside = target.with_name(f"{target.name}.link")
    try:
        beside.unlink(missing_ok=True)
        beside.symlink_to(path.resolve())
        os.replace(beside, target)  # noqa: PTH105 - the rename that is atomic on every system
    except OSError as error:
        raise FileUnfitError(
            f"{path.name} cannot be linked on this system; use it without --link, which copies it."
        ) from error


def verify_model(name: str, *, monitor: Monitor = SILENT) -> list[Verified]:
    """Read every file of a model and compare it with what is known of it.

    One that differs is not used from now on; one that somebody put there and that is right is used.
    """
    model, folder = catalogue_model(name), folder_of(name)
    if not folder.is_dir():
        return [Verified(file.name, "missing", None) for file in model.files]
    with only_one(name, folder):
        return [_verified(folder, file, monitor) for file in model.files]


def _verified(folder: Path, file: ModelFile, monitor: Monitor) -> Verified:
    path, record = folder / file.name, read_records(folder).get(file.name)
    if not path.is_file():
        return Verified(file.name, "missing", None)
    found = sha256_of(path, monitor=monitor)
    expected = file.sha256 or (record.sha256 if record else found)
    origin = record.origin if record else str(path)
    known = record.known if record else "catalogue" if file.sha256 else "first"
    is_whole = found == expected
    fresh = recorded(
        path, found if is_whole else expected, origin=origin, known=known, is_damaged=not is_whole
    )
    record_file(folder, file.name, fresh)
    return Verified(file.name, "whole" if is_whole else "damaged", found)
