from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import Cancelled
from emsync_engine.scenes import detectors
from emsync_engine.scenes.detectors import DETECTORS, detect_scene_cuts, scene_cuts, scene_scores
from emsync_engine.scenes.kinds import cut_kind
from emsync_engine.scenes.strength import cut_strengths

from .films import film, mixed, textures

CUTS = (20, 45, 70)


def three_cuts() -> np.ndarray:
    return textures(4).repeat([20, 25, 25, 30], axis=0)


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_every_detector_keeps_the_contract(name):
    video = film(three_cuts(), Fraction(30000, 1001))

    cuts = detect_scene_cuts(video, name)

    assert DETECTORS[name]().name == name
    assert tuple(cut.frame for cut in cuts) == CUTS
    assert [cut.time for cut in cuts] == [frame * Fraction(1001, 30000) for frame in CUTS]
    assert all(0 < cut.score < 1 for cut in cuts)


@pytest.mark.parametrize("name", sorted(DETECTORS))
@pytest.mark.parametrize("frames", [1, 2, 7])
def test_a_film_without_cuts_has_none(name, frames):
    assert detect_scene_cuts(film(textures(1).repeat(frames, axis=0)), name) == []


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_every_detector_can_be_cancelled(name):
    class Stop:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        detect_scene_cuts(film(three_cuts()), name, monitor=Stop())


def test_an_unknown_detector_is_refused_with_the_choices():
    with pytest.raises(InputUnusableError, match=r"'telepathy'.*adaptive, content, emsync, ffmpeg"):
        detect_scene_cuts(film(three_cuts()), "telepathy")


def test_a_missing_library_leaves_a_reason(monkeypatch):
    monkeypatch.setattr(detectors.importlib.util, "find_spec", lambda name: None)

    available, unavailable = detectors._available()

    assert set(available) == {"ffmpeg"}
    assert set(unavailable) == {"emsync", "content", "adaptive", "hash", "histogram"}
    assert "scenedetect" in unavailable["content"]
    assert "numba" in unavailable["emsync"]


def test_the_scene_score_is_ffmpegs():
    grey = np.zeros((5, 9, 16, 3))
    grey[1], grey[2], grey[3], grey[4] = 100, 200, 255, 255

    scores = scene_scores(grey.astype(np.uint8))

    step = 219 / 255  # luma spans 16..235
    first = 100 * step / 100
    assert scores == pytest.approx([0, first, 0, 0.45 * step, 0], abs=1e-4)


def test_scores_do_not_depend_on_blocks(monkeypatch):
    frames = np.random.default_rng(2).integers(0, 255, (50, 6, 8, 3)).astype(np.uint8)
    whole = scene_scores(frames)
    monkeypatch.setattr(detectors, "_BLOCK_FRAMES", 7)

    assert np.allclose(scene_scores(frames), whole)


def test_a_greater_change_is_a_stronger_cut():
    base = textures(1)[0] * 0.5
    frames = np.stack([base, base, base + 10, base + 10, base + 110, base + 110]).astype(np.uint8)
    times_s = np.arange(6) / 24

    weak, strong = cut_strengths(frames, times_s, [2, 4])

    assert weak == pytest.approx(10 / 42, abs=0.01)
    assert strong == pytest.approx(100 / 132, abs=0.01)


def test_kinds_of_transition():
    one, other = textures(2)
    black = np.zeros_like(one)
    shares = np.linspace(0, 1, 24)
    still = np.zeros(24)
    times_s = np.arange(96) / 24
    hard = np.concatenate([mixed(still, one, one), mixed(still, other, other)])
    dissolve = np.concatenate(
        [mixed(still, one, one), mixed(shares, one, other), mixed(still, other, other)]
    )
    fade = np.concatenate([mixed(shares, one, black), mixed(shares, black, other)])

    assert cut_kind(hard, times_s[:48], 24) == "hard"
    assert cut_kind(dissolve, times_s[:72], 36) == "dissolve"
    assert cut_kind(fade, times_s[:48], 26) == "fade"


def test_a_film_that_fades_out_has_no_cut_there():
    one, other = textures(2)
    black = np.zeros_like(one)
    still, out = np.zeros(30), np.linspace(0, 1, 10)
    shots = [mixed(still, one, one), mixed(still, other, other)]
    dark = [mixed(out, other, black), mixed(still[:8], black, black)]
    video = film(np.concatenate([*shots, *dark]))

    assert [cut.frame for cut in scene_cuts(video, np.array([30, 69]))] == [30]


def test_a_hard_cut_to_black_stays_a_cut():
    one = textures(1)[0]
    still = np.zeros(30)
    video = film(np.concatenate([mixed(still, one, one), mixed(still, one * 0, one * 0)]))

    assert [cut.frame for cut in scene_cuts(video, np.array([30]))] == [30]
