"""Sources added by stated weights, each one's share shown."""

import numpy as np
import pytest

from emsync_engine.emotion.late_fusion import WEIGHTS, fused
from emsync_engine.emotion.mapping import mixture_mean
from emsync_engine.emotion.reading_sources import (
    BUILT_IN,
    Source,
    face_source,
    picture_source,
    spoken_share,
    word_source,
    words_within,
)
from emsync_engine.extractors.observed import Observed, TimedText
from emsync_engine.project.model import EMOTIONS, VAPoint

EVEN = np.full(6, 1 / 6)
JOY = np.eye(6)[EMOTIONS.index("joy")]
FEAR = np.eye(6)[EMOTIONS.index("fear")]


def rows(scores, labels, times_s, looked_s=()):
    scores = np.asarray(scores, np.float32)
    nothing = np.zeros((len(scores), 1), np.float32)
    return Observed(
        np.asarray(times_s, float), nothing, scores, labels, np.asarray(looked_s, float)
    )


def test_the_weights_are_one_together():
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_shares_are_weights_times_evidence():
    found = fused(
        [Source(BUILT_IN, EVEN, 1.0), Source("clip", JOY, 1.0), Source("faces", FEAR, 0.5)],
        VAPoint(0.1, 0.2),
    )
    counted = dict(found.counted)
    total = 0.20 + 0.35 + 0.125
    assert counted == pytest.approx(
        {BUILT_IN: 0.20 / total, "clip": 0.35 / total, "faces": 0.125 / total}
    )
    assert sum(found.shares) == pytest.approx(1)
    joy, fear = mixture_mean(JOY.tolist()), mixture_mean(FEAR.tolist())
    valence = counted["clip"] * joy.valence + counted["faces"] * fear.valence
    assert found.point.valence == pytest.approx(valence + counted[BUILT_IN] * 0.1)


def test_the_built_in_reading_alone_is_itself():
    found = fused([Source(BUILT_IN, EVEN, 1.0)], VAPoint(0.3, -0.4))
    assert found.point == VAPoint(0.3, -0.4)
    assert found.shares == pytest.approx(EVEN)
    assert found.counted == ((BUILT_IN, 1.0),)


def test_sources_that_agree_are_trusted_more():
    agree = [Source("clip", JOY, 1.0), Source("faces", JOY, 1.0)]
    differ = [Source("clip", JOY, 1.0), Source("faces", FEAR, 1.0)]
    here = VAPoint(0, 0)
    assert fused(agree, here).confidence > fused(differ, here).confidence
    assert fused(agree, here).confidence > fused(agree[:1], here).confidence


def test_sources_that_say_nothing_are_not_trusted():
    vague = 0.9 * EVEN + 0.1 * JOY
    clear = fused([Source("clip", JOY, 1.0)], VAPoint(0, 0)).confidence
    assert fused([Source("clip", vague, 1.0)], VAPoint(0, 0)).confidence < 0.25 * clear
    assert fused([Source("clip", EVEN, 1.0)], VAPoint(0, 0)).confidence == 0


def test_pictures_of_the_stretch_count_and_no_others():
    clip = rows([JOY, JOY, FEAR], EMOTIONS, [0, 1, 2])
    assert picture_source(clip, 0, 2).shares == pytest.approx(JOY)
    assert picture_source(clip, 2, 3).shares == pytest.approx(FEAR)
    assert picture_source(clip, 5, 6) is None


def test_faces_count_by_how_often_they_are_seen_and_what_they_say():
    labels = ("angry", "happy", "neutral")
    faces = rows([[0.0, 0.5, 0.5]], labels, [1], looked_s=[0, 1, 2, 3])
    found = face_source(faces, 0, 4)
    assert found.shares == pytest.approx(JOY)
    assert found.evidence == pytest.approx(0.25 * 0.5)
    assert face_source(faces, 2, 4) is None


def test_sentiments_and_emotions_of_words():
    negative = word_source("speech", {"negative": 0.6, "neutral": 0.4, "positive": 0.0}, 1.0)
    assert negative.evidence == pytest.approx(0.6)
    assert negative.shares[EMOTIONS.index("joy")] == 0
    assert negative.shares[EMOTIONS.index("anger")] == pytest.approx(0.25)
    own = word_source("speech", {"joy": 0.3, "neutral": 0.3}, 0.5)
    assert own.shares == pytest.approx(JOY)
    assert own.evidence == pytest.approx(0.25)
    assert word_source("speech", {"joy": 0.0, "neutral": 0.0}, 0.5) is None


def test_words_of_a_stretch():
    texts = (TimedText(0, 2, "a"), TimedText(2, 3, "b"), TimedText(8, 9, "c"))
    assert [text.text for text in words_within(texts, 1, 2.5)] == ["a", "b"]
    assert spoken_share(list(texts), 0, 6) == pytest.approx(0.5)
    assert spoken_share([], 0, 6) == 0
