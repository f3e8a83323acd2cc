"""A folder of labelled films, as Ekman-6 is: found, divided, and looked at with every extractor.

Films lie in folders named for their emotion, these either in ``train`` and ``test`` or beside
``test.txt``, a list of the names to test on. Without either, half of each emotion's films is for
testing, chosen by their names.

References
----------
Xu et al. (2018), Ekman-6; thesis 5.2.2.1, and 5.2.2.4 for what it leaves out.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from emsync_engine.emotion.full_reading import WORDS, joined_words
from emsync_engine.emotion.fusion import FilmFeatures
from emsync_engine.emotion.fusion_training import LabelledFilm
from emsync_engine.errors import EmsyncError, InputUnusableError, MissingError
from emsync_engine.extractors.batches import models_kept
from emsync_engine.extractors.listing import EXTRACTORS, NAMES, FindModel, needing, why_off
from emsync_engine.extractors.material import FilmMaterial, film_material
from emsync_engine.extractors.observed import Observed
from emsync_engine.extractors.reading import read_film, read_sentiments
from emsync_engine.models.store import installed_path
from emsync_engine.monitor import SILENT, Monitor, Share
from emsync_engine.project.model import EMOTIONS, Emotion
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe

Split = Literal["train", "test"]

_LIST = "test.txt"
_ENDINGS = frozenset((".mp4", ".webm", ".avi", ".mov", ".mkv", ".flv", ".mpg", ".mpeg", ".m4v"))

# Search words by which problematic films came into Ekman-6 (thesis 5.2.2.4). The thesis underlines
# them in a way that its text does not keep: this is our reading of which words of each line are
# meant, looked for in the names of the files.
THESIS_BLACKLIST: Mapping[Emotion, tuple[str, ...]] = MappingProxyType(
    {
        "anger": ("annoy",),
        "disgust": ("nausea", "dizz", "bored", "loath"),
        "fear": ("terror", "underwater", "apprehen"),
        "joy": ("joyride", "ode_to_joy"),
        "sadness": ("pensive",),
        "surprise": ("distract", "astonish"),
    }
)

logger = logging.getLogger(__name__)


class NoLabelledFilmsError(InputUnusableError):
    """A folder holds no films in folders named for their emotions."""


@dataclass(frozen=True, slots=True)
class ListedFilm:
    """A film of the folder, its emotion, and what it is for."""

    path: Path
    emotion: Emotion
    split: Split


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Films with their features, and a sentence for each that was left out.

    ``off`` says why extractors did not run.
    """

    films: tuple[LabelledFilm, ...]
    skipped: tuple[str, ...]
    off: Mapping[str, str]


def listed_films(folder: Path, *, blacklist: Sequence[str] = ()) -> list[ListedFilm]:
    """The films of a folder, in order of their names.

    Parameters
    ----------
    blacklist : parts of names, without regard to case, of films to leave out; ``anger:part`` is
        looked for in the films of anger alone

    Raises
    ------
    NoLabelledFilmsError
        There are none.
    """
    if not folder.is_dir():
        raise NoLabelledFilmsError(f"There is no folder {folder}.")
    has_splits = all((folder / split).is_dir() for split in ("train", "test"))
    found: list[ListedFilm] = []
    for emotion in EMOTIONS:
        found += _split_films(folder, emotion) if has_splits else _flat_films(folder, emotion)
    kept = [film for film in found if not is_blacklisted(film, blacklist)]
    if not kept:
        raise NoLabelledFilmsError(
            f"{folder} holds no films in folders named {', '.join(EMOTIONS)}, alone or in train "
            "and test."
        )
    return kept


def _split_films(folder: Path, emotion: Emotion) -> list[ListedFilm]:
    splits: tuple[Split, Split] = ("train", "test")
    return [
        ListedFilm(path, emotion, split)
        for split in splits
        for path in _films_in(folder / split / emotion)
    ]


def _flat_films(folder: Path, emotion: Emotion) -> list[ListedFilm]:
    films = _films_in(folder / emotion)
    tested = _tested(folder, films)
    return [ListedFilm(path, emotion, "test" if path in tested else "train") for path in films]


def _films_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)


