"""The project file ``.emsync``: JSON that a person can read and repair."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NoReturn

from emsync_engine.errors import OutputError, OutputExistsError, ProjectUnreadableError
from emsync_engine.output import written_whole
from emsync_engine.project.model import Project
from emsync_engine.project.schema import project_data, project_from
from emsync_engine.project.upgrades import upgraded

PROJECT_SUFFIX = ".emsync"
LARGEST_FILE_BYTES = 512 * 2**20
_LINE_WIDTH = 100
_SCALARS = (str, int, float, bool, type(None))


def save_project(project: Project, path: Path, *, overwrite: bool = False) -> None:
    """Write the project as one complete file.

    The text is read back before the target is touched, so a file that could not be opened again
    never replaces one that can. The target is replaced in one step; a failure leaves it as it was
    and nothing beside it. OutputExistsError if there is a file and ``overwrite`` is not given,
    OutputError if the project holds a value that no file may hold, or the disk refuses.
    """
    if path.exists() and not overwrite:
        raise OutputExistsError(path)
    text = project_text(project)
    try:
        parsed_project(text)
    except ProjectUnreadableError as error:
        raise OutputError(f"{path} was not written, because {error}") from error
    with written_whole(path.resolve()) as partial, partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def load_project(path: Path) -> Project:
    """Read a project of this or any older version.

    ProjectTooNewError if a newer version wrote it; ProjectUnreadableError, naming the file and the
    place, for whatever else is wrong.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ProjectUnreadableError("it is far too large for one.")
        text = path.read_text(encoding="utf-8-sig")
        return parsed_project(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProjectUnreadableError(f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise ProjectUnreadableError(f"{path.name} is no project: it is not text.") from error
    except ProjectUnreadableError as error:  # ProjectTooNewError stays what it is
        raise type(error)(f"{path.name} cannot be opened as a project: {error}") from error


def parsed_project(text: str) -> Project:
    """The project that a file's text describes; errors as of ``load_project``, without its name."""
    try:
        document = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_without_repeated_keys
        )
    except json.JSONDecodeError as error:
        raise ProjectUnreadableError(
            f"line {error.lineno}, column {error.colno} is not JSON ({error.msg.lower()})."
        ) from error
    except ValueError as error:  # an integer of thousands of digits
        raise ProjectUnreadableError("it holds a number that is far too long.") from error
    except RecursionError as error:
        raise ProjectUnreadableError("it is nested far too deeply.") from error
    if not isinstance(document, dict):
        raise ProjectUnreadableError("it is not an object with named values.")
    return project_from(upgraded(document))


def _refuse_constant(constant: str) -> NoReturn:
    raise ProjectUnreadableError(f"it holds {constant}, which is no number.")


def _without_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ProjectUnreadableError(f"{repeated!r} stands twice in the same object.")
    return document


def project_text(project: Project) -> str:
    """The text of a project's file: keys in a fixed order, one note to a line."""
    return _rendered(project_data(project), depth=0) + "\n"


def _rendered(value: object, depth: int) -> str:
    """JSON of a value whose parent stands ``depth`` deep: short rows on a line, the rest broken."""
    if isinstance(value, dict):
        rows = [f"{_scalar(key)}: {_rendered(item, depth + 1)}" for key, item in value.items()]
        return _enclosed(rows, "{}", depth, may_be_flat=depth > 0)
    if isinstance(value, list):
        rows = [_rendered(item, depth + 1) for item in value]
        if all(isinstance(item, _SCALARS) for item in value):
            return _enclosed(_packed(rows, _LINE_WIDTH - depth - 1), "[]", depth, may_be_flat=True)
        return _enclosed(rows, "[]", depth, may_be_flat=False)
    return _scalar(value)


def _scalar(value: object) -> str:
    """JSON of a value without parts, with letters as they are wherever UTF-8 has them."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, from a file name in another encoding
        return json.dumps(value)
    return text


def _enclosed(rows: list[str], brackets: str, depth: int, *, may_be_flat: bool) -> str:
    """Rows between brackets: on one line if they may and fit, else each on its own."""
    flat = brackets[0] + ", ".join(rows) + brackets[1]
    fits = "\n" not in flat and len(flat) + depth <= _LINE_WIDTH
    if not rows or (may_be_flat and fits):
        return flat
    inner = "\n" + " " * (depth + 1)
    return brackets[0] + inner + ("," + inner).join(rows) + "\n" + " " * depth + brackets[1]


def _packed(items: list[str], width: int) -> list[str]:
    """Numbers of a long list, as many to a row as fit."""
    rows: list[str] = []
    for item in items:
        if rows and len(rows[-1]) + 2 + len(item) < width:
            rows[-1] += ", " + item
        else:
            rows.append(item)
    return rows
