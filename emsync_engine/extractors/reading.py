"""One film looked at with every extractor that can run; what fails is left out, and said."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from emsync_engine.errors import EmsyncError
from emsync_engine.extractors.attempts import Attempts, surroundings
from emsync_engine.extractors.batches import is_out_of_memory, released_after
from emsync_engine.extractors.interface import Extractor, ModelUnusableError
from emsync_engine.extractors.listing import (
    EXTRACTORS,
    SENTIMENT,
    FindModel,
    Needing,
    folders_of,
    why_off,
)
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import (
    Observed,
    ObservedUnreadableError,
    load_observed,
    save_observed,
)
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.models.store import RECORD, installed_path
from emsync_engine.monitor import SILENT, Cancelled, Monitor
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.content import content_hash

_MEMORY_KEPT_S = 24 * 3600.0

logger = logging.getLogger(__name__)


Why = Literal["off", "nothing", "failed"]


@dataclass(frozen=True, slots=True)
class NotObserved:
    """Why an extractor gave nothing, and one sentence on it.

    ``off``: it cannot run on this machine; ``nothing``: the film has nothing for it; ``failed``: it
    could not cope with the film.
    """

    why: Why
    sentence: str


@dataclass(frozen=True, slots=True)
class Readings:
    """What was observed, by extractor, and why the others say nothing."""

    observed: Mapping[str, Observed]
    missing: Mapping[str, NotObserved]

    def sentences(self, why: Why) -> dict[str, str]:
        """A sentence for each extractor that gave nothing for this reason."""
        return {name: one.sentence for name, one in self.missing.items() if one.why == why}


def read_film(
    film: FilmMaterial,
    *,
    device: str = "cpu",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    extractors: Mapping[str, Extractor] = EXTRACTORS,
    tries_again: bool = False,
    monitor: Monitor = SILENT,
) -> Readings:
    """Look at a film with every extractor that can run here, one after another.

    Each model is in memory only while it works. An extractor that crashes or runs out of memory is
    left out with one sentence, and the others go on; Cancelled passes. What failed on this film
    before is not tried again before something changes, unless ``tries_again`` asks for it.
    """
    observed: dict[str, Observed] = {}
    missing: dict[str, NotObserved] = {}
    for name, extractor in extractors.items():
        reason = why_off(extractor, find)
        if reason is not None:
            missing[name] = NotObserved("off", reason)
            continue
        folders = folders_of(extractor, find)
        work = partial(extractor.observe, folders, film, device=device, monitor=monitor)
        subject = _Subject(extractor, folders, film.content_hash, device)
        found = _looked(subject, work, cache, tries_again=tries_again)
        if isinstance(found, NotObserved):
            missing[name] = found
        else:
            observed[name] = found
    return Readings(observed, missing)


def read_sentiments(
    texts: Sequence[str],
    *,
    device: str = "cpu",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    tries_again: bool = False,
    monitor: Monitor = SILENT,
) -> Observed | NotObserved:
    """Sentiments of texts, a row for each, or why there are none."""
    reason = why_off(SENTIMENT, find)
    if reason is not None:
        return NotObserved("off", reason)
    if not texts:
        return NotObserved("nothing", "No words were heard or read in this film.")
    folders = folders_of(SENTIMENT, find)
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:40]
    work = partial(SENTIMENT.read, folders, texts, device=device, monitor=monitor)
    subject = _Subject(SENTIMENT, folders, digest, device)
    return _looked(subject, work, cache, tries_again=tries_again)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is looked at (a film or texts, by hash), by which extractor, with what, and where."""

    part: Needing
    folders: Mapping[str, Path]
    digest: str
    device: str

    def key(self) -> str:
        """By what an observation is kept: the extractor, its models' files, what it looked at."""
        models = hashlib.blake2b(digest_size=12)
        for name, folder in sorted(self.folders.items()):
            models.update(f"{name} {model_hash(folder)}".encode())
        version = getattr(self.part, "version", 1)
        return f"observed-{self.part.name}-{version}-{models.hexdigest()}-{self.digest}"

    def attempts(self, cache: Cache, key: str) -> Attempts:
        """What came of looking at it before."""
        around = surroundings(self.part.libraries, self.device)
        return Attempts(cache, self.part.name, f"{key} {around}")


def _looked(
    subject: _Subject, work: Callable[[], Observed], cache: Cache | None, *, tries_again: bool
) -> Observed | NotObserved:
    """What was observed earlier, or what the work gives now, or why neither; Cancelled passes."""
    name = subject.part.name
    if cache is None:
        return _attempted(name, work)[0]
    try:
        key = subject.key()
    except OSError as error:
        return _failure(name, error)[0]
    kept = _kept(key, cache)
    if kept is not None:
        return kept
    attempts = subject.attempts(cache, key)
    if tries_again:
        attempts.forget()
    elif (known := attempts.failure()) is not None:
        return NotObserved("failed", known)
    with attempts.under_way():
        found, for_s = _attempted(name, work)
    if isinstance(found, NotObserved):
        if for_s:
            attempts.remember(found.sentence, for_s=for_s)
        return found
    attempts.forget()
    _keep(found, key, cache)
    return found


def _attempted(name: str, work: Callable[[], Observed]) -> tuple[Observed | NotObserved, float]:
    """What the work gives, or why it gave nothing and for how long that is so; Cancelled passes."""
    started = time.perf_counter()
    try:
        with released_after():
            found = work()
    except Cancelled:
        raise
    except Exception as error:  # a library's own failure must not end the analysis
        return _failure(name, error)
    logger.info("%s: %.1f s", name, time.perf_counter() - started)
    return found, 0.0


def _failure(name: str, error: Exception) -> tuple[NotObserved, float]:
    """A failure in a sentence, and for how many seconds there is no use in another attempt.

    What lies in the film, the model or a library stays so; memory may be free tomorrow, and a disk
    or a broken installation at any moment.
    """
    if isinstance(error, NothingToMeasure):
        return NotObserved("nothing", str(error)), 0.0
    if isinstance(error, EmsyncError):
        is_lasting = isinstance(error, ModelUnusableError)
        return NotObserved("failed", str(error)), math.inf if is_lasting else 0.0
    logger.info("%s failed", name, exc_info=error)
    if is_out_of_memory(error):
        said = f"There was not enough memory for {name} on this film; it was left out."
        return NotObserved("failed", said), _MEMORY_KEPT_S
    said = f"{name} failed on this film and was left out ({type(error).__name__})."
    return NotObserved("failed", said), 0.0 if isinstance(error, OSError) else math.inf


def _kept(key: str, cache: Cache) -> Observed | None:
    entry = cache.find(key)
    if entry is None:
        return None
    try:
        return load_observed(entry)
    except ObservedUnreadableError:
        logger.info("%s is read anew", key)
        return None


def _keep(found: Observed, key: str, cache: Cache) -> None:
    try:
        with cache.writing(key) as folder:
            save_observed(found, folder)
    except OSError as error:
        logger.info("going on without the cache: %s", error)


def model_hash(folder: Path) -> str:
    """Hash of a model's files by name and content."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != RECORD)
    stamps = tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _hash_of_files(stamps)


@lru_cache(maxsize=32)
def _hash_of_files(stamps: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for path, _, _ in stamps:
        digest.update(f"{path.name} {content_hash(path)}".encode())
    return digest.hexdigest()
