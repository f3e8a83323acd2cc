"""Painting the timeline: one function per lane, only what is visible."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from emsync_desktop.appearance import (
    COLOURS,
    EMOTION_COLOURS,
    FAMILY_COLOURS,
    digits,
    mixed,
    words,
)
from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.geometry import Row, TimeScale, note_y, ruler_ticks
from emsync_desktop.timeline.scene import FilmView, TimelineScene
from emsync_engine.project.model import BoundaryId, Hit

HEADER_PX = 118.0
NARROW_PX = 8.0  # a segment too narrow for rounded corners or a letter
HATCH_PX = 9.0  # between the lines that mark a silence
CLOSE_PX = 3.0  # marks nearer than this would cover one another
QUIETEST_SHOWN = 0.2  # a film whose loudest sample is below this looks quiet
_NO_PEN = Qt.PenStyle.NoPen
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Everything one painting of the timeline needs."""

    scene: TimelineScene
    strip: FilmView
    scale: TimeScale
    clock: FilmClock
    lanes: list[Row]
    selected_segment: int | None
    selected_boundary: BoundaryId | None


def tr(text: str) -> str:
    """Texts of the timeline, for translation."""
    return QCoreApplication.translate("Timeline", text)


def emotion_name(label: str) -> str:
    """An emotion in the user's language."""
    names = {
        "anger": tr("anger"),
        "disgust": tr("disgust"),
        "fear": tr("fear"),
        "joy": tr("joy"),
        "sadness": tr("sadness"),
        "surprise": tr("surprise"),
        "calm": tr("calm"),
        "neutral": tr("neutral"),
    }
    return names[label]


def lane_title(name: str) -> tuple[str, str]:
    """Title of a lane and a quiet line below it."""
    titles = {
        "ruler": ("", ""),
        "picture": (tr("Picture"), ""),
        "segments": (tr("Segments"), ""),
        "emotion": (tr("Emotion"), tr("valence, arousal")),
        "original": (tr("Original"), tr("sound of the film")),
        "strings": (tr("Strings"), ""),
        "piano": (tr("Piano"), ""),
        "guitar": (tr("Guitar"), ""),
        "bass": (tr("Bass"), ""),
        "drums": (tr("Drums"), ""),
        "hits": (tr("Hits"), ""),
    }
    return titles[name]


