"""Colours and fonts of the window: one palette."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

UI_FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Cantarell", "DejaVu Sans"]
DIGIT_FAMILIES = [
    "JetBrains Mono",
    "SF Mono",
    "Cascadia Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
]


@dataclass(frozen=True, slots=True)
class Colours:
    """The dark palette of the design; every text on its ground has a contrast of 4.5 or more."""

    ground: str = "#15171b"
    panel: str = "#1c1f25"
    raised: str = "#22262d"
    hover: str = "#2a2f38"
    line: str = "#2f353e"
    text: str = "#d7dce3"
    quiet: str = "#8b95a3"
    accent: str = "#f2a93b"
    on_accent: str = "#1b1305"
    playhead: str = "#ff5c5c"
    exact: str = "#5fc27e"
    near: str = "#f2a93b"
    missed: str = "#e0685f"
    off: str = "#5b6471"  # what cannot be used now; exempt from the contrast of texts
    edge: str = "#434b57"
    waveform: str = "#7f8b9d"
    valence: str = "#6db3f2"
    arousal: str = "#f0915e"


COLOURS = Colours()

EMOTION_COLOURS = {
    "joy": "#f0c13c",
    "surprise": "#e88d3a",
    "anger": "#d9544d",
    "fear": "#9b6bd3",
    "disgust": "#5fa36a",
    "sadness": "#4c86c6",
    "calm": "#45a6a0",
    "neutral": "#7d8794",
}

FAMILY_COLOURS = {
    "strings": "#6fa8dc",
    "piano": "#d9be6b",
    "guitar": "#b487d6",
    "bass": "#6fc48d",
    "drums": "#d98f86",
}


def digits(pixel_size: int, *, bold: bool = False) -> QFont:
    """A font whose digits are all as wide, for timecode."""
    font = QFont()
    font.setFamilies(DIGIT_FAMILIES)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(pixel_size)
    font.setBold(bold)
    return font


def words(pixel_size: int, *, bold: bool = False) -> QFont:
    """The font of everything else."""
    font = QFont()
    font.setFamilies(UI_FAMILIES)
    font.setPixelSize(pixel_size)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


@lru_cache(maxsize=4096)
def text_width(text: str, pixel_size: int) -> float:
    """How wide a text in the font of ``words`` is, in pixels."""
    return QFontMetricsF(words(pixel_size)).horizontalAdvance(text)


def mixed(first: str, second: str, share: float) -> QColor:
    """A colour between two: ``share`` of the first."""
    one, other = QColor(first), QColor(second)
    return QColor.fromRgbF(
        one.redF() * share + other.redF() * (1 - share),
        one.greenF() * share + other.greenF() * (1 - share),
        one.blueF() * share + other.blueF() * (1 - share),
    )


def dress(application: QApplication) -> None:
    """Give the application its font, palette and style sheet."""
    from emsync_desktop.style_sheet import style_sheet

    application.setStyle("Fusion")
    application.setFont(words(13))
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet(COLOURS))


def _palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: COLOURS.ground,
        QPalette.ColorRole.WindowText: COLOURS.text,
        QPalette.ColorRole.Base: COLOURS.raised,
        QPalette.ColorRole.AlternateBase: COLOURS.panel,
        QPalette.ColorRole.Text: COLOURS.text,
        QPalette.ColorRole.PlaceholderText: COLOURS.quiet,
        QPalette.ColorRole.Button: COLOURS.raised,
        QPalette.ColorRole.ButtonText: COLOURS.text,
        QPalette.ColorRole.ToolTipBase: COLOURS.raised,
        QPalette.ColorRole.ToolTipText: COLOURS.text,
        QPalette.ColorRole.Highlight: COLOURS.accent,
        QPalette.ColorRole.HighlightedText: COLOURS.on_accent,
        QPalette.ColorRole.Link: COLOURS.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(COLOURS.off))
    return palette
