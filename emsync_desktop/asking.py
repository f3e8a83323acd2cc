"""Questions that have to be answered before anything else happens, in the window's own looks."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

LEAST_PX = 380


def ask(
    parent: QWidget, question: str, more: str, answers: dict[str, str], *, usual: str, cancel: str
) -> str:
    """Ask, wait, and tell which answer was chosen.

    Parameters
    ----------
    question, more : the question, and in quieter words what it is about
    answers : what stands on the buttons, by names that the caller knows
    usual, cancel : the name of the answer that Return gives, and of the one that Esc gives
    """
    box = question_box(parent, question, more, answers, usual=usual, cancel=cancel)
    box.exec()
    chosen = box.clickedButton()
    box.deleteLater()
    return next((name for name in answers if chosen and chosen.objectName() == name), cancel)


def question_box(
    parent: QWidget, question: str, more: str, answers: dict[str, str], *, usual: str, cancel: str
) -> QMessageBox:
    """The question as a dialog that is not shown yet; see `ask`."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, parent.windowTitle(), question, parent=parent)
    box.setInformativeText(more)
    roles = QMessageBox.ButtonRole
    for name, words in answers.items():
        role = roles.RejectRole if name == cancel else roles.ActionRole
        button = box.addButton(words, roles.AcceptRole if name == usual != cancel else role)
        button.setObjectName(name)
        if name == usual:
            button.setProperty("look", "accent_small")
            button.style().unpolish(button)
            button.style().polish(button)
            box.setDefaultButton(button)
        if name == cancel:
            box.setEscapeButton(button)
    label = box.findChild(QLabel, "qt_msgbox_label")
    if isinstance(label, QLabel):
        label.setProperty("look", "title")
        label.setMinimumWidth(LEAST_PX)
    return box
