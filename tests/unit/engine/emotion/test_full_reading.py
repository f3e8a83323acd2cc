"""Segments read with models: what counts, what is told, what goes missing."""

import itertools

import numpy as np
import pytest

from emsync_engine.cli.reading_report import models_json, read_json
from emsync_engine.emotion import full_reading
from emsync_engine.emotion.full_reading import joined_words, read_segments, read_with_models
from emsync_engine.emotion.fusion import FusionConfiguration, Statistics
from emsync_engine.emotion.fusion_store import FILE, Fusion, installed_fusion, save_fusion
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed, TimedText, words_alone
from emsync_engine.extractors.reading import NotObserved, Readings
from emsync_engine.project.model import EMOTIONS, SegmentEmotion, VAPoint
from emsync_engine.weights import imported_folder

SEGMENTS = [(0.0, 10.0), (10.0, 20.0)]
PLAIN = SegmentEmotion((1 / 6,) * 6, VAPoint(0.1, -0.2), 0.3, explanation="dark")
BUILT_IN = (PLAIN, PLAIN)
CLIP_OFF = {"clip": NotObserved("off", "No.")}


def nothing(name: str) -> None:
    return None


def one_hot(emotion: str) -> np.ndarray:
    return np.eye(6, dtype=np.float32)[EMOTIONS.index(emotion)]


def material() -> FilmMaterial:
    return FilmMaterial("film", 20.0, np.zeros(0, np.float32), 16_000, False, lambda: None)


def clip() -> Observed:
    """Joy in the first ten seconds, fear after."""
    scores = np.stack([one_hot("joy" if n < 20 else "fear") for n in range(40)])
    features = np.concatenate([scores, np.ones((40, 2), np.float32)], axis=1)
    return Observed(np.arange(40) / 2, features, scores, EMOTIONS)


def faces() -> Observed:
    scores = np.array([[0.9, 0.1]], np.float32)
    looked = np.arange(40) / 2
    rows = np.ones((1, 3), np.float32)
    return Observed(np.array([2.0]), rows, scores, ("happy", "neutral"), looked)


def events() -> Observed:
    scores = np.array([[0.9, 0.05], [0.2, 0.8], [0.1, 0.9], [0.0, 0.3]], np.float32)
    rows = np.ones((4, 4), np.float32)
    return Observed(np.array([2.5, 7.5, 12.5, 17.5]), rows, scores, ("Music", "Rain"))


def speech() -> Observed:
    said = (TimedText(1, 3, "I am so happy."), TimedText(12, 18, "This is terrible, I am scared."))
    return words_alone(said, np.array([10.0]))


def everything() -> Readings:
    found = {"clip": clip(), "faces": faces(), "audio-events": events(), "speech": speech()}
    return Readings(found, {"screen-text": NotObserved("off", "Not installed.")})


def test_without_models_the_built_in_reading_stands():
    found = read_with_models(None, [0, 10, 20], BUILT_IN, find=nothing)
    assert found.emotions == BUILT_IN
    assert {one.why for one in found.missing.values()} == {"off"}
    assert len(found.missing) == 6
    assert models_json(found)["read_with"] == "built-in"
    assert read_json(found.emotions[0]) == {}


def test_extractors_that_all_fail_leave_the_built_in_reading():
    found = read_segments(material(), Readings({}, CLIP_OFF), SEGMENTS, BUILT_IN, find=nothing)
    assert found.emotions == BUILT_IN


def test_every_segment_gets_what_is_seen_heard_and_said_in_it():
    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    first, second = found.emotions
    assert EMOTIONS[int(np.argmax(first.distribution))] == "joy"
    assert EMOTIONS[int(np.argmax(second.distribution))] == "fear"
    assert first.detected.valence > 0 > second.detected.valence
    assert first.reading.speech == "I am so happy"
    assert second.reading.speech.startswith("This is terrible")
    assert first.reading.sounds[0] == ("Music", pytest.approx(0.55))
    assert second.reading.sounds[0][0] == "Rain"
    assert dict(first.reading.faces) == pytest.approx({"face": 0.05, "happy": 0.9, "neutral": 0.1})
    assert dict(second.reading.faces) == {"face": 0.0}
    assert first.reading.pictures[0] == ("joy", 1.0)
    for emotion in found.emotions:
        assert sum(share for _, share in emotion.reading.counted) == pytest.approx(1)
        assert sum(emotion.distribution) == pytest.approx(1)
        assert 0 < emotion.confidence <= 0.9
        assert "pictures" in emotion.explanation
    assert found.method == "late fusion"


