"""The thesis' data-set entries for any folder of MIDI: features, valence, arousal, and sources.

Source: thesis section 3.1 (features, listing 3.1) and 4.3 (labels from -1 to 1). Done differently:
where a file has no valence of Spotify, or no drums to trust its tempo by, the music-emotion
regressor speaks; the entry says which of them did, so that each can be left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from emsync_engine.affect.reading import AffectReader
from emsync_engine.errors import EmsyncError, InputUnusableError, MidiUnreadableError
from emsync_engine.midi.lyrics import lyrics_of
from emsync_engine.midi.reading import Score, music_of, read_score
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.lyric_emotions import LyricEmotions, lyric_emotions

SLOWEST_BPM, FASTEST_BPM = 50.0, 150.0
"""Beyond these a tempo says nothing of arousal (thesis section 4.3)."""

ENDINGS = (".mid", ".midi")
_LARGEST_BYTES = 4_000_000
"""Reading takes two hundred times as much memory; those that we learn from are below 0.9 MB."""
_ROLL_RATE = 100.0  # columns of the piano roll a second, as pretty_midi's

Source = Literal["spotify", "tempo", "regressor"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """One MIDI file as the thesis describes it.

    ``tempo`` in quarter notes a minute (equation 3.1), ``note_density`` in notes a second,
    ``valence`` and ``arousal`` from -1 to 1, None where nothing tells. ``matched`` is what the file
    of valences says, as it is there. ``same_music_as`` is an earlier file with the same piano roll.
    ``lyrics`` are the emotions of an English song's words (section 3.2), None without them.
    """

    file: str
    md5: str
    tempo: float
    note_density: float
    n_instruments: int
    valence: float | None
    valence_source: Source | None
    arousal: float | None
    arousal_source: Source | None
    matched: Json | None
    same_music_as: str | None
    lyrics: LyricEmotions | None = None

    def as_json(self) -> Json:
        """As listing 3.1 names it, with the MD5 inside."""
        answer: Json = {
            "md5": self.md5,
            "file": self.file,
            "midi_features": {
                "note_density": self.note_density,
                "tempo": self.tempo,
                "n_instruments": self.n_instruments,
            },
            "valence": self.valence,
            "valence_source": self.valence_source,
            "arousal": self.arousal,
            "arousal_source": self.arousal_source,
            "same_music_as": self.same_music_as,
        }
        if self.matched is not None:
            answer["matched_features"] = self.matched
        if self.lyrics is not None:
            answer["lyrics"] = self.lyrics.as_json()
        return answer


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that has no entry, and why, in one sentence."""

    file: str
    sentence: str


def midi_files(folder: Path) -> list[Path]:
    """All MIDI files below a folder, in order; InputUnusableError if there are none."""
    if not folder.is_dir():
        raise InputUnusableError(f"There is no folder {folder}.")
    found = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file()
    )
    if not found:
        raise InputUnusableError(f"{folder} holds no MIDI files ({', '.join(ENDINGS)}).")
    return found


def read_valences(path: Path) -> dict[str, Json | float]:
    """Valences by MD5: ``{MD5: 0.9}``, Spotify's features, or entries as in listing 3.1.

    InputUnusableError if the file is broken, or an entry says something else than 0 to 1.
    """
    try:
        listed = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputUnusableError(f"There is no file {path}.") from error
    except OSError as error:
        raise InputUnusableError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputUnusableError(f"{path.name} is no JSON: it is broken or cut off.") from error
    if not isinstance(listed, dict):
        raise InputUnusableError(
            f'{path.name} does not list valences by MD5, such as {{"cc99...": 0.96}}.'
        )
    by_md5 = {str(key).lower(): value for key, value in listed.items()}
    for md5, value in by_md5.items():
        spotify_valence(value, md5=md5, where=path.name)
    return by_md5


def spotify_valence(value: object, *, md5: str, where: str) -> float | None:
    """Valence 0 to 1 of one entry; None if it has none, as songs without a match.

    Spotify's 0.0 stands for a missing value (thesis section 4.3).
    """
    found = value
    for key in ("matched_features", "spotify_audio_features", "valence"):
        if isinstance(found, Mapping):
            found = found.get(key, found if key != "valence" else None)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0.0 <= found <= 1.0:
        raise InputUnusableError(f"{where} gives {md5} a valence that is no number from 0 to 1.")
    return float(found) or None


