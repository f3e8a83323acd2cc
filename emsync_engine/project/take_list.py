"""The takes of a project as a list that the user keeps: add, choose, star, rename, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from emsync_engine.errors import InputUnusableError
from emsync_engine.project.model import Project, Take

LONGEST_NAME = 80


class TakeUnknownError(InputUnusableError):
    """The project has no such take."""

    def __init__(self, name: str, project: Project) -> None:
        known = ", ".join(
            f"{number} ({take.name or take.id})" for number, take in enumerate(project.takes, 1)
        )
        has = f"it has {known}" if known else "it has none"
        super().__init__(f"The project has no take {name!r}; {has}.")
        self.name = name


def take_named(project: Project, name: str) -> Take:
    """The take of a number (1, 2, ...), an id or a name; TakeUnknownError where there is none."""
    for take in project.takes:
        if name in (take.id, take.name):
            return take
    if name.isdecimal() and 1 <= int(name) <= len(project.takes):
        return project.takes[int(name) - 1]
    raise TakeUnknownError(name, project)


def with_takes(project: Project, takes: Sequence[Take], *, chosen: str | None = None) -> Project:
    """The project with more takes at the end; one that it has already takes the place of that.

    ``chosen`` is the id of the take to be heard; None chooses the first of the new ones.
    """
    new = {take.id: take for take in takes}
    kept = tuple(new.pop(take.id, take) for take in project.takes)
    heard = chosen or (takes[0].id if takes else project.chosen_take)
    return replace(project, takes=(*kept, *new.values()), chosen_take=heard)


def with_take_chosen(project: Project, take_id: str) -> Project:
    """The project with another take to be heard; TakeUnknownError where there is none."""
    return replace(project, chosen_take=take_named(project, take_id).id)


def with_star(project: Project, take_id: str, is_starred: bool) -> Project:
    """The project with one take starred, or no longer."""
    return _with(project, take_id, lambda take: replace(take, is_starred=is_starred))


def with_take_renamed(project: Project, take_id: str, name: str) -> Project:
    """The project with one take under another name; empty for none. InputUnusableError if taken.

    A name has one line of at most ``LONGEST_NAME`` letters, and is no number: takes are numbered.
    """
    name = " ".join(name.split())
    take = take_named(project, take_id)
    if len(name) > LONGEST_NAME:
        raise InputUnusableError(f"The name of a take has at most {LONGEST_NAME} letters.")
    if name.isdecimal():
        raise InputUnusableError(f"A take cannot be named {name}; takes are numbered already.")
    if name and any(name in (one.id, one.name) for one in project.takes if one.id != take.id):
        raise InputUnusableError(f"There is a take named {name!r} already.")
    return _with(project, take.id, lambda one: replace(one, name=name))


def without_take(project: Project, take_id: str) -> Project:
    """The project without one take. If it was heard, the one before it is, or the next."""
    gone = take_named(project, take_id)
    place = project.takes.index(gone)
    left = project.takes[:place] + project.takes[place + 1 :]
    chosen = project.chosen_take
    if chosen == gone.id:
        chosen = left[max(place - 1, 0)].id if left else None
    return replace(project, takes=left, chosen_take=chosen)


def _with(project: Project, take_id: str, change: Callable[[Take], Take]) -> Project:
    found = take_named(project, take_id)
    takes = tuple(change(take) if take.id == found.id else take for take in project.takes)
    return replace(project, takes=takes)
