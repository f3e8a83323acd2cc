"""Files made to hang, to flood or to mislead whoever opens them: one short sentence, and soon."""

import json
import struct
import zipfile

import pytest
import torch
from safetensors.torch import load_file

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.music.published import checkpoints
from emsync_engine.music.published.importing import import_checkpoint
from tests.unit.engine.music.published.reference import published_state
from tests.unit.engine.music.published.test_importing import checkpoint

LONGEST_SENTENCE = 300


def refused(path, *, vocabulary=None):
    with pytest.raises(InputUnusableError) as caught:
        import_checkpoint(path, "emsync", vocabulary=vocabulary)
    sentence = str(caught.value)
    assert len(sentence) < LONGEST_SENTENCE
    assert sentence.isprintable()
    return sentence


def with_pickle(path, pickled):
    """The checkpoint with another pickle in it."""
    changed = path.with_name("changed.pt")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            is_pickle = entry.filename.endswith("data.pkl")
            new.writestr(entry.filename, pickled if is_pickle else old.read(entry))
    return changed


def test_lists_of_the_same_lists_take_no_time(tmp_path):
    # seven levels of 3,000 references each: looked at one by one they would never end
    pickled = b"\x80\x02]q\x00"
    for level in range(1, 7):
        pickled += b"]q" + bytes([level]) + b"(" + (b"h" + bytes([level - 1])) * 3000 + b"e"
    assert "no named tensors" in refused(with_pickle(checkpoint(tmp_path), pickled + b"."))


def test_a_model_is_counted_once_however_often_it_stands(tmp_path, monkeypatch):
    state = published_state()
    numbers = sum(tensor.numel() for tensor in state.values())
    monkeypatch.setattr(checkpoints, "LARGEST_MODEL", numbers)
    assert import_checkpoint(checkpoint(tmp_path, state), "emsync").parameter_count
    monkeypatch.setattr(checkpoints, "LARGEST_MODEL", numbers - 1)
    assert "larger than any model" in refused(tmp_path / "midi_model.pt")


def test_nesting_without_end_is_refused(tmp_path):
    nested = []
    for _ in range(checkpoints.DEEPEST + 1):
        nested = [nested]
    assert "nested too deeply" in refused(checkpoint(tmp_path, {"a": nested}))


def test_a_long_list_of_entries_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "many.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02}.")
        for number in range(2000):
            archive.writestr(str(number), b"")
    monkeypatch.setattr(checkpoints, "LARGEST_PICKLE", 2**16)  # the list takes some 100 KB
    assert "damaged" in refused(path)


def test_a_safetensors_file_that_claims_a_huge_model_is_refused(tmp_path):
    header = json.dumps(
        {"a": {"dtype": "F32", "shape": [600_000_000], "data_offsets": [0, 2_400_000_000]}}
    ).encode()
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:  # a hole in the file, not bytes on the disk
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + 2_400_000_000)
    assert load_file(path)["a"].numel() == 600_000_000
    assert "larger than any model" in refused(path)
    assert "cannot be read" in refused(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize("name", ["x" * 100_000, "\x1b[2J\x1b[1;31mall is well\n", "\u202etxe"])
def test_names_in_a_file_neither_flood_nor_steer_a_terminal(tmp_path, name):
    state = published_state() | {name: torch.zeros(1)}
    assert "it holds " in refused(checkpoint(tmp_path, state))
    order = tmp_path / "order.json"
    order.write_text(json.dumps([*v.NAMES, name]))
    assert "unknown token" in refused(tmp_path / "midi_model.pt", vocabulary=order)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"token_to_pair": {"first": 1}, "index_to_event": {}}',
        '{"token_to_pair": [[]], "index_to_event": ["ON"]}',
        '{"token_to_pair": [[Infinity, 1]], "index_to_event": ["ON"]}',
        '{"token_to_pair": [[' + "9" * 5000 + ', 1]], "index_to_event": ["ON"]}',
        '{"token_to_pair": 5, "index_to_event": null}',
        '"PAD"',
        "",
    ],
    ids=["deep", "key", "empty", "infinite", "long", "number", "text", "nothing"],
)
def test_a_vocabulary_of_any_shape_is_refused(tmp_path, text):
    order = tmp_path / "order.json"
    order.write_text(text)
    sentence = refused(checkpoint(tmp_path), vocabulary=order)
    assert "vocabulary" in sentence or "JSON" in sentence


def test_a_vocabulary_without_end_is_not_read(tmp_path):
    order = tmp_path / "order.json"
    with order.open("wb") as file:
        file.truncate(3 * 2**30)
    assert "too large for a vocabulary" in refused(checkpoint(tmp_path), vocabulary=order)
