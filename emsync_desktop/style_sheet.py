"""The one style sheet; widgets ask for a look by their object name or ``look`` property."""

from __future__ import annotations

from emsync_desktop.appearance import Colours


def style_sheet(colours: Colours) -> str:
    """Everything that the palette cannot say."""
    parts = (_grounds, _menus, _labels, _buttons, _fields, _lists, _progress, _scroll_bars)
    return "".join(part(colours) for part in parts)


def _grounds(c: Colours) -> str:
    return f"""
    QMainWindow, QDialog, QMessageBox {{ background: {c.ground}; }}
    QWidget {{ color: {c.text}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QLabel#qt_msgbox_informativelabel {{ color: {c.quiet}; }}
    QMessageBox QPushButton {{ min-width: 64px; }}
    QFrame[look="panel"] {{ background: {c.panel}; border-radius: 8px; }}
    QFrame[look="rule"] {{ background: {c.line}; max-height: 1px; min-height: 1px; border: none; }}
    QFrame#banner {{ background: {c.alarm}; border: 1px solid {c.alarm_line}; border-radius: 8px; }}
    QFrame#banner[tone="note"] {{ background: {c.raised}; border-color: {c.line}; }}
    QFrame#hint {{ background: {c.raised}; border: 1px solid {c.accent}; border-radius: 8px; }}
    QFrame#work_panel {{ background: {c.panel}; border: 1px solid {c.edge}; border-radius: 8px; }}
    QFrame#work_panel QLabel:disabled {{ color: {c.quiet}; }}
    QWidget#form, QScrollArea {{ background: {c.ground}; }}
    QTabWidget QScrollArea, QWidget#score_form {{ background: {c.panel}; }}
    QWidget#bottom_bar {{ background: {c.ground}; }}
    QSplitter::handle {{ background: {c.ground}; }}
    """


def _menus(c: Colours) -> str:
    return f"""
    QMenuBar {{ background: {c.ground}; padding: 3px 6px; }}
    QMenuBar::item {{ padding: 5px 10px; border-radius: 5px; background: transparent; }}
    QMenuBar::item:selected {{ background: {c.raised}; }}
    QMenu {{ background: {c.raised}; border: 1px solid {c.line}; padding: 5px; }}
    QMenu::item {{ padding: 6px 28px 6px 14px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.hover}; }}
    QMenu::item:disabled {{ color: {c.off}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
        padding: 4px 6px; }}
    """


def _labels(c: Colours) -> str:
    return f"""
    QLabel[look="quiet"] {{ color: {c.quiet}; font-size: 12px; }}
    QLabel[look="quiet"]:disabled, QLabel[look="title"]:disabled,
        QLabel[look="heading"]:disabled, QCheckBox:disabled
        {{ color: {c.off}; }}
    QLabel[look="heading"] {{ color: {c.quiet}; font-size: 11px; font-weight: 600;
        letter-spacing: 1px; }}
    QLabel[look="title"] {{ font-size: 15px; font-weight: 600; }}
    QLabel[look="field"] {{ font-size: 13px; padding-top: 4px; }}
    QLabel[look="hint_title"] {{ font-size: 13px; font-weight: 600; }}
    QLabel[look="hint_number"] {{ color: {c.accent_text}; font-size: 15px; font-weight: 600; }}
    QLabel[look="welcome"] {{ font-size: 24px; font-weight: 600; }}
    QLabel[look="chip"] {{ background: {c.raised}; color: {c.quiet}; font-size: 12px;
        border-radius: 9px; padding: 2px 10px; }}
    QLabel[look="stale"] {{ color: {c.accent_text}; font-size: 12px; }}
    QLabel[look="speed"] {{ color: {c.accent_text}; font-size: 13px; font-weight: 600; }}
    """


