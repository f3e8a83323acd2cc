"""Measures what is exported, and writes the tables and pictures of docs/export.md.

    python -m tests.benchmarks.export_report [--projects PROJECT ...] [--only PART ...]

Without projects ten takes are composed for the demo film. The film of the speed table is made by
looping a second of 1080p without coding it again; the clip of the sync table has flashes burnt in.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from emsync_engine.features.speech import SpeechSpan
from emsync_engine.music.ensembles import ENSEMBLES, ensemble_named
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.file import load_project
from emsync_engine.project.model import GenerationSettings, Take
from emsync_engine.render.fluidsynth import render_stems, sample_count
from emsync_engine.render.mixing import Mix, mix_take
from emsync_engine.render.wav import write_wav
from emsync_engine.video.mux import MusicPlacing, mux

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "export.md", DOCS / "export-stem-sum.png"
DEMO = Path(__file__).parents[2] / "resources" / "demo.mp4"
RATE = 48_000
TARGETS = (-14.0, -16.0, -23.0)
TAKES = 10
PLAYERS = ("cinematic", "electronic", "orchestral", "chamber", "solo-piano")
FLASHES_S = (1, 3, 5, 7, 9)


def ffmpeg(*arguments: str) -> str:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


# -- loudness


def takes(projects: list[Path]) -> Iterator[tuple[str, Take]]:
    """Ten takes: those of some projects, each for other players, or composed for the demo film."""
    if not projects:
        from emsync_engine.music.takes import compose_takes_for
        from emsync_engine.pipeline import analyse

        analysis = analyse(DEMO)
        names = list(ENSEMBLES)
        for seed in range(1, TAKES + 1):
            settings = GenerationSettings(ensemble=names[seed % len(names)])
            [take] = compose_takes_for(
                analysis.timeline,
                settings=settings,
                seed=seed,
                count=1,
                frame_rate=analysis.info.frame_rate.ratio,
            )
            yield "demo", take
        return
    heard: list[set[tuple[int, int]]] = []
    for path in projects:
        for take in load_project(path).takes:
            notes = {(round(10 * note.onset_s), note.pitch) for note in take.music.notes}
            is_new = all(len(notes & other) < 0.3 * len(notes) for other in heard)
            if notes and is_new and len(heard) < TAKES:
                ensemble = PLAYERS[len(heard) % len(PLAYERS)]
                heard.append(notes)
                played = replace(
                    take,
                    music=ensemble_named(ensemble).applied_to(take.music),
                    settings=replace(take.settings, ensemble=ensemble),
                )
                yield path.stem.removesuffix("_scored").replace("_", " "), played


def loudness_table(projects: list[Path], folder: Path) -> tuple[list[str], list[Mix]]:
    """How ten takes reach three targets, by three meters."""
    import pyloudnorm

    lines = [
        "| take | length, samples | target | ours | pyloudnorm | ffmpeg | true peak, ours "
        "| ffmpeg | limited at most | in |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    mixes: list[Mix] = []
    worst: list[float] = []
    for number, (name, take) in enumerate(takes(projects), start=1):
        stems = render_stems(take.music, accents_s=landed_onsets(take.hits))
        exact = sample_count(take.music.duration_s)
        for target in TARGETS:
            mix = mix_take(take, stems, target_lufs=target)
            if target == TARGETS[0]:
                mixes.append(mix)
            write_wav(mix.samples, folder / "mix.wav")
            theirs, their_peak = ffmpeg_reading(folder / "mix.wav")
            other = pyloudnorm.Meter(RATE).integrated_loudness(mix.samples.astype(np.float64))
            limiter = mix.mastering.limiting
            worst += [abs(value - target) for value in (mix.loudness_lufs, other, theirs)]
            label = f"{number}: {name}, {take.settings.ensemble}" if target == TARGETS[0] else ""
            length = "exact" if len(mix.samples) == exact else f"{len(mix.samples) - exact:+d}"
            lines.append(
                f"| {label} | {length} | {target:g} | {mix.loudness_lufs:.2f} | {other:.2f} "
                f"| {theirs:.1f} | {mix.true_peak_dbtp:.2f} | {their_peak:.1f} "
                f"| {limiter.largest_db:.1f} dB | {100 * limiter.share:.1f} % |"
            )
            print(lines[-1], flush=True)
    lines += ["", f"Farthest from its target by any meter: {max(worst):.2f} LU."]
    return lines, mixes


def ffmpeg_reading(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak by ffmpeg's ebur128."""
    said = ffmpeg("-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-")
    said = said[said.rindex("Summary:") :]
    loudness, peak = (re.search(rf"{word}:\s+(-?[\d.]+)", said) for word in ("I", "Peak"))
    assert loudness is not None
    assert peak is not None
    return float(loudness[1]), float(peak[1])


