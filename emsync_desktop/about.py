"""Who made what: the words of Help, About."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from emsync_engine import __version__

_LICENCES = (
    ("Qt for Python (PySide6)", "LGPL-3.0"),
    ("PyTorch", "BSD-3-Clause"),
    ("Numba, llvmlite", "BSD-2-Clause"),
    ("FFmpeg, through PyAV", "LGPL-2.1 / GPL, as installed"),
    ("FluidSynth", "LGPL-2.1"),
    ("FluidR3 GM soundfont", "MIT"),
    ("OpenCV", "Apache-2.0"),
    ("PySceneDetect", "BSD-3-Clause"),
    ("NumPy, SciPy, soundfile, mido, pretty_midi, safetensors", "BSD, MIT and Apache-2.0"),
)


def about_text() -> str:
    """What the program is, and the licences of what it stands on, as rich text."""
    tr = QCoreApplication.translate
    rows = "".join(
        f"<tr><td>{name}&nbsp;&nbsp;</td><td>{terms}</td></tr>" for name, terms in _LICENCES
    )
    intro = tr("About", "Music for video, composed on your own machine. Nothing leaves it.")
    stands_on = tr("About", "It stands on the work of others:")
    return (
        f"<h3>EMSYNC Desktop {__version__}</h3><p>{intro}<br>Apache-2.0</p>"
        f"<p>{stands_on}</p><table>{rows}</table>"
    )


def show_about(parent: QWidget) -> None:
    """The dialog."""
    box = QMessageBox(parent)
    box.setWindowTitle(QCoreApplication.translate("About", "About EMSYNC Desktop"))
    box.setText(about_text())
    box.exec()
