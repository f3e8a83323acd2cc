"""The trained fusion: its size, its sets, its equations, and what it learns."""

import numpy as np
import pytest

from emsync_engine.emotion.fusion import (
    FilmFeatures,
    FusionConfiguration,
    Statistics,
    equidistant_s,
    feature_set,
    nearest,
    random_times_s,
    span_of,
    statistics_of,
)
from emsync_engine.emotion.fusion_store import (
    PUBLISHED,
    Fusion,
    FusionLayoutError,
    import_fusion,
    load_fusion,
    published_fusion,
    published_shapes,
    save_fusion,
)
from emsync_engine.emotion.fusion_training import (
    FusionRecipe,
    LabelledFilm,
    TooFewFilmsError,
    divided,
    judge,
    train_fusion,
)
from emsync_engine.errors import InputUnusableError, WeightsCorruptError
from emsync_engine.extractors.observed import Observed

torch = pytest.importorskip("torch")

THESIS = FusionConfiguration(
    sequences=(("clip", 512), ("audio-events", 768), ("faces", 768)),
    singles=(("screen-text", 768), ("speech", 768)),
)


def observed(rows, times_s=None, looked_s=None):
    rows = np.asarray(rows, np.float32)
    times = np.arange(len(rows), dtype=float) if times_s is None else np.asarray(times_s, float)
    none = np.zeros((len(rows), 0), np.float32)
    looked = times if looked_s is None else np.asarray(looked_s, float)
    return Observed(times, rows, none, (), looked)


def test_the_thesis_configuration_has_about_11_million_parameters():
    from emsync_engine.emotion.fusion_network import FusionNetwork

    with torch.device("meta"):
        network = FusionNetwork(THESIS)
    assert network.parameter_count == 10_535_942
    assert network.head.weight.shape == (6, 8 * 512)


def test_a_configuration_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="pictures, sounds or faces"):
        FusionConfiguration(())
    with pytest.raises(ValueError, match="heads"):
        FusionConfiguration((("clip", 8),), width=30)
    with pytest.raises(ValueError, match="twice"):
        FusionConfiguration((("clip", 8), ("clip", 8)))


def test_a_set_slides_with_its_segment_and_stays_in_the_film():
    assert span_of(10, 20, 60) == (10, 20)
    assert span_of(10, 11, 60) == (8.5, 12.5)
    assert span_of(0, 1, 60) == (0, 4)
    assert span_of(59.5, 60, 60) == (56, 60)
    assert span_of(0, 1, 2) == (0, 2)
    times = equidistant_s(10, 26)
    assert len(times) == 16
    assert np.allclose(times, np.arange(10.5, 26))
    drawn = random_times_s(5, np.random.default_rng(0))
    assert (np.diff(drawn) >= 0).all()
    assert (drawn < 5).all()


def test_the_nearest_rows_are_taken_and_only_faces_may_be_fewer():
    assert nearest(np.array([0.0, 1.0, 2.0]), np.array([-1, 0.4, 0.6, 9])).tolist() == [0, 0, 1, 2]
    assert nearest(np.array([5.0]), np.array([0.0, 9.0])).tolist() == [0, 0]
    clip = observed(np.arange(10)[:, None])
    faces = observed([[3], [4]], times_s=[3, 4], looked_s=range(10))
    found = feature_set({"clip": clip, "faces": faces}, {}, equidistant_s(0, 8))
    assert found["clip"].shape == (16, 1)
    assert found["faces"][:, 0].tolist() == [3, 4]
    assert "audio-events" not in found
    assert "faces" not in feature_set({"faces": faces}, {}, equidistant_s(6, 9))
    words = np.ones((1, 4), np.float32)
    assert feature_set({}, {"speech": words}, equidistant_s(0, 1)).keys() == {"speech"}


def test_features_are_mapped_by_their_least_and_greatest_values():
    films = [
        FilmFeatures(2.0, {"clip": observed([[0, 5, 1], [10, 5, 3]])}),
        FilmFeatures(2.0, {"clip": observed([[5, 5, 2]])}),
    ]
    found = statistics_of(films, ["clip"])
    rows = found.normalised("clip", np.array([[5, 7, 3], [20, 5, 1]], np.float32))
    assert rows.tolist() == [[0.5, 0, 1], [2, 0, 0]]


