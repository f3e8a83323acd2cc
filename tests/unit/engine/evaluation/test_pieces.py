from dataclasses import replace

import pytest

from emsync_engine.evaluation.pieces import KEPT, PieceWriter, Wish, steady, written_together
from emsync_engine.evaluation.steering import measure_steering, steering_lines
from emsync_engine.monitor import Cancelled
from emsync_engine.music.branching import write_best
from emsync_engine.project.model import GenerationSettings, VAPoint
from tests.toy import toy_model
from tests.unit.engine.evaluation.toys import ObedientWriter

WISH = steady(0.2, -0.4, 1.5, settings=GenerationSettings(ensemble="chamber"))


@pytest.fixture
def written(monkeypatch):
    """Seeds that the model was really asked for."""
    seeds = []

    def counted(model, asked, *, monitor):
        seeds.extend(seed for _, seed in asked)
        return written_together(model, asked, monitor=monitor)

    monkeypatch.setattr("emsync_engine.evaluation.pieces.written_together", counted)
    return seeds


def for_seeds(*seeds, wish=None):
    return [(wish or WISH, seed) for seed in seeds]


def test_a_wish_steps_from_stretch_to_stretch():
    wish = Wish(20.0, ((0.0, -0.8, 0.1), (10.0, 0.8, 0.1)))
    assert wish.point_at(0.0) == wish.point_at(9.99) == VAPoint(-0.8, 0.1)
    assert wish.point_at(10.0) == VAPoint(0.8, 0.1)


def test_pieces_are_as_long_and_for_whom_they_are_wished(written):
    pieces = PieceWriter(toy_model()).write(for_seeds(4, 5))
    assert [piece.duration_s for piece in pieces] == [1.5, 1.5]
    assert set(pieces[0].programs) == {"bass", "piano", "strings"}
    assert pieces[0].notes != pieces[1].notes
    assert written == [4, 5]


def test_an_evaluation_that_was_stopped_goes_on(written, tmp_path):
    writer = PieceWriter(toy_model(), weights_sha256="a", folder=tmp_path)
    first = writer.write(for_seeds(1))
    with (tmp_path / KEPT).open("a") as file:
        file.write('\n["cut off by a power fai')
    again = PieceWriter(toy_model(), weights_sha256="a", folder=tmp_path)
    assert again.write(for_seeds(1, 2))[0] == first[0]
    assert written == [1, 2]
    third = PieceWriter(toy_model(), weights_sha256="a", folder=tmp_path)
    third.write(for_seeds(2, 1))
    assert written == [1, 2]


def test_pieces_written_together_are_those_written_alone():
    model = toy_model()
    plain = replace(WISH, settings=replace(WISH.settings, branches=1))
    lonely = replace(WISH, settings=replace(WISH.settings, va_guidance=1.0, branches=1))
    asked = [(plain, 1), (lonely, 2), (replace(plain, seconds=0.4), 3), (WISH, 4), (plain, 5)]
    asked += [(plain, seed) for seed in range(6, 9)]  # more than fit in one pass
    together = dict(written_together(model, [(wish.brief, seed) for wish, seed in asked]))
    for number, (wish, seed) in enumerate(asked):
        assert together[number] == list(write_best(model, wish.brief, seed=seed))


def test_other_weights_wishes_and_seeds_are_written_anew(written, tmp_path):
    PieceWriter(toy_model(), weights_sha256="a", folder=tmp_path).write(for_seeds(1))
    PieceWriter(toy_model(), weights_sha256="b", folder=tmp_path).write(for_seeds(1))
    other = replace(WISH, hits_s=(0.5,))
    PieceWriter(toy_model(), weights_sha256="a", folder=tmp_path).write(for_seeds(1, wish=other))
    assert written == [1, 1, 1]


def test_writing_can_be_cancelled_and_shows_the_whole(written):
    seen = []

    class Stops:
        def advance(self, stage, done, total=None):
            seen.append((stage, done, total))
            if len(seen) > 5:
                raise Cancelled

    with pytest.raises(Cancelled):
        PieceWriter(toy_model()).write(for_seeds(1, 2), monitor=Stops())
    assert {(stage, total) for stage, _, total in seen} == {("evaluate", 2)}
    assert all(done < 2 for _, done, _ in seen)


def test_steering_compares_the_corners():
    report = measure_steering(ObedientWriter(), seeds=3, seconds=12.0)
    assert report.higher["mean_pitch"] == 1.0
    assert "3 seeds" in steering_lines(report)[0]
