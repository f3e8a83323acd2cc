"""The contract that every feature extractor keeps."""

import numpy as np
import pytest

from emsync_engine.features.extraction import EXTRACTORS, extract_features
from emsync_engine.features.sequences import NothingToMeasure, StepGrid
from emsync_engine.monitor import SILENT, Cancelled
from tests.unit.engine.features.films import film, moving_bars, plain, tone

FILMS = {
    "ordinary": film(moving_bars(5, 40), audio=tone(5, 440)),
    "one frame": film(plain(0, (90, 60, 30)), audio=tone(0.05, 440)),
    "half a second": film(moving_bars(0.5, 10), audio=tone(0.5, 440)),
    "black": film(plain(3, (0, 0, 0)), audio=tone(3, 200)),
    "sound ends early": film(plain(4, (9, 200, 9)), audio=tone(1, 440)),
}


class Recorder:
    def __init__(self, cancel: bool = False):
        self.stages, self.cancel = [], cancel

    def advance(self, stage, done, total=None):
        assert total is None or 0 <= done <= total
        self.stages.append(stage)
        if self.cancel:
            raise Cancelled


@pytest.mark.parametrize("step_s", [1.0, 0.5])
@pytest.mark.parametrize("kind", FILMS)
@pytest.mark.parametrize("name", EXTRACTORS)
def test_every_extractor_gives_what_it_announces(name, kind, step_s):
    made = FILMS[kind]
    grid = StepGrid(float(made.info.duration), step_s)
    sequences = EXTRACTORS[name].extract(made, (), grid, SILENT)
    assert list(sequences) == [feature.name for feature in EXTRACTORS[name].features]
    for feature in EXTRACTORS[name].features:
        values = sequences[feature.name]
        assert values.shape == (grid.count,)
        assert np.isfinite(values).all()
        if feature.unit == "0..1":
            assert values.min() >= 0
            assert values.max() <= 1 + 1e-6
        assert feature.meaning


@pytest.mark.parametrize("name", EXTRACTORS)
def test_every_extractor_reports_and_can_be_cancelled(name):
    recorder = Recorder()
    grid = StepGrid(5.0)
    EXTRACTORS[name].extract(FILMS["ordinary"], (), grid, recorder)
    assert recorder.stages
    with pytest.raises(Cancelled):
        EXTRACTORS[name].extract(FILMS["ordinary"], (), grid, Recorder(cancel=True))


def test_names_are_unique_across_extractors():
    names = [feature.name for e in EXTRACTORS.values() for feature in e.features]
    assert len(names) == len(set(names))


def test_all_features_of_a_film_with_sound():
    features = extract_features(FILMS["ordinary"], [])
    assert not features.missing
    assert features["motion"].shape == (5,)
    assert set(features.as_dict()) == {f.name for e in EXTRACTORS.values() for f in e.features}


@pytest.mark.parametrize("audio", [None, np.zeros(48000)])
def test_a_film_without_sound_says_so(audio):
    features = extract_features(film(plain(3, (80, 80, 80)), audio=audio), [])
    assert "loudness_db" not in features
    assert "s" in features.missing["sound"]
    with pytest.raises(NothingToMeasure):
        EXTRACTORS["sound"].extract(film(plain(1, (0, 0, 0))), (), StepGrid(1.0), SILENT)


def test_memory_mapped_pictures_give_the_same(tmp_path):
    frames = moving_bars(3, 30)
    np.save(tmp_path / "frames.npy", frames)
    mapped = np.load(tmp_path / "frames.npy", mmap_mode="r")
    plainly, from_file = extract_features(film(frames), []), extract_features(film(mapped), [])
    for name, values in plainly.sequences.items():
        np.testing.assert_array_equal(values, from_file[name])


def test_no_more_pictures_are_read_at_once_than_needed():
    class Counting:
        def __init__(self, frames):
            self.frames, self.single = frames, True

        def __len__(self):
            return len(self.frames)

        def __getitem__(self, index):
            self.single &= np.ndim(index) == 0 and not isinstance(index, slice)
            return self.frames[index]

    counting = Counting(moving_bars(10, 30))
    made = film(np.empty((120, 1, 1, 3), np.uint8))
    extract_features(type(made)(made.info, counting, made.audio, False), [])
    assert counting.single


def test_a_film_without_pictures_is_refused():
    with pytest.raises(ValueError, match="without pictures"):
        extract_features(film(np.empty((0, 54, 96, 3), np.uint8)), [])


def test_steps_without_values_take_their_neighbours_line():
    grid = StepGrid(5.0)
    means = grid.mean_per_step(np.array([0.2, 0.4, 4.5]), np.array([1.0, 3.0, 6.0]))
    np.testing.assert_allclose(means, [2, 3, 4, 5, 6])
    np.testing.assert_array_equal(grid.mean_per_step(np.array([1.0]), np.array([np.nan])), 0)


@pytest.mark.parametrize(("duration_s", "count"), [(0.0, 1), (0.5, 1), (3.0, 3), (3.01, 4)])
def test_the_grid_covers_the_film(duration_s, count):
    assert StepGrid(duration_s).count == count
