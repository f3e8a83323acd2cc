"""Who made what: the dialog of Help, About, with the licences of everything inside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from emsync_desktop.labels import labelled
from emsync_desktop.wording import tr
from emsync_engine import __version__
from emsync_engine.weights import RESOURCES

_LICENCES = (
    ("Qt for Python (PySide6)", "LGPL-3.0"),
    ("PyTorch", "BSD-3-Clause"),
    ("Numba, llvmlite", "BSD-2-Clause"),
    ("FFmpeg, through PyAV", "LGPL-2.1 / GPL, as installed"),
    ("FluidSynth", "LGPL-2.1"),
    ("FluidR3 GM soundfont", "MIT"),
    ("OpenCV", "Apache-2.0"),
    ("PySceneDetect", "BSD-3-Clause"),
    ("NumPy, SciPy, soundfile, mido, pretty_midi, safetensors", "BSD, MIT, Apache-2.0"),
    ("pyloudnorm, platformdirs", "MIT"),
)


def about_text() -> str:
    """What the program is, and the licences of what it stands on, as rich text."""
    rows = "".join(
        f"<tr><td>{name}&nbsp;&nbsp;&nbsp;</td><td>{terms}</td></tr>" for name, terms in _LICENCES
    )
    intro = tr("Music for video, composed on your own machine. Nothing leaves it.")
    program, composer = tr("This program"), tr("The composer that comes with it")
    trained = tr(
        "Trained on music in the public domain and under free licences alone; its model card, "
        "docs/models/composer-open.md, names every source."
    )
    others = tr("It stands on the work of others")
    return (
        f"<p>{intro}</p><p><b>{program}</b><br>Apache-2.0</p>"
        f"<p><b>{composer}</b><br>{trained}</p><p><b>{others}</b></p><table>{rows}</table>"
    )


class AboutDialog(QDialog):
    """Name, version, licences; the licence of the program in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About EMSYNC Desktop"))
        self.setMinimumSize(560, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        title = labelled("EMSYNC Desktop", "welcome")
        column.addWidget(title)
        column.addWidget(labelled(tr("Version {number}").format(number=__version__), "quiet"))
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("Licences"))
        self.text.setOpenLinks(False)
        self.text.setHtml(about_text())
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        self.licence_button = QPushButton(tr("Licence in full"))
        self.licence_button.clicked.connect(self._show_licence)
        row.addWidget(self.licence_button)
        row.addStretch(1)
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _show_licence(self) -> None:
        try:
            text = (RESOURCES.parent / "LICENSE").read_text(encoding="utf-8")
        except OSError:
            text = "Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0"
        self.text.setPlainText(text)
