import json
import sys

import pytest

from emsync_engine import doctor, weights
from emsync_engine.doctor import Check, checks_json, checks_table, examine, how_to_get, is_ready
from emsync_engine.errors import ToolMissingError
from emsync_engine.models.catalogue import CATALOGUE


def named(checks, name):
    return next(check for check in checks if check.name == name)


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """A PATH of one folder; the returned function puts a command there."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def add(name: str, body: str = "exit 0") -> None:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    return add


def test_everything_is_looked_at_and_what_fails_says_how_to_get_it():
    checks = examine()
    names = [check.name for check in checks]
    assert len(names) == len(set(names))
    assert {"Python", "ffmpeg", "ffprobe", "FluidSynth", "soundfont", "torch", "GPU"} < set(names)
    assert {"audio device", "composer weights", "picture weights"} < set(names)
    assert {"transformers", "open_clip", "faster_whisper", "easyocr"} < set(names)
    for check in checks:
        assert check.found
        assert bool(check.how_to_get) != check.ok, check
    assert named(checks, "Python").ok
    assert not any(named(checks, name).required for name in ("GPU", "audio device", "easyocr"))


def test_a_tool_is_asked_for_its_version(commands):
    commands("ffmpeg", 'echo "ffmpeg version 7.1-test Copyright (c) whoever"')
    check = doctor._tool("ffmpeg")
    assert check.ok
    assert check.required
    assert check.found.startswith("7.1-test (")


@pytest.mark.skipif(sys.platform != "linux", reason="names the packages of Linux")
def test_a_missing_tool_names_the_package_of_this_system(commands):
    assert doctor._tool("ffprobe", package="ffmpeg") == Check(
        "ffprobe",
        False,
        True,
        "not on PATH",
        "get it from https://ffmpeg.org/download.html",
    )
    commands("dnf")
    assert how_to_get("ffmpeg") == "install it with: sudo dnf install ffmpeg-free"
    commands("apt-get")
    assert how_to_get("soundfont") == "install it with: sudo apt-get install fluid-soundfont-gm"


@pytest.mark.parametrize(
    ("system", "manager", "thing", "command"),
    [
        ("darwin", "brew", "fluidsynth", "brew install fluid-synth"),
        ("win32", "winget", "ffmpeg", "winget install Gyan.FFmpeg"),
        ("linux", "pacman", "soundfont", "sudo pacman -S soundfont-fluid"),
    ],
)
def test_each_system_has_its_command(commands, monkeypatch, system, manager, thing, command):
    monkeypatch.setattr(doctor.sys, "platform", system)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name if name == manager else None)
    assert how_to_get(thing) == f"install it with: {command}"


def test_a_tool_that_does_not_start_is_not_there(commands, tmp_path):
    commands("ffmpeg", "exit 127")
    assert not doctor._tool("ffmpeg").ok
    assert "exit code 127" in doctor._tool("ffmpeg").found
    (tmp_path / "ffprobe").write_bytes(b"\x7fELF of another machine")
    (tmp_path / "ffprobe").chmod(0o755)
    check = doctor._tool("ffprobe", package="ffmpeg")
    assert not check.ok
    assert "does not start" in check.found
    assert check.how_to_get


def test_the_soundfont_that_the_renderer_takes_is_named(monkeypatch, tmp_path):
    font = tmp_path / "mine.sf2"
    font.write_bytes(b"RIFF\x04\x00\x00\x00sfbk")
    monkeypatch.setenv("EMSYNC_SOUNDFONT", str(font))
    assert str(font) in doctor._soundfont().found
    monkeypatch.setenv("EMSYNC_SOUNDFONT", str(tmp_path / "none.sf2"))
    check = doctor._soundfont()
    assert not check.ok
    assert "none.sf2" in check.found
    assert "EMSYNC_SOUNDFONT" in check.how_to_get


def test_missing_fluidsynth_is_told(monkeypatch):
    def none() -> str:
        raise ToolMissingError("FluidSynth", "build it")

    monkeypatch.setattr("emsync_engine.render.synthesizer.fluidsynth_version", none)
    check = doctor._fluidsynth()
    assert not check.ok
    assert check.required
    assert "not installed" in check.found


def test_a_library_is_found_without_importing_it():
    check = doctor._library("no_such_library", "no-such-library", "dreams", required=False)
    assert not check.ok
    assert "pip install no-such-library" in check.how_to_get
    assert doctor._library("mido", "mido", "MIDI", required=True).ok


def test_the_composer_is_whole_or_said_not_to_be(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "RESOURCES", tmp_path)
    assert "list of weights is missing" in doctor._composer_weights().found

    file = tmp_path / "open.safetensors"
    file.write_bytes(b"weights")
    facts = {
        "file": file.name,
        "sha256": weights.sha256_of(file),
        "licence": "CC0",
        "card": "card.md",
        "description": "a few bytes",
    }
    (tmp_path / "weights.json").write_text(json.dumps({"open": facts}))
    check = doctor._composer_weights()
    assert check.ok
    assert "CC0" in check.found
    file.write_bytes(b"weightz")
    assert "damaged" in doctor._composer_weights().found
    file.unlink()
    assert not doctor._composer_weights().ok
    (tmp_path / "weights.json").write_text("{")
    assert "list of weights is damaged" in doctor._composer_weights().found


def test_sound_is_found_by_what_plays_it(tmp_path, monkeypatch):
    assert doctor._alsa_output(tmp_path) is None
    (tmp_path / "pcm").write_text(
        "00-00: ALC256 Analog : ALC256 Analog : capture 1\n00-03: HDMI 0 : HDMI 0 : playback 1\n"
    )
    assert doctor._alsa_output(tmp_path) == "ALSA, HDMI 0"
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        (tmp_path / "pulse").mkdir()
        (tmp_path / "pulse" / "native").touch()
        assert doctor._audio_output() == "PulseAudio"


GOOD = Check("ffmpeg", True, True, "7.1 (/usr/bin/ffmpeg)")
OFF = Check("GPU", False, False, "none", "not needed")
BAD = Check("soundfont", False, True, "none found", "install it with: x")


def test_ready_means_that_nothing_required_is_missing():
    assert is_ready([GOOD, OFF])
    assert not is_ready([GOOD, OFF, BAD])


def test_the_table_tells_what_to_do():
    assert checks_table([GOOD, OFF]).splitlines() == [
        "ok      ffmpeg  7.1 (/usr/bin/ffmpeg)",
        "off     GPU     none",
        "                not needed",
        "",
        "Ready to score a film.",
    ]
    assert checks_table([GOOD, BAD]).splitlines()[-3:] == [
        "                   install it with: x",
        "",
        "Missing: soundfont.",
    ]


def test_the_checks_pass_through_json():
    read = json.loads(json.dumps(checks_json([GOOD, BAD])))
    assert read["ready"] is False
    assert [Check(**check) for check in read["checks"]] == [GOOD, BAD]


def test_each_model_of_the_full_analysis_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path))
    checks = [check for check in examine() if check.name.startswith("model ")]
    assert [check.name for check in checks] == [f"model {name}" for name in CATALOGUE]
    for name, check in zip(CATALOGUE, checks, strict=True):
        assert not check.ok
        assert not check.required
        assert check.found.startswith("not installed: ")
        assert check.how_to_get == f"emsync models install {name}"
