"""Which cuts of a list to take, and what that makes of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.labels import labelled
from emsync_desktop.wording import tr
from emsync_engine.project.model import Timeline
from emsync_engine.scenes.cutlists import (
    TOLERANCE_FRAMES,
    ImportedCuts,
    MergeChoice,
    with_cuts_imported,
)
from emsync_engine.timing import FrameRate

_MOST_FRAMES = 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """A timeline with a list brought in, and how many boundaries it has more and less."""

    timeline: Timeline
    added: int
    removed: int
    moved: int


def outcome_of(
    timeline: Timeline,
    imported: ImportedCuts,
    choice: MergeChoice,
    *,
    tolerance: Fraction,
) -> Outcome:
    """What a choice makes of a timeline; ``tolerance`` in seconds."""
    after = with_cuts_imported(
        timeline, imported.cuts, choice, tolerance=tolerance, scored=imported.scored
    )
    before_times = {one.id: one.time for one in timeline.boundaries}
    after_times = {one.id: one.time for one in after.boundaries}
    return Outcome(
        timeline=after,
        added=len(after_times.keys() - before_times.keys()),
        removed=len(before_times.keys() - after_times.keys()),
        moved=sum(
            time != after_times[name] for name, time in before_times.items() if name in after_times
        ),
    )


def outcome_words(outcome: Outcome) -> str:
    """An outcome in a sentence."""
    if not (outcome.added or outcome.removed or outcome.moved):
        return tr("Nothing changes: all of these cuts are boundaries already.")
    return tr(
        "{total} boundaries then: {added} new, {moved} moved onto the list, {removed} removed."
    ).format(
        total=len(outcome.timeline.boundaries),
        added=outcome.added,
        moved=outcome.moved,
        removed=outcome.removed,
    )


class CutsDialog(QDialog):
    """Shows what was read, lets the user choose, and tells what comes of it."""

    start_typed = Signal(str)
    """Another timecode of the film's first picture; empty to let it be found."""
    accepted_timeline = Signal(object)
    """The ``Timeline`` that the user agreed to."""

    def __init__(
        self, timeline: Timeline, rate: FrameRate, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import cuts"))
        self.setMinimumWidth(520)
        self._timeline, self._rate, self._name = timeline, rate, name
        self._imported: ImportedCuts | None = None
        self.read = labelled("", "")
        self.remarks = labelled("", "quiet")
        self.outcome = labelled("", "")
        for words in (self.read, self.remarks, self.outcome):
            words.setWordWrap(True)
        self._make_choices()
        self._make_fields()
        self.import_button = QPushButton(self.tr("Import"))
        self.import_button.setProperty("look", "accent")
        self.import_button.setDefault(True)
        self.import_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self._lay_out()
        self._refresh()

    def _make_choices(self) -> None:
        self.choices: Mapping[MergeChoice, QRadioButton] = {
            "replace": QRadioButton(self.tr("&Replace detected cuts with those of the list")),
            "merge": QRadioButton(self.tr("&Merge: both, the list's place where two are one")),
            "add": QRadioButton(self.tr("&Add only what was not detected")),
        }
        self._group = QButtonGroup(self)
        for button in self.choices.values():
            self._group.addButton(button)
            button.toggled.connect(self._refresh)
        self.choices["replace"].setChecked(True)

    def _make_fields(self) -> None:
        self.tolerance = QSpinBox()
        self.tolerance.lineEdit().setTextMargins(5, 0, 0, 0)
        self.tolerance.setRange(0, _MOST_FRAMES)
        self.tolerance.setValue(TOLERANCE_FRAMES)
        self.tolerance.setSuffix(self.tr(" frames"))
        self.tolerance.setAccessibleName(self.tr("How far apart two cuts may be that are one"))
        self.tolerance.valueChanged.connect(self._refresh)
        self.start = QLineEdit()
        self.start.setMaxLength(16)
        self.start.setPlaceholderText(self.tr("found by itself; or such as 01:00:00:00"))
        self.start.setAccessibleName(self.tr("Timecode of the film's first picture in the list"))
        self.start.editingFinished.connect(self._on_start)
        self._start_told = ""

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(labelled(self._name, "title"))
        column.addWidget(self.read)
        column.addWidget(self.remarks)
        for button in self.choices.values():
            column.addWidget(button)
        form = QFormLayout()
        form.addRow(self.tr("Two cuts are one within"), self.tolerance)
        form.addRow(self.tr("The film begins in the list at"), self.start)
        column.addLayout(form)
        column.addWidget(self.outcome)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.import_button)
        column.addLayout(row)

    @property
    def choice(self) -> MergeChoice:
        return next(name for name, button in self.choices.items() if button.isChecked())

    def show_import(self, imported: ImportedCuts) -> None:
        """What was read, at once or after another start was typed."""
        self._imported = imported
        kinds = [cut.kind for cut in imported.cuts]
        self.read.setText(
            self.tr("{what}: {cuts} cuts, {mixed} of them fades and dissolves.").format(
                what=imported.what, cuts=len(kinds), mixed=len(kinds) - kinds.count("hard")
            )
        )
        self.remarks.setText("\n".join(imported.remarks))
        self.remarks.setVisible(bool(imported.remarks))
        self._refresh()

    def show_failure(self, sentence: str) -> None:
        """Why the list cannot be used as it was asked for."""
        self._imported = None
        self.read.setText(sentence)
        self.remarks.hide()
        self._refresh()

    def accept(self) -> None:
        """Hand over the timeline that the choice makes."""
        outcome = self._outcome()
        super().accept()
        if outcome is not None:
            self.accepted_timeline.emit(outcome.timeline)

    def _outcome(self) -> Outcome | None:
        if self._imported is None:
            return None
        tolerance = self._rate.time_of(self.tolerance.value())
        return outcome_of(self._timeline, self._imported, self.choice, tolerance=tolerance)

    def _on_start(self) -> None:
        text = self.start.text().strip()
        if text != self._start_told:
            self._start_told = text
            self.start_typed.emit(text)

    def _refresh(self) -> None:
        if not hasattr(self, "import_button"):
            return
        outcome = self._outcome()
        self.import_button.setEnabled(outcome is not None)
        self.outcome.setText("" if outcome is None else outcome_words(outcome))
