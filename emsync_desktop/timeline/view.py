"""The timeline: shows everything on one time axis, and takes the hand's edits.

It changes nothing itself: gestures leave as signals, and the document answers with a new timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QToolTip, QWidget

from emsync_desktop.appearance import COLOURS, digits, words
from emsync_desktop.edits import neighbours, segment_index_at
from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.geometry import (
    GRIP_PX,
    SNAP_PX,
    Row,
    TimeScale,
    nearest_index,
    row_at,
    rows,
    snapped,
)
from emsync_desktop.timeline.painting import (
    HEADER_PX,
    Picture,
    emotion_name,
    hit_look,
    paint_timeline,
)
from emsync_desktop.timeline.scene import EMPTY_FILM_VIEW, FilmView, TimelineScene
from emsync_engine.project.model import Boundary, BoundaryId, Segment
from emsync_engine.timing import FrameRate

RIGHT_MARGIN_PX = 14.0
_SCROLL_UNITS_PER_S = 1000
_WHEEL_ZOOM = 1.0015  # per eighth of a degree


@dataclass(frozen=True, slots=True)
class _Drag:
    """A boundary in the hand: where it lay, and where the playhead stood, when it was taken."""

    boundary_id: BoundaryId
    start: Fraction
    playhead: Fraction


class TimelineView(QAbstractScrollArea):
    """Ruler, pictures, segments, emotion, sound, notes and hits, with the playhead over all."""

    scrubbed = Signal(float)
    """The playhead was dragged to a time, in seconds."""
    segment_chosen = Signal(int)
    boundary_chosen = Signal(object)
    boundary_moved = Signal(object, object, object)
    """Boundary id, exact time, and a token that the moves of one gesture share."""
    boundary_add_asked = Signal(object)
    boundary_remove_asked = Signal(object)
    hit_toggle_asked = Signal(object)
    tacet_toggle_asked = Signal()
    """For the chosen segment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr(
                "Left and Right move the playhead by a frame, Up and Down to the next boundary, "
                "Alt with Left or Right moves the chosen boundary."
            )
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self._scene: TimelineScene | None = None
        self._film = EMPTY_FILM_VIEW
        self._clock = FilmClock(FrameRate.parse("25"))
        self._scale = TimeScale.fitted(1.0, 1.0, HEADER_PX)
        self._lanes: list[Row] = []
        self._playhead_s = 0.0
        self._segment: int | None = None
        self._boundary: BoundaryId | None = None
        self._canvas: QPixmap | None = None
        self._drag: _Drag | None = None
        self._is_scrubbing = False
        self._message = ""

    # -- what is shown

    @property
    def scale(self) -> TimeScale:
        return self._scale

    @property
    def lanes(self) -> list[Row]:
        return self._lanes

    @property
    def selected_boundary(self) -> BoundaryId | None:
        return self._boundary

    def show_film(self, film: FilmView, clock: FilmClock) -> None:
        """Pictures, sound and timecode of a film."""
        self._film, self._clock = film, clock
        self._repaint_all()

    def show_scene(self, scene: TimelineScene | None) -> None:
        """A timeline and its take; another length of film is shown whole."""
        known = self._scene.timeline.duration if self._scene else None
        self._scene = scene
        if scene is not None and scene.timeline.duration != known:
            self._scale = TimeScale.fitted(
                float(scene.timeline.duration), self._room_px(), HEADER_PX
            )
        ids = {one.id for one in scene.timeline.boundaries} if scene else set()
        if self._boundary not in ids:
            self._boundary = None
        self._lay_out()

    def show_message(self, message: str) -> None:
        """A few words in the place of a timeline that is not there yet."""
        self._message = message
        if self._scene is None:
            self.viewport().update()

    def select(self, segment: int | None, boundary: BoundaryId | None) -> None:
        """Show a segment and a boundary as chosen."""
        if (segment, boundary) != (self._segment, self._boundary):
            self._segment, self._boundary = segment, boundary
            self._repaint_all()

    def show_playhead(self, time_s: float, *, follow: bool = False) -> None:
        """Move the playhead; scroll along where asked to."""
        for x in (self._scale.x_of(self._playhead_s), self._scale.x_of(time_s)):
            self.viewport().update(QRect(int(x) - 9, 0, 19, self.viewport().height()))
        self._playhead_s = time_s
        if follow:
            self._set_scale(self._scale.showing(time_s))

    # -- zoom and scroll

    def fit(self) -> None:
        """Show the whole film."""
        self._set_scale(TimeScale.fitted(self._scale.duration_s, self._room_px(), HEADER_PX))

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Wider or narrower, around a place: the pointer's, else the playhead's."""
        if x is None:
            x = self._scale.x_of(self._playhead_s)
            if not HEADER_PX <= x <= HEADER_PX + self._scale.width_px:
                x = HEADER_PX + self._scale.width_px / 2
        self._set_scale(self._scale.zoomed(factor, x, self._clock.rate))

    def _set_scale(self, scale: TimeScale) -> None:
        if scale != self._scale:
            self._scale = scale
            self._sync_scroll_bar()
            self._repaint_all()

    def _sync_scroll_bar(self) -> None:
        scale, bar = self._scale, self.horizontalScrollBar()
        page_s = scale.width_px / scale.px_per_s
        bar.blockSignals(True)
        bar.setRange(0, max(0, round((scale.duration_s - page_s) * _SCROLL_UNITS_PER_S)))
        bar.setPageStep(max(1, round(page_s * _SCROLL_UNITS_PER_S)))
        bar.setSingleStep(max(1, bar.pageStep() // 20))
        bar.setValue(round(scale.start_s * _SCROLL_UNITS_PER_S))
        bar.blockSignals(False)

    def _on_scrolled(self, value: int) -> None:
        self._scale = self._scale.scrolled_to(value / _SCROLL_UNITS_PER_S)
        self._repaint_all()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt override
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL_ZOOM ** turned.y(), event.position().x())
        else:
            by = turned.x() or turned.y()
            self._set_scale(
                self._scale.scrolled_to(self._scale.start_s - by / self._scale.px_per_s)
            )
        event.accept()

    # -- painting

    def _room_px(self) -> float:
        return max(60.0, self.viewport().width() - HEADER_PX - RIGHT_MARGIN_PX)

    def _lay_out(self) -> None:
        families = list(self._scene.families) if self._scene else []
        self._lanes = rows(families, self.viewport().height())
        self._sync_scroll_bar()
        self._repaint_all()

    def _repaint_all(self) -> None:
        self._canvas = None
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        self._scale = self._scale.resized(self._room_px())
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            self._paint_message()
            return
        if self._canvas is None:
            self._canvas = self._painted()
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._canvas)
        self._paint_playhead(painter)
        if self._drag is not None:
            self._paint_drag(painter)
        painter.end()

    def _paint_message(self) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(COLOURS.panel))
        painter.setPen(QColor(COLOURS.quiet))
        painter.setFont(words(14))
        where = self.viewport().rect()
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, self._message)
        painter.end()

    def _painted(self) -> QPixmap:
        """Everything but the playhead: painted anew only when something has changed."""
        assert self._scene is not None
        ratio = self.devicePixelRatioF()
        canvas = QPixmap(self.viewport().size() * ratio)
        canvas.setDevicePixelRatio(ratio)
        canvas.fill(QColor(COLOURS.panel))
        painter = QPainter(canvas)
        paint_timeline(
            painter,
            Picture(
                self._scene,
                self._film,
                self._scale,
                self._clock,
                self._lanes,
                self._segment,
                self._boundary,
            ),
            self.viewport().width(),
        )
        painter.end()
        return canvas

    def _paint_playhead(self, painter: QPainter) -> None:
        x = self._scale.x_of(self._playhead_s)
        if not HEADER_PX - 1 <= x <= HEADER_PX + self._scale.width_px + 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(COLOURS.playhead)
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, 8), QPointF(x, self._lanes[-1].bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        head = [(-6, 4), (6, 4), (6, 12), (0, 19), (-6, 12)]
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in head]))

    def _paint_drag(self, painter: QPainter) -> None:
        """Where the dragged boundary lies now, and how far that is from where it lay."""
        assert self._drag is not None
        boundary = self._boundary_of(self._drag.boundary_id)
        if boundary is None:
            return
        rate = self._clock.rate
        frames = rate.nearest_frame(boundary.time) - rate.nearest_frame(self._drag.start)
        text = f"{self._clock.text(boundary.time)}   {frames:+d} f"
        painter.setFont(digits(12))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 16
        x = self._scale.x_of(float(boundary.time))
        left = min(max(HEADER_PX, x - width / 2), self.viewport().width() - width - 4)
        box = QRectF(left, self._row("segments").top - 26, width, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS.text))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(COLOURS.ground))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _row(self, name: str) -> Row:
        return next(row for row in self._lanes if row.name == name)

    # -- the hand

    def _boundary_of(self, boundary_id: BoundaryId) -> Boundary | None:
        assert self._scene is not None
        return next((b for b in self._scene.timeline.boundaries if b.id == boundary_id), None)

    def boundary_at(self, at: QPointF) -> Boundary | None:
        """The boundary that a pointer there would take."""
        lane = row_at(self._lanes, at.y())
        if self._scene is None or at.x() < HEADER_PX - GRIP_PX or lane in (None, "ruler"):
            return None
        index = nearest_index(
            self._scene.boundary_times_s,
            self._scale.time_at(at.x()),
            GRIP_PX / self._scale.px_per_s,
        )
        return None if index is None else self._scene.timeline.boundaries[index]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        boundary = self.boundary_at(at)
        if boundary is not None:
            rate = self._clock.rate
            playhead = rate.time_of(rate.nearest_frame(Fraction(self._playhead_s)))
            self._drag = _Drag(boundary.id, boundary.time, playhead)
            self.boundary_chosen.emit(boundary.id)
        elif at.x() >= HEADER_PX:
            if row_at(self._lanes, at.y()) != "segments":
                self._is_scrubbing = True
                self._scrub(at.x())
            self._choose_segment_at(at.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            return
        at = event.position()
        if self._drag is not None:
            free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._drag_to(at.x(), free=free)
        elif self._is_scrubbing:
            self._scrub(at.x())
        else:
            takes = self.boundary_at(at) is not None
            shape = Qt.CursorShape.SplitHCursor if takes else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        self._drag = None
        self._is_scrubbing = False
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        boundary = self.boundary_at(event.position())
        if boundary is not None:
            self.hit_toggle_asked.emit(boundary.id)
        elif row_at(self._lanes, event.position().y()) in ("segments", "hits"):
            time = Fraction(self._scale.time_at(event.position().x()))
            self.boundary_add_asked.emit(time)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            return
        at = QPointF(self.viewport().mapFromGlobal(event.globalPos()))
        boundary = self.boundary_at(at)
        menu = QMenu(self)
        if boundary is not None:
            self.boundary_chosen.emit(boundary.id)
            text = self.tr("No hit here") if boundary.is_hit else self.tr("Hit this cut")
            menu.addAction(text, lambda: self.hit_toggle_asked.emit(boundary.id))
            menu.addAction(
                self.tr("Remove boundary"), lambda: self.boundary_remove_asked.emit(boundary.id)
            )
        elif at.x() >= HEADER_PX:
            time = Fraction(self._scale.time_at(at.x()))
            menu.addAction(self.tr("Add boundary here"), lambda: self.boundary_add_asked.emit(time))
            self._choose_segment_at(at.x())
            tacet = menu.addAction(self.tr("No music in this segment"))
            tacet.setCheckable(True)
            tacet.setChecked(self._segment_at(at.x()).is_tacet)
            tacet.triggered.connect(lambda _checked: self.tacet_toggle_asked.emit())
        menu.exec(event.globalPos())

    def _scrub(self, x: float) -> None:
        time_s = min(max(self._scale.time_at(x), 0.0), self._scale.duration_s)
        self.scrubbed.emit(time_s)

    def _segment_at(self, x: float) -> Segment:
        assert self._scene is not None
        time = Fraction(max(self._scale.time_at(x), 0.0))
        return self._scene.segments[segment_index_at(self._scene.timeline, time)]

    def _choose_segment_at(self, x: float) -> None:
        self.segment_chosen.emit(self._segment_at(x).index)

    def _drag_to(self, x: float, *, free: bool) -> None:
        """Move the taken boundary under the pointer: frames always hold it, the playhead pulls."""
        assert self._scene is not None
        assert self._drag is not None
        drag = self._drag
        if self._boundary_of(drag.boundary_id) is None:
            return
        time = snapped(
            self._scale.time_at(x),
            self._clock.rate,
            neighbours(self._scene.timeline, drag.boundary_id),
            magnets=() if free else (drag.playhead, drag.start),
            reach_s=min(SNAP_PX / self._scale.px_per_s, 0.5),
        )
        self.boundary_moved.emit(drag.boundary_id, time, drag)

    # -- what lies under the pointer, in words

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt override
        if event.type() == QEvent.Type.ToolTip:
            at = self.viewport().mapFromGlobal(self.cursor().pos())
            text = self.words_at(at) if self._scene else ""
            QToolTip.showText(self.cursor().pos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def words_at(self, at: QPoint) -> str:
        """What a boundary or segment under the pointer is, in a few words."""
        assert self._scene is not None
        boundary = self.boundary_at(QPointF(at))
        if boundary is not None:
            return self._boundary_words(boundary)
        if row_at(self._lanes, at.y()) == "segments" and at.x() >= HEADER_PX:
            segment = self._segment_at(at.x())
            name = emotion_name(self._scene.labels[segment.index])
            if segment.is_tacet:
                name = self.tr("no music (tacet)")
            return f"{segment.index + 1}: {name}\n{segment.emotion.explanation}".strip()
        return ""

    def _boundary_words(self, boundary: Boundary) -> str:
        where = self._clock.text(boundary.time)
        if not boundary.is_hit:
            return self.tr("{where}: boundary, no hit").format(where=where)
        assert self._scene is not None
        hit = self._scene.judged(boundary)
        if hit is None:
            return self.tr("{where}: hit, no music for it yet").format(where=where)
        if hit.status == "tacet":
            return f"{where}: {hit.what}"
        states = {
            "exact": self.tr("exact"),
            "near": self.tr("near"),
            "missed": self.tr("missed"),
        }
        error = "" if hit.error_ms is None else f" {hit_look(hit)[1]} ({hit.error_ms:+.0f} ms)"
        return f"{where}: {states[hit.status]}{error}\n{hit.what}"
