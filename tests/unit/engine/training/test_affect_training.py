import json
from functools import partial

import numpy as np
import pytest

from emsync_engine.affect.judge import load_music_judge
from emsync_engine.affect.random_convolutions import load_convolution_reader
from emsync_engine.affect.regressor import load_music_affect
from emsync_engine.training.affect_data import MOODS, read_rated
from emsync_engine.training.affect_measures import (
    agreement,
    cross_validated,
    report_on,
    said_in_windows,
)
from emsync_engine.training.affect_run import by_side, even_scale, ratings
from emsync_engine.training.affect_training import (
    AffectRecipe,
    describe_rated,
    divided,
    fit_regressor,
    kin_folds,
)
from emsync_engine.training.convolution_training import ConvolutionRecipe, fit_convolutions
from tests.rated import make_rated_archives, rated_pieces


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated")
    make_rated_archives(folder)
    return folder


@pytest.fixture(scope="module")
def described():
    return describe_rated([*rated_pieces(), *rated_pieces(12, name="memomusic")])


def test_all_three_sets_are_read_with_their_labels(archives, tmp_path):
    found = {piece.id: piece for piece in read_rated(archives, tmp_path) if piece.set == "vgmidi"}
    assert len(found) == 6
    piece = found["Major1"]
    assert piece.va.tolist() == pytest.approx([0.5, 0.1])
    assert piece.kin == "vgmidi/game 1"
    assert len(piece.times_s) == len(piece.series) == 10
    assert np.diff(piece.times_s) == pytest.approx(1.6, abs=0.01)  # four beats of 0.4 s
    assert piece.times_s[0] == pytest.approx(0.8, abs=0.01)
    others = [piece for piece in read_rated(archives, tmp_path) if piece.set != "vgmidi"]
    assert {piece.kin for piece in others if piece.set == "memomusic"} == {
        f"memomusic/Composer{number}" for number in range(3)
    }
    moods = {piece.moods for piece in others if piece.set == "tegridy"}
    assert moods == {(MOODS.index("Happy"), MOODS.index("Uplifting")), (MOODS.index("Sad"),)}


def test_what_was_made_by_rule_is_learned(described):
    report = cross_validated(described, folds=4)
    assert report.sets["vgmidi"].pieces == 24
    assert report.sets["vgmidi"].valence_r > 0.8
    assert report.sets["vgmidi"].arousal_r > 0.8
    assert report.sets["vgmidi"].valence_l1 < 0.25


def test_teachers_fill_what_a_set_does_not_say(described):
    """With distillation the heads of one set are fitted on the other set's pieces too."""
    alone = fit_regressor(described, recipe=AffectRecipe(distilled=False))
    taught = fit_regressor(described)
    names = [one.piece.set for one in described]
    memomusic = np.array(names * 2) == "memomusic"
    assert np.abs(alone.heads[memomusic, 0]).max() == 0
    assert np.abs(taught.heads[memomusic, 0]).max() > 0


def test_kin_are_never_parted(described):
    kins = [one.piece.kin for one in described]
    folds = kin_folds(kins, 4)
    assert set(folds.tolist()) == {0, 1, 2, 3}
    for kin in set(kins):
        assert len({fold for fold, own in zip(folds, kins, strict=True) if own == kin}) == 1
    own, others = by_side(described)
    assert not {one.piece.kin for one in own} & {one.piece.kin for one in others}
    assert len(own) > len(others) > len(described) / 4
    pieces = [one.piece for one in described]
    assert divided(pieces) == divided(pieces[::-1])


def test_the_reference_fills_the_scale_evenly(described):
    model = fit_regressor(described)
    reference = [(one.piece.notes, one.centres_s) for one in described]
    scale = even_scale(model, reference)
    assert (np.diff(scale, axis=1) > 0).all()
    from dataclasses import replace

    even = replace(model, scale=scale)
    read = np.concatenate([even.on_scale(model.rate(one.windows)) for one in described])
    np.testing.assert_allclose(np.quantile(read, [0.25, 0.5, 0.75], axis=0),
                               [[-0.5] * 2, [0.0] * 2, [0.5] * 2], atol=0.12)  # fmt: skip


def test_agreement_is_perfect_with_itself_and_nothing_with_noise(described):
    pieces = [one.piece for one in described]
    said = np.array([piece.va for piece in pieces])
    same = agreement(pieces, (said - 3) * 2, "vgmidi")
    assert same.valence_r == pytest.approx(1.0)
    chosen = np.array([piece.set == "vgmidi" for piece in pieces])
    exact = (said - said[chosen].mean(axis=0)) / said[chosen].std(axis=0)
    assert agreement(pieces, exact, "vgmidi").arousal_l1 == pytest.approx(0.0, abs=1e-9)
    noise = np.random.default_rng(1).normal(size=said.shape)
    assert abs(agreement(pieces, noise, "vgmidi").valence_r) < 0.5


def test_measures_are_averaged_inside_their_window(archives, tmp_path):
    pieces = [piece for piece in read_rated(archives, tmp_path) if piece.set == "vgmidi"]
    described = describe_rated(pieces)
    for one in described:
        np.testing.assert_allclose(said_in_windows(one)[:, 0], one.piece.va[0])
    report = report_on(described, ratings(described, fit_regressor(described)))
    assert report.windows_r[0] > 0.9


def test_the_command_trains_and_says_how_well(archives, tmp_path, monkeypatch, capsys):
    from emsync_engine.cli import main
    from emsync_engine.training import affect_run

    make_reference(archives, affect_run.REFERENCE_SOURCES[0])
    monkeypatch.setattr(affect_run, "REFERENCE_SOURCES", affect_run.REFERENCE_SOURCES[:1])
    monkeypatch.setattr(affect_run, "fit_judge", quick_judge)
    few = partial(fit_convolutions, recipe=ConvolutionRecipe(count=6))
    monkeypatch.setattr(affect_run, "fit_convolutions", few)
    written = []
    for number in range(2):
        out, second, judge = (
            tmp_path / f"{name}{number}.safetensors" for name in ("va", "second", "judge")
        )
        options = ["-o", str(out), "--second", str(second), "--judge", str(judge), "--json"]
        assert main(["train", "va", str(archives), *options]) == 0
        written.append((out.read_bytes(), second.read_bytes(), judge.read_bytes()))
    assert written[0] == written[1]
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["regressor"]["sets"]["vgmidi"]["pieces"] == 6
    assert report["judge shipped"]["sets"]["vgmidi"]["pieces"] == 4
    assert report["both"]["sets"]["vgmidi"]["pieces"] == 2
    assert load_music_affect(out).anchors.shape[0] > 0
    assert len(load_convolution_reader(second).kernels) == 4
    assert len(load_music_judge(judge).networks) == 1


def quick_judge(described, *, recipe=None, monitor=None):
    from emsync_engine.affect.judge import JudgeConfiguration
    from emsync_engine.training.judge_training import JudgeRecipe, fit_judge

    return fit_judge(
        described,
        recipe=JudgeRecipe(epochs=1, networks=1),
        configuration=JudgeConfiguration(width=4, hidden=8),
    )


def make_reference(archives, source):
    from tests.data.make_music import make_archive, song

    make_archive(archives, source, {f"piece{n}": song(seed=n, beat_s=0.3 + 0.1 * n)
                                    for n in range(5)})  # fmt: skip
