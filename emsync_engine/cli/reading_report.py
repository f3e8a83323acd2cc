"""What installed models saw, heard and read, for scripts and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emsync_engine.project.model import Named, SegmentEmotion

if TYPE_CHECKING:
    from emsync_engine.emotion.full_reading import FullReading

Json = dict[str, Any]


def read_json(emotion: SegmentEmotion) -> Json:
    """``read``: what was seen, heard and read in a segment; nothing without models."""
    reading = emotion.reading
    if reading is None:
        return {}
    shares = dict(reading.faces)
    return {
        "read": {
            "method": reading.method,
            "counted": _rounded(reading.counted),
            "pictures": _rounded(reading.pictures),
            "speech": reading.speech,
            "screen_text": reading.screen_text,
            "words": [
                {"source": source, "label": label, "share": round(share, 6)}
                for source, label, share in reading.words
            ],
            "audio_events": _rounded(reading.sounds),
            "face_share": round(shares.pop("face", 0.0), 6),
            "expressions": {name: round(share, 6) for name, share in shares.items()},
        }
    }


def _rounded(named: Named) -> dict[str, float]:
    return {name: round(share, 6) for name, share in named}


def models_json(models: FullReading | None) -> Json:
    """``extractors``: which ran, and why the others did not; nothing if none were asked."""
    if models is None:
        return {}
    return {
        "extractors": [
            *({"name": name, "state": "ran"} for name in models.ran),
            *(
                {"name": name, "state": one.why, "reason": one.sentence}
                for name, one in models.missing.items()
            ),
        ],
        "read_with": models.method or "built-in",
    }


def models_lines(models: FullReading | None) -> list[str]:
    """Which models had a part and which could have, for people; nothing where none had."""
    if models is None or not models.ran:
        return []
    lines = [f"read with {', '.join(models.ran)} ({models.method})"]
    off = [name for name, one in models.missing.items() if one.why == "off"]
    if off:
        lines.append(f"could be read too: {', '.join(off)} (emsync models list)")
    return lines
