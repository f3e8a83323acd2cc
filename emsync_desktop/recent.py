"""What was opened last: remembered with the window's other habits, forgotten when it is gone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

_KEY = "files/recent"
MOST = 5


def recent_paths() -> list[Path]:
    """Films and projects that were opened last and still are there, the latest first."""
    known = QSettings().value(_KEY) or []
    names = [known] if isinstance(known, str) else [str(one) for one in known]
    return [path for path in map(Path, names) if path.is_file()][:MOST]


def remember(path: Path) -> None:
    """A path was opened, or written to, just now."""
    path = path.absolute()
    others = [one for one in recent_paths() if one != path]
    QSettings().setValue(_KEY, [str(one) for one in [path, *others][:MOST]])
