"""Mixer, click, streamer and figures, by mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from emsync_desktop.preview import console as console_module
from emsync_desktop.preview.device import Device
from emsync_desktop.preview.gauge import Gauge
from emsync_desktop.preview.streamer import LEAD_S, is_punched, streamer_share
from emsync_engine.jobs.messages import Composed, ComposeJob
from emsync_engine.project.notes import FAMILIES
from emsync_engine.render.wav import write_wav
from tests.gui.fake_engine import made_take
from tests.gui.gestures import LEFT, press

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def mixer(opened, engine, tmp_path, monkeypatch):
    """The mixer over a window with a take that has stems, and a device that is only named."""
    devices = [Device("", "Speakers"), Device("Desk, ALSA", "Desk")]
    monkeypatch.setattr(console_module, "output_devices", lambda: devices)
    opened.page.transport.device = "Speakers"
    compose(opened, engine, tmp_path, "first")
    opened.menu_actions["mixer"].trigger()
    return opened.page.console.mixer


def compose(window, engine, folder, name):
    window.generating.generate_all()
    job_id, job = engine.last(ComposeJob)
    take = made_take(job, name)
    count = round(float(job.timeline.duration) * 48000)
    stems = {one: folder / f"{name}-{one}.wav" for one in FAMILIES}
    for path in (*stems.values(), folder / f"{name}.wav"):
        write_wav(np.full((count, 2), 0.1, np.float32), path)
    composed = Composed(take, job.timeline, folder / f"{name}.wav", stems, "")
    engine.succeeded.emit(job_id, composed)
    return take


def heard(window):
    mix = window.page.transport.mix
    mix.settle()
    return mix.read(0, 64)


def test_the_engine_is_asked_for_the_families_of_a_short_film(mixer, engine):
    assert engine.last(ComposeJob)[1].stems


def test_mute_and_solo_are_heard(mixer, opened):
    family = opened.document.take.music.families[0]
    row = mixer.rows[family]
    assert row.solo.isEnabled()
    QTest.mouseClick(row.solo, LEFT)
    QTest.mouseClick(mixer.rows[family].mute, LEFT)
    assert heard(opened) == pytest.approx(0.0, abs=1e-6)
    QTest.mouseClick(row.mute, LEFT)
    assert heard(opened) == pytest.approx(0.1, abs=1e-5)
    QTest.keyClick(row.pan, Qt.Key.Key_Home)
    assert heard(opened)[:, 1] == pytest.approx(0.0, abs=1e-6)


def test_mixer_and_faders_below_the_picture_are_one(mixer, opened):
    preview = opened.page.preview
    preview.music.setValue(-40)
    assert mixer.rows["music"].words.text() == "off"
    QTest.keyClick(mixer.rows["music"].gain, Qt.Key.Key_End)
    assert preview.music.value() == 6
    reset = [one for one in mixer.findChildren(type(mixer.rows["music"].mute)) if one.text()]
    QTest.mouseClick(reset[-1], LEFT)
    assert (preview.music.value(), preview.original.value()) == (0, -6)


def test_everything_in_it_has_a_name(mixer):
    for row in mixer.rows.values():
        for widget in row.widgets[1:]:
            assert widget.accessibleName() or widget is row.words
    assert [mixer.device.itemData(at) for at in range(mixer.device.count())] == ["", "Desk, ALSA"]


def test_a_device_is_chosen(mixer, opened, monkeypatch):
    chosen = []
    monkeypatch.setattr(opened.page.transport, "choose_device", chosen.append)
    mixer.device.setFocus()
    QTest.keyClick(mixer.device, Qt.Key.Key_Down)
    mixer.device.activated.emit(mixer.device.currentIndex())
    assert "Desk, ALSA" in chosen


def test_without_a_device_it_says_so(opened):
    opened.menu_actions["mixer"].trigger()
    mixer = opened.page.console.mixer
    assert mixer.note.text()
    assert not mixer.rows["original"].gain.isEnabled()


def test_one_key_hears_the_other_take_as_loud(mixer, opened, engine, tmp_path):
    transport = opened.page.transport
    first = transport.mix.take.path
    compose(opened, engine, tmp_path, "second")
    second = transport.mix.take.path
    assert first != second
    opened.menu_actions["play"].trigger()
    press(opened, Qt.Key.Key_B, CONTROL)
    assert transport.mix.take.path == first
    assert transport.is_playing
    press(opened, Qt.Key.Key_B, CONTROL)
    assert transport.mix.take.path == second
    transport.stop()


def test_a_lost_device_is_told_of(opened):
    opened.page.transport.device_lost.emit("Headphones")
    told = [one.text() for one in opened.banner.findChildren(type(opened.page.preview.length))]
    assert "The audio device “Headphones” is gone; the film plays on without sound." in told


def test_figures_lie_over_the_picture(opened):
    opened.menu_actions["figures"].trigger()
    assert len(opened.page.preview.picture.figures) >= 2
    opened.menu_actions["figures"].trigger()
    assert opened.page.preview.picture.figures == []


def test_the_streamer_grows_before_a_hit(opened):
    opened.menu_actions["streamer"].trigger()
    picture = opened.page.preview.picture
    picture.show_time(1.0 - 1e-3)
    shot = picture.grab().toImage()
    picture.show_time(1.5)
    assert picture.grab().toImage() != shot
    opened.menu_actions["streamer"].trigger()


def test_where_the_streamer_is():
    hits = [3.0, 10.0]
    assert streamer_share(0.9, hits) is None
    assert streamer_share(3.0 - LEAD_S / 4, hits) == pytest.approx(0.75)
    assert streamer_share(3.0, hits) == 1.0
    assert streamer_share(11.0, hits) is None
    assert is_punched(3.0, hits)
    assert not is_punched(2.99, hits)
    assert not is_punched(3.5, hits)


def test_frames_that_were_never_painted_are_counted():
    gauge = Gauge()
    for frame in (10, 11, 11, 13, 14):
        gauge.show(frame, 0.010)
    gauge.restart()
    gauge.show(50, 0.010)
    gauge.show(51, 0.030)
    figures = gauge.figures
    assert (figures.shown, figures.dropped) == (4, 1)
    assert figures.offset_ms == pytest.approx(10.0)
