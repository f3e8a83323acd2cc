"""What is written in the picture, by easyocr: titles, signs, letters.

References
----------
Thesis 5.2.1 (with PaddleOCR). CRAFT finds lines of text, a small recurrent network reads them; both
are easyocr's own for English. Pictures that look like the last one read are not read again.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.extractors.batches import is_out_of_memory, loaded
from emsync_engine.extractors.interface import ModelUnusableError, library
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed, TimedText, words_alone
from emsync_engine.extractors.pictures import FilmPictures
from emsync_engine.extractors.text_cleaning import cleaned, is_english
from emsync_engine.monitor import Monitor

MODEL = "screen-text"
STEP_S = 2.0  # letters stay longer than that, or nobody reads them
LEAST_SURE = 0.5
_LOOK_PX = 32  # pictures are compared as small as this
_SAME = 3.0  # mean difference, of 255, under which a picture is the last one


@dataclass(frozen=True, slots=True)
class ScreenText:
    """Texts with the times between which they stand."""

    name: str = "screen-text"
    models: tuple[str, ...] = (MODEL,)
    libraries: tuple[str, ...] = ("easyocr",)
    version: int = 1

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Read a picture every two seconds."""
        pictures = film.pictures()
        chosen = every(pictures, STEP_S)
        folder = folders[MODEL]
        read = loaded((MODEL, folder, device), lambda: _opened(folder, device))
        found: list[TimedText] = []
        last: Any = None
        lines: list[tuple[str, float]] = []
        for turn, number in enumerate(chosen):
            monitor.advance(self.name, turn, len(chosen))
            look = _small(pictures[number])
            if last is None or np.abs(look - last).mean() >= _SAME:
                lines, last = read(pictures[number]), look
            ends = turn + 1 < len(chosen)
            end_s = pictures.times_s[chosen[turn + 1]] if ends else film.duration_s
            found += _texts(lines, float(pictures.times_s[number]), float(end_s))
        monitor.advance(self.name, len(chosen), len(chosen))
        return words_alone(joined(found), pictures.times_s[chosen])


def every(pictures: FilmPictures, step_s: float) -> list[int]:
    """Numbers of pictures that lie at least so far apart, the first among them."""
    chosen: list[int] = []
    for number, time_s in enumerate(pictures.times_s):
        if not chosen or time_s >= pictures.times_s[chosen[-1]] + step_s - 1e-6:
            chosen.append(number)
    return chosen


def _small(picture: Any) -> Any:
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = (_LOOK_PX, _LOOK_PX)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)


def _texts(lines: list[tuple[str, float]], start_s: float, end_s: float) -> list[TimedText]:
    """What the lines of one picture say, as one text; none where it says nothing in English."""
    sure = [(text, confidence) for text, confidence in lines if confidence >= LEAST_SURE]
    if not sure:
        return []
    found = cleaned(" ".join(text for text, _ in sure))
    if not is_english(found):
        return []
    confidence = float(np.mean([confidence for _, confidence in sure]))
    return [TimedText(start_s, end_s, found.text, confidence)]


def joined(texts: list[TimedText]) -> tuple[TimedText, ...]:
    """The same text in one picture after another is one text."""
    kept: list[TimedText] = []
    for text in texts:
        if kept and kept[-1].text == text.text and kept[-1].end_s >= text.start_s - 1e-6:
            sure = max(kept[-1].confidence, text.confidence)
            kept[-1] = replace(kept[-1], end_s=text.end_s, confidence=sure)
        else:
            kept.append(text)
    return tuple(kept)


def _opened(folder: Path, device: str) -> Any:
    """A function from an RGB picture to its lines, each with how sure it is."""
    easyocr = library("easyocr")
    before = list(sys.path)
    with tempfile.TemporaryDirectory(prefix="emsync-") as networks:
        try:
            reader = easyocr.Reader(
                ["en"],
                gpu=device if device.startswith("cuda") else False,
                model_storage_directory=str(folder),
                user_network_directory=networks,  # else it makes one in the user's home
                download_enabled=False,
                quantize=False,
                verbose=False,
            )
        except Exception as error:  # the library raises many kinds for a damaged folder
            if is_out_of_memory(error):
                raise
            raise ModelUnusableError(
                MODEL, "its files are damaged or not those that easyocr knows"
            ) from error
        finally:
            sys.path[:] = before

    def read(picture: Any) -> list[tuple[str, float]]:
        found = reader.readtext(np.ascontiguousarray(picture[..., ::-1]))
        return [(str(text), float(confidence)) for _, text, confidence in found]

    return read
