"""What it costs to hear a take again of which a part was written anew, against a full render.

    python -m tests.benchmarks.render_again [--seconds 300]

A made score of five families; of it 6 s, a tenth and a third are written anew, one after the other.
Times are those of the processor, so that a busy machine changes little, and ratios of one run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from emsync_engine.render.kept import KeptRender
from emsync_engine.render.mixing import Mix
from tests.integration.test_render_again import (
    differ,
    in_full,
    notes_between,
    take_of,
    with_span_anew,
)


def timed(work: Callable[[], Mix]) -> tuple[Mix, float]:
    """A mix, and the seconds of processor time that it took."""
    started = time.process_time()
    mix = work()
    return mix, time.process_time() - started


def report(seconds: int) -> list[str]:
    """A table of the stretches, their cost, and how far they are from a full render."""
    take = take_of(notes_between(0, seconds, 1), seconds, "band")
    in_full(take_of(notes_between(0, 2, 1), 2, "band"))  # the soundfont has been read
    lines = ["| written anew | cost, s | of a full render | differs by |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="emsync-") as folder:
        kept = KeptRender(Path(folder) / "kept")
        _, first_s = timed(lambda: kept.mix(take, None, target_lufs=-16.0))
        _, full_s = timed(lambda: in_full(take))
        lines.append(f"| all, the first time | {first_s:.1f} | {first_s / full_s:.0%} | |")
        for start, length in ((0.4, 6 / seconds), (0.1, 0.1), (0.6, 1 / 3)):
            begin, end = round(start * seconds), round((start + length) * seconds)
            take = with_span_anew(take, begin, end, seed=begin)
            mix, cost_s = timed(lambda one=take: kept.mix(one, None, target_lufs=-16.0))  # type: ignore[misc]
            worst = 20 * np.log10(differ(mix, in_full(take)) + 1e-12)
            lines.append(
                f"| {end - begin} s of {seconds} | {cost_s:.1f} | {cost_s / full_s:.0%} | "
                f"{worst:.0f} dBFS |"
            )
    return [*lines, "", f"A full render takes {full_s:.1f} s of processor time."]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A part heard again, against a full render.")
    parser.add_argument("--seconds", type=int, default=300, metavar="S")
    print("\n".join(report(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
