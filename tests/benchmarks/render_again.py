"""What it costs to hear a take again of which a part was written anew, against a full render.

    python -m tests.benchmarks.render_again [--seconds 300]

A made score of five families; of it 6 s, a tenth and a third are written anew, one after the other.
Cost is everything from the notes to the WAV files that the preview plays. Times are those of the
processor, so that a busy machine changes little, and shares are of one run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from emsync_engine.project.model import Take
from emsync_engine.render.kept import KeptRender
from emsync_engine.render.mastering import AtLevel
from emsync_engine.render.mixing import Heard
from emsync_engine.render.wav import write_wav
from tests.integration.test_render_again import (
    differ,
    in_full,
    notes_between,
    take_of,
    with_span_anew,
)

TARGET_LUFS = -16.0


def played(kept: KeptRender, take: Take, folder: Path) -> tuple[Heard, float, float]:
    """A take as it is heard, and the processor's seconds for playing it and for its files."""
    started = time.process_time()
    heard = kept.play(take, None, target_lufs=TARGET_LUFS)
    there = time.process_time()
    for name, samples in (*heard.stems.items(), ("mix", heard.total)):
        write_wav(AtLevel(samples, heard.mastering), folder / f"{name}.wav", is_float=True)
    return heard, there - started, time.process_time() - there


def report(seconds: int) -> list[str]:
    """A table of the stretches, their cost, and how far they are from a full render."""
    take = take_of(notes_between(0, seconds, 1), seconds, "band")
    in_full(take_of(notes_between(0, 2, 1), 2, "band"))  # the soundfont has been read
    lines = [
        "| written anew | played, s | written, s | of a full render | differs by |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="emsync-") as place:
        folder = Path(place)
        kept = KeptRender(folder / "kept")
        _, playing_s, writing_s = played(kept, take, folder)
        full_s = playing_s + writing_s
        lines.append(f"| all, the first time | {playing_s:.2f} | {writing_s:.2f} | 100 % | |")
        for start, length in ((0.4, 6 / seconds), (0.1, 0.1), (0.6, 1 / 3)):
            begin, end = round(start * seconds), round((start + length) * seconds)
            take = with_span_anew(take, begin, end, seed=begin)
            heard, playing_s, writing_s = played(kept, take, folder)
            worst = 20 * np.log10(differ(heard.mix(), in_full(take)) + 1e-12)
            share = (playing_s + writing_s) / full_s
            lines.append(
                f"| {end - begin} s of {seconds} | {playing_s:.2f} | {writing_s:.2f} | "
                f"{100 * share:.0f} % | {worst:.0f} dBFS |"
            )
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A part heard again, against a full render.")
    parser.add_argument("--seconds", type=int, default=300, metavar="S")
    print("\n".join(report(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
