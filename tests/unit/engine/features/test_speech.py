import numpy as np

from emsync_engine.features.speech import spans_of, speech_spans, spoken_spans
from tests.unit.engine.features.films import tone


def test_silence_and_no_sound_hold_no_speech():
    assert speech_spans(np.zeros(0, np.float32), 16000) == ()
    assert speech_spans(np.zeros(48000, np.float32), 16000) == ()


def test_a_held_tone_and_steady_noise_are_no_speech():
    noise = np.random.default_rng(3).normal(0, 0.1, 10 * 16000).astype(np.float32)
    assert speech_spans(noise, 16000) == ()
    assert speech_spans(tone(10, 300).astype(np.float32), 16000) == ()


def test_short_pauses_are_bridged_and_short_stretches_left_out():
    probability = np.zeros(50)
    probability[5:12] = 0.9
    probability[14:20] = 0.8
    probability[30:32] = 0.9
    (span,) = spans_of(probability, duration_s=10.0, step_s=0.2)
    assert (span.start_s, span.end_s) == (1.0, 4.0)
    assert 0.5 < span.confidence < 0.9


def test_a_short_stretch_must_be_clear_a_long_one_need_not():
    def found(probability, steps):
        sound = np.zeros(80)
        sound[20 : 20 + steps] = probability
        return len(spoken_spans(sound, duration_s=16.0))

    assert found(0.8, 6) == 0  # a blow, a bowed note
    assert found(0.8, 14) == 1  # a sentence under music
    assert found(0.99, 4) == 1  # a word
    assert spoken_spans(np.zeros(0), duration_s=0.0) == ()
