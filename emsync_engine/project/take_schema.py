"""What a take looks like in a project's file: as JSON values, and back, checked."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import get_args

from emsync_engine.errors import ProjectUnreadableError
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import (
    FASTEST_BPM,
    SLOWEST_BPM,
    GenerationSettings,
    Hit,
    HitStatus,
    Part,
    Take,
    VAPoint,
)
from emsync_engine.project.notes import FAMILIES, Music, Note
from emsync_engine.project.values import LONGEST_FILM_S, Value

NOTE_FIELDS = ["onset_s", "end_s", "family", "pitch", "velocity"]
LARGEST = 1e12  # of numbers that are no time: scores, measures, settings
_LARGEST_INTEGER = 2**63 - 1


def take_data(take: Take) -> dict[str, object]:
    """A take as JSON values; a measure that is not finite was not measured, and is left out."""
    settings = take.settings
    return {
        "id": take.id,
        "name": take.name,
        "starred": bool(take.is_starred),
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
            "tempo_bpm": optional_float(settings.tempo_bpm),
            "has_start": bool(settings.has_start),
            "primer": [int(token) for token in settings.primer],
            "branches": int(settings.branches),
        },
        "weights_sha256": take.weights_sha256,
        "engine_version": take.engine_version,
        "measures": {
            name: float(measure)
            for name, measure in take.measures.items()
            if math.isfinite(measure)
        },
        "tacet_s": [[float(start), float(end)] for start, end in take.tacet_s],
        "parts": [_part_data(part) for part in take.parts],
        "hits": [_hit_data(hit) for hit in take.hits],
        "music": _music_data(take.music),
        "tokens": [int(token) for token in take.tokens],
    }


def _part_data(part: Part) -> dict[str, object]:
    return {
        "start": fraction_text(part.start),
        "end": fraction_text(part.end),
        "point": point_data(part.point),
        "tacet": bool(part.is_tacet),
        "begins_on_hit": bool(part.begins_on_hit),
        "take": part.take_id,
        "seed": int(part.seed),
    }


def _hit_data(hit: Hit) -> dict[str, object]:
    return {
        "time_s": float(hit.time_s),
        "landed_s": optional_float(hit.landed_s),
        "error_ms": optional_float(hit.error_ms),
        "error_frames": optional_float(hit.error_frames),
        "what": hit.what,
        "status": hit.status,
    }


def optional_float(number: float | None) -> float | None:
    """A plain float, or null."""
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


def fraction_text(number: Fraction) -> str:
    """An exact number, such as ``"1001/30000"``."""
    return f"{number.numerator}/{number.denominator}"


def point_data(point: VAPoint) -> dict[str, object]:
    """A VA point as JSON values."""
    return {"valence": float(point.valence), "arousal": float(point.arousal)}


def take_from(value: Value) -> Take:
    """The take that JSON values describe.

    ProjectUnreadableError, naming the place, for anything missing, unknown, of the wrong type, out
    of range or contradictory.
    """
    (identity, name, starred, seed, settings, sha256, version, *others) = value.fields(
        *("id", "name", "starred", "seed", "settings", "weights_sha256", "engine_version"),
        *("measures", "tacet_s", "parts", "hits", "music", "tokens"),
    )
    measures, tacet, parts, hits, music, tokens = others
    return Take(
        id=identity.text(),
        seed=_seed(seed),
        settings=_settings(settings),
        tokens=_tokens(tokens),
        music=_music(music),
        hits=tuple(_hit(hit) for hit in hits.items()),
        weights_sha256=sha256.text(),
        engine_version=version.text(),
        measures={
            name: measure.number(-LARGEST, LARGEST) for name, measure in measures.entries().items()
        },
        tacet_s=tuple(_span(span) for span in tacet.items()),
        parts=_parts(parts),
        name=name.text(),
        is_starred=starred.flag(),
    )


def _seed(value: Value) -> int:
    return value.integer(-_LARGEST_INTEGER, _LARGEST_INTEGER)


def _tokens(value: Value) -> tuple[int, ...]:
    return tuple(token.integer(0, _LARGEST_INTEGER) for token in value.items())


def _parts(value: Value) -> tuple[Part, ...]:
    """Parts that follow each other without a gap."""
    parts = tuple(_part(part) for part in value.items())
    for number, (earlier, later) in enumerate(pairwise(parts), start=1):
        if later.start != earlier.end:
            raise ProjectUnreadableError(
                f"{value.place}[{number}] does not begin where the part before it ends."
            )
    return parts


def _part(value: Value) -> Part:
    start, end, point, tacet, on_hit, take, seed = value.fields(
        "start", "end", "point", "tacet", "begins_on_hit", "take", "seed"
    )
    part = Part(
        start=start.time(),
        end=end.time(),
        point=point_from(point),
        is_tacet=tacet.flag(),
        begins_on_hit=on_hit.flag(),
        take_id=take.text(),
        seed=_seed(seed),
    )
    if part.end <= part.start:
        raise ProjectUnreadableError(f"{value.place} ends before it begins.")
    return part


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
        has_start,
        primer,
        branches,
    ) = value.fields(
        *("ensemble", "ending", "temperature", "top_p"),
        *("va_guidance", "boundary_guidance", "weights", "sync_percent"),
        *("key", "tempo_bpm", "has_start", "primer", "branches"),
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
        has_start=has_start.flag(),
        primer=_tokens(primer),
        branches=branches.integer(1, 1000),
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
        error_ms=error_ms.optional(lambda error: error.number(-LARGEST, LARGEST)),
        error_frames=error_frames.optional(lambda error: error.number(-LARGEST, LARGEST)),
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


def point_from(value: Value) -> VAPoint:
    """The VA point that JSON values describe; ProjectUnreadableError as for ``take_from``."""
    valence, arousal = value.fields("valence", "arousal")
    return VAPoint(valence.number(-1, 1), arousal.number(-1, 1))
