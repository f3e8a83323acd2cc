"""Grains of a film that a hand moves over."""

import numpy as np
import pytest

from emsync_desktop.preview.ahead import BLOCK
from emsync_desktop.preview.grains import GRAIN, HOP, Grains
from emsync_desktop.preview.sound import RATE

FILM = np.stack([0.5 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)] * 2, axis=1).astype(
    np.float32
)


def read(start, count):
    made = np.zeros((count, 2), np.float32)
    first, last = max(start, 0), min(start + count, len(FILM))
    if last > first:
        made[first - start : last - start] = FILM[first:last]
    return made


def scrubbed(speed, hops, *, start=RATE):
    """What is heard while the playhead goes evenly, a step for each hop."""
    grains, heard = Grains(read, start), []
    for number in range(hops):
        grains.move(start + round(number * HOP * speed))
        heard += [grains.next(0, BLOCK) for _ in range(HOP // BLOCK)]
    return np.concatenate(heard), grains


def level(samples):
    return float(np.sqrt(np.mean(samples[GRAIN:-GRAIN].astype(np.float64) ** 2)))


def test_at_its_own_speed_the_film_sounds_as_it_is():
    heard, _ = scrubbed(1.0, 30)
    inside = heard[HOP:]
    np.testing.assert_allclose(inside, FILM[RATE : RATE + len(inside)], atol=1e-5)


def test_a_hand_that_is_not_quite_even_changes_nothing():
    generator = np.random.default_rng(1)
    grains, heard = Grains(read, RATE), []
    for number in range(30):
        grains.move(RATE + number * HOP + int(generator.integers(-200, 200)))
        heard += [grains.next(0, BLOCK) for _ in range(HOP // BLOCK)]
    assert level(np.concatenate(heard)) == pytest.approx(level(FILM), rel=0.1)


@pytest.mark.parametrize("speed", [0.1, 0.25, 0.5, -0.5, -1.0, 4.0])
def test_at_other_speeds_it_is_heard_at_its_pitch_without_clicks(speed):
    heard, _ = scrubbed(speed, 30, start=2 * RATE)
    assert 0.3 * level(FILM) < level(heard) < 1.5 * level(FILM)
    assert np.abs(np.diff(heard[:, 0])).max() < 0.05  # a step of the sound itself is 0.029
    power = np.abs(np.fft.rfft(heard[:, 0]))
    loudest = np.argmax(power) * RATE / len(heard)
    assert loudest == pytest.approx(440, abs=25)


def test_a_playhead_that_rests_is_silent():
    _, grains = scrubbed(0.5, 10)
    ending = np.concatenate([grains.next(0, BLOCK) for _ in range(HOP // BLOCK)])
    assert np.abs(ending).max() > 0.01  # the last grain dies away
    assert not np.concatenate([grains.next(0, BLOCK) for _ in range(6)]).any()


def test_before_and_behind_the_film_there_is_silence():
    grains = Grains(read, 0)
    for place in (-RATE, 0, len(FILM), len(FILM) + RATE):
        grains.move(place)
        assert np.isfinite(grains.next(0, HOP)).all()
