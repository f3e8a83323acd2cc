"""Reading the emotion of every segment with the models that the user has installed.

Extractors look at the whole film once; then every segment gets the set of features around it. With
a trained fusion (``fusion_store.installed_fusion``) that tells the emotions, else the sources' own
words are added (``late_fusion``). Without any model the built-in reading stands as it is.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from emsync_engine.emotion.fusion import (
    FeatureSet,
    equidistant_s,
    feature_set,
    span_of,
)
from emsync_engine.emotion.fusion_store import Fusion, installed_fusion, load_fusion
from emsync_engine.emotion.late_fusion import Fused, fused
from emsync_engine.emotion.mapping import mixture_mean
from emsync_engine.emotion.reading_sources import (
    Source,
    built_in_source,
    face_source,
    picture_source,
    spoken_share,
    within,
    word_source,
    words_within,
)
from emsync_engine.errors import EmsyncError
from emsync_engine.extractors.listing import (
    EXTRACTORS,
    NAMES,
    SENTIMENT,
    FindModel,
    needing,
    why_off,
)
from emsync_engine.extractors.material import FilmMaterial, film_material
from emsync_engine.extractors.observed import Features, Observed
from emsync_engine.extractors.reading import NotObserved, Readings, read_film, read_sentiments
from emsync_engine.models.store import installed_path
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.devices import chosen_device
from emsync_engine.project.model import EMOTIONS, SegmentEmotion, SegmentReading
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.decode import DecodedVideo

logger = logging.getLogger(__name__)

WORDS = ("speech", "screen-text")
OUR_TEXT_MODEL = "text-emotion"
TRAINED, LATE = "trained fusion", "late fusion"
_SOUNDS = 4  # of them are told for each segment
_HEARD = 0.1  # least probability of a sound that is told
_LONGEST_TEXT = 600  # characters of a segment's words that are kept


@dataclass(frozen=True, slots=True)
class FullReading:
    """The emotions of all segments, and what became of every extractor.

    ``ran`` are those that gave something, ``missing`` says why of the others. ``method`` is empty
    where the built-in reading stands alone.
    """

    emotions: tuple[SegmentEmotion, ...]
    ran: tuple[str, ...] = ()
    missing: Mapping[str, NotObserved] = field(default_factory=dict)
    method: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """One sentence for each part that could not cope with this film."""
        return tuple(one.sentence for one in self.missing.values() if one.why == "failed")


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """What words of segments say: by (source, segment) their labels' shares, and features."""

    said: Mapping[tuple[str, int], Mapping[str, float]]
    features: Mapping[tuple[str, int], Features]
    missing: NotObserved | None = None
    model: str = ""


def read_with_models(
    video: DecodedVideo,
    edges: Sequence[Fraction],
    built_in: Sequence[SegmentEmotion],
    *,
    device: str = "auto",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    fusion: Path | None = None,
    tries_again: bool = False,
    monitor: Monitor = SILENT,
) -> FullReading:
    """Refine the built-in reading of every segment with all models that can run.

    Parameters
    ----------
    edges : of the segments, in seconds
    built_in : one for each segment
    device : auto, cpu, cuda or mps; looked for only where a model can run
    fusion : a trained one; the user's own where not given, if there is any
    tries_again : whether models that failed on this film before are tried once more
    """
    off = {name: why_off(needing(name), find) for name in NAMES}
    if all(off[name] is not None for name in EXTRACTORS):
        missing = {name: NotObserved("off", said) for name, said in off.items() if said}
        return FullReading(tuple(built_in), missing=missing)
    device = chosen_device(device)
    material = film_material(video, cache=cache, monitor=monitor)
    found = read_film(
        material, device=device, find=find, cache=cache, tries_again=tries_again, monitor=monitor
    )
    return read_segments(
        material,
        found,
        [(float(start), float(end)) for start, end in itertools.pairwise(edges)],
        built_in,
        device=device,
        find=find,
        cache=cache,
        fusion=fusion,
        tries_again=tries_again,
        monitor=monitor,
    )


