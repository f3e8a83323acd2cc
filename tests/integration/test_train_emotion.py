"""The fusion trained from films to confusion matrix, on a folder made here: a planted signal."""

import json
import random
import shutil
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
EACH = 4


def films_in(folder: Path) -> Path:
    """Six emotions, each a colour with noise."""
    rng = np.random.default_rng(3)
    for number in range(2 * EACH * len(EMOTIONS)):
        emotion = EMOTIONS[number % len(EMOTIONS)]
        place = folder / ("test" if number < EACH * len(EMOTIONS) else "train") / emotion
        place.mkdir(parents=True, exist_ok=True)
        colour = np.array(COLOURS[EMOTIONS.index(emotion)])
        shown = [
            np.clip(colour + rng.normal(0, 25, (48, 64, 3)), 0, 255).astype(np.uint8)
            for _ in range(4)
        ]
        write_film(place / f"{emotion}_{number}.mp4", shown, Fraction(4))
    return folder


def shuffled(folder: Path, other: Path) -> Path:
    """The same films under emotions that are drawn at random."""
    drawn = random.Random(1)
    for split in ("train", "test"):
        films = sorted((folder / split).rglob("*.mp4"))
        labels = [film.parent.name for film in films]
        drawn.shuffle(labels)
        for film, label in zip(films, labels, strict=True):
            (other / split / label).mkdir(parents=True, exist_ok=True)
            shutil.copy(film, other / split / label / film.name)
    return other


@pytest.fixture
def clip(tmp_path, tmp_path_factory, monkeypatch) -> Path:
    """CLIP and nothing else, installed for the user of this test."""
    made = make_models.tiny_models(tmp_path_factory.mktemp, "clip") / "clip"
    folder = Path(shutil.copytree(made, tmp_path / "models" / "clip"))
    make_models.record_installed(folder)
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    return folder


def test_a_planted_signal_is_learned_and_a_shuffled_one_is_not(tmp_path, clip):
    folder = films_in(tmp_path / "ekman")
    out = tmp_path / "fusion.safetensors"
    trained = emsync("train", "emotion", folder, "-o", out, "--json", *QUICK)
    assert trained.code == 0, trained.err
    assert trained.json["films"] == len(EMOTIONS) * EACH
    assert "not installed" in trained.json["off"]["faces"]
    judged = emsync("evaluate", "emotion", folder, "--weights", out, "--json")
    assert judged.code == 0, judged.err
    assert judged.json["films"] == len(EMOTIONS) * EACH
    assert judged.json["accuracy"] > 0.8
    assert np.sum(judged.json["confusion"]) == len(EMOTIONS) * EACH

    other = shuffled(folder, tmp_path / "shuffled")
    trained = emsync("train", "emotion", other, "--json", *QUICK)
    assert trained.code == 0, trained.err
    judged = emsync("evaluate", "emotion", other, "--json")  # the user's own fusion
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
