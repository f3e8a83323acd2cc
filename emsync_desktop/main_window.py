"""The window: wiring only. What it shows and does lives in the parts it joins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from emsync_desktop.actions import Actions
from emsync_desktop.background.controller import Background
from emsync_desktop.bars import Banner, BottomBar, StatusChips
from emsync_desktop.document import ProjectDocument, Sounding, sound_of
from emsync_desktop.editor import Editor
from emsync_desktop.export.dialog import ExportDialog
from emsync_desktop.export.ducking_command import ChangeDucking
from emsync_desktop.film_clock import seconds_text
from emsync_desktop.film_page import FilmPage
from emsync_desktop.hearing import Hearing
from emsync_desktop.help.hints import HintBar
from emsync_desktop.helping import Helping
from emsync_desktop.interchange.controller import Interchange
from emsync_desktop.keeping import Keeping
from emsync_desktop.models.controller import Models
from emsync_desktop.opening import DEMO_FILM, Opener
from emsync_desktop.project_files import ProjectFiles
from emsync_desktop.recent import recent_paths, remember
from emsync_desktop.scoring import Engine, Scoring
from emsync_desktop.settings.store import Settings
from emsync_desktop.showing import Showing
from emsync_desktop.tab_order import order_tabs
from emsync_desktop.take_editor import TakeEditor
from emsync_desktop.welcome import Welcome
from emsync_desktop.window_actions import connect_actions, refresh_actions
from emsync_desktop.wishes import Generating
from emsync_desktop.wording import stage_words, take_sentence
from emsync_engine.project.model import Take


def _usual_size(window: QWidget) -> QSize:
    """What a window opens with: 1440 by 900, less where the screen has no room for it."""
    room = window.screen().availableGeometry().size() - QSize(8, 40)  # its frame and title
    return QSize(1440, 900).boundedTo(room)


class MainWindow(QMainWindow):
    """Welcome or working page; a banner above, progress below.

    Parameters
    ----------
    make_engine : called once, when the engine is first needed
    """

    def __init__(self, make_engine: Callable[[], Engine], settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings(parent=self)
        self.setAcceptDrops(True)
        self.document = ProjectDocument(self)
        self.editor = Editor(self.document, self)
        self.takes = TakeEditor(self.document, self)
        self.scoring = Scoring(make_engine, self)
        self.generating = Generating(self)
        self.opener = Opener(self)
        self.showing = Showing(self)
        self.files = ProjectFiles(self.document, self)
        self.export_dialog: ExportDialog | None = None
        self.menu_actions = Actions(self)
        self.banner = Banner()
        self.welcome = Welcome()
        self.page = FilmPage(self.document, self.editor, self.takes)
        self.bottom_bar = BottomBar()
        self.hint = HintBar()
        self.chips = StatusChips()
        self.keeping = Keeping(self)
        self.helping = Helping(self)
        self.models = Models(self)
        self.hearing = Hearing(self)
        self.interchange = Interchange(self)
        self.background = Background(self)
        self._lay_out()
        connect_actions(self)
        page = self.page
        order_tabs(
            self,
            [
                *(self.chips, self.banner, self.hint, self.welcome, page.preview.timecode),
                *(page.preview, page.inspector, page.timeline, self.bottom_bar),
            ],
        )
        self._connect_parts()
        self.refresh_enabled()
        self.refresh_title()

    # -- building

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.page)
        above = QVBoxLayout()
        above.setContentsMargins(12, 4, 12, 4)
        above.setSpacing(6)
        above.addWidget(self.banner)
        above.addWidget(self.hint)
        self.banner.turned.connect(self.hint.cover)
        self.menuBar().setCornerWidget(self.chips)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.pages, 1)
        column.addWidget(self.bottom_bar)
        self.setCentralWidget(centre)
        self.resize(_usual_size(self))
        geometry = QSettings().value("window/geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.page.restore_layout()

    def _connect_parts(self) -> None:
        self.document.takes_changed.connect(self.refresh_enabled)
        self.page.console.listen_by(self.scoring)
        self.page.transport.device_changed.connect(self.refresh_facts)
        self.page.transport.device_lost.connect(self._on_device_lost)
        self.document.modified_changed.connect(self.refresh_title)
        self.document.timeline_changed.connect(self._on_timeline_changed)
        self.takes.refused.connect(self.banner.say)
        self.page.inspector.score.takes.use_asked.connect(self.generating.use)
        self.page.inspector.score.hits.fix_asked.connect(self.generating.fix_hit)
        self.editor.selection_changed.connect(self._refresh_actions)
        self.editor.span_changed.connect(self._refresh_actions)
        self.page.inspector.generate.clicked.connect(self.generating.generate)
        self.welcome.open_asked.connect(self.files.ask_for_one)
        self.bottom_bar.cancel_asked.connect(self.cancel)
        self.showing.connect_parts()
        self._connect_scoring()
        self.welcome.show_recent(recent_paths())
        self.welcome.recent_asked.connect(self.open_path)
        self.welcome.demo_asked.connect(lambda: self.open_path(DEMO_FILM))
        self.opener.failed.connect(self.banner.say)
        self.files.chosen.connect(self.open_path)
        self.files.saved.connect(self._on_saved)
        self.files.failed.connect(self._on_save_failed)

    def _connect_scoring(self) -> None:
        scoring = self.scoring
        scoring.started.connect(self._on_started)
        scoring.progressed.connect(self._on_progress)
        scoring.composed.connect(self._on_composed)
        scoring.failed.connect(self._on_failed)
        scoring.cancelled.connect(self._on_cancelled)
        scoring.idle.connect(self._on_idle)

    # -- opening and saving

    def open_path(self, path: Path) -> None:
        """Open a film or a project; unsaved work is asked about first."""
        self.showing.open_path(path)

    def _on_saved(self, path: Path) -> None:
        remember(path)
        self.refresh_title()
        self.bottom_bar.rest(self.tr("{name} is saved.").format(name=path.name))

    def _on_save_failed(self, sentence: str) -> None:
        self.banner.say(sentence, offer=self.tr("Save as …"), action=self.files.save_as)

    # -- scoring

    def _on_composed(self, composed: object) -> None:
        from emsync_engine.jobs.messages import Composed, ComposedTakes

        takes: tuple[Take, ...] = ()
        if isinstance(composed, ComposedTakes):
            takes, composed = composed.takes, composed.best
        assert isinstance(composed, Composed)
        take, timeline = composed.take, composed.timeline
        self.document.keep_sounding(
            take.id,
            Sounding(composed.mix_wav, timeline, sound_of(take, timeline), composed.stems),
        )
        if takes:
            self.takes.add_all(takes)
        else:
            self.takes.add(take)
        self.hint.done("shape")
        self.helping.hint("take")
        self.bottom_bar.rest(f"{take_sentence(take)} {composed.note}")

    def _on_device_lost(self, name: str) -> None:
        words = self.tr("The audio device “{device}” is gone; the film plays on without sound.")
        self.banner.say(
            words.format(device=name),
            offer=self.tr("Mixer"),
            action=self.page.console.show_mixer,
        )

    def _on_timeline_changed(self) -> None:
        if self.page.parts.stale:
            self.helping.hint("stale")

    def cancel(self) -> None:
        self.bottom_bar.stopping()
        self.scoring.cancel()

    def _on_started(self, kind: str) -> None:
        self._on_progress("", 0.0)
        self.refresh_enabled()

    def _on_progress(self, stage: str, share: float) -> None:
        task = self.scoring.task
        if task is not None:
            words = stage_words(task.kind, stage)
            self.bottom_bar.busy(words, share)
            if self.document.project is None:
                self.page.timeline.show_message(words)

    def _on_idle(self) -> None:
        self.bottom_bar.rest("")
        self.refresh_enabled()
        QTimer.singleShot(0, self.showing.read_on)  # once the task that follows, if any, has begun

    def _on_failed(self, kind: str, sentence: str) -> None:
        if kind == "film":
            self.showing.give_up_film()
        if kind == "analyse":
            self.showing.leave()
            offer = self.tr("Open another …")
            self.banner.say(sentence, offer=offer, action=self.files.ask_for_one)
        elif kind:
            self.banner.say(sentence, offer=self.tr("Try again"), action=self.scoring.again)
        else:
            self.banner.say(sentence)

    def _on_cancelled(self, kind: str) -> None:
        if kind == "film":
            self.showing.give_up_film()
        if kind == "analyse":
            self.showing.leave()
            self.bottom_bar.rest(self.tr("Stopped. Open the video again to go on."))
        else:
            self.bottom_bar.rest(self.tr("Stopped; nothing was changed."))

    # -- exporting

    def export(self) -> None:
        """Open the export dialog on the take that is chosen."""
        project = self.document.project
        if project is None or project.take is None or self.export_dialog is not None:
            return
        dialog = ExportDialog(
            project, self.document.path, self.editor.span, self.scoring.awake_engine, self
        )
        self.export_dialog = dialog
        dialog.ducking_chosen.connect(self._on_ducking_chosen)
        dialog.written.connect(self.bottom_bar.rest)
        dialog.finished.connect(self._on_export_closed)
        dialog.open()

    def _on_ducking_chosen(self, ducking: object) -> None:
        words = self.tr("Change the room for speech")
        self.document.undo_stack.push(ChangeDucking(self.document, ducking, words))

    def _on_export_closed(self) -> None:
        if self.export_dialog is not None:
            self.export_dialog.deleteLater()
            self.export_dialog = None

    # -- showing

    def refresh_enabled(self) -> None:
        has_film = self.document.project is not None
        self.menu_actions.enable(["cancel"], self.scoring.task is not None)
        self.menu_actions.enable(["export"], self.document.take is not None)
        self.page.inspector.setEnabled(has_film)
        self.page.inspector.show_busy(self.scoring.is_busy)
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        refresh_actions(self)

    def refresh_title(self) -> None:
        document = self.document
        name = self.tr("EMSYNC Desktop")
        if document.path is not None:
            name = document.path.name
        elif self.page.film is not None:
            name = self.page.film.name
        self.setWindowTitle(f"{name}[*]" + ("" if self.page.film is None else " – EMSYNC"))
        is_changed = document.project is not None and not document.undo_stack.isClean()
        self.setWindowModified(is_changed)
        self.chips.show_state(
            has_project=document.project is not None,
            is_changed=is_changed,
            is_in_file=document.path is not None,
        )

    def refresh_facts(self) -> None:
        project = self.document.project
        if project is None:
            self.bottom_bar.show_facts([])
            return
        rate = round(float(project.video.frame_rate), 3)
        sound = self.page.transport.device or self.tr("no audio device: silent preview")
        length = seconds_text(float(project.video.duration))
        self.bottom_bar.show_facts([length, self.tr("{rate:g} fps").format(rate=rate), sound])

    # -- the window itself

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt override
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.welcome.show_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt override
        self.welcome.show_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt override
        self.welcome.show_dropping(False)
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        if urls:
            event.acceptProposedAction()
            path = Path(urls[0].toLocalFile())
            QTimer.singleShot(0, lambda: self.open_path(path))  # the other program waits for us

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt override
        if not self.files.may_leave():
            event.ignore()
            return
        QSettings().setValue("window/geometry", self.saveGeometry())
        if self.export_dialog is not None:
            self.export_dialog.shut_down()
        self.page.save_layout()
        self.hearing.close()
        self.interchange.close()
        self.background.close()
        self.keeping.close()
        self.models.close()
        self.page.shut_down()
        self.opener.close()
        self.scoring.close()
        self.document.undo_stack.blockSignals(True)  # it says more when it is deleted
        event.accept()
