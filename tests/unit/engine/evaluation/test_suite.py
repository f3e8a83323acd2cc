import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError, WeightsMissingError
from emsync_engine.evaluation import suite
from emsync_engine.evaluation.sampling_grid import Cell, Choices, SamplingReport
from emsync_engine.evaluation.speed import Pace, SpeedReport
from emsync_engine.evaluation.suite import (
    PARTS,
    QUICK,
    Bench,
    GroupAccuracy,
    HeldOutReport,
    Sizes,
    Unmeasured,
    from_plain,
    kept_report,
    measure_parts,
)
from emsync_engine.project.model import GenerationSettings
from tests.toy import toy_model
from tests.unit.engine.evaluation.test_human import store_of
from tests.unit.engine.evaluation.toys import ObedientWriter, PerfectJudge

SIZES = replace(
    QUICK,
    boundary_seconds=24.0,
    human_excerpts=8,
    sampling_seconds=10.0,
    takes=2,
    take_seconds=2.0,
    speed_seconds=1.0,
)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """A toy model that writes whole takes, and an obedient writer for everything else."""
    monkeypatch.setattr(Bench, "writer", ObedientWriter())
    return Bench(
        toy_model(),
        "0" * 64,
        store_of(tmp_path / "store", 6),
        tmp_path,
        SIZES,
        GenerationSettings(ensemble="chamber"),
        find_judge=PerfectJudge,
        choices=Choices(temperature=(1.0,), top_p=(0.9, 0.95), va_guidance=(1.0,)),
    )


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_measured_once_and_kept(name, bench, monkeypatch):
    report = measure_parts(bench, [name])[name]
    assert isinstance(report, PARTS[name].report)

    def again(bench):
        raise AssertionError("measured twice")

    monkeypatch.setattr(suite, "PARTS", {**PARTS, name: replace(PARTS[name], measure=again)})
    kept = measure_parts(bench, [name])[name]
    assert type(kept) is type(report)
    np.testing.assert_equal(asdict(kept), asdict(report))  # NaN equals NaN


def test_other_weights_or_sizes_are_measured_anew(bench):
    measure_parts(bench, ["va"])
    assert kept_report(bench, "va") is not None
    assert kept_report(replace(bench, weights_sha256="1" * 64), "va") is None
    assert kept_report(replace(bench, sizes=replace(SIZES, seeds=2)), "va") is None
    assert kept_report(replace(bench, sizes=replace(SIZES, takes=9)), "va") is not None
    assert kept_report(bench, "step") is None


def test_a_damaged_file_is_measured_anew(bench):
    measure_parts(bench, ["va"])
    (bench.folder / "va.json").write_text('{"facts": {')
    assert kept_report(bench, "va") is None


def test_what_is_not_installed_stops_nothing_else(bench):
    def missing():
        raise WeightsMissingError("There is no judge.")

    found = measure_parts(replace(bench, find_judge=missing), ["va", "takes", "boundaries"])
    assert found["va"] == Unmeasured("There is no judge.")
    assert all(np.isnan(take.va_error) for take in found["takes"].takes)
    assert found["boundaries"].told.within_1_s == 1.0


def test_an_unknown_part_is_refused(bench):
    with pytest.raises(InputUnusableError, match="held-out"):
        measure_parts(bench, ["magic"])


def test_reports_survive_json():
    cell = Cell(1.0, 0.9, 1.5, 1.0, 4, 0.3, 0.2, 0.7, 0.4, 0.0, 1.2)
    accuracy = GroupAccuracy(1.0, 0.6, 0.9, 100)
    for report in (
        SpeedReport("cpu", 2, 2, 1000, (Pace("a", 60.0, 100, 5.0),)),
        SamplingReport(8.0, (cell, cell)),
        HeldOutReport({"all": accuracy}, accuracy),
        Sizes(per_group=3),
    ):
        plain = json.loads(json.dumps(asdict(report)))
        assert from_plain(type(report), plain) == report


def test_the_best_choice_comes_first(bench):
    report = measure_parts(bench, ["sampling"])["sampling"]
    scores = [cell.score for cell in report.cells]
    assert len(scores) == 2
    assert scores == sorted(scores)
    assert report.cells[0].reached == 1.0
    assert report.cells[0].valence_error < 0.05
