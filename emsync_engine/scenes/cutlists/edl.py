"""CMX3600 edit decision lists, and the marker lists that Resolve and Avid write as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from emsync_engine.errors import CutListError
from emsync_engine.scenes.cutlists.listing import MOST_CUTS, CutList, ListedCut
from emsync_engine.scenes.cutlists.shots import BLACK, ListedShot, cuts_between
from emsync_engine.timing import FrameRate, frame_of_timecode

_TIMECODE = r"\d{1,3}:\d{2}:\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    rf"^\s*(?P<number>\d+)\s+(?P<reel>.*?)\s*\b(?P<channel>(?:AA|A\d*|B|V\d*|NONE)(?:/V\d*)?)\s+"
    rf"(?P<edit>C|D|W\d*|KB?|KO)\s*(?P<length>\d+)?\s+"
    rf"(?P<source_in>{_TIMECODE})\s+(?P<source_out>{_TIMECODE})\s+"
    rf"(?P<record_in>{_TIMECODE})\s+(?P<record_out>{_TIMECODE})\s*$"
)
_LOCATOR = re.compile(rf"^\s*\*\s*LOC:\s*(?P<time>{_TIMECODE})", re.IGNORECASE)
_BLACK_REELS = frozenset({"BL", "BLACK", "BLK"})


@dataclass(frozen=True, slots=True)
class EdlEvent:
    """One line of an edit decision list; times as they are written."""

    line: int
    number: str
    reel: str
    channel: str
    edit: str
    length: int
    record_in: str
    record_out: str
    source_in: str = "00:00:00:00"

    @property
    def where(self) -> str:
        return f"line {self.line}"

    @property
    def is_picture(self) -> bool:
        return "V" in self.channel or self.channel in ("B", "NONE")

    @property
    def track(self) -> str:
        """The picture track, ``V`` for the first."""
        name = self.channel.rpartition("/")[2] if "/" in self.channel else self.channel
        return name if name.startswith("V") and name != "V1" else "V"


@dataclass(frozen=True, slots=True)
class Edl:
    """An edit decision list as it is written; its timecode has no rate yet."""

    events: tuple[EdlEvent, ...]
    locators: tuple[tuple[int, str], ...]  # line and timecode of Avid's markers
    is_drop_frame: bool
    is_markers: bool
    unread_lines: int

    @property
    def largest_frame_number(self) -> int:
        """The largest number of frames behind the seconds: the rate must be above it."""
        times = [time for event in self.events for time in (event.record_in, event.record_out)]
        times += [time for _, time in self.locators]
        return max((int(re.split("[:;.,]", time)[-1]) for time in times), default=0)


def marker_table(markers: tuple[tuple[int, str], ...]) -> Edl:
    """Lines and timecodes of a table as a list of markers."""
    return Edl((), markers, is_drop_frame=False, is_markers=False, unread_lines=0)


def looks_like_edl(text: str) -> bool:
    """Whether a text is an edit decision list: it has a line of an event."""
    return any(_EVENT.match(line) for line in text.splitlines()[:2000])


def parse_edl(text: str) -> Edl:
    """Events of an edit decision list; lines that are neither events nor notes are counted."""
    events: list[EdlEvent] = []
    locators: list[tuple[int, str]] = []
    is_drop_frame = is_markers = False
    unread = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _EVENT.match(line):
            events.append(_event(number, match))
        elif match := _LOCATOR.match(line):
            locators.append((number, match["time"]))
        elif line.upper().startswith("FCM:"):
            is_drop_frame |= "NON" not in line.upper() and "DROP" in line.upper()
        elif "|M:" in line or "|C:" in line:
            is_markers = True
        elif line[:1].isdigit():
            unread += 1
        if len(events) > MOST_CUTS:
            raise CutListError(f"The list has more than {MOST_CUTS} events.")
    return Edl(tuple(events), tuple(locators), is_drop_frame, is_markers, unread)


def _event(number: int, match: re.Match[str]) -> EdlEvent:
    return EdlEvent(
        line=number,
        number=match["number"],
        reel=match["reel"].strip().upper(),
        channel=match["channel"],
        edit=match["edit"],
        length=int(match["length"] or 0),
        record_in=match["record_in"],
        record_out=match["record_out"],
        source_in=match["source_in"],
    )


def edl_cuts(edl: Edl, rate: FrameRate) -> CutList:
    """The cuts of a list whose timecode counts at a rate.

    Markers (Resolve's, or Avid's locators under a single event) are taken as plain cuts; a fade
    out of and into black is one fade, a wipe counts as a dissolve. CutListError if a timecode does
    not exist at this rate, or no event is of the picture.
    """
    remarks: list[str] = []
    if edl.unread_lines:
        remarks.append(f"{edl.unread_lines} lines are no events that can be read; the others are.")
    picture = [event for event in edl.events if event.is_picture]
    if edl.is_markers:
        markers = [(event.line, event.record_in) for event in edl.events]
        return _markers("Resolve marker EDL", markers, edl, rate, remarks)
    if edl.locators and len(picture) <= 1:
        what = "EDL of locators" if picture else "table of markers"
        return _markers(what, edl.locators, edl, rate, remarks)
    if not picture:
        raise CutListError("The list has events of the sound only, none of the picture.")
    tracks = sorted({event.track for event in picture})
    if len(tracks) > 1:
        remarks.append(f"Only the events of {tracks[0]} were read, not those of other tracks.")
    shots = _over_midnight(
        [_shot(event, edl, rate) for event in picture if event.track == tracks[0]], rate
    )
    return CutList(
        what="CMX3600 EDL",
        rate=rate,
        cuts=cuts_between(shots),
        first=min(shot.start for shot in shots),
        last=max(shot.end for shot in shots),
        is_timecode=True,
        remarks=(*remarks, *_order_remark([shot.start for shot in shots])),
    )


def _markers(
    what: str,
    markers: Iterable[tuple[int, str]],
    edl: Edl,
    rate: FrameRate,
    remarks: Sequence[str],
) -> CutList:
    cuts = [
        ListedCut.plain(f"line {line}", _frame(time, edl, rate, line)) for line, time in markers
    ]
    told = (*remarks, *_order_remark([cut.at for cut in cuts]))
    cuts.sort(key=lambda cut: cut.at)
    return CutList(what, rate, tuple(cuts), is_timecode=True, remarks=told)


def _order_remark(starts: Sequence[Fraction]) -> tuple[str, ...]:
    if list(starts) == sorted(starts):
        return ()
    return ("The events were not in order of time and have been sorted.",)


def _shot(event: EdlEvent, edl: Edl, rate: FrameRate) -> ListedShot:
    start = _frame(event.record_in, edl, rate, event.line)
    end = _frame(event.record_out, edl, rate, event.line)
    is_mixed = event.edit == "D" or event.edit.startswith("W")
    mixed = Fraction(event.length) if is_mixed else Fraction(0)
    name = BLACK if event.reel in _BLACK_REELS else event.reel
    return ListedShot(event.where, start, end, name, mixed_after=mixed)


def _over_midnight(shots: Sequence[ListedShot], rate: FrameRate) -> list[ListedShot]:
    """Shots counted on where the timecode begins again at 00:00:00:00."""
    separator = ";" if rate.allows_drop_frame else ":"
    day = 24 * Fraction(frame_of_timecode(f"01:00:00{separator}00", rate))
    first = shots[0].start
    result: list[ListedShot] = []
    for shot in shots:
        later = day if first - shot.start > day / 2 else Fraction(0)
        end = shot.end + later
        if end < shot.start + later:
            end = end + day if shot.start - shot.end > day / 2 else shot.start + later
        result.append(replace(shot, start=shot.start + later, end=end))
    return result


def _frame(time: str, edl: Edl, rate: FrameRate, line: int) -> Fraction:
    """The frame of a timecode; ``;`` or the list's own word make it drop-frame."""
    is_drop_frame = (";" in time or edl.is_drop_frame) and rate.allows_drop_frame
    fields = re.split("[:;.,]", time)
    text = ":".join(fields[:3]) + (";" if is_drop_frame else ":") + fields[3]
    try:
        return Fraction(frame_of_timecode(text, rate))
    except ValueError as error:
        raise CutListError(f"Line {line}: {error}.") from error
