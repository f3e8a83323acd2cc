"""What keeps work safe: versions of what is unsaved, locks on open projects, films that moved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from emsync_desktop.asking import ask
from emsync_desktop.commands import ReplaceFilm
from emsync_desktop.edits import with_length
from emsync_desktop.film_clock import seconds_text
from emsync_desktop.jobs import JobRunner
from emsync_desktop.opening import VIDEO_SUFFIXES
from emsync_desktop.recovery.autosave import Autosave
from emsync_desktop.recovery.dialog import RecoveryDialog
from emsync_desktop.recovery.locks import ProjectLock, Stamp
from emsync_desktop.recovery.versions import Version, left_behind, throw_away
from emsync_engine.errors import EmsyncError
from emsync_engine.project.model import VideoSource

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow
    from emsync_engine.video.probe import VideoInfo


class Keeping(QObject):
    """Guards the document of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.autosave = Autosave(window.document, window.settings, parent=self)
        self.lock = ProjectLock()
        self.dialog: RecoveryDialog | None = None
        self._recovered: Path | None = None
        self._stamp: Stamp | None = None
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._on_probed)
        self._runner.failed.connect(self._on_unreadable)
        self._asked: tuple[Path, bool] | None = None
        window.document.opened.connect(self._on_opened)
        window.files.saved.connect(self._on_saved)
        window.files.may_overwrite = self.may_overwrite
        self.autosave.failed.connect(window.banner.say)
        self.autosave.kept.connect(self._on_kept)

    def close(self) -> None:
        """The window closes in order."""
        self.autosave.close()
        self._runner.close()
        self.lock.release()

    # -- two windows on one project

    def _on_opened(self) -> None:
        path = self._window.document.path
        self._stamp = Stamp.of(path)
        if not self.lock.hold(path) and path is not None:
            words = self.tr("{name} is open in another window; whoever saves last overwrites it.")
            self._window.banner.say(
                words.format(name=path.name),
                offer=self.tr("Save as …"),
                action=self._window.files.save_as,
            )

    def _on_saved(self, path: Path) -> None:
        self._stamp = Stamp.of(path)
        self.lock.hold(path)
        self._drop_recovered()

    def may_overwrite(self, path: Path) -> bool:
        """Whether a file may be replaced: it is as it was opened, or the user says so."""
        document = self._window.document
        if path != document.path or self._stamp is None or Stamp.of(path) in (None, self._stamp):
            return True
        answer = ask(
            self._window,
            self.tr("Save over the changes of someone else?"),
            self.tr(
                "{name} was changed since it was opened here, by another window or program."
            ).format(name=path.name),
            {"save": self.tr("Save"), "cancel": self.tr("Cancel")},
            usual="cancel",
            cancel="cancel",
        )
        return answer == "save"

    # -- unsaved work

    def look(self) -> None:
        """At the start: offer what a window left behind that ended without saving."""
        if left_behind():
            if self._window.document.project is None and self._window.page.film is None:
                self.show_recovery()
            else:
                self._window.banner.say(
                    self.tr("There is work that was not saved when the program ended."),
                    tone="note",
                    offer=self.tr("Show it"),
                    action=self.show_recovery,
                )

    def show_recovery(self) -> None:
        """The versions there are, or a word that there are none."""
        found = left_behind()
        if not found:
            self._window.banner.say(self.tr("There is no unsaved work to recover."), tone="note")
            return
        dialog = self.dialog = RecoveryDialog(found, self._window)
        dialog.chosen.connect(self.recover)
        dialog.open()

    def recover(self, version: Version) -> None:
        """Open a version as a project with unsaved changes."""
        if not self._window.files.may_leave():
            return
        try:
            project = version.load()
        except EmsyncError as error:
            self._window.banner.say(
                self.tr("{why} Choose an earlier version.").format(why=error),
                offer=self.tr("Show them"),
                action=self.show_recovery,
            )
            return
        self._recovered = version.folder
        self._window.showing.show_recovered(project, version.project)

    def _on_kept(self) -> None:
        self._window.chips.show_kept()
        self._drop_recovered()

    def _drop_recovered(self) -> None:
        """What was recovered is kept by this window, or saved: the old versions may go."""
        if self._recovered is not None:
            throw_away(self._recovered)
            self._recovered = None

    # -- films that moved, or are others now

    def check_film(self) -> None:
        """After a project was opened: is its film there, and as long as it was?"""
        video = self._window.document.video
        if video is None:
            return
        if video.is_file():
            self._probe(video, is_chosen=False)
            return
        self._window.banner.say(
            self.tr("The film {name} is not at {folder} any more.").format(
                name=video.name, folder=video.parent
            ),
            offer=self.tr("Locate it …"),
            action=self.locate,
        )

    def locate(self) -> None:
        """Ask where the film lies now."""
        video = self._window.document.video
        if video is None:
            return
        films = " ".join(f"*.{suffix}" for suffix in VIDEO_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Where is {name}?").format(name=video.name),
            str(video.parent if video.parent.is_dir() else Path.home()),
            self.tr("Videos") + f" ({films});;" + self.tr("All files") + " (*)",
        )
        if name:
            self.relink(Path(name))

    def relink(self, path: Path) -> None:
        """Let another file be the film, once it was looked into."""
        self._probe(path, is_chosen=True)

    def _probe(self, path: Path, *, is_chosen: bool) -> None:
        if self._runner.is_busy:
            return
        from emsync_engine.video.probe import probe

        self._asked = (path, is_chosen)
        self._runner.start(lambda monitor: probe(path))

    def _on_probed(self, info: VideoInfo) -> None:
        asked, project = self._asked, self._window.document.project
        if asked is None or project is None:
            return
        path, is_chosen = asked
        video = project.video
        source = VideoSource(
            str(path),
            info.content_hash,
            info.duration,
            info.frame_rate.ratio,
            video.start_timecode,
        )
        is_same = info.content_hash == video.content_hash
        if info.duration == video.duration:
            if is_chosen:
                self._replace(source)
                if not is_same:
                    self._window.banner.say(
                        self.tr(
                            "This is another file of the same length; cuts and emotions are those "
                            "of the one before."
                        ),
                        tone="note",
                    )
            return
        words = self.tr("{name} is {now} long, but the project was made for {then}.").format(
            name=path.name,
            now=seconds_text(float(info.duration)),
            then=seconds_text(float(video.duration)),
        )
        self._window.banner.say(
            words,
            offer=self.tr("Fit the timeline to it"),
            action=lambda: self._replace(source),
        )

    def _replace(self, source: VideoSource) -> None:
        document = self._window.document
        assert document.timeline is not None
        timeline = document.timeline
        if source.duration != timeline.duration:
            timeline = with_length(timeline, source.duration)
        text = self.tr("Relink film")
        document.undo_stack.push(ReplaceFilm(document, source, timeline, text))

    def _on_unreadable(self, sentence: str) -> None:
        asked = self._asked
        if asked is not None and asked[1]:
            self._window.banner.say(sentence, offer=self.tr("Locate it …"), action=self.locate)