def paint_timeline(painter: QPainter, picture: Picture, width: float) -> None:
    """Paint every lane, from the back to the front, without the playhead."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painters = {
        "ruler": _paint_ruler,
        "picture": _paint_strip,
        "segments": _paint_segments,
        "emotion": _paint_emotion,
        "original": _paint_waveform,
        "hits": _paint_hits,
    }
    for row in picture.lanes:
        painter.save()
        painter.setClipRect(QRectF(HEADER_PX, row.top, width - HEADER_PX, row.height))
        if row.name != "ruler":
            painter.fillRect(_span(picture, row), QColor("#191c21"))
        painters.get(row.name, _paint_notes)(painter, picture, row)
        if row.name == "emotion":
            _veil_tacet(painter, picture, row)
        painter.restore()
    _paint_boundaries(painter, picture, width)
    _paint_titles(painter, picture)


def _span(picture: Picture, row: Row) -> QRectF:
    """The part of a lane that the film covers."""
    scale = picture.scale
    right = min(scale.x_of(scale.duration_s), scale.origin_px + scale.width_px)
    return QRectF(HEADER_PX, row.top, max(0.0, right - HEADER_PX), row.height)


def _paint_titles(painter: QPainter, picture: Picture) -> None:
    for row in picture.lanes:
        title, below = lane_title(row.name)
        middle = row.top + row.height / 2
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(words(12))
        lift = 8 if below and row.height >= 32 else 0
        box = QRectF(12, middle - 10 - lift, HEADER_PX - 16, 20)
        if row.name in FAMILY_COLOURS:
            painter.setBrush(QColor(FAMILY_COLOURS[row.name]))
            painter.setPen(_NO_PEN)
            painter.drawRoundedRect(QRectF(12, middle - 5, 3, 10), 1.5, 1.5)
            painter.setPen(QColor(COLOURS.text))
            box.translate(10, 0)
        painter.drawText(box, _LEFT, title)
        if lift and row.name == "emotion":
            _paint_legend(painter, middle)
        elif lift:
            painter.setPen(QColor(COLOURS.quiet))
            painter.setFont(words(10))
            painter.drawText(QRectF(12, middle, HEADER_PX - 16, 18), _LEFT, below)


def _paint_legend(painter: QPainter, top: float) -> None:
    """Which of the two curves is which: by line and by colour."""
    painter.setFont(words(10))
    left = 12.0
    for colour, style, text in (
        (COLOURS.valence, Qt.PenStyle.SolidLine, tr("val")),
        (COLOURS.arousal, Qt.PenStyle.DashLine, tr("aro")),
    ):
        painter.setPen(QPen(QColor(colour), 1.6, style))
        painter.drawLine(QLineF(left, top + 9, left + 14, top + 9))
        painter.setPen(QColor(COLOURS.quiet))
        painter.drawText(QRectF(left + 18, top, 30, 18), _LEFT, text)
        left += 46


def _paint_ruler(painter: QPainter, picture: Picture, row: Row) -> None:
    painter.setFont(digits(11))
    for tick in ruler_ticks(picture.scale, picture.clock):
        height = 9 if tick.label else 4
        painter.setPen(QPen(QColor("#59626f" if tick.label else COLOURS.line), 1))
        painter.drawLine(QLineF(tick.x, row.bottom - height, tick.x, row.bottom))
        room = _span(picture, row).right() - tick.x - 5
        if tick.label and QFontMetricsF(painter.font()).horizontalAdvance(tick.label) <= room:
            painter.setPen(QColor(COLOURS.quiet))
            painter.drawText(QPointF(tick.x + 5, row.bottom - 8), tick.label)


def _paint_strip(painter: QPainter, picture: Picture, row: Row) -> None:
    """Pictures side by side, each showing the time at its left edge."""
    scale, strip = picture.scale, picture.strip
    if not strip.pictures:
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    span = _span(picture, row)
    tile = row.height * strip.aspect
    first = int((span.left() - scale.x_of(0.0)) // tile)
    for number in range(first, first + ceil(span.width() / tile) + 2):
        x = scale.x_of(0.0) + number * tile
        image = strip.picture_at(max(0.0, scale.time_at(x)))
        if image is not None and x < span.right():
            painter.save()
            painter.setClipRect(span, Qt.ClipOperation.IntersectClip)
            painter.drawImage(QRectF(x, row.top, tile, row.height), image)
            painter.restore()


def _paint_segments(painter: QPainter, picture: Picture, row: Row) -> None:
    scene, scale = picture.scene, picture.scale
    for segment in scene.segments_between(scale.start_s, scale.end_s):
        label = scene.labels[segment.index]
        left, right = scale.x_of(float(segment.start)), scale.x_of(float(segment.end))
        box = QRectF(left + 0.75, row.top, max(1.0, right - left - 1.5), row.height)
        is_selected = segment.index == picture.selected_segment
        colour = COLOURS.off if segment.is_tacet else EMOTION_COLOURS[label]
        if box.width() < NARROW_PX and not is_selected:
            painter.fillRect(box, mixed(colour, COLOURS.panel, 0.34))
            continue
        painter.setPen(_NO_PEN)
        painter.setBrush(mixed(colour, COLOURS.panel, 0.52 if is_selected else 0.34))
        painter.drawRoundedRect(box, 3, 3)
        if segment.is_tacet:
            _hatch(painter, box)
        painter.fillRect(QRectF(box.left(), row.top, box.width(), 3), QColor(colour))
        if is_selected:
            painter.setPen(QPen(QColor(COLOURS.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        has_chosen = segment.emotion.chosen is not None and not segment.is_tacet
        name = tr("tacet") if segment.is_tacet else emotion_name(label)
        _paint_label(painter, box, scale, name, has_chosen)


def _tacet_boxes(picture: Picture, row: Row) -> list[QRectF]:
    """Where a lane lies in a silence, as far as it is visible."""
    scale = picture.scale
    left, right = scale.origin_px, scale.origin_px + scale.width_px
    boxes: list[QRectF] = []
    for start_s, end_s in picture.scene.tacet_s:
        start = max(scale.x_of(start_s), left - 2)
        end = min(scale.x_of(end_s), right + 2)
        if end > start:
            boxes.append(QRectF(start, row.top, max(end - start, 1.0), row.height))
    return boxes


def _hatch(painter: QPainter, box: QRectF) -> None:
    """Slanting lines for silence where it is visible: seen without colour, calm behind a word."""
    shown = box.intersected(painter.clipBoundingRect())
    if shown.isEmpty():
        return
    if box.width() < NARROW_PX:
        painter.fillRect(shown, mixed(COLOURS.edge, COLOURS.panel, 0.5))
        return
    passed = (shown.left() - box.left()) // HATCH_PX
    first = box.left() + passed * HATCH_PX - box.height()
    places = np.arange(first, shown.right(), HATCH_PX)
    painter.save()
    painter.setClipRect(shown, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(QColor(COLOURS.edge), 1.2))
    top, bottom, across = box.top(), box.bottom(), box.height()
    painter.drawLines([QLineF(float(x), bottom, float(x) + across, top) for x in places])
    painter.restore()


def _veil_tacet(painter: QPainter, picture: Picture, row: Row) -> None:
    """What the composer does not get is hardly seen."""
    veil = QColor("#191c21")
    veil.setAlphaF(0.78)
    for box in _tacet_boxes(picture, row):
        painter.fillRect(box, veil)


def _paint_label(
    painter: QPainter, box: QRectF, scale: TimeScale, name: str, has_chosen: bool
) -> None:
    """The emotion's name where it fits, else its first letters; a dot where a hand chose it."""
    left = max(box.left(), scale.origin_px) + 7
    room = box.right() - left - 3
    painter.setFont(words(12))
    metrics = QFontMetricsF(painter.font())
    shorter = (name, name[:3], name[:1], "")
    if room < metrics.horizontalAdvance(name[:1]):
        left, room = left - 5, room + 6
    text = next(text for text in shorter if metrics.horizontalAdvance(text) <= max(room, 0))
    if has_chosen and metrics.horizontalAdvance(text) + 10 <= room:
        painter.setPen(_NO_PEN)
        painter.setBrush(QColor(COLOURS.text))
        painter.drawEllipse(QPointF(left + 2.5, box.center().y() + 1.5), 2.5, 2.5)
        left += 9
    painter.setPen(QColor("#eef1f5"))
    painter.drawText(QRectF(left, box.top() + 3, room, box.height() - 3), _LEFT, text)


