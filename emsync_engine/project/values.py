"""Values of a project file, read by hand: whatever is wrong is named with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, TypeVar

from emsync_engine.errors import ProjectUnreadableError

Choice = TypeVar("Choice", bound=str)
Result = TypeVar("Result")

LONGEST_FILM_S = 1_000_000  # eleven days; anything longer is a damaged number
_FRACTION = re.compile(r"(-?\d{1,18})/(\d{1,18})")
_SHOWN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a JSON document and the place where it stands, such as ``takes[0].seed``.

    Every reader returns what it promises or raises ProjectUnreadableError naming the place.
    """

    content: object
    place: str

    def refuse(self, wanted: str) -> NoReturn:
        shown = repr(self.content)
        if len(shown) > _SHOWN_LENGTH:
            shown = shown[:_SHOWN_LENGTH] + "…"
        raise ProjectUnreadableError(f"{self.place} must be {wanted}, not {shown}.")

    def _inside(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def fields(self, *names: str) -> tuple[Value, ...]:
        """Values of an object that has exactly these keys, in this order of names."""
        content = self._object()
        for name in names:
            if name not in content:
                raise ProjectUnreadableError(f"{self._inside(name)} is missing.")
        for key in content:
            if key not in names:
                raise ProjectUnreadableError(f"{self._inside(key)} is not known; is it misspelt?")
        return tuple(Value(content[name], self._inside(name)) for name in names)

    def entries(self) -> dict[str, Value]:
        """Values of an object with free keys."""
        return {key: Value(value, self._inside(key)) for key, value in self._object().items()}

    def _object(self) -> dict[str, object]:
        if not isinstance(self.content, dict):
            self.refuse("an object with named values")
        return self.content

    def items(self, count: int | None = None) -> list[Value]:
        """Values of a list, of a given length where one is given."""
        if not isinstance(self.content, list):
            self.refuse("a list")
        if count is not None and len(self.content) != count:
            self.refuse(f"a list of {count} values")
        return [Value(item, f"{self.place}[{i}]") for i, item in enumerate(self.content)]

    def text(self) -> str:
        if not isinstance(self.content, str):
            self.refuse("a text")
        return self.content

    def flag(self) -> bool:
        if not isinstance(self.content, bool):
            self.refuse("true or false")
        return self.content

    def number(self, low: float, high: float) -> float:
        """A finite number within [low, high]."""
        content = self.content
        if isinstance(content, bool) or not isinstance(content, int | float):
            self.refuse("a number")
        if not low <= content <= high or not math.isfinite(content):
            self.refuse(f"between {low:g} and {high:g}")
        return float(content)

    def integer(self, low: int, high: int) -> int:
        content = self.content
        if isinstance(content, bool) or not isinstance(content, int):
            self.refuse("a whole number")
        if not low <= content <= high:
            self.refuse(f"between {low} and {high}")
        return content

    def fraction(self) -> Fraction:
        """An exact number, written as ``"1001/30000"``."""
        match = _FRACTION.fullmatch(self.text())
        if match is None or int(match[2]) == 0:
            self.refuse('an exact fraction such as "1001/30000"')
        return Fraction(int(match[1]), int(match[2]))

    def time(self) -> Fraction:
        """Exact seconds of a film."""
        time = self.fraction()
        if not 0 <= time <= LONGEST_FILM_S:
            self.refuse(f"a time between 0 and {LONGEST_FILM_S} seconds")
        return time

    def choice(self, choices: Sequence[Choice]) -> Choice:
        chosen = next((choice for choice in choices if choice == self.content), None)
        if chosen is None:
            self.refuse("one of " + ", ".join(choices))
        return chosen

    def optional(self, reading: Callable[[Value], Result]) -> Result | None:
        """None where the file says null, else what ``reading`` makes of the value."""
        return None if self.content is None else reading(self)
