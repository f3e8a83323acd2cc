"""The queue, what it says, and what is seen of a film while it is read."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from emsync_desktop.appearance import COLOURS
from emsync_engine.jobs.memory import EngineFacts, Released, ReleaseJob
from emsync_engine.jobs.messages import (
    ComposeJob,
    FixHitJob,
    RegenerateJob,
    RenderJob,
    TakesJob,
    ThumbnailsJob,
    WarmUpJob,
)
from emsync_engine.video.arriving import FilmPart
from tests.gui.fake_engine import FIRST_GLANCE
from tests.gui.gestures import press

FACTS = EngineFacts(900 << 20, "Some Processor", "Some Card", 2 << 30, 8 << 30, True)


@pytest.fixture
def ready(opened, engine):
    """The film is open, and the engine has nothing to do."""
    engine.succeeded.emit(engine.last(WarmUpJob)[0], None)
    return opened


def jobs_of(engine, kind):
    return [job for job in engine.submitted if isinstance(job, kind)]


def told(window):
    """What the list says: words of each row, and whether it is under way."""
    return [(row.words, row.is_running) for row in window.background.rows]


# -- the queue


def test_wishes_wait_their_turn_in_order(ready, engine, tmp_path):
    score = ready.page.inspector.score
    ready.page.inspector.generate.click()
    score.count.setValue(3)
    ready.page.inspector.generate.click()
    assert not jobs_of(engine, TakesJob), "the second one waits"
    assert told(ready) == [("A take", True), ("3 takes", False)]
    assert ready.bottom_bar.waiting.isVisible()
    assert "1" in ready.bottom_bar.waiting.text()
    engine.compose(tmp_path)
    [job] = jobs_of(engine, TakesJob)
    assert (job.count, job.seed) == (3, 2)
    assert told(ready) == [("3 takes", True)]
    assert not ready.bottom_bar.waiting.isVisible()


def test_what_waits_is_made_from_the_timeline_as_it_is_then(ready, engine, tmp_path):
    ready.page.inspector.generate.click()
    ready.menu_actions["generate_all"].trigger()
    ready.editor.choose_segment(1)
    ready.menu_actions["tacet"].trigger()
    engine.compose(tmp_path)
    assert jobs_of(engine, ComposeJob)[-1].timeline is ready.document.timeline
    assert jobs_of(engine, ComposeJob)[-1].timeline.tacet[1]


def test_hits_are_fixed_one_after_the_other_each_on_the_last_take(ready, engine, tmp_path):
    ready.page.inspector.generate.click()
    engine.compose(tmp_path)
    first = ready.document.take
    ready.generating.fix_hit(0)
    ready.generating.fix_hit(1)
    [job] = jobs_of(engine, FixHitJob)
    assert (job.take, job.hit) == (first, 0)
    assert "00:00:02:23" in told(ready)[1][0]
    engine.compose(tmp_path, "second")
    assert jobs_of(engine, FixHitJob)[1].take is ready.document.take
    assert jobs_of(engine, FixHitJob)[1].take is not first


def test_a_wish_that_was_met_by_another_lets_the_next_one_have_its_turn(ready, engine, tmp_path):
    ready.page.inspector.generate.click()
    engine.compose(tmp_path)
    ready.editor.choose_segment(2)
    ready.page.inspector.point.valence.setValue(0.9)
    assert "stale" in ready.page.inspector.generate.text()
    ready.page.inspector.generate.click()
    ready.page.inspector.generate.click()
    ready.editor.choose_segment(0)
    ready.menu_actions["generate_chosen"].trigger()
    assert [words for words, _ in told(ready)][1:] == ["Stale parts", "Segment 1 anew"]
    engine.compose(tmp_path, "second")
    assert [job.segments for job in jobs_of(engine, RegenerateJob)] == [(2,), (0,)]


def test_anything_that_waits_can_be_withdrawn(ready, engine, tmp_path):
    ready.page.inspector.generate.click()
    ready.menu_actions["generate_all"].trigger()
    ready.menu_actions["generate_all"].trigger()
    ready.background.show()
    panel = ready.background.panel
    assert [line.isVisible() for line in panel.lines] == [True] * 3
    panel.lines[1].cancel.click()
    assert [line.isVisible() for line in panel.lines] == [True, True, False]
    assert not engine.asked_to_cancel
    panel.lines[0].cancel.click()
    job_id, _ = engine.last(ComposeJob)
    assert engine.asked_to_cancel == [job_id]
    engine.cancelled.emit(job_id)
    assert len(jobs_of(engine, ComposeJob)) == 2, "cancelling one lets the next one begin"


def test_another_film_takes_what_waits_along(ready, engine, film, tmp_path):
    ready.page.inspector.generate.click()
    ready.menu_actions["generate_all"].trigger()
    ready.scoring.drop()
    assert not ready.scoring.queue
    engine.compose(tmp_path)
    assert len(jobs_of(engine, ComposeJob)) == 1
    assert ready.document.take is None


def test_after_a_crash_what_waits_goes_on(ready, engine):
    ready.page.inspector.generate.click()
    ready.menu_actions["generate_all"].trigger()
    job_id, _ = engine.last(ComposeJob)
    engine.failed.emit(job_id, "The engine process crashed.")
    assert ready.banner.isVisible()
    assert len(jobs_of(engine, ComposeJob)) == 2


def test_jobs_of_others_are_in_the_list(ready, engine):
    class SomeExport:
        pass

    SomeExport.__name__ = "ExportJob"
    ready.page.inspector.generate.click()
    job_id = engine.submit(SomeExport())
    assert told(ready) == [("A take", True), ("Export", False)]
    ready.background.cancel(job_id)
    assert engine.asked_to_cancel == [job_id]


def test_what_the_program_does_of_its_own_accord_is_not_counted(opened, engine):
    class Listening:
        pass

    Listening.__name__ = "SpeechJob"
    engine.submit(Listening())
    assert told(opened) == [
        ("Wake the composer", True),
        ("Find out where somebody speaks", False),
    ]
    assert not opened.bottom_bar.waiting.isVisible()
    opened.page.inspector.generate.click()
    assert not opened.bottom_bar.waiting.isVisible(), "that is the one in the bar"
    opened.menu_actions["generate_all"].trigger()
    assert opened.bottom_bar.waiting.isVisible()


def test_how_long_it_takes_is_told_from_what_it_took_before(ready, engine, tmp_path, monkeypatch):
    from emsync_desktop.background import controller

    now = [100.0]
    monkeypatch.setattr(controller.time, "monotonic", lambda: now[0])
    ready.page.inspector.generate.click()
    now[0] += 30
    engine.compose(tmp_path)
    ready.menu_actions["generate_all"].trigger()
    ready.menu_actions["generate_all"].trigger()
    running, waiting = ready.background.rows
    assert running.left_s == pytest.approx(30, abs=0.1)
    assert waiting.state == "waits · takes about 30 s"
    now[0] += 10
    job_id, _ = engine.last(ComposeJob)
    engine.advanced.emit(job_id, "compose", 50, 100)
    assert ready.background.rows[0].left_s == pytest.approx(10 * (1 - 0.415) / 0.415, rel=0.05)


# -- device and memory


def test_device_and_memory_are_shown(ready, engine):
    ready.background.show()
    assert engine.times_asked_for_facts
    engine.facts.emit(FACTS)
    shown = {name: label.text() for name, label in ready.background.panel.figures.items()}
    assert shown["processor"] == "Some Processor"
    assert shown["graphics"] == "Some Card · 2.0 GB of 8.0 GB"
    assert shown["engine"] == "900 MB · models are loaded"
    assert shown["window"].split()[1] in ("MB", "GB")  # that of the tests, which may be large
    assert "CPU" in ready.bottom_bar.usage.text() or "CUDA" in ready.bottom_bar.usage.text()
    assert "GB" in ready.bottom_bar.usage.text()


def test_releasing_memory_says_what_was_freed(ready, engine):
    ready.menu_actions["rest"].trigger()
    job_id, _ = engine.last(ReleaseJob)
    after = replace(FACTS, memory_bytes=400 << 20, graphics_bytes=0, has_models=False)
    engine.succeeded.emit(job_id, Released(FACTS, after))
    said = "500 MB of memory and 2.0 GB on the graphics card released."
    assert ready.bottom_bar.words == said
    ready.background.show()
    assert ready.background.panel.said.text() == said
    assert not engine.is_closed, "what was played stays"


def test_what_releases_memory_has_the_keyboard_as_soon_as_it_can(ready, engine, qtbot):
    ready.generating.generate()
    ready.background.show()
    panel = ready.background.panel
    qtbot.waitUntil(panel.isActiveWindow)
    assert not panel.release.isEnabled()
    for line in panel.lines:
        line.cancel.clearFocus()
    job_id, _ = engine.last(ComposeJob)
    engine.cancelled.emit(job_id)
    qtbot.waitUntil(panel.release.isEnabled)
    qtbot.waitUntil(panel.release.hasFocus)


def test_memory_is_not_released_under_work(ready, engine):
    ready.page.inspector.generate.click()
    ready.background.show()
    assert not ready.background.panel.release.isEnabled()
    assert not ready.menu_actions["rest"].isEnabled()


def test_the_panel_opens_and_closes_by_key(ready, qtbot):
    ready.menu_actions["background"].trigger()
    panel = ready.background.panel
    qtbot.waitUntil(panel.isVisible)
    press(panel, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.isVisible())


# -- a film that is being read


def part(times_s, *, first_peak=0, peaks=0, duration=4, shade=90):
    pictures = np.full((len(times_s), 48, 64, 3), shade, np.uint8)
    sound = np.tile(np.array([[-0.5, 0.5]], np.float32), (peaks, 1))
    times = np.array(times_s, np.float64)
    return FilmPart(Fraction(duration), Fraction(24), None, 1.0, pictures, times, sound, first_peak)


def colour_at(view, time_s, lane):
    """What is painted in the middle of a lane at a time."""
    image = view.viewport().grab().toImage()
    row = view.row(lane)
    ratio = image.devicePixelRatio()
    at = (round(view.scale.x_of(time_s) * ratio), round((row.top + row.height / 2) * ratio))
    return image.pixelColor(*at)


def test_pictures_and_sound_are_seen_while_the_film_is_read(window, engine, film):
    window.open_path(film)
    view = window.page.timeline
    assert view.film.is_arriving
    engine.shown.emit(1, part([0.0]))
    assert view.scale.duration_s == 4.0
    assert colour_at(view, 0.2, "picture") == QColor(90, 90, 90)
    assert colour_at(view, 3.5, "picture") == QColor(COLOURS.track)
    assert colour_at(view, 3.5, "original") == QColor(COLOURS.track)
    engine.shown.emit(1, part([2.0, 3.0], peaks=400))
    assert colour_at(view, 3.5, "picture") == QColor(90, 90, 90)
    assert colour_at(view, 3.5, "original") == QColor(COLOURS.waveform)
    engine.find_cuts()
    assert not view.film.is_arriving


def test_what_comes_of_another_film_is_dropped(window, engine, film, tmp_path):
    window.open_path(film)
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes())
    window.showing.analyse(other)
    engine.shown.emit(1, part([0.0], duration=99))
    view = window.page.timeline
    assert not view.film.pictures
    engine.shown.emit(len(engine.submitted), part([0.0], duration=7))
    assert view.scale.duration_s == 7.0


def test_the_film_of_a_project_is_looked_at_before_its_take_is_played(
    opened, engine, tmp_path, qtbot
):
    opened.page.inspector.generate.click()
    engine.compose(tmp_path)
    path = tmp_path / "made.emsync"
    assert opened.files.write(path)

    (tmp_path / "first.wav").unlink()
    count = len(engine.submitted)
    opened.open_path(path)
    qtbot.waitUntil(lambda: len(engine.submitted) > count)
    assert [job.path for job in engine.glanced] == [opened.page.film]
    assert isinstance(engine.submitted[-1], RenderJob)
    view = opened.page.timeline
    engine.shown.emit(FIRST_GLANCE - 1, part([0.0, 2.0]))
    assert view.film.times_s == (0.0, 2.0)
    assert view.film.is_arriving
    engine.succeeded.emit(FIRST_GLANCE - 1, None)
    job_id, _ = engine.last(RenderJob)
    engine.failed.emit(job_id, "No soundfont.")
    qtbot.waitUntil(lambda: isinstance(engine.submitted[-1], ThumbnailsJob))


def test_a_film_that_cannot_be_read_on_waits_for_nothing(opened, engine):
    opened.showing.read_film(opened.page.film)
    opened.page.show_film_view(replace(opened.page.timeline.film, is_arriving=True))
    job_id = len(engine.submitted)
    engine.failed.emit(job_id, "The disk is gone.")
    assert not opened.page.timeline.film.is_arriving
