"""Stages and results in words for the person at the screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from emsync_engine.project.model import Take


def tr(text: str) -> str:
    """Texts of progress and results, for translation."""
    return QCoreApplication.translate("Wording", text)


def stage_words(kind: str, stage: str) -> str:
    """What the engine is doing, for the bottom bar."""
    stages = {
        "decode": tr("Reading the film"),
        "scene cuts": tr("Finding the cuts"),
        "cuts": tr("Finding the cuts"),
        "motion": tr("Reading the emotion"),
        "picture": tr("Reading the emotion"),
        "sound": tr("Reading the emotion"),
        "emotion": tr("Reading the emotion"),
        "load": tr("Waking the composer"),
        "compose": tr("Composing"),
        "compose again": tr("The last attempt was not good enough: composing again"),
        "render": tr("Playing the score"),
        "mix": tr("Mixing"),
        "write": tr("Mixing"),
    }
    kinds = {
        "analyse": tr("Reading the film"),
        "film": tr("Reading the film"),
        "compose": tr("Composing"),
        "render": tr("Playing the score"),
    }
    return stages.get(stage) or kinds.get(kind, "")


def take_sentence(take: Take) -> str:
    """How a take lands, in one sentence."""
    states = [hit.status for hit in take.hits]
    if not states:
        return tr("A take without hits is ready.")
    return tr(
        "The take is ready: of {hits} hits {exact} exact, {near} near, {missed} missed."
    ).format(
        hits=len(states),
        exact=states.count("exact"),
        near=states.count("near"),
        missed=states.count("missed"),
    )