def _buttons(c: Colours) -> str:
    return f"""
    QPushButton, QToolButton {{ background: {c.raised}; border: 1px solid transparent;
        border-radius: 6px; padding: 6px 12px; outline: none; }}
    QToolButton {{ padding: 6px; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
    QPushButton:focus, QToolButton:focus {{ border-color: {c.accent_text}; }}
    QToolButton:checked {{ background: {c.hover}; border-color: {c.edge}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.off}; }}
    QPushButton[look="accent"] {{ background: {c.accent}; color: {c.on_accent}; font-weight: 600;
        font-size: 14px; padding: 8px 17px; border-width: 2px; border-radius: 7px; }}
    QPushButton[look="accent"]:hover {{ background: {c.accent_hover}; }}
    QPushButton[look="accent"]:pressed {{ background: {c.accent_pressed}; }}
    QPushButton[look="accent"]:focus {{ border-color: {c.text}; }}
    QPushButton[look="accent"]:disabled
        {{ background: {c.accent_off}; color: {c.on_accent_off}; }}
    QDialog QPushButton[look="accent"] {{ font-size: 13px; padding: 5px 12px; }}
    QPushButton[look="accent_small"] {{ background: {c.accent}; color: {c.on_accent};
        font-weight: 600; }}
    QPushButton[look="accent_small"]:focus {{ border-color: {c.text}; }}
    QPushButton[look="accent_small"]:disabled {{ background: {c.accent_off};
        color: {c.on_accent_off}; }}
    QPushButton[look="link"] {{ background: transparent; color: {c.accent_text};
        padding: 4px 8px; }}
    QPushButton[look="chip"] {{ color: {c.accent_text}; font-size: 12px; border-radius: 9px;
        padding: 2px 10px; }}
    QPushButton[look="quiet_chip"] {{ background: transparent; color: {c.quiet}; font-size: 12px;
        border-radius: 9px; padding: 2px 8px; }}
    QPushButton[look="quiet_chip"]:hover {{ background: {c.hover}; color: {c.text}; }}
    QPushButton[look="quiet_link"] {{ background: transparent; color: {c.text};
        padding: 4px 10px; }}
    QPushButton[look="fold"] {{ background: transparent; color: {c.quiet}; font-size: 11px;
        font-weight: 600; letter-spacing: 1px; padding: 2px 6px 2px 0; text-align: left; }}
    QPushButton[look="fold"]:hover, QPushButton[look="fold"]:focus {{ color: {c.text}; }}
    QPushButton[look="fold"]:disabled {{ color: {c.off}; }}
    QPushButton[look="small_link"] {{ background: transparent; color: {c.quiet}; font-size: 12px;
        padding: 2px 4px; }}
    QPushButton[look="small_link"]:hover, QPushButton[look="small_link"]:checked
        {{ color: {c.text}; }}
    QPushButton[look="choice"] {{ border: 1px solid {c.line}; padding: 7px 14px; }}
    QPushButton[look="choice"]:checked {{ border-color: {c.accent}; color: {c.accent_text};
        font-weight: 600; }}
    QPushButton[look="choice"]:focus {{ border-color: {c.text}; }}
    QPushButton[look="link"]:hover, QPushButton[look="quiet_link"]:hover
        {{ background: {c.hover}; }}
    QPushButton[look="link"]:disabled {{ color: {c.off}; }}
    QCheckBox {{ font-size: 12px; color: {c.quiet}; spacing: 7px; outline: none; }}
    QCheckBox::indicator {{ width: 12px; height: 12px; border: 1px solid {c.edge};
        border-radius: 3px; background: {c.raised}; }}
    QCheckBox::indicator:checked {{ border-color: {c.accent_text}; background: qradialgradient(
        cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, stop:0 {c.accent}, stop:0.62 {c.accent},
        stop:0.68 {c.raised}, stop:1 {c.raised}); }}
    QCheckBox::indicator:disabled {{ border-color: {c.line}; }}
    QCheckBox:focus {{ color: {c.text}; }}
    QRadioButton {{ spacing: 8px; outline: none; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {c.edge};
        border-radius: 7px; background: {c.raised}; }}
    QRadioButton::indicator:checked {{ border-color: {c.accent_text}; background: qradialgradient(
        cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, stop:0 {c.accent}, stop:0.62 {c.accent},
        stop:0.68 {c.raised}, stop:1 {c.raised}); }}
    QRadioButton::indicator:focus {{ border: 2px solid {c.accent_text}; width: 10px;
        height: 10px; }}
    QCheckBox::indicator:focus {{ border: 2px solid {c.accent_text}; width: 10px; height: 10px; }}
    """


