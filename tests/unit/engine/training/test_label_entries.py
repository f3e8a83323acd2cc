import hashlib
import json
import os
from types import SimpleNamespace

import mido
import pytest

from emsync_engine.cli import main
from emsync_engine.errors import InputUnusableError
from emsync_engine.midi.reading import read_score
from emsync_engine.midi.writing import write_midi
from emsync_engine.project.model import VAPoint
from emsync_engine.training.label_entries import (
    Skipped,
    estimated_tempo,
    label_entries,
    note_density,
    read_valences,
    spotify_valence,
    tempo_arousal,
)
from tests.data.make_music import song


def midi(path, *, bpm=120, notes=8, programs=(0,), drums=False, meter=None, changes=()):
    """Quarter notes for each program, with the file's tempo written once, or changed later."""
    file = mido.MidiFile(ticks_per_beat=480)
    head = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))])
    if meter is not None:
        head.append(meter)
    for beats, later in changes:
        tempo = mido.bpm2tempo(later)
        head.append(mido.MetaMessage("set_tempo", tempo=tempo, time=beats * 480))
    file.tracks.append(head)
    channels = [*range(len(programs)), *([9] if drums else [])]
    for channel in channels:
        track = mido.MidiTrack()
        if channel < 9:
            track.append(mido.Message("program_change", program=programs[channel], channel=channel))
        for number in range(notes):
            track.append(mido.Message("note_on", note=60 + number, velocity=80, channel=channel))
            track.append(mido.Message("note_off", note=60 + number, time=480, channel=channel))
        file.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)
    return path


class Reader:
    """Says the same of all music, and nothing of the valence of drums."""

    def __init__(self, valence_spread=0.3):
        self._valence_spread = valence_spread

    def read(self, music, start_s, end_s):
        return SimpleNamespace(
            point=VAPoint(0.25, -0.5), valence_spread=self._valence_spread, arousal_spread=0.3
        )


def md5_of(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def only(folder, **options):
    [entry] = label_entries(folder, **options)
    return entry


def test_features_are_those_of_the_thesis(tmp_path):
    path = midi(tmp_path / "a.mid", bpm=84, notes=7, programs=(0, 24, 33), drums=True)
    score = read_score(path)
    assert estimated_tempo(score) == pytest.approx(84.0, abs=0.001)  # equation 3.1
    assert note_density(score) == pytest.approx(4 * 84 / 60, rel=1e-3)
    entry = only(tmp_path)
    answer = entry.as_json()
    assert answer["md5"] == md5_of(path)
    assert answer["midi_features"] == {
        "note_density": note_density(score),
        "tempo": estimated_tempo(score),
        "n_instruments": 4,
    }


def test_the_tempo_that_holds_longest_is_the_files(tmp_path):
    path = midi(tmp_path / "a.mid", bpm=60, notes=10, changes=((2, 120),))
    assert estimated_tempo(read_score(path)) == pytest.approx(120.0)
    slow_end = midi(tmp_path / "b.mid", bpm=120, notes=10, changes=((2, 60),))
    assert estimated_tempo(read_score(slow_end)) == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("tempo", "arousal"), [(50, -1.0), (100, 0.0), (150, 1.0), (49.9, None), (150.1, None)]
)
def test_tempo_from_50_to_150_is_the_arousal_where_there_are_drums(tempo, arousal):
    assert tempo_arousal(tempo, has_drums=True) == arousal
    assert tempo_arousal(tempo, has_drums=False) is None


def test_every_value_names_its_source(tmp_path):
    with_drums = midi(tmp_path / "a.mid", bpm=125, drums=True)
    midi(tmp_path / "b.mid", bpm=125, programs=(24,))
    valences = {md5_of(with_drums): 0.75}
    first, second = label_entries(tmp_path, valences=valences, reader=Reader())
    assert (first.valence, first.valence_source) == (0.5, "spotify")
    assert (first.arousal, first.arousal_source) == (0.5, "tempo")
    assert (second.valence, second.valence_source) == (0.25, "regressor")
    assert (second.arousal, second.arousal_source) == (-0.5, "regressor")
    assert first.as_json()["matched_features"] == {"valence": 0.75}
    assert "matched_features" not in second.as_json()


