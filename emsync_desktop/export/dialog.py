"""The export dialog: for whom, what, at which level, where to; then how it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.export.choices import Choices, remember, remembered, usual_base
from emsync_desktop.export.exporting import Exporting
from emsync_desktop.export.options import ExportOptions
from emsync_desktop.export.planned import PlannedFiles
from emsync_desktop.jobs import JobRunner
from emsync_desktop.labels import labelled
from emsync_engine.export_presets import EXPORT_PRESETS
from emsync_engine.project.model import Project

if TYPE_CHECKING:
    from emsync_engine.export import Exported, ExportRequest
    from emsync_engine.export_plan import ExportPlan

_PLAN_AFTER_MS = 150  # typing a name asks for one plan, not for one a letter


class ExportDialog(QDialog):
    """Everything about one export of a project's chosen take.

    Parameters
    ----------
    project : as it is now; its take is what is exported
    path : of its file; None while it has none
    span : the range that is marked in the window, if any
    engine : called when the export begins: the engine's client, awake
    """

    ducking_chosen = Signal(object)
    """``Ducking``, when an export begins with another than the project's."""
    written = Signal(str)
    """One sentence on what was written."""

    def __init__(
        self,
        project: Project,
        path: Path | None,
        span: tuple[Fraction, Fraction] | None,
        engine: Callable[[], Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._plan: ExportPlan | None = None
        self._wanted: tuple[Path, ExportRequest] | None = None
        self._folder = Path()
        self._told = self._failure = ""  # how the last export went, until something is changed
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumSize(860, 560)
        self.resize(920, 590)
        self.exporting = Exporting(engine, self)
        self._looker = JobRunner(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PLAN_AFTER_MS)
        self.options = ExportOptions(project.ducking, span, project.video.frame_rate)
        self.planned = PlannedFiles()
        self.presets: dict[str, QPushButton] = {}
        self._lay_out()
        self._connect()
        self._show_base(usual_base(path, Path(project.video.path)))
        self.options.show_choices(remembered())
        self._on_changed()
        self.presets.get(self.options.choices.matching_preset, self.name).setFocus()

    # -- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(12)
        column.addLayout(self._preset_row())
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.options, 5)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._place_frame())
        right.addWidget(self.planned, 1)
        middle.addLayout(right, 6)
        column.addLayout(middle, 1)
        self._foot = QStackedWidget()
        self._foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for page in (self._asking_page(), self._busy_page(), self._done_page()):
            self._foot.addWidget(page)
        column.addWidget(self._foot)

    def _preset_row(self) -> QHBoxLayout:
        """One button for each use; which is chosen is said in words too."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for preset in EXPORT_PRESETS.values():
            button = QPushButton(self.tr(preset.label))
            button.setCheckable(True)
            button.setProperty("look", "choice")
            button.setToolTip(preset.about)
            button.setAccessibleDescription(preset.about)
            button.clicked.connect(lambda _checked, name=preset.name: self._on_preset(name))
            self.presets[preset.name] = button
            row.addWidget(button)
        self.preset_words = labelled("", "quiet")
        self.preset_words.setWordWrap(True)
        row.addSpacing(8)
        row.addWidget(self.preset_words, 1)
        return row

    def _place_frame(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("look", "panel")
        column = QVBoxLayout(frame)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(6)
        column.addWidget(labelled(self.tr("NAME AND FOLDER"), "heading"))
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the results, without an ending"))
        column.addWidget(self.name)
        row = QHBoxLayout()
        self.folder = QLabel()
        self.folder.setTextFormat(Qt.TextFormat.PlainText)
        self.folder.setProperty("look", "quiet")
        self.folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.folder, 1)
        self.choose_folder = QPushButton(self.tr("Choose …"))
        self.choose_folder.setAccessibleName(self.tr("Choose the folder"))
        row.addWidget(self.choose_folder)
        column.addLayout(row)
        return frame

    def _asking_page(self) -> QWidget:
        page, row = _row()
        self.warning = labelled("", "stale")
        row.addWidget(self.warning, 1)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.reject)
        row.addWidget(self.close_button)
        self.export_button = QPushButton(self.tr("Export"))
        self.export_button.setProperty("look", "accent")
        row.addWidget(self.export_button)
        return page

    def _busy_page(self) -> QWidget:
        page, row = _row()
        self.progress_words = labelled("", "quiet")
        self.progress_words.setMinimumWidth(230)
        row.addWidget(self.progress_words)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        row.addWidget(self.progress, 1)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        row.addWidget(self.cancel_button)
        return page

    def _done_page(self) -> QWidget:
        page, row = _row()
        self.result_words = QLabel()
        self.result_words.setWordWrap(True)
        self.result_words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.result_words, 1)
        self.show_button = QPushButton(self.tr("Show in folder"))
        self.again_button = QPushButton(self.tr("Export more"))
        self.done_button = QPushButton(self.tr("Done"))
        self.done_button.setProperty("look", "accent")
        for button in (self.show_button, self.again_button, self.done_button):
            row.addWidget(button)
        return page

    def _connect(self) -> None:
        self.options.changed.connect(self._on_changed)
        self.name.textChanged.connect(self._on_changed)
        self.choose_folder.clicked.connect(self.ask_for_folder)
        self.planned.other_folder_asked.connect(self.ask_for_folder)
        self.export_button.clicked.connect(self.export)
        self.cancel_button.clicked.connect(self._cancel)
        self.done_button.clicked.connect(self.accept)
        self.again_button.clicked.connect(self._ask_again)
        self.show_button.clicked.connect(self._show_folder)
        self._later.timeout.connect(self._look)
        self._looker.succeeded.connect(self._on_plan)
        self._looker.failed.connect(self._on_no_plan)
        self._looker.cancelled.connect(self._look)
        exporting = self.exporting
        exporting.progressed.connect(self._on_progress)
        exporting.finished.connect(self._on_finished)
        exporting.failed.connect(self._on_failed)
        exporting.cancelled.connect(self._on_cancelled)

    # -- choosing

    @property
    def base(self) -> Path:
        """Folder and name of the results, without an ending."""
        return self._folder / (self.name.text().strip() or "film")

    @property
    def is_ready(self) -> bool:
        """Whether the plan shown is the one that is asked for, and nothing stands in its way."""
        return self._plan is not None and not self._plan.obstacle and bool(self._plan.files)

    def _show_base(self, base: Path) -> None:
        self._folder = base.parent
        self.name.setText(base.name)
        self.folder.setText(str(base.parent))
        self.folder.setToolTip(str(base.parent))

    def ask_for_folder(self) -> None:
        """Choose where the results will be."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Export into"), str(self._folder))
        if name:
            self._show_base(Path(name) / self.base.name)
            self._on_changed()

    def _on_preset(self, name: str) -> None:
        self.options.show_choices(Choices.of(EXPORT_PRESETS[name]))
        self._on_changed()

    def _on_changed(self) -> None:
        """Something else is asked for: the plan follows a moment later."""
        self._told = self._failure = ""
        self._plan_anew()

    def _plan_anew(self) -> None:
        chosen = self.options.choices.matching_preset
        for name, button in self.presets.items():
            button.setChecked(name == chosen)
        about = EXPORT_PRESETS[chosen].about if chosen else self.tr("Your own choice.")
        self.preset_words.setText(self.tr(about))
        self._plan = None
        self._refresh()
        self.planned.show_waiting()
        self._later.start()

    def request(self, *, overwrite: bool) -> ExportRequest:
        """What is asked for now."""
        return self.options.choices.request(
            span=self.options.span, ducking=self.options.ducking, overwrite=overwrite
        )

    # -- the plan

    def _look(self) -> None:
        """Ask for the plan off this thread; one that is no longer wanted is dropped."""
        wanted = self._wanted = (self._place(), self.request(overwrite=False))
        if self._looker.is_busy:
            self._looker.cancel()
            self._later.start()
            return
        project = self._project

        def work(monitor: object) -> object:
            from emsync_engine.export_plan import export_plan

            return wanted, export_plan(wanted[0], project, wanted[1])

        self._looker.start(work)

    def _place(self) -> Path:
        """The project file that the results are named after."""
        base = self.base
        return base.with_name(base.name + ".emsync")

    def _on_plan(self, result: object) -> None:
        wanted, plan = result  # type: ignore[misc]
        if wanted != (self._place(), self.request(overwrite=False)):
            self._later.start()
            return
        self._plan = plan
        self.planned.show_plan(plan)
        self.planned.show_obstacle(plan.obstacle or self._failure)
        self._refresh()

    def _on_no_plan(self, sentence: str) -> None:
        self.planned.show_obstacle(sentence)

    def _refresh(self) -> None:
        existing = self._plan.existing if self._plan is not None else ()
        words = self._told
        if len(existing) == 1:
            words = self.tr("{name} is there already.").format(name=existing[0].path.name)
        elif existing:
            words = self.tr("{count} of these are there already.").format(count=len(existing))
        self.warning.setText(words)
        self.export_button.setText(self.tr("Replace and export") if existing else self.tr("Export"))
        self.export_button.setEnabled(self.is_ready)
        self.export_button.setDefault(not existing)

    # -- exporting

    def export(self) -> None:
        """Begin; what is there already is replaced, as the button says."""
        if not self.is_ready or self.exporting.is_busy:
            return
        assert self._plan is not None
        if self.options.ducking != self._project.ducking:
            self._project = replace(self._project, ducking=self.options.ducking)
            self.ducking_chosen.emit(self.options.ducking)
        remember(self.options.choices)
        self._told = self._failure = ""
        self.planned.show_obstacle("")
        self._set_asking(False)
        self._foot.setCurrentIndex(1)
        self.cancel_button.setEnabled(True)
        self.cancel_button.setFocus()
        request = self.request(overwrite=bool(self._plan.existing))
        self.exporting.begin(self._place(), self._project, request)

    def _set_asking(self, is_asking: bool) -> None:
        for widget in (self.options, self.name, self.choose_folder):
            widget.setEnabled(is_asking)
        for button in self.presets.values():
            button.setEnabled(is_asking)

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.progress_words.setText(self.tr("Stopping …"))
        self.exporting.cancel()

    def _on_progress(self, words: str, share: float) -> None:
        if self.cancel_button.isEnabled():
            self.progress_words.setText(f"{words} · {share:.0%}")
            self.progress.setValue(round(share * 1000))

    def _on_finished(self, exported: Exported) -> None:
        names = ", ".join(path.name for path in exported.outputs.all())
        words = self.tr("{names} written.").format(names=names)
        self.result_words.setText(words)
        self.planned.show_written([remark for remark in exported.remarks if remark])
        self._foot.setCurrentIndex(2)
        self.show_button.show()
        self.done_button.setFocus()
        self.written.emit(words)

    def _on_failed(self, sentence: str) -> None:
        self._failure = sentence
        self._ask_again()
        self.planned.show_obstacle(sentence)

    def _on_cancelled(self) -> None:
        self._told = self.tr("Cancelled; nothing was written.")
        self._ask_again()

    def _ask_again(self) -> None:
        self._set_asking(True)
        self._foot.setCurrentIndex(0)
        self.progress.setValue(0)
        self._plan_anew()
        self.export_button.setFocus()

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    # -- closing

    def reject(self) -> None:
        """Escape stops an export first, and closes the dialog when none is under way."""
        if self.exporting.is_busy:
            self._cancel()
        else:
            super().reject()

    def done(self, result: int) -> None:
        self._later.stop()
        self._looker.close()
        super().done(result)

    def shut_down(self) -> None:
        """The window closes: stop, ask nothing, and wait for what looks at the film."""
        self.exporting.cancel()
        self.done(QDialog.DialogCode.Rejected)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt override
        if self.exporting.is_busy:
            self._cancel()
            event.ignore()
        else:
            super().closeEvent(event)


def _row() -> tuple[QWidget, QHBoxLayout]:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    return page, row
