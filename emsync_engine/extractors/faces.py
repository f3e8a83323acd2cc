"""Faces and what they express: YuNet finds them, a Vision Transformer reads them.

References
----------
Thesis 5.2.1: a YOLO face detector and a ViT trained on FER-2013, the mean of the two largest faces
of a picture. YOLO's licence (AGPL) would bind whoever ships it; OpenCV, which is here already, runs
YuNet (Wu et al. 2023, MIT), of 75,000 parameters. Features are those of the class token
before the last normalisation, as the thesis' code takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emsync_engine.extractors.batches import in_batches, loaded
from emsync_engine.extractors.interface import ModelUnusableError, require_finite
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed
from emsync_engine.extractors.transformer_models import labels_of, opened_model, opened_part
from emsync_engine.monitor import SILENT, Monitor

DETECTOR, EXPRESSION = "face-detector", "face-expression"
LARGEST = 2  # faces of a picture that count
LEAST_SHARE = 0.03  # of the picture's width: smaller faces express nothing that could be read
_SURE = 0.7
_OVERLAP, _CANDIDATES = 0.3, 5000  # non-maximum suppression, as OpenCV's example has it
_MARGIN = 0.1  # of a face's size, added on every side
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Faces:
    """A row for every picture with a face: the mean of its two largest."""

    name: str = "faces"
    models: tuple[str, ...] = (DETECTOR, EXPRESSION)
    libraries: tuple[str, ...] = ("transformers",)
    version: int = 1

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Find the faces of every picture, then read what they express."""
        pictures = film.pictures()
        found, read = folders[DETECTOR], folders[EXPRESSION]
        reader = loaded((EXPRESSION, read, device), lambda: _Reader(read, device))
        detector = loaded((DETECTOR, found), lambda: FaceDetector(found))
        owners: list[int] = []
        crops: list[Any] = []
        read_rows: list[tuple[Any, ...]] = []
        for number in range(len(pictures)):
            monitor.advance("face-detector", number, len(pictures))
            picture = pictures[number]
            for box in largest(detector.boxes(picture), picture.shape[1]):
                owners.append(number)
                crops.append(cropped(picture, box))
            if len(crops) >= _BATCH:
                read_rows.append(_read(reader, crops))
                crops = []
        if crops:
            read_rows.append(_read(reader, crops))
        return _of_pictures(pictures.times_s, owners, read_rows, reader)


def _read(reader: _Reader, crops: list[Any]) -> tuple[Any, ...]:
    """Features and expressions of some faces; progress is told by whoever finds them."""
    rows = in_batches(
        len(crops),
        _BATCH,
        lambda numbers: reader.read([crops[number] for number in numbers]),
        stage=EXPRESSION,
        monitor=SILENT,
    )
    require_finite(EXPRESSION, *rows)
    return rows


def _of_pictures(
    times_s: Any, owners: list[int], read_rows: list[tuple[Any, ...]], reader: _Reader
) -> Observed:
    """Rows for the pictures that own faces: the mean of their faces."""
    if not owners:
        nothing = np.zeros((0, reader.width), np.float32)
        none = np.zeros((0, len(reader.labels)), np.float32)
        return Observed(np.zeros(0), nothing, none, reader.labels, looked_s=times_s)
    with_faces, row_of = np.unique(np.array(owners), return_inverse=True)
    counts = np.bincount(row_of)[:, None].astype(np.float32)
    means = []
    for parts in zip(*read_rows, strict=True):
        values = np.concatenate(parts)
        total = np.zeros((len(with_faces), values.shape[1]), np.float32)
        np.add.at(total, row_of, values)
        means.append(total / counts)
    return Observed(times_s[with_faces], means[0], means[1], reader.labels, looked_s=times_s)


class FaceDetector:
    """YuNet as OpenCV runs it, on the processor."""

    def __init__(self, folder: Path) -> None:
        import cv2

        files = sorted(folder.glob("*.onnx"))
        if not files:
            raise ModelUnusableError(DETECTOR, "it has no .onnx file")
        self._error = cv2.error
        # it warns at every start that it chooses how to compute by itself
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        try:
            self._net = cv2.FaceDetectorYN.create(
                str(files[0]), "", (320, 320), _SURE, _OVERLAP, _CANDIDATES
            )
        except cv2.error as error:
            raise ModelUnusableError(DETECTOR, f"OpenCV cannot read {files[0].name}") from error

    def boxes(self, picture: Any) -> Any:
        """(N, 5) left, top, width and height in pixels, and how sure it is, of every face."""
        height, width = picture.shape[:2]
        self._net.setInputSize((width, height))
        try:
            _, found = self._net.detect(np.ascontiguousarray(picture[..., ::-1]))
        except self._error as error:
            raise ModelUnusableError(DETECTOR, "it is no detector of faces (YuNet)") from error
        if found is None:
            return np.zeros((0, 5), np.float32)
        return np.asarray(found, np.float32)[:, [0, 1, 2, 3, -1]]


def largest(boxes: Any, picture_width: int) -> list[Any]:
    """The two largest faces that are not too small."""
    wide = [box for box in boxes if box[2] >= LEAST_SHARE * picture_width and box[3] > 1]
    return sorted(wide, key=lambda box: -float(box[2] * box[3]))[:LARGEST]


def cropped(picture: Any, box: Any) -> Any:
    """A face with a margin, inside the picture, at least one pixel."""
    height, width = picture.shape[:2]
    x, y, w, h = (float(value) for value in box[:4])
    left, top = int(max(0, x - _MARGIN * w)), int(max(0, y - _MARGIN * h))
    left, top = min(left, width - 1), min(top, height - 1)
    right = int(min(width, x + (1 + _MARGIN) * w))
    bottom = int(min(height, y + (1 + _MARGIN) * h))
    return np.array(picture[top : max(bottom, top + 1), left : max(right, left + 1)])


class _Reader:
    """A ViT that reads expressions."""

    def __init__(self, folder: Path, device: str) -> None:
        self._device = device
        self._prepare = opened_part("ViTImageProcessor", folder, model=EXPRESSION)
        self._model = opened_model(
            "ViTForImageClassification", folder, model=EXPRESSION, device=device
        )
        self.labels = labels_of(self._model)
        self.width = int(self._model.config.hidden_size)

    def read(self, crops: list[Any]) -> tuple[Any, Any]:
        """Features (N, D) and probabilities (N, L) of faces."""
        import torch

        kept: list[Any] = []
        norm = self._model.vit.layernorm
        hook = norm.register_forward_pre_hook(lambda _, given: kept.append(given[0][:, 0]))
        try:
            pixels = self._prepare(crops, return_tensors="pt", input_data_format="channels_last")
            with torch.inference_mode():
                logits = self._model(pixels["pixel_values"].to(self._device)).logits
        finally:
            hook.remove()
        shares = torch.softmax(logits, dim=-1)
        return kept[0].float().cpu().numpy(), shares.float().cpu().numpy()
