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


CHORDS = (
    (55, 60, 64, 67, 72),
    (48, 55, 64),
    (60, 64, 67),
    (43, 50, 59, 67),
    (62, 65, 69, 74),
    (57, 60, 64, 69),
)


def piece(family, program, chord=CHORDS[0]):
    """Quiet figures up to just before the hit, then a strong chord on it."""
    figures = [
        Note(0.5 * step, 0.5 * step + 0.25, family, 60 + 2 * (step % 4), 60) for step in range(7)
    ]
    held = [Note(HIT_S, HIT_S + 2.0, family, pitch, 100) for pitch in chord]
    return Music(7.0, tuple(figures + held), programs={family: program})


def heard_onset_s(samples, around_s):
    """When the sound has risen half of the way from what was before to what it holds after.

    Before: 0.4 to 0.3 s before the time; after: the mean of 0.1 to 0.5 s behind it, because the
    peak of a held chord is where its voices happen to beat together.
    """
    level = envelope(samples)
    at = round(around_s * 1000)
    before = float(np.median(level[at - 400 : at - 300]))
    after = float(np.mean(level[at + 100 : at + 500]))
    rise = before + (after - before) / 2
    return (at - 400 + int(np.argmax(level[at - 400 : at + 600] >= rise))) / 1000


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_heard_lies_within_half_a_frame_of_the_hit(name, tmp_path):
    """The median of six chords; one alone may waver by up to a frame, as ensembles do."""
    family, program = PROGRAMS[name]
    font = find_soundfont()
    errors = []
    for chord in CHORDS:
        music = piece(family, program, chord)
        stems = render_stems(music, font, accents_s=[HIT_S])
        write_wav(mix_stems(stems, music.duration_s, fade_s=0.0).samples, tmp_path / "a.wav")
        samples, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
        assert rate == 48_000
        errors.append(heard_onset_s(samples, HIT_S) - HIT_S)
    assert abs(np.median(errors)) <= HALF_FRAME_S
    assert np.max(np.abs(errors)) <= 2 * HALF_FRAME_S + 0.01


@pytest.mark.parametrize("name", ["strings", "choir"])
def test_without_compensation_slow_programs_are_late(name):
    family, program = PROGRAMS[name]
    (stem,) = render_stems(piece(family, program), find_soundfont()).values()
    assert heard_onset_s(stem, HIT_S) > HIT_S + HALF_FRAME_S


def test_piano_and_choir_are_heard_within_a_frame_of_each_other():
    chord = [
        Note(HIT_S, HIT_S + 2, family, 60 + step, 90)
        for family in ("piano", "strings")
        for step in (0, 4, 7)
    ]
    music = Music(7.0, tuple(sorted(chord)), programs={"piano": 0, "strings": 52})
    apart = []
    for accents in ([HIT_S], []):
        stems = render_stems(music, find_soundfont(), accents_s=accents)
        piano, choir = (heard_onset_s(stems[family], HIT_S) for family in ("piano", "strings"))
        apart.append(abs(piano - choir))
    assert apart[0] <= 1 / 24
    assert apart[1] > 1 / 24


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
