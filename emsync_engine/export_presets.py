"""What is exported for whom: sets of results with their levels, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from emsync_engine.results import Part

AudioPlace = Literal["beside", "under", "instead"]
Codec = Literal["auto", "aac", "opus", "pcm", "flac"]


@dataclass(frozen=True, slots=True)
class ExportPreset:
    """Results for one use; ``about`` says in one sentence what for.

    ``target_lufs`` is the loudness of the music alone, ``film_lufs`` that of the film's whole sound
    where the music lies under it (None leaves the film's own level).
    """

    name: str
    label: str
    about: str
    parts: frozenset[Part]
    audio: AudioPlace = "under"
    codec: Codec = "auto"
    target_lufs: float = -14.0
    film_lufs: float | None = None
    ceiling_dbtp: float = -1.0


EXPORT_PRESETS: Mapping[str, ExportPreset] = {
    preset.name: preset
    for preset in (
        ExportPreset(
            "youtube",
            "YouTube",
            "The film with its sound at -14 LUFS, as video sites play it.",
            frozenset(("film",)),
            target_lufs=-14.0,
            film_lufs=-14.0,
        ),
        ExportPreset(
            "broadcast",
            "Broadcast, EBU R 128",
            "The film with uncompressed sound at -23 LUFS, and the music as WAV.",
            frozenset(("film", "wav")),
            codec="pcm",
            target_lufs=-23.0,
            film_lufs=-23.0,
        ),
        ExportPreset(
            "handoff",
            "Film hand-off",
            "A folder for mixer and editor: mix, stems, MIDI, markers, timelines and licences.",
            frozenset(("handoff",)),
            target_lufs=-23.0,
        ),
        ExportPreset(
            "music",
            "Music only",
            "The music as WAV and FLAC at -14 LUFS, and its notes as MIDI.",
            frozenset(("wav", "flac", "midi")),
            target_lufs=-14.0,
        ),
    )
}
