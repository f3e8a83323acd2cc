"""The user's settings: a TOML file that keeps only what differs from the defaults."""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Signal

from emsync_desktop.settings.schema import Setting, Value, settings_table
from emsync_engine.errors import EmsyncError
from emsync_engine.output import written_whole

logger = logging.getLogger(__name__)


def settings_path() -> Path:
    """Where the file lies on this system."""
    return Path(platformdirs.user_config_path("emsync", appauthor=False)) / "desktop.toml"


def toml_of(values: dict[str, Value]) -> str:
    """The text of a file of settings."""
    return "".join(f"{key} = {_literal(value)}\n" for key, value in sorted(values.items()))


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )


class Settings(QObject):
    """What the user has set; what a file holds that is no setting is passed over."""

    changed = Signal(str)
    """The key of a setting that is another now."""
    failed = Signal(str)
    """The file could not be written, in one sentence; the setting holds until the end."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path or settings_path()
        self._rows = {row.key: row for row in settings_table()}
        self._values = self._read()

    def row(self, key: str) -> Setting:
        """What is known of a setting."""
        return self._rows[key]

    def get(self, key: str) -> Value:
        """The value of a setting; KeyError for none."""
        return self._values.get(key, self._rows[key].default)

    def text(self, key: str) -> str:
        return str(self.get(key))

    def is_on(self, key: str) -> bool:
        return bool(self.get(key))

    def number(self, key: str) -> int:
        return int(self.get(key))

    def set(self, key: str, value: Value) -> None:
        """Change a setting and keep it; ValueError for what it cannot be."""
        row = self._rows[key]
        if not row.accepts(value):
            raise ValueError(f"{key} cannot be {value!r}")
        if value == self.get(key):
            return
        self._values[key] = value
        if value == row.default:
            del self._values[key]
        self._write()
        self.changed.emit(key)

    def _read(self) -> dict[str, Value]:
        try:
            held = tomllib.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            logger.warning("%s cannot be read, so the defaults count: %s", self._path, error)
            return {}
        rows = self._rows
        return {
            key: value for key, value in held.items() if key in rows and rows[key].accepts(value)
        }

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(self._path) as partial:
                partial.write_text(toml_of(self._values), encoding="utf-8")
        except (EmsyncError, OSError) as error:
            self.failed.emit(self.tr("Your settings cannot be kept: {why}").format(why=error))
