"""A film of two hours in 1080p for measuring memory: fourteen made scenes, repeated without coding.

    python -m tests.data.make_long_film FILM.mp4 [--hours 2]

The scenes (two minutes in all, with sound) are drawn and coded once; then their packets are copied
one after the other until the film is long enough. Takes about a minute, and about a gigabyte.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

SIZE, RATE = "1920x1080", 24
SCENES = (
    (9, f"mandelbrot=s={SIZE}:r={RATE}", "sine=f=220:r=48000"),
    (6, f"testsrc2=s={SIZE}:r={RATE}", "anoisesrc=c=pink:a=0.3:r=48000"),
    (12, f"gradients=s={SIZE}:r={RATE}:c0=0x102040:c1=0x805020:speed=0.02", "sine=f=110:r=48000"),
    (4, f"life=s={SIZE}:r={RATE}:mold=10:ratio=0.1:death_color=#203040", "anoisesrc=a=0.1:r=48000"),
    (15, f"gradients=s={SIZE}:r={RATE}:c0=0xf0e0a0:c1=0x60a0e0:speed=0.01", "sine=f=330:r=48000"),
    (7, f"cellauto=s={SIZE}:r={RATE}:rule=110", "anoisesrc=c=brown:a=0.5:r=48000"),
    (10, f"color=c=0x181c24:s={SIZE}:r={RATE}", "anullsrc=r=48000"),
    (8, f"smptehdbars=s={SIZE}:r={RATE}", "sine=f=440:r=48000"),
    (11, f"gradients=s={SIZE}:r={RATE}:c0=0x300000:c1=0xff4000:speed=0.2", "sine=f=80:r=48000"),
    (5, f"testsrc=s={SIZE}:r={RATE}", "anoisesrc=c=violet:a=0.1:r=48000"),
    (13, f"gradients=s={SIZE}:r={RATE}:c0=0x002000:c1=0x40a060:speed=0.005", "sine=f=262:r=48000"),
    (6, f"rgbtestsrc=s={SIZE}:r={RATE}", "sine=f=523:r=48000"),
    (9, f"sierpinski=s={SIZE}:r={RATE}", "anoisesrc=c=pink:a=0.05:r=48000"),
    (5, f"yuvtestsrc=s={SIZE}:r={RATE}", "anoisesrc=c=white:a=0.6:r=48000"),
)


def make_long_film(path: Path, *, hours: float = 2.0) -> None:
    """Write the film; ``subprocess.CalledProcessError`` where ffmpeg fails."""
    length_s = sum(seconds for seconds, _, _ in SCENES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = []
        for number, (seconds, picture, sound) in enumerate(SCENES):
            scene = folder / f"{number:02}.mp4"
            _ffmpeg(
                *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", str(seconds)),
                *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p"),
                *("-c:a", "aac", "-b:a", "64k", "-ac", "2", str(scene)),
            )
            listed.append(f"file '{scene}'\n")
        (folder / "list.txt").write_text("".join(listed) * round(hours * 3600 / length_s))
        _ffmpeg(
            *("-f", "concat", "-safe", "0", "-i", str(folder / "list.txt"), "-c", "copy"),
            str(path),
        )


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("film", type=Path)
    arguments.add_argument("--hours", type=float, default=2.0)
    chosen = arguments.parse_args()
    make_long_film(chosen.film, hours=chosen.hours)


if __name__ == "__main__":
    main()
