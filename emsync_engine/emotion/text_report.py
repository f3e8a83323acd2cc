"""How well the text model reads comments it has not seen, in figures beside the thesis'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from emsync_engine.emotion.text_emotion import save_text_model
from emsync_engine.emotion.text_training import LabelScore, TextTraining, macro
from emsync_engine.output import written_whole

TRAINED_ON = "GoEmotions, Demszky et al. (2020), CC BY 4.0"
THESIS_7 = {
    **{"anger": (0.57, 0.57), "disgust": (0.53, 0.52), "fear": (0.68, 0.64), "joy": (0.82, 0.82)},
    **{"neutral": (0.66, 0.68), "sadness": (0.59, 0.61), "surprise": (0.61, 0.61)},
    "macro-average": (0.64, 0.64),
}
"""F1 of BERT (Demszky et al.) and of the thesis' DistilBERT (its table 3.3)."""
THESIS_28 = {
    **{"admiration": (0.65, 0.70), "amusement": (0.80, 0.81), "anger": (0.47, 0.51)},
    **{"annoyance": (0.34, 0.35), "approval": (0.36, 0.39), "caring": (0.39, 0.41)},
    **{"confusion": (0.37, 0.47), "curiosity": (0.54, 0.53), "desire": (0.49, 0.51)},
    **{"disappointment": (0.28, 0.28), "disapproval": (0.39, 0.40), "disgust": (0.45, 0.48)},
    **{"embarrassment": (0.43, 0.47), "excitement": (0.34, 0.45), "fear": (0.60, 0.67)},
    **{"gratitude": (0.86, 0.90), "grief": (0.00, 0.00), "joy": (0.51, 0.60)},
    **{"love": (0.78, 0.81), "nervousness": (0.35, 0.44), "optimism": (0.51, 0.54)},
    **{"pride": (0.36, 0.45), "realization": (0.21, 0.21), "relief": (0.15, 0.00)},
    **{"remorse": (0.66, 0.70), "sadness": (0.49, 0.59), "surprise": (0.50, 0.53)},
    **{"neutral": (0.68, 0.68), "macro-average": (0.46, 0.50)},
}
"""As ``THESIS_7``, of the thesis' table 3.4."""

_HEAD = (
    "| label | texts | precision | recall | F1 | BERT | DistilBERT |\n|---|---|---|---|---|---|---|"
)


def report_lines(training: TextTraining) -> list[str]:
    """Both tables for people."""
    return [
        *_table(training.broad, THESIS_7),
        "",
        *_table(training.fine, THESIS_28),
    ]


def _table(scores: Sequence[LabelScore], others: dict[str, tuple[float, float]]) -> Iterator[str]:
    yield _HEAD
    for one in (*scores, macro(scores)):
        bert, thesis = others[one.label]
        yield (
            f"| {one.label} | {one.texts} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} "
            f"| {bert:.2f} | {thesis:.2f} |"
        )


def report_json(training: TextTraining) -> dict[str, object]:
    """The measures as one object."""
    return {
        name: {
            one.label: {
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
                "texts": one.texts,
            }
            for one in (*scores, macro(scores))
        }
        for name, scores in (("ekman", training.broad), ("goemotions28", training.fine))
    }


def write_text_model(training: TextTraining, path: Path) -> None:
    """Write the model with its measures in the notes; OutputUnwritableError if that fails."""
    notes = {
        "trained_on": TRAINED_ON,
        "f1_7": f"{macro(training.broad).f1:.3f}",
        "f1_28": f"{macro(training.fine).f1:.3f}",
    }
    with written_whole(path) as partial:
        save_text_model(training.model, partial, notes)
