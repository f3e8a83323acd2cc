"""What is said, in English whatever is spoken, by Whisper through faster-whisper.

References
----------
Radford et al. (2023); thesis 5.2.1. Silence and music are passed over by the voice detector that
comes with the library.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.cores import usable_cores
from emsync_engine.extractors.batches import is_out_of_memory, loaded
from emsync_engine.extractors.interface import ModelUnusableError, library
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed, TimedText, words_alone
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.monitor import Monitor

MODEL = "speech"
WHISPER_RATE = 16_000
PIECE_S = 600.0  # heard at once, so that two hours need no more memory than ten minutes
_SEARCH_S, _QUIET_S = 20.0, 0.5
_BEAMS = 5
_UNLIKELY = 0.6  # probability that nobody speaks; Whisper's own limit
LEAST_SURE = 0.2  # mean probability of a word; Whisper makes up sentences below this

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Speech:
    """Sentences with their times; translated into English by the model itself."""

    name: str = "speech"
    models: tuple[str, ...] = (MODEL,)
    libraries: tuple[str, ...] = ("faster_whisper",)
    version: int = 1
    uses_voice_detector: bool = True
    least_sure: float = LEAST_SURE

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Listen to a whole film; NothingToMeasure if it is silent."""
        if not film.has_audio:
            raise NothingToMeasure("The film has no sound.")
        if film.audio_rate != WHISPER_RATE:
            raise NothingToMeasure(f"Speech is read at {WHISPER_RATE} Hz, not {film.audio_rate}.")
        try:
            texts = self._heard(folders[MODEL], film, device, monitor)
        except RuntimeError as error:
            # its engine wants a CUDA of its own, which need not be the one that torch brings
            if device == "cpu" or is_out_of_memory(error):
                raise
            logger.info("speech is read on the processor: %s", error)
            texts = self._heard(folders[MODEL], film, "cpu", monitor)
        return words_alone(tuple(texts), np.array([film.duration_s / 2]))

    def _heard(
        self, folder: Path, film: FilmMaterial, device: str, monitor: Monitor
    ) -> list[TimedText]:
        model = loaded((MODEL, folder, device), lambda: _opened(folder, device))
        texts: list[TimedText] = []
        for start, end in pieces(film.audio, film.audio_rate):
            monitor.advance(self.name, start / film.audio_rate, film.duration_s)
            said = _said(
                model,
                np.array(film.audio[start:end], np.float32),
                start / film.audio_rate,
                film.duration_s,
                monitor,
                uses_voice_detector=self.uses_voice_detector,
            )
            texts += [one for one in said if one.confidence >= self.least_sure]
        return texts


def _opened(folder: Path, device: str) -> Any:
    whisper = library("faster_whisper")
    # without this file the library would ask the network for one
    if not (folder / "tokenizer.json").is_file():
        raise ModelUnusableError(MODEL, "it has no tokenizer.json")
    is_cuda = device.startswith("cuda")
    try:
        return whisper.WhisperModel(
            str(folder),
            device="cuda" if is_cuda else "cpu",
            compute_type="float16" if is_cuda else "int8",
            cpu_threads=usable_cores(),
            local_files_only=True,
        )
    except Exception as error:  # the library raises many kinds for a damaged folder
        if is_cuda or is_out_of_memory(error):
            raise
        raise ModelUnusableError(
            MODEL, "its files are damaged or not in the format of faster-whisper"
        ) from error


def _said(
    model: Any,
    samples: Any,
    start_s: float,
    duration_s: float,
    monitor: Monitor,
    *,
    uses_voice_detector: bool,
) -> Iterator[TimedText]:
    segments, told = model.transcribe(
        samples,
        task="translate",
        beam_size=_BEAMS,
        vad_filter=uses_voice_detector,
        condition_on_previous_text=False,
        no_speech_threshold=_UNLIKELY,
    )
    for segment in segments:  # heard as they are asked for
        monitor.advance("speech", start_s + segment.end, duration_s)
        text = " ".join(segment.text.split())
        if not text or not any(sign.isalpha() for sign in text):
            continue
        yield TimedText(
            start_s=min(start_s + segment.start, duration_s),
            end_s=min(start_s + segment.end, duration_s),
            text=text,
            confidence=min(1.0, math.exp(min(0.0, segment.avg_logprob))),
            language=told.language,
        )


def pieces(audio: Any, rate: int) -> Iterator[tuple[int, int]]:
    """Stretches [start, end) of at most ten minutes, divided where it is quiet."""
    start = 0
    length, search, quiet = (round(s * rate) for s in (PIECE_S, _SEARCH_S, _QUIET_S))
    while len(audio) - start > length:
        tail = np.abs(np.asarray(audio[start + length - search : start + length], np.float32))
        blocks = tail[: len(tail) // quiet * quiet].reshape(-1, quiet).mean(axis=1)
        end = start + length - search + (int(blocks.argmin()) * quiet + quiet // 2)
        yield start, end
        start = end
    if start < len(audio):
        yield start, len(audio)
