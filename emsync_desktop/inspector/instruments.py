"""Which General MIDI program plays each family of a take; no note changes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emsync_desktop.fields import Choice
from emsync_desktop.labels import labelled
from emsync_desktop.timeline.names import lane_title
from emsync_engine.project.model import Take

KITS = {
    0: "Standard",
    8: "Room",
    16: "Power",
    24: "Electronic",
    25: "TR-808",
    32: "Jazz",
    40: "Brush",
    48: "Orchestra",
}


def program_names() -> list[str]:
    """The 128 programs of General MIDI."""
    from pretty_midi.constants import INSTRUMENT_MAP

    return [str(name) for name in INSTRUMENT_MAP]


class InstrumentsDialog(QDialog):
    """One choice for each family that plays; every change is heard a moment later."""

    chosen = Signal(str, object)
    """Take id, and programs by family."""

    def __init__(self, take: Take, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Instruments of this take"))
        self.setMinimumWidth(420)
        self._take = take
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(12)
        words = self.tr("Another instrument plays the same notes; nothing is written anew.")
        column.addWidget(labelled(words, "quiet"))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        self.choices: dict[str, Choice] = {}
        names = program_names()
        for at, (family, program) in enumerate(take.music.programs.items()):
            known = KITS if family == "drums" else dict(enumerate(names))
            choice = self.choices[family] = Choice()
            for number, name in known.items():
                choice.addItem(name, number)
            if choice.findData(program) < 0:
                choice.addItem(str(program), program)
            choice.setCurrentIndex(choice.findData(program))
            title = lane_title(family)[0]
            choice.setAccessibleName(title)
            choice.currentIndexChanged.connect(self._on_choice)
            label = labelled(title, "field")
            label.setBuddy(choice)
            grid.addWidget(label, at, 0)
            grid.addWidget(choice, at, 1)
        column.addLayout(grid)
        row = QHBoxLayout()
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)

    def _on_choice(self) -> None:
        programs = {family: int(choice.currentData()) for family, choice in self.choices.items()}
        self.chosen.emit(self._take.id, programs)
