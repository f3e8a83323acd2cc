"""The words of a song, where a MIDI file has them: lyric or text events, joined to lines."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import mido

_EVENTS = (b"\xff\x05", b"\xff\x01")  # lyrics, text
_FEWEST_EVENTS = 8  # fewer are remarks of whoever wrote the file
_HEADER = "@"  # of karaoke files: title, language, version
_BREAKS = "/\\\r\n"
_REST_BEATS = 2.0  # without breaks of its own, a song's line ends where the singer rests as long
_SPACED_SHARE = 0.2  # of the syllables; fewer with a blank mean that blanks were left out


@dataclass(frozen=True, slots=True)
class _Syllable:
    beat: float
    text: str


def lyrics_of(path: Path) -> tuple[str, ...]:
    """Lines of a song's words in order; none if the file holds no words, or cannot be read."""
    try:
        raw = path.read_bytes()
        if not any(kind in raw for kind in _EVENTS):
            return ()
        midi = mido.MidiFile(file=io.BytesIO(raw), clip=True)
    except Exception:  # mido raises whatever its parser stumbles over; notes are read elsewhere
        return ()
    if midi.ticks_per_beat <= 0:
        return ()
    for kind in ("lyrics", "text"):
        sung = max((_syllables(track, kind, midi.ticks_per_beat) for track in midi.tracks), key=len)
        if len(sung) >= _FEWEST_EVENTS:
            return _lines(sung)
    return ()


def _syllables(track: mido.MidiTrack, kind: str, ticks_per_beat: int) -> list[_Syllable]:
    tick, found = 0, []
    for message in track:
        tick += message.time
        if message.type == kind:
            text = _decoded(message.text)
            if text and not text.startswith(_HEADER):
                found.append(_Syllable(tick / ticks_per_beat, text))
    return found


def _decoded(text: str) -> str:
    """Text that mido took for Latin-1, where it is UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _lines(sung: list[_Syllable]) -> tuple[str, ...]:
    """Syllables joined to words, words to lines."""
    has_breaks = sum(any(sign in one.text for sign in _BREAKS) for one in sung) > 1
    spaced = sum(one.text != one.text.strip(" ") for one in sung) / len(sung)
    joined = ""
    for one, following in pairwise([*sung, _Syllable(float("inf"), "")]):
        text = one.text
        for sign in _BREAKS:
            text = text.replace(sign, "\n")
        if text.rstrip().endswith("-") and len(text.strip()) > 1:
            text = text.rstrip().removesuffix("-")  # the word goes on
        elif spaced < _SPACED_SHARE:
            text += " "
        joined += text
        if not has_breaks and following.beat - one.beat >= _REST_BEATS:
            joined += "\n"
    lines = (" ".join(line.split()) for line in joined.split("\n"))
    return tuple(line for line in lines if line)
