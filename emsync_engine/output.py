"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emsync_engine.errors import OutputUnwritableError

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EACCES: "writing there is not permitted",
    errno.EPERM: "writing there is not permitted",
    errno.EROFS: "that disk is read-only",
    errno.ENOENT: "that folder does not exist",
    errno.ENOTDIR: "that folder does not exist",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EISDIR: "there is a folder of that name",
}


def output_error(path: Path, error: OSError) -> OutputUnwritableError:
    """The one sentence for a file that cannot be written."""
    return OutputUnwritableError(path, output_reason(error))


def output_reason(error: OSError) -> str:
    """Why something cannot be written, as a part of a sentence."""
    return _REASONS.get(error.errno or 0, (error.strerror or str(error)).lower())


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to; it replaces ``path`` when the block ends well.

    If the block raises, or is cancelled, the partial file goes and ``path`` stays as it was.
    OSError of the block becomes OutputUnwritableError with one sentence.
    """
    partial = path.with_name(f".{path.stem[:80]}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
        yield partial
        os.replace(partial, path)  # noqa: PTH105 - the rename that is atomic on every system
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        with suppress(OSError):  # on a disk that cannot be written there is nothing to take away
            partial.unlink(missing_ok=True)
