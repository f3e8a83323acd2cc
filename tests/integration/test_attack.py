"""What is heard at a hit, by onset detection in the rendered WAV."""

import ctypes.util
import json
import shutil
from pathlib import Path

import numpy as np
import pretty_midi
import pytest
import soundfile

from emsync_engine.project.notes import Music, Note
from emsync_engine.render import attack as attack_module
from emsync_engine.render.attack import attack_of, envelope, measured_attack
from emsync_engine.render.fluidsynth import render_stems
from emsync_engine.render.mixing import mix_stems
from emsync_engine.render.soundfont import find_soundfont, soundfont_at
from emsync_engine.render.wav import write_wav
from emsync_engine.video.cache import Cache

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("fluidsynth") is None and shutil.which("fluidsynth") is None,
    reason="FluidSynth is not installed",
)

HIT_S = 4.0
HALF_FRAME_S = 1 / 60  # half a frame at 30 pictures a second
PROGRAMS = {"piano": ("piano", 0), "strings": ("strings", 48), "choir": ("strings", 52)}


@pytest.fixture(scope="module")
def bundled():
    return soundfont_at(Path(pretty_midi.__file__).parent / "TimGM6mb.sf2")


def piece(family, program):
    """Quiet figures up to just before the hit, then a strong chord on it."""
    figures = [
        Note(0.5 * step, 0.5 * step + 0.25, family, 60 + 2 * (step % 4), 60) for step in range(7)
    ]
    chord = [Note(HIT_S, HIT_S + 2.0, family, pitch, 100) for pitch in (55, 60, 64, 67, 72)]
    return Music(7.0, tuple(figures + chord), programs={family: program})


def heard_onset_s(samples, around_s, *, search_s=0.6):
    """When the sound has risen half of the way from what was before to its peak after.

    The rise is that of the level around the time, so that what sounds on from before is no onset.
    """
    level = envelope(samples)
    start, end = (round((around_s + side * search_s) * 1000) for side in (-0.4, 1))
    window = level[start:end]
    before = float(np.median(window[:100]))
    rise = before + (float(window.max()) - before) / 2
    return (start + int(np.argmax(window >= rise))) / 1000


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_heard_lies_within_half_a_frame_of_the_hit(name, tmp_path):
    family, program = PROGRAMS[name]
    music, font = piece(family, program), find_soundfont()
    stems = render_stems(music, font, accents_s=[HIT_S])
    write_wav(mix_stems(stems, music.duration_s, fade_s=0.0).samples, tmp_path / "music.wav")
    samples, rate = soundfile.read(tmp_path / "music.wav", dtype="float32")
    assert rate == 48_000
    assert abs(heard_onset_s(samples, HIT_S) - HIT_S) <= HALF_FRAME_S


@pytest.mark.parametrize("name", ["strings", "choir"])
def test_without_compensation_slow_programs_are_late(name):
    family, program = PROGRAMS[name]
    (stem,) = render_stems(piece(family, program), find_soundfont()).values()
    assert heard_onset_s(stem, HIT_S) > HIT_S + HALF_FRAME_S


def test_piano_and_choir_are_heard_together():
    chord = [Note(HIT_S, HIT_S + 2, family, 60 + step, 90)
             for family in ("piano", "strings") for step in (0, 4, 7)]  # fmt: skip
    music = Music(7.0, tuple(sorted(chord)), programs={"piano": 0, "strings": 52})
    stems = render_stems(music, find_soundfont(), accents_s=[HIT_S])
    piano, choir = (heard_onset_s(stems[family], HIT_S) for family in ("piano", "strings"))
    assert abs(piano - choir) <= HALF_FRAME_S


def test_slow_strings_speak_later_than_strings_and_these_than_piano(bundled):
    piano, strings, slow = (measured_attack(bundled, program).at(60) for program in (0, 48, 49))
    assert piano < 0.02
    assert piano < strings < slow


def test_an_attack_is_measured_once_for_a_soundfont(bundled, tmp_path, monkeypatch):
    cache = Cache(tmp_path)
    first = attack_of(bundled, 48, cache=cache)
    monkeypatch.setattr(attack_module, "measured_attack", None)
    assert attack_of(bundled, 48, cache=cache) == first
    (kept,) = tmp_path.glob("attack-*")
    (kept / "attack.json").write_text(json.dumps({}))
    monkeypatch.undo()
    assert attack_of(bundled, 48, cache=cache) == first, "a damaged entry is measured anew"


def test_without_a_cache_folder_it_is_measured_all_the_same(bundled, tmp_path):
    (tmp_path / "file").write_text("")
    assert attack_of(bundled, 0, cache=Cache(tmp_path / "file" / "cache")).at(60) < 0.02
