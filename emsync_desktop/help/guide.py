"""The user guide and the list of keys, read in a window of their own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from emsync_engine.weights import RESOURCES

GUIDE = RESOURCES.parent / "docs" / "user-guide.md"


class _Pages(QTextBrowser):
    """A text whose pictures are as wide as the room there is."""

    def loadResource(self, kind: int, name: QUrl) -> object:  # noqa: N802 - Qt override
        from PySide6.QtGui import QImage

        if kind == QTextDocument.ResourceType.ImageResource.value and name.isRelative():
            image = QImage(str(GUIDE.parent / name.path()))
            room = max(240, self.viewport().width() - 40)
            ratio = self.devicePixelRatioF()
            if not image.isNull() and image.width() > room:
                from PySide6.QtCore import Qt

                smooth = Qt.TransformationMode.SmoothTransformation
                image = image.scaledToWidth(round(room * ratio), smooth)
                image.setDevicePixelRatio(ratio)
            return image
        return super().loadResource(kind, name)


class GuideWindow(QDialog):
    """The guide with its pictures; links to other pages open outside."""

    def __init__(self, path: Path = GUIDE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("User guide"))
        self.resize(820, 760)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 12)
        self.text = _Pages()
        self.text.setAccessibleName(self.tr("User guide"))
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._on_link)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)
        self._path = path
        self._is_read = False

    def showEvent(self, event: object) -> None:  # noqa: N802 - Qt override
        super().showEvent(event)
        if not self._is_read:
            self._is_read = True
            self.text.setMarkdown(self._markdown())

    def _markdown(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except OSError:
            return self.tr("The guide is missing from this installation: {path}").format(
                path=self._path
            )

    def _on_link(self, url: QUrl) -> None:
        if url.hasFragment() and not url.path():
            self.text.scrollToAnchor(url.fragment())
        elif url.isRelative():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent / url.path())))
        else:
            QDesktopServices.openUrl(url)
