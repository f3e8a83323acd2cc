"""The timeline: shows everything on one time axis, and takes the hand's edits.

It changes nothing itself: gestures leave as signals, and the document answers with a new timeline.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QToolTip, QWidget

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.selection import Selection
from emsync_desktop.timeline.closer import NO_CLOSER, Closer
from emsync_desktop.timeline.film_lanes import close_times
from emsync_desktop.timeline.film_view import EMPTY_FILM_VIEW, FilmView
from emsync_desktop.timeline.geometry import Row, TimeScale, least_height, rows
from emsync_desktop.timeline.hand import Gesture, cursor_at, double_click, gesture_at
from emsync_desktop.timeline.menus import menu_at
from emsync_desktop.timeline.overlay import paint_gesture, paint_playhead
from emsync_desktop.timeline.painting import HEADER_PX, Picture
from emsync_desktop.timeline.scene import TimelineScene
from emsync_desktop.timeline.still import Still, paint_focus, paint_message
from emsync_desktop.timeline.telling import words_at
from emsync_engine.project.model import BoundaryId
from emsync_engine.timing import FrameRate

RIGHT_MARGIN_PX = 14.0
_SCROLL_UNITS_PER_S = 1000
_WHEEL_ZOOM = 1.0015  # per eighth of a degree


class TimelineView(QAbstractScrollArea):
    """Ruler, pictures, segments, emotion, sound, notes and hits, with the playhead over all."""

    scrubbed = Signal(float)
    """The playhead was dragged to a time, in seconds."""
    segment_chosen = Signal(int, str)
    """A segment, and how: only, toggle, extend."""
    boundary_chosen = Signal(object, str)
    marquee_chosen = Signal(object, object, bool)
    """Boundary ids, segment indices, and whether beside what was chosen."""
    boundaries_moved = Signal(object, object, object)
    """Exact times by boundary id, the id in the hand, and a token that one gesture shares."""
    level_moved = Signal(str, float, object)
    """Axis and value for the chosen segments, and the gesture's token."""
    span_marked = Signal(object)
    """The first moment of a range and the one after its last."""
    boundary_add_asked = Signal(object)
    hit_toggle_asked = Signal(object)
    looked_at = Signal()
    """Another stretch is shown, or in another size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr(
                "Left and Right move the playhead by a frame, Up and Down to the next boundary, "
                "Alt with Left or Right moves the chosen boundaries."
            )
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # lanes stay put
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self.is_snapping = True
        self.follows = True
        self.cuts: tuple[Fraction, ...] = ()
        """Cuts found in the film; boundaries are pulled to them."""
        self.steps: tuple[str, ...] = ()
        """Messages that follow each other while a film is read; shown together."""
        self.menus: dict[str, list[QAction]] = {}
        """What can be done with a ``boundary``, a ``segment`` and the ``ruler``."""
        self._scene: TimelineScene | None = None
        self._film = EMPTY_FILM_VIEW
        self._clock = FilmClock(FrameRate.parse("25"))
        self._scale = TimeScale.fitted(1.0, 1.0, HEADER_PX)
        self._lanes: list[Row] = []
        self._playhead_s = 0.0
        self._selection = Selection()
        self._span: tuple[Fraction, Fraction] | None = None
        self._still = Still()
        self._closer = NO_CLOSER
        self._gesture: Gesture | None = None
        self._message = ""
        self._is_known = False  # how long a film is whose timeline is not there yet

    # -- what is shown

    @property
    def scene(self) -> TimelineScene | None:
        return self._scene

    @property
    def clock(self) -> FilmClock:
        return self._clock

    @property
    def scale(self) -> TimeScale:
        return self._scale

    @property
    def lanes(self) -> list[Row]:
        return self._lanes

    @property
    def playhead_s(self) -> float:
        return self._playhead_s

    @property
    def selected_boundary(self) -> BoundaryId | None:
        return self._selection.boundary

    @property
    def chosen_boundaries(self) -> frozenset[BoundaryId]:
        return self._selection.boundaries

    @property
    def chosen_segments(self) -> frozenset[int]:
        return self._selection.segments

    def row(self, name: str) -> Row:
        """A lane by name."""
        return next(row for row in self._lanes if row.name == name)

    @property
    def span(self) -> tuple[Fraction, Fraction] | None:
        """The marked range."""
        return self._span

    def show_film(self, film: FilmView, clock: FilmClock) -> None:
        """Pictures, sound and timecode of a film."""
        self._film, self._clock = film, clock
        self._repaint_all()

    def show_closer(self, closer: Closer) -> None:
        """Pictures of single frames, for zooms that need them."""
        self._closer = closer
        self._repaint_all()

    @property
    def close_times_s(self) -> list[float]:
        """When the pictures are that are seen now, where the strip has too few of them."""
        if self._scene is None or not self._lanes:
            return []
        return close_times(self._film, self.row("picture").height, self.picture().columns)

    @property
    def film(self) -> FilmView:
        """What is shown of the film's pictures and sound."""
        return self._film

    def show_arriving(self, film: FilmView, clock: FilmClock, duration_s: float) -> None:
        """What has come so far of a film; as long as it says where nothing else is known."""
        if self._scene is None and (not self._is_known or duration_s != self._scale.duration_s):
            self._scale = TimeScale.fitted(duration_s, self._room_px(), HEADER_PX)
            self._sync_scroll_bar()
        self._is_known = True
        self.show_film(film, clock)

    def show_scene(self, scene: TimelineScene | None) -> None:
        """A timeline and its take; another length of film is shown whole."""
        known = self._scene.timeline.duration if self._scene else None
        families = self._scene.families if self._scene else None
        self._scene = scene
        if scene is None:
            self._still.clear()
            self._is_known = False
            self._scale = TimeScale.fitted(1.0, self._room_px(), HEADER_PX)
        elif scene.timeline.duration != known:
            duration_s = float(scene.timeline.duration)
            self._scale = TimeScale.fitted(duration_s, self._room_px(), HEADER_PX)
        if scene is not None and scene.families is families and self._lanes:
            self._repaint_all()
        else:
            self._lay_out()

    def show_message(self, message: str) -> None:
        """A few words in the place of a timeline that is not there yet."""
        self._message = message
        if self._scene is None:
            self.viewport().update()

    def select(self, selection: Selection) -> None:
        """Show what is chosen."""
        if selection != self._selection:
            self._selection = selection
            self._repaint_all()

    def show_span(self, span: tuple[Fraction, Fraction] | None) -> None:
        """Show the marked range."""
        self._span = span
        self._repaint_all()

    def show_playhead(self, time_s: float, *, follow: bool = False) -> None:
        """Move the playhead; scroll along where asked to."""
        for x in (self._scale.x_of(self._playhead_s), self._scale.x_of(time_s)):
            self.viewport().update(QRect(int(x) - 9, 0, 19, self.viewport().height()))
        self._playhead_s = time_s
        if follow and self.follows:
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

    def zoom_to_choice(self) -> None:
        """Show the marked range, else the chosen segments, as wide as they fit."""
        if self._scene is None:
            return
        if self._span is not None:
            start_s, end_s = map(float, self._span)
        else:
            edges, chosen = self._scene.edges_s, self._selection.segments
            start_s, end_s = float(edges[min(chosen)]), float(edges[max(chosen) + 1])
        self._set_scale(self._scale.spanning(start_s, end_s, self._clock.rate))

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
        bar.setEnabled(bar.maximum() > 0)
        bar.blockSignals(False)
        self.looked_at.emit()

    def _on_scrolled(self, value: int) -> None:
        self._set_scale(self._scale.scrolled_to(value / _SCROLL_UNITS_PER_S))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt override
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL_ZOOM ** turned.y(), event.position().x())
        else:
            by_s = (turned.x() or turned.y()) / self._scale.px_per_s
            self._set_scale(self._scale.scrolled_to(self._scale.start_s - by_s))
        event.accept()

    # -- painting

    def _room_px(self) -> float:
        return max(60.0, self.viewport().width() - HEADER_PX - RIGHT_MARGIN_PX)

    def _lay_out(self) -> None:
        families = list(self._scene.families) if self._scene else []
        bar_px = self.horizontalScrollBar().sizeHint().height()
        self.setMinimumHeight(ceil(least_height(families)) + bar_px)
        self._lanes = rows(families, self.viewport().height())
        self._sync_scroll_bar()
        self._repaint_all()

    def _repaint_all(self) -> None:
        self._still.spoil()
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt override
        """In other colours everything is painted anew."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._repaint_all()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        self._scale = self._scale.resized(self._room_px())
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            paint_message(self, self._message, is_known=self._is_known)
            return
        still = self._still.pixmap(self.picture, self.viewport().size())
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, still)
        paint_playhead(painter, self)
        if self._gesture is not None:
            paint_gesture(painter, self, self._gesture)
        if self.hasFocus():
            paint_focus(painter, self)
        painter.end()

    def picture(self) -> Picture:
        """Everything that is shown now, but the playhead."""
        assert self._scene is not None
        ratio = self.devicePixelRatioF()
        return Picture(
            self._scene,
            self._film,
            self._scale.aligned(ratio),
            self._clock,
            self._lanes,
            self._selection.segments,
            self._selection.boundaries,
            (float(self._span[0]), float(self._span[1])) if self._span else None,
            ratio,
            self._closer,
        )

    # -- the hand

    def time_at(self, x: float) -> float:
        """Seconds at a place, inside the film."""
        return min(max(self._scale.time_at(x), 0.0), self._scale.duration_s)

    def segment_index_at(self, x: float) -> int:
        """The segment at a place."""
        assert self._scene is not None
        time_s = self.time_at(x)
        return self._scene.segments_between(time_s, time_s).start

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        super().focusOutEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is not None and event.button() == Qt.MouseButton.LeftButton:
            self._gesture = gesture_at(self, event.position(), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            return
        at = event.position()
        if self._gesture is not None:
            self._gesture.move(at, event.modifiers())
            self.viewport().update()
        else:
            self.viewport().setCursor(cursor_at(self, at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        self._gesture = None
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is not None and event.button() == Qt.MouseButton.LeftButton:
            double_click(self, event.position())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt override
        if self._scene is None:
            return
        at = QPointF(self.viewport().mapFromGlobal(event.globalPos()))
        menu = self.menu_at(at)
        if menu is not None:
            menu.exec(event.globalPos())
            menu.deleteLater()

    def menu_at(self, at: QPointF) -> QMenu | None:
        """What can be done there, with what lies there chosen; None beside the film."""
        return menu_at(self, at)

    # -- what lies under the pointer, in words

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt override
        if event.type() == QEvent.Type.ToolTip:
            at = self.viewport().mapFromGlobal(self.cursor().pos())
            text = self.words_at(at) if self._scene else ""
            QToolTip.showText(self.cursor().pos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def words_at(self, at: QPoint) -> str:
        """What a boundary, segment or curve under the pointer is, in a few words."""
        return words_at(self, QPointF(at))
