import numpy as np
import pytest

from emsync_engine.video.audio import AUDIO_RATE, downmix_weights, waveform_peaks
from emsync_engine.video.sound_choice import is_silence_or_tone


def test_the_centre_of_surround_sound_is_as_loud_as_in_stereo():
    channels = ["FL", "FR", "FC", "LFE", "BL", "BR"]

    weights = dict(zip(channels, downmix_weights(channels), strict=True))

    assert weights["FL"] == weights["FR"] == 0.5
    assert weights["FC"] == pytest.approx(0.7071, abs=1e-4)
    assert weights["BL"] == pytest.approx(0.3536, abs=1e-4)
    assert weights["LFE"] == 0


def test_one_channel_stays_and_unknown_places_are_averaged():
    assert downmix_weights(["FC"]).tolist() == [1]
    assert downmix_weights(["NONE", "NONE", "NONE", "NONE"]).tolist() == [0.25] * 4


def test_peaks_hold_the_extremes_of_every_hundredth():
    samples = np.zeros(AUDIO_RATE * 61 + 7, np.float32)
    samples[160 * 250 + 3] = 0.75
    samples[160 * 250 + 9] = -0.5
    samples[-1] = 0.25

    peaks = waveform_peaks(samples)

    assert peaks.shape == (6101, 2)
    assert peaks[250].tolist() == [-0.5, 0.75]
    assert peaks[-1].tolist() == [0, 0.25]
    assert np.count_nonzero(peaks) == 3


def test_no_sound_has_no_peaks():
    assert waveform_peaks(np.zeros(0, np.float32)).shape == (0, 2)


def sound(kind: str, rate: int = 48_000) -> np.ndarray:
    noise = np.random.default_rng(1)
    times = np.arange(5 * rate) / rate
    match kind:
        case "silence":
            return np.zeros(times.size, np.float32)
        case "tone":
            return (0.3 * np.sin(2 * np.pi * 1000 * times)).astype(np.float32)
        case "noise":
            return noise.normal(0, 0.1, times.size).astype(np.float32)
        case "melody":
            pitches = np.repeat([220, 277, 330, 440, 330], rate)
            return (0.3 * np.sin(2 * np.pi * np.cumsum(pitches) / rate)).astype(np.float32)
    raise ValueError(kind)


@pytest.mark.parametrize(
    ("kind", "expected"), [("silence", True), ("tone", True), ("noise", False), ("melody", False)]
)
def test_silence_and_line_up_tones_are_told_from_sound(kind, expected):
    assert is_silence_or_tone(sound(kind), 48_000) is expected
