import io
import tarfile

import mido
import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.reading import read_score
from emsync_engine.midi.tokenizer import decode, encode, quantise
from emsync_engine.midi.writing import write_midi
from emsync_engine.training.beats import with_found_bars
from emsync_engine.training.corpus import (
    OPEN_SOURCES,
    Piece,
    split_by_name,
    split_together,
    unpack,
)
from emsync_engine.training.features import FEATURES, second_by_second
from emsync_engine.training.labels import label_source, ranks
from emsync_engine.training.orchestration import held_harmony, in_register, lowest_line
from emsync_engine.training.prepare import prepare
from emsync_engine.training.store import open_store
from tests.data.make_music import MAJOR, MINOR, make_archive, song


def test_broken_files_are_counted_and_left_out(prepared):
    preparation, _ = prepared
    assert preparation.skipped == {"freedoom": 1}
    assert not any(entry.piece == "ensemble3" for entry in preparation.store.entries)


def test_every_stored_piece_is_well_formed(prepared):
    store = prepared[0].store
    for entry in store.entries:
        tokens = store.tokens_of(entry).tolist()
        music = decode(tokens)
        assert tokens[1] == v.START
        assert set(music.families) == set(entry.families)
        assert (tokens[0] == v.MORE_INSTRUMENTS) == (len(entry.families) >= 3)
        assert encode(quantise(music)) == tokens
        labels = store.labels_of(entry)
        assert np.nanmin(labels) >= -1
        assert np.nanmax(labels) <= 1


def test_songs_are_drawn_for_ensembles_on_their_own_side_of_the_split(prepared):
    store = prepared[0].store
    drawings = [entry for entry in store.entries if entry.group == "openscore-lieder+ensemble"]
    originals = {entry.piece: entry for entry in store.entries if entry.group == "openscore-lieder"}
    assert len(drawings) == 2 * len(originals)
    assert any("bass" in entry.families for entry in drawings)
    for entry in drawings:
        assert entry.split == originals[entry.piece].split
        assert "bass" not in originals[entry.piece].families


def test_the_same_archives_give_the_same_store(tmp_path):
    stores = []
    for number in range(2):
        folder = tmp_path / str(number)
        make_archive(folder, "openscore-lieder", {"a": song(seed=1), "b": song(seed=2)})
        done = prepare(folder, folder / "work", sources=("openscore-lieder",), workers=1)
        stores.append(open_store(folder / "work" / "store"))
        assert done.skipped == {}
    assert np.array_equal(stores[0].tokens, stores[1].tokens)
    assert np.array_equal(stores[0].labels, stores[1].labels, equal_nan=True)


def test_unpacking_refuses_a_damaged_archive(tmp_path):
    (tmp_path / "freedoom.tar.xz").write_bytes(b"nothing of the kind")
    with pytest.raises(InputUnusableError, match=r"freedoom\.tar\.xz"):
        unpack(tmp_path, ("freedoom",), tmp_path / "out")


def archive_of(folder, files):
    """``freedoom.tar.xz`` with these files in its folder."""
    content = folder / "freedoom"
    content.mkdir()
    for name, data in files.items():
        (content / name).write_bytes(data)
    with tarfile.open(folder / "freedoom.tar.xz", "w:xz") as tar:
        tar.add(content, arcname="freedoom")


def midi_of(messages, tmp_path):
    """Bytes of a MIDI file with these messages."""
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack(messages))
    file.save(tmp_path / "one.mid")
    return (tmp_path / "one.mid").read_bytes()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "holds no freedoom/index.csv"),
        ({"index.csv": b"name\nx\n"}, "has no column id"),
        ({"index.csv": b"id\nx\n"}, "None of the 0 MIDI files"),
        ({"index.csv": b"id\nx\n", "x.mid": b"MThd"}, "None of the 1 MIDI files"),
    ],
    ids=["empty", "index", "files", "broken"],
)
def test_archives_without_music_get_one_sentence(tmp_path, files, sentence):
    archive_of(tmp_path, files)
    with pytest.raises(InputUnusableError, match=sentence):
        prepare(tmp_path, tmp_path / "work", sources=("freedoom",), workers=1)


def test_files_without_notes_are_counted_and_left_out(tmp_path):
    effect = [
        mido.Message("program_change", program=120),
        mido.Message("note_on", note=60, velocity=9),
        mido.Message("note_off", note=60, time=400),
    ]
    files = {
        "index.csv": b"id\nsong\nnothing\neffect\n",
        "nothing.mid": midi_of([], tmp_path),
        "effect.mid": midi_of(effect, tmp_path),
    }
    write_midi(song(), tmp_path / "song.mid")
    files["song.mid"] = (tmp_path / "song.mid").read_bytes()
    archive_of(tmp_path, files)
    done = prepare(tmp_path, tmp_path / "work", sources=("freedoom",), workers=1)
    assert done.skipped == {"freedoom": 2}
    assert [entry.piece for entry in done.store.entries] == ["song"]


def test_split_depends_on_the_name_alone_and_holds_out_some():
    sides = [split_by_name("freedoom", f"piece{number}") for number in range(4000)]
    assert 0.01 < sides.count("test") / len(sides) < 0.03
    assert 0.02 < sides.count("validation") / len(sides) < 0.04
    assert sides[:9] == [split_by_name("freedoom", f"piece{number}") for number in range(9)]


