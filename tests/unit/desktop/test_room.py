"""Room for speech while playing: the export's curve, asked for when the engine is idle, undone."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from emsync_desktop.document import ProjectDocument
from emsync_desktop.preview.ahead import BLOCK
from emsync_desktop.preview.mixer import SoundMix, TakeSound
from emsync_desktop.preview.room import NO_ROOM, gains_between, room_for_speech
from emsync_desktop.preview.room_fields import RoomFields
from emsync_desktop.preview.sound import RATE
from emsync_desktop.preview.speech import SpeechFinder
from emsync_desktop.preview.strips import ORIGINAL, Strip
from emsync_engine.features.speech import SpeechSpan
from emsync_engine.jobs.speech_job import SpeechJob, Spoken
from emsync_engine.project.ducking import Ducking
from emsync_engine.render.ducking import ducking_curve
from emsync_engine.render.wav import write_wav
from tests.gui.fake_engine import FakeEngine
from tests.unit.engine.project_samples import sample_project

SPANS = (SpeechSpan(2.0, 4.0, 0.9),)
DUCKING = Ducking(True, 12.0, 0.2, 0.3)


class StillOriginal:
    """A film's sound in which nothing sounds."""

    def read(self, start, count):
        return np.zeros((count, 2), np.float32)

    def close(self):
        pass


@pytest.fixture
def mix(tmp_path):
    write_wav(np.full((8 * RATE, 2), 0.5, np.float32), tmp_path / "a.wav")
    one = SoundMix()
    one.set_take(TakeSound(tmp_path / "a.wav"))
    one.set_original(StillOriginal())
    one.settle()
    yield one
    one.set_take(None)
    one.set_original(None)
    one.settle()


def heard(mix, start_s, end_s):
    blocks = range(round(start_s * RATE), round(end_s * RATE), BLOCK)
    return np.concatenate([mix.read(start, BLOCK) for start in blocks])


def test_the_music_is_softer_by_the_curve_of_the_export(mix):
    mix.set_room(room_for_speech(SPANS, DUCKING, 8.0))
    mix.settle()
    found = heard(mix, 1.5, 4.5)
    wanted = 0.5 * ducking_curve(SPANS, DUCKING, 8.0).gains(round(1.5 * RATE), len(found))
    np.testing.assert_allclose(found[:, :1], wanted, atol=1e-5)
    assert found[RATE, 0] == pytest.approx(0.5 * 10 ** (-12 / 20), abs=1e-4)


def test_another_depth_comes_without_a_click(mix):
    mix.set_room(room_for_speech(SPANS, DUCKING, 8.0))
    mix.settle()
    before = mix.read(3 * RATE, BLOCK)
    mix.set_room(room_for_speech(SPANS, replace(DUCKING, depth_db=3.0), 8.0))
    after = mix.read(3 * RATE + BLOCK, BLOCK)
    later = mix.read(3 * RATE + 2 * BLOCK, BLOCK)
    steps = np.abs(np.diff(np.concatenate([before, after, later])[:, 0]))
    assert steps.max() < 0.001
    assert later == pytest.approx(0.5 * 10 ** (-3 / 20), abs=1e-4)


def test_nobody_makes_room_for_speech_that_is_not_heard(mix):
    mix.set_room(room_for_speech(SPANS, DUCKING, 8.0))
    mix.set_strips({ORIGINAL: Strip(is_muted=True)})
    mix.settle()
    assert mix.read(3 * RATE, BLOCK) == pytest.approx(0.5, abs=1e-4)
    mix.set_strips({})
    mix.settle()
    assert mix.read(3 * RATE, BLOCK).max() < 0.2
    mix.set_original(None)
    mix.settle()
    assert mix.read(3 * RATE, BLOCK) == pytest.approx(0.5, abs=1e-4)


def test_where_it_is_off_nothing_is_done():
    assert room_for_speech(SPANS, Ducking(is_on=False), 8.0) is NO_ROOM
    assert room_for_speech((), DUCKING, 8.0) is NO_ROOM
    assert gains_between(NO_ROOM, NO_ROOM, 0, 64) is None


class FakeScoring(QObject):
    started = Signal(str)
    idle = Signal()

    def __init__(self):
        super().__init__()
        self.engine, self.task = FakeEngine(), None

    def awake_engine(self):
        return self.engine


@pytest.mark.gui
def test_the_engine_listens_when_it_is_idle_and_gives_way(qtbot, tmp_path):
    scoring, document, told = FakeScoring(), ProjectDocument(), []
    finder = SpeechFinder(scoring, document)
    finder.found.connect(told.append)
    film = tmp_path / "film.mp4"
    film.touch()
    project = sample_project()
    document.open(replace(project, video=replace(project.video, path=str(film))))
    qtbot.waitUntil(lambda: len(scoring.engine.listened) == 1)
    assert scoring.engine.listened == [SpeechJob(film)]
    scoring.started.emit("compose")
    assert scoring.engine.given_way == [-1]
    scoring.engine.cancelled.emit(-1)
    scoring.idle.emit()
    qtbot.waitUntil(lambda: len(scoring.engine.listened) == 2)
    scoring.engine.succeeded.emit(-2, Spoken(film, SPANS))
    assert told == [None, SPANS]
    scoring.idle.emit()
    qtbot.wait(600)
    assert len(scoring.engine.listened) == 2  # it is known
    finder.close()


@pytest.mark.gui
def test_the_fields_show_and_ask(qtbot):
    fields = RoomFields()
    qtbot.addWidget(fields)
    asked = []
    fields.chosen.connect(asked.append)
    fields.show_ducking(DUCKING)
    fields.show_speech(SPANS)
    assert asked == []
    assert "2 s" in fields.words.text()
    fields.fields.depth.setValue(6.0)
    fields.fields.is_on.setChecked(False)
    assert asked == [replace(DUCKING, depth_db=6.0), replace(DUCKING, depth_db=6.0, is_on=False)]
    assert not fields.fields.depth.isEnabled()
    fields.show_ducking(None)
    assert not fields.isEnabled()
