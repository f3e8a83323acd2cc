"""Films and projects come into the window and leave it: what is shown while they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from emsync_desktop.opening import DEMO_FILM, is_project
from emsync_desktop.recent import recent_paths, remember
from emsync_desktop.timeline.film_view import film_view_of
from emsync_engine.project.model import Project

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow
    from emsync_engine.jobs.messages import Analysed

WELCOME, FILM = 0, 1
"""The window's pages."""


class Showing(QObject):
    """Opens films and projects, and shows of them what has come so far."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_film_unread = False

    def connect_parts(self) -> None:
        """Hear what the opener, the document and the engine have to tell."""
        window, scoring = self._window, self._window.scoring
        window.opener.opened.connect(self._on_project_read)
        window.opener.film_found.connect(self.analyse)
        window.document.source_changed.connect(self._on_source_changed)
        scoring.analysed.connect(self._on_analysed)
        scoring.film_read.connect(self._on_film_read)
        scoring.film_arriving.connect(self._on_film_arriving)

    def open_path(self, path: Path) -> None:
        """Open a film or a project; unsaved work is asked about first.

        What is open stays open until the file has been found to hold something.
        """
        window = self._window
        if not window.files.may_leave():
            return
        window.banner.hide()
        if is_project(path) or window.document.project is not None:
            window.opener.open(path)
        else:
            self.analyse(path)

    def show_recovered(self, project: Project, path: Path | None) -> None:
        """Show a project that was recovered: it is not saved yet."""
        self._show_of_file(project, path, is_changed=True)

    def analyse(self, path: Path) -> None:
        """Read a film of which nothing is known."""
        self._window.document.open(None)
        self._begin_film(path)
        self._window.scoring.analyse(path)

    def leave(self) -> None:
        """Back to the empty window: the film could not be read, or was not wanted."""
        window = self._window
        self._is_film_unread = False
        window.hint.put_away()
        window.page.close_film()
        window.document.open(None)
        window.welcome.show_recent(recent_paths())
        window.pages.setCurrentIndex(WELCOME)
        window.refresh_title()

    # -- films

    def _begin_film(self, path: Path) -> None:
        """Show the working page with the film's first picture."""
        self._is_film_unread = False
        self._window.scoring.drop()
        self._window.page.begin(path)
        self._window.pages.setCurrentIndex(FILM)
        self._window.refresh_title()

    def _on_analysed(self, path: Path, analysed: object) -> None:
        from emsync_engine.jobs.messages import Analysed
        from emsync_engine.pipeline import project_of

        window = self._window
        if path != window.page.film or not isinstance(analysed, Analysed):
            return
        self._show_project(project_of(path, analysed.analysis, (), {}), None)
        if path != DEMO_FILM:
            remember(path)
        pictures = (analysed.thumbnails, analysed.thumbnail_times_s)
        window.page.show_film_view(film_view_of(*pictures, analysed.peaks, analysed.peaks_per_s))
        window.page.timeline.cuts = tuple(cut.time for cut in analysed.analysis.cuts)
        window.scoring.warm_up()
        self._tell_analysed(analysed)

    def _tell_analysed(self, analysed: Analysed) -> None:
        """What was found; and, where a model failed, a way to try it again."""
        window, analysis = self._window, analysed.analysis
        timeline = analysis.timeline
        window.bottom_bar.rest(
            self.tr("{cuts} cuts found, {hits} of them chosen as hits.").format(
                cuts=len(timeline.boundaries), hits=len(timeline.hits)
            )
        )
        window.helping.hint("shape")
        if analysis.warnings:
            failed = analysis.models is not None and analysis.models.faults
            offer = window.models.rereading.offer_words() if failed else ""
            action = window.models.rereading.ask if failed else None
            window.banner.say(" ".join(analysis.warnings), tone="note", offer=offer, action=action)

    # -- projects

    def _on_project_read(self, project: Project, path: Path) -> None:
        self._show_of_file(project, path)
        remember(path)

    def _show_of_file(
        self, project: Project, path: Path | None, *, is_changed: bool = False
    ) -> None:
        """A project as it was kept, and its film if that is there.

        The film gets a first look at once: its take, which is played now, takes longer.
        """
        film = Path(project.video.path)
        self._begin_film(film)
        if film.is_file():
            self._window.scoring.glance(film)
        self._show_project(project, path, is_changed=is_changed)
        self._window.keeping.check_film()
        self.read_film(film)

    def _show_project(
        self, project: Project, path: Path | None, *, is_changed: bool = False
    ) -> None:
        window = self._window
        window.document.open(project, path, is_changed=is_changed)
        window.page.begin_project()
        window.refresh_facts()
        window.refresh_title()
        window.refresh_enabled()

    def _on_source_changed(self) -> None:
        window, project = self._window, self._window.document.project
        assert project is not None
        film = Path(project.video.path)
        window.page.begin(film)
        window.page.begin_project()
        window.refresh_facts()
        window.refresh_title()
        self.read_film(film)

    # -- pictures and waveform of a project's film

    def read_film(self, film: Path) -> None:
        """Read a project's film if it is there, once nothing else is under way."""
        self._is_film_unread = film.is_file()
        if self._is_film_unread:
            self._window.page.await_film()
        self.read_on()

    def read_on(self) -> None:
        """Read what another task came before."""
        window = self._window
        if self._is_film_unread and window.page.film is not None and window.scoring.task is None:
            window.page.await_film()
            window.scoring.read_film(window.page.film)

    def give_up_film(self) -> None:
        """The film could not be read, or somebody stopped it: what is there stays."""
        self._is_film_unread = False
        self._window.page.stop_awaiting()
        self._window.hearing.play_if_needed()

    def _on_film_arriving(self, path: Path, part: object) -> None:
        from emsync_engine.video.arriving import FilmPart

        if path == self._window.page.film and isinstance(part, FilmPart):
            self._window.page.show_part(part)

    def _on_film_read(self, path: Path, strip: object) -> None:
        from emsync_engine.jobs.messages import FilmStrip

        if path != self._window.page.film or not isinstance(strip, FilmStrip):
            return
        self._is_film_unread = False
        self._window.page.show_film_view(
            film_view_of(strip.thumbnails, strip.thumbnail_times_s, strip.peaks, strip.peaks_per_s)
        )
        self._window.hearing.play_if_needed()
