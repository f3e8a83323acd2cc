"""What has come of a file so far, and what it is a part of."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from emsync_engine.models.answers import validator_of
from emsync_engine.models.connection import Answer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fetched: from where, and what is known of it."""

    name: str
    address: str
    size_bytes: int | None = None
    sha256: str | None = None


class Part:
    """What has come of a file, beside a note of what it is a part of."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self.path, self._wanted = path, wanted
        self._note = path.with_name(path.name + ".json")
        self.validator: str | None = None  # an ETag or a date, as the host gave it
        self.total: int | None = None
        self._read()

    def _read(self) -> None:
        """Take up what an earlier attempt left, if it is of the same file."""
        try:
            held = json.loads(self._note.read_text(encoding="utf-8"))
            is_same = (held["address"], held["sha256"]) == (
                self._wanted.address,
                self._wanted.sha256,
            )
            validator, total = held["validator"], held["total"]
        except (OSError, ValueError, TypeError, KeyError):
            is_same, validator, total = False, None, None
        if is_same:
            self.validator, self.total = validator, total
        if not is_same or not (validator or self._wanted.sha256):
            self.restart()  # nothing could tell whether the rest would belong to it

    @property
    def size_bytes(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def restart(self) -> None:
        """Throw away what has come."""
        self.validator = self.total = None
        for one in (self.path, self._note):
            with contextlib.suppress(OSError):
                one.unlink(missing_ok=True)

    def note(self, answer: Answer, total: int | None) -> None:
        """Remember what the answer said, so that a later attempt can go on."""
        self.validator, self.total = validator_of(answer), total
        held = {
            "address": self._wanted.address,
            "sha256": self._wanted.sha256,
            "validator": self.validator,
            "total": total,
        }
        self._note.write_text(json.dumps(held), encoding="utf-8")

    def done(self) -> None:
        """The file is whole: the note is needed no more."""
        self._note.unlink(missing_ok=True)
