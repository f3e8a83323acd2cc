"""Which of several sound streams belongs to the film, and where a score goes beside it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sound_content import SoundContent
from emsync_engine.video.containers import open_media

_LISTENED_S = 6.0
_SILENCE = 10 ** (-70 / 20)
_TONE_SHARE = 0.9  # of the energy in one narrow band, in nearly every block: a line-up tone
_BLOCK = 4096
_CARRIES_MUSIC, _SOMEBODY_SPEAKS = 0.35, 0.03  # shares of the film
_SURE = 0.4

_DEFAULT, _COMMENT, _HEARING, _VISUAL, _DEPENDENT = 0x1, 0x8, 0x80, 0x100, 0x80000
_NOT_THE_FILM = re.compile(
    r"comment|descri|hearing|impaired|\btone\b|\bltc\b|time ?code|slate|click", re.IGNORECASE
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Candidate:
    index: int
    is_film_sound: bool  # neither commentary nor description nor tone, as far as labels tell
    is_default: bool
    channels: int


def choose_audio_stream(path: Path) -> int | None:
    """Index of the sound stream to analyse, or None without sound.

    One stream is taken as it is. Of several, labels come first (commentary, description and tone
    tracks last), then what is heard in the first seconds (silence and a steady tone last), then
    the stream marked as default, then more channels, then the first.
    """
    with open_media(path) as container:
        candidates = [
            _candidate(stream)
            for stream in container.streams
            if stream.type == "audio" and stream.codec_context is not None
        ]
    if len(candidates) < 2:
        return candidates[0].index if candidates else None

    def merit(candidate: _Candidate) -> tuple[bool, bool, bool, int, int]:
        is_music_or_speech = not is_silence_or_tone(*_listen(path, candidate.index))
        return (
            candidate.is_film_sound,
            is_music_or_speech,
            candidate.is_default,
            candidate.channels,
            -candidate.index,
        )

    return max(candidates, key=merit).index


def is_silence_or_tone(samples: NDArray[np.float32], rate: int) -> bool:
    """Whether a sound says nothing: silent throughout, or one steady pitch.

    Parameters
    ----------
    samples : (N,) mono, in [-1, 1]
    rate : samples per second
    """
    if samples.size == 0 or float(np.max(np.abs(samples))) < _SILENCE:
        return True
    blocks = samples[: samples.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    loud = blocks[np.max(np.abs(blocks), axis=1) >= _SILENCE] if blocks.size else blocks
    if len(loud) * _BLOCK < rate:
        return False  # too little to tell
    power = np.abs(np.fft.rfft(loud * np.hanning(_BLOCK), axis=1)) ** 2
    peaks = np.argmax(power, axis=1)
    bands = np.arange(power.shape[1])[None, :]
    near_peak = np.abs(bands - peaks[:, None]) <= 3
    share = np.sum(power * near_peak, axis=1) / np.sum(power, axis=1)
    is_steady = bool(np.percentile(peaks, 95) - np.percentile(peaks, 5) <= 2)
    return is_steady and bool(np.percentile(share, 10) >= _TONE_SHARE)


def _candidate(stream: Any) -> _Candidate:
    disposition = int(stream.disposition or 0)
    title = f"{stream.metadata.get('title', '')} {stream.metadata.get('comment', '')}"
    is_aside = disposition & (_COMMENT | _HEARING | _VISUAL | _DEPENDENT)
    return _Candidate(
        index=int(stream.index),
        is_film_sound=not is_aside and not _NOT_THE_FILM.search(title),
        is_default=bool(disposition & _DEFAULT),
        channels=int(stream.codec_context.layout.nb_channels),
    )


def _listen(path: Path, index: int) -> tuple[NDArray[np.float32], int]:
    """The first seconds of one stream, first channel only, as (samples, rate)."""
    pieces: list[NDArray[np.float32]] = []
    rate, heard_s = 1, 0.0
    with open_media(path) as container:
        stream = container.streams[index]
        resampler = av.AudioResampler(format="fltp")
        try:
            for frame in container.decode(stream):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray()[0].astype(np.float32))
                    rate = int(piece.sample_rate)
                    heard_s += piece.samples / rate
                if heard_s >= _LISTENED_S:
                    break
        except (av.error.FFmpegError, ValueError) as error:
            logger.debug("sound stream %d of %s: %s", index, path.name, error)
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return samples, rate


@dataclass(frozen=True, slots=True)
class PlacementProposal:
    """Where the music should go beside the film's own sound, and why, in one sentence."""

    placement: Literal["under", "instead"]
    reason: str


def proposed_placement(content: SoundContent | None) -> PlacementProposal:
    """Instead of a sound that carries music already, else under it, ducked under speech."""
    if content is None:
        return PlacementProposal("under", "The film has no sound of its own.")
    speech, music = content.whole.speech, content.whole.music
    if music.share >= _CARRIES_MUSIC and music.confidence >= _SURE:
        lost = " Speech would go with it." if speech.share >= _SOMEBODY_SPEAKS else ""
        return PlacementProposal(
            "instead",
            f"The film's own sound already carries music ({100 * music.share:.0f} % of the time, "
            f"confidence {music.confidence:.2f}), so the score is better put in its place "
            f'(the choice "instead").{lost}',
        )
    if speech.share >= _SOMEBODY_SPEAKS:
        return PlacementProposal(
            "under",
            f"Somebody speaks {100 * speech.share:.0f} % of the time (confidence "
            f"{speech.confidence:.2f}), so the score goes under the film's own sound and makes "
            "room for speech.",
        )
    return PlacementProposal("under", "The film's own sound carries neither music nor much speech.")
