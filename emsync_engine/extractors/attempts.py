"""What earlier attempts at a film came to: a failure is remembered until something changes.

Small files in a folder beside the entries of the cache, under the key by which an observation would
be kept, and what did the work: EMSYNC, the libraries, the device. A file ``NAME.trying`` is locked
while an attempt is under way and goes with it; where it is left behind, the attempt took the whole
program down.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from emsync_engine import __version__
from emsync_engine.models.locking import locked_file
from emsync_engine.video.cache import Cache

FOLDER = "attempts"
_DEADLY = 2  # attempts that ended the program; one may be a power cut, or an impatient user
_AGAIN = (
    "known from an earlier attempt, it is tried again when the film, the model or its library "
    "changes, or when you ask to read again"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts of one extractor at one film.

    Parameters
    ----------
    name : of the extractor, for sentences
    key : of the observation that is attempted, and of what does the work
    """

    cache: Cache
    name: str
    key: str

    @property
    def _failed(self) -> Path:
        return self._file(".json")

    @property
    def _trying(self) -> Path:
        return self._file(".trying")

    def _file(self, ending: str) -> Path:
        digest = hashlib.blake2b(self.key.encode(), digest_size=16).hexdigest()
        return self.cache.folder / FOLDER / f"{digest}{ending}"

    def failure(self) -> str | None:
        """Why there is no use in trying, in one sentence; None where there may be."""
        if self._was_deadly():
            return (
                f"{self.name} took EMSYNC down with it on this film, so it is left out; {_AGAIN}."
            )
        try:
            told = json.loads(self._failed.read_text(encoding="utf-8"))
            sentence, until = str(told["sentence"]), told["until"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if isinstance(until, int | float) and time.time() > until:
            return None
        return f"{sentence.rstrip('.')}; {_AGAIN}."

    def _was_deadly(self) -> bool:
        try:
            if self._trying.stat().st_size < _DEADLY:
                return False
        except OSError:
            return False
        file = locked_file(self._trying)
        if file is None:
            return False  # another program is at it right now
        os.close(file)
        return True

    def remember(self, sentence: str, *, for_s: float = math.inf) -> None:
        """Keep a failure, for so many seconds or until something changes."""
        told = {"sentence": sentence, "until": time.time() + for_s if for_s < math.inf else None}
        with contextlib.suppress(OSError):
            self._failed.parent.mkdir(parents=True, exist_ok=True)
            self._failed.write_text(json.dumps(told), encoding="utf-8")

    def forget(self) -> None:
        """As if nothing had been tried yet."""
        for path in (self._failed, self._trying):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """Leave a mark that stays behind only where the program does not live to see the end."""
        file = self._begun()
        try:
            yield
        finally:
            if file is not None:
                with contextlib.suppress(OSError):
                    os.close(file)  # first: some systems remove no file that is open
                    self._trying.unlink(missing_ok=True)

    def _begun(self) -> int | None:
        try:
            self._trying.parent.mkdir(parents=True, exist_ok=True)
            file = locked_file(self._trying)
            if file is not None:
                os.lseek(file, 0, os.SEEK_END)
                os.write(file, b".")
        except OSError as error:
            logger.info("the attempt of %s cannot be marked: %s", self.name, error)
            return None
        return file


def surroundings(libraries: tuple[str, ...], device: str) -> str:
    """What did the work beside the model: another of these may succeed where this one failed."""
    stamps = []
    for name in ("torch", *libraries):
        found = find_spec(name)
        if found is not None and found.origin is not None:
            with contextlib.suppress(OSError):
                told = Path(found.origin).stat()
                stamps.append(f"{name} {told.st_size} {told.st_mtime_ns}")
    return " ".join((__version__, device.partition(":")[0], *stamps))