def test_our_own_text_model_reads_words_where_roberta_is_missing():
    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    assert full_reading.OUR_TEXT_MODEL in found.ran
    assert found.missing["text-sentiment"].why == "off"
    (_, label, share), *_ = found.emotions[0].reading.words
    assert label == "joy"
    assert 0 < share <= 1


def test_what_is_told_is_told_to_scripts():
    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    told = read_json(found.emotions[0])["read"]
    assert told["audio_events"] == {"Music": 0.55, "Rain": 0.425}
    assert told["face_share"] == 0.05
    assert told["expressions"] == {"happy": 0.9, "neutral": 0.1}
    assert told["method"] == "late fusion"
    states = {one["name"]: one for one in models_json(found)["extractors"]}
    assert states["clip"]["state"] == "ran"
    assert states["screen-text"] == {
        "name": "screen-text",
        "state": "off",
        "reason": "Not installed.",
    }


def test_a_text_that_is_shown_twice_counts_once():
    shown = words_alone(
        (TimedText(0, 2, "the end"), TimedText(4, 6, "the end"), TimedText(5, 7, "of it.")),
        np.zeros(1),
    )
    assert joined_words(shown, 0, 10) == "the end. of it"
    assert joined_words(shown, 7, 10) == ""


@pytest.fixture
def trained():
    """A fusion of pictures and faces, put where the user's own lies."""
    torch = pytest.importorskip("torch")
    from emsync_engine.emotion.fusion_network import FusionNetwork

    torch.manual_seed(0)
    configuration = FusionConfiguration((("clip", 8), ("faces", 3)), (("speech", 4),), width=16)
    statistics = Statistics(
        {name: np.zeros(width, np.float32) for name, width in configuration.modalities},
        {name: np.ones(width, np.float32) for name, width in configuration.modalities},
    )
    save_fusion(Fusion(FusionNetwork(configuration), statistics), imported_folder() / FILE)
    return installed_fusion()


def test_a_trained_fusion_takes_the_place_of_the_weights(trained):
    assert trained is not None
    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    assert found.method == "trained fusion"
    for emotion in found.emotions:
        assert sum(emotion.distribution) == pytest.approx(1, abs=1e-5)
        counted = dict(emotion.reading.counted)
        assert set(counted) <= {"clip", "faces"}
        assert sum(counted.values()) == pytest.approx(1)
    assert "faces" in dict(found.emotions[0].reading.counted)
    assert "faces" not in dict(found.emotions[1].reading.counted)


def test_a_fusion_that_knows_nothing_of_what_there_is_is_left_out(trained):
    only = Readings({"audio-events": events()}, {})
    found = read_segments(material(), only, SEGMENTS, BUILT_IN, find=nothing, cache=None)
    assert found.method == "late fusion"
    assert found.missing["fusion"].why == "failed"
    assert "was not used" in found.faults[0]


def test_a_damaged_fusion_is_one_sentence_and_the_analysis_goes_on(trained):
    trained.write_bytes(b"no")
    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    assert found.method == "late fusion"
    assert len(found.faults) == 1


def test_it_can_be_sent_from_the_engine_process():
    import pickle

    found = read_segments(material(), everything(), SEGMENTS, BUILT_IN, find=nothing, cache=None)
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_point_that_the_user_chose_stays():
    from dataclasses import replace

    chosen = tuple(replace(one, chosen=VAPoint(0.5, 0.5)) for one in BUILT_IN)
    found = read_segments(material(), everything(), SEGMENTS, chosen, find=nothing, cache=None)
    assert {emotion.point for emotion in found.emotions} == {VAPoint(0.5, 0.5)}


def test_many_short_segments_all_have_a_set():
    edges = np.linspace(0, 20, 41)
    segments = [(float(a), float(b)) for a, b in itertools.pairwise(edges)]
    found = read_segments(
        material(), everything(), segments, [PLAIN] * 40, find=nothing, cache=None
    )
    assert len(found.emotions) == 40
    assert all(emotion.reading.pictures for emotion in found.emotions)
