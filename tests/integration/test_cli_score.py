"""``emsync analyze`` and ``emsync score`` from the outside: what they print and what they write."""

import shutil
import subprocess
import wave
from pathlib import Path

import mido
import pytest

from emsync_engine import weights
from emsync_engine.handoff.marks import names_of
from emsync_engine.project.file import load_project
from emsync_engine.video.probe import probe
from tests.command_line import emsync, everything_in
from tests.data import make_media

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]

ANALYSIS_KEYS = [
    *("duration_s", "frame_rate", "cuts", "segments", "extractors", "read_with", "sound"),
]
SCORE_KEYS = [*ANALYSIS_KEYS, "hits", "take", "outputs", "timings_s"]
KEYS_WITHIN = {
    "cuts": ["time_s", "frame", "kind", "score"],
    "segments": [
        *("start_s", "end_s", "emotion", "valence", "arousal", "confidence"),
        *("label", "explanation", "sound"),
    ],
    "hits": ["time_s", "landed_s", "error_ms", "error_frames", "what", "status"],
}
TAKE_KEYS = ["seed", "tokens", "notes", "weights", "va_error", "originality"]
FILM = "hard_cuts.mp4"


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return make_media.make_hard_cuts(tmp_path_factory.mktemp("film")).path


@pytest.fixture
def folder(tmp_path, film) -> Path:
    """A folder that holds one film and nothing else."""
    shutil.copy(film, tmp_path / FILM)
    return tmp_path


def picture_hash(path: Path) -> str:
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy"]
    command += ["-f", "streamhash", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_analyze_prints_one_object_with_the_fixed_keys(folder):
    ended = emsync("analyze", folder / FILM, "--json")

    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    assert list(found) == ANALYSIS_KEYS
    assert (found["duration_s"], found["frame_rate"]) == (4.0, "24/1")
    assert [cut["frame"] for cut in found["cuts"]] == [24, 50, 71]
    for cut in found["cuts"]:
        assert list(cut) == KEYS_WITHIN["cuts"]
        assert cut["time_s"] == cut["frame"] / 24
    edges = [segment["start_s"] for segment in found["segments"]]
    assert edges == [0.0, *(cut["time_s"] for cut in found["cuts"])]
    for segment in found["segments"]:
        assert list(segment) == KEYS_WITHIN["segments"]
        assert sum(segment["emotion"].values()) == pytest.approx(1, abs=1e-5)
        assert -1 <= segment["valence"] <= 1
        assert -1 <= segment["arousal"] <= 1
    assert everything_in(folder) == {FILM}


def test_analyze_tells_people_the_same(folder):
    ended = emsync("analyze", folder / FILM)

    assert ended.code == 0
    assert "4.000 s, 160x90, 24.000 pictures a second" in ended.out
    assert "00:00:02:02" in ended.out


def test_score_writes_film_wav_midi_and_project_beside_the_video(folder):
    ended = emsync("score", folder / FILM, "--json", "--seed", 7)

    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    assert list(found) == SCORE_KEYS
    assert list(found["take"]) == TAKE_KEYS
    assert found["take"]["seed"] == 7
    assert all(list(hit) == KEYS_WITHIN["hits"] for hit in found["hits"])
    assert {hit["status"] for hit in found["hits"]} <= {"exact", "near", "missed"}
    names = {"video": ".mp4", "wav": ".wav", "midi": ".mid", "project": ".emsync"}
    assert found["outputs"] == {
        kind: str(folder / f"hard_cuts_scored{suffix}") for kind, suffix in names.items()
    }
    assert everything_in(folder) == {FILM, *(f"hard_cuts_scored{s}" for s in names.values())}
    assert all(seconds >= 0 for seconds in found["timings_s"].values())


def test_key_tempo_and_silence_reach_the_project(folder):
    wishes = ["--key", "d min", "--tempo", "96", "--tacet", "1-2.1", "--tacet", "3.5-end"]
    ended = emsync("score", folder / FILM, *wishes, "--json")

    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    assert [segment.get("tacet", False) for segment in found["segments"]] == [
        *(False, True, False, False, True)
    ]
    assert [segment["start_s"] for segment in found["segments"]] == [0, 1, 50 / 24, 71 / 24, 3.5]
    assert (found["take"]["key"], found["take"]["tempo_bpm"]) == ("D minor", 96.0)
    project = load_project(Path(found["outputs"]["project"]))
    assert (project.take.settings.key, project.take.settings.tempo_bpm) == ("D minor", 96.0)
    assert project.timeline.tacet == (False, True, False, False, True)
    silent = project.take.tacet_s
    assert silent == ((1.0, 50 / 24), (3.5, 4.0))
    notes = project.take.music.notes
    assert notes
    assert not any(n.onset_s < end and n.end_s > start for n in notes for start, end in silent)
    conductor = mido.MidiFile(found["outputs"]["midi"]).tracks[0]
    markers = [message.text for message in conductor if message.type == "marker"]
    assert markers == [name for _, name in names_of(project.timeline)]
    assert [name.split(",")[0] for name in markers if "cue" in name] == [
        "cue out 1",
        "cue in 1",
        "cue out 2",
    ]


def test_a_film_that_is_all_tacet_is_scored_with_silence(folder):
    ended = emsync("score", folder / FILM, "--tacet", "0-end")

    assert (ended.code, ended.err) == (0, "")
    assert "The whole film is tacet, so there is no music." in ended.out.splitlines()
    assert probe(folder / "hard_cuts_scored.mp4").duration == 4
    with wave.open(str(folder / "hard_cuts_scored.wav")) as sound:
        assert sound.getnframes() == 4 * 48000
        assert not any(sound.readframes(4 * 48000))


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (["--tacet", "3-9"], "The tacet range 3-9 goes past the end of the film"),
        (["--tacet", "1-2", "--tacet", "1.5-3"], "The tacet ranges 1-2 and 1.5-3 overlap."),
    ],
)
def test_a_silence_that_does_not_fit_is_refused_before_the_work(folder, wishes, sentence):
    ended = emsync("score", folder / FILM, *wishes)

    assert ended.code == 3
    assert len(ended.sentences) == 1
    assert ended.err.startswith(sentence)
    assert everything_in(folder) == {FILM}


