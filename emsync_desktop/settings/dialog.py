"""Preferences: a form made from the table of settings; every change counts at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.fields import Choice
from emsync_desktop.labels import labelled
from emsync_desktop.settings.schema import Setting, settings_table
from emsync_desktop.settings.store import Settings


class PreferencesDialog(QDialog):
    """One field for each setting, under the headings of their sections."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.fields: dict[str, QWidget] = {}
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumSize(580, 420)
        self.resize(620, 720)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 14)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._form())
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._scroll = scroll
        application.focusChanged.connect(self._show_focus)
        column.addWidget(scroll, 1)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)

    def _show_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Scroll to what has the keyboard: coming from the button, Qt does not."""
        if now is not None and now in self.fields.values():
            self._scroll.ensureWidgetVisible(now, 0, 30)

    def _form(self) -> QWidget:
        form = QWidget()
        form.setObjectName("form")
        grid = QGridLayout(form)
        grid.setContentsMargins(20, 12, 20, 8)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        section, at = "", 0
        for row in settings_table():
            if row.section != section:
                section = row.section
                grid.setRowMinimumHeight(at, 14)
                grid.addWidget(labelled(section.upper(), "heading"), at + 1, 0, 1, 2)
                at += 2
            field = self.fields[row.key] = self._field(row)
            label = labelled(row.label, "field")
            label.setBuddy(field)
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._with_button(row, field), at, 1)
            help_words = labelled(row.help, "quiet")
            help_words.setWordWrap(True)
            grid.addWidget(help_words, at + 1, 1)
            grid.setRowMinimumHeight(at + 2, 6)
            at += 3
        grid.setRowStretch(at, 1)
        return form

    def _field(self, row: Setting) -> QWidget:
        value = self._settings.get(row.key)
        made: QWidget
        if row.kind == "switch":
            made = self._switch(row, bool(value))
        elif row.kind == "number":
            made = self._number(row, int(value))
        elif row.kind == "choice":
            made = self._choice(row, str(value))
        else:
            made = self._folder(row, str(value))
        made.setAccessibleName(row.label)
        made.setAccessibleDescription(row.help)
        return made

    def _switch(self, row: Setting, value: bool) -> QCheckBox:
        box = QCheckBox(self.tr("on"))
        box.setChecked(value)
        box.toggled.connect(lambda on: self._settings.set(row.key, on))
        return box

    def _number(self, row: Setting, value: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(*row.limits)
        box.setSuffix(f" {row.unit}")
        box.setValue(value)
        box.setKeyboardTracking(False)
        box.setFixedWidth(130)
        box.lineEdit().setTextMargins(4, 0, 0, 0)
        box.valueChanged.connect(lambda number: self._settings.set(row.key, number))
        return box

    def _choice(self, row: Setting, value: str) -> Choice:
        box = Choice()
        for name, words in row.choices:
            box.addItem(words, name)
        box.setCurrentIndex(box.findData(value))
        box.currentIndexChanged.connect(
            lambda _index: self._settings.set(row.key, str(box.currentData()))
        )
        return box

    def _folder(self, row: Setting, value: str) -> QLineEdit:
        field = QLineEdit(value)
        field.setPlaceholderText(self.tr("the usual place"))
        field.editingFinished.connect(lambda: self._settings.set(row.key, field.text().strip()))
        return field

    def _with_button(self, row: Setting, field: QWidget) -> QWidget:
        """A folder has a button beside it that asks for one."""
        if row.kind != "folder" or not isinstance(field, QLineEdit):
            return field
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(field, 1)
        button = QPushButton(self.tr("Choose …"))
        button.setAccessibleName(self.tr("Choose {what}").format(what=row.label))
        button.clicked.connect(lambda: self._ask_for_folder(row, field))
        line.addWidget(button)
        return beside

    def _ask_for_folder(self, row: Setting, field: QLineEdit) -> None:
        name = QFileDialog.getExistingDirectory(self, row.label, field.text())
        if name:
            field.setText(name)
            self._settings.set(row.key, name)
