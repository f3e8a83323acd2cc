"""Subtitles of a film: as a text stream in its file, or as an .srt or .vtt file beside it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.probe import StreamInfo, VideoInfo

logger = logging.getLogger(__name__)

TEXT_CODECS = frozenset({"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"})
SIDECARS = (".srt", ".vtt")
ENGLISH = ("", "en", "eng", "english", "en-us", "en-gb")
"""Languages of a stream or of ``film.LANGUAGE.srt`` that may be English; "" says none."""

_UNKNOWN_LANGUAGE = (None, "und", "mis")
_LARGEST_BYTES = 5_000_000  # of a file beside the film: four hours of talk are a tenth of it
_MOST_LINES = 20_000
_LONGEST_S = 20.0  # a line that stays longer is a mistake, or a credit
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_SPAN = re.compile(rf"{_CLOCK}\s*-->\s*{_CLOCK}")
_MARKS = re.compile(r"<[^<>]{0,100}>|\{[^{}]{0,200}\}|\[[^\[\]]{0,200}\]|\([^()]{0,200}\)|[♪♫#*]")
_SPEAKER = re.compile(r"^\s*-?\s*(?:[A-Z][A-Z0-9 .'-]{0,30}:)?\s*", re.MULTILINE)
_BREAK = re.compile(r"\\[Nnh]|\s+")


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words shown or spoken from ``start_s`` to ``end_s``, in seconds from the first picture."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Subtitles:
    """The lines of a film in order of time, where they come from, and what is wrong with them."""

    lines: tuple[TextLine, ...] = ()
    source: str | None = None
    remarks: tuple[str, ...] = ()


def read_subtitles(info: VideoInfo) -> Subtitles:
    """Lines beside the film, else those in it; none is no error, and neither is a broken file."""
    remarks: list[str] = []
    for path in _sidecars(info.path):
        try:
            lines = _inside(parse_subtitles(_text_of(path)), info.duration)
        except (OSError, ValueError) as error:
            remarks.append(f"The subtitles in {path.name} are left out: {_reason(error)}.")
            continue
        if lines:
            return Subtitles(lines, path.name, tuple(remarks))
        remarks.append(f"The subtitles in {path.name} are left out: it holds no line of this film.")
    for stream in _streams(info):
        lines = _inside(_embedded(info, stream), info.duration)
        if lines:
            return Subtitles(lines, f"stream {stream.index}", tuple(remarks))
    return Subtitles(remarks=tuple(remarks))


def parse_subtitles(text: str) -> Iterator[TextLine]:
    """Lines of an SRT or WebVTT file, whatever their numbering."""
    spans = list(_SPAN.finditer(text))[:_MOST_LINES]
    for at, span in enumerate(spans):
        end = spans[at + 1].start() if at + 1 < len(spans) else len(text)
        body = text[span.end() : end]
        said = body.partition("\n")[2].replace("\r", "")  # the rest of the line places the text
        yield TextLine(
            _clock(span.groups()[:4]), _clock(span.groups()[4:]), said.partition("\n\n")[0]
        )


def plain_words(text: str) -> str:
    """What is said in a subtitle: without styles, noises in brackets, speakers' names and notes."""
    bare = _MARKS.sub(" ", text.replace("\\N", "\n"))
    return _BREAK.sub(" ", _SPEAKER.sub(" ", bare)).strip()


def _inside(lines: Iterator[TextLine], duration: Fraction) -> tuple[TextLine, ...]:
    """The lines with words that are seen during the film, in order."""
    found = []
    for line in lines:
        start = max(line.start_s, 0.0)
        end = min(line.end_s, float(duration), line.start_s + _LONGEST_S)
        words = plain_words(line.text)
        if end > start and words:
            found.append(TextLine(start, end, words))
    return tuple(sorted(found, key=lambda line: (line.start_s, line.end_s))[:_MOST_LINES])


def _clock(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fractions = (part or "0" for part in parts)
    return (
        int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fractions.ljust(3, "0")) / 1000
    )


def _sidecars(film: Path) -> list[Path]:
    """English .srt and .vtt files named after the film, plain names first."""
    try:
        beside = [path for path in film.parent.iterdir() if path.suffix.lower() in SIDECARS]
    except OSError:
        return []
    named = [
        (ENGLISH.index(language), path)
        for path in beside
        for name, _, language in [_parted(path.stem.lower(), film.stem.lower())]
        if name and language in ENGLISH
    ]
    return [path for _, path in sorted(named)]


def _parted(stem: str, film: str) -> tuple[bool, str, str]:
    """Whether a file is named after the film, and the language in its name."""
    if stem == film:
        return True, "", ""
    return stem.startswith(f"{film}."), ".", stem[len(film) + 1 :]


def _text_of(path: Path) -> str:
    if not path.is_file():
        raise ValueError("it is no plain file")
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError(f"it is larger than {_LARGEST_BYTES // 1_000_000} MB")
    raw = path.read_bytes()
    for coding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(coding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise ValueError("its letters are coded in a way that is not known")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).lower()


def _streams(info: VideoInfo) -> list[StreamInfo]:
    """Text streams that may be English, those that say so first."""
    usable = [
        stream
        for stream in info.streams
        if stream.kind == "subtitle"
        and stream.codec in TEXT_CODECS
        and (stream.language in _UNKNOWN_LANGUAGE or str(stream.language).lower() in ENGLISH)
    ]
    return sorted(usable, key=lambda one: (one.language in _UNKNOWN_LANGUAGE, one.index))


def _embedded(info: VideoInfo, stream: StreamInfo) -> Iterator[TextLine]:
    """Lines of a stream of the film; what cannot be decoded is passed over."""
    try:
        with open_media(info.path) as container:
            coded = container.streams[stream.index]
            time_base = fraction(coded.time_base)
            if time_base is None:
                return
            for packet in container.demux(coded):
                if packet.pts is None or not packet.duration:
                    continue
                start = packet.pts * time_base - info.first_picture
                text = _decoded(packet)
                if text:
                    yield TextLine(float(start), float(start + packet.duration * time_base), text)
    except (av.error.FFmpegError, VideoUnreadableError, OSError) as error:
        logger.warning("the subtitles in %s end early: %s", info.path.name, error)


def _decoded(packet: Any) -> str:
    """The words of one packet."""
    try:
        parts = packet.decode()
    except (av.error.FFmpegError, ValueError) as error:
        logger.info("a subtitle cannot be decoded: %s", error)
        return ""
    rects = [rect for part in parts for rect in (part if hasattr(part, "rects") else [part])]
    said = [getattr(rect, "dialogue", b"") or b"" for rect in rects]
    return "\n".join(one.decode("utf-8", "replace") for one in said)
