"""How the music is asked for: ensemble, key, tempo and seed; and the takes there are."""

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

from emsync_desktop.fields import Choice, TempoField
from emsync_desktop.inspector.segment import labelled
from emsync_desktop.wording import key_words, wishes_words
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ENSEMBLES
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings, Project, Take
from emsync_engine.weights import composers

LARGEST_SEED = 999_999


class ScoreSettings(QWidget):
    """Ensemble, key, tempo and seed of the next take, and the list of takes."""

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
        column.addSpacing(4)
        self._takes_heading = labelled(self.tr("TAKES"), "heading")
        column.addWidget(self._takes_heading)
        self.takes = QListWidget()
        self.takes.setAccessibleName(self.tr("Takes"))
        self.takes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.takes.currentItemChanged.connect(self._on_take)
        column.addWidget(self.takes, 1)
        column.addStretch(0)

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

    def show_takes(self, project: Project | None) -> None:
        takes = project.takes if project else ()
        self.takes.blockSignals(True)
        self.takes.clear()
        for number, take in enumerate(takes, start=1):
            item = QListWidgetItem(self._take_words(number, take))
            item.setData(Qt.ItemDataRole.UserRole, take.id)
            item.setToolTip(wishes_words(take))
            self.takes.addItem(item)
            if project is not None and take.id == project.chosen_take:
                self.takes.setCurrentItem(item)
        self.takes.blockSignals(False)
        self._takes_heading.setVisible(bool(takes))
        self.takes.setVisible(bool(takes))

    def _take_words(self, number: int, take: Take) -> str:
        states = [hit.status for hit in take.hits if hit.status != "tacet"]
        landed = sum(status != "missed" for status in states)
        ensemble = ENSEMBLES.get(take.settings.ensemble)
        name = ensemble.label.partition(":")[0] if ensemble else take.settings.ensemble
        return self.tr("{number} · {name} · seed {seed} · hits {landed}/{hits}").format(
            number=number, name=name, seed=take.seed, landed=landed, hits=len(states)
        )

    def _on_take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.take_chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
