"""A document that edits itself several times a second and keeps what it has, until it is killed.

Writes the moment and number of each edit into a journal; every edit adds one boundary.
"""

import sys
import time
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from emsync_desktop.document import ProjectDocument
from emsync_desktop.editor import Editor
from emsync_desktop.recovery.autosave import Autosave
from emsync_desktop.settings.store import Settings
from tests.unit.desktop.films import made_project


def main() -> None:
    application = QApplication([])
    document = ProjectDocument()
    editor = Editor(document)
    settings = Settings(Path(sys.argv[1]).with_name("settings.toml"))
    autosave = Autosave(document, settings)
    project = made_project(minutes=20, boundaries=0)
    document.open(project)
    journal = Path(sys.argv[1]).open("a", encoding="utf-8")  # noqa: SIM115 - until it is killed
    made = 0

    def edit() -> None:
        nonlocal made
        made += 1
        moment = time.time()
        editor.add_boundary(Fraction(made))
        journal.write(f"{moment} {made} .\n")
        journal.flush()

    timer = QTimer()
    timer.timeout.connect(edit)
    timer.start(40)
    edit()
    print("editing", flush=True)
    application.exec()
    autosave.close()


if __name__ == "__main__":
    main()
