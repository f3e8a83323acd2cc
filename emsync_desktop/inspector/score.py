"""How the music is asked for: ensemble and seed; and the takes there are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.fields import Choice
from emsync_desktop.inspector.segment import labelled
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ENSEMBLES
from emsync_engine.project.model import GenerationSettings, Project, Take
from emsync_engine.weights import composers

LARGEST_SEED = 999_999


class ScoreSettings(QWidget):
    """Ensemble and seed of the next take, and the list of takes."""

    take_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(labelled(self.tr("SCORE"), "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self.ensemble = Choice()
        self.ensemble.setAccessibleName(self.tr("Ensemble"))
        for ensemble in ENSEMBLES.values():
            name, _, players = ensemble.label.partition(":")
            self.ensemble.addItem(name, ensemble.name)
            self.ensemble.setItemData(
                self.ensemble.count() - 1, players.strip(), Qt.ItemDataRole.ToolTipRole
            )
        self.ensemble.setCurrentIndex(self.ensemble.findData(DEFAULT_ENSEMBLE))
        self.ensemble.setMinimumContentsLength(8)
        grid.addWidget(labelled(self.tr("Ensemble"), "quiet"), 0, 0)
        grid.addWidget(self.ensemble, 0, 1)
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setValue(1)
        self.seed.lineEdit().setTextMargins(4, 0, 0, 0)  # level with the ensemble's name
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(self.tr("The same seed on the same timeline gives the same take."))
        grid.addWidget(labelled(self.tr("Seed"), "quiet"), 1, 0)
        grid.addWidget(self.seed, 1, 1)
        self.weights = self._weights_choice()
        self._weights_label = labelled(self.tr("Weights"), "quiet")
        grid.addWidget(self._weights_label, 3, 0)
        grid.addWidget(self.weights, 3, 1)
        for widget in (self._weights_label, self.weights):  # nothing to choose, nothing to show
            widget.setVisible(self.weights.count() > 1)
        self.keeps_seed = QCheckBox(self.tr("keep seed"))
        self.keeps_seed.setToolTip(self.tr("Otherwise each new take uses the next seed."))
        grid.addWidget(self.keeps_seed, 2, 1)
        column.addSpacing(4)
        self._takes_heading = labelled(self.tr("TAKES"), "heading")
        column.addWidget(self._takes_heading)
        self.takes = QListWidget()
        self.takes.setAccessibleName(self.tr("Takes"))
        self.takes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.takes.currentItemChanged.connect(self._on_take)
        column.addWidget(self.takes, 1)
        column.addStretch(0)

    def _weights_choice(self) -> Choice:
        """The weights that can compose: those shipped, and those that the user imported."""
        choice = Choice()
        choice.setAccessibleName(self.tr("Weights"))
        for entry in composers():
            choice.addItem(entry.name, entry.name)
            choice.setItemData(choice.count() - 1, entry.description, Qt.ItemDataRole.ToolTipRole)
        choice.setCurrentIndex(max(choice.findData(GenerationSettings().weights), 0))
        choice.setMinimumContentsLength(8)
        return choice

    @property
    def settings(self) -> GenerationSettings:
        """What the next take is asked for."""
        return GenerationSettings(
            ensemble=str(self.ensemble.currentData()), weights=str(self.weights.currentData())
        )

    def prepare_next(self) -> None:
        """A take was made: the next one is another, unless the seed is to be kept."""
        if not self.keeps_seed.isChecked():
            self.seed.setValue((self.seed.value() + 1) % (LARGEST_SEED + 1))

    def show_takes(self, project: Project | None) -> None:
        takes = project.takes if project else ()
        self.takes.blockSignals(True)
        self.takes.clear()
        for number, take in enumerate(takes, start=1):
            item = QListWidgetItem(self._take_words(number, take))
            item.setData(Qt.ItemDataRole.UserRole, take.id)
            self.takes.addItem(item)
            if project is not None and take.id == project.chosen_take:
                self.takes.setCurrentItem(item)
        self.takes.blockSignals(False)
        self._takes_heading.setVisible(bool(takes))
        self.takes.setVisible(bool(takes))

    def _take_words(self, number: int, take: Take) -> str:
        landed = sum(hit.status != "missed" for hit in take.hits)
        ensemble = ENSEMBLES.get(take.settings.ensemble)
        name = ensemble.label.partition(":")[0] if ensemble else take.settings.ensemble
        return self.tr("{number} · {name} · seed {seed} · hits {landed}/{hits}").format(
            number=number, name=name, seed=take.seed, landed=landed, hits=len(take.hits)
        )

    def _on_take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.take_chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
