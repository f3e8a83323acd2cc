"""The fusion trained from films to confusion matrix, on a folder made here: a planted signal."""

import json
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.emotion.ekman_folder import (
    NoLabelledFilmsError,
    listed_films,
    look_at,
    thesis_blacklist,
)
from emsync_engine.errors import MissingError
from emsync_engine.project.model import EMOTIONS
from tests.command_line import emsync
from tests.data import make_models
from tests.data.make_media import write_film

pytest.importorskip("open_clip")

COLOURS = (
    (200, 30, 30),
    (30, 120, 40),
    (90, 30, 140),
    (240, 220, 60),
    (30, 60, 180),
    (250, 140, 0),
)
QUICK = ("--epochs=12", "--learning-rate=0.005", "--width=32", "--dropout=0.2")
EACH = 5


def films_of(folder: Path, *, is_shuffled: bool) -> Path:
    """Six emotions, each a colour with noise; or the same films under names drawn at random."""
    rng = np.random.default_rng(3)
    names = [emotion for emotion in EMOTIONS for _ in range(2 * EACH)]
    told = list(names)
    if is_shuffled:
        random.Random(1).shuffle(told)
    for number, (emotion, label) in enumerate(zip(names, told, strict=True)):
        split = "train" if number % 2 else "test"
        place = folder / split / label
        place.mkdir(parents=True, exist_ok=True)
        colour = np.array(COLOURS[EMOTIONS.index(emotion)])
        shown = [
            np.clip(colour + rng.normal(0, 25, (48, 64, 3)), 0, 255).astype(np.uint8)
            for _ in range(4)
        ]
        write_film(place / f"{emotion}_{number}.mp4", shown, Fraction(4))
    return folder


@pytest.fixture
def clip(tmp_path, monkeypatch) -> Path:
    """CLIP and nothing else, installed for the user of this test."""
    folder = make_models.make_clip(tmp_path / "models" / "clip")
    make_models.record_installed(folder)
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    return folder


def test_a_planted_signal_is_learned_and_judged_on_other_films(tmp_path, clip):
    folder = films_of(tmp_path / "ekman", is_shuffled=False)
    out = tmp_path / "fusion.safetensors"
    trained = emsync("train", "emotion", str(folder), "-o", str(out), "--json", *QUICK)
    assert trained.code == 0, trained.err
    assert trained.json["films"] == 6 * EACH
    assert "not installed" in trained.json["off"]["faces"]
    judged = emsync("evaluate", "emotion", folder, "--weights", out, "--json")
    assert judged.code == 0, judged.err
    assert judged.json["films"] == 6 * EACH
    assert judged.json["accuracy"] > 0.8
    assert np.sum(judged.json["confusion"]) == 6 * EACH


def test_a_shuffled_signal_is_not_learned(tmp_path, clip):
    folder = films_of(tmp_path / "ekman", is_shuffled=True)
    trained = emsync("train", "emotion", str(folder), "--json", *QUICK)
    assert trained.code == 0, trained.err
    judged = emsync("evaluate", "emotion", str(folder), "--json")  # the user's own fusion
    assert judged.json["accuracy"] < 0.4


def test_films_are_found_in_both_layouts_and_left_out_by_name(tmp_path):
    flat = tmp_path / "flat"
    for emotion, names in {
        "anger": ("annoyance_1", "rage_1", "rage_2", "rage_3"),
        "joy": ("Joyride-3", "joy_1"),
        "fear": ("joyride_4",),
    }.items():
        (flat / emotion).mkdir(parents=True)
        for name in names:
            (flat / emotion / f"{name}.mp4").touch()
    (flat / "anger" / "notes.pdf").touch()
    assert len(listed_films(flat)) == 7
    kept = {film.path.stem for film in listed_films(flat, blacklist=thesis_blacklist())}
    assert kept == {"rage_1", "rage_2", "rage_3", "joy_1", "joyride_4"}
    assert len(listed_films(flat, blacklist=["rage"])) == 4
    assert {film.split for film in listed_films(flat)} == {"train", "test"}
    (flat / "test.txt").write_text("anger/rage_1.mp4 0\n# none else\n")
    tested = [film.path.stem for film in listed_films(flat) if film.split == "test"]
    assert tested == ["rage_1"]
    with pytest.raises(NoLabelledFilmsError, match="no films"):
        listed_films(tmp_path)


def test_a_film_that_cannot_be_read_is_left_out_with_a_sentence(tmp_path, clip):
    (tmp_path / "ekman" / "joy").mkdir(parents=True)
    (tmp_path / "ekman" / "joy" / "a.mp4").write_bytes(b"no film")
    shown = [np.full((48, 64, 3), 90, np.uint8)] * 4
    write_film(tmp_path / "ekman" / "joy" / "b.mp4", shown, Fraction(4))
    found = look_at(listed_films(tmp_path / "ekman"))
    assert len(found.films) == 1
    assert "a.mp4" in found.skipped[0]


def test_without_models_the_reason_is_one_sentence(tmp_path):
    (tmp_path / "joy").mkdir()
    (tmp_path / "joy" / "a.mp4").touch()
    with pytest.raises(MissingError, match="emsync models install clip"):
        look_at(listed_films(tmp_path))
    said = emsync("train", "emotion", str(tmp_path))
    assert said.code == 4
    assert len(said.sentences) == 1
    assert emsync("train", "emotion").code == 3
    assert emsync("evaluate", "emotion", str(tmp_path)).code == 4


def test_analyse_tells_what_was_seen(tmp_path, clip):
    shown = [np.full((48, 64, 3), 90, np.uint8)] * 16
    film = write_film(tmp_path / "film.mp4", shown, Fraction(8))
    said = emsync("analyze", str(film), "--json", "--device", "cpu")
    assert said.code == 0, said.err
    (segment,) = said.json["segments"]
    assert set(segment["read"]["counted"]) == {"clip", "built-in"}
    assert len(segment["read"]["pictures"]) == 3
    states = {one["name"]: one["state"] for one in said.json["extractors"]}
    assert states == {
        "clip": "ran",
        **dict.fromkeys(("audio-events", "faces", "speech", "screen-text"), "off"),
        "text-sentiment": "off",
    }
    built_in = emsync("analyze", str(film), "--json", "--reading", "built-in")
    assert "extractors" not in built_in.json
    assert "read" not in json.dumps(built_in.json["segments"])
