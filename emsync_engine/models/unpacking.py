"""The one file that is wanted of an archive, and nothing else of it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from emsync_engine.models.catalogue import ModelFile
from emsync_engine.models.checks import sha256_of
from emsync_engine.models.faults import WrongBytesError
from emsync_engine.models.space import unwritable
from emsync_engine.monitor import Monitor

_PIECE_BYTES = 1 << 20


def unpack(archive: Path, file: ModelFile, *, beside: Path, monitor: Monitor) -> tuple[Path, str]:
    """Unpack a file beside its place, and check it; its path for now, and its SHA-256.

    Only the member of the file's own name is read, never more than the file is known to hold, and
    the archive's own paths are not followed. WrongBytesError if it is not there or not the one.
    """
    made = beside.with_name(f"{file.name}.unpacked")
    try:
        with zipfile.ZipFile(archive) as opened:
            _copy(opened, _member(opened, file), file, made, monitor)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        made.unlink(missing_ok=True)
        raise WrongBytesError(file.name) from error
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    found = sha256_of(made, monitor=monitor)
    if found != file.sha256:
        made.unlink(missing_ok=True)
        raise WrongBytesError(file.name)
    return made, found


def _member(opened: zipfile.ZipFile, file: ModelFile) -> zipfile.ZipInfo:
    for one in opened.infolist():
        if PurePosixPath(one.filename).name == file.name and not one.is_dir():
            return one
    raise WrongBytesError(file.name)


def _copy(
    opened: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    file: ModelFile,
    made: Path,
    monitor: Monitor,
) -> None:
    done, most = 0, file.expected_bytes
    with opened.open(member) as source:
        try:
            with made.open("wb") as target:
                while piece := source.read(_PIECE_BYTES):
                    done += len(piece)
                    if done > most:
                        raise WrongBytesError(file.name)
                    target.write(piece)
                    monitor.advance("unpack", done, most)
        except OSError as error:
            raise unwritable(made, error) from error
