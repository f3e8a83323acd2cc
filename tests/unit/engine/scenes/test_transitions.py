from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.scenes import transitions
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.video.cache import Cache
from tests.data.make_transitions import drawn_shot

from .films import film, mixed, textures

STILL = np.zeros(30)


def shot(number: int, length: int = 30) -> np.ndarray:
    """A drawn shot of 96 by 54, with a slow camera."""
    pictures = drawn_shot(np.random.default_rng(number), length, speed=0.8)
    return np.stack([picture[::2, ::2][:54, :96] for picture in pictures])


def black(length: int) -> np.ndarray:
    return np.zeros((length, 54, 96, 3))


def faded(pictures: np.ndarray, *, into: bool, level: float = 0.0) -> np.ndarray:
    shares = (np.arange(len(pictures)) + 1) / (len(pictures) + 1)
    weights = (shares if into else shares[::-1])[:, None, None, None]
    return pictures * weights + level * (1 - weights)


def dissolved(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    weights = ((np.arange(len(one)) + 1) / (len(one) + 1))[:, None, None, None]
    return one * (1 - weights) + other * weights


def found(*parts: np.ndarray, rate: Fraction = Fraction(24)) -> list[transitions.Transition]:
    video = film(np.concatenate(parts), rate)
    return TransitionDetector(cache=None).transitions(video)


def test_hard_cuts_and_what_they_tell():
    cuts = found(shot(1), shot(2), shot(3), rate=Fraction(30000, 1001))

    assert [(cut.kind, cut.frame) for cut in cuts] == [("hard", 30), ("hard", 60)]
    assert cuts[1].time == cuts[1].start == cuts[1].end == 60 * Fraction(1001, 30000)
    assert cuts[1].start_frame == cuts[1].end_frame == 60
    assert all(0 < cut.score < 1 for cut in cuts)


@pytest.mark.parametrize("length", [6, 12, 24, 48])
def test_a_dissolve_has_a_start_a_middle_and_an_end(length):
    one, other = shot(4, 40 + length), shot(5, 40 + length)

    (cut,) = found(one[:40], dissolved(one[40:], other[:length]), other[length:])

    assert cut.kind == "dissolve"
    assert abs(cut.frame - (40 + length / 2)) <= max(2, length / 5)
    assert abs(cut.start_frame - 40) <= max(3, length / 4)
    assert abs(cut.end_frame - (39 + length)) <= max(3, length / 4)
    assert cut.start == cut.start_frame / Fraction(24)
    assert cut.start <= cut.time <= cut.end


def test_a_fade_through_black_counts_once_from_the_first_picture_seen():
    one, other = shot(6, 45), shot(7, 45)

    (cut,) = found(
        one[:30], faded(one[30:], into=False), black(8), faded(other[:15], into=True), other[15:]
    )

    assert cut.kind == "fade"
    assert 53 <= cut.frame <= 54
    assert 29 <= cut.start_frame <= 32
    assert 65 <= cut.end_frame <= 69


def test_a_fade_through_white():
    one, other = shot(6, 45), shot(7, 45)
    out, into = faded(one[30:], into=False, level=250), faded(other[:15], into=True, level=250)

    (cut,) = found(one[:30], out, black(5) + 250, into, other[15:])

    assert cut.kind == "fade"
    assert 50 <= cut.frame <= 52


def test_a_cut_to_black_and_a_picture_out_of_black_are_two():
    cuts = found(shot(8), black(20), shot(9))

    assert [(cut.kind, cut.frame) for cut in cuts] == [("hard", 30), ("hard", 50)]


def test_a_picture_that_pops_up_after_a_fade_is_one_cut():
    one = shot(10, 45)

    (cut,) = found(one[:30], faded(one[30:], into=False), black(10), shot(11))

    assert (cut.kind, cut.frame) == ("hard", 55)
    assert 29 <= cut.start_frame <= 32


def test_a_title_that_pops_out_of_black_counts():
    title = black(30)
    title[:, 25:29, 30:66] = 120

    cuts = found(shot(12), black(15), title)

    assert [cut.frame for cut in cuts] == [30, 45]


def test_one_title_after_another_counts():
    one, other = black(30) + 240, black(30) + 240
    one[:, 25:29, 20:70:3] = 60
    other[:, 25:29, 30:80:5] = 90

    assert [cut.frame for cut in found(one, other)] == [30]


def test_a_film_that_fades_in_and_out_has_no_cut_there():
    one = shot(13, 90)

    assert not found(
        black(12), faded(one[:20], into=True), one[20:70], faded(one[70:], into=False), black(12)
    )


@pytest.mark.parametrize("length", [1, 2, 4])
@pytest.mark.parametrize("strength", [0.7, 1.0])
def test_a_flash_is_no_cut(length, strength):
    one = shot(14, 60)
    one[25 : 25 + length] = one[25 : 25 + length] * (1 - strength) + 255 * strength

    assert not found(one)


def test_a_lamp_that_goes_on_is_no_cut():
    one = shot(15, 60)
    one[:30] *= 0.4

    assert not found(one)


def test_a_fast_camera_is_no_cut():
    pictures = drawn_shot(np.random.default_rng(16), 60, fast=True)

    assert not found(np.stack([picture[::2, ::2][:54, :96] for picture in pictures]))


def test_film_flicker_and_grain_are_no_cuts():
    chance = np.random.default_rng(17)
    one = shot(17, 60) * chance.uniform(0.88, 1.1, (60, 1, 1, 1))

    assert not found(np.clip(one + chance.normal(0, 3, one.shape), 0, 255))


def test_a_title_over_a_running_shot_is_no_cut():
    one = shot(18, 80)
    title = np.zeros((54, 96, 1))
    title[40:46, 20:76] = 1
    share = np.clip((np.arange(80) - 30) / 10, 0, 1)[:, None, None, None] * title

    assert not found(one * (1 - share) + 230 * share)


def test_bars_above_and_below_hide_nothing():
    one, other = shot(19, 45), shot(20, 45)
    parts = [one[:30], faded(one[30:], into=False, level=200), black(5) + 200, other]
    pictures = np.concatenate(parts)
    pictures[:, :7] = pictures[:, -7:] = 0

    assert [cut.frame for cut in found(pictures)] == [50]


def test_with_a_variable_rate_times_are_those_of_the_pictures():
    video = film(np.concatenate([shot(1), shot(2)]))
    pts = np.cumsum(np.random.default_rng(3).integers(1, 4, 60)) - 1
    video = replace(video, pts=pts - pts[0], info=replace(video.info, is_vfr=True))

    (cut,) = TransitionDetector(cache=None).transitions(video)

    assert cut.frame == 30
    assert cut.time == int(video.pts[30]) / Fraction(24)


@pytest.mark.parametrize("pictures", [black(1), black(40), black(40) + 255])
def test_plain_films_have_no_cuts(pictures):
    assert not found(pictures)


def test_noise_has_no_cuts():
    assert not found(np.random.default_rng(5).integers(0, 255, (60, 54, 96, 3)))


def long_film():
    texture = textures(3, seed=9)
    shots = [
        mixed(np.zeros(length), one, one) for length, one in zip((90, 70, 80), texture, strict=True)
    ]
    return film(np.concatenate([*shots, np.zeros((60, 27, 48, 3)), shots[0]]))


def test_where_blocks_end_does_not_matter(monkeypatch):
    whole = TransitionDetector(cache=None).transitions(long_film())
    monkeypatch.setattr(transitions, "_BLOCK", 37)
    monkeypatch.setattr(transitions, "_MARGIN_S", 1.0)

    parts = TransitionDetector(cache=None).transitions(long_film())

    assert [cut.frame for cut in whole] == [90, 160, 240, 300]
    assert [(cut.frame, cut.kind) for cut in parts] == [(cut.frame, cut.kind) for cut in whole]


def test_a_long_film_goes_on_where_it_was_stopped(monkeypatch, tmp_path):
    monkeypatch.setattr(transitions, "_BLOCK", 50)
    monkeypatch.setattr(transitions, "_KEPT_FROM", 100)
    looked_at = []
    prepare = transitions.looks_of
    monkeypatch.setattr(
        transitions, "looks_of", lambda *a, **k: looked_at.append(1) or prepare(*a, **k)
    )

    class StopHalfWay:
        def advance(self, stage, done, total=None):
            if done >= 200:
                raise Cancelled

    detector = TransitionDetector(cache=Cache(tmp_path))
    with pytest.raises(Cancelled):
        detector.transitions(long_film(), monitor=StopHalfWay())
    before = len(looked_at)

    cuts = detector.transitions(long_film())

    assert [cut.frame for cut in cuts] == [90, 160, 240, 300]
    assert 0 < before < 8
    assert before + 4 <= len(looked_at) <= 9  # eight blocks, of which few were looked at twice