def test_what_nobody_can_tell_is_null(tmp_path):
    midi(tmp_path / "a.mid")
    entry = only(tmp_path)
    assert entry.valence is entry.valence_source is entry.arousal is entry.arousal_source is None
    entry = only(tmp_path, reader=Reader(valence_spread=1.0))
    assert entry.valence is None
    assert entry.arousal == -0.5


def test_entries_of_the_published_data_set_are_joined(tmp_path):
    """Listing 3.1, and the parts of it that people keep."""
    spotify = {"danceability": 0.681, "energy": 0.509, "valence": 0.963}
    matched = {"title": "In The Summertime", "spotify_audio_features": spotify}
    listing = {"midi_features": {"tempo": 84.0}, "matched_features": matched}
    for value in (listing, matched, spotify, 0.963):
        assert spotify_valence(value, md5="m", where="f") == 0.963
    for value in (0.0, 0, {"valence": 0.0}, {"matched_features": {}}, {"energy": 0.5}, None):
        assert spotify_valence(value, md5="m", where="f") is None  # 0.0 means missing
    path = midi(tmp_path / "a.mid")
    (tmp_path / "v.json").write_text(json.dumps({md5_of(path).upper(): listing}))
    entry = only(tmp_path, valences=read_valences(tmp_path / "v.json"))
    assert entry.valence == pytest.approx(2 * 0.963 - 1)
    assert entry.as_json()["matched_features"] == matched


@pytest.mark.parametrize("value", [1.5, -0.1, "0.5", True, [0.5], float("nan"), {"valence": "x"}])
def test_a_valence_out_of_range_is_refused(tmp_path, value):
    (tmp_path / "v.json").write_text(json.dumps({"cc99": value}))
    with pytest.raises(InputUnusableError, match=r"v\.json gives cc99 a valence"):
        read_valences(tmp_path / "v.json")


@pytest.mark.parametrize("broken", [b"", b'{"cc99": 0.', b"\xff\xfe", b"[0.5]", b"[" * 100_000])
def test_a_broken_file_of_valences_is_one_clear_sentence(tmp_path, capsys, broken):
    midi(tmp_path / "a.mid")
    (tmp_path / "v.json").write_bytes(broken)
    command = ["train", "label", str(tmp_path), "--valences", str(tmp_path / "v.json")]
    assert main(command) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "v.json" in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_the_same_music_in_another_file_is_named(tmp_path):
    first = midi(tmp_path / "a.mid")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "twin.MIDI").write_bytes(first.read_bytes())
    renamed = mido.MidiFile(first)
    renamed.tracks[0].insert(0, mido.MetaMessage("track_name", name="another title"))
    renamed.save(tmp_path / "c.mid")
    midi(tmp_path / "d.mid", notes=9)
    entries = {entry.file: entry for entry in label_entries(tmp_path)}
    assert [entries[name].same_music_as for name in ("a.mid", "b/twin.MIDI", "c.mid", "d.mid")] == [
        None,
        "a.mid",
        "a.mid",
        None,
    ]
    assert entries["a.mid"].md5 == entries["b/twin.MIDI"].md5 != entries["c.mid"].md5


def endless_bars(path):
    """A meter whose bars have no length, and one note after 2^28 ticks of no time."""
    meter = mido.MetaMessage("time_signature", numerator=1, denominator=2**60)
    file = mido.MidiFile(ticks_per_beat=480)
    track = [mido.MetaMessage("set_tempo", tempo=1), meter]
    track += [
        mido.Message("note_on", note=60, velocity=80),
        mido.Message("note_off", note=60, time=(1 << 28) - 1),
    ]
    file.tracks.append(mido.MidiTrack(track))
    file.save(path)