def label_entries(
    folder: Path,
    *,
    valences: Mapping[str, Json | float] | None = None,
    reader: AffectReader | None = None,
    monitor: Monitor = SILENT,
) -> Iterator[LabelEntry | Skipped]:
    """An entry for every MIDI file below a folder, in the order of their names.

    Parameters
    ----------
    valences : of ``read_valences``, joined by the MD5 of the files' bytes
    reader : says valence and arousal where neither Spotify nor the tempo does; None leaves them out

    Raises
    ------
    InputUnusableError before the first entry, if there are no MIDI files.
    """
    files = midi_files(folder)
    rolls: dict[bytes, str] = {}
    for done, path in enumerate(files):
        monitor.advance("label", done, len(files))
        name = path.relative_to(folder).as_posix()
        try:
            md5 = _md5(path)
            score = read_score(path)
            same = rolls.setdefault(_roll(score), name)
            matched = (valences or {}).get(md5)
            entry = _entry(name, md5, score, matched, reader, same if same != name else None)
            yield replace(entry, lyrics=lyric_emotions(lyrics_of(path)))
        except EmsyncError as error:
            yield Skipped(name, str(error).replace(path.name, name, 1))
        except OSError as error:
            yield Skipped(name, f"{name} cannot be read: {error.strerror}.")


def _md5(path: Path) -> str:
    """Of the file's bytes, as the Lakh data set names its files; not for security."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise MidiUnreadableError(path, f"it is larger than {_LARGEST_BYTES // 1_000_000} MB")
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _entry(
    name: str,
    md5: str,
    score: Score,
    matched: Json | float | None,
    reader: AffectReader | None,
    same_music_as: str | None,
) -> LabelEntry:
    tempo = estimated_tempo(score)
    read_valence, read_arousal = _readings(score, reader)
    spotify = spotify_valence(matched, md5=md5, where="The file of valences")
    by_tempo = tempo_arousal(tempo, has_drums=any(part.is_drums for part in score.parts))
    valence, valence_source = _first(
        ("spotify", None if spotify is None else 2 * spotify - 1), ("regressor", read_valence)
    )
    arousal, arousal_source = _first(("tempo", by_tempo), ("regressor", read_arousal))
    return LabelEntry(
        file=name,
        md5=md5,
        tempo=tempo,
        note_density=note_density(score),
        n_instruments=len(score.parts),
        valence=valence,
        valence_source=valence_source,
        arousal=arousal,
        arousal_source=arousal_source,
        matched=_matched_features(matched),
        same_music_as=same_music_as,
    )


def _matched_features(matched: Json | float | None) -> Json | None:
    if isinstance(matched, dict):
        inner = matched.get("matched_features", matched)
        return inner if isinstance(inner, dict) else matched
    return None if matched is None else {"valence": matched}


def _first(*said: tuple[Source, float | None]) -> tuple[float | None, Source | None]:
    """The first source that says something."""
    for source, value in said:
        if value is not None:
            return round(value, 4), source
    return None, None


def estimated_tempo(score: Score) -> float:
    """60 / (tick scale x resolution) (thesis equation 3.1), quarter notes a minute.

    Of the tempo that holds longest, where the file has several.
    """
    end = float(score.seconds(np.array([score.end_tick]))[0])
    starts_s = np.minimum(score.tempo_s, end)
    held_s = np.diff(np.append(starts_s, end))
    scales, places = np.unique(score.s_per_tick, return_inverse=True)
    scale = float(scales[np.argmax(np.bincount(places, weights=held_s))])
    return round(60.0 / (scale * score.ticks_per_beat), 4)


def note_density(score: Score) -> float:
    """Notes of all instruments a second, from the file's beginning to the end of its last note."""
    end = float(score.seconds(np.array([score.end_tick]))[0])
    return round(sum(len(part.spans) for part in score.parts) / max(end, 1e-3), 4)


def tempo_arousal(tempo: float, *, has_drums: bool) -> float | None:
    """Tempo from 50 to 150 as -1 to 1 (thesis section 4.3); None beyond, and without drums.

    Without drums a file's tempo is often not the music's (section 3.1).
    """
    if not has_drums or not SLOWEST_BPM <= tempo <= FASTEST_BPM:
        return None
    return 2 * (tempo - SLOWEST_BPM) / (FASTEST_BPM - SLOWEST_BPM) - 1


def _readings(score: Score, reader: AffectReader | None) -> tuple[float | None, float | None]:
    """What the reader says of the whole piece; None for what cannot be read."""
    if reader is None:
        return None, None
    music = music_of(score)
    if not music.notes:
        return None, None
    reading = reader.read(music, 0.0, music.duration_s)
    return (
        reading.point.valence if reading.valence_spread < 1 else None,
        reading.point.arousal if reading.arousal_spread < 1 else None,
    )


def _roll(score: Score) -> bytes:
    """Hash of the piano roll of all instruments: what is the same music under other metadata."""
    rows = []
    for part in score.parts:
        onsets = np.round(score.seconds(part.spans[:, 0]) * _ROLL_RATE)
        ends = np.round(score.seconds(part.spans[:, 1]) * _ROLL_RATE)
        kind = np.full(len(part.spans), 128 if part.is_drums else part.program)
        rows.append(np.stack([kind, onsets, ends, part.spans[:, 2]], axis=1).astype(np.int64))
    together = np.concatenate(rows)
    ordered = together[np.lexsort(together.T[::-1])]
    return hashlib.blake2b(ordered.tobytes(), digest_size=16).digest()