def read_segments(
    material: FilmMaterial,
    found: Readings,
    segments: Sequence[tuple[float, float]],
    built_in: Sequence[SegmentEmotion],
    *,
    device: str = "cpu",
    find: FindModel = installed_path,
    cache: Cache | None = DEFAULT_CACHE,
    fusion: Path | None = None,
    tries_again: bool = False,
    monitor: Monitor = SILENT,
) -> FullReading:
    """The emotions of segments (start, end in seconds) from what the extractors found."""
    missing = dict(found.missing)
    if not found.observed:
        reason = why_off(SENTIMENT, find)
        if reason is not None:
            missing[SENTIMENT.name] = NotObserved("off", reason)
        return FullReading(tuple(built_in), missing=missing)
    spans = [span_of(start, end, material.duration_s) for start, end in segments]
    read = partial(
        read_sentiments,
        device=device,
        find=find,
        cache=cache,
        tries_again=tries_again,
        monitor=monitor,
    )
    words = _words_of(found.observed, segments, read)
    ran = [*found.observed, *([words.model] if words.model else [])]
    if words.missing is not None:
        missing[SENTIMENT.name] = words.missing
    told = _trained(found.observed, spans, words, fusion, device)
    if isinstance(told, NotObserved):
        missing["fusion"] = told
        told = None
    emotions = [
        _emotion(found.observed, words, number, segments[number], spans[number], emotion, told)
        for number, emotion in enumerate(built_in)
    ]
    return FullReading(tuple(emotions), tuple(ran), missing, LATE if told is None else TRAINED)


def _words_of(
    observed: Mapping[str, Observed],
    segments: Sequence[tuple[float, float]],
    read: Callable[[Sequence[str]], Observed | NotObserved],
) -> _Words:
    """All that is said and written in each segment, read once for each different text."""
    texts: dict[tuple[str, int], str] = {}
    for name in WORDS:
        if name in observed:
            for number, (start_s, end_s) in enumerate(segments):
                joined = joined_words(observed[name], start_s, end_s)
                if joined:
                    texts[name, number] = joined
    unique = list(dict.fromkeys(texts.values()))
    found = read(unique)
    if isinstance(found, NotObserved):
        said = _our_text_emotions(unique) if unique else {}
        model = OUR_TEXT_MODEL if said else ""
        return _Words(
            {key: said[text] for key, text in texts.items() if text in said}, {}, found, model
        )
    row = {text: number for number, text in enumerate(unique)}
    return _Words(
        {
            key: dict(zip(found.labels, found.scores[row[text]].tolist(), strict=True))
            for key, text in texts.items()
        },
        {key: found.features[row[text] : row[text] + 1] for key, text in texts.items()},
        None,
        SENTIMENT.name,
    )


def joined_words(observed: Observed, start_s: float, end_s: float) -> str:
    """All words of a stretch as one text; a text that is shown twice counts once."""
    inside = words_within(observed.texts, start_s, end_s)
    return ". ".join(dict.fromkeys(text.text.strip().rstrip(".") for text in inside))


def _our_text_emotions(texts: Sequence[str]) -> dict[str, Mapping[str, float]]:
    """What our own small model says of texts; nothing where it is not installed."""
    from emsync_engine.emotion.text_emotion import TEXT_LABELS, text_emotions

    try:
        found = text_emotions(texts)
    except EmsyncError as error:
        logger.info("the words are not read: %s", error)
        return {}
    return {
        text: dict(zip(TEXT_LABELS, map(float, row), strict=True))
        for text, row in zip(texts, found, strict=True)
    }


def _trained(
    observed: Mapping[str, Observed],
    spans: Sequence[tuple[float, float]],
    words: _Words,
    path: Path | None,
    device: str,
) -> list[Fused] | NotObserved | None:
    """What a trained fusion says of each segment; None without one, or why it cannot."""
    path = path or installed_fusion()
    if path is None:
        return None
    try:
        fusion = load_fusion(path)
    except EmsyncError as error:
        return NotObserved("failed", str(error))
    sets = [
        fitting(set_of_segment(observed, words.features, number, span), fusion)
        for number, span in enumerate(spans)
    ]
    names = {name for name, _ in fusion.network.configuration.sequences}
    if not any(names & set(one) for one in sets):
        said = f"{path.name} was trained on what no extractor here gave; it was not used."
        return NotObserved("failed", said)
    return [_fused_by(fusion, one, device) for one in sets]


def set_of_segment(
    observed: Mapping[str, Observed],
    texts: Mapping[tuple[str, int], Features],
    number: int,
    span: tuple[float, float],
) -> dict[str, Features]:
    """Sixteen equidistant places of a segment's stretch, and its words."""
    ours = {name: texts[name, number] for name in WORDS if (name, number) in texts}
    return feature_set(observed, ours, equidistant_s(*span))


def fitting(one: FeatureSet, fusion: Fusion) -> dict[str, Features]:
    """What a fusion knows of a set; features of another width are those of another model."""
    known = dict(fusion.network.configuration.modalities)
    return {
        name: rows for name, rows in one.items() if name in known and rows.shape[1] == known[name]
    }


