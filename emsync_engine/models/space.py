"""Room on the disk, before and while something is written."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from emsync_engine.errors import EmsyncError
from emsync_engine.models.faults import FolderUnwritableError, NoSpaceError
from emsync_engine.output import output_reason

_FULL = (errno.ENOSPC, errno.EDQUOT)


def unwritable(path: Path, error: OSError) -> EmsyncError:
    """The one sentence for a file that cannot be written: no room, or another reason."""
    if error.errno in _FULL:
        return NoSpaceError(path.parent, needed_bytes=None, free_bytes=None)
    return FolderUnwritableError(path.parent, output_reason(error))


def require_space(folder: Path, needed_bytes: int, reserve_bytes: int) -> None:
    """NoSpaceError if so much more would not leave a reserve on the disk of a folder."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # some network folders do not tell; a full one is told when it is full
    if needed_bytes > 0 and free < needed_bytes + reserve_bytes:
        raise NoSpaceError(folder, needed_bytes=needed_bytes + reserve_bytes, free_bytes=free)


def free_bytes(folder: Path) -> int | None:
    """Room on the disk of a folder that may not be there yet; None if the system does not tell."""
    for one in (folder, *folder.parents):
        if one.is_dir():
            try:
                return shutil.disk_usage(one).free
            except OSError:
                return None
    return None
