"""What lanes and emotions are called, in the user's language."""

from __future__ import annotations

from emsync_desktop.wording import tr


def emotion_name(label: str) -> str:
    """An emotion in the user's language."""
    names = {
        "anger": tr("anger"),
        "disgust": tr("disgust"),
        "fear": tr("fear"),
        "joy": tr("joy"),
        "sadness": tr("sadness"),
        "surprise": tr("surprise"),
        "calm": tr("calm"),
        "neutral": tr("neutral"),
    }
    return names[label]


def lane_title(name: str) -> tuple[str, str]:
    """Title of a lane and a quiet line below it."""
    titles = {
        "ruler": ("", ""),
        "picture": (tr("Picture"), ""),
        "segments": (tr("Segments"), ""),
        "emotion": (tr("Emotion"), tr("valence, arousal")),
        "original": (tr("Original"), tr("sound of the film")),
        "strings": (tr("Strings"), ""),
        "piano": (tr("Piano"), ""),
        "guitar": (tr("Guitar"), ""),
        "bass": (tr("Bass"), ""),
        "drums": (tr("Drums"), ""),
        "hits": (tr("Hits"), ""),
    }
    return titles[name]
