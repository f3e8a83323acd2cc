"""Start of ``emsync-desktop``: the window first, everything heavy later."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine import __version__

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow
    from emsync_desktop.scoring import Engine


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, on a film or project if one is named; returns the exit code."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(name)s: %(message)s",
        stream=sys.stderr,
    )

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress
    from emsync_desktop.main_window import MainWindow
    from emsync_desktop.settings.store import Settings
    from emsync_desktop.translations import speak

    application = QApplication(sys.argv[:1])
    application.setApplicationName("EMSYNC Desktop")
    application.setOrganizationName("EMSYNC")
    application.setApplicationVersion(__version__)
    settings = Settings()
    dress(application, settings.text("theme"))
    speak(application, settings.text("language"))
    window = MainWindow(_engine, settings)
    window.show()
    QTimer.singleShot(0, lambda: _begin(window, options.path))
    return application.exec()


def _begin(window: MainWindow, path: Path | None) -> None:
    """What can wait until the window stands, and would hold it up later."""
    window.page.transport.wake()
    if path is not None:
        window.open_path(path.absolute())
    else:
        window.scoring.wake()
    window.keeping.look()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emsync-desktop", description="Compose music for a video, and shape it by hand."
    )
    parser.add_argument("path", metavar="VIDEO|PROJECT", nargs="?", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="say more on standard error")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _engine() -> Engine:
    from emsync_desktop.engine_client import EngineClient

    return EngineClient()


if __name__ == "__main__":
    sys.exit(main())
