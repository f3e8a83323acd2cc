"""The measuring commands from options to output, with a toy model and an obedient writer."""

import json

import pytest

from emsync_engine.cli import evaluating
from emsync_engine.cli.main import main
from emsync_engine.evaluation import suite
from emsync_engine.weights import save_composer
from tests.toy import toy_model
from tests.unit.engine.evaluation.test_human import store_of
from tests.unit.engine.evaluation.toys import ObedientWriter, PerfectJudge


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A prepared folder and weights in a file; nothing is really sampled but whole takes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(suite.Bench, "writer", ObedientWriter())
    monkeypatch.setattr(suite, "shipped_judge", PerfectJudge)
    monkeypatch.setattr(evaluating, "_writer", lambda options: ObedientWriter())
    store_of(tmp_path / "store", 6)
    save_composer(toy_model(), tmp_path / "toy.safetensors")
    return tmp_path


TOY = ("--weights", "toy.safetensors", "--device", "cpu")


def test_va_prints_the_grid_and_the_step(work, capsys):
    assert main(["evaluate", "va", *TOY, "--seeds", "1", "--seconds", "12"]) == 0
    out = capsys.readouterr().out
    assert "25 conditions, 1 seeds of 12 s" in out
    assert "stepping up and down" in out
    assert main(["evaluate", "va", *TOY, "--seeds", "1", "--seconds", "12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["grid"]["valence"]["error"] < 0.1


@pytest.mark.parametrize("what", ["steering", "boundaries"])
def test_the_smaller_measures_answer_in_json(what, work, capsys):
    assert main(["evaluate", what, *TOY, "--seeds", "2", "--seconds", "30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == 30


def test_music_writes_a_report_part_by_part(work, capsys):
    pytest.importorskip("matplotlib", reason="pip install emsync-desktop[training]")
    common = ["evaluate", "music", str(work), *TOY, "--quick", "--report", "page"]
    assert main([*common, "--parts", "held-out,boundaries"]) == 0
    assert "strong chord within 1 s" in capsys.readouterr().out
    assert main([*common, "--parts", "speed", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"speed"}
    text = (work / "page" / "README.md").read_text()
    for heading in ("Held-out music", "Chords at boundaries", "Speed"):
        assert f"## {heading}" in text  # those measured before are still there
    assert "toy.safetensors" in text
    assert str(work) not in text


def test_an_unknown_part_is_said_in_one_sentence(work, capsys):
    pytest.importorskip("matplotlib", reason="pip install emsync-desktop[training]")
    arguments = ["evaluate", "music", str(work), *TOY, "--quick", "--parts", "magic"]
    assert main(arguments) == 3
    assert "There is no part 'magic'" in capsys.readouterr().err


def test_the_grid_tries_what_it_is_given(work, capsys):
    arguments = ["evaluate", "grid", str(work), *TOY, "--quick", "--seconds", "20"]
    assert main([*arguments, "--temperature", "1", "--top-p", "0.9,1", "--va-guidance", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_numbers_that_are_none_are_refused(work):
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "grid", str(work), "--top-p", "0.9;1"])
    assert stopped.value.code == 2


def test_cuts_need_films_with_labels(work, capsys):
    assert main(["evaluate", "cuts", str(work), str(work)]) == 3
    assert "has labels" in capsys.readouterr().err
