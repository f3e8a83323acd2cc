"""The timeline from pieces painted before is the one painted anew, pixel by pixel."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.canvas import STEP_COLUMNS, Canvas
from emsync_desktop.timeline.film_view import film_view_of
from emsync_desktop.timeline.geometry import TimeScale, rows
from emsync_desktop.timeline.painting import HEADER_PX, Picture, paint_timeline
from emsync_desktop.timeline.scene import TimelineScene
from emsync_engine.project.model import Boundary, BoundaryId, Hit, Timeline, VAPoint
from emsync_engine.project.notes import FAMILIES, Music, Note
from emsync_engine.timing import FrameRate
from tests.unit.desktop.films import JOYFUL, PLAIN, SAD, take

pytestmark = pytest.mark.gui
WIDTH, HEIGHT, DURATION_S = 1100, 380, 900
FILM = FrameRate.parse("24")


@pytest.fixture(scope="module")
def film(qapp):
    noise = np.random.default_rng(2)
    pictures = noise.integers(0, 255, (30, 36, 64, 3), dtype=np.uint8)
    peaks = np.sort(noise.uniform(-1, 1, (DURATION_S * 100, 2)), axis=1).astype(np.float32)
    return film_view_of(pictures, np.arange(30) * 30.0, peaks, 100)


@pytest.fixture(scope="module")
def scene(qapp):
    noise = np.random.default_rng(1)
    frames = np.sort(noise.choice(np.arange(24, DURATION_S * 24 - 24), 300, replace=False))
    boundaries = tuple(
        Boundary(BoundaryId(str(n)), Fraction(int(frame), 24), is_hit=n % 3 == 0)
        for n, frame in enumerate(frames)
    )
    emotions = tuple((JOYFUL, SAD, PLAIN)[n % 3] for n in range(301))
    timeline = Timeline(Fraction(DURATION_S), boundaries, emotions)
    for index in (4, 5, 90):
        timeline = timeline.with_tacet(index, True).with_point(index + 2, VAPoint(0.4, -0.7))
    notes = tuple(
        Note(float(at), float(at) + 1, FAMILIES[n % 5], int(noise.integers(30, 90)), 50 + n % 40)
        for n, at in enumerate(np.sort(noise.uniform(0, DURATION_S - 2, 4000)))
    )
    states = ("exact", "near", "missed")
    hits = tuple(
        Hit(float(one.time), float(one.time), 40.0, 1.0, "chord", states[n % 3])
        for n, one in enumerate(timeline.hits)
    )
    music = Music(float(DURATION_S), notes)
    made = replace(take(), music=music, hits=hits)
    return TimelineScene.of(timeline, made)


def picture_of(scene, film, scale, ratio=1.0, **chosen):
    lanes = rows(list(scene.families), HEIGHT)
    clock = FilmClock(FILM)
    return Picture(scene, film, scale.aligned(ratio), clock, lanes, ratio=ratio, **chosen)


def painted(picture, paint):
    ratio = picture.ratio
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#1c1f25"))
    painter = QPainter(image)
    paint(painter, picture, float(WIDTH))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8)
    return pixels.reshape(image.height(), image.width(), 4).copy()


def assert_same(canvas, picture):
    kept, anew = painted(picture, canvas.paint), painted(picture, paint_timeline)
    different = (kept[..., :3] != anew[..., :3]).any(axis=2)
    assert not different.any(), f"{np.argwhere(different)[:9].tolist()} (row, column)"


def whole():
    return TimeScale.fitted(float(DURATION_S), WIDTH - HEADER_PX - 14, HEADER_PX)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_scrolling_and_zooming_show_what_painting_anew_would(scene, film, ratio):
    canvas, scale = Canvas(), whole()
    for factor in (1.0, 4.0, 6.0, 12.0, 40.0):
        scale = scale.zoomed(factor, 600.0, FILM)
        for step in (0.0, 37.3, 211.0, -90.7):
            scale = scale.scrolled_to(scale.start_s + step / scale.px_per_s)
            assert_same(canvas, picture_of(scene, film, scale, ratio))


def test_a_drag_a_choice_and_an_emotion_show_at_once(scene, film):
    canvas, scale = Canvas(), whole().zoomed(9.0, 500.0, FILM)
    before = scene
    for shift in range(1, 5):
        moved = before.timeline.boundaries[140]
        timeline = before.timeline.with_boundary_at(moved.id, moved.time + Fraction(shift, 240))
        before = TimelineScene.of(timeline, scene.take, before=before)
        chosen = {"segments": frozenset({140, 141}), "boundaries": frozenset({moved.id})}
        assert_same(canvas, picture_of(before, film, scale, **chosen))
    louder = TimelineScene.of(
        before.timeline.with_point(141, VAPoint(-0.9, 0.9)),
        scene.take,
        before=before,
    )
    assert_same(canvas, picture_of(louder, film, scale, span_s=(400.0, 470.0)))


def test_a_drag_paints_no_picture_sound_or_note_again(scene, film):
    canvas, scale = Canvas(), whole()
    painted(picture_of(scene, film, scale), canvas.paint)
    first = dict(canvas.painted)
    columns = picture_of(scene, film, scale).columns
    assert set(first.values()) == {columns.count}
    moved = scene.timeline.boundaries[140]
    timeline = scene.timeline.with_boundary_at(moved.id, moved.time + Fraction(1, 24))
    later = TimelineScene.of(timeline, scene.take, before=scene)
    painted(picture_of(later, film, scale), canvas.paint)
    again = {name for name, count in canvas.painted.items() if count > first[name]}
    assert again == {"segments", "emotion", "hits"}
    dragged = dict(canvas.painted)
    painted(picture_of(later, film, scale, segments=frozenset({3})), canvas.paint)
    assert canvas.painted == dragged, "a choice repaints no lane"


def test_scrolling_paints_only_what_comes_into_view(scene, film):
    canvas, scale = Canvas(), whole().zoomed(40.0, 600.0, FILM)
    painted(picture_of(scene, film, scale), canvas.paint)
    before = canvas.painted["piano"]
    for step in range(1, 11):
        moved = scale.scrolled_to(scale.start_s + 30 * step / scale.px_per_s)
        painted(picture_of(scene, film, moved), canvas.paint)
    assert 300 <= canvas.painted["piano"] - before <= 300 + STEP_COLUMNS
    back = dict(canvas.painted)
    painted(picture_of(scene, film, scale), canvas.paint)
    assert canvas.painted == back, "what was seen is known"


def test_a_film_that_was_closed_leaves_nothing(scene, film):
    canvas = Canvas()
    painted(picture_of(scene, film, whole()), canvas.paint)
    count = canvas.painted["piano"]
    canvas.clear()
    painted(picture_of(scene, film, whole()), canvas.paint)
    assert canvas.painted["piano"] == 2 * count
