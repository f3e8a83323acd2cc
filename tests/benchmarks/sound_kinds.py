"""Where a film's sound holds speech and music: training the detector, and how well it does.

    python -m tests.benchmarks.sound_kinds --voices FOLDER --midi FOLDER [--write FILE]

Scenes of twelve seconds are mixed from voices (WAV files in ``FOLDER/train`` and ``FOLDER/test``,
spoken by different synthesisers), music (MIDI files, played by FluidSynth) and made noises, each
coming and going at levels of their own, half of them in a room. A step of 0.2 s holds speech where
the voice alone sounds, and music where the music alone does and is no more than 20 dB under the
rest. Voices, pieces and noises of the test scenes are others than those of training.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy.ndimage import maximum_filter1d
from scipy.signal import lfilter, resample_poly

from emsync_engine.features.sound_kinds import KINDS, SHIPPED, kinds_of, save_sound_kinds
from emsync_engine.features.sound_texture import STEP_S, sound_texture
from emsync_engine.features.sound_training import fit_sound_kinds
from emsync_engine.render.soundfont import find_soundfont
from tests.data.make_sounds import NOISES, RATE, in_a_room, noise, voice

SCENE_S = 12.0
_STEPS = round(SCENE_S / STEP_S)
_HELD_OUT_NOISES = ("rain", "growl")
_UNDER_DB = -20.0


def read_voices(folder):
    """Voices at 16 kHz, loudest sample at one half."""
    found = []
    for path in sorted(folder.glob("*.wav")):
        samples, rate = soundfile.read(path, dtype="float32")
        samples = resample_poly(samples, RATE, rate)
        found.append(0.5 * samples / (np.abs(samples).max() + 1e-9))
    return found


def played(paths, seconds=40.0):
    """The first seconds of MIDI files as sound; files that FluidSynth cannot play are left out."""
    soundfont = find_soundfont().path
    found = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "piece.wav"
        for path in paths:
            out.unlink(missing_ok=True)
            command = ["fluidsynth", "-ni", "-q", "-r", str(RATE), "-F", str(out)]
            try:
                subprocess.run(
                    [*command, str(soundfont), str(path)],
                    capture_output=True,
                    timeout=20,
                    check=False,
                )
                sound, _ = soundfile.read(out, frames=round(seconds * RATE), dtype="float32")
            except (subprocess.TimeoutExpired, OSError, soundfile.SoundFileError):
                continue
            mono = sound.mean(axis=1)
            if len(mono) > SCENE_S * RATE and np.abs(mono).max() > 1e-3:
                found.append(0.5 * mono / np.abs(mono).max())
    return found


def piece_of(sounds, rng, *, loop=False):
    """Twelve seconds from somewhere in one of several sounds."""
    count = round(SCENE_S * RATE)
    sound = sounds[rng.integers(len(sounds))]
    while loop and len(sound) < 2 * count:
        pause = np.zeros(round(rng.uniform(0.2, 1.5) * RATE), np.float32)
        sound = np.concatenate([sound, pause, sounds[rng.integers(len(sounds))]])
    start = rng.integers(0, max(1, len(sound) - count))
    piece = np.zeros(count)
    part = sound[start : start + count]
    piece[: len(part)] = part
    return piece


def coloured(sound, rng):
    """Music as films have it: in a hall, swelling, brighter or duller than a soundfont plays it."""
    if rng.uniform() < 0.6:
        sound = in_a_room(sound, decay_s=rng.uniform(0.5, 2.5), seed=int(rng.integers(1 << 30)))
    slope = rng.uniform(-0.7, 0.7)
    sound = lfilter([1 - abs(slope)], [1, -slope], sound)
    if rng.uniform() < 0.5:
        points = rng.uniform(0.15, 1, 10)
        sound = sound * np.interp(np.linspace(0, 9, len(sound)), np.arange(10), points)
    return 0.5 * sound / (np.abs(sound).max() + 1e-9)


def gate(rng, share):
    """(samples,) 1 where a source is on: throughout, not at all, or in a stretch or two."""
    count = round(SCENE_S * RATE)
    mode = rng.uniform()
    if mode > share:
        return np.zeros(count)
    if mode < share * 0.4:
        return np.ones(count)
    on = np.zeros(count)
    for _ in range(rng.integers(1, 3)):
        start = rng.uniform(0, SCENE_S - 1.5)
        length = rng.uniform(1.5, 7)
        on[round(start * RATE) : round((start + length) * RATE)] = 1
    return np.convolve(on, np.ones(800) / 800, "same")


def level_of(sound):
    """(steps,) dB of each step."""
    power = (sound.reshape(_STEPS, -1) ** 2).mean(axis=1)
    return 10 * np.log10(power + 1e-12)


def scene(voices, music, noises, rng):
    """One mixture and its (steps, 2) truth for speech and music, NaN where neither is clear."""
    spoken = piece_of(voices, rng, loop=True) * gate(rng, 0.6) * 10 ** (rng.uniform(-16, 0) / 20)
    if rng.uniform() < 0.5:
        spoken = in_a_room(spoken, decay_s=rng.uniform(0.1, 0.7), seed=int(rng.integers(1 << 30)))
    under = 10 ** (rng.uniform(-26, 0) / 20)
    playing = coloured(piece_of(music, rng), rng) * gate(rng, 0.6) * under
    kind = noises[rng.integers(len(noises))]
    around = noise(SCENE_S, kind, seed=int(rng.integers(1 << 30))) * gate(rng, 0.8)
    around = around * 10 ** (rng.uniform(-34, 3) / 20)
    mixed = (
        spoken
        + playing
        + around
        + 10 ** (rng.uniform(-80, -55) / 20) * rng.normal(size=len(spoken))
    )
    levels = [level_of(part) for part in (spoken, playing, around)]
    rest = 10 * np.log10(10 ** (levels[0] / 10) + 10 ** (levels[2] / 10) + 1e-12)
    others = 10 * np.log10(10 ** (levels[1] / 10) + 10 ** (levels[2] / 10) + 1e-12)
    speech = truth(levels[0], others)
    melody = truth(levels[1], rest)
    return (mixed * 10 ** (rng.uniform(-18, 0) / 20)).astype(np.float32), np.stack(
        [speech, melody], axis=1
    )


def truth(level_db, others_db):
    """1 on, 0 off, NaN where it is too faint under the rest to count either way."""
    on = maximum_filter1d((level_db > -50).astype(float), 3)  # a pause between words is speech
    clear = maximum_filter1d((level_db > others_db + _UNDER_DB).astype(float), 5)
    return np.where((on > 0) & (clear == 0), np.nan, on)


def described(count, voices, music, noises, seed):
    rng = np.random.default_rng(seed)
    measures, truths = [], []
    for _ in range(count):
        mixed, wanted = scene(voices, music, noises, rng)
        texture = sound_texture(mixed, RATE)
        measures.append(texture.measures[:_STEPS])
        truths.append(wanted)
    return np.concatenate(measures), np.concatenate(truths)


def scores(probability, wanted):
    """Precision, recall and F1 at one half, of steps whose truth is known."""
    known = np.isfinite(wanted)
    found, true = probability[known] >= 0.5, wanted[known] > 0.5
    right = (found & true).sum()
    precision, recall = right / max(found.sum(), 1), right / max(true.sum(), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--voices", type=Path, required=True)
    arguments.add_argument("--midi", type=Path, required=True)
    arguments.add_argument("--scenes", type=int, default=500)
    arguments.add_argument("--pieces", type=int, default=60)
    arguments.add_argument("--write", type=Path, metavar="FILE", help=f"such as {SHIPPED.name}")
    chosen = arguments.parse_args()
    files = sorted(chosen.midi.rglob("*.mid"))
    order = np.random.default_rng(0).permutation(len(files))
    music = played([files[at] for at in order[: chosen.pieces]])
    others = played([files[at] for at in order[chosen.pieces : chosen.pieces + 24]])
    own = [voice(8, seed=at, pitch_hz=90 + 20 * at) for at in range(8)]
    known = [kind for kind in NOISES if kind not in _HELD_OUT_NOISES]
    voices = read_voices(chosen.voices / "train") + own
    measures, truths = described(chosen.scenes, voices, music, known, seed=1)
    model = fit_sound_kinds(measures, truths)
    print(f"{len(voices)} voices, {len(music)} pieces, {len(measures)} steps to learn from")
    tests = {
        "other synthesisers": read_voices(chosen.voices / "test"),
        "voice of formants": [voice(8, seed=50 + at, pitch_hz=100 + 25 * at) for at in range(6)],
    }
    for name, spoken in tests.items():
        unseen, wanted = described(chosen.scenes // 5, spoken, others, list(NOISES), seed=2)
        found = kinds_of(unseen, model)
        for column, kind in enumerate(KINDS):
            precision, recall, score = scores(found[:, column], wanted[:, column])
            print(f"{name}, {kind}: precision {precision:.3f}, recall {recall:.3f}, F1 {score:.3f}")
    if chosen.write:
        save_sound_kinds(model, chosen.write)
        print(f"wrote {chosen.write} ({chosen.write.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
