"""Running them on a film: what is off, what fails, what is kept, what is given back."""

import dataclasses
import gc
import weakref
from dataclasses import dataclass

import numpy as np
import pytest

from emsync_engine.extractors import listing
from emsync_engine.extractors.batches import in_batches, is_out_of_memory
from emsync_engine.extractors.interface import library
from emsync_engine.extractors.listing import EXTRACTORS, why_off
from emsync_engine.extractors.observed import Observed, TimedText, load_observed, save_observed
from emsync_engine.extractors.reading import model_hash, read_film, read_sentiments
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.models.store import State
from emsync_engine.monitor import SILENT, Cancelled
from emsync_engine.video.cache import Cache


@dataclass
class Watcher:
    """An extractor of the test: counts, and fails as it is told."""

    name: str = "watcher"
    models: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    version: int = 1
    failure: Exception | None = None
    seen: int = 0

    def observe(self, folders, film, *, device, monitor):
        self.seen += 1
        if self.failure is not None:
            raise self.failure
        rows = np.ones((2, 3), np.float32)
        return Observed(np.arange(2.0), rows, np.zeros((2, 0), np.float32))


def nothing(name: str) -> None:
    return None


@pytest.fixture
def unhurried(monkeypatch):
    """Without looking through all of the memory for what nobody holds, where nothing is loaded."""
    monkeypatch.setattr(gc, "collect", lambda *_: 0)


def test_without_models_everything_is_off_with_a_reason(film):
    found = read_film(film, find=nothing, cache=None)
    assert not found.observed
    assert set(found.sentences("off")) == set(EXTRACTORS)
    for name, reason in found.sentences("off").items():
        assert "not installed" in reason, name
        assert reason.endswith(".")


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr(listing, "missing_library", lambda names: names[0])
    assert why_off(EXTRACTORS["clip"], nothing) == (
        "The library open_clip is not installed; run pip install 'emsync-desktop[vemoclap]'."
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            State.NOT_INSTALLED,
            "is not installed; get it: Edit, Models in the app, or emsync models",
        ),
        (State.PARTLY, "is only partly here; get it: Edit, Models in the app, or emsync models in"),
        (State.DAMAGED, "is damaged; get it: Edit, Models in the app, or emsync models install"),
        (State.UNCHECKED, "has not been checked; verify it: Edit, Models in the app, or emsync mo"),
    ],
)
def test_the_reason_tells_how_the_model_stands_and_what_to_do(monkeypatch, state, said):
    monkeypatch.delenv("EMSYNC_OFFLINE", raising=False)
    told = dataclasses.replace(listing.state_of("clip"), state=state)
    monkeypatch.setattr(listing, "state_of", lambda name: told)
    reason = str(why_off(EXTRACTORS["clip"], nothing))
    assert reason.startswith(f"The model 'clip' {said}")
    assert reason.endswith(" clip.")


def test_offline_the_reason_names_the_way_without_a_network(monkeypatch):
    monkeypatch.setenv("EMSYNC_OFFLINE", "1")
    reason = str(why_off(EXTRACTORS["faces"], nothing))
    assert "offline by your choice" in reason
    assert "emsync models use face-detector FILE" in reason


@pytest.mark.parametrize(
    ("failure", "why", "said"),
    [
        (RuntimeError("CUDA error: out of memory"), "failed", "not enough memory"),
        (MemoryError(), "failed", "not enough memory"),
        (ZeroDivisionError(), "failed", "failed on this film"),
        (NothingToMeasure("The film has no sound."), "nothing", "no sound"),
    ],
)
def test_a_failure_is_one_sentence_and_the_others_go_on(film, failure, why, said, unhurried):
    bad, good = Watcher("bad", failure=failure), Watcher("good")
    found = read_film(film, cache=None, extractors={"bad": bad, "good": good})
    assert found.missing["bad"].why == why
    assert said in found.missing["bad"].sentence
    assert found.missing["bad"].sentence.count(".") == 1
    assert list(found.observed) == ["good"]


