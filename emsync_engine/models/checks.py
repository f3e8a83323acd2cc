"""Checksums of large files, read in pieces."""

from __future__ import annotations

import hashlib
from pathlib import Path

from emsync_engine.monitor import SILENT, Monitor

_PIECE_BYTES = 1 << 20


def sha256_of(path: Path, *, monitor: Monitor = SILENT) -> str:
    """SHA-256 of a file, hexadecimal; reports bytes as stage ``check``."""
    return _digest(path, hashlib.sha256(), monitor)


def git_blob_of(path: Path, *, monitor: Monitor = SILENT) -> str:
    """The id under which Git knows the contents of a file (SHA-1 over a header and the file)."""
    begun = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    return _digest(path, begun, monitor)


def _digest(path: Path, digest: hashlib._Hash, monitor: Monitor) -> str:
    total, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            monitor.advance("check", done, total)
            digest.update(piece)
            done += len(piece)
    return digest.hexdigest()
