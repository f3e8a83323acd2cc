"""How the music is asked for: ensemble, key, tempo and seed; and the takes there are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.fields import Choice, TempoField
from emsync_desktop.inspector.hits import HitTable
from emsync_desktop.inspector.segment import labelled
from emsync_desktop.inspector.takes import TakeList
from emsync_desktop.wording import key_words
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ENSEMBLES
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings, Project
from emsync_engine.weights import composers

LARGEST_SEED = 999_999


class ScoreSettings(QWidget):
    """Ensemble, key, tempo and seed of the next take, and the lists of takes and hits."""

    take_chosen = Signal(str)
    settings_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self.ensemble = self._ensemble_choice()
        self.key = self._key_choice()
        self.tempo = self._tempo_field()
        self.seed = self._seed_field()
        self.keeps_seed = QCheckBox(self.tr("keep"))
        self.keeps_seed.setAccessibleName(self.tr("Keep seed"))
        self.keeps_seed.setToolTip(self.tr("Otherwise each new take uses the next seed."))
        self.weights = self._weights_choice()
        for row, (words, field) in enumerate(
            (
                (self.tr("Ensemble"), self.ensemble),
                (self.tr("Key"), self.key),
                (self.tr("Tempo"), self.tempo),
                (self.tr("Seed"), self.seed),
                (self.tr("Weights"), self.weights),
            )
        ):
            label = labelled(words, "quiet")
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1, 1, 1 if field is self.seed else 2)
            if field is self.weights and self.weights.count() < 2:  # nothing to choose
                label.hide()
                field.hide()
        grid.addWidget(self.keeps_seed, 3, 2)
        self.takes = TakeList()
        self.takes.take_chosen.connect(self.take_chosen)
        self.hits = HitTable()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.takes, self.tr("Takes"))
        self.tabs.addTab(self.hits, self.tr("Hits"))
        column.addWidget(self.tabs, 1)
        for choice in (self.ensemble, self.key, self.weights):
            choice.currentIndexChanged.connect(self.settings_changed)
        self.tempo.valueChanged.connect(self.settings_changed)

    def _ensemble_choice(self) -> Choice:
        choice = Choice()
        choice.setAccessibleName(self.tr("Ensemble"))
        for ensemble in ENSEMBLES.values():
            name, _, players = ensemble.label.partition(":")
            choice.addItem(name, ensemble.name)
            choice.setItemData(choice.count() - 1, players.strip(), Qt.ItemDataRole.ToolTipRole)
        choice.setCurrentIndex(choice.findData(DEFAULT_ENSEMBLE))
        choice.setMinimumContentsLength(8)
        return choice

    def _tempo_field(self) -> TempoField:
        field = TempoField()
        field.lineEdit().setTextMargins(4, 0, 0, 0)  # level with the ensemble's name
        field.setAccessibleName(self.tr("Tempo"))
        field.setToolTip(self.tr("Beats a minute, 40 to 220; empty leaves it to the composer."))
        return field

    def _seed_field(self) -> QSpinBox:
        field = QSpinBox()
        field.setRange(0, LARGEST_SEED)
        field.setValue(1)
        field.lineEdit().setTextMargins(4, 0, 0, 0)
        field.setAccessibleName(self.tr("Seed"))
        field.setToolTip(self.tr("The same seed on the same timeline gives the same take."))
        return field

    def _key_choice(self) -> Choice:
        """Auto, and the 24 keys."""
        choice = Choice()
        choice.setAccessibleName(self.tr("Key"))
        choice.setToolTip(self.tr("The key to compose in; Auto leaves it to the composer."))
        choice.addItem(self.tr("Auto"), None)
        for key in KEYS:
            choice.addItem(key_words(key), key)
        choice.setMinimumContentsLength(8)
        choice.setMaxVisibleItems(len(KEYS) + 1)
        return choice

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
            ensemble=str(self.ensemble.currentData()),
            weights=str(self.weights.currentData()),
            key=self.key.currentData(),
            tempo_bpm=self.tempo.bpm,
        )

    def show_settings(self, settings: GenerationSettings | None) -> None:
        """Ask for what a take was asked for; without one, leave key and tempo to the composer."""
        if settings is not None and (at := self.ensemble.findData(settings.ensemble)) >= 0:
            self.ensemble.setCurrentIndex(at)
        self.key.setCurrentIndex(max(self.key.findData(settings.key if settings else None), 0))
        self.tempo.set_bpm(settings.tempo_bpm if settings else None)

    def prepare_next(self) -> None:
        """A take was made: the next one is another, unless the seed is to be kept."""
        if not self.keeps_seed.isChecked():
            self.seed.setValue((self.seed.value() + 1) % (LARGEST_SEED + 1))

    def prepare_after(self, project: Project) -> None:
        """The next take is to be another than those there are."""
        seeds = [take.seed for take in project.takes]
        self.seed.setValue((max(seeds, default=0) + 1) % (LARGEST_SEED + 1))

    def show_takes(self, project: Project | None) -> None:
        """The takes of a project."""
        self.takes.show_takes(project)
