"""``emsync evaluate landing`` with a toy model, a film of three seconds and the real renderer."""

import ctypes.util
import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from emsync_engine.cli.main import main
from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation import landing, landing_run
from emsync_engine.evaluation.landing_films import Film
from emsync_engine.evaluation.landing_run import Wanted
from emsync_engine.weights import save_composer
from tests.toy import toy_model


@pytest.mark.skipif(
    ctypes.util.find_library("fluidsynth") is None and shutil.which("fluidsynth") is None,
    reason="FluidSynth is not installed",
)
def test_the_command_measures_and_fills_the_page(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib", reason="pip install emsync-desktop[training]")
    tiny = Film("tiny", 72, Fraction(24), (50,), ((0.2, 0.2),) * 2, "chamber")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(landing_run, "seeded_films", lambda count: (tiny,) * count)
    monkeypatch.setattr(landing, "_hearings", lambda ensembles: ())
    save_composer(toy_model(), tmp_path / "toy.safetensors")
    common = ["evaluate", "landing", "--weights", "toy.safetensors", "--device", "cpu"]
    common += ["--timelines", "1", "--seeds", "1", "--anew", "0", "--work", "work"]
    assert main([*common, "--report", "page.md"]) == 0
    assert "length of the WAV, largest error | 0 samples | 0 samples | yes" in (
        capsys.readouterr().out
    )
    page = Path("page.md").read_text()
    assert "`toy.safetensors`" in page
    assert str(tmp_path) not in page
    assert (tmp_path / "page" / "roll.png").is_file()
    assert main([*common, "--report", "page.md", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [hit["gap_s"] for hit in report["hits"]] == pytest.approx([50 / 24])


def test_more_timelines_than_there_are_are_refused():
    with pytest.raises(InputUnusableError, match="20 timelines"):
        _ = Wanted(timelines=21).films


def test_the_command_that_is_written_down_names_no_folder():
    wanted = Wanted(2, 1, 0, clips=Path("/home/me/films"))
    assert wanted.command == (
        "emsync evaluate landing --timelines 2 --seeds 1 --anew 0 --clips CLIPS"
    )
