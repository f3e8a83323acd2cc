"""A session's folder: what the engine process plays for the window, until the window closes."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.output import output_error
from emsync_engine.video.cache import default_cache_folder

if TYPE_CHECKING:
    from emsync_engine.render.kept import KeptRender

LIMIT_BYTES = 4 << 30  # two hours of music with five stems are 12 GB: some of it at a time
_PREFIX = "session-"
_RENDER = "render-"
_LEFT_BEHIND_S = 7 * 24 * 3600

logger = logging.getLogger(__name__)


def new_session_folder() -> Path:
    """An empty folder in the user's cache, or with the system's temporary files."""
    parent = default_cache_folder() / "sessions"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    except OSError as error:
        logger.warning("the cache folder cannot be used: %s", error)
        return Path(tempfile.mkdtemp(prefix=f"emsync-{_PREFIX}"))


@dataclass(frozen=True, slots=True)
class Session:
    """One folder per render; beyond ``limit_bytes`` those made longest ago go."""

    folder: Path
    limit_bytes: int = LIMIT_BYTES
    _kept: dict[str, KeptRender] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kept_render(self) -> KeptRender:
        """What was played last, for a take that shares most of it."""
        from emsync_engine.render.kept import KeptRender

        return self._kept.setdefault("last", KeptRender(self.folder / "kept"))

    @contextlib.contextmanager
    def render_folder(self, name: str) -> Iterator[Path]:
        """A new folder to fill; it goes if the block fails. OutputError if it cannot be made."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=f"{_RENDER}{name}-", dir=self.folder))
        except OSError as error:
            raise output_error(self.folder, error) from error
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._keep_within_limit(newest=folder)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def remove_left_behind(self) -> None:
        """Remove the folders of sessions that ended a week ago without tidying up."""
        with contextlib.suppress(OSError):
            os.utime(self.folder)
            for folder in self.folder.parent.glob(f"{_PREFIX}*"):
                if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_S:
                    shutil.rmtree(folder, ignore_errors=True)

    def _keep_within_limit(self, *, newest: Path) -> None:
        made = {folder: folder.stat().st_mtime_ns for folder in self.folder.glob(f"{_RENDER}*")}
        sizes = {folder: sum(file.stat().st_size for file in folder.iterdir()) for folder in made}
        total = sum(sizes.values())
        for folder in sorted(made, key=lambda one: made[one]):
            if total <= self.limit_bytes:
                break
            if folder != newest:
                total -= sizes[folder]
                shutil.rmtree(folder, ignore_errors=True)
