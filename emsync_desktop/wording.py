"""Stages and results in words for the person at the screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from emsync_engine.project.model import Take


def tr(text: str) -> str:
    """Texts of progress and results, for translation."""
    return QCoreApplication.translate("", text)


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
        "sound kinds": tr("Reading the emotion"),
        "pictures": tr("Looking at the pictures"),
        "clip": tr("Looking at the pictures"),
        "audio-events": tr("Listening to the sounds"),
        "face-detector": tr("Looking for faces"),
        "speech": tr("Listening to what is said"),
        "screen-text": tr("Reading what is written"),
        "text-sentiment": tr("Reading the words"),
        "compare": tr("Comparing the edits"),
        "load": tr("Waking the composer"),
        "compose": tr("Composing"),
        "compose again": tr("The last attempt was not good enough: composing again"),
        "render": tr("Playing the score"),
        "mix": tr("Mixing"),
        "write": tr("Mixing"),
    }
    kinds = {
        "analyse": tr("Reading the film"),
        "reread": tr("Reading the film again"),
        "film": tr("Reading the film"),
        "conform": tr("Comparing the edits"),
        "compose": tr("Composing"),
        "parts": tr("Composing"),
        "render": tr("Playing the score"),
    }
    return stages.get(stage) or kinds.get(kind, "")


def reading_steps() -> tuple[str, ...]:
    """What reading a film consists of, in order, in the words of ``stage_words``."""
    return tuple(stage_words("analyse", stage) for stage in ("decode", "cuts", "emotion"))


def take_sentence(take: Take) -> str:
    """How a take lands, in one sentence."""
    if take.tacet_s and not take.music.notes:
        return tr("The whole film is tacet, so there is no music.")
    states = [hit.status for hit in take.hits if hit.status != "tacet"]
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


def key_words(key: str) -> str:
    """A key as it is printed in scores, such as ``B♭ minor``."""
    tonic, _, mode = key.partition(" ")
    modes = {"major": tr("{tonic} major"), "minor": tr("{tonic} minor")}
    return modes[mode].format(tonic=tonic[0] + tonic[1:].replace("b", "♭").replace("#", "♯"))


def wishes_words(take: Take) -> str:
    """Key and tempo that a take was asked for, if any."""
    wishes = [key_words(take.settings.key)] if take.settings.key else []
    if take.settings.tempo_bpm:
        wishes.append(tr("{bpm:g} bpm").format(bpm=take.settings.tempo_bpm))
    return ", ".join(wishes)
