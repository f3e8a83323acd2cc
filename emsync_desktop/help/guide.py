"""The user guide and the list of keys, read in a window of their own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from emsync_engine.weights import RESOURCES

GUIDE = RESOURCES.parent / "docs" / "user-guide.md"


MARGIN_PX = 22
INDENT_PX = 60  # of a list, in which a picture may stand


def slug(heading: str) -> str:
    """The fragment by which links name a heading."""
    words = "".join(c for c in heading.lower() if c.isalnum() or c in " -")
    return words.replace(" ", "-")


def _set_apart(document: QTextDocument) -> None:
    """Give headings and paragraphs room to breathe."""
    document.setDocumentMargin(MARGIN_PX)
    block = document.begin()
    while block.isValid():
        form = QTextBlockFormat(block.blockFormat())
        level = form.headingLevel()
        form.setTopMargin({0: 6.0, 1: 4.0, 2: 26.0}.get(level, 16.0))
        form.setBottomMargin(8.0 if level else 4.0)
        form.setLineHeight(125.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        QTextCursor(block).setBlockFormat(form)
        block = block.next()


class _Pages(QTextBrowser):
    """A text whose pictures are as wide as the room there is."""

    def loadResource(self, kind: int, name: QUrl) -> object:  # noqa: N802 - Qt override
        from PySide6.QtGui import QImage

        if kind == QTextDocument.ResourceType.ImageResource.value and name.isRelative():
            image = QImage(str(GUIDE.parent / name.path()))
            room = max(240, self.viewport().width() - 2 * MARGIN_PX - INDENT_PX)
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
            _set_apart(self.text.document())
            self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _markdown(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except OSError:
            return self.tr("The guide is missing from this installation: {path}").format(
                path=self._path
            )

    def go_to(self, fragment: str) -> None:
        """Show the heading that a fragment such as ``a-first-score`` names."""
        document = self.text.document()
        block = document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == fragment:
                top = document.documentLayout().blockBoundingRect(block).top()
                self.text.verticalScrollBar().setValue(round(top))
                return
            block = block.next()

    def _on_link(self, url: QUrl) -> None:
        if url.hasFragment() and not url.path():
            self.go_to(url.fragment())
        elif url.isRelative():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent / url.path())))
        else:
            QDesktopServices.openUrl(url)
