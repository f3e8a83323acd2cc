"""Labels in the looks of the style sheet."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def labelled(text: str, look: str, parent: QWidget | None = None) -> QLabel:
    """A label with a look of the style sheet."""
    label = QLabel(text, parent)
    label.setProperty("look", look)
    return label
