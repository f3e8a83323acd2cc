import numpy as np
import pytest
from scipy.stats import norm

from emsync_engine.emotion.mapping import (
    EkmanMixture,
    display_label,
    emotion_posterior,
    mixture_mean,
    sample_mixture,
)
from emsync_engine.project.model import EMOTIONS, VAPoint


def only(emotion: str) -> list[float]:
    return [float(name == emotion) for name in EMOTIONS]


def test_the_extreme_means_lie_on_the_range():
    mixture = EkmanMixture()
    np.testing.assert_allclose(mixture.means.min(axis=0), -0.8)
    np.testing.assert_allclose(mixture.means.max(axis=0), 0.8)
    assert mixture_mean(only("fear")).valence == pytest.approx(-0.8)
    assert mixture_mean(only("joy")).valence == pytest.approx(0.8)
    assert mixture_mean(only("sadness")).arousal == pytest.approx(-0.8)
    assert mixture_mean(only("surprise")).arousal == pytest.approx(0.8)


def test_mapped_values_follow_the_thesis_by_hand():
    mixture = EkmanMixture(r=0.8)
    surprise = EMOTIONS.index("surprise")
    assert mixture.means[surprise, 0] == pytest.approx(1.6 * (0.40 + 0.64) / 1.40 - 0.8)
    assert mixture.stds[surprise, 0] == pytest.approx(1.6 * 0.30 / 1.40)
    anger = EMOTIONS.index("anger")
    assert mixture.means[anger, 1] == pytest.approx(1.6 * (0.59 + 0.27) / 0.94 - 0.8)
    assert mixture.stds[anger, 1] == pytest.approx(1.6 * 0.29 / 0.94)


def test_the_mean_is_weighted_by_the_probabilities():
    half = [0.5 if name in {"joy", "sadness"} else 0.0 for name in EMOTIONS]
    joy, sadness = mixture_mean(only("joy")), mixture_mean(only("sadness"))
    mean = mixture_mean(half)
    assert mean.valence == pytest.approx((joy.valence + sadness.valence) / 2)
    assert mean.arousal == pytest.approx((joy.arousal + sadness.arousal) / 2)


def test_samples_have_the_moments_of_their_gaussian():
    mixture = EkmanMixture(r=0.3)  # narrow, so that clipping does not matter
    rng = np.random.default_rng(1)
    drawn = np.array(
        [(p.valence, p.arousal) for p in (mixture.sample(only("anger"), rng) for _ in range(4000))]
    )
    anger = EMOTIONS.index("anger")
    np.testing.assert_allclose(drawn.mean(axis=0), mixture.means[anger], atol=0.015)
    np.testing.assert_allclose(drawn.std(axis=0), mixture.stds[anger], rtol=0.05)


def test_samples_stay_on_the_circumplex_and_repeat_with_the_seed():
    first = [sample_mixture(only("surprise"), np.random.default_rng(seed)) for seed in range(300)]
    again = [sample_mixture(only("surprise"), np.random.default_rng(seed)) for seed in range(300)]
    assert first == again
    assert max(point.arousal for point in first) == 1.0  # some are clipped


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_the_posterior_favours_the_emotion_at_its_own_mean(emotion):
    posterior = emotion_posterior(mixture_mean(only(emotion)))
    assert sum(posterior) == pytest.approx(1)
    # disgust is so wide that its neighbours may win at its mean; it must still be likely there
    assert posterior[EMOTIONS.index(emotion)] >= 0.2
    if emotion in {"joy", "sadness", "surprise"}:
        assert EMOTIONS[int(np.argmax(posterior))] == emotion


def test_the_posterior_is_bayes_over_the_densities():
    mixture, point = EkmanMixture(), VAPoint(-0.2, 0.3)
    density = norm.pdf([point.valence, point.arousal], mixture.means, mixture.stds)
    expected = density.prod(axis=1) / density.prod(axis=1).sum()
    np.testing.assert_allclose(emotion_posterior(point), expected)


def test_far_corners_still_have_a_distribution():
    for valence in (-1, 1):
        for arousal in (-1, 1):
            assert sum(emotion_posterior(VAPoint(valence, arousal))) == pytest.approx(1)


def test_display_labels_add_calm_and_neutral():
    assert display_label(VAPoint(0, 0)) == "neutral"
    assert display_label(VAPoint(0.7, -0.5)) == "calm"
    for emotion in EMOTIONS:
        assert display_label(mixture_mean(only(emotion))) == emotion


@pytest.mark.parametrize("bad", [[1.0], [0.0] * 6, [-1.0, 2, 0, 0, 0, 0], [float("nan")] * 6])
def test_what_is_no_distribution_is_refused(bad):
    with pytest.raises(ValueError, match="six probabilities"):
        mixture_mean(bad)


def test_a_range_outside_the_circumplex_is_refused():
    with pytest.raises(ValueError, match="range"):
        EkmanMixture(r=1.2)
