"""Running ffmpeg and ffprobe: argument lists, progress, cancelling, failures in one sentence."""

from __future__ import annotations

import json
import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from emsync_engine.errors import ToolFailedError, ToolMissingError, VideoUnreadableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.video.containers import MEDIA_FORMATS

HOW_TO_GET = "install the package ffmpeg (apt, dnf, pacman, brew or winget)"
FULL_DISK_SIGNS = ("no space left on device", "disk quota exceeded", "not enough space")

_UNFINISHED_SIGNS = ("error writing trailer", "error closing file")
"""What some versions log of a file that they could not finish, and then end as if all were well."""

_SAFE_INPUT = (
    *("-protocol_whitelist", "file,pipe"),
    *("-format_whitelist", ",".join(MEDIA_FORMATS)),
)
_STALLED_S = 300.0
_PROBE_LIMIT_S = 60.0
_LOOK_S = 0.05
_LINES_KEPT = 400

logger = logging.getLogger(__name__)


def address(path: Path) -> str:
    """A path as ffmpeg takes it for nothing but a file, whatever signs its name begins with."""
    return f"file:{path.absolute()}"


def input_arguments(path: Path, *options: str) -> list[str]:
    """Arguments that open a file, and nothing that it points to."""
    return [*options, *_SAFE_INPUT, "-i", address(path)]


def _asked(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """What a program answers that only reads; OSError or TimeoutExpired if it does not."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PROBE_LIMIT_S,
        check=False,
    )


def media_facts(path: Path) -> dict[str, Any]:
    """What ffprobe says of a file: ``streams``, ``format`` and ``chapters``.

    VideoUnreadableError if it cannot read the file, ToolMissingError if there is no ffprobe.
    """
    command = ["ffprobe", "-hide_banner", "-v", "error", "-of", "json"]
    command += ["-show_streams", "-show_format", "-show_chapters", *input_arguments(path)]
    try:
        finished = _asked(command)
    except FileNotFoundError as error:
        raise ToolMissingError("ffprobe", HOW_TO_GET) from error
    except subprocess.TimeoutExpired as error:
        raise VideoUnreadableError(path, "reading its index takes too long") from error
    if finished.returncode != 0:
        raise VideoUnreadableError(path, "it holds nothing that ffmpeg can read")
    facts: dict[str, Any] = json.loads(finished.stdout.decode("utf-8", "replace") or "{}")
    return facts


@cache
def _can_drop() -> bool:
    """Whether ffmpeg can leave out packets by their number (version 5 and later)."""
    command = ["ffmpeg", "-hide_banner", "-h", "bsf=noise"]
    try:
        return b"-drop " in _asked(command).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False


def picture_limit(count: int) -> list[str]:
    """Arguments that copy so many pictures of the first picture stream, and no more.

    Where ffmpeg can do no better than ``-frames`` it ends all streams with the last picture, and
    the sound some frames early.
    """
    if _can_drop():
        return ["-bsf:v:0", f"noise=drop=gte(n\\,{count})"]
    return ["-frames:v:0", str(count)]


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    stage: str,
    total_s: float,
    log_level: str = "error",
    monitor: Monitor = SILENT,
) -> str:
    """Run ffmpeg to its end and return what it logged.

    If ``monitor`` raises, ffmpeg is killed and waited for first. ToolFailedError with the last
    line logged if it fails, writes nothing for five minutes, or could not finish its file.
    """
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", log_level, "-y"]
    command += ["-progress", "pipe:1", "-stats_period", "0.2", *arguments]
    logger.debug("running %s", command)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise ToolMissingError("ffmpeg", HOW_TO_GET) from error
    with process:
        watch = _Watch(process)
        try:
            _wait(process, watch, lambda done_s: monitor.advance(stage, done_s, total_s))
        except TimeoutError:
            raise ToolFailedError(command, -1, "it stopped responding") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            watch.join()
    is_unfinished = any(sign in watch.log.lower() for sign in _UNFINISHED_SIGNS)
    if process.returncode != 0 or is_unfinished:
        raise ToolFailedError(command, process.returncode, watch.log)
    monitor.advance(stage, total_s, total_s)
    return watch.log


def _wait(process: subprocess.Popen[bytes], watch: _Watch, report: Callable[[float], None]) -> None:
    """Wait for the end and report on the way; TimeoutError if nothing happens for long."""
    while True:
        report(watch.done_s)
        try:
            process.wait(_LOOK_S)
            return
        except subprocess.TimeoutExpired:
            if time.monotonic() - watch.last_sign > _STALLED_S:
                raise TimeoutError from None


class _Watch:
    """Reads a process' progress and log while it runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.done_s = 0.0
        self.last_sign = time.monotonic()
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._threads = [
            threading.Thread(target=read, args=(stream,), daemon=True)
            for read, stream in (
                (self._read_progress, process.stdout),
                (self._read_log, process.stderr),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def log(self) -> str:
        return "\n".join(self._lines)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _read_progress(self, stream: IO[bytes]) -> None:
        before = None
        for line in _lines_of(stream):
            key, _, value = line.partition("=")
            if key == "out_time_us" and value.lstrip("-").isdigit():
                self.done_s = max(self.done_s, int(value) / 1e6)
            if key in ("out_time_us", "total_size") and line != before:
                before = line
                self.last_sign = time.monotonic()

    def _read_log(self, stream: IO[bytes]) -> None:
        for line in _lines_of(stream):
            self._lines.append(line)


def _lines_of(stream: IO[bytes]) -> Iterable[str]:
    for line in stream:
        yield line.decode("utf-8", "replace").rstrip()
