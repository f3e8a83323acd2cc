import json
from dataclasses import replace

import numpy as np
import pytest

from emsync_engine.cli import main
from emsync_engine.errors import InputUnusableError
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.music.originality import (
    EXTRA_NOTES,
    SEPARATOR,
    load_melody_index,
    longest_shared_run,
)
from emsync_engine.project.notes import Music, Note
from emsync_engine.training.originality_index import (
    build_index,
    human_pieces,
    notes_of,
    owners_in,
    with_human_runs,
)
from emsync_engine.training.store import open_store, write_store


def tune(seed, *, notes=120, semitones=0, stretch=1.0, family="piano"):
    rng = np.random.default_rng(seed)
    onsets = np.cumsum(rng.choice([0.25, 0.5, 0.75, 1.0], notes)) * stretch
    pitches = rng.integers(60, 84, notes) + semitones
    found = [
        Note(onset, onset + 0.2, family, pitch)
        for onset, pitch in zip(onsets.tolist(), pitches.tolist(), strict=True)
    ]
    return quantise(Music(found[-1].end_s, tuple(found)))


def drawn(piece, music, *, split="train", group="toys"):
    facts = {
        "source": "toys",
        "piece": piece,
        "group": group,
        "split": split,
        "families": music.families,
        "has_bars": False,
        "chords": 0,
        "duration_s": music.duration_s,
    }
    seconds = int(np.ceil(music.duration_s))
    return facts, np.array(encode(music), np.uint16), np.zeros((seconds, 6), np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six pieces, one of them in another edition, one with a drawing; two are held out."""
    work = tmp_path_factory.mktemp("work")
    pieces = [drawn(f"tune{seed}", tune(seed)) for seed in range(6)]
    pieces.append(drawn("edition", tune(2, semitones=5, stretch=1.5)))
    pieces.append(drawn("tune3", tune(3, family="strings"), group="toys+ensemble"))
    pieces.append(drawn("kept1", tune(91), split="test"))
    quoting = tune(92).notes[:40] + tuple(
        replace(note, onset_s=note.onset_s + 60, end_s=note.end_s + 60)
        for note in tune(4).notes[:30]
    )
    quoting = quantise(Music(max(note.end_s for note in quoting), tuple(sorted(quoting))))
    pieces.append(drawn("kept2", quoting, split="validation"))
    write_store(work / "store", pieces)
    return work


@pytest.fixture(scope="module")
def store(folder):
    return open_store(folder / "store")


@pytest.fixture(scope="module")
def index(store):
    return build_index(store)


def test_every_training_piece_and_drawing_is_found_whole(store, index):
    for entry in store.split("train"):
        run = longest_shared_run(index, notes_of(store, entry))
        assert 119 <= run.notes <= 120  # two of its fragments may have one hash
        assert run.pieces == 1
        assert run.piece == f"toys/{'tune2' if entry.piece == 'edition' else entry.piece}"


def test_near_duplicates_count_as_one_piece(store):
    owners, names = owners_in(store)
    assert owners["toys", "edition"] == owners["toys", "tune2"]
    assert len(names) == 6
    assert len(set(owners.values())) == 6


def test_what_a_piece_repeats_is_kept_once(store, index):
    fragments = 120 - EXTRA_NOTES
    assert (index.hashes != SEPARATOR).sum() == 6 * fragments  # not of the edition and the drawing
    assert index.hashes[0] == index.hashes[-1] == SEPARATOR
    assert len(index.starts) == len(index.owners) == 6


def test_held_out_music_is_not_in_the_index(store, index):
    found = {piece.piece: piece for piece in human_pieces(store, index, left_out=0)}
    assert set(found) == {"kept1", "kept2"}
    assert found["kept1"].notes <= EXTRA_NOTES + 1
    assert 30 <= found["kept2"].notes <= 31
    assert found["kept2"].run.piece == "toys/tune4"


def test_a_training_piece_is_held_against_all_but_itself(store, index):
    found = human_pieces(store, index, left_out=100)
    learned = [piece for piece in found if not piece.held_out]
    assert len(learned) == 7
    assert max(piece.notes for piece in learned) <= EXTRA_NOTES + 1


def test_what_is_usual_among_people_is_kept_with_the_index(store, index):
    human = with_human_runs(index, human_pieces(store, index)).human
    assert human.pieces == 9
    assert human.median <= EXTRA_NOTES + 1 < human.percentile95 <= 31
    with pytest.raises(InputUnusableError):
        with_human_runs(index, [])


def test_a_store_of_drums_has_no_index(tmp_path):
    store = write_store(tmp_path / "store", [drawn("beat", tune(1, family="drums"))])
    with pytest.raises(InputUnusableError, match="no melodies"):
        build_index(store)


def test_the_command_writes_index_page_and_picture(folder, tmp_path, capsys):
    out = tmp_path / "index.safetensors"
    docs = tmp_path / "docs"
    assert main(["train", "index", str(folder), "-o", str(out), "--report", str(docs)]) == 0
    told = capsys.readouterr().out
    assert "6 pieces indexed" in told
    assert load_melody_index(out).human.pieces == 9
    page = (docs / "originality.md").read_text(encoding="utf-8")
    assert "toys/kept2 | toys/tune4" in page
    assert (docs / "originality.png").read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob("*.part*"))


def test_without_a_store_it_says_so(tmp_path, capsys):
    out = tmp_path / "index.safetensors"
    assert main(["train", "index", str(tmp_path), "-o", str(out)]) == 3
    told = capsys.readouterr().err.strip()
    assert "emsync train prepare" in told
    assert len(told.splitlines()) == 1
    assert not out.exists()


def test_what_is_missing_in_the_end_is_missed_at_once(folder, tmp_path, capsys, monkeypatch):
    def build_index(store, *, monitor=None):
        raise AssertionError("half a minute of work for nothing")

    monkeypatch.setattr("emsync_engine.training.originality_index.build_index", build_index)
    nowhere = tmp_path / "no" / "index.safetensors"
    assert main(["train", "index", str(folder), "-o", str(nowhere)]) == 3
    assert "that folder does not exist" in capsys.readouterr().err
    out = str(tmp_path / "index.safetensors")
    assert main(["train", "index", str(folder), "-o", out, "--takes", "1", "--weights", "x"]) == 4
    assert "no weights named 'x'" in capsys.readouterr().err


def test_a_real_preparation_can_be_indexed(prepared):
    index = with_human_runs(
        built := build_index(prepared[0].store), human_pieces(prepared[0].store, built)
    )
    assert json.dumps(index.names)
    assert all(name.count("/") == 1 for name in index.names)
    assert not any(name.startswith("groove-drums") for name in np.array(index.names)[index.owners])