# -- sync


def flash_clip(path: Path, rate: str, *options: str) -> Path:
    """Ten seconds of black that is white for two frames from each second of ``FLASHES_S`` on.

    The film's own sound beeps with 800 Hz at the same times.
    """
    frame = 1 / Fraction(rate)
    lit = "+".join(
        f"between(t,{float(round(at / frame) * frame) - 0.002},"
        f"{float((round(at / frame) + 2) * frame) - 0.002})"
        for at in FLASHES_S
    )
    beep = "+".join(
        f"between(t,{float(round(at / frame) * frame)},{float(round(at / frame) * frame) + 0.05})"
        for at in FLASHES_S
    )
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:size=320x180:rate={rate}:duration=10"),
        *("-f", "lavfi", "-i", f"aevalsrc='0.4*sin(2*PI*800*t)*({beep})':s=48000:d=10"),
        *("-vf", f"drawbox=color=white:t=fill:enable='{lit}'", *options, str(path)),
    )
    return path


def beeping_music(rate: str) -> np.ndarray:
    """Music that beeps with 3 kHz at the flashes."""
    music = np.zeros((10 * RATE, 2), np.float32)
    burst = 0.5 * np.sin(2 * np.pi * 3000 * np.arange(2400) / RATE).astype(np.float32)
    frame = 1 / Fraction(rate)
    for at in FLASHES_S:
        first = round(round(at / frame) * frame * RATE)
        music[first : first + len(burst)] = burst[:, None]
    return music


def flashes(path: Path) -> list[float]:
    """Times at which the picture turns white, as the container says."""
    times, was_lit = [], False
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            is_lit = float(frame.to_ndarray(format="gray").mean()) > 128
            if is_lit and not was_lit:
                times.append(float(frame.pts * frame.time_base))
            was_lit = is_lit
    return times