def test_cancelling_is_no_failure(film, unhurried):
    with pytest.raises(Cancelled):
        read_film(film, cache=None, extractors={"bad": Watcher(failure=Cancelled())})


def test_results_are_kept_per_model_and_film(film, tmp_path, unhurried):
    cache = Cache(tmp_path / "cache")
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights").write_bytes(b"one")
    watcher = Watcher(models=("m",))

    def look():
        return read_film(
            film, cache=cache, find=lambda name: model, extractors={"watcher": watcher}
        ).observed["watcher"]

    first, again = look(), look()
    assert watcher.seen == 1
    assert np.array_equal(first.features, again.features)
    (model / "weights").write_bytes(b"another")
    look()
    assert watcher.seen == 2
    film.content_hash = "another film"
    look()
    assert watcher.seen == 3
    watcher.version = 2
    look()
    assert watcher.seen == 4


def test_the_hash_of_a_model_is_that_of_all_its_files(models):
    assert model_hash(models / "clip") != model_hash(models / "audio-events")


def test_observations_survive_the_cache(tmp_path):
    rng = np.random.default_rng(0)
    one = Observed(
        np.arange(3.0),
        rng.random((3, 4), np.float32),
        rng.random((3, 2), np.float32),
        ("a", "b"),
        np.arange(5.0),
        (TimedText(0.5, 1.5, "wörter", 0.25, "de"),),
    )
    save_observed(one, tmp_path)
    back = load_observed(tmp_path)
    assert back.texts == one.texts
    assert back.labels == one.labels
    for name in ("times_s", "features", "scores", "looked_s"):
        assert np.array_equal(getattr(back, name), getattr(one, name))


def test_a_batch_too_large_for_the_memory_is_halved(unhurried):
    sizes = []

    def work(numbers):
        sizes.append(len(numbers))
        if len(numbers) > 3:
            raise RuntimeError("out of memory")
        return (np.array([[number] for number in numbers], np.float32),)

    (rows,) = in_batches(10, 8, work, stage="x", monitor=SILENT)
    assert rows[:, 0].tolist() == list(range(10))
    assert sizes[:3] == [8, 4, 2]
    with pytest.raises(MemoryError):
        in_batches(4, 1, lambda _: (_ for _ in ()).throw(MemoryError()), stage="", monitor=SILENT)
    assert not is_out_of_memory(RuntimeError("shape"))


@pytest.mark.parametrize(
    ("name", "module", "kind"),
    [
        ("clip", "open_clip", "create_model_and_transforms"),
        ("audio-events", "transformers", "ASTForAudioClassification"),
        ("faces", "transformers", "ViTForImageClassification"),
        ("speech", "faster_whisper", "WhisperModel"),
    ],
)
def test_a_model_is_gone_from_memory_afterwards(name, module, kind, film, find, monkeypatch):
    pytest.importorskip(module)
    refs = []
    owner = library(module)
    maker = getattr(owner, kind)

    def remembered(made):
        one = made[0] if isinstance(made, tuple) else made
        refs.append(weakref.ref(one))
        return made

    if module == "transformers":
        original = maker.from_pretrained.__func__
        monkeypatch.setattr(
            maker,
            "from_pretrained",
            classmethod(lambda cls, *a, **k: remembered(original(cls, *a, **k))),
        )
    else:
        monkeypatch.setattr(owner, kind, lambda *a, **k: remembered(maker(*a, **k)))
    found = read_film(film, find=find, cache=None, extractors={name: EXTRACTORS[name]})
    assert name in found.observed, found.missing
    assert refs
    assert all(ref() is None for ref in refs)


def test_sentiments_are_kept_by_their_texts(find, tmp_path, monkeypatch):
    pytest.importorskip("transformers")
    cache = Cache(tmp_path)
    first = read_sentiments(["one", "two"], find=find, cache=cache)
    again = read_sentiments(["one", "two"], find=find, cache=cache)
    assert np.array_equal(first.scores, again.scores)
    assert read_sentiments([], find=find, cache=cache).why == "nothing"
    assert read_sentiments(["one"], find=nothing, cache=cache).why == "off"
