"""Results kept between runs in the user's cache folder, by the hash of what they came from."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from emsync_engine.models.locking import locked_file
from emsync_engine.video.content import content_hash

CONTINUES = "standstill.npz"  # in an unfinished folder: somebody can go on from what is there
LIMIT_BYTES = 5 << 30
_SEAL = "entry.json"  # written last: names, sizes and hashes of the entry's files
_UNFINISHED = "unfinished-"
_UNFINISHED_KEPT_S = 24 * 3600

logger = logging.getLogger(__name__)


class Cache:
    """Entries are folders of files; each is written beside its place and renamed when complete.

    Parameters
    ----------
    folder : where entries lie; None for ``EMSYNC_CACHE_DIR`` or the user's cache folder
    limit_bytes : the entries used longest ago are removed beyond this size
    """

    def __init__(self, folder: Path | None = None, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    @property
    def folder(self) -> Path:
        return self._folder if self._folder is not None else default_cache_folder()

    def find(self, key: str) -> Path | None:
        """Folder of a complete and undamaged entry, or None; a damaged one is removed."""
        entry = self.folder / key
        if not entry.is_dir():
            return None
        if not _is_sound(entry):
            logger.warning("a damaged entry of the cache is made anew: %s", key)
            shutil.rmtree(entry, ignore_errors=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(entry / _SEAL)
        return entry

    @contextlib.contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        """A new folder to fill; it becomes the entry when the block ends, and goes if it fails."""
        self.folder.mkdir(parents=True, exist_ok=True)
        work = self.folder / f"{_UNFINISHED}{uuid.uuid4().hex}"
        work.mkdir()
        try:
            yield work
            _seal(work)
            self._put_in_place(work, key)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        self._keep_within_limit(newest=key)

    @contextlib.contextmanager
    def continuing(self, key: str) -> Iterator[Path]:
        """The same for long work, in the folder that an earlier attempt left unfinished.

        Where the block is left by an exception while ``CONTINUES`` lies in the folder, or the
        program is killed then, the folder stays for a day and is handed to the next one to ask. An
        ``OSError`` (a full disk) clears it away. While another program works on the same, the
        folder is a new one.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        work, lock = self.folder / f"{_UNFINISHED}{key}", self.folder / f"{_UNFINISHED}{key}.lock"
        holder = locked_file(lock)
        if holder is None:
            with self.writing(key) as folder:
                yield folder
            return
        is_kept = False
        try:
            if work.is_dir() and not (work / CONTINUES).is_file():
                shutil.rmtree(work, ignore_errors=True)
            work.mkdir(exist_ok=True)
            yield work
            (work / CONTINUES).unlink(missing_ok=True)
            _seal(work)
            self._put_in_place(work, key)
        except BaseException as error:
            is_kept = (work / CONTINUES).is_file() and not isinstance(error, OSError)
            raise
        finally:
            if not is_kept:
                shutil.rmtree(work, ignore_errors=True)
            _let_go(lock, holder)
        self._keep_within_limit(newest=key)

    def remove(self, key: str) -> None:
        shutil.rmtree(self.folder / key, ignore_errors=True)

    def _put_in_place(self, work: Path, key: str) -> None:
        entry = self.folder / key
        shutil.rmtree(entry, ignore_errors=True)
        try:
            work.replace(entry)
        except OSError:
            if not _is_sound(entry):  # else another process was faster with the same result
                raise

    def _keep_within_limit(self, *, newest: str) -> None:
        sizes: dict[Path, int] = {}
        used: dict[Path, float] = {}
        for entry in self.folder.iterdir():
            if not entry.is_dir():
                continue
            try:
                if entry.name.startswith(_UNFINISHED):
                    if time.time() - entry.stat().st_mtime > _UNFINISHED_KEPT_S:
                        shutil.rmtree(entry, ignore_errors=True)
                    continue
                used[entry] = (entry / _SEAL).stat().st_mtime
                sizes[entry] = sum(file.stat().st_size for file in entry.iterdir())
            except OSError:
                continue
        total = sum(sizes.values())
        for entry in sorted(sizes, key=lambda one: used[one]):
            if total <= self._limit_bytes:
                break
            if entry.name != newest:
                total -= sizes[entry]
                shutil.rmtree(entry, ignore_errors=True)


DEFAULT_CACHE = Cache()


def default_cache_folder() -> Path:
    """``EMSYNC_CACHE_DIR`` if set, else the place for caches on this system."""
    chosen = os.environ.get("EMSYNC_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_path("emsync", appauthor=False))


def _let_go(lock: Path, holder: int) -> None:
    """Close and remove a lock file; never one that another program has made since."""
    if sys.platform == "win32":  # an open file cannot be removed, one that another holds neither
        os.close(holder)
        with contextlib.suppress(OSError):
            lock.unlink()
    else:
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(holder)


def _seal(folder: Path) -> None:
    files = {
        file.name: {"bytes": file.stat().st_size, "hash": content_hash(file)}
        for file in sorted(folder.iterdir())
    }
    (folder / _SEAL).write_text(json.dumps(files), encoding="utf-8")


def _is_sound(folder: Path) -> bool:
    try:
        files = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return all(
            (folder / name).stat().st_size == stated["bytes"]
            and content_hash(folder / name) == stated["hash"]
            for name, stated in files.items()
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