def _paint_emotion(painter: QPainter, picture: Picture, row: Row) -> None:
    """Valence and arousal as the composer gets them."""
    scale, scene = picture.scale, picture.scene
    span = _span(picture, row)
    painter.setPen(QPen(QColor(COLOURS.line), 1, Qt.PenStyle.DotLine))
    middle = row.top + row.height / 2
    painter.drawLine(QLineF(span.left(), middle, span.right(), middle))
    half = row.height / 2 - 4
    xs = np.arange(span.left(), span.right() + 2, 2.0)
    points = [scene.point_at(min(scale.time_at(float(x)), scale.duration_s)) for x in xs]
    for colour, style, values in (
        (COLOURS.valence, Qt.PenStyle.SolidLine, [point.valence for point in points]),
        (COLOURS.arousal, Qt.PenStyle.DashLine, [point.arousal for point in points]),
    ):
        line = QPolygonF(
            [QPointF(float(x), middle - v * half) for x, v in zip(xs, values, strict=True)]
        )
        painter.setPen(QPen(QColor(colour), 1.6, style))
        painter.drawPolyline(line)


def _paint_waveform(painter: QPainter, picture: Picture, row: Row) -> None:
    strip, scale = picture.strip, picture.scale
    middle = row.top + row.height / 2
    span = _span(picture, row)
    painter.setPen(QPen(QColor(COLOURS.line), 1))
    painter.drawLine(QLineF(span.left(), middle, span.right(), middle))
    if not len(strip.peaks):
        return
    xs = np.arange(span.left(), span.right())
    edges = scale.start_s + (np.append(xs, span.right()) - scale.origin_px) / scale.px_per_s
    places = np.clip((edges * strip.peaks_per_s).astype(np.int64), 0, len(strip.peaks) - 1)
    shown = strip.peaks[: places[-1] + 1]
    low = np.minimum.reduceat(shown[:, 0], places[:-1])
    high = np.maximum.reduceat(shown[:, 1], places[:-1])
    half = (row.height / 2 - 3) / max(strip.loudest, QUIETEST_SHOWN)
    painter.setPen(QPen(QColor(COLOURS.waveform), 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawLines(
        [
            QLineF(float(x), middle - float(h) * half, float(x), middle - float(lo) * half)
            for x, h, lo in zip(xs, high, low, strict=True)
            if h - lo > 1e-3
        ]
    )


def _paint_notes(painter: QPainter, picture: Picture, row: Row) -> None:
    """A family as a small piano roll: higher notes higher, louder brighter; silence hatched."""
    for box in _tacet_boxes(picture, row):
        _hatch(painter, box)
    scale, family = picture.scale, picture.scene.families.get(row.name)
    if family is None:
        return
    colour = FAMILY_COLOURS[row.name]
    share = 0.45 if picture.scene.is_take_stale else 1.0
    soft: list[QRectF] = []
    loud: list[QRectF] = []
    is_drums = row.name == "drums"
    for note in family.between(scale.start_s, scale.end_s):
        x = scale.x_of(note.onset_s)
        width = 2.5 if is_drums else max(2.0, (note.end_s - note.onset_s) * scale.px_per_s - 1)
        box = QRectF(x, note_y(note.pitch, family.pitches, row) - 1.25, width, 2.5)
        (loud if note.velocity >= 64 else soft).append(box)
    painter.setPen(_NO_PEN)
    for boxes, strength in ((soft, 0.6), (loud, 0.95)):
        painter.setBrush(mixed(colour, COLOURS.panel, strength * share))
        painter.drawRects(boxes)


def _paint_boundaries(painter: QPainter, picture: Picture, width: float) -> None:
    """A thin line for each boundary through all lanes; the chosen one in full."""
    scale = picture.scale
    painter.save()
    top = next(row.top for row in picture.lanes if row.name == "picture")
    bottom = picture.lanes[-1].top
    painter.setClipRect(QRectF(HEADER_PX, 0, width - HEADER_PX, bottom + 30))
    drawn_px = -1
    for boundary in picture.scene.boundaries_between(scale.start_s, scale.end_s):
        x = scale.x_of(float(boundary.time))
        if round(x) == drawn_px and boundary.id != picture.selected_boundary:
            continue
        drawn_px = round(x)
        if boundary.id == picture.selected_boundary:
            painter.setPen(QPen(QColor(COLOURS.text), 1.5))
        elif boundary.is_hit:
            painter.setPen(QPen(QColor(215, 220, 227, 120), 1))
        else:
            painter.setPen(QPen(QColor(139, 149, 163, 90), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, top, x, bottom))
    painter.restore()


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
    frames = (
        f"{hit.error_frames:+.0f} f"
        if abs(hit.error_frames) >= 0.95
        else (f"{hit.error_frames:+.1f} f")
    )
    return (COLOURS.near if hit.status == "near" else COLOURS.missed), frames


def _paint_hits(painter: QPainter, picture: Picture, row: Row) -> None:
    """A mark at each boundary: shape for its state, text for its error.

    Exact a full triangle, near a hollow one, missed a cross, in a silence a bar, not yet judged a
    hollow square, a boundary that is no hit a small ring.
    """
    scale, scene = picture.scale, picture.scene
    painter.setFont(words(11))
    metrics = QFontMetricsF(painter.font())
    middle = row.top + row.height / 2
    shown = scene.boundaries_between(scale.start_s, scale.end_s)
    places = [scale.x_of(float(boundary.time)) for boundary in shown]
    following = [*places, scale.origin_px + scale.width_px + 18][1:]
    drawn_x = {True: -CLOSE_PX, False: -CLOSE_PX}  # the last hit that lands, the last that is none
    for boundary, x, next_x in zip(shown, places, following, strict=True):
        hit = scene.judged(boundary) if boundary.is_hit else None
        if hit is None or hit.status != "missed":  # what is missed is always shown
            if x - drawn_x[boundary.is_hit] < CLOSE_PX:
                continue
            drawn_x[boundary.is_hit] = x
        colour, text = hit_look(hit)
        _paint_mark(painter, QPointF(x, middle), colour, boundary.is_hit, hit)
        if text and x + 9 + metrics.horizontalAdvance(text) < next_x - 6:
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(x + 9, middle + 4), text)


def _paint_mark(painter: QPainter, at: QPointF, colour: str, is_hit: bool, hit: Hit | None) -> None:
    painter.setPen(QPen(QColor(colour), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = at.x(), at.y()
    triangle = QPolygonF([QPointF(x - 5, y - 4), QPointF(x + 5, y - 4), QPointF(x, y + 5)])
    if not is_hit:
        painter.drawEllipse(at, 3, 3)
    elif hit is None:
        painter.drawRect(QRectF(x - 4, y - 4, 8, 8))
    elif hit.status == "tacet":
        painter.drawLine(QLineF(x - 5, y, x + 5, y))
    elif hit.status == "missed":
        painter.drawLine(QLineF(x - 4, y - 4, x + 4, y + 4))
        painter.drawLine(QLineF(x - 4, y + 4, x + 4, y - 4))
    else:
        if hit.status == "exact":
            painter.setBrush(QColor(colour))
        painter.drawPolygon(triangle)
