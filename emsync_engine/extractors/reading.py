"""One film looked at with every extractor that can run; what fails is left out, and said."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from emsync_engine.errors import EmsyncError
from emsync_engine.extractors.batches import is_out_of_memory, released_after
from emsync_engine.extractors.interface import Extractor
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
    monitor: Monitor = SILENT,
) -> Readings:
    """Look at a film with every extractor that can run here, one after another.

    Each model is in memory only while it works. An extractor that crashes or runs out of memory is
    left out with one sentence, and the others go on; Cancelled passes.
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
        key = partial(_key, extractor, folders, film.content_hash)
        found = attempted(name, partial(kept_observation, key, work, cache))
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
    key = partial(_key, SENTIMENT, folders, digest)
    return attempted(SENTIMENT.name, partial(kept_observation, key, work, cache))


def attempted(name: str, work: Callable[[], Observed]) -> Observed | NotObserved:
    """What the work gives, or why it gave nothing; Cancelled passes."""
    started = time.perf_counter()
    try:
        found = work()
    except Cancelled:
        raise
    except NothingToMeasure as error:
        return NotObserved("nothing", str(error))
    except EmsyncError as error:
        return NotObserved("failed", str(error))
    except Exception as error:  # a library's own failure must not end the analysis
        logger.info("%s failed", name, exc_info=True)
        if is_out_of_memory(error):
            said = f"There was not enough memory for {name} on this film; it was left out."
        else:
            said = f"{name} failed on this film and was left out ({type(error).__name__})."
        return NotObserved("failed", said)
    logger.info("%s: %.1f s", name, time.perf_counter() - started)
    return found


def kept_observation(
    key_of: Callable[[], str], work: Callable[[], Observed], cache: Cache | None
) -> Observed:
    """What was observed earlier under this key, or what the work gives now, which is then kept."""
    if cache is None:
        with released_after():
            return work()
    key = key_of()
    entry = cache.find(key)
    if entry is not None:
        try:
            return load_observed(entry)
        except ObservedUnreadableError:
            logger.info("%s is read anew", key)
    with released_after():
        found = work()
    try:
        with cache.writing(key) as folder:
            save_observed(found, folder)
    except OSError as error:
        logger.info("going on without the cache: %s", error)
    return found


def _key(part: Needing, folders: Mapping[str, Path], subject: str) -> str:
    """By what an observation is kept: the extractor, its models' files, and what it looked at."""
    digest = hashlib.blake2b(digest_size=12)
    for name, folder in sorted(folders.items()):
        digest.update(f"{name} {model_hash(folder)}".encode())
    version = getattr(part, "version", 1)
    return f"observed-{part.name}-{version}-{digest.hexdigest()}-{subject}"


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
