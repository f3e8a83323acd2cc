"""How much of a task is done, from the stages that the engine reports. No Qt."""

from __future__ import annotations

from typing import Literal

TaskKind = Literal["analyse", "reread", "film", "compose", "parts", "render", "conform", "release"]

# Share of a task that lies behind when a stage begins and ends, from runs on two cores.
_COMPOSING = {
    "load": (0.0, 0.03),
    "compose": (0.03, 0.8),
    "render": (0.8, 0.92),
    "mix": (0.92, 0.98),
    "write": (0.98, 1.0),
}
STAGES: dict[TaskKind, dict[str, tuple[float, float]]] = {
    "analyse": {
        "decode": (0.0, 0.6),
        "scene cuts": (0.6, 0.75),
        "cuts": (0.6, 0.75),
        "motion": (0.75, 0.8),
        "picture": (0.8, 0.9),
        "sound": (0.9, 0.95),
        "emotion": (0.95, 0.97),
        "sound kinds": (0.97, 1.0),
    },
    "reread": {
        "decode": (0.0, 0.3),
        "scene cuts": (0.3, 0.6),
        "cuts": (0.3, 0.6),
        "motion": (0.6, 0.7),
        "picture": (0.7, 0.9),
        "sound": (0.9, 1.0),
    },
    "film": {"decode": (0.0, 1.0)},
    "conform": {
        "decode": (0.0, 0.5),
        "scene cuts": (0.5, 0.6),
        "picture": (0.6, 0.75),
        "sound": (0.75, 0.8),
        "compare": (0.8, 1.0),
    },
    "compose": _COMPOSING,
    "parts": {**_COMPOSING, "comp": (0.03, 0.1)},
    "render": {"render": (0.0, 0.7), "mix": (0.7, 0.95), "write": (0.95, 1.0)},
    "release": {"release": (0.0, 1.0)},
}


# The same for the models that can be installed, behind everything else that reading consists of.
MODEL_STAGES: dict[str, tuple[float, float]] = {
    "pictures": (0.0, 0.12),
    "clip": (0.12, 0.3),
    "audio-events": (0.3, 0.42),
    "face-detector": (0.42, 0.6),
    "speech": (0.6, 0.8),
    "screen-text": (0.8, 0.98),
    "text-sentiment": (0.98, 1.0),
}
_READING: tuple[TaskKind, ...] = ("analyse", "reread")
_WITHOUT_MODELS = 0.4  # of reading a film with models is what is read without them


def stages_of(kind: TaskKind, *, with_models: bool = False) -> dict[str, tuple[float, float]]:
    """The stages of a task; models take most of the time of reading a film."""
    stages = STAGES[kind]
    if not with_models or kind not in _READING:
        return stages
    rest = 1 - _WITHOUT_MODELS
    return {
        **{name: (a * _WITHOUT_MODELS, b * _WITHOUT_MODELS) for name, (a, b) in stages.items()},
        **{
            name: (_WITHOUT_MODELS + a * rest, _WITHOUT_MODELS + b * rest)
            for name, (a, b) in MODEL_STAGES.items()
        },
    }


_LEAST_STEP = 0.004  # of a task, that is worth showing
_FELL_BACK = 0.2  # of a task: so much less than before is a new attempt


class TaskShare:
    """The share of one task that is done (0 to 1), which never falls but for a new attempt.

    Parameters
    ----------
    rounds : stretches that are written one after the other, each from 0 to 100 %
    with_models : whether installed models have a part in reading the film
    """

    def __init__(self, kind: TaskKind, rounds: int = 1, *, with_models: bool = False) -> None:
        self._kind, self._rounds = kind, rounds
        self._stages = stages_of(kind, with_models=with_models)
        self.share = 0.0
        self._stage = ""
        self._is_again = False
        self._round, self._part = 0, 0.0

    def advanced(self, stage: str, done: float, total: object) -> list[tuple[str, float]]:
        """Stage and share worth showing after a report, if any, in order.

        ``compose again`` is another attempt, whose share starts anew.
        """
        begin, end = self._stages.get(stage, (self.share, self.share))
        part = done / total if isinstance(total, int | float) and total > 0 else 0.0
        part = self._of_rounds(stage, min(part, 1.0))
        share = begin + (end - begin) * part
        news: list[tuple[str, float]] = []
        fell_back = stage == self._stage and share < self.share - _FELL_BACK
        if fell_back and self._kind == "compose":
            self._is_again = True  # a take that was not sound is written anew
            self.share = share
            news.append((f"{stage} again", share))
        if stage != self._stage or share >= self.share + _LEAST_STEP:  # tokens come by thousands
            is_again = self._is_again and stage == self._stage
            self._stage, self.share = stage, max(self.share, share)
            news.append((f"{stage} again" if is_again else stage, self.share))
        return news

    def _of_rounds(self, stage: str, part: float) -> float:
        """How much of all rounds is done, when a stretch has come so far; a new one starts at 0."""
        if self._kind != "parts" or stage != "compose":
            return part
        if part < self._part - _FELL_BACK:
            self._round = min(self._round + 1, self._rounds - 1)
        self._part = part
        return (self._round + part) / self._rounds
