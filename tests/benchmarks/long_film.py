"""Time and memory of reading a long film, twice: decoding it, and then from the cache.

    python -m tests.data.make_long_film FILM.mp4
    python -m tests.benchmarks.long_film FILM.mp4 [--cache FOLDER] [--runs 2] [--stop-after 300]

Memory is sampled five times a second from /proc (Linux). ``own`` is what the process holds itself;
``mapped`` are pages of files that it looks into, which the system takes back when it needs them.
With ``--stop-after`` the first run is stopped after so many seconds as by Ctrl-C; the next goes on.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EVERY_S = 0.2


def memory_mb(pid):
    """Own and mapped memory of a process in megabytes; zeros once it has ended."""
    fields = {}
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            fields[name] = value.split()
    except OSError:
        return 0.0, 0.0
    parts = [float(fields.get(name, ["0"])[0]) / 1024 for name in ("RssAnon", "RssFile")]
    return tuple(parts)


def measured(film, cache, stop_after_s=None):
    """Seconds, peak own and peak mapped megabytes, and the answer of one analysis; its exit code.

    Further the seconds from Ctrl-C, if that came, to the end, and the processor time of all.
    """
    started = time.perf_counter()
    before_s, stopped_at = children_s(), None
    peaks = [0.0, 0.0, 0.0]
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            [sys.executable, "-m", "emsync_engine.cli", "analyze", str(film), "--json"],
            stdout=answer,
            env={**os.environ, "EMSYNC_CACHE_DIR": str(cache)},
        )
        while process.poll() is None:
            own, mapped = memory_mb(process.pid)
            peaks = [max(peaks[0], own), max(peaks[1], mapped), max(peaks[2], own + mapped)]
            if stop_after_s and not stopped_at and time.perf_counter() - started > stop_after_s:
                process.send_signal(signal.SIGINT)
                stopped_at = time.perf_counter()
            time.sleep(EVERY_S)
        answer.seek(0)
        found = json.load(answer) if process.returncode == 0 else None
    ended = time.perf_counter()
    heard_s = ended - stopped_at if stopped_at else None
    spent = ended - started, children_s() - before_s, heard_s
    return spent, peaks, found, process.returncode


def children_s():
    """Processor time of all programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("film", type=Path)
    arguments.add_argument("--cache", type=Path)
    arguments.add_argument("--runs", type=int, default=2)
    arguments.add_argument("--stop-after", type=float, metavar="SECONDS")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as own_cache:
        for run in range(chosen.runs):
            stop = chosen.stop_after if run == 0 else None
            spent, peaks, found, code = measured(chosen.film, chosen.cache or Path(own_cache), stop)
            seconds, worked_s, heard_s = spent
            memory = (
                f"peak memory {peaks[0]:.0f} MB own, {peaks[1]:.0f} MB mapped files, "
                f"{peaks[2]:.0f} MB together"
            )
            if heard_s is not None:
                print(
                    f"run {run + 1}: stopped after {seconds:.0f} s ({worked_s:.0f} s of processor "
                    f"time), {heard_s:.1f} s after Ctrl-C, with code {code}; {memory}",
                    flush=True,
                )
                continue
            if found is None:
                sys.exit(f"the analysis ended with {code}")
            print(
                f"run {run + 1}: {found['duration_s'] / 3600:.2f} h of film in {seconds:.0f} s"
                f" ({found['duration_s'] / seconds:.1f} times real time; {worked_s:.0f} s of"
                f" processor time), {len(found['cuts'])} cuts, {len(found['segments'])} segments;"
                f" {memory}",
                flush=True,
            )


if __name__ == "__main__":
    main()