def test_near_duplicates_are_held_out_together(tmp_path):
    names = [f"piece{number}" for number in range(200)]
    pieces = [Piece("freedoom", name, tmp_path, split_by_name("freedoom", name)) for name in names]
    held_out = next(n for n, piece in enumerate(pieces) if piece.split == "test")
    trained = next(n for n, piece in enumerate(pieces) if piece.split == "train")
    groups = list(range(200))
    groups[trained] = held_out
    placed = split_together(pieces, groups)
    assert placed[trained].split == "test"
    assert [p for n, p in enumerate(placed) if n != trained] == [
        p for n, p in enumerate(pieces) if n != trained
    ]


def test_the_index_tells_tempo_density_mode_and_tier(prepared):
    entry = next(e for e in prepared[0].store.entries if e.group == "freedoom")
    assert entry.tier == "permissive"
    assert entry.bpm == pytest.approx(60 / (0.4 + 0.05 * int(entry.piece[-1])), rel=0.02)
    assert entry.notes_per_s > 1
    assert (entry.mode > 0) == (int(entry.piece[-1]) % 2 == 0)
    drums = next(e for e in prepared[0].store.entries if e.group == "groove-drums")
    assert drums.families == ("drums",)


def test_mode_and_density_are_measured():
    slow_minor = second_by_second(song(beat_s=0.9, triad=MINOR, bars=8))
    quick_major = second_by_second(song(beat_s=0.35, triad=MAJOR, bars=20))
    mode, density, bpm = (FEATURES.index(name) for name in ("mode", "onset_density", "bpm"))
    assert slow_minor[:, mode].mean() < 0 < quick_major[:, mode].mean()
    assert quick_major[:, density].mean() > 2 * slow_minor[:, density].mean()
    assert abs(quick_major[5, bpm] - 60 / 0.35) < 1


def test_labels_follow_mode_and_density():
    features = np.concatenate(
        [
            second_by_second(song(beat_s=0.9, triad=MINOR, bars=8)),
            second_by_second(song(beat_s=0.35, triad=MAJOR, bars=20)),
        ]
    )
    labels = label_source(features)
    assert labels[:20, 0].mean() < labels[-20:, 0].mean()
    assert labels[:20, 1].mean() < labels[-20:, 1].mean()


def test_ranks_are_even_and_leave_gaps():
    ranked = ranks(np.array([5, np.nan, 1, 3], dtype=np.float32))
    assert np.isnan(ranked[1])
    np.testing.assert_allclose(ranked[[2, 3, 0]], [-2 / 3, 0, 2 / 3], atol=1e-6)


def test_bars_of_a_recording_are_found(tmp_path):
    """A piece that starts anywhere in the bar gets its bar lines where its chords are."""
    from dataclasses import replace

    plain = song(bars=12)
    late = 0.37
    moved = replace(
        plain,
        duration_s=plain.duration_s + late,
        notes=tuple(
            replace(note, onset_s=note.onset_s + late, end_s=note.end_s + late)
            for note in plain.notes
        ),
        bar_onsets_s=(),
    )
    write_midi(moved, tmp_path / "late.mid")
    score = with_found_bars(read_score(tmp_path / "late.mid"))
    assert score is not None
    bars = score.seconds(score.bar_ticks())
    inside = bars[bars > 0]
    assert np.abs((inside - late + 1.0) % 2.0 - 1.0).max() < 0.01


def test_unsteady_playing_has_no_bars(tmp_path):
    from emsync_engine.project.notes import Music, Note

    rng = np.random.default_rng(0)
    notes = [Note(t, t + 0.3, "piano", 60) for t in np.sort(rng.uniform(0, 60, 150)).tolist()]
    write_midi(Music(61.0, tuple(notes)), tmp_path / "free.mid")
    assert with_found_bars(read_score(tmp_path / "free.mid")) is None


def test_lowest_line_register_and_pad():
    spans = np.array([[0, 480, 40, 80], [0, 480, 64, 80], [0, 480, 67, 80], [480, 960, 72, 80]])
    low, rest = lowest_line(spans)
    assert low[:, 2].tolist() == [40]
    assert rest[:, 2].tolist() == [64, 67, 72]
    assert in_register(rest, "bass")[:, 2].tolist() == [40, 43, 48]
    triad = np.array([[0, 1920, 60 + step, 80] for step in (0, 4, 7)])
    pad = held_harmony(triad, np.array([0, 1920]), per_bar=1)
    assert sorted(pad[:, 2] % 12) == [0, 4, 7]
    assert (pad[:, 1] - pad[:, 0] == 1920).all()


def test_open_sources_exclude_everything_but_permissive_ones():
    forbidden = {"symmv-piano", "tegridy-multi", "vgmidi-labelled", "memomusic", "nottingham"}
    assert not forbidden & set(OPEN_SOURCES)


def test_a_file_that_would_lie_outside_the_folder_is_refused(tmp_path):
    with tarfile.open(tmp_path / "freedoom.tar.xz", "w:xz") as tar:
        member = tarfile.TarInfo("../outside.mid")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"MThd"))
    with pytest.raises(InputUnusableError, match=r"outside\.mid would lie outside"):
        prepare(tmp_path, tmp_path / "work", sources=("freedoom",), workers=1)
    assert not (tmp_path / "work" / "outside.mid").exists()