def test_what_is_asked_for_is_written_too(folder):
    arguments = ["--ending", "button", "--sync", "10", "--hit-report", "--constant-midi"]
    ended = emsync("score", folder / FILM, *arguments, "--json")

    outputs = ended.json["outputs"]
    table = Path(outputs["hits_csv"]).read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + len(ended.json["hits"])
    assert Path(outputs["hits_picture"]).read_text(encoding="utf-8").startswith("<svg")
    tempi = [m for m in mido.MidiFile(outputs["constant_midi"]).tracks[0] if m.type == "set_tempo"]
    assert len(tempi) == 1
    settings = load_project(Path(outputs["project"])).take.settings
    assert (settings.ending, settings.sync_percent) == ("button", 10)
    suffixes = (".mp4", ".wav", ".mid", ".emsync", "_hits.csv", "_hits.svg", "_constant.mid")
    assert everything_in(folder) == {FILM, *(f"hard_cuts_scored{suffix}" for suffix in suffixes)}


@pytest.mark.parametrize("ending", ["ring", "button", "fade", "loop"])
def test_every_ending_fits_the_film(folder, ending):
    ended = emsync("score", folder / FILM, "--ending", ending, "--json")
    with wave.open(ended.json["outputs"]["wav"]) as sound:
        assert sound.getnframes() == 192000


def test_what_score_writes_is_whole_and_fits_the_film(folder):
    outputs = emsync("score", folder / FILM, "--json").json["outputs"]

    scored = probe(Path(outputs["video"]))
    assert (scored.duration, scored.frame_rate.ratio) == (4, 24)
    assert picture_hash(Path(outputs["video"])) == picture_hash(folder / FILM)
    with wave.open(outputs["wav"]) as sound:
        assert (sound.getnframes(), sound.getframerate(), sound.getsampwidth()) == (
            192000,
            48000,
            3,
        )
    sounding: dict[tuple[int, int], int] = {}
    for message in (m for track in mido.MidiFile(outputs["midi"]).tracks for m in track):
        if message.type in ("note_on", "note_off"):
            is_on = message.type == "note_on" and message.velocity > 0
            key = (message.channel, message.note)
            sounding[key] = sounding.get(key, 0) + (1 if is_on else -1)
    assert sounding
    assert set(sounding.values()) == {0}
    project = load_project(Path(outputs["project"]))
    assert project.timeline.duration == 4
    assert project.provenance["weights_sha256"]


