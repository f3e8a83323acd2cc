"""What models read in the chosen segment: folded until asked for, plain text, nothing looked up."""

from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.project.model import Segment, SegmentReading
from tests.unit.desktop.films import JOYFUL

pytestmark = pytest.mark.gui

READING = SegmentReading(
    method="late fusion",
    counted=(("built-in", 0.25), ("clip", 0.5), ("faces", 0.25)),
    speech="We <b>made</b> it",
    screen_text="the end",
    sounds=(("Music", 0.83),),
    faces=(("face", 0.6), ("happy", 0.8)),
    pictures=(("joy", 0.58), ("surprise", 0.2)),
    words=(("speech", "positive", 0.9),),
)


@pytest.fixture
def widget(qtbot, home):
    from PySide6.QtCore import QCoreApplication, QSettings

    from emsync_desktop.inspector.read import WhatWasRead

    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(home))
    QCoreApplication.setOrganizationName("emsync")
    QCoreApplication.setApplicationName("emsync")
    made = WhatWasRead()
    qtbot.addWidget(made)
    made.show()
    return made


def segment(reading: SegmentReading | None) -> Segment:
    return Segment(0, Fraction(0), Fraction(4), replace(JOYFUL, reading=reading))


def test_it_is_folded_and_looks_nothing_up_until_it_is_opened(widget, monkeypatch):
    from emsync_desktop.inspector import read

    asked = []
    monkeypatch.setattr(read, "_not_installed", lambda: asked.append(1) or {})
    widget.show_segment(segment(READING))
    assert not widget.text.isVisible()
    assert asked == []
    widget.switch.click()
    assert widget.text.isVisible()
    assert asked == [1]


def test_everything_is_told_in_plain_text(widget, monkeypatch):
    from emsync_desktop.inspector import read

    monkeypatch.setattr(read, "_not_installed", lambda: {"speech": "Not installed; do so."})
    widget.switch.click()
    widget.show_segment(segment(READING))
    assert widget.text.text().splitlines() == [
        "Counted: pictures 50%, light, movement, loudness 25%, faces 25%",
        "Pictures: joy 58%, surprise 20%",
        "Faces: in 60% of the pictures, happy 80%",
        "Heard: Music 83%",
        "Said: “We <b>made</b> it” (positive 90%)",
        "Written: “the end”",
        "",
        "Not installed, and so not read: speech",
    ]
    assert widget.text.toolTip() == "Not installed; do so."


def test_without_models_it_says_what_was_read(widget):
    widget.switch.click()
    widget.show_segment(segment(None))
    assert widget.text.text().startswith("Read from light, colour, movement and loudness alone.")
    assert "pictures, sounds, faces" in widget.text.text()  # none is installed in a test
    widget.show_segment(None)
    assert widget.text.text() == ""
    assert not widget.switch.isEnabled()


def test_it_stays_open_for_the_next_window(widget, qtbot):
    from emsync_desktop.inspector.read import WhatWasRead

    widget.switch.click()
    other = WhatWasRead()
    qtbot.addWidget(other)
    assert other.switch.isChecked()
