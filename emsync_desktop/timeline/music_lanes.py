"""The take: its notes by family, and how it lands on the hits."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from emsync_desktop.appearance import COLOURS, FAMILY_COLOURS, mixed, text_width, words
from emsync_desktop.timeline.columns import Columns, IntArray, note_mask, note_rows
from emsync_desktop.timeline.emotion_lanes import hatch, tacet_boxes
from emsync_desktop.timeline.ink import Pixels, draw_pixels, ink, inked
from emsync_desktop.timeline.names import tr
from emsync_desktop.timeline.scene import MARKS, TimelineScene
from emsync_engine.project.model import Hit

NOTE_PX = 2.5
CLOSE_PX = 5.0  # marks nearer than this would cover one another
MARK_PX = 16
_TEXT_PX = 62.0  # the longest text beside a mark
_LEAST_TEXT_PX = 14.0


def paint_notes(
    painter: QPainter, scene: TimelineScene, name: str, height: float, columns: Columns
) -> None:
    """A family as a small piano roll: higher notes higher, louder brighter; silence hatched."""
    for box in tacet_boxes(scene, height, columns):
        hatch(painter, box, start_x=-columns.first / columns.ratio)
    family = scene.families.get(name)
    if family is None:
        return
    ratio, rows = columns.ratio, max(4, round(height * columns.ratio))
    least = max(1, round(2 * ratio))
    seen = family.between(columns.start_s - least / columns.per_s, columns.end_s)
    onsets, ends = family.onsets_s[seen], family.ends_s[seen]
    if name == "drums":
        ends = onsets
    thickness = NOTE_PX * ratio
    top = note_rows(
        family.pitches[seen], family.limits, rows, margin=4 * ratio, thickness=thickness
    )
    mask = note_mask(
        columns,
        2 * rows,
        onsets,
        ends,
        top + rows * family.is_loud[seen],
        thickness=max(1, round(thickness)),
        least=least,
    )
    codes = np.maximum(mask[:rows], 2 * mask[rows:].view(np.uint8))
    inks = _note_inks(FAMILY_COLOURS[name], COLOURS.panel)
    draw_pixels(painter, inked(codes, inks), ratio)
    veil = QColor(COLOURS.lane)
    veil.setAlphaF(0.67)
    for box in tacet_boxes(scene, height, columns):  # notes of an older take, which are not heard
        painter.fillRect(box, veil)


@lru_cache(maxsize=32)
def _note_inks(colour: str, ground: str) -> Pixels:
    """Nothing, a soft note and a loud one."""
    strengths = (0.6, 0.95)
    return np.array([0, *(ink(mixed(colour, ground, one)) for one in strengths)], np.uint32)


def hit_look(hit: Hit | None) -> tuple[str, str]:
    """Colour and text of a hit: its error in frames, or why there is none."""
    if hit is None:
        return COLOURS.quiet, ""
    if hit.status == "tacet":
        return COLOURS.quiet, tr("tacet")
    if hit.error_frames is None:
        return COLOURS.missed, tr("missed")
    if hit.status == "exact":
        return COLOURS.exact, tr("0 f")
    is_whole = abs(hit.error_frames) >= 0.95
    number = f"{hit.error_frames:+.0f}" if is_whole else f"{hit.error_frames:+.1f}"
    frames = tr("{frames} f").format(frames=number)
    return (COLOURS.near if hit.status == "near" else COLOURS.missed), frames


def paint_hits(painter: QPainter, scene: TimelineScene, height: float, columns: Columns) -> None:
    """A mark at each boundary: shape for its state, text for its error.

    Exact a full triangle, near a hollow one, missed a cross, in a silence a bar, not yet judged a
    hollow square, a boundary that is no hit a small ring.
    """
    painter.setFont(words(11))
    margin_s = _TEXT_PX * columns.ratio / columns.per_s
    near = scene.boundaries_between(columns.start_s - margin_s, columns.end_s + margin_s)
    middle, ratio = height / 2, columns.ratio
    times = scene.edges_s[1:]
    shown = _shown_marks(scene, near, columns)
    places = np.rint(columns.places(times[shown]))
    pixels = _stamped(scene.marks[shown], places.astype(np.int64), height, columns)
    draw_pixels(painter, pixels, ratio)
    free = columns.places(times[shown + 1]) / ratio - places / ratio - 15
    has_room = (free > _LEAST_TEXT_PX) & (scene.marks[shown] > MARKS.index("asked"))
    for index, x, room in zip(
        shown[has_room].tolist(),
        (places[has_room] / ratio).tolist(),
        free[has_room].tolist(),
        strict=True,
    ):
        colour, text = hit_look(scene.verdict(index))
        if text_width(text, 11) < room:
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(x + 9, middle + 4), text)


def _stamped(marks: IntArray, places: IntArray, height: float, columns: Columns) -> Pixels:
    """(rows, count) marks of some kinds with their middles in some columns.

    Hundreds of them cost little more than a few: each pixel of a kind's picture is put to all of
    its places at once.
    """
    side = round(MARK_PX * columns.ratio)
    rows = max(round(height * columns.ratio), side)
    wide = np.zeros((rows, columns.count + 2 * side), np.uint32)
    top = (rows - side) // 2
    first = places - round(MARK_PX / 2 * columns.ratio) + side
    is_near = (first >= 0) & (first < columns.count + side)
    for kind in np.unique(marks).tolist():
        stamp = _mark(MARKS[kind], columns.ratio, COLOURS.name)
        at = first[is_near & (marks == kind)]
        down, across = np.nonzero(stamp)
        places_of = at[None, :] + across[:, None]
        wide[top + down[:, None], places_of] = stamp[down, across, None]
    return wide[:, side : side + columns.count]


def _shown_marks(scene: TimelineScene, near: slice, columns: Columns) -> IntArray:
    """Boundaries whose marks are shown, few enough to be told apart: those that are missed first,
    then other hits, then boundaries that are none."""
    apart = max(1, round(CLOSE_PX * columns.ratio))
    numbers = np.arange(near.start, near.stop)
    is_hit, is_missed = scene.is_hit[near], scene.is_missed[near]
    bins = np.floor(scene.boundary_times_s[near] * columns.per_s).astype(np.int64) // apart
    rank = np.where(is_missed, 0, np.where(is_hit, 1, 2))
    order = np.lexsort((numbers, rank, bins))
    _, first = np.unique(bins[order], return_index=True)
    return numbers[order[first]]


@lru_cache(maxsize=64)
def _mark(kind: str, ratio: float, theme: str) -> Pixels:
    """The pixels of a mark; the same for every boundary of a kind, in the colours of a theme."""
    side = round(MARK_PX * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_mark(painter, kind, MARK_PX / 2)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(side, side).copy()


def _draw_mark(painter: QPainter, kind: str, at: float) -> None:
    colours = {"exact": COLOURS.exact, "near": COLOURS.near, "missed": COLOURS.missed}
    colour = QColor(colours.get(kind, COLOURS.quiet))
    painter.setPen(QPen(colour, 1.5))
    low, high = at - 4, at + 4
    if kind == "none":
        painter.drawEllipse(QPointF(at, at), 3, 3)
    elif kind == "asked":
        painter.drawRect(QRectF(low, low, 8, 8))
    elif kind == "tacet":
        painter.drawLine(QLineF(at - 5, at, at + 5, at))
    elif kind == "missed":
        painter.drawLines([QLineF(low, low, high, high), QLineF(low, high, high, low)])
    else:
        if kind == "exact":
            painter.setBrush(colour)
        places = [QPointF(at - 5, low), QPointF(at + 5, low), QPointF(at, at + 5)]
        painter.drawPolygon(QPolygonF(places))
