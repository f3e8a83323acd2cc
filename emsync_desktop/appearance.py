"""Colours and shapes of the window: one palette, one style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette
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
    application.setStyle("Fusion")
    application.setFont(words(13))
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
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#5b6471"))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(COLOURS))


def style_sheet(colours: Colours) -> str:
    """The one style sheet; widgets ask for a look by their object name or ``look`` property."""
    c = colours
    return f"""
    QMainWindow, QDialog, QMessageBox {{ background: {c.ground}; }}
    QWidget {{ color: {c.text}; }}
    QMenuBar {{ background: {c.ground}; padding: 3px 6px; }}
    QMenuBar::item {{ padding: 5px 10px; border-radius: 5px; background: transparent; }}
    QMenuBar::item:selected {{ background: {c.raised}; }}
    QMenu {{ background: {c.raised}; border: 1px solid {c.line}; padding: 5px; }}
    QMenu::item {{ padding: 6px 28px 6px 14px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.hover}; }}
    QMenu::item:disabled {{ color: #5b6471; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
        padding: 4px 6px; }}
    QFrame[look="panel"] {{ background: {c.panel}; border-radius: 8px; }}
    QFrame[look="rule"] {{ background: {c.line}; max-height: 1px; min-height: 1px; border: none; }}
    QLabel[look="quiet"] {{ color: {c.quiet}; font-size: 12px; }}
    QLabel[look="quiet"]:disabled, QLabel[look="title"]:disabled, QCheckBox:disabled
        {{ color: #5b6471; }}
    QCheckBox {{ font-size: 12px; color: {c.quiet}; }}
    QLabel[look="heading"] {{ color: {c.quiet}; font-size: 11px; font-weight: 600;
        letter-spacing: 1px; }}
    QLabel[look="title"] {{ font-size: 15px; font-weight: 600; }}
    QLabel[look="welcome"] {{ font-size: 24px; font-weight: 600; }}
    QLabel[look="chip"] {{ background: {c.raised}; color: {c.quiet}; font-size: 12px;
        border-radius: 9px; padding: 2px 10px; }}
    QLabel[look="stale"] {{ color: {c.accent}; font-size: 12px; }}
    QPushButton, QToolButton {{ background: {c.raised}; border: 1px solid transparent;
        border-radius: 6px; padding: 6px 12px; }}
    QToolButton {{ padding: 6px; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
    QPushButton:focus, QToolButton:focus {{ border-color: {c.quiet}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: #5b6471; }}
    QPushButton[look="accent"] {{ background: {c.accent}; color: {c.on_accent}; font-weight: 600;
        font-size: 14px; padding: 9px 18px; border-radius: 7px; }}
    QPushButton[look="accent"]:hover {{ background: #f7ba5c; }}
    QPushButton[look="accent"]:pressed {{ background: #d9942c; }}
    QPushButton[look="accent"]:focus {{ border-color: {c.text}; }}
    QPushButton[look="accent"]:disabled {{ background: #4a3d26; color: #9a8a6c; }}
    QPushButton[look="link"] {{ background: transparent; color: {c.accent}; padding: 4px 8px; }}
    QPushButton[look="link"]:hover {{ background: {c.hover}; }}
    QPushButton[look="link"]:disabled {{ color: #5b6471; }}
    QComboBox {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 5px;
        padding: 4px 8px; min-height: 18px; }}
    QSpinBox, QDoubleSpinBox {{ background: {c.raised}; border: 1px solid {c.line};
        border-radius: 5px; padding: 4px 6px; min-height: 18px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow {{ width: 0; height: 0; }}
    QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border-color: {c.quiet}; }}
    QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: #5b6471; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.line};
        outline: none; padding: 4px; selection-background-color: {c.hover};
        selection-color: {c.text}; }}
    QListWidget {{ background: transparent; border: none; outline: none; font-size: 12px; }}
    QListWidget::item {{ padding: 4px 6px; border-radius: 4px; color: {c.text}; }}
    QListWidget::item:selected {{ background: {c.hover}; color: {c.text}; }}
    QProgressBar {{ background: {c.raised}; border: none; border-radius: 3px; max-height: 6px;
        min-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QSlider::groove:horizontal {{ background: {c.line}; height: 4px; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {c.quiet}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {c.text}; width: 12px; height: 12px;
        margin: -4px 0; border-radius: 6px; }}
    QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {c.line}; }}
    QSlider::handle:horizontal:disabled {{ background: #4a525e; }}
    QScrollBar:horizontal {{ background: {c.panel}; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c.line}; min-width: 40px; border-radius: 4px;
        margin: 1px; }}
    QScrollBar::handle:horizontal:hover {{ background: #434b57; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.line}; min-height: 24px; border-radius: 4px; }}
    QScrollBar::handle:vertical:hover {{ background: #434b57; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QFrame#banner {{ background: #33241f; border: 1px solid #6b4034; border-radius: 8px; }}
    QFrame#banner[tone="note"] {{ background: {c.raised}; border-color: {c.line}; }}
    QWidget#bottom_bar {{ background: {c.ground}; }}
    QSplitter::handle {{ background: {c.ground}; }}
    """
