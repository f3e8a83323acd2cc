"""What a list of cuts says, before it is laid on a film."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from emsync_engine.errors import CutListError
from emsync_engine.project.model import CutKind
from emsync_engine.timing import FrameRate

MOST_BYTES = 16 << 20
MOST_CUTS = 100_000
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")  # what no editing program writes
_SAME_RATE = 0.005  # 23.98 is 23.976

KNOWN_RATES = tuple(
    FrameRate(Fraction(text))
    for text in (
        *("24000/1001", "24", "25", "30000/1001", "30"),
        *("48", "50", "60000/1001", "60", "100", "120"),
    )
)
"""Rates that programs write lists at."""


@dataclass(frozen=True, slots=True)
class ListedCut:
    """A change of shot as a list gives it, in frames of the list's own rate.

    ``at`` is the new shot's first frame of a hard cut, the first frame on which something of it can
    be seen after a fade, the middle of a dissolve. The transition touches [``start``, ``end``);
    both equal ``at`` for a plain cut. ``where`` names the place in the file for a message.
    """

    where: str
    at: Fraction
    start: Fraction
    end: Fraction
    kind: CutKind = "hard"
    score: float | None = None

    @classmethod
    def plain(cls, where: str, at: Fraction, *, score: float | None = None) -> ListedCut:
        """A cut from one frame to the next."""
        return cls(where, at, at, at, score=score)


@dataclass(frozen=True, slots=True)
class CutList:
    """A list of cuts in frames of its own rate.

    Attributes
    ----------
    what : the kind of list in words, such as ``CMX3600 EDL``
    rate : frames a second that the frames of the list are counted at
    first : frame at which the listed edit begins, None where the list does not say (markers)
    last : frame at which it ends, exclusive; likewise
    is_timecode : frames are counted from 00:00:00:00, not from the first picture
    remarks : sentences on what was passed over
    """

    what: str
    rate: FrameRate
    cuts: tuple[ListedCut, ...]
    first: Fraction | None = None
    last: Fraction | None = None
    is_timecode: bool = False
    remarks: tuple[str, ...] = ()


def read_text(path: Path) -> str:
    """A text file of bounded size, in UTF-8, UTF-16 with its mark, or an 8-bit alphabet.

    CutListError if it cannot be read, is too large, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CutListError(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise CutListError(f"{path.name} is too large for a list of cuts.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")  # EDLs of older programs name clips in the latter
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    raise CutListError(f"{path.name} is not a text file in UTF-8.")


def known_rate(value: float) -> FrameRate | None:
    """The exact rate of a number such as 23.976 or 29.97; None for what is no usual rate."""
    for rate in KNOWN_RATES:
        if abs(float(rate.ratio) - value) < _SAME_RATE:
            return rate
    if 1 <= value <= 1000 and value == round(value):
        return FrameRate(Fraction(round(value)))
    return None
