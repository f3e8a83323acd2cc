"""A model came: the open film is offered to be read again, and that is one step to be undone."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from emsync_desktop.models import needs, rereading
from emsync_engine.extractors.listing import Lack
from emsync_engine.jobs.reading_job import ReadAgainJob
from emsync_engine.models.store import State
from emsync_engine.project.model import VAPoint
from emsync_engine.rereading import ReadAgain

pytestmark = pytest.mark.gui
FAULT = "screen-text failed on this film and was left out (ValueError)."


@pytest.fixture
def usable(monkeypatch):
    """Every model is used as soon as it is there."""
    monkeypatch.setattr(rereading, "_is_used", lambda name: True)


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def answer(window, engine, *, faults=()):
    """Let the engine read something else in the second segment."""
    job_id, job = engine.last(ReadAgainJob)
    segments = job.timeline.segments
    emotions = {(one.start, one.end): one.emotion for one in segments}
    second = segments[1]
    emotions[second.start, second.end] = replace(second.emotion, detected=VAPoint(0.7, 0.7))
    engine.succeeded.emit(job_id, ReadAgain(emotions, ("clip",), faults))


def test_an_installed_model_offers_to_read_again(opened, engine, usable):
    before = opened.document.timeline
    opened.models.manager.installed.emit("clip")
    assert opened.banner.isVisible()
    assert opened.banner.sentence.startswith("CLIP ViT-B/32")
    assert opened.banner._act.text() == "Read again with CLIP ViT-B/32"
    click(opened.banner._act)
    assert engine.last(ReadAgainJob)[1].timeline == before
    assert opened.bottom_bar.words == "Reading the film again"
    answer(opened, engine)
    after = opened.document.timeline
    assert after.boundaries == before.boundaries
    assert after.emotions[1].detected == VAPoint(0.7, 0.7)
    assert after.emotions[0] == before.emotions[0]
    assert (
        opened.bottom_bar.words == "The film was read again: 1 of 4 segments came out differently."
    )
    assert not opened.banner.isVisible()
    opened.document.undo_stack.undo()
    assert opened.document.timeline == before


def test_several_models_are_one_offer_in_window_and_dialog(opened, usable):
    opened.models.show()
    dialog = opened.models.dialog
    assert not dialog.offer.isVisible()
    opened.models.manager.installed.emit("clip")
    opened.models.manager.installed.emit("clip")
    opened.models.manager.installed.emit("speech")
    assert dialog.offer.isVisible()
    assert dialog.again_button.text() == "Read again with 2 models"
    assert "CLIP ViT-B/32, Whisper small" in dialog._offer_words.text()
    click(dialog.again_button)
    assert not dialog.offer.isVisible()
    assert not opened.banner.isVisible()
    assert opened.scoring.task.kind == "reread"
    dialog.reject()


def test_nothing_is_offered_without_a_film_or_where_it_cannot_be_used(
    window, engine, film, monkeypatch
):
    monkeypatch.setattr(rereading, "_is_used", lambda name: name != "face-detector")
    window.models.manager.installed.emit("clip")
    assert not window.banner.isVisible()
    window.open_path(film)
    window.models.manager.installed.emit("speech")  # comes too late for what is under way
    assert not window.banner.isVisible()
    engine.find_cuts()
    QTest.qWait(1)
    assert window.banner._act.text() == "Read again with Whisper small"
    window.banner.hide()
    window.models.manager.installed.emit("face-detector")
    assert not window.banner.isVisible()


def test_what_was_edited_meanwhile_stays(opened, engine):
    opened.menu_actions["read_again"].trigger()
    opened.editor.choose_segment(1)
    opened.editor.choose_point(VAPoint(-0.5, -0.5), None)
    answer(opened, engine)
    emotion = opened.document.timeline.emotions[1]
    assert (emotion.chosen, emotion.detected) == (VAPoint(-0.5, -0.5), VAPoint(0.7, 0.7))


def test_what_still_fails_is_said_and_a_new_film_forgets_the_offer(opened, engine, film, usable):
    opened.models.manager.installed.emit("clip")
    opened.models.rereading.ask()
    answer(opened, engine, faults=(FAULT,))
    assert opened.banner.sentence == FAULT
    opened.models.manager.installed.emit("clip")
    assert opened.models.rereading.offered == ("clip",)
    opened.document.undo_stack.setClean()
    opened.document.open(None)
    assert opened.models.rereading.offered == ()


def test_a_film_on_which_a_model_failed_can_be_read_again(window, engine, film, monkeypatch):
    from emsync_engine.emotion.full_reading import FullReading
    from emsync_engine.extractors.reading import NotObserved
    from tests.gui import fake_engine

    made = fake_engine.analysed

    def analysed(path):
        found = made(path)
        models = FullReading((), missing={"screen-text": NotObserved("failed", FAULT)})
        told = replace(found.analysis, warnings=(FAULT,), models=models)
        return replace(found, analysis=told)

    monkeypatch.setattr(fake_engine, "analysed", analysed)
    window.open_path(film)
    engine.find_cuts()
    assert window.banner.sentence == FAULT
    click(window.banner._act)
    assert engine.last(ReadAgainJob)[1].path == film


def test_the_inspector_leads_to_the_models_and_to_reading_again(opened, engine, monkeypatch):
    read = opened.page.inspector.reading.read
    lack = Lack("model", "clip", State.DAMAGED)
    monkeypatch.setattr(needs, "lacks", lambda: {"clip": lack})
    read.switch.click()
    assert read.text.toolTip() == "CLIP ViT-B/32 is damaged; get it again under Edit, Models."
    click(read.models_button)
    assert opened.models.dialog is not None
    opened.models.dialog.reject()
    click(read.again_button)
    assert opened.scoring.task.kind == "reread"
    monkeypatch.setattr(needs, "lacks", dict)
    read.look_again()
    assert not read.models_button.isVisible()


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        (Lack("library", "easyocr"), "The library easyocr, which reads it, is not installed"),
        (Lack("model", "face-expression"), "It is used once ViT face expression is installed too."),
    ],
)
def test_the_manager_says_what_else_is_needed(opened, monkeypatch, lack, said):
    from emsync_desktop.models import dialog as dialogs

    monkeypatch.setattr(dialogs, "lack_beside", lambda name: lack)
    opened.models.show()
    dialog = opened.models.dialog
    words = " ".join(dialog._need_words("face-detector", State.INSTALLED))
    assert words.startswith(said)
    if lack.kind == "library":
        assert "pip install 'emsync-desktop[vemoclap]'" in dialog.facts.text()
    dialog.reject()
