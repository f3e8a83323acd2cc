"""How long finding transitions takes beside PySceneDetect, in one run, and how much memory.

    python -m tests.benchmarks.cut_speed FILM [--rounds 3]
    python -m tests.benchmarks.cut_speed --hours 2 FILM

Each round times, one after the other: PySceneDetect's ContentDetector on the file, as the library
runs it (OpenCV reads, at the library's reduced size); ``scan_film`` on the same file;
``decode`` as every analysis does it, and the default detector on what that gave. Wall time and
processor time (of all threads) are told, and the ratios of their medians.

With ``--hours`` the film's small pictures are repeated in a file until they make a film of that
length, and the detector works through it twice: the second time from what it kept.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from emsync_engine.scenes.scanning import scan_film
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.video.cache import Cache
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe


def timed(work):
    """What work gave, its wall time and its processor time in seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, (time.perf_counter() - wall, time.process_time() - processor)


def library(path):
    """PySceneDetect as its own command line would run it."""
    import scenedetect

    manager = scenedetect.SceneManager()
    manager.add_detector(scenedetect.ContentDetector())
    return manager.detect_scenes(scenedetect.open_video(str(path)))


def peak_mib():
    """The most memory this process ever held, mapped files included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(path, rounds):
    """Time each of the four, and tell the ratios."""
    detector, info = TransitionDetector(cache=None), probe(path)
    detector.transitions(decode(info, cache=None))  # compiles
    spent = {"PySceneDetect": [], "scan": [], "decode": [], "detect": []}
    for _ in range(rounds):
        spent["PySceneDetect"].append(timed(lambda: library(path))[1])
        spent["scan"].append(timed(lambda: scan_film(info, detector=detector))[1])
        video, took = timed(lambda: decode(info, cache=None))
        spent["decode"].append(took)
        spent["detect"].append(timed(lambda video=video: detector.transitions(video))[1])
    for kind, label in enumerate(("wall", "processor")):
        middle = {name: statistics.median(one[kind] for one in spent[name]) for name in spent}
        each = ", ".join(
            f"{name} {1000 * value / len(video.frames):.2f}" for name, value in middle.items()
        )
        sys.stdout.write(f"{label}, ms a picture: {each}\n")
        theirs, both = middle["PySceneDetect"], middle["decode"] + middle["detect"]
        sys.stdout.write(
            f"  PySceneDetect takes {theirs / middle['scan']:.2f} times as long as the scan, "
            f"{theirs / both:.2f} times as long as decode and detect\n"
        )
    sys.stdout.write(f"{len(video.frames)} pictures\n")


def long_film(path, hours):
    """The detector on a film of some hours, and its memory."""
    video = decode(probe(path), cache=None)
    frames = np.asarray(video.frames)
    rate = float(video.info.frame_rate.ratio)
    turns = round(hours * 3600 * rate / len(frames))
    count = turns * len(frames)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frames.rgb"
        with file.open("wb") as pictures:
            for _ in range(turns):
                pictures.write(frames.tobytes())
        before = peak_mib()
        long = replace(
            video,
            frames=np.memmap(file, np.uint8, "r", shape=(count, *frames.shape[1:])),
            pts=np.arange(count, dtype=np.int64),
        )
        detector = TransitionDetector(cache=Cache(Path(folder) / "cache"))
        for turn in ("first", "again"):
            found, (wall, processor) = timed(lambda: detector.transitions(long))
            sys.stdout.write(
                f"{turn}: {count} pictures ({count / rate / 3600:.2f} h), {len(found)} "
                f"transitions, {wall:.0f} s wall, {processor:.1f} s processor, peak "
                f"{peak_mib():.0f} MiB ({before:.0f} MiB before)\n"
            )


def main():
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hours", type=float)
    options = parser.parse_args()
    if options.hours:
        long_film(options.film, options.hours)
    else:
        compare(options.film, options.rounds)


if __name__ == "__main__":
    main()
