from dataclasses import replace

import pytest

from emsync_engine.errors import ToolMissingError
from emsync_engine.evaluation import plots
from emsync_engine.evaluation.page import Page
from emsync_engine.evaluation.report import goal_lines, write_report
from emsync_engine.evaluation.suite import PARTS, Unmeasured, measure_parts
from emsync_engine.project.notes import Music
from tests.unit.engine.evaluation.test_suite import bench  # noqa: F401 - a fixture

pytest.importorskip("matplotlib", reason="pip install emsync-desktop[training]")


def page_for(folder, settings, run=None):
    return Page(folder, "toy", "0" * 64, settings, run)


def test_the_report_has_every_part_and_every_picture(bench, tmp_path):  # noqa: F811
    reports = measure_parts(bench, PARTS)
    run = tmp_path / "run"
    run.mkdir()
    line = '{"tokens": 1000000, "step": 10, "hours": 0.5, "tokens_per_s": 555, "held_out": '
    accuracy = '{"all": {"nll": 1.5, "top1": 0.5, "top5": 0.9, "tokens": 10}}}\n'
    (run / "log.jsonl").write_text(line + accuracy)
    written = write_report(reports, page_for(tmp_path / "report", bench.settings, run))
    text = written.read_text()
    for heading in ("Held-out music", "Step response", "Speed", "Takes", "Training"):
        assert f"## {heading}" in text
    assert "VA error, valence (no control 0.48) | at most 0.35" in text
    named = [part.split(")")[0] for part in text.split("](")[1:]]
    assert len(named) == len(set(named)) >= 6
    for picture in named:
        assert (written.parent / picture).read_bytes().startswith(b"\x89PNG"), picture


def test_goals_say_yes_and_no(bench):  # noqa: F811
    reports = measure_parts(bench, ["va", "boundaries", "human"])
    rows = {line.split(" | ")[0].strip("| "): line for line in goal_lines(reports)[2:]}
    assert rows["valence moved alone is read monotonically"].endswith("| yes |")
    assert rows["distance to human music, notes per s"].endswith("| **no** |")  # half as many
    assert len(rows) == 6 + 3 + 10


def test_what_was_not_measured_says_why(bench, tmp_path):  # noqa: F811
    reports = {"va": Unmeasured("There is no judge."), **measure_parts(bench, ["boundaries"])}
    text = write_report(reports, page_for(tmp_path / "report", bench.settings)).read_text()
    assert "Not measured: There is no judge." in text
    assert "## Step response" not in text


def test_a_roll_of_nothing_is_a_picture_too(tmp_path):
    plots.plot_piano_roll(Music(10.0, ()), tmp_path / "roll.png", title="nothing")
    assert (tmp_path / "roll.png").stat().st_size > 1000


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch, bench, tmp_path):  # noqa: F811
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(ToolMissingError, match=r"emsync-desktop\[training\]"):
        write_report({}, page_for(tmp_path, replace(bench.settings)))
