"""What a project looks like in its file: the document as JSON values, and back, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import get_args

from emsync_engine.errors import BoundaryOrderError, ProjectUnreadableError
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import (
    EMOTIONS,
    FASTEST_BPM,
    LARGEST_STRENGTH,
    SCHEMA_VERSION,
    SLOWEST_BPM,
    Boundary,
    BoundaryId,
    GenerationSettings,
    Hit,
    HitStatus,
    Origin,
    Project,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import FAMILIES, Music, Note
from emsync_engine.project.values import LONGEST_FILM_S, Value

NOTE_FIELDS = ["onset_s", "end_s", "family", "pitch", "velocity"]
_LARGEST = 1e12  # of numbers that are no time: scores, measures, settings
_LARGEST_INTEGER = 2**63 - 1


def project_data(project: Project) -> dict[str, object]:
    """A project as JSON values, in the order in which the file shows them."""
    video, timeline = project.video, project.timeline
    return {
        "schema_version": SCHEMA_VERSION,
        "video": {
            "path": video.path,
            "content_hash": video.content_hash,
            "duration": _fraction_text(video.duration),
            "frame_rate": _fraction_text(video.frame_rate),
            "start_timecode": video.start_timecode,
        },
        "timeline": {
            "duration": _fraction_text(timeline.duration),
            "boundaries": [_boundary_data(boundary) for boundary in timeline.boundaries],
            "emotions": [_emotion_data(emotion) for emotion in timeline.emotions],
            "tacet": [bool(is_tacet) for is_tacet in timeline.tacet],
        },
        "takes": [_take_data(take) for take in project.takes],
        "chosen_take": project.chosen_take,
        "provenance": dict(project.provenance),
    }


def _fraction_text(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"


def _boundary_data(boundary: Boundary) -> dict[str, object]:
    return {
        "id": boundary.id,
        "time": _fraction_text(boundary.time),
        "origin": boundary.origin,
        "score": float(boundary.score),
        "is_hit": bool(boundary.is_hit),
        "wanted": None if boundary.wanted is None else bool(boundary.wanted),
        "strength": _optional_float(boundary.strength),
    }


def _emotion_data(emotion: SegmentEmotion) -> dict[str, object]:
    return {
        "distribution": {
            name: float(share) for name, share in zip(EMOTIONS, emotion.distribution, strict=True)
        },
        "detected": _point_data(emotion.detected),
        "chosen": None if emotion.chosen is None else _point_data(emotion.chosen),
        "confidence": float(emotion.confidence),
        "explanation": emotion.explanation,
    }


def _point_data(point: VAPoint) -> dict[str, object]:
    return {"valence": float(point.valence), "arousal": float(point.arousal)}


def _take_data(take: Take) -> dict[str, object]:
    """A take as JSON values; a measure that is not finite was not measured, and is left out."""
    settings = take.settings
    return {
        "id": take.id,
        "seed": int(take.seed),
        "settings": {
            "ensemble": settings.ensemble,
            "ending": settings.ending,
            "temperature": float(settings.temperature),
            "top_p": float(settings.top_p),
            "va_guidance": float(settings.va_guidance),
            "boundary_guidance": float(settings.boundary_guidance),
            "weights": settings.weights,
            "sync_percent": float(settings.sync_percent),
            "key": settings.key,
            "tempo_bpm": _optional_float(settings.tempo_bpm),
        },
        "weights_sha256": take.weights_sha256,
        "engine_version": take.engine_version,
        "measures": {
            name: float(measure)
            for name, measure in take.measures.items()
            if math.isfinite(measure)
        },
        "tacet_s": [[float(start), float(end)] for start, end in take.tacet_s],
        "hits": [_hit_data(hit) for hit in take.hits],
        "music": _music_data(take.music),
        "tokens": [int(token) for token in take.tokens],
    }


def _hit_data(hit: Hit) -> dict[str, object]:
    return {
        "time_s": float(hit.time_s),
        "landed_s": _optional_float(hit.landed_s),
        "error_ms": _optional_float(hit.error_ms),
        "error_frames": _optional_float(hit.error_frames),
        "what": hit.what,
        "status": hit.status,
    }


def _optional_float(number: float | None) -> float | None:
    return None if number is None else float(number)


def _music_data(music: Music) -> dict[str, object]:
    return {
        "duration_s": float(music.duration_s),
        "programs": {
            family: int(music.programs[family]) for family in FAMILIES if family in music.programs
        },
        "bar_onsets_s": [float(onset) for onset in music.bar_onsets_s],
        "chord_onsets_s": [float(onset) for onset in music.chord_onsets_s],
        "note_fields": NOTE_FIELDS,
        "notes": [
            [float(n.onset_s), float(n.end_s), n.family, int(n.pitch), int(n.velocity)]
            for n in music.notes
        ],
    }


def project_from(data: Mapping[str, object]) -> Project:
    """The project that JSON values of the present schema describe.

    ProjectUnreadableError, naming the place, for anything missing, unknown, of the wrong type, out
    of range or contradictory.
    """
    schema, video, timeline, takes, chosen, provenance = Value(dict(data), "").fields(
        "schema_version", "video", "timeline", "takes", "chosen_take", "provenance"
    )
    project = Project(
        video=_video(video),
        timeline=_timeline(timeline),
        takes=tuple(_take(take) for take in takes.items()),
        chosen_take=chosen.optional(Value.text),
        provenance={name: value.text() for name, value in provenance.entries().items()},
        schema_version=schema.integer(SCHEMA_VERSION, SCHEMA_VERSION),
    )
    _require_distinct("takes", [take.id for take in project.takes])
    if project.chosen_take is not None and project.take is None:
        chosen.refuse("the id of one of the takes, or null")
    return project


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
    duration, boundaries, emotions, tacet = value.fields(
        "duration", "boundaries", "emotions", "tacet"
    )
    read = tuple(_boundary(boundary) for boundary in boundaries.items())
    _require_distinct(boundaries.place, [boundary.id for boundary in read])
    try:
        return Timeline(
            duration=duration.time(),
            boundaries=read,
            emotions=tuple(_emotion(emotion) for emotion in emotions.items()),
            tacet=tuple(flag.flag() for flag in tacet.items(len(read) + 1)),
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
        score=score.number(-_LARGEST, _LARGEST),
        is_hit=is_hit.flag(),
        wanted=wanted.optional(Value.flag),
        strength=strength.optional(lambda strength: strength.number(0, LARGEST_STRENGTH)),
    )


def _emotion(value: Value) -> SegmentEmotion:
    distribution, detected, chosen, confidence, explanation = value.fields(
        "distribution", "detected", "chosen", "confidence", "explanation"
    )
    return SegmentEmotion(
        distribution=tuple(share.number(0, 1) for share in distribution.fields(*EMOTIONS)),
        detected=_point(detected),
        chosen=chosen.optional(_point),
        confidence=confidence.number(0, 1),
        explanation=explanation.text(),
    )


def _point(value: Value) -> VAPoint:
    valence, arousal = value.fields("valence", "arousal")
    return VAPoint(valence.number(-1, 1), arousal.number(-1, 1))


def _take(value: Value) -> Take:
    identity, seed, settings, sha256, version, measures, tacet, hits, music, tokens = value.fields(
        *("id", "seed", "settings", "weights_sha256", "engine_version"),
        *("measures", "tacet_s", "hits", "music", "tokens"),
    )
    return Take(
        id=identity.text(),
        seed=seed.integer(-_LARGEST_INTEGER, _LARGEST_INTEGER),
        settings=_settings(settings),
        tokens=tuple(token.integer(0, _LARGEST_INTEGER) for token in tokens.items()),
        music=_music(music),
        hits=tuple(_hit(hit) for hit in hits.items()),
        weights_sha256=sha256.text(),
        engine_version=version.text(),
        measures={
            name: measure.number(-_LARGEST, _LARGEST)
            for name, measure in measures.entries().items()
        },
        tacet_s=tuple(_span(span) for span in tacet.items()),
    )


def _span(value: Value) -> tuple[float, float]:
    start, end = (time.number(0, LONGEST_FILM_S) for time in value.items(2))
    if end <= start:
        raise ProjectUnreadableError(f"{value.place} ends before it begins.")
    return start, end


def _settings(value: Value) -> GenerationSettings:
    (
        ensemble,
        ending,
        temperature,
        top_p,
        va_guidance,
        boundary_guidance,
        weights,
        sync,
        key,
        bpm,
    ) = value.fields(
        *("ensemble", "ending", "temperature", "top_p"),
        *("va_guidance", "boundary_guidance", "weights", "sync_percent"),
        *("key", "tempo_bpm"),
    )
    return GenerationSettings(
        ensemble=ensemble.text(),
        ending=ending.text(),
        temperature=temperature.number(0, 1000),
        top_p=top_p.number(0, 1),
        va_guidance=va_guidance.number(-1000, 1000),
        boundary_guidance=boundary_guidance.number(-1000, 1000),
        weights=weights.text(),
        sync_percent=sync.number(0, 15),
        key=key.optional(_key),
        tempo_bpm=bpm.optional(lambda bpm: bpm.number(SLOWEST_BPM, FASTEST_BPM)),
    )


def _key(value: Value) -> str:
    if value.content not in KEYS:
        value.refuse('a key such as "C major", "F# minor" or "Bb major"')
    return value.text()


def _hit(value: Value) -> Hit:
    time, landed, error_ms, error_frames, what, status = value.fields(
        "time_s", "landed_s", "error_ms", "error_frames", "what", "status"
    )
    return Hit(
        time_s=time.number(0, LONGEST_FILM_S),
        landed_s=landed.optional(lambda landed: landed.number(-LONGEST_FILM_S, LONGEST_FILM_S)),
        error_ms=error_ms.optional(lambda error: error.number(-_LARGEST, _LARGEST)),
        error_frames=error_frames.optional(lambda error: error.number(-_LARGEST, _LARGEST)),
        what=what.text(),
        status=status.choice(get_args(HitStatus)),
    )


def _music(value: Value) -> Music:
    duration, programs, bars, chords, note_fields, notes = value.fields(
        "duration_s", "programs", "bar_onsets_s", "chord_onsets_s", "note_fields", "notes"
    )
    if note_fields.content != NOTE_FIELDS:
        note_fields.refuse(f"the list {NOTE_FIELDS}")
    programs_read = {
        Value(family, programs.place).choice(FAMILIES): program.integer(0, 127)
        for family, program in programs.entries().items()
    }
    return Music(
        duration_s=duration.number(0, LONGEST_FILM_S),
        notes=tuple(_note(note) for note in notes.items()),
        bar_onsets_s=tuple(onset.number(0, LONGEST_FILM_S) for onset in bars.items()),
        chord_onsets_s=tuple(onset.number(0, LONGEST_FILM_S) for onset in chords.items()),
        programs=programs_read,
    )


def _note(value: Value) -> Note:
    onset, end, family, pitch, velocity = value.items(len(NOTE_FIELDS))
    note = Note(
        onset_s=onset.number(0, LONGEST_FILM_S),
        end_s=end.number(0, LONGEST_FILM_S),
        family=family.choice(FAMILIES),
        pitch=pitch.integer(0, 127),
        velocity=velocity.integer(0, 127),
    )
    if note.end_s < note.onset_s:
        raise ProjectUnreadableError(f"{value.place} ends before it begins.")
    return note
