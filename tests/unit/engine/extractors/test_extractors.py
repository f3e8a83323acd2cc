"""Every extractor on tiny models in the real formats: shapes, times, refusals."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.errors import EmsyncError
from emsync_engine.extractors.clip import prompts
from emsync_engine.extractors.faces import FaceDetector, cropped, largest
from emsync_engine.extractors.interface import ModelUnusableError
from emsync_engine.extractors.listing import EXTRACTORS, NAMES, SENTIMENT, folders_of, needing
from emsync_engine.extractors.speech import Speech, pieces
from emsync_engine.extractors.text_sentiment import sentiment_order
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.models.catalogue import CATALOGUE
from emsync_engine.monitor import SILENT
from emsync_engine.project.model import EMOTIONS
from tests.data import make_models
from tests.unit.engine.extractors.conftest import film_of, pictures, plain, with_face

QUICK = [name for name in EXTRACTORS if name != "screen-text"]

for library in ("open_clip", "transformers", "faster_whisper", "onnx"):
    pytest.importorskip(library)


def test_names_and_models_are_those_of_the_catalogue():
    assert all(needing(name).name == name for name in NAMES)
    assert {model for name in NAMES for model in needing(name).models} == set(CATALOGUE)


@pytest.mark.parametrize("name", QUICK)
def test_an_extractor_gives_rows_in_time_and_reports(name, film, find, recording_monitor):
    monitor = recording_monitor()
    extractor = EXTRACTORS[name]
    found = extractor.observe(folders_of(extractor, find), film, device="cpu", monitor=monitor)
    assert len(found.features) == len(found.scores) == len(found.times_s)
    assert np.isfinite(found.features).all()
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert (np.diff(found.times_s) > 0).all()
    assert ((found.looked_s >= 0) & (found.looked_s <= film.duration_s)).all()
    assert monitor.reports


def test_clip_tells_pictures_apart_and_shares_add_up(find):
    shown = pictures(plain(0), plain(0), plain(255))
    clip = EXTRACTORS["clip"]
    found = clip.observe(folders_of(clip, find), film_of(shown), device="cpu", monitor=SILENT)
    assert found.labels == EMOTIONS
    assert found.features.shape == (3, 32)
    assert np.allclose(found.features[0], found.features[1])
    assert not np.allclose(found.features[0], found.features[2])
    assert np.allclose(found.scores.sum(axis=1), 1)
    assert set(prompts()) == set(EMOTIONS)


def test_clip_features_are_those_of_open_clip_itself(models, find):
    import open_clip
    import torch
    from PIL import Image

    shown = with_face()
    clip = EXTRACTORS["clip"]
    film = film_of(pictures(shown))
    found = clip.observe(folders_of(clip, find), film, device="cpu", monitor=SILENT)
    model, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{models / 'clip'}")
    with torch.inference_mode():
        expected = model.eval().encode_image(prepare(Image.fromarray(shown))[None])[0]
    assert np.allclose(found.features[0], expected.numpy(), atol=1e-5)


def test_faces_are_found_where_they_are_and_only_there(film, find):
    faces = EXTRACTORS["faces"]
    found = faces.observe(folders_of(faces, find), film, device="cpu", monitor=SILENT)
    assert found.times_s.tolist() == [0.5, 1.5, 2.5]
    assert len(found.looked_s) == 6
    assert found.labels == make_models.EXPRESSIONS
    assert np.allclose(found.scores.sum(axis=1), 1, atol=1e-5)


def test_a_film_without_faces_gives_no_rows(find):
    faces = EXTRACTORS["faces"]
    film = film_of(pictures(plain(10), plain(90)))
    found = faces.observe(folders_of(faces, find), film, device="cpu", monitor=SILENT)
    assert found.features.shape == (0, 16)
    assert len(found.looked_s) == 2


def test_the_detector_finds_the_place_of_a_face(models):
    detector = FaceDetector(models / "face-detector")
    assert len(detector.boxes(plain(60))) == 0
    boxes = detector.boxes(with_face(left=64))
    assert len(boxes)
    x, y, w, h = largest(boxes, 128)[0][:4]
    assert 64 <= x + w / 2 <= 128
    assert 16 <= y + h / 2 <= 80


def test_the_two_largest_faces_count_and_small_ones_do_not():
    boxes = np.array([[0, 0, 10, 10, 1], [5, 5, 40, 40, 1], [9, 9, 20, 20, 1], [0, 0, 2, 2, 1]])
    assert [box[2] for box in largest(boxes, 100)] == [40, 20]
    assert largest(boxes[3:], 100) == []


def test_a_face_at_the_edge_is_cropped_inside_the_picture():
    picture = plain(5)
    assert cropped(picture, [-30, -30, 50, 50]).shape[:2] == (25, 25)
    assert cropped(picture, [120, 90, 50, 50]).size > 0
    assert cropped(picture, [500, 500, 5, 5]).size > 0


def test_expression_features_are_those_before_the_last_normalisation(models):
    import torch
    from transformers import ViTForImageClassification

    from emsync_engine.extractors.faces import _Reader

    reader = _Reader(models / "face-expression", "cpu")
    features, _ = reader.read([with_face()])
    model = ViTForImageClassification.from_pretrained(models / "face-expression").eval()
    with torch.no_grad():
        last = model.vit.layernorm(torch.from_numpy(features))
        logits = model.classifier(last)
        pixels = reader._prepare([with_face()], return_tensors="pt")["pixel_values"]
        assert torch.allclose(logits, model(pixels).logits, atol=1e-5)


def test_sound_is_heard_every_five_seconds(find):
    events = EXTRACTORS["audio-events"]
    film = film_of(pictures(plain(0)), duration_s=12.0)
    found = events.observe(folders_of(events, find), film, device="cpu", monitor=SILENT)
    assert found.times_s.tolist() == [2.5, 7.5, 11.0]
    assert found.labels == make_models.EVENTS
    assert found.features.shape == (3, 16)


def test_a_film_shorter_than_what_is_listened_to_is_heard_whole(find):
    events = EXTRACTORS["audio-events"]
    film = film_of(pictures(plain(0)), duration_s=0.4)
    found = events.observe(folders_of(events, find), film, device="cpu", monitor=SILENT)
    assert found.features.shape == (1, 16)


@pytest.mark.parametrize("name", ["audio-events", "speech"])
def test_a_silent_film_says_so(name, find, film):
    film.has_audio = False
    extractor = EXTRACTORS[name]
    with pytest.raises(NothingToMeasure, match="no sound"):
        extractor.observe(folders_of(extractor, find), film, device="cpu", monitor=SILENT)


def test_speech_has_times_and_a_language(find, film):
    speech = Speech(uses_voice_detector=False, least_sure=0.0)  # random weights: noise for words
    found = speech.observe(folders_of(speech, find), film, device="cpu", monitor=SILENT)
    for text in found.texts:
        assert 0 <= text.start_s <= text.end_s <= film.duration_s
        assert text.text.strip()
        assert text.language


def test_speech_goes_on_on_the_processor_where_cuda_is_not_its_own(find, film, monkeypatch):
    import faster_whisper

    asked = []
    original = faster_whisper.WhisperModel

    def opened(folder, *, device, **options):
        asked.append(device)
        if device == "cuda":
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")
        return original(folder, device=device, **options)

    monkeypatch.setattr(faster_whisper, "WhisperModel", opened)
    speech = EXTRACTORS["speech"]
    speech.observe(folders_of(speech, find), film, device="cuda", monitor=SILENT)
    assert asked == ["cuda", "cpu"]


def test_many_faces_are_read_as_they_come(find):
    faces = EXTRACTORS["faces"]
    shown = [with_face(left=8 + n % 40) if n % 3 else plain(40) for n in range(60)]
    film = film_of(pictures(*shown), duration_s=30.0)
    found = faces.observe(folders_of(faces, find), film, device="cpu", monitor=SILENT)
    assert len(found.times_s) == 40
    alone = film_of(pictures(shown[59]))
    last = faces.observe(folders_of(faces, find), alone, device="cpu", monitor=SILENT)
    assert np.allclose(found.features[-1], last.features[0], atol=1e-5)


def test_noise_is_not_taken_for_speech(find, film):
    speech = EXTRACTORS["speech"]
    found = speech.observe(folders_of(speech, find), film, device="cpu", monitor=SILENT)
    assert found.texts == ()


def test_long_sound_is_divided_where_it_is_quiet():
    rate = 100
    sound = np.ones(1500 * rate, np.float32)
    sound[590 * rate : 591 * rate] = 0
    found = list(pieces(sound, rate))
    assert found[0] == (0, 59025)
    assert [start for start, _ in found[1:]] == [end for _, end in found[:-1]]
    assert found[-1][1] == len(sound)
    assert all(end - start <= 600 * rate for start, end in found)
    assert list(pieces(sound[:0], rate)) == []


def test_sentiments_of_texts_of_any_length(find):
    found = SENTIMENT.read(
        folders_of(SENTIMENT, find), ["joy", "x " * 500, "?"], device="cpu", monitor=SILENT
    )
    assert found.labels == ("negative", "neutral", "positive")
    assert found.features.shape == (3, 16)
    assert np.allclose(found.scores.sum(axis=1), 1, atol=1e-5)


def test_sentiments_are_told_apart_by_name():
    assert sentiment_order(["LABEL_0", "LABEL_1", "LABEL_2"]) == [0, 1, 2]
    assert sentiment_order(["positive", "negative", "neutral"]) == [1, 2, 0]
    with pytest.raises(ModelUnusableError, match="cat, dog"):
        sentiment_order(["cat", "dog"])


@pytest.mark.parametrize("name", QUICK)
def test_a_damaged_model_is_refused_in_one_sentence(name, film, find, tmp_path: Path):
    extractor = EXTRACTORS[name]
    folders = folders_of(extractor, find)
    model = extractor.models[-1]
    broken = shutil.copytree(folders[model], tmp_path / model)
    for file in broken.iterdir():
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(EmsyncError) as refused:
        extractor.observe({**folders, model: broken}, film, device="cpu", monitor=SILENT)
    assert str(refused.value).count(".") == 1 or "json" in str(refused.value)


@pytest.mark.parametrize("name", ["clip", "audio-events", "faces"])
def test_a_model_of_another_shape_is_refused(name, film, find, tmp_path: Path):
    """Weights of other sizes than the configuration says."""
    import json

    extractor = EXTRACTORS[name]
    folders = folders_of(extractor, find)
    model = extractor.models[-1]
    other = shutil.copytree(folders[model], tmp_path / model)
    path = other / ("open_clip_config.json" if name == "clip" else "config.json")
    facts = json.loads(path.read_text())
    if name == "clip":
        facts["model_cfg"]["vision_cfg"]["width"] = 64
    else:
        facts["hidden_size"] = 32
    path.write_text(json.dumps(facts))
    with pytest.raises(ModelUnusableError, match=model):
        extractor.observe({**folders, model: other}, film, device="cpu", monitor=SILENT)


def test_a_model_that_answers_nan_is_refused(film, find, tmp_path: Path):
    from safetensors.torch import load_file, save_file

    clip = EXTRACTORS["clip"]
    other = shutil.copytree(folders_of(clip, find)["clip"], tmp_path / "clip")
    weights = load_file(other / "open_clip_model.safetensors")
    weights["visual.proj"] = weights["visual.proj"] * float("nan")
    save_file(weights, other / "open_clip_model.safetensors")
    with pytest.raises(ModelUnusableError, match="no finite number"):
        clip.observe({"clip": other}, film, device="cpu", monitor=SILENT)
