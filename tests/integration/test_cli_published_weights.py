"""A published checkpoint from import to film: by the command line, and as the window does it."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import torch

from emsync_engine.evaluation.takes import seeded_timeline
from emsync_engine.imported_weights import import_weights
from emsync_engine.music.regeneration import regenerate
from emsync_engine.music.takes import compose_takes_for
from emsync_engine.project.file import load_project
from emsync_engine.project.model import GenerationSettings
from emsync_engine.weights import load_composer
from tests.command_line import emsync
from tests.data import make_media
from tests.unit.engine.music.published.reference import published_state
from tests.unit.engine.music.published.test_importing import published_mappings

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]


@pytest.fixture
def film(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_WEIGHTS_DIR", str(tmp_path / "data"))
    load_composer.cache_clear()
    yield make_media.make_no_sound(tmp_path).path
    load_composer.cache_clear()


def scored(film, *options):
    ended = emsync("score", film, "--json", "--device", "cpu", *options)
    assert (ended.code, ended.err.count("Traceback")) == (0, 0), ended.err
    return ended.json, load_project(Path(ended.json["outputs"]["project"])).takes[0]


def test_an_imported_emsync_checkpoint_scores_a_film(tmp_path, film):
    torch.save(published_state(), tmp_path / "midi_model.pt")
    torch.save(published_mappings(), tmp_path / "mappings.pt")
    assert emsync("models", "import", "emsync", tmp_path / "midi_model.pt").code == 0

    told, take = scored(film, "--weights", "emsync", "--seed", "4")
    assert told["take"]["weights"] == "emsync"
    assert take.settings.weights == "emsync"
    assert (take.settings.temperature, take.settings.top_p) == (1.35, 0.6)  # as published
    assert take.weights_sha256 == load_composer("emsync")[1].sha256
    _, same = scored(film, "--weights", "emsync", "--seed", "4", "--overwrite")
    assert same.tokens == take.tokens


def test_a_midi_emotion_checkpoint_scores_a_film_and_a_preset_can_be_chosen(tmp_path, film):
    path = tmp_path / "model.pt"
    state = published_state(
        kind="midi-emotion", conditioning="continuous-concatenated", tokens=1007
    )
    torch.save(state, path)
    assert emsync("models", "import", "midi-emotion", path, "--name", "mine").code == 0
    _, take = scored(film, "--weights", "mine", "--sampling", "emsync")
    assert (take.settings.temperature, take.settings.top_p) == (1.35, 0.6)


def test_weights_that_are_not_there_are_named(film):
    ended = emsync("score", film, "--weights", "opera")
    assert ended.code == 4
    assert "opera" in ended.sentences[-1]


@pytest.mark.parametrize("kind", ["emsync", "midi-emotion"])
def test_the_window_s_jobs_write_takes_and_parts_with_imported_weights(tmp_path, film, kind):
    made = {} if kind == "emsync" else {"conditioning": "continuous-concatenated", "tokens": 1007}
    torch.save(published_state(kind=kind, **made), tmp_path / "model.pt")
    torch.save(published_mappings(), tmp_path / "order.pt")
    import_weights(
        tmp_path / "model.pt",
        kind,
        name="theirs",
        vocabulary=tmp_path / "order.pt" if kind == "emsync" else None,
    )
    timeline = seeded_timeline(3, 12.0)
    asked = {"frame_rate": Fraction(25), "seed": 2, "device": "cpu"}
    takes = compose_takes_for(
        timeline, settings=GenerationSettings(weights="theirs"), count=2, **asked
    )
    assert {take.settings.weights for take in takes} == {"theirs"}
    assert {take.music.duration_s for take in takes} == {12.0}
    anew = regenerate(takes[0], timeline, segments=(1,), candidates=1, **asked)
    assert anew.settings.weights == "theirs"
    assert anew.tokens != takes[0].tokens
    cut_s = float(timeline.boundaries[0].time)
    before, after = (
        [note for note in take.music.notes if note.end_s < cut_s - 0.5] for take in (takes[0], anew)
    )
    assert before == after  # the other part is as it was
