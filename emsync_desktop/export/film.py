"""The finished film: the take that is heard, put under the picture; ffmpeg does the work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from emsync_desktop.jobs import JobRunner


class FilmExport(QObject):
    """Asks where the film is to go, and writes it with the picture copied."""

    started = Signal()
    progressed = Signal(float)
    """Share that is done, 0 to 1."""
    finished = Signal(str)
    """One sentence on what was written."""
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._runner = JobRunner(self)
        self._runner.advanced.connect(self._on_advanced)
        self._runner.succeeded.connect(self._on_succeeded)
        self._runner.failed.connect(self.failed)
        self._runner.cancelled.connect(self.cancelled)
        self._film = Path()
        self._music = Path()

    @property
    def is_busy(self) -> bool:
        return self._runner.is_busy

    def begin(self, film: Path, music: Path) -> None:
        """Find the container that holds this film and its music, then ask for a name."""
        if self.is_busy:
            return
        self._film, self._music = film, music
        self._runner.start(lambda monitor: _extension(film))

    def cancel(self) -> None:
        self._runner.cancel()

    def close(self) -> None:
        self._runner.close()

    def write(self, output: Path) -> None:
        """Write the film; an existing file is replaced when the new one is complete."""
        film, music = self._film, self._music

        def work(monitor: object) -> object:
            from emsync_engine.video.mux import mux

            return mux(film, music, output, monitor=monitor)  # type: ignore[arg-type]

        self.started.emit()
        self._runner.start(work)

    def _on_advanced(self, stage: str, done: float, total: object) -> None:
        if isinstance(total, int | float) and total > 0:
            share = min(done / total, 1.0)
            self.progressed.emit(share * 0.3 if stage != "mux" else 0.3 + share * 0.7)

    def _on_succeeded(self, result: object) -> None:
        if isinstance(result, str):
            self._ask(result)
        else:
            path, how = result.path, result.how  # type: ignore[attr-defined]
            self.finished.emit(self.tr("{name} is written. {how}").format(name=path.name, how=how))

    def _ask(self, extension: str) -> None:
        suggestion = self._film.with_name(f"{self._film.stem}_scored{extension}")
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Export film"),
            str(suggestion),
            self.tr("Film") + f" (*{extension})",
        )
        if name:
            output = Path(name)
            self.write(output if output.suffix else output.with_suffix(extension))


def _extension(film: Path) -> str:
    from emsync_engine.video.film_container import choose_container

    return choose_container(film, audio="under")
