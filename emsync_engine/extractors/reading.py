"""One film looked at with every extractor that can run; what fails is left out, and said."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Readings:
    """What was observed, by extractor, and why the others say nothing.

    ``off`` are those that cannot run on this machine, ``failed`` those that could but did not on
    this film; each with one sentence.
    """

    observed: Mapping[str, Observed]
    off: Mapping[str, str]
    failed: Mapping[str, str]


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
    off: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name, extractor in extractors.items():
        reason = why_off(extractor, find)
        if reason is not None:
            off[name] = reason
            continue
        folders = folders_of(extractor, find)
        work = partial(extractor.observe, folders, film, device=device, monitor=monitor)
        key = partial(_key, extractor, folders, film.content_hash)
        found = attempted(name, partial(kept_observation, key, work, cache))
        if isinstance(found, str):
            failed[name] = found
        else:
            observed[name] = found
    return Readings(observed, off, failed)


def read_sentiments(
    texts: Sequence[str],
    *,
    device: str = "cpu",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    monitor: Monitor = SILENT,
) -> Observed | str:
    """Sentiments of texts, a row for each, or why there are none, in one sentence."""
    reason = why_off(SENTIMENT, find)
    if reason is not None:
        return reason
    if not texts:
        return "There are no words in this film that were heard or read."
    folders = folders_of(SENTIMENT, find)
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:40]
    work = partial(SENTIMENT.read, folders, texts, device=device, monitor=monitor)
    key = partial(_key, SENTIMENT, folders, digest)
    return attempted(SENTIMENT.name, partial(kept_observation, key, work, cache))


def attempted(name: str, work: Callable[[], Observed]) -> Observed | str:
    """What the work gives, or why it gave nothing, in one sentence; Cancelled passes."""
    started = time.perf_counter()
    try:
        with released_after():
            found = work()
    except Cancelled:
        raise
    except (EmsyncError, NothingToMeasure) as error:
        return str(error)
    except Exception as error:  # a library's own failure must not end the analysis
        logger.info("%s failed", name, exc_info=True)
        if is_out_of_memory(error):
            return f"There was not enough memory for {name} on this film; it was left out."
        return f"{name} failed on this film and was left out ({type(error).__name__})."
    logger.info("%s: %.1f s", name, time.perf_counter() - started)
    return found


def kept_observation(
    key_of: Callable[[], str], work: Callable[[], Observed], cache: Cache | None
) -> Observed:
    """What was observed earlier under this key, or what the work gives now, which is then kept."""
    if cache is None:
        return work()
    key = key_of()
    entry = cache.find(key)
    if entry is not None:
        try:
            return load_observed(entry)
        except ObservedUnreadableError:
            logger.info("%s is read anew", key)
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