def beeps(path: Path, hertz: float, track: int = 0) -> list[float]:
    """Times at which a pitch begins in a sound track, as the container says."""
    pieces, start = [], 0.0
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        for frame in container.decode(stream):
            if not pieces:
                start = float(frame.pts * frame.time_base)
            pieces += [one.to_ndarray()[0] for one in resampler.resample(frame)]
    sound = np.concatenate(pieces).astype(np.float64)
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE)
    width = round(4 * RATE / hertz)  # four periods
    envelope = np.abs(np.convolve(sound * wave, np.ones(width) / width, mode="same"))
    loud = envelope > 0.5 * envelope.max()
    begins = np.flatnonzero(loud & ~np.roll(loud, 1))
    kept = [at for n, at in enumerate(begins) if n == 0 or at - begins[n - 1] > RATE // 2]
    return [start + at / RATE for at in kept]


SYNC = (
    ("MP4, AAC", ".mp4", "25", "aac", ("-c:v", "libx264", "-c:a", "aac")),
    ("MP4, AAC", ".mp4", "30000/1001", "aac", ("-c:v", "libx264", "-bf", "2", "-c:a", "aac")),
    ("MP4, Opus", ".mp4", "25", "opus", ("-c:v", "libx264", "-c:a", "aac")),
    ("MOV, PCM", ".mov", "24000/1001", "pcm", ("-c:v", "libx264", "-c:a", "pcm_s16le")),
    ("MKV, FLAC", ".mkv", "24", "flac", ("-c:v", "libx264", "-c:a", "aac")),
    ("MKV, Opus", ".mkv", "24", "opus", ("-c:v", "libx264", "-c:a", "aac")),
    ("WebM, Opus", ".webm", "30", "opus", ("-c:v", "libvpx", "-c:a", "libopus")),
    ("MPEG-TS, AAC", ".ts", "25", "aac", ("-c:v", "libx264", "-c:a", "mp2")),
)


def sync_table(folder: Path) -> list[str]:
    """Beep against flash in every container, whole and as a range."""
    lines = [
        "| film | pictures a second | music instead | music under | own sound under it "
        "| a range from 4 s on |",
        "|---|---|---|---|---|---|",
    ]
    for name, ending, rate, codec, options in SYNC:
        film = flash_clip(folder / f"clip{ending}", rate, *options, "-g", "25")
        music = beeping_music(rate)
        cells = []
        for audio, hertz in (("instead", 3000), ("under", 3000), ("under", 800)):
            output = folder / f"out{ending}"
            mux(film, music, output, MusicPlacing(audio=audio, codec=codec))
            heard = beeps(output, hertz)
            if hertz == 800:  # the clip's own sound may be off in the clip already
                was = statistics.mean(beeps(film, 800)) - statistics.mean(flashes(film))
                heard = [at - was for at in heard]
            cells.append(offset(flashes(output), heard))
        cells.append(offset(*ranged(film, music, folder / f"range{ending}", codec)))
        row = " | ".join(cells)
        lines.append(f"| {name} | {rate} | {row} |")
        print(lines[-1], flush=True)
    return lines


def ranged(
    film: Path, music: np.ndarray, output: Path, codec: str
) -> tuple[list[float], list[float]]:
    from emsync_engine.video.film_range import clean_range
    from emsync_engine.video.probe import probe

    info = probe(film)
    span = clean_range(film, info.video_stream, Fraction(4), Fraction(8), duration=info.duration)
    mux(film, music, output, MusicPlacing(audio="instead", codec=codec), span=span)
    return flashes(output), beeps(output, 3000)


def offset(lit: list[float], heard: list[float]) -> str:
    """How much later the sound is than the picture: the mean, and the farthest from it."""
    if len(lit) != len(heard):
        return f"{len(heard)} beeps for {len(lit)} flashes"
    late = [1000 * (sound - picture) for picture, sound in zip(lit, heard, strict=True)]
    return f"{statistics.mean(late):+.1f} ms (±{max(late) - min(late):.1f})"


# -- speed


def speed_table(projects: list[Path], folder: Path) -> list[str]:
    """Ten minutes of 1080p: how much faster than real time the film is written.

    The music is a take at -14 LUFS, limited, over and over.
    """
    second, long = folder / "second.mp4", folder / "long.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=10"),
        *("-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.1:duration=10:sample_rate=48000"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-c:a", "aac", str(second)),
    )
    ffmpeg("-stream_loop", "59", "-i", str(second), "-c", "copy", str(long))
    seconds = 600.0
    _, take = next(takes(projects))
    mix = mix_take(take, render_stems(take.music, accents_s=landed_onsets(take.hits)))
    music = np.resize(mix.samples, (600 * RATE, 2))
    mux(second, music[: 10 * RATE], folder / "out.mp4")  # libraries are loaded once
    lines = [
        f"| ten minutes of 1080p, {long.stat().st_size / 1e6:.0f} MB | seconds | real time "
        "| of work | real time |",
        "|---|---|---|---|---|",
    ]
    asked: tuple[tuple[str, MusicPlacing], ...] = (
        ("music instead, AAC", MusicPlacing("instead")),
        ("music beside, AAC", MusicPlacing("beside")),
        ("music under, speech looked for, peaks kept down, AAC", MusicPlacing("under")),
        ("music instead, PCM in MOV", MusicPlacing("instead", "pcm")),
    )
    for words, placing in asked:
        ending = ".mov" if placing.codec == "pcm" else ".mp4"
        began, started = _cpu_s(), time.perf_counter()
        mux(long, music, folder / f"out{ending}", placing)
        took, worked = time.perf_counter() - started, _cpu_s() - began
        lines.append(
            f"| {words} | {took:.1f} | {seconds / took:.0f} times | {worked:.1f} "
            f"| {seconds / worked:.0f} times |"
        )
        print(lines[-1], flush=True)
    return lines