def test_masked_rows_change_nothing():
    """A set beside a longer one gives what it gives alone."""
    from emsync_engine.emotion.fusion_network import FusionNetwork

    torch.manual_seed(0)
    small = FusionConfiguration((("clip", 3), ("faces", 2)), (("speech", 2),), width=16)
    plain = Statistics(
        {name: np.zeros(width, np.float32) for name, width in small.modalities},
        {name: np.ones(width, np.float32) for name, width in small.modalities},
    )
    fusion = Fusion(FusionNetwork(small), plain)
    rng = np.random.default_rng(0)
    one = {"clip": rng.random((4, 3), np.float32), "faces": rng.random((1, 2), np.float32)}
    other = {"clip": rng.random((9, 3), np.float32), "speech": rng.random((1, 2), np.float32)}
    together = fusion.shares([one, other])
    assert np.allclose(together[0], fusion.shares([one])[0], atol=1e-6)
    assert np.allclose(together[1], fusion.shares([other])[0], atol=1e-6)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-6)
    assert not np.allclose(together[0], together[1])


def test_a_single_sequence_attends_to_itself():
    from emsync_engine.emotion.fusion_network import FusionNetwork

    alone = FusionConfiguration((("clip", 3),), width=8)
    assert FusionNetwork(alone).head.weight.shape == (6, 8)


def published_checkpoint(width=16, seed=0):
    rng = np.random.default_rng(seed)
    configuration = FusionConfiguration(
        sequences=(("clip", 5), ("beats", 7), ("faces", 6)),
        singles=(("screen-text", 4), ("speech", 3)),
        width=width,
        pads_with_zeros=True,
    )
    tensors = {
        name: torch.tensor(rng.normal(0, 0.5, shape), dtype=torch.float32)
        for name, shape in published_shapes(configuration).items()
    }
    statistics = {
        PUBLISHED[name]: {"min": torch.full((size,), -2.0), "max": torch.tensor(3.0)}
        for name, size in configuration.modalities
    }
    return configuration, tensors, statistics


def published_scores(tensors, rows, width):
    """The published network's equations, written out from its description."""

    def linear(name, x):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    names = ["clip", "beats", "face_emotion"]
    encoded = {name: linear(f"encoders.{name}", x) for name, x in rows.items()}
    joined = {name: encoded[name][0] for name in ("asr_sentiment", "ocr_sentiment")}
    heads, size = 4, width // 4
    for one in names:
        for other in names:
            if one == other:
                continue
            pair = f"{one}_{other}"
            weights = tensors[f"attention_layers.{pair}.in_proj_weight"].split(width)
            biases = tensors[f"attention_layers.{pair}.in_proj_bias"].split(width)
            parts = [
                linear(f"{kind}_proj.{name}", encoded[name])
                for kind, name in (("query", one), ("key", other), ("value", other))
            ]
            q, k, v = (
                (x @ w.T + b).reshape(-1, heads, size).transpose(0, 1)
                for x, w, b in zip(parts, weights, biases, strict=True)
            )
            weight = torch.softmax(q @ k.transpose(1, 2) / size**0.5, dim=-1)
            heard = (weight @ v).transpose(0, 1).reshape(-1, width)
            heard = linear(f"attention_layers.{pair}.out_proj", heard)
            heard = torch.nn.functional.layer_norm(
                heard,
                (width,),
                tensors[f"attn_norms.{pair}.weight"],
                tensors[f"attn_norms.{pair}.bias"],
            )
            joined[pair] = heard.mean(0)
    together = torch.cat([joined[name] for name in sorted(joined)])
    return linear("cls_mlp.0", torch.relu(together))


def test_published_weights_say_what_their_equations_say():
    configuration, tensors, statistics = published_checkpoint()
    fusion = published_fusion(tensors, statistics)
    rng = np.random.default_rng(1)
    lengths = {"clip": 16, "beats": 12, "faces": 2, "screen-text": 1, "speech": 1}
    given = {
        name: rng.normal(size=(lengths[name], size)).astype(np.float32)
        for name, size in configuration.modalities
    }
    rows = {}
    for name, values in given.items():
        mapped = torch.tensor((values + 2) / 5)
        length = 16 if name in ("clip", "beats", "faces") else 1
        rows[PUBLISHED[name]] = torch.nn.functional.pad(mapped, (0, 0, 0, length - len(mapped)))
    expected = torch.softmax(published_scores(tensors, rows, 16), dim=0).numpy()
    assert np.allclose(fusion.shares([given])[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("encoders.clip.weight"), "it lacks encoders.clip.weight"),
        (lambda t: t.pop("attn_norms.clip_beats.bias"), "it lacks attn_norms.clip_beats.bias"),
        (lambda t: t.update(more=torch.zeros(1)), "holds more"),
        (lambda t: t.update({"cls_mlp.0.bias": torch.zeros(7)}), r"cls_mlp.0.bias has the shape"),
        (lambda t: t["cls_mlp.0.bias"].fill_(float("nan")), "no finite number"),
        (lambda t: t.update({"encoders.clip.weight": torch.zeros(3)}), "has the shape"),
    ],
)
def test_a_published_file_that_does_not_fit_is_refused(change, said):
    _, tensors, statistics = published_checkpoint()
    change(tensors)
    with pytest.raises(FusionLayoutError, match=said) as refused:
        published_fusion(tensors, statistics)
    assert str(refused.value).startswith("The checkpoint is no VEMOCLAP fusion: ")


