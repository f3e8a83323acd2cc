"""The inspector in little room: what gives way, what is remembered, what is told instead."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from emsync_desktop.appearance import text_width
from emsync_desktop.inspector.panel import ROOMY_PX
from emsync_desktop.inspector.reading import EmotionReading
from emsync_desktop.timeline.painting import paint_over
from tests.gui.gestures import place_of

LAPTOP = (1274, 690)  # what 1280 by 720 leaves between a title and a frame


def settle(window, width, height):
    window.resize(width, height)
    QApplication.processEvents()
    QApplication.processEvents()


def rows_in_view(score):
    """How many of the score's fields are seen whole."""
    room = score.tabs.widget(0).viewport().rect()
    fields = (score.ensemble, score.key, score.tempo, score.ending, score.sync, score.count)
    seen = [
        field.mapTo(score.tabs.widget(0).viewport(), QPoint(0, field.height())).y()
        <= room.height() + 1
        for field in fields
    ]
    return sum(seen)


@pytest.fixture
def with_take(opened, engine, tmp_path):
    opened.generating.generate()
    engine.compose(tmp_path)
    opened.hint.put_away()
    opened.page.inspector.score.tabs.setCurrentIndex(0)
    return opened


def test_the_window_fits_a_small_screen_with_a_take_in_it(with_take):
    reading = with_take.page.inspector.reading
    for is_open in (False, True):
        reading.read.switch.setChecked(is_open)
        QApplication.processEvents()
        least = with_take.minimumSizeHint()
        assert least.width() <= LAPTOP[0]
        assert least.height() <= LAPTOP[1]


def test_a_long_sentence_below_does_not_widen_the_window(with_take):
    settle(with_take, 1300, 800)
    before = with_take.minimumSizeHint().width()
    with_take.bottom_bar.rest("A sentence that goes on and on. " * 12)
    QApplication.processEvents()
    assert with_take.minimumSizeHint().width() == before
    assert with_take.bottom_bar.words.startswith("A sentence")


def test_in_a_low_window_the_words_take_the_place_of_the_bars(with_take):
    inspector = with_take.page.inspector
    settle(with_take, *LAPTOP)
    assert inspector.height() < ROOMY_PX
    before = rows_in_view(inspector.score)
    inspector.reading.read.switch.setChecked(True)
    QApplication.processEvents()
    assert inspector.reading.read.text.isVisible()
    assert not inspector.reading._bars.isVisible()
    assert rows_in_view(inspector.score) >= before >= 2
    settle(with_take, 1500, 1040)
    if inspector.height() >= ROOMY_PX:  # the screen has the room
        assert inspector.reading._bars.isVisible()


def test_reasons_that_do_not_fit_end_in_dots_and_are_told_whole(with_take):
    reading = with_take.page.inspector.reading
    words = "light and colour, " * 12
    segment = with_take.editor.segment
    reading.show_segment(replace(segment, emotion=replace(segment.emotion, explanation=words)))
    settle(with_take, *LAPTOP)
    assert reading._reasons.text().endswith(" …")
    assert words.strip() in reading._reasons.toolTip()
    lines = (
        reading._reasons.heightForWidth(reading.width()) / reading._reasons.fontMetrics().height()
    )
    assert lines < 2.5


def test_folded_it_leaves_the_score_all_its_room_and_that_is_remembered(with_take, qtbot):
    inspector = with_take.page.inspector
    settle(with_take, *LAPTOP)
    inspector.reading.fold.click()
    QApplication.processEvents()
    assert rows_in_view(inspector.score) == 6
    assert "%" in inspector.reading._summary.text()
    QSettings().sync()
    other = EmotionReading()
    qtbot.addWidget(other)
    assert not other.fold.isChecked()


def test_the_way_back_stands_beside_generate_where_there_is_little_room(with_take):
    inspector, editor = with_take.page.inspector, with_take.editor
    inspector.point.valence.setValue(0.5)
    settle(with_take, *LAPTOP)
    reset = inspector.point.reset
    assert reset.isVisible()
    assert reset.text() == "↺"
    assert "detected" in reset.toolTip()
    reset.click()
    assert editor.segment.emotion.chosen is None


def test_no_name_of_a_segment_is_cut(opened):
    """A short segment has no letters at all; the pointer tells its name, times and length."""
    view = opened.page.timeline
    settle(opened, 1400, 880)
    label = view.words_at(place_of(view, 1.2, "segments"))
    assert "00:00:01:00 – 00:00:02:02" in label
    assert "1.1 s" in label
    drawn = []

    class Spy(QPainter):
        def drawStaticText(self, *arguments):  # noqa: N802 - Qt's name
            drawn.append(arguments[-1].text())
            super().drawStaticText(*arguments)

    narrow = view.picture()
    for width in range(8, 140, 3):
        scale = view.scale.__class__.fitted(4.0, float(width), view.scale.origin_px)
        image = QImage(400, 420, QImage.Format.Format_RGB32)
        painter = Spy(image)
        paint_over(painter, replace(narrow, scale=scale), 400)
        painter.end()
    names = {"joy", "sadness", "neutral", "calm", "fear", "anger", "surprise", "disgust", "tacet"}
    letters = {text for text in drawn if text and text[0].isalpha()}
    assert letters
    assert letters <= names
    assert text_width("sadness", 12) < 140


def test_fields_stand_in_two_columns_where_there_is_room(with_take):
    form = with_take.page.inspector.score.tabs.widget(0).takeWidget()  # that has its own width
    form.setParent(with_take.page)
    form.show()
    QApplication.processEvents()
    least = next(width for width in range(100, 2000) if form.columns_in(width) == 2)
    for width, columns in ((least, 2), (least - 1, 1), (least + 200, 2)):
        form.resize(width, 200)
        QApplication.processEvents()
        assert form.columns == columns
        assert form.layout().minimumSize().width() <= width  # nothing to scroll to, sideways


def test_a_name_on_the_circumplex_gives_way_to_the_point(opened):
    from emsync_desktop.circumplex.geometry import landmarks
    from emsync_engine.project.model import VAPoint

    circumplex = opened.page.inspector.point.circumplex
    square = circumplex.square
    for name, place in landmarks().items():
        circumplex.show_points(VAPoint(0.9, -0.9), VAPoint(0.9, -0.9))
        usual = circumplex._label_box(square, name, 40.0)
        under = square.point_at(usual.center().x(), usual.center().y())
        circumplex.show_points(under, under)
        other = circumplex._label_box(square, name, 40.0)
        above = square.xy_of(place)[1] - usual.height() * 2 > square.centre_y - square.half
        assert (not other.intersects(usual)) or not above, name


def test_the_way_back_stands_at_the_left_again_once_there_is_room(with_take):
    inspector = with_take.page.inspector
    settle(with_take, 1400, 880)
    left = inspector.point.reset.mapTo(inspector, QPoint(0, 0)).x()
    settle(with_take, *LAPTOP)
    settle(with_take, 1400, 880)
    assert inspector.point.reset.mapTo(inspector, QPoint(0, 0)).x() == left