def _cpu_s() -> float:
    """Seconds that this program and those it started have worked."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


# -- the sum of the stems


def stem_sum(mix: Mix, folder: Path) -> list[str]:
    """The stems' files added up, against the mix' file: a picture, and how far apart they are."""
    import soundfile

    write_wav(mix.samples, folder / "mix.wav")
    whole, _ = soundfile.read(folder / "mix.wav")
    total = np.zeros_like(whole)
    for family, samples in mix.stems.items():
        write_wav(samples, folder / f"{family}.wav", is_float=bool(np.max(np.abs(samples)) > 1))
        total += soundfile.read(folder / f"{family}.wav")[0]
    rest = total - whole
    peak = 20 * math.log10(float(np.max(np.abs(rest))) + 1e-12)
    mean = 20 * math.log10(float(np.sqrt(np.mean(rest**2))) + 1e-12)
    draw(whole[:, 0], total[:, 0], rest[:, 0])
    limited = mix.mastering.limiting.largest_db
    return [
        f"{len(mix.stems)} stems, limited by {limited:.1f} dB at most: their files add up to the "
        f"mix' file within {peak:.1f} dBFS (highest sample), {mean:.1f} dBFS (root mean square)."
    ]


def draw(whole: np.ndarray, total: np.ndarray, rest: np.ndarray) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    times = np.arange(len(whole)) / RATE
    np.seterr(divide="ignore")  # silence has no level
    figure, axes = plt.subplots(3, 2, figsize=(12, 7), constrained_layout=True)
    rows = (("the mix", whole), ("the stems, added up", total), ("what is left", rest))
    for (title, sound), (left, right) in zip(rows, axes, strict=True):
        left.plot(times, sound, linewidth=0.3, color="#2f77bd")
        left.set_ylim(-1.05, 1.05)
        left.set_title(f"{title}: waveform", fontsize=10)
        right.specgram(
            sound + 1e-12, NFFT=2048, Fs=RATE, noverlap=1024, vmin=-180, vmax=-40, cmap="magma"
        )
        right.set_ylim(0, 16_000)
        right.set_title(f"{title}: spectrogram, -180 to -40 dB", fontsize=10)
        left.set_ylabel("full scale")
        right.set_ylabel("Hz")
    for axis in axes[-1]:
        axis.set_xlabel("seconds")
    figure.savefig(PICTURE, dpi=72)
    plt.close(figure)


# -- the page


def ducked_words() -> list[str]:
    """What the room for speech does to a steady tone, measured."""
    from emsync_engine.project.ducking import Ducking
    from emsync_engine.render.ducking import ducking_curve

    ducking = Ducking()
    curve = ducking_curve([SpeechSpan(4.0, 6.0, 1.0)], ducking, 10.0)
    lines = ["| seconds | " + " | ".join(f"{at:g}" for at in _DUCKED_AT) + " |"]
    lines.append("|---" * (len(_DUCKED_AT) + 1) + "|")
    levels = [20 * math.log10(float(curve.gains(round(at * RATE), 1)[0, 0])) for at in _DUCKED_AT]
    lines.append("| music, dB | " + " | ".join(f"{level:+.1f}" for level in levels) + " |")
    return lines


_DUCKED_AT = (3.7, 3.8, 3.9, 4.0, 5.0, 6.0, 6.2, 6.4, 6.6, 6.8)


def put(part: str, lines: list[str]) -> None:
    """Put a table into its place on the page."""
    text = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {part} -->\n", f"<!-- /{part} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    body = "\n".join(lines)
    PAGE.write_text(f"{before}{begin}{body}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=Path, nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=["loudness", "sync", "speed", "ducking"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "loudness" in options.only:
            lines, mixes = loudness_table(options.projects, folder)
            put("loudness", lines)
            most = max(
                mixes, key=lambda mix: (len(mix.stems) > 2, mix.mastering.limiting.largest_db)
            )
            put("stems", stem_sum(most, folder))
        tables: dict[str, Callable[[], list[str]]] = {
            "sync": lambda: sync_table(folder),
            "speed": lambda: speed_table(options.projects, folder),
            "ducking": ducked_words,
        }
        for part, make in tables.items():
            if part in options.only:
                put(part, make())


if __name__ == "__main__":
    main()
