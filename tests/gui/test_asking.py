"""Questions before something is lost: in the window's looks, answered by keys too."""

from fractions import Fraction

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from emsync_desktop.asking import question_box
from tests.gui.gestures import press

pytestmark = pytest.mark.gui
KEY = Qt.Key


def soon(act):
    """Do something with the question that is about to be asked, once it is there."""

    def wait():
        box = QApplication.activeModalWidget()
        if box is None or not box.isVisible():
            QTimer.singleShot(20, wait)
        else:
            act(box)

    QTimer.singleShot(0, wait)


@pytest.fixture
def changed(opened):
    opened.editor.add_boundary(Fraction(3, 2))
    return opened


def test_escape_stays_and_loses_nothing(changed):
    soon(lambda box: press(box, KEY.Key_Escape))
    assert not changed.files.may_leave()
    assert not changed.document.undo_stack.isClean()


def test_return_saves(changed, tmp_path, monkeypatch):
    path = tmp_path / "film.emsync"
    monkeypatch.setattr(changed.files, "save", lambda: changed.files.write(path))
    soon(lambda box: press(box, KEY.Key_Return))
    assert changed.files.may_leave()
    assert path.is_file()


def test_a_button_throws_the_changes_away(changed):
    seen = []

    def discard(box):
        seen.append((box.text(), box.informativeText()))
        box.findChild(QPushButton, "discard").click()

    soon(discard)
    assert changed.files.may_leave()
    assert seen[0][0] == "Save the changes to this project?"
    assert changed.page.film.name in seen[0][1]


def test_a_question_has_no_pictures_of_the_toolkit(window):
    answers = {"go": "Go", "stay": "Stay"}
    box = question_box(window, "Go?", "Or stay.", answers, usual="stay", cancel="stay")
    box.show()
    assert box.iconPixmap().isNull()
    buttons = box.findChildren(QPushButton)
    assert {one.objectName() for one in buttons} == {"go", "stay"}
    assert all(one.icon().isNull() for one in buttons)
    assert box.defaultButton().objectName() == "stay"
    assert box.escapeButton().objectName() == "stay"
    box.reject()
