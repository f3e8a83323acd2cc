"""The timeline as it was painted last, in pieces: scrolling and dragging paint only what is new."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from emsync_desktop.appearance import COLOURS
from emsync_desktop.timeline.columns import Columns
from emsync_desktop.timeline.geometry import Row
from emsync_desktop.timeline.painting import (
    HEADER_PX,
    Picture,
    paint_lane,
    paint_over,
    paint_titles,
)

STEP_COLUMNS = 256
"""A piece is at least this wide, so that a slow scroll does not make one for every pixel."""
_SPARE_IMAGES = 20
_KEPT_VIEWS = 5  # of each lane, as many columns as so many views


@dataclass(frozen=True, slots=True)
class _Look:
    """Everything that a lane's pieces depend on; things that never change are told by identity."""

    height: float
    per_s: float
    ratio: float
    things: tuple[object, ...]

    def same(self, other: _Look | None) -> bool:
        return (
            other is not None
            and (self.height, self.per_s, self.ratio) == (other.height, other.per_s, other.ratio)
            and len(self.things) == len(other.things)
            and all(a is b for a, b in zip(self.things, other.things, strict=True))
        )


@dataclass(slots=True)
class _Strip:
    """The pieces of a lane, side by side without a gap: first column, width and image of each."""

    look: _Look
    pieces: deque[tuple[int, int, QImage]] = field(default_factory=deque)

    @property
    def first(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][0] + self.pieces[-1][1]


class Canvas:
    """Keeps each lane in pieces; a lane is painted anew where what it shows has changed."""

    def __init__(self) -> None:
        self._strips: dict[str, _Strip] = {}
        self._spare: list[QImage] = []
        self._titles: QImage | None = None
        self._titles_of: tuple[tuple[Row, ...], float, str] | None = None
        self.painted: dict[str, int] = {}
        """Columns painted since the start, by lane, for tests and measurements."""

    def clear(self) -> None:
        """Forget everything, as for another film."""
        self._strips.clear()

    def paint(self, painter: QPainter, picture: Picture, width: float) -> None:
        """The same picture as ``paint_timeline``, from what is known already."""
        columns = picture.columns
        for row in picture.lanes:
            if row.name != "ruler":
                self._paint_row(painter, picture, row, columns)
        paint_over(painter, picture, width)
        self._paint_titles(painter, picture)

    def _paint_row(self, painter: QPainter, picture: Picture, row: Row, columns: Columns) -> None:
        look = _look(picture, row, columns)
        strip = self._strips.get(row.name)
        if strip is None or not look.same(strip.look) or _is_apart(strip, columns):
            if strip is not None:
                self._let_go(strip)
            strip = self._strips[row.name] = _Strip(look)
        self._cover(strip, picture, row, columns)
        painter.save()
        painter.translate(picture.scale.origin_px, row.top)
        painter.setClipRect(QRectF(0, 0, columns.width, row.height))
        for first, count, image in strip.pieces:
            if first < columns.first + columns.count and first + count > columns.first:
                painter.drawImage(QPointF((first - columns.first) / columns.ratio, 0.0), image)
        painter.restore()
        _trim(strip, columns)

    def _cover(self, strip: _Strip, picture: Picture, row: Row, columns: Columns) -> None:
        """Paint what is missing of the columns, at the right and at the left."""
        end = columns.first + columns.count
        if not strip.pieces:
            self._add(strip, picture, row, columns, columns.first, columns.count)
        if end > strip.end:
            count = max(end - strip.end, STEP_COLUMNS)
            self._add(strip, picture, row, columns, strip.end, count)
        if columns.first < strip.first:
            count = max(strip.first - columns.first, STEP_COLUMNS)
            self._add(strip, picture, row, columns, strip.first - count, count)

    def _add(
        self,
        strip: _Strip,
        picture: Picture,
        row: Row,
        columns: Columns,
        first: int,
        count: int,
    ) -> None:
        part = Columns(first, count, columns.per_s, columns.ratio)
        image = self._image(count, round(row.height * columns.ratio), columns.ratio)
        painter = QPainter(image)
        paint_lane(painter, picture, row, part)
        painter.end()
        is_left = bool(strip.pieces) and first < strip.first
        (strip.pieces.appendleft if is_left else strip.pieces.append)((first, count, image))
        self.painted[row.name] = self.painted.get(row.name, 0) + count

    def _let_go(self, strip: _Strip) -> None:
        """Keep the images of a strip for others: fresh memory takes longer than to paint on it."""
        self._spare += [image for _, _, image in strip.pieces]
        del self._spare[:-_SPARE_IMAGES]

    def _image(self, width: int, height: int, ratio: float) -> QImage:
        for at, image in enumerate(self._spare):
            if (image.width(), image.height(), image.devicePixelRatio()) == (width, height, ratio):
                del self._spare[at]
                image.fill(QColor(COLOURS.panel))
                return image
        return _blank(width, height, ratio)

    def _paint_titles(self, painter: QPainter, picture: Picture) -> None:
        """Names of the lanes; texts are slow, and these hardly ever change."""
        known = (tuple(picture.lanes), picture.ratio, COLOURS.name)
        if self._titles is None or self._titles_of != known:
            ratio = picture.ratio
            height = picture.lanes[-1].bottom + 4
            self._titles = _blank(round(HEADER_PX * ratio), round(height * ratio), ratio)
            inside = QPainter(self._titles)
            paint_titles(inside, picture.lanes)
            inside.end()
            self._titles_of = known
        painter.drawImage(QPointF(0, 0), self._titles)


def _look(picture: Picture, row: Row, columns: Columns) -> _Look:
    scene, name = picture.scene, row.name
    things: dict[str, tuple[object, ...]] = {
        "picture": (picture.strip, picture.closer),
        "original": (picture.strip,),
        "segments": (scene.edges_s, scene.labels, scene.timeline.tacet),
        "emotion": (scene.edges_s, scene.points, scene.detected, scene.is_hit, scene.tacet_s),
        "hits": (scene.edges_s, scene.is_hit, scene.hits),
    }
    of_notes = (scene.families.get(name), scene.tacet_s)
    shown = (COLOURS.palette, *things.get(name, of_notes))
    return _Look(row.height, columns.per_s, columns.ratio, shown)


def _is_apart(strip: _Strip, columns: Columns) -> bool:
    """Whether nothing of the columns is known, so that going there piece by piece is no use."""
    return columns.first > strip.end or columns.first + columns.count < strip.first


def _trim(strip: _Strip, columns: Columns) -> None:
    """Let go of pieces far from what is seen."""
    while len(strip.pieces) > 1 and strip.end - strip.first > _KEPT_VIEWS * columns.count:
        before = columns.first - strip.first
        after = strip.end - columns.first - columns.count
        if before > after:
            strip.pieces.popleft()
        else:
            strip.pieces.pop()


def _blank(width: int, height: int, ratio: float) -> QImage:
    image = QImage(max(width, 1), max(height, 1), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(COLOURS.panel))
    return image