def _tested(folder: Path, films: Sequence[Path]) -> set[Path]:
    """Films to test on: those listed, else half of them by the hash of their names."""
    listing = folder / _LIST
    if listing.is_file():
        names = {Path(line.split()[0]).stem for line in read_names(listing)}
        return {path for path in films if path.stem in names}
    by_hash = sorted(films, key=lambda path: hashlib.sha256(path.name.encode()).digest())
    return set(by_hash[: len(films) // 2])


def thesis_blacklist() -> list[str]:
    """What the thesis leaves out, as a blacklist."""
    return [f"{emotion}:{part}" for emotion, parts in THESIS_BLACKLIST.items() for part in parts]


def read_names(path: Path) -> list[str]:
    """One name to a line, without comments; InputUnusableError if the file cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnusableError(f"{path.name} cannot be read as a list of names.") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_blacklisted(film: ListedFilm, blacklist: Sequence[str]) -> bool:
    """Whether the name of a film holds one of the parts."""
    name = _plain(film.path.stem)
    for part in blacklist:
        emotion, colon, rest = part.partition(":")
        if colon and emotion in EMOTIONS:
            if emotion == film.emotion and _plain(rest) in name:
                return True
        elif _plain(part) in name:
            return True
    return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower())


def look_at(
    films: Sequence[ListedFilm],
    *,
    device: str = "cpu",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    monitor: Monitor = SILENT,
) -> LookedAt:
    """Features of films by every extractor that can run, kept in the cache for the next time.

    One extractor after another goes through all films, its models loaded once.

    Raises
    ------
    MissingError
        Not one extractor of pictures, sounds or faces can run.
    """
    off = {name: reason for name in NAMES if (reason := why_off(needing(name), find)) is not None}
    if all(name in off for name in ("clip", "audio-events", "faces")):
        raise MissingError(
            f"No model that a fusion could be trained on can run here. {off['clip']}"
        )
    materials, skipped = _materials(films, cache, monitor)
    observed: dict[int, dict[str, Observed]] = {number: {} for number in materials}
    for name, extractor in EXTRACTORS.items():
        if name in off:
            continue
        with models_kept():
            for turn, (number, material) in enumerate(materials.items()):
                found = read_film(
                    material,
                    device=device,
                    find=find,
                    cache=cache,
                    extractors={name: extractor},
                    monitor=Share(monitor, turn, len(materials)),
                )
                observed[number] |= found.observed
                for reason in found.sentences("failed").values():
                    logger.info("%s: %s", films[number].path.name, reason)
    together = _with_words(materials, observed, device, find, cache, monitor)
    labelled = tuple(
        LabelledFilm(features, EMOTIONS.index(films[number].emotion))
        for number, features in together.items()
    )
    return LookedAt(labelled, tuple(skipped), off)


def _materials(
    films: Sequence[ListedFilm], cache: Cache | None, monitor: Monitor
) -> tuple[dict[int, FilmMaterial], list[str]]:
    """Decoded films by their number, and a sentence for each that cannot be read."""
    materials: dict[int, FilmMaterial] = {}
    skipped: list[str] = []
    for number, film in enumerate(films):
        share = Share(monitor, number, len(films))
        try:
            video = decode(probe(film.path), monitor=share, cache=cache)
        except EmsyncError as error:
            skipped.append(str(error))
            continue
        materials[number] = film_material(video, cache=cache, monitor=share)
    return materials, skipped


def _with_words(
    materials: Mapping[int, FilmMaterial],
    observed: Mapping[int, Mapping[str, Observed]],
    device: str,
    find: FindModel,
    cache: Cache | None,
    monitor: Monitor,
) -> dict[int, FilmFeatures]:
    """Everything of each film, with the features of all that is said and of all that is written."""
    texts = {
        (number, name): joined_words(found[name], 0, materials[number].duration_s)
        for number, found in observed.items()
        for name in WORDS
        if name in found
    }
    unique = list(dict.fromkeys(text for text in texts.values() if text))
    row_of = {text: row for row, text in enumerate(unique)}
    read = read_sentiments(unique, device=device, find=find, cache=cache, monitor=monitor)
    together: dict[int, FilmFeatures] = {}
    for number, material in materials.items():
        ours = {}
        for name in WORDS:
            row = row_of.get(texts.get((number, name), ""))
            if row is not None and isinstance(read, Observed):
                ours[name] = np.asarray(read.features[row : row + 1])
        together[number] = FilmFeatures(material.duration_s, observed[number], ours)
    return together
