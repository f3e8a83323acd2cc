"""What models read in a segment, as it stands in a project file."""

from __future__ import annotations

from emsync_engine.project.model import Named, SegmentReading
from emsync_engine.project.values import Value


def reading_data(reading: SegmentReading) -> dict[str, object]:
    """A reading as JSON values."""
    return {
        "method": reading.method,
        "counted": _pairs(reading.counted),
        "speech": reading.speech,
        "screen_text": reading.screen_text,
        "sounds": _pairs(reading.sounds),
        "faces": _pairs(reading.faces),
        "pictures": _pairs(reading.pictures),
        "words": [
            {"source": source, "label": label, "share": float(share)}
            for source, label, share in reading.words
        ],
    }


def _pairs(named: Named) -> list[dict[str, object]]:
    return [{"name": name, "share": float(share)} for name, share in named]


def reading_from(value: Value) -> SegmentReading:
    """The reading that JSON values describe; ProjectUnreadableError names the place of a fault."""
    method, counted, speech, screen_text, sounds, faces, pictures, words = value.fields(
        *("method", "counted", "speech", "screen_text", "sounds", "faces", "pictures", "words")
    )
    return SegmentReading(
        method=method.text(),
        counted=_named(counted),
        speech=speech.text(),
        screen_text=screen_text.text(),
        sounds=_named(sounds),
        faces=_named(faces),
        pictures=_named(pictures),
        words=tuple(_word(word) for word in words.items()),
    )


def _named(value: Value) -> Named:
    found: list[tuple[str, float]] = []
    for one in value.items():
        name, share = one.fields("name", "share")
        found.append((name.text(), share.number(0, 1)))
    return tuple(found)


def _word(value: Value) -> tuple[str, str, float]:
    source, label, share = value.fields("source", "label", "share")
    return source.text(), label.text(), share.number(0, 1)