def _fields(c: Colours) -> str:
    return f"""
    QComboBox, QSpinBox, QDoubleSpinBox {{ background: {c.raised}; border: 1px solid {c.line};
        border-radius: 5px; min-height: 18px; padding: 3px 8px; }}
    QSpinBox {{ padding: 2px 3px; }}
    QDoubleSpinBox {{ padding: 4px 6px; }}
    QWidget#score_form QDoubleSpinBox, QWidget#hits_page QDoubleSpinBox {{ padding: 2px 3px; }}
    QSpinBox, QDoubleSpinBox {{ selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
    QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow {{ width: 0; height: 0; }}
    QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus
        {{ border-color: {c.accent_text}; }}
    QLineEdit {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 5px;
        padding: 4px 8px; selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QLineEdit#timecode {{ background: transparent; border: 1px solid transparent; padding: 0;
        color: {c.text}; }}
    QLineEdit#timecode:hover {{ background: {c.raised}; }}
    QLineEdit#timecode:focus {{ background: {c.raised}; border-color: {c.accent_text}; }}
    QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: {c.off}; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.line};
        outline: none; padding: 4px; selection-background-color: {c.hover};
        selection-color: {c.text}; }}
    """


def _lists(c: Colours) -> str:
    return f"""
    QListWidget {{ background: transparent; border: none; outline: none; font-size: 12px; }}
    QListWidget::item {{ padding: 4px 6px; border-radius: 4px; color: {c.text}; }}
    QListWidget::item:selected {{ background: {c.hover}; color: {c.text}; }}
    QListWidget:focus, QTableWidget:focus, QListView:focus
        {{ border: 1px solid {c.accent_text}; border-radius: 4px; }}
    QListView {{ background: transparent; border: 1px solid transparent; outline: none; }}
    QTreeWidget, QTextBrowser {{ background: {c.panel}; border: 1px solid {c.line};
        border-radius: 6px; outline: none; padding: 4px; }}
    QTreeWidget:focus, QTextBrowser:focus {{ border-color: {c.accent_text}; }}
    QTreeWidget::item {{ padding: 4px 2px; }}
    QTreeWidget::item:selected {{ background: {c.hover}; color: {c.text}; }}
    QTreeWidget {{ selection-background-color: {c.hover}; show-decoration-selected: 0; }}
    QTreeWidget::branch, QTreeWidget::branch:selected {{ background: transparent; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.quiet}; border: none;
        border-bottom: 1px solid {c.line}; padding: 4px 6px; font-size: 11px; font-weight: 600; }}
    QKeySequenceEdit QLineEdit {{ min-height: 18px; }}
    QListWidget QLineEdit {{ background: {c.raised}; border: 1px solid {c.quiet};
        border-radius: 4px; padding: 0 5px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    QTableWidget {{ background: transparent; border: none; outline: none; font-size: 12px; }}
    QTableWidget::item {{ padding: 0 5px; }}
    QTableWidget::item:selected {{ background: {c.hover}; color: {c.text}; }}
    QTableWidget#models QHeaderView::section {{ padding: 4px 12px; }}
    QTableWidget#models, QTableWidget#models:focus {{ border: none; }}
    QTabWidget::pane {{ border: none; }}
    QTabBar {{ background: transparent; outline: none; }}
    QTabBar::tab {{ background: transparent; color: {c.quiet}; font-size: 11px; font-weight: 600;
        padding: 4px 12px 5px 0; margin-right: 8px; border: none;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
    QTabBar::tab:hover, QTabBar::tab:focus {{ color: {c.text}; }}
    QTabBar::tab:selected:focus {{ color: {c.accent_text}; background: {c.hover}; }}
    """


def _progress(c: Colours) -> str:
    return f"""
    QProgressBar {{ background: {c.raised}; border: none; border-radius: 3px; max-height: 6px;
        min-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QProgressBar[look="thin"] {{ border-radius: 1px; max-height: 3px; min-height: 3px; }}
    QProgressBar[look="thin"]::chunk {{ border-radius: 1px; }}
    QSlider::groove:horizontal {{ background: {c.line}; height: 4px; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {c.quiet}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {c.text}; width: 12px; height: 12px;
        margin: -4px 0; border-radius: 6px; }}
    QSlider::handle:horizontal:focus {{ background: {c.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {c.line}; }}
    QSlider::handle:horizontal:disabled {{ background: {c.handle_off}; }}
    """


def _scroll_bars(c: Colours) -> str:
    return f"""
    QScrollBar:horizontal {{ background: {c.panel}; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c.line}; min-width: 40px; border-radius: 4px;
        margin: 1px; }}
    QScrollBar::handle:horizontal:disabled {{ background: transparent; }}
    QScrollBar::handle:horizontal:hover {{ background: {c.edge}; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.line}; min-height: 24px; border-radius: 4px; }}
    QScrollBar::handle:vertical:hover {{ background: {c.edge}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