def test_statistics_that_do_not_fit_are_refused():
    _, tensors, statistics = published_checkpoint()
    for wrong in ({}, {**statistics, "beats": {"min": torch.zeros(3), "max": torch.ones(3)}}, 7):
        with pytest.raises(FusionLayoutError, match="statistics"):
            published_fusion(tensors, wrong)


def test_a_published_file_is_opened_as_data(tmp_path):
    _, tensors, statistics = published_checkpoint()
    torch.save(tensors, tmp_path / "model.pt")
    with pytest.raises(FusionLayoutError, match=r"stats\.pt"):
        import_fusion(tmp_path / "model.pt")
    torch.save(statistics, tmp_path / "stats.pt")
    fusion = import_fusion(tmp_path / "model.pt")
    assert fusion.network.configuration.pads_with_zeros
    (tmp_path / "bad.pt").write_bytes((tmp_path / "model.pt").read_bytes()[:500])
    with pytest.raises(InputUnusableError):
        import_fusion(tmp_path / "bad.pt", tmp_path / "stats.pt")


def test_a_fusion_survives_its_file(tmp_path):
    _, tensors, statistics = published_checkpoint()
    fusion = published_fusion(tensors, statistics, description="here")
    save_fusion(fusion, tmp_path / "fusion.safetensors")
    back = load_fusion(tmp_path / "fusion.safetensors")
    one = {"clip": np.ones((16, 5), np.float32)}
    assert np.array_equal(back.shares([one]), fusion.shares([one]))
    assert back.description == "here"
    whole = (tmp_path / "fusion.safetensors").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsCorruptError):
        load_fusion(tmp_path / "half.safetensors")


RECIPE = FusionRecipe(width=16, learning_rate=5e-3, epochs=25, dropout=0.2, patience=12)


def planted(count, *, seed, is_shuffled=False):
    """Films in whose pictures, sounds or words their emotion is hidden in noise."""
    rng = np.random.default_rng(seed)
    films = []
    for number in range(count):
        label = number % 6
        shown = int(rng.integers(6)) if is_shuffled else label
        clip = rng.normal(size=(20, 12)).astype(np.float32)
        clip[:, shown] += 2.0
        sounds = rng.normal(size=(4, 8)).astype(np.float32)
        sounds[:, shown % 3] += 2.0
        here = {"clip": observed(clip), "audio-events": observed(sounds, np.arange(4) * 5 + 2.5)}
        if rng.random() < 0.5:  # what is missing must not tell the emotion either
            faces = rng.normal(size=(2, 8)).astype(np.float32)
            here["faces"] = observed(faces, times_s=[3, 9], looked_s=range(20))
        texts = {"speech": rng.normal(size=(1, 8)).astype(np.float32)} if rng.random() < 0.7 else {}
        films.append(LabelledFilm(FilmFeatures(20.0, here, texts), label))
    return films


def test_a_planted_signal_is_learned():
    done = train_fusion(planted(120, seed=0), RECIPE)
    unseen = judge(done.fusion, planted(60, seed=1))
    assert unseen.accuracy > 0.8
    assert unseen.count == 60
    assert sum(unseen.confusion[2]) == 10
    assert done.best_epoch > 0
    assert {name for name, _ in done.fusion.network.configuration.modalities} == {
        *("clip", "audio-events", "faces", "speech")
    }


def test_a_shuffled_signal_is_not_learned():
    done = train_fusion(planted(120, seed=0, is_shuffled=True), RECIPE)
    unseen = judge(done.fusion, planted(60, seed=1, is_shuffled=True))
    assert unseen.accuracy < 0.35


def test_a_tenth_of_every_emotion_is_set_aside():
    training, validation = divided(planted(120, seed=0), FusionRecipe())
    assert len(validation) == 12
    assert {film.label for film in validation} == set(range(6))
    assert not {id(film) for film in training} & {id(film) for film in validation}
    with pytest.raises(TooFewFilmsError):
        divided(planted(3, seed=0), FusionRecipe())


def test_the_same_seed_trains_the_same_fusion():
    short = FusionRecipe(width=16, learning_rate=1e-3, epochs=2)
    one, other = (train_fusion(planted(24, seed=0), short) for _ in range(2))
    given = [{"clip": np.ones((16, 12), np.float32)}]
    assert np.array_equal(one.fusion.shares(given), other.fusion.shares(given))
