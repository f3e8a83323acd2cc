"""Pictures decoded ahead of the sound, in the order in which they will be shown. No Qt."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Image = TypeVar("Image")

MOST_BYTES = 64 << 20


class Upcoming(Generic[Image]):
    """A queue that the decoder fills and the clock empties; its owner sees to locking.

    A few pictures ahead, a decoder that has to wait for the processor is not seen.
    """

    def __init__(self) -> None:
        self._pictures: deque[tuple[float, Image]] = deque()
        self._bytes_each = 1
        self.is_at_end = False
        """Whether the film has no more pictures."""

    def __len__(self) -> int:
        return len(self._pictures)

    def has_room(self, most: int) -> bool:
        """Whether another one is wanted, of so many at most."""
        fitting = max(2, MOST_BYTES // self._bytes_each)
        return not self.is_at_end and len(self._pictures) < min(most, fitting)

    def put(self, starts_s: float, image: Image, size_bytes: int) -> None:
        """The next picture, and when it starts in seconds."""
        self._bytes_each = max(1, size_bytes)
        self._pictures.append((starts_s, image))

    def due(self, time_s: float) -> tuple[float, Image] | None:
        """The picture that has started last by a time; None where that is the last one told.

        Pictures before it are dropped: nobody will see them.
        """
        found = None
        while self._pictures and self._pictures[0][0] <= time_s:
            found = self._pictures.popleft()
        return found

    @property
    def next_s(self) -> float | None:
        """When the next picture starts; None where none is ready."""
        return self._pictures[0][0] if self._pictures else None

    def clear(self) -> None:
        """Playing goes on elsewhere."""
        self._pictures.clear()
        self.is_at_end = False
