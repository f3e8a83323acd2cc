"""Music as a MIDI file that a DAW opens: one track per family, its bars the music's bars."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import mido

from emsync_engine.midi.tempo_map import TempoMap, constant_tempo_map_of, tempo_map_of
from emsync_engine.output import written_whole
from emsync_engine.project.notes import FAMILIES, Family, Music, Note

CHANNELS: Mapping[Family, int] = MappingProxyType(
    {"bass": 0, "guitar": 1, "piano": 2, "strings": 3, "drums": 9}
)
DEFAULT_PROGRAMS: Mapping[Family, int] = MappingProxyType(
    {"drums": 0, "bass": 32, "guitar": 25, "piano": 0, "strings": 48}
)
"""Programs of families that the music names none for; numbered 0..127 as on the wire."""

_SHORTEST_S = 0.002  # two ticks at a slow tempo: no note can collapse


def write_midi(
    music: Music,
    path: Path,
    *,
    markers: Sequence[tuple[float, str]] = (),
    title: str = "",
    constant_tempo: bool = False,
) -> None:
    """Write a MIDI file whole, or OutputError; arguments as of ``midi_bytes``."""
    content = midi_bytes(music, markers=markers, title=title, constant_tempo=constant_tempo)
    with written_whole(path) as partial:
        partial.write_bytes(content)


def midi_bytes(
    music: Music,
    *,
    markers: Sequence[tuple[float, str]] = (),
    title: str = "",
    constant_tempo: bool = False,
) -> bytes:
    """A MIDI file of format 1: a conductor track, then one track per family, drums on channel 10.

    The tempo map follows ``bar_onsets_s``, so that bars in the DAW are the music's bars; without
    them the file runs at 120 bpm. Every time is within 1 ms of the music's seconds. Every note is
    closed, none outlasts the film, and all tracks end with it. Same music, same bytes.

    Notes stand at their musical time, those of a hit on the hit: how early an instrument must
    start to be heard there is a matter of the instrument, and the DAW plays its own.

    Parameters
    ----------
    markers : (seconds, text), those outside the film are left out
    title : name of the conductor track
    constant_tempo : the same seconds under one tempo, for programs that are to keep theirs
    """
    times = constant_tempo_map_of(music) if constant_tempo else tempo_map_of(music)
    end_tick = times.tick_of(music.duration_s)
    file = mido.MidiFile(type=1, ticks_per_beat=times.ticks_per_beat, charset="utf-8")
    file.tracks.append(_conductor_track(times, end_tick, music, markers, title))
    playable = playable_notes(music)
    for family in FAMILIES:
        notes = [note for note in playable if note.family == family]
        if notes:
            program = music.programs.get(family, DEFAULT_PROGRAMS[family])
            file.tracks.append(_family_track(family, notes, program, times, end_tick))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def playable_notes(music: Music) -> tuple[Note, ...]:
    """Notes as an instrument can play them: inside the film, one at a time on each key.

    A MIDI key is either down or up. Where a note starts while the same key of its family sounds,
    the earlier note ends there; of notes that start together (within 2 ms) the longest and loudest
    remain as one. Notes from the film's end on are left out, longer ones end with it.
    """
    on_key: dict[tuple[Family, int], list[Note]] = {}
    for note in sorted(music.notes):
        onset_s = max(note.onset_s, 0.0)
        end_s = min(max(note.end_s, onset_s + _SHORTEST_S), music.duration_s)
        if end_s - onset_s < _SHORTEST_S / 2:
            continue
        earlier = on_key.setdefault((note.family, note.pitch), [])
        if earlier and onset_s - earlier[-1].onset_s < _SHORTEST_S:
            last = earlier[-1]
            loudest = max(last.velocity, note.velocity)
            earlier[-1] = replace(last, end_s=max(last.end_s, end_s), velocity=loudest)
            continue
        if earlier and earlier[-1].end_s > onset_s:
            earlier[-1] = replace(earlier[-1], end_s=onset_s)
        earlier.append(replace(note, onset_s=onset_s, end_s=end_s))
    return tuple(sorted(note for notes in on_key.values() for note in notes))


def _conductor_track(
    times: TempoMap,
    end_tick: int,
    music: Music,
    markers: Sequence[tuple[float, str]],
    title: str,
) -> mido.MidiTrack:
    events: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=title or "EMSYNC"))
    ]
    for meter in times.meters:
        message = mido.MetaMessage(
            "time_signature", numerator=meter.numerator, denominator=meter.denominator
        )
        events.append((meter.tick, message))
    events += [
        (tempo.tick, mido.MetaMessage("set_tempo", tempo=tempo.us_per_beat))
        for tempo in times.tempi
    ]
    events += [
        (times.tick_of(time_s), mido.MetaMessage("marker", text=text))
        for time_s, text in markers
        if 0 <= time_s <= music.duration_s
    ]
    # a tempo that starts where the film ends would only move the end of the track
    return _track((event for event in events if event[0] <= end_tick), end_tick)


def _family_track(
    family: Family, notes: Sequence[Note], program: int, times: TempoMap, end_tick: int
) -> mido.MidiTrack:
    channel = CHANNELS[family]
    events: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=family.capitalize())),
        (0, mido.Message("program_change", channel=channel, program=program)),
    ]
    strokes: list[tuple[int, int, mido.Message]] = []
    for note in notes:
        onset = min(times.tick_of(note.onset_s), end_tick - 1)
        end = max(times.tick_of(note.end_s), onset + 1)
        velocity = min(max(note.velocity, 1), 127)
        strokes.append((onset, 1, _message("note_on", channel, note.pitch, velocity)))
        strokes.append((end, 0, _message("note_off", channel, note.pitch, 0)))
    strokes.sort(key=lambda stroke: stroke[:2])  # a key goes up before it goes down again
    events += [(tick, message) for tick, _, message in strokes]
    return _track(events, end_tick)


def _message(kind: str, channel: int, pitch: int, velocity: int) -> mido.Message:
    return mido.Message(kind, channel=channel, note=pitch, velocity=velocity)


def _track(
    events: Iterable[tuple[int, mido.Message | mido.MetaMessage]], end_tick: int
) -> mido.MidiTrack:
    """A track of (tick, message) that ends with the film; events keep their order within a tick."""
    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(end_tick - now, 0)))
    return track
