"""The window's texts in other languages than English."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("de",)
"""Languages beside English; each has ``emsync_XX.ts`` and, compiled from it, ``emsync_XX.qm``."""

logger = logging.getLogger(__name__)


def language_of(chosen: str) -> str:
    """The language that a setting means; ``system`` asks the desktop."""
    wanted = QLocale.system().name()[:2] if chosen == "system" else chosen
    return wanted if wanted in LANGUAGES else "en"


def speak(application: QApplication, chosen: str) -> str:
    """Let the program, and Qt's own dialogs, speak a language; the one that was found."""
    language = language_of(chosen)
    if language == "en":
        return language
    texts = QTranslator(application)
    if not texts.load(str(FOLDER / f"emsync_{language}.qm")):
        logger.warning("there are no texts in %s", language)
        return "en"
    application.installTranslator(texts)
    of_qt = QTranslator(application)
    where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(f"qtbase_{language}", where):
        application.installTranslator(of_qt)
    return language
