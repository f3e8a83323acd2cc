"""What a project looks like in its file: the document as JSON values, and back, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from emsync_engine.errors import BoundaryOrderError, ProjectUnreadableError
from emsync_engine.project.ducking import ATTACK_S, DEEPEST_DB, RELEASE_S, Ducking
from emsync_engine.project.model import (
    EMOTIONS,
    LARGEST_STRENGTH,
    LOUDEST_DB,
    QUIETEST_DB,
    SCHEMA_VERSION,
    Boundary,
    BoundaryId,
    Origin,
    Project,
    SegmentEmotion,
    Timeline,
    VideoSource,
)
from emsync_engine.project.reading_schema import reading_data, reading_from
from emsync_engine.project.take_schema import (
    LARGEST,
    fraction_text,
    optional_float,
    point_data,
    point_from,
    take_data,
    take_from,
)
from emsync_engine.project.values import Value


def project_data(project: Project) -> dict[str, object]:
    """A project as JSON values, in the order in which the file shows them."""
    video, timeline = project.video, project.timeline
    return {
        "schema_version": SCHEMA_VERSION,
        "video": {
            "path": video.path,
            "content_hash": video.content_hash,
            "duration": fraction_text(video.duration),
            "frame_rate": fraction_text(video.frame_rate),
            "start_timecode": video.start_timecode,
        },
        "timeline": {
            "duration": fraction_text(timeline.duration),
            "boundaries": [_boundary_data(boundary) for boundary in timeline.boundaries],
            "emotions": [_emotion_data(emotion) for emotion in timeline.emotions],
            "tacet": [bool(is_tacet) for is_tacet in timeline.tacet],
            "locked": [bool(is_locked) for is_locked in timeline.locked],
            "levels_db": [float(level) for level in timeline.levels_db],
            "loudness_db": [float(level) for level in timeline.loudness_db],
        },
        "takes": [take_data(take) for take in project.takes],
        "chosen_take": project.chosen_take,
        "provenance": dict(project.provenance),
        **({} if project.ducking == Ducking() else {"ducking": _ducking_data(project.ducking)}),
    }


def _ducking_data(ducking: Ducking) -> dict[str, object]:
    return {
        "is_on": bool(ducking.is_on),
        "depth_db": float(ducking.depth_db),
        "attack_s": float(ducking.attack_s),
        "release_s": float(ducking.release_s),
    }


def _boundary_data(boundary: Boundary) -> dict[str, object]:
    return {
        "id": boundary.id,
        "time": fraction_text(boundary.time),
        "origin": boundary.origin,
        "score": float(boundary.score),
        "is_hit": bool(boundary.is_hit),
        "wanted": None if boundary.wanted is None else bool(boundary.wanted),
        "strength": optional_float(boundary.strength),
    }


def _emotion_data(emotion: SegmentEmotion) -> dict[str, object]:
    return {
        "distribution": {
            name: float(share) for name, share in zip(EMOTIONS, emotion.distribution, strict=True)
        },
        "detected": point_data(emotion.detected),
        "chosen": None if emotion.chosen is None else point_data(emotion.chosen),
        "confidence": float(emotion.confidence),
        "explanation": emotion.explanation,
        **({} if emotion.reading is None else {"reading": reading_data(emotion.reading)}),
    }


def project_from(data: Mapping[str, object]) -> Project:
    """The project that JSON values of the present schema describe.

    ProjectUnreadableError, naming the place, for anything missing, unknown, of the wrong type, out
    of range or contradictory.
    """
    content = dict(data)
    ducking = Value(content.pop("ducking", None), "ducking")  # there only where it was changed
    schema, video, timeline, takes, chosen, provenance = Value(content, "").fields(
        "schema_version", "video", "timeline", "takes", "chosen_take", "provenance"
    )
    project = Project(
        video=_video(video),
        timeline=_timeline(timeline),
        takes=tuple(take_from(take) for take in takes.items()),
        chosen_take=chosen.optional(Value.text),
        provenance={name: value.text() for name, value in provenance.entries().items()},
        schema_version=schema.integer(SCHEMA_VERSION, SCHEMA_VERSION),
        ducking=ducking.optional(_ducking) or Ducking(),
    )
    _require_distinct("takes", [take.id for take in project.takes])
    if project.chosen_take is not None and project.take is None:
        chosen.refuse("the id of one of the takes, or null")
    return project


def _ducking(value: Value) -> Ducking:
    is_on, depth, attack, release = value.fields("is_on", "depth_db", "attack_s", "release_s")
    return Ducking(
        is_on=is_on.flag(),
        depth_db=depth.number(0, DEEPEST_DB),
        attack_s=attack.number(*ATTACK_S),
        release_s=release.number(*RELEASE_S),
    )


def _video(value: Value) -> VideoSource:
    path, content_hash, duration, frame_rate, start = value.fields(
        "path", "content_hash", "duration", "frame_rate", "start_timecode"
    )
    rate = frame_rate.fraction()
    if not 0 < rate <= 100_000:
        frame_rate.refuse("a frame rate above 0")
    return VideoSource(
        path=path.text(),
        content_hash=content_hash.text(),
        duration=duration.time(),
        frame_rate=rate,
        start_timecode=start.optional(Value.text),
    )


def _timeline(value: Value) -> Timeline:
    duration, boundaries, emotions, tacet, locked, levels, loudness = value.fields(
        *("duration", "boundaries", "emotions", "tacet", "locked", "levels_db", "loudness_db")
    )
    read = tuple(_boundary(boundary) for boundary in boundaries.items())
    _require_distinct(boundaries.place, [boundary.id for boundary in read])
    try:
        return Timeline(
            duration=duration.time(),
            boundaries=read,
            emotions=tuple(_emotion(emotion) for emotion in emotions.items()),
            tacet=tuple(flag.flag() for flag in tacet.items(len(read) + 1)),
            locked=tuple(flag.flag() for flag in locked.items(len(read) + 1)),
            levels_db=tuple(
                level.number(QUIETEST_DB, LOUDEST_DB) for level in levels.items(len(read) + 1)
            ),
            loudness_db=tuple(level.number(QUIETEST_DB, LOUDEST_DB) for level in loudness.items()),
        )
    except BoundaryOrderError as error:
        raise ProjectUnreadableError(f"{value.place}: {error}") from error


def _require_distinct(place: str, ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        repeated = next(name for name in ids if ids.count(name) > 1)
        raise ProjectUnreadableError(f"{place} holds the id {repeated!r} more than once.")


def _boundary(value: Value) -> Boundary:
    identity, time, origin, score, is_hit, wanted, strength = value.fields(
        "id", "time", "origin", "score", "is_hit", "wanted", "strength"
    )
    return Boundary(
        id=BoundaryId(identity.text()),
        time=time.time(),
        origin=origin.choice(get_args(Origin)),
        score=score.number(-LARGEST, LARGEST),
        is_hit=is_hit.flag(),
        wanted=wanted.optional(Value.flag),
        strength=strength.optional(lambda strength: strength.number(0, LARGEST_STRENGTH)),
    )


def _emotion(value: Value) -> SegmentEmotion:
    content = value.entries()
    reading = content.pop("reading", None)  # there only where models beyond ours had a part
    value = Value({name: one.content for name, one in content.items()}, value.place)
    distribution, detected, chosen, confidence, explanation = value.fields(
        "distribution", "detected", "chosen", "confidence", "explanation"
    )
    return SegmentEmotion(
        distribution=tuple(share.number(0, 1) for share in distribution.fields(*EMOTIONS)),
        detected=point_from(detected),
        chosen=chosen.optional(point_from),
        confidence=confidence.number(0, 1),
        explanation=explanation.text(),
        reading=None if reading is None else reading_from(reading),
    )
