import json
import shutil

import numpy as np
import pytest

from emsync_engine.cli import main
from emsync_engine.errors import InputUnusableError
from emsync_engine.training.store import open_store


@pytest.fixture
def work(prepared, tmp_path):
    shutil.copytree(prepared[1] / "store", tmp_path / "store")
    return tmp_path


def cut(name):
    def damage(store):
        (store / name).write_bytes((store / name).read_bytes()[:200])

    return damage


def empty(name):
    return lambda store: (store / name).write_bytes(b"")


def changed(change):
    def damage(store):
        index = json.loads((store / "index.json").read_text())
        change(index)
        (store / "index.json").write_text(json.dumps(index))

    return damage


def shorter_kinds(store):
    np.save(store / "kinds.npy", np.zeros_like(np.load(store / "kinds.npy")[:-1]))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (empty("index.json"), "holds no token store"),
        (cut("index.json"), "holds no token store"),
        (lambda store: (store / "index.json").write_text("[1]"), "damaged"),
        (lambda store: (store / "index.json").write_text("{}"), "damaged"),
        (changed(lambda index: index.update(format=0)), "another version"),
        (changed(lambda index: index.update(vocabulary=12)), "another version"),
        (changed(lambda index: index["entries"][0].pop("families")), "damaged"),
        (changed(lambda index: index["entries"][0].update(more=1)), "damaged"),
        (changed(lambda index: index["entries"][0].update(first_token=10**12)), "damaged"),
        (changed(lambda index: index["entries"][0].update(first_second=-1)), "damaged"),
        (changed(lambda index: index["entries"][0].update(tokens="many")), "damaged"),
        (empty("tokens.npy"), "damaged"),
        (cut("tokens.npy"), "damaged"),
        (cut("labels.npy"), "damaged"),
        (shorter_kinds, "damaged"),
        (lambda store: (store / "tokens.npy").unlink(), "damaged"),
    ],
)
def test_a_damaged_store_is_one_sentence(work, damage, told):
    damage(work / "store")
    with pytest.raises(InputUnusableError, match=told) as caught:
        open_store(work / "store")
    assert "emsync train prepare" in str(caught.value)


def test_arrays_with_objects_in_them_are_not_opened(work):
    """A pickle could run code."""
    store = work / "store"
    np.save(store / "tokens.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputUnusableError, match="damaged"):
        open_store(store)


def test_the_command_says_it_with_exit_code_3(work, capsys):
    (work / "store" / "tokens.npy").write_bytes(b"")
    assert main(["train", "index", str(work), "-o", str(work / "index.safetensors")]) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
