"""Which keys mean what: the defaults of the menus, and what the user made of them."""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from emsync_desktop.settings.store import toml_of
from emsync_engine.errors import EmsyncError
from emsync_engine.output import written_whole

logger = logging.getLogger(__name__)


def keys_path() -> Path:
    """Where the user's own keys are kept on this system."""
    return Path(platformdirs.user_config_path("emsync", appauthor=False)) / "shortcuts.toml"


def normal(key: str) -> str:
    """A key as it is kept, such as ``Ctrl+Shift+G``; empty for what is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


class Keymap(QObject):
    """The keys of each action by its name; only what differs from the defaults is kept.

    Parameters
    ----------
    defaults : keys of each action, the first one is shown in its menu
    menus : the menus that a key opens, which therefore can mean nothing else
    """

    changed = Signal()

    def __init__(
        self,
        defaults: dict[str, tuple[str, ...]],
        path: Path | None = None,
        *,
        menus: dict[str, str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path or keys_path()
        self._defaults = {name: tuple(map(normal, keys)) for name, keys in defaults.items()}
        self._menus = {normal(key): name for key, name in (menus or {}).items()}
        self._own = self._read()

    def keys(self, name: str) -> tuple[str, ...]:
        """Keys of an action; empty for none."""
        if name in self._own:
            return (self._own[name],) if self._own[name] else ()
        return self._defaults[name]

    def is_own(self, name: str) -> bool:
        """Whether the user chose the key of an action."""
        return name in self._own

    def meaning(self, key: str, besides: str = "") -> str | None:
        """The action that a key already means, other than one; None where it is free."""
        key = normal(key)
        taken = (name for name in self._defaults if name != besides and key in self.keys(name))
        return next(taken, None) if key else None

    def menu_of(self, key: str) -> str | None:
        """The menu that a key opens; with another meaning as well it would do neither."""
        return self._menus.get(normal(key))

    def assign(self, name: str, key: str) -> None:
        """Give an action a key of the user's, or none; who had it before has none."""
        key = normal(key)
        before = self.meaning(key, besides=name)
        if before is not None:
            left = [one for one in self.keys(before) if one != key]
            self._set(before, left[0] if left else "")
        self._set(name, key)
        self._write()
        self.changed.emit()

    def reset(self, name: str) -> str | None:
        """Give an action its usual keys again; the action that has one now, if one is taken."""
        for key in self._defaults[name]:
            taken = self.meaning(key, besides=name)
            if taken is not None:
                return taken
        self._own.pop(name, None)
        self._write()
        self.changed.emit()
        return None

    def reset_all(self) -> None:
        """All keys as they were at first."""
        self._own.clear()
        self._write()
        self.changed.emit()

    def _set(self, name: str, key: str) -> None:
        if self._defaults[name] == ((key,) if key else ()):
            self._own.pop(name, None)
        else:
            self._own[name] = key

    def _read(self) -> dict[str, str]:
        """What the file holds; of two actions with one key the first has it."""
        try:
            held = tomllib.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            logger.warning("%s cannot be read, so the usual keys count: %s", self._path, error)
            return {}
        own: dict[str, str] = {}
        for name, key in held.items():
            if name in self._defaults and isinstance(key, str):
                known = normal(key)
                if known in self._menus:
                    continue
                if (known or not key) and (not known or known not in own.values()):
                    own[name] = known
        return own

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(self._path) as partial:
                partial.write_text(toml_of(dict(self._own)), encoding="utf-8")
        except (EmsyncError, OSError) as error:
            logger.warning("the keys cannot be kept: %s", error)
