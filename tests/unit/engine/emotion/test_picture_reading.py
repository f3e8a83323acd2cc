from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.emotion.picture_reading import READINGS, picture_readings, shot_pictures
from emsync_engine.features.sequences import StepGrid
from emsync_engine.monitor import SILENT
from emsync_engine.project.model import SceneCut
from tests.unit.engine.features.films import film, plain


class Brightness:
    """Reads how bright a picture is, and counts how many it was shown."""

    def __init__(self):
        self.seen = 0

    def read(self, pictures):
        self.seen += len(pictures)
        return np.array([[picture.mean(), picture.shape[1], 0, 0] for picture in pictures])


def shots(*lengths_s):
    """A film of plain shots, each brighter than the last, and its cuts."""
    frames = [plain(length_s, (20 * n + 20,) * 3) for n, length_s in enumerate(lengths_s)]
    starts = np.cumsum([len(shot) for shot in frames])[:-1]
    cuts = [SceneCut(Fraction(int(at), 12), int(at), 1.0, "hard") for at in starts]
    return film(np.concatenate(frames)), cuts


@pytest.mark.parametrize("lengths_s", [(3.0, 0.5, 2.0), (0.25, 0.25, 9.0), (12.0,), (1 / 12,)])
def test_each_shot_is_read_by_itself(lengths_s):
    made, cuts = shots(*lengths_s)
    model = Brightness()
    grid = StepGrid(sum(lengths_s), 0.25)
    read = picture_readings(made, cuts, grid, model, monitor=SILENT)
    edges_s = np.cumsum(lengths_s)
    wanted = [20 * int(np.searchsorted(edges_s, at, "right")) + 20 for at in grid.middles_s]
    assert set(read) == set(READINGS)
    np.testing.assert_allclose(read["picture_valence"], wanted)
    assert model.seen <= len(lengths_s) + sum(lengths_s) / 4


def test_large_pictures_are_read_where_there_are_any():
    made, cuts = shots(3.25, 0.5, 2.0)  # the second lies between two whole seconds
    frames = made.frames
    frames[:, :9] = 0  # letterbox
    frames[:, -9:] = 0
    edges_s = np.array([0.0, *(float(cut.time) for cut in cuts), 5.75])
    sizes = {one.shot: one.picture.shape for one in shot_pictures(made, edges_s)}
    assert sizes == {0: (72, 192, 3), 1: (36, 96, 3), 2: (72, 192, 3)}
