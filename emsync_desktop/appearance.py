"""Colours and fonts of the window: one design, worn dark or light."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
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

    name: str = "dark"
    ground: str = "#15171b"
    panel: str = "#1c1f25"
    raised: str = "#22262d"
    hover: str = "#2a2f38"
    line: str = "#2f353e"
    text: str = "#d7dce3"
    quiet: str = "#8b95a3"
    accent: str = "#f2a93b"
    accent_text: str = "#f2a93b"
    accent_hover: str = "#f7ba5c"
    accent_pressed: str = "#d9942c"
    accent_off: str = "#4a3d26"
    on_accent_off: str = "#9a8a6c"
    on_accent: str = "#1b1305"
    playhead: str = "#ff5c5c"
    exact: str = "#5fc27e"
    near: str = "#f2a93b"
    missed: str = "#e0685f"
    off: str = "#5b6471"  # what cannot be used now; exempt from the contrast of texts
    edge: str = "#434b57"
    lane: str = "#191c21"
    track: str = "#2a2f37"
    tick: str = "#59626f"
    handle_off: str = "#4a525e"
    on_segment: str = "#eef1f5"
    alarm: str = "#33241f"
    alarm_line: str = "#6b4034"
    waveform: str = "#7f8b9d"
    valence: str = "#6db3f2"
    arousal: str = "#f0915e"


DARK = Colours()
LIGHT = Colours(
    name="light",
    ground="#e4e7ec",
    panel="#f6f7f9",
    raised="#ffffff",
    hover="#e8ebf0",
    line="#d0d5dd",
    text="#1d222a",
    quiet="#5a6472",
    accent_text="#8c5600",
    accent_hover="#f7b955",
    accent_pressed="#dd9526",
    accent_off="#efdcb8",
    on_accent_off="#7d6a45",
    playhead="#d92f2f",
    exact="#1a7139",
    near="#8c5600",
    missed="#b93a2f",
    off="#a0a8b3",
    edge="#b3bac5",
    lane="#eceff3",
    track="#dfe3e9",
    tick="#9aa3af",
    handle_off="#c3c9d2",
    on_segment="#1d222a",
    alarm="#fbe9e4",
    alarm_line="#e0b3a5",
    waveform="#7c899b",
    valence="#1f6fb8",
    arousal="#b9521b",
)


class Worn:
    """The palette that is worn now, for painters: they read it anew with every paint."""

    def __init__(self) -> None:
        self.put_on(DARK)

    def put_on(self, palette: Colours) -> None:
        """Wear a palette; its colours are attributes, which painters ask for by the hundred."""
        self.palette = palette
        for one in fields(palette):
            setattr(self, one.name, getattr(palette, one.name))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> str: ...


COLOURS = Worn()

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

_DARK_ONES = (dict(EMOTION_COLOURS), dict(FAMILY_COLOURS))
_LIGHT_ONES = (
    {
        "joy": "#d9a514",
        "surprise": "#d9782a",
        "anger": "#cc4339",
        "fear": "#8a57c8",
        "disgust": "#468a52",
        "sadness": "#3672b5",
        "calm": "#2b8a84",
        "neutral": "#77818e",
    },
    {
        "strings": "#2f77bd",
        "piano": "#9c7a14",
        "guitar": "#8a52b5",
        "bass": "#2f8a50",
        "drums": "#b9554a",
    },
)
Theme = Literal["system", "dark", "light"]


def wear(palette: Colours) -> None:
    """Let everything that is painted from now on have these colours."""
    COLOURS.put_on(palette)
    emotions, families = _LIGHT_ONES if palette.name == "light" else _DARK_ONES
    EMOTION_COLOURS.update(emotions)
    FAMILY_COLOURS.update(families)


def palette_of(theme: str, application: QApplication) -> Colours:
    """The palette of a theme; ``system`` asks the desktop, and is dark where that is silent."""
    if theme == "system":
        is_light = application.styleHints().colorScheme() == Qt.ColorScheme.Light
        return LIGHT if is_light else DARK
    return LIGHT if theme == "light" else DARK


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


def dress(application: QApplication, theme: str = "dark") -> None:
    """Give the application its font, palette and style sheet; again for another theme."""
    from emsync_desktop.style_sheet import style_sheet

    wear(palette_of(theme, application))
    sheet = style_sheet(COLOURS.palette)
    if application.styleSheet() == sheet:
        return  # putting it on again would cost every widget as much as the first time
    application.setStyle("Fusion")
    application.setFont(words(13))
    application.setPalette(_palette())
    application.setStyleSheet(sheet)


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
        QPalette.ColorRole.Link: COLOURS.accent_text,
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