def test_same_seed_same_midi_another_seed_another(folder):
    def midi(seed: int, name: str) -> bytes:
        film = folder / f"{name}.mp4"
        ended = emsync("score", folder / FILM, "--seed", seed, "-o", film, "--json")
        return Path(ended.json["outputs"]["midi"]).read_bytes()

    first = midi(3, "a")
    assert midi(3, "b") == first
    assert midi(4, "c") != first


def test_va_sets_every_segment(folder):
    segments = emsync("score", folder / FILM, "--va", "-0.5,0.25", "--json").json["segments"]

    assert {(s["valence"], s["arousal"]) for s in segments} == {(-0.5, 0.25)}


def test_cuts_from_a_file_replace_detection(folder):
    (folder / "cuts.csv").write_text("frame\n48\n", encoding="utf-8")
    found = emsync("analyze", folder / FILM, "--cuts", folder / "cuts.csv", "--json").json

    assert [cut["frame"] for cut in found["cuts"]] == [48]


def test_results_go_where_they_are_asked_for(folder):
    emsync("score", folder / FILM, "--out-dir", folder / "a" / "b", "-o", "new.mp4", "--stems")

    written = everything_in(folder / "a" / "b")
    assert {"new.mp4", "new.wav", "new.mid", "new.emsync", "new_stems"} <= written
    assert any(name.startswith("new_stems/") and name.endswith(".wav") for name in written)
    assert everything_in(folder) == {FILM, "a", "a/b", *(f"a/b/{name}" for name in written)}


def test_people_are_told_where_everything_is(folder):
    ended = emsync("score", folder / FILM)

    assert ended.code == 0
    for suffix in (".mp4", ".wav", ".mid", ".emsync"):
        assert str(folder / f"hard_cuts_scored{suffix}") in ended.out


def test_overwrite_replaces_results_and_keeps_what_else_is_there(folder):
    assert emsync("score", folder / FILM, "--stems").code == 0
    stems = folder / "hard_cuts_scored_stems"
    (stems / "notes.txt").write_text("mine", encoding="utf-8")
    (stems / "guitar.wav").write_text("of an earlier run", encoding="utf-8")
    (folder / "hard_cuts_scored.mid").write_text("old", encoding="utf-8")

    assert emsync("score", folder / FILM, "--stems", "--overwrite").code == 0
    assert (folder / "hard_cuts_scored.mid").read_bytes().startswith(b"MThd")
    assert (stems / "notes.txt").read_text(encoding="utf-8") == "mine"
    left = stems / "guitar.wav"
    assert not left.exists() or left.read_bytes().startswith(b"RIFF")


@pytest.mark.parametrize("maker", ["no_sound", "webm", "rotated", "first_picture_at_10s"])
def test_films_of_other_kinds_are_scored_too(tmp_path, maker):
    clip = getattr(make_media, f"make_{maker}")(tmp_path)
    ended = emsync("score", clip.path, "--json")

    assert (ended.code, ended.err) == (0, "")
    assert ended.json["duration_s"] == pytest.approx(float(clip.duration))
    film = Path(ended.json["outputs"]["video"])
    assert film.suffix == clip.path.suffix
    assert probe(film).duration == pytest.approx(clip.duration, abs=0.002)


def test_a_damaged_film_is_scored_and_the_damage_told_beside_the_json(tmp_path):
    clip = make_media.make_truncated(tmp_path)
    ended = emsync("score", clip.path, "--json")

    assert ended.code == 0
    assert list(ended.json) == SCORE_KEYS
    assert any("cut off" in sentence for sentence in ended.sentences)
    assert ended.json["duration_s"] < 5


@pytest.mark.weights
def test_the_shipped_weights_score_three_seconds(tmp_path, monkeypatch):
    shipped = Path(__file__).parents[2] / "resources"
    if not (shipped / weights.LIST).is_file():
        pytest.skip("this working tree has no weights")
    monkeypatch.setattr(weights, "RESOURCES", shipped)
    weights.load_composer.cache_clear()
    clip = make_media.make_ntsc(tmp_path)

    ended = emsync("score", clip.path, "--json", "--device", "cpu")
    assert (ended.code, ended.err) == (0, "")
    assert ended.json["take"]["notes"] > 0
    assert ended.json["frame_rate"] == "30000/1001"
    project = load_project(Path(ended.json["outputs"]["project"]))
    assert len(project.takes[0].music.families) >= 1
