"""How the music is asked for: ensemble, key, tempo and seed; and the takes there are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.fields import Choice, TempoField
from emsync_desktop.inspector.form import FieldForm
from emsync_desktop.inspector.hits import HitsPage, HitTable
from emsync_desktop.inspector.takes import TakeList
from emsync_desktop.wording import key_words
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ENSEMBLES
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings, Project
from emsync_engine.weights import composers

LARGEST_SEED = 999_999


ENDINGS = ("ring", "button", "fade", "loop")
MOST_TAKES = 8
LEAST_LIST_PX = 40


def _narrow() -> Choice:
    """A choice that may be narrower than the longest of its names."""
    choice = Choice()
    choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(6)
    return choice


def _scrolling(form: QWidget) -> QScrollArea:
    """A form in a room that may be lower than it is."""
    room = QScrollArea()
    room.setFrameShape(QFrame.Shape.NoFrame)
    room.setWidgetResizable(True)
    room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    room.setMinimumHeight(90)
    room.setWidget(form)
    return room


class ScoreSettings(QWidget):
    """What the next take is asked for, and the lists of takes, hits and steps."""

    take_chosen = Signal(str)
    settings_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.ensemble = self._ensemble_choice()
        self.key = self._key_choice()
        self.tempo = self._tempo_field()
        self.ending = self._ending_choice()
        self.sync = self._sync_field()
        self.count = self._count_field()
        self.seed = self._seed_field()
        self.keeps_seed = QCheckBox(self.tr("keep"))
        self.keeps_seed.setAccessibleName(self.tr("Keep seed"))
        self.keeps_seed.setToolTip(self.tr("Otherwise each new take uses the next seed."))
        self.weights = self._weights_choice()
        self.form = FieldForm()
        for words, *fields in (
            (self.tr("Ensemble"), self.ensemble),
            (self.tr("Key"), self.key),
            (self.tr("Tempo"), self.tempo),
            (self.tr("Ending"), self.ending),
            (self.tr("Sync"), self.sync),
            (self.tr("Takes"), self.count),
            (self.tr("Seed"), self.seed, self.keeps_seed),
        ):
            self.form.add(words, *fields)
        if self.weights.count() > 1:
            self.form.add(self.tr("Weights"), self.weights)
        else:  # nothing to choose
            self.weights.setParent(self)
            self.weights.hide()
        self.takes = TakeList()
        self.takes.take_chosen.connect(self.take_chosen)
        self.hits = HitTable()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.tabBar().setAccessibleName(self.tr("What is asked for, takes, hits and history"))
        self.tabs.addTab(_scrolling(self.form), self.tr("Score"))
        self.tabs.addTab(self.takes, self.tr("Takes"))
        self.hits_page = HitsPage(self.hits)
        self.tabs.addTab(self.hits_page, self.tr("Hits"))
        self.takes.setMinimumHeight(LEAST_LIST_PX)
        column.addWidget(self.tabs, 1)
        for choice in (self.ensemble, self.key, self.ending, self.weights):
            choice.currentIndexChanged.connect(self.settings_changed)
        for number in (self.tempo, self.sync):
            number.valueChanged.connect(self.settings_changed)

    def add_history(self, history: QWidget) -> None:
        """The steps that can be undone, beside takes and hits."""
        history.setMinimumHeight(LEAST_LIST_PX)
        self.tabs.addTab(history, self.tr("History"))

    def bring(self, page: QWidget) -> None:
        """Show one of the lists and give it the keyboard."""
        self.tabs.setCurrentWidget(self.hits_page if page is self.hits else page)
        page.setFocus()

    def _ending_choice(self) -> Choice:
        choice = _narrow()
        choice.setAccessibleName(self.tr("Ending"))
        choice.setToolTip(
            self.tr(
                "How the music ends: a chord that rings to the last frame, a short button, a fade "
                "of three seconds, or so that it can be looped."
            )
        )
        names = (self.tr("Ring out"), self.tr("Button"), self.tr("Fade"), self.tr("Loop"))
        for ending, name in zip(ENDINGS, names, strict=True):
            choice.addItem(name, ending)
        return choice

    def _sync_field(self) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(0.0, 15.0)
        field.lineEdit().setTextMargins(2, 0, 0, 0)
        field.setDecimals(1)
        field.setSingleStep(1.0)
        field.setPrefix("±")
        field.setSuffix(self.tr(" % tempo"))
        field.setKeyboardTracking(False)
        field.setValue(GenerationSettings().sync_percent)
        field.setAccessibleName(self.tr("Limit of the tempo fit"))
        field.setToolTip(
            self.tr(
                "How far the tempo may bend so that chords land on the hits; "
                "0 leaves the music as it was written."
            )
        )
        return field

    def _count_field(self) -> QSpinBox:
        field = QSpinBox()
        field.setRange(1, MOST_TAKES)
        field.lineEdit().setTextMargins(4, 0, 0, 0)
        field.setAccessibleName(self.tr("Number of takes"))
        field.setToolTip(
            self.tr(
                "How many takes Generate writes at once; the best of them is heard, by its hits, "
                "its emotion and its form."
            )
        )
        return field

    def _ensemble_choice(self) -> Choice:
        choice = _narrow()
        choice.setAccessibleName(self.tr("Ensemble"))
        for ensemble in ENSEMBLES.values():
            name, _, players = ensemble.label.partition(":")
            choice.addItem(name, ensemble.name)
            choice.setItemData(choice.count() - 1, players.strip(), Qt.ItemDataRole.ToolTipRole)
        choice.setCurrentIndex(choice.findData(DEFAULT_ENSEMBLE))
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
        choice = _narrow()
        choice.setAccessibleName(self.tr("Key"))
        choice.setToolTip(self.tr("The key to compose in; Auto leaves it to the composer."))
        choice.addItem(self.tr("Auto"), None)
        for key in KEYS:
            choice.addItem(key_words(key), key)
        choice.setMaxVisibleItems(len(KEYS) + 1)
        return choice

    def _weights_choice(self) -> Choice:
        """The weights that can compose: those shipped, and those that the user imported."""
        choice = _narrow()
        choice.setAccessibleName(self.tr("Weights"))
        for entry in composers():
            choice.addItem(entry.name, entry.name)
            choice.setItemData(choice.count() - 1, entry.description, Qt.ItemDataRole.ToolTipRole)
        choice.setCurrentIndex(max(choice.findData(GenerationSettings().weights), 0))
        return choice

    @property
    def settings(self) -> GenerationSettings:
        """What the next take is asked for."""
        return GenerationSettings(
            ensemble=str(self.ensemble.currentData()),
            weights=str(self.weights.currentData()),
            key=self.key.currentData(),
            tempo_bpm=self.tempo.bpm,
            ending=str(self.ending.currentData()),
            sync_percent=round(self.sync.value(), 1),
        )

    def show_settings(self, settings: GenerationSettings | None) -> None:
        """Ask for what a take was asked for; without one, leave key and tempo to the composer."""
        if settings is not None and (at := self.ensemble.findData(settings.ensemble)) >= 0:
            self.ensemble.setCurrentIndex(at)
        self.key.setCurrentIndex(max(self.key.findData(settings.key if settings else None), 0))
        self.tempo.set_bpm(settings.tempo_bpm if settings else None)
        asked = settings or GenerationSettings()
        self.ending.setCurrentIndex(max(self.ending.findData(asked.ending), 0))
        self.sync.setValue(asked.sync_percent)

    def prepare_next(self) -> None:
        """A take was made: the next one is another, unless the seed is to be kept."""
        if not self.keeps_seed.isChecked():
            self.seed.setValue((self.seed.value() + 1) % (LARGEST_SEED + 1))

    def prepare_after(self, project: Project) -> None:
        """The next take is to be another than those there are."""
        seeds = [take.seed for take in project.takes]
        self.seed.setValue((max(seeds, default=0) + 1) % (LARGEST_SEED + 1))

    def show_takes(self, project: Project | None) -> None:
        """The takes of a project; the first of them brings their list to the front."""
        had, has = self.takes.count() > 0, bool(project and project.takes)
        self.takes.show_takes(project)
        if has and not had:
            self.tabs.setCurrentWidget(self.takes)
