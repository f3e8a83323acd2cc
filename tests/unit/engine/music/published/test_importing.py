"""Checkpoints in the published naming, made here: what fits is mapped, what does not is refused."""

import io
import json
import pickle
import zipfile
from collections import OrderedDict

import pytest
import torch
from safetensors.torch import save_file

from emsync_engine.errors import InputUnusableError
from emsync_engine.imported_weights import (
    WeightsNameError,
    import_weights,
    remove_weights,
    verified,
)
from emsync_engine.midi import vocabulary as v
from emsync_engine.music.published.importing import import_checkpoint
from emsync_engine.music.published.vocabulary_order import (
    VocabularyOrderError,
    midi_emotion_order,
    order_from_mappings,
)
from emsync_engine.weights import load_composer, weights_entry
from tests.unit.engine.music.published.reference import midi_emotion_names, published_state
from tests.unit.engine.music.published.test_layout import TOKENS, told


def published_mappings():
    """Mappings as the published code saves them, in an order of our own making."""
    special = {"FEWER_INSTRUMENTS": "<LESS_INSTRUMENTS>"}
    events, pairs = [], []
    for name in reversed(v.NAMES):
        if name.startswith("TIMESHIFT_"):
            event, value = "TIMESHIFT", int(name.split("_")[1]) // 8
        elif name in v.SPECIAL_NAMES:
            event, value = special.get(name, f"<{name}>"), 0
        else:
            event, value = name.rsplit("_", 1)[0].upper(), int(name.split("_")[2])
        if event not in events:
            events.append(event)
        pairs.append((events.index(event), value))
    return {
        "event_to_index": {event: number for number, event in enumerate(events)},
        "index_to_event": dict(enumerate(events)),
        "pair_to_token": {pair: number for number, pair in enumerate(pairs)},
        "token_to_pair": dict(enumerate(pairs)),
        "tick_to_ms": 8,
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_WEIGHTS_DIR", str(tmp_path / "data"))
    load_composer.cache_clear()
    yield tmp_path
    load_composer.cache_clear()


def checkpoint(folder, state=None, **made):
    path = folder / "midi_model.pt"
    torch.save(state or published_state(**made), path)
    torch.save(published_mappings(), folder / "mappings.pt")
    return path


def test_the_round_trip_of_an_import(folder):
    path = checkpoint(folder)
    direct = import_checkpoint(path, "emsync")
    entry = import_weights(path, "emsync")
    model, found = load_composer("emsync")
    assert found == entry == weights_entry("emsync")
    assert model.configuration == direct.configuration
    assert model.configuration.va_limit == 0.8
    with torch.no_grad():
        expected = direct(torch.tensor([TOKENS]), told(len(TOKENS)))
        assert torch.equal(model(torch.tensor([TOKENS]), told(len(TOKENS))), expected)
    assert verified(entry) is None
    assert "continuous-token, with boundary offsets" in entry.description


def test_imported_weights_can_go_and_come_again(folder):
    path = checkpoint(folder)
    entry = import_weights(path, "emsync", name="mine")
    with pytest.raises(WeightsNameError, match="already"):
        import_weights(path, "emsync", name="mine")
    with pytest.raises(WeightsNameError, match="already"):
        import_weights(path, "emsync", name="open")
    with pytest.raises(WeightsNameError, match="cannot be a name"):
        import_weights(path, "emsync", name="../mine")
    first, _ = load_composer("mine")
    remove_weights("mine")
    assert not entry.path.exists()
    other = checkpoint(folder, seed=1)
    import_weights(other, "emsync", name="mine")
    second, _ = load_composer("mine")
    assert not torch.equal(first.head.weight, second.head.weight)
    with pytest.raises(WeightsNameError, match="stays"):
        remove_weights("open")


def test_damaged_imports_are_found(folder):
    entry = import_weights(checkpoint(folder), "emsync")
    content = bytearray(entry.path.read_bytes())
    content[-9] ^= 0xFF
    entry.path.write_bytes(bytes(content))
    assert verified(entry) == "emsync.safetensors is damaged; import it again."


def test_wrapped_state_dicts_and_other_types_are_taken(folder):
    state = {f"module.{name}": tensor.half() for name, tensor in published_state().items()}
    path = checkpoint(folder, {"model_state_dict": state, "step": 7})
    assert import_checkpoint(path, "emsync").configuration.layers == 2


def test_a_safetensors_file_is_taken_as_well_and_a_damaged_one_is_not(folder):
    path = checkpoint(folder).with_name("model.safetensors")
    save_file(published_state(), path)
    assert import_checkpoint(path, "emsync").configuration.layers == 2
    path.write_bytes(path.read_bytes()[:-64])
    assert "damaged" in refused(path)


def test_a_midi_emotion_checkpoint_needs_no_mappings(tmp_path):
    names = midi_emotion_names(with_emotion_tokens=True)
    path = tmp_path / "model.pt"
    torch.save(
        published_state(kind="midi-emotion", conditioning="discrete-token", tokens=len(names)), path
    )
    model = import_checkpoint(path, "midi-emotion")
    assert model.configuration.conditioning == "discrete-token"
    assert model.configuration.special_tokens == ("PAD", "START")


class _Bomb:
    def __reduce__(self):
        return print, ("this must never run",)


def refused(path, kind="emsync", **options):
    """The one sentence with which a file is refused."""
    with pytest.raises(InputUnusableError) as refusal:
        import_checkpoint(path, kind, **options)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_pickle_that_wants_to_run_code_is_refused_and_runs_nothing(folder, capsys):
    path = checkpoint(folder)
    torch.save({"model": _Bomb()}, path)
    assert "wants to run code" in refused(path)
    path.write_bytes(pickle.dumps({"model": _Bomb()}))
    assert "no PyTorch checkpoint" in refused(path)
    path = checkpoint(folder)
    torch.save({"names": _Bomb()}, folder / "mappings.pt")
    assert "wants to run code" in refused(path)
    assert capsys.readouterr().out == ""


def test_memory_is_not_given_to_whoever_asks(folder):
    path = folder / "huge.pt"
    torch.save({"embedding.weight": torch.zeros(1).expand(10**6, 10**6)}, path)
    assert "declares more numbers than it holds" in refused(path)

    class Greedy:
        def __reduce__(self):
            return bytearray, (10**12,)

    torch.save({"embedding.weight": Greedy()}, path)
    assert "wants to run code" in refused(path)


class _Storage:
    """Stands for a storage that claims more numbers than its record holds."""


class _LyingPickler(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, _Storage):
            return ("storage", torch.FloatStorage, "0", "cpu", 10**11)
        return None


class _LyingTensor:
    def __reduce__(self):
        shape, strides = (10**6, 10**5), (10**5, 1)
        return (
            torch._utils._rebuild_tensor_v2,
            (_Storage(), 0, shape, strides, False, OrderedDict()),
        )


def test_a_record_shorter_than_its_tensor_is_refused(folder):
    path = checkpoint(folder)
    lie = io.BytesIO()
    _LyingPickler(lie, protocol=2).dump({"embedding.weight": _LyingTensor()})
    with zipfile.ZipFile(path) as honest, zipfile.ZipFile(folder / "lie.pt", "w") as lying:
        for entry in honest.infolist():
            is_pickle = entry.filename.endswith("data.pkl")
            lying.writestr(entry.filename, lie.getvalue() if is_pickle else honest.read(entry))
    resource = pytest.importorskip("resource")  # not on Windows
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "damaged" in refused(folder / "lie.pt")
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 200_000  # the tensor would take 400 GB


def test_a_truncated_or_repacked_file_is_refused(folder):
    path = checkpoint(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off" in refused(path)
    path.write_bytes(whole)
    packed = folder / "packed.pt"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    assert "packed in a way" in refused(packed)
    assert "cannot be read" in refused(folder / "nowhere.pt")
    flipped = bytearray(whole)
    at = whole.index(b"data.pkl") + 200
    flipped[at : at + 40] = bytes(40)
    path.write_bytes(bytes(flipped))
    refused(path)


def without(name):
    return lambda state: state.pop(name)


def changed(name, tensor):
    return lambda state: state.update({name: tensor})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("enc_layers.1.rga.Wk.bias"), "lacks enc_layers.1.rga.Wk.bias"),
        (without("embedding.weight"), "lacks embedding.weight"),
        (without("null_conditions.1"), "lacks null_conditions.1"),
        (changed("fc_extra.weight", torch.zeros(3)), "holds fc_extra.weight"),
        (changed("fc.weight", torch.zeros(1011, 31)), "fc.weight has the shape"),
        (changed("enc_layers.0.rga.E", torch.zeros(64, 15)), "another layout"),
        (changed("fc.bias", torch.full((1011,), float("nan"))), "no finite number"),
        (changed("fc.bias", torch.zeros(1011, dtype=torch.int64)), "no finite number"),
        (changed("embedding.weight", torch.zeros(1012, 32)), "1012 tokens and the vocabulary 1011"),
        (changed("ff_times_to_chord.weight", torch.zeros(48, 1)), "added in every layer"),
        (changed("positional_encoding", torch.zeros(1, 64, 32)), "positional_encoding has the"),
        (changed("enc_layers.0.rga.E", torch.zeros(10**6, 1)), "larger than any model"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(folder, change, sentence):
    state = published_state()
    change(state)
    assert sentence in refused(checkpoint(folder, state))


def test_the_other_kind_and_an_unknown_order_are_refused(folder):
    path = checkpoint(folder)
    assert "no midi-emotion checkpoint" in refused(path, "midi-emotion")
    (folder / "mappings.pt").unlink()
    assert "--vocabulary" in refused(path)
    other = folder / "order.json"
    other.write_text(json.dumps(["<PAD>", "<START>", "ON_PIANO_60"]))
    assert "lacks" in refused(path, vocabulary=other)


def test_the_order_is_read_from_every_form():
    mappings = published_mappings()
    order = order_from_mappings(mappings)
    assert order.names == tuple(reversed(v.NAMES))
    assert order.ours[0] == v.SIZE - 1
    assert order_from_mappings(list(v.NAMES)).ours == tuple(range(v.SIZE))
    plain = midi_emotion_order()
    assert len(plain.names) == 1007
    assert plain.names == tuple(midi_emotion_names())
    with_bins = midi_emotion_order(with_emotion_tokens=True)
    assert len(with_bins.names) == 1017
    valence, arousal = with_bins.emotion_tokens
    assert [with_bins.names[number] for number in valence] == [
        "<V-2>",
        "<V-1>",
        "<V0>",
        "<V1>",
        "<V2>",
    ]
    assert [with_bins.names[number] for number in arousal] == [
        "<A-2>",
        "<A-1>",
        "<A0>",
        "<A1>",
        "<A2>",
    ]


def test_the_thesis_writes_the_instrument_first():
    names = [name.replace("ON_piano", "PIANO_ON") for name in v.NAMES]
    assert order_from_mappings(names).ours == tuple(range(v.SIZE))


@pytest.mark.parametrize(
    "mappings",
    [
        7,
        {},
        {"token_to_pair": {0: (0, 0)}, "index_to_event": {}},
        [*v.NAMES, "ON_kazoo_60"],
        [*v.NAMES, "PAD"],
        v.NAMES[:-1],
    ],
    ids=["number", "nothing", "hole", "kazoo", "twice", "short"],
)
def test_other_vocabularies_are_refused(mappings):
    with pytest.raises(VocabularyOrderError):
        order_from_mappings(mappings)