def test_corrupt_files_are_skipped_with_a_sentence_each(tmp_path, capsys):
    whole = midi(tmp_path / "good.mid")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "cut.mid").write_bytes(whole.read_bytes()[:60])
    (tmp_path / "empty.mid").write_bytes(b"")
    (tmp_path / "letter.mid").write_text("Dear all,\n\nno music here.")
    (tmp_path / "silent.mid").write_bytes(b"")
    mido.MidiFile().save(tmp_path / "silent.mid")
    with (tmp_path / "huge.mid").open("wb") as file:
        file.truncate(4_000_001)
    endless_bars(tmp_path / "bars.mid")
    (tmp_path / "gone.mid").symlink_to(tmp_path / "nowhere")  # no file: not counted
    skipped = [found for found in label_entries(tmp_path) if isinstance(found, Skipped)]
    assert {one.file for one in skipped} == {
        "sub/cut.mid", "empty.mid", "letter.mid", "silent.mid", "huge.mid", "bars.mid",
    }  # fmt: skip
    for one in skipped:
        assert one.file in one.sentence
        assert one.sentence.endswith(".")
        assert "\n" not in one.sentence
        assert "()" not in one.sentence
    assert main(["train", "label", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert [json.loads(line)["file"] for line in told.out.splitlines()] == ["good.mid"]
    assert "1 of 7 MIDI files labelled, 6 left out" in told.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_skipped(tmp_path):
    midi(tmp_path / "a.mid").chmod(0)
    [skipped] = label_entries(tmp_path)
    assert "cannot be read" in skipped.sentence


@pytest.mark.parametrize("folder", ["empty", "missing", "only-broken", "a-file.mid"])
def test_a_folder_without_music_is_one_clear_error(tmp_path, capsys, folder):
    place = tmp_path / folder
    if folder == "a-file.mid":
        midi(place)
    elif folder != "missing":
        place.mkdir()
    if folder == "only-broken":
        (place / "a.mid").write_bytes(b"MThd")
    out = tmp_path / "labels.jsonl"
    assert main(["train", "label", str(place), "--out", str(out)]) == 3
    told = capsys.readouterr().err.strip().splitlines()
    assert folder in told[-1]
    assert len(told) == (2 if folder == "only-broken" else 1)
    assert not out.exists()


def test_the_command_writes_one_line_for_each_file(tmp_path, capsys):
    for number in range(3):
        music = song(seed=number, families=("drums", "piano", "strings"), beat_s=0.5)
        write_midi(music, tmp_path / f"song {number}.mid", title="é")
    out = tmp_path / "labels" / "all.jsonl"
    out.parent.mkdir()
    assert main(["train", "label", str(tmp_path), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "3 of 3 MIDI files labelled" in told.err
    assert "arousal from tempo: 3" in told.err
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [entry["file"] for entry in entries] == [f"song {number}.mid" for number in range(3)]
    assert {entry["arousal"] for entry in entries} == {0.4}  # 120 to the minute
    assert {entry["valence_source"] for entry in entries} == {"regressor"}
    assert all(-1 <= entry["valence"] <= 1 for entry in entries)
    assert list(out.parent.iterdir()) == [out]


def test_a_result_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    midi(tmp_path / "a.mid")
    assert main(["train", "label", str(tmp_path), "--out", str(tmp_path / "no" / "x.jsonl")]) == 3
    assert "x.jsonl cannot be written" in capsys.readouterr().err


def sung(path, line, times):
    """Music with a line sung again and again."""
    file = mido.MidiFile(midi(path))
    for word in f"{line} ".replace(" ", " |").split("|")[:-1] * times:
        file.tracks[-1].append(mido.MetaMessage("lyrics", text=word, time=240))
    file.save(path)


def test_the_words_of_a_song_are_read(tmp_path):
    sung(tmp_path / "glad.mid", "Oh happy day I love you and I am so happy", 6)
    sung(tmp_path / "sad.mid", "I cry for you and I miss you in my lonely sorrow", 6)
    sung(tmp_path / "short.mid", "Oh happy day I love you", 2)
    sung(tmp_path / "foreign.mid", "O frohe Zeit wie lieb ich dich und singe froh", 8)
    midi(tmp_path / "silent.mid")
    found = {entry.file: entry for entry in label_entries(tmp_path)}
    glad, sad = found["glad.mid"].lyrics, found["sad.mid"].lyrics
    assert glad.words == 66
    told = found["sad.mid"].as_json()["lyrics"]
    assert max(told["emotions"], key=told["emotions"].get) == "sadness"
    assert glad.as_json()["emotions"]["joy"] > 0.5 > sad.as_json()["emotions"]["joy"]
    assert len(told["emotions_28"]) == 28
    for name in ("short.mid", "foreign.mid", "silent.mid"):
        assert found[name].lyrics is None
        assert "lyrics" not in found[name].as_json()
