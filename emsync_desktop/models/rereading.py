"""The open film read again with what is installed now, as one step that can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from emsync_desktop.commands import EditTimeline
from emsync_engine.models.catalogue import CATALOGUE
from emsync_engine.project.model import Timeline

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow


class Rereading(QObject):
    """Belongs to a window; offers to read its film again when a model came that could not before.

    Boundaries, hits and points of the user stay as they are.
    """

    offer_changed = Signal()
    """There is something to offer, or no longer."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._offered: tuple[str, ...] = ()
        self._came_while_reading: list[str] = []
        window.document.opened.connect(self._on_opened)
        window.scoring.reread.connect(self._on_read)
        window.scoring.analysed.connect(lambda *_: QTimer.singleShot(0, self._offer_what_came))

    # -- the offer

    @property
    def offered(self) -> tuple[str, ...]:
        """Names of models that came after the film was read."""
        return self._offered

    def offer_words(self) -> str:
        """What is offered: ``Read again with CLIP ViT-B/32``."""
        titles = [CATALOGUE[name].title for name in self._offered]
        if not titles:
            return self.tr("Read again")
        if len(titles) == 1:
            return self.tr("Read again with {model}").format(model=titles[0])
        return self.tr("Read again with {count} models").format(count=len(titles))

    def sentence(self) -> str:
        """Why it is offered."""
        titles = ", ".join(CATALOGUE[name].title for name in self._offered)
        return self.tr("{models}: installed now, and the open film was read without.").format(
            models=titles
        )

    def offer(self, name: str) -> None:
        """A model came; where it can be used, and a film is open, offer to use it."""
        if not _is_used(name) or name in self._offered:
            return
        task = self._window.scoring.task
        if task is not None and task.kind in ("analyse", "reread"):
            self._came_while_reading.append(name)
        elif self._window.document.timeline is not None:
            self._set((*self._offered, name))
            self._window.banner.say(
                self.sentence(), tone="note", offer=self.offer_words(), action=self.ask
            )

    def _offer_what_came(self) -> None:
        came, self._came_while_reading = self._came_while_reading, []
        for name in came:
            self.offer(name)

    def _set(self, offered: tuple[str, ...]) -> None:
        if offered != self._offered:
            self._offered = offered
            self.offer_changed.emit()

    def _on_opened(self) -> None:
        self._set(())

    # -- reading

    def ask(self) -> None:
        """Read the film again, now or when what is under way is done."""
        words = self.tr("Read the film again")
        self._window.scoring.ask("reread", self._begin, words)

    def _begin(self) -> None:
        window = self._window
        if window.document.timeline is None or window.page.film is None:
            return
        if self._offered and window.banner.sentence == self.sentence():
            window.banner.hide()
        self._set(())
        window.scoring.read_again(window.page.film, window.document.timeline)

    def _on_read(self, path: Path, result: object) -> None:
        from emsync_engine.rereading import ReadAgain

        window, before = self._window, self._window.document.timeline
        if path != window.page.film or before is None or not isinstance(result, ReadAgain):
            return
        after = result.applied_to(before)
        if after != before:
            edit = EditTimeline(window.document, after, self.tr("Read the film again"))
            window.document.undo_stack.push(edit)
        window.bottom_bar.rest(self._told(before, after))
        if result.faults:
            window.banner.say(" ".join(result.faults), tone="note")
        self._offer_what_came()

    def _told(self, before: Timeline, after: Timeline) -> str:
        pairs = zip(before.emotions, after.emotions, strict=True)
        moved = sum(one.detected != other.detected for one, other in pairs)
        if not moved:
            return self.tr("The film was read again, and reads as before.")
        return self.tr(
            "The film was read again: {moved} of {count} segments came out differently."
        ).format(moved=moved, count=len(after.emotions))


def _is_used(name: str) -> bool:
    """Whether an extractor that needs this model has all it needs now, words to read included."""
    from emsync_engine.emotion.full_reading import WORDS
    from emsync_engine.extractors.listing import NAMES, SENTIMENT, lacking, needing

    able = {one for one in NAMES if lacking(needing(one)) is None}
    if not able.intersection(WORDS):
        able.discard(SENTIMENT.name)
    return any(name in needing(one).models for one in able)