def _fused_by(fusion: Fusion, one: FeatureSet, device: str) -> Fused:
    """What a fusion says, and how much each source counts: what changes where it is left out."""
    without = [{name: rows for name, rows in one.items() if name != left} for left in one]
    shares = fusion.shares([one, *without], device=device).astype(np.float64)
    changes = np.abs(shares[1:] - shares[0]).sum(axis=1)
    counted = changes / changes.sum() if changes.sum() > 0 else np.full(len(one), 1 / len(one))
    said = shares[0] / shares[0].sum()
    unsure = -float((said * np.log(np.maximum(said, 1e-12))).sum()) / np.log(len(said))
    return Fused(
        tuple(map(float, said)),
        mixture_mean(said.tolist()),
        tuple(zip(one, map(float, counted), strict=True)),
        float(np.clip(1 - unsure, 0, 1)),
    )


def _emotion(
    observed: Mapping[str, Observed],
    words: _Words,
    number: int,
    segment: tuple[float, float],
    span: tuple[float, float],
    built_in: SegmentEmotion,
    told: Sequence[Fused] | None,
) -> SegmentEmotion:
    """One segment: the sources' or the fusion's word, and what was read in it."""
    sources = _sources(observed, words, number, segment, span, built_in)
    one = told[number] if told is not None else fused(sources, built_in.detected)
    reading = SegmentReading(
        method=LATE if told is None else TRAINED,
        counted=one.counted,
        speech=_kept_words(observed, "speech", segment),
        screen_text=_kept_words(observed, "screen-text", segment),
        sounds=_sounds(observed.get("audio-events"), span),
        faces=_faces(observed.get("faces"), span),
        pictures=_pictures(sources),
        words=tuple(
            (name, label, share)
            for name in WORDS
            for label, share in _strongest(words.said.get((name, number), {}))
        ),
    )
    return replace(
        built_in,
        distribution=one.shares,
        detected=one.point,
        confidence=one.confidence,
        explanation=explained(reading),
        reading=reading,
    )


def _sources(
    observed: Mapping[str, Observed],
    words: _Words,
    number: int,
    segment: tuple[float, float],
    span: tuple[float, float],
    built_in: SegmentEmotion,
) -> list[Source]:
    found: list[Source | None] = [built_in_source(built_in)]
    if "clip" in observed:
        found.append(picture_source(observed["clip"], *span))
    if "faces" in observed:
        found.append(face_source(observed["faces"], *span))
    for name in WORDS:
        said = words.said.get((name, number))
        if said is not None:
            share = spoken_share(words_within(observed[name].texts, *segment), *segment)
            found.append(word_source(name, said, share))
    return [source for source in found if source is not None]


def _kept_words(observed: Mapping[str, Observed], name: str, segment: tuple[float, float]) -> str:
    if name not in observed:
        return ""
    text = joined_words(observed[name], *segment)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _strongest(said: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(said.items(), key=lambda pair: -pair[1])[:1]


def _sounds(events: Observed | None, span: tuple[float, float]) -> tuple[tuple[str, float], ...]:
    """The likeliest sounds of a stretch; the nearest piece where none begins in it."""
    if events is None or not len(events.times_s):
        return ()
    inside = within(events.times_s, *span)
    if not inside.any():
        inside[int(np.abs(events.times_s - (span[0] + span[1]) / 2).argmin())] = True
    means = events.scores[inside].mean(axis=0)
    order = np.argsort(-means)[:_SOUNDS]
    return tuple((events.labels[n], float(means[n])) for n in order if means[n] >= _HEARD)


def _faces(faces: Observed | None, span: tuple[float, float]) -> tuple[tuple[str, float], ...]:
    """Share of pictures with a face, then the expressions, the likeliest first."""
    if faces is None:
        return ()
    inside = within(faces.times_s, *span)
    looked = int(within(faces.looked_s, *span).sum())
    share = float(inside.sum() / looked) if looked else 0.0
    if not inside.any():
        return (("face", share),)
    means = faces.scores[inside].mean(axis=0)
    order = np.argsort(-means)[:3]
    return (("face", share), *((faces.labels[n], float(means[n])) for n in order))


def _pictures(sources: Sequence[Source]) -> tuple[tuple[str, float], ...]:
    for source in sources:
        if source.name == "clip":
            pairs = zip(EMOTIONS, map(float, source.shares), strict=True)
            return tuple(sorted(pairs, key=lambda pair: -pair[1])[:3])
    return ()


_NAMES = {"clip": "pictures", "audio-events": "sounds", "screen-text": "on-screen text"}


def explained(reading: SegmentReading) -> str:
    """What counted most, in words: "pictures 48 %: joy; faces 30 %: happy"."""
    said = {"clip": reading.pictures[:1], "faces": reading.faces[1:2]}
    for name, label, share in reading.words:
        said[name] = ((label, share),)
    said["audio-events"] = reading.sounds[:1]
    parts = []
    for name, share in sorted(reading.counted, key=lambda pair: -pair[1])[:3]:
        words = f"{_NAMES.get(name, name)} {share:.0%}"
        what = said.get(name)
        parts.append(f"{words}: {what[0][0]}" if what else words)
    return "; ".join(parts)
