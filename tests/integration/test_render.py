"""FluidSynth itself, on TimGM6mb, which pretty_midi brings along."""

import ctypes.util
import shutil
from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from emsync_engine.errors import ToolMissingError
from emsync_engine.monitor import Cancelled
from emsync_engine.project.notes import FAMILIES, Music, Note
from emsync_engine.render import synthesizer
from emsync_engine.render.fluidsynth import render_stems
from emsync_engine.render.mixing import mix_stems
from emsync_engine.render.soundfont import soundfont_at

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("fluidsynth") is None and shutil.which("fluidsynth") is None,
    reason="FluidSynth is not installed",
)

RATE = 48_000


@pytest.fixture(scope="module")
def font():
    return soundfont_at(Path(pretty_midi.__file__).parent / "TimGM6mb.sf2")


def ensemble_music(seconds=4.0):
    notes = [
        Note(0.5 * step, 0.5 * step + 0.4, family, 38 if family == "drums" else 48 + step)
        for step in range(int(seconds * 2) - 1)
        for family in FAMILIES
    ]
    return Music(seconds, tuple(notes))


def first_sound(stem):
    return int(np.flatnonzero(np.max(np.abs(stem), axis=1) > 0)[0])


@pytest.mark.parametrize("onset", [0.0, 0.5003, 1.0, 1.23457])
def test_a_piano_note_starts_on_its_sample_but_for_half_a_block(font, onset):
    stem = render_stems(Music(2.5, (Note(onset, 2.2, "piano", 60, 100),)), font)["piano"]
    # the interpolated first sample of a voice is zero, hence one more
    assert abs(first_sound(stem) - 1 - onset * RATE) <= 33


def test_every_family_has_a_stem_of_the_exact_length(font):
    music = Music(2.0020833, ensemble_music().notes)
    stems = render_stems(music, font)
    assert tuple(stems) == FAMILIES
    for stem in stems.values():
        assert stem.shape == (round(2.0020833 * RATE), 2)
        assert stem.dtype == np.float32
        assert np.max(np.abs(stem)) > 0.005


def test_rendering_is_dry(font):
    # a closed note dies away by itself: with a hall it would still sound
    stem = render_stems(Music(4.0, (Note(0.0, 0.2, "bass", 40, 100),)), font)["bass"]
    assert np.max(np.abs(stem[3 * RATE :])) < 1e-4 * np.max(np.abs(stem))


def test_same_music_same_samples_whatever_the_threads(font):
    music = ensemble_music()
    one, two = (render_stems(music, font, threads=threads) for threads in (1, 3))
    for family in FAMILIES:
        assert np.array_equal(one[family], two[family])


def test_louder_notes_sound_louder(font):
    soft, loud = (
        render_stems(Music(1.0, (Note(0, 0.9, "strings", 60, velocity),)), font)["strings"]
        for velocity in (40, 110)
    )
    assert np.max(np.abs(loud)) > 2 * np.max(np.abs(soft))


def test_a_family_plays_its_program(font):
    note = (Note(0, 0.9, "strings", 60),)
    violin = render_stems(Music(1.0, note, programs={"strings": 40}), font)["strings"]
    brass = render_stems(Music(1.0, note, programs={"strings": 61}), font)["strings"]
    assert not np.array_equal(violin, brass)


def test_no_notes_no_stems(font):
    assert render_stems(Music(1.0, ()), font) == {}
    assert render_stems(Music(0.0, (Note(0, 1, "piano", 60),)), font) == {}


def test_progress_reaches_the_end(font):
    seen = []

    class Recorder:
        def advance(self, stage, done, total=None):
            seen.append((stage, done, total))

    render_stems(ensemble_music(), font, monitor=Recorder())
    assert seen[-1][1] == seen[-1][2]
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_cancelling_stops_the_threads(font):
    class Impatient:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        render_stems(ensemble_music(60.0), font, monitor=Impatient())


def test_without_the_library_it_says_how_to_get_it(font, monkeypatch):
    monkeypatch.setattr(synthesizer, "_candidates", lambda: iter(()))
    synthesizer._library.cache_clear()
    try:
        with pytest.raises(ToolMissingError, match="FluidSynth is not installed"):
            render_stems(ensemble_music(), font)
    finally:
        synthesizer._library.cache_clear()


def test_a_mix_of_an_ensemble_is_loud_whole_and_not_clipped(font):
    music = ensemble_music(6.0)
    mix = mix_stems(render_stems(music, font), music.duration_s)
    assert mix.samples.shape == (6 * RATE, 2)
    assert -24 < mix.loudness_lufs <= -13.95
    assert mix.true_peak_dbtp <= -1
    assert np.max(np.abs(mix.samples)) < 10 ** (-1 / 20)
