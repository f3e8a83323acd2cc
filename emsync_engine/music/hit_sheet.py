"""The hit report to take away: a table as CSV, and one page with the timeline as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import ceil
from pathlib import Path

from emsync_engine.errors import OutputError
from emsync_engine.music.current_hits import HitState, current_hits
from emsync_engine.output import written_whole
from emsync_engine.project.model import Hit, HitStatus, Take, Timeline
from emsync_engine.timing import FrameRate, timecode

CSV_FIELDS = (
    *("hit", "timecode", "time_s", "strength", "status"),
    *("landed_s", "error_ms", "error_frames", "what", "state"),
)

_WIDTH, _HEIGHT = 1123, 794  # A4 across, 96 dots to the inch
_LEFT, _RIGHT = 70, 40
_AXIS_Y = 150
_ERRORS_Y, _ERRORS_HALF = 290, 70
_TABLE_Y = 420
_ROW = 15
_MOST_ROWS = 22
_COLUMN = 520
_SHOWN_FRAMES = 3.0  # an error of so many frames reaches the edge of its strip
_COLOURS: dict[HitStatus, str] = {
    **{"exact": "#1f7a3d", "near": "#b26a00", "missed": "#c0392b"},
    "tacet": "#5b6472",
}
_MARKS: dict[HitStatus, str] = {
    **{"exact": "circle", "near": "square", "missed": "cross"},
    "tacet": "bar",
}
_INK, _QUIET, _LINE = "#15171b", "#5b6472", "#c9ced6"


@dataclass(frozen=True, slots=True)
class HitSheet:
    """What a hit report tells of one take.

    ``hits`` are numbered as they stand: those of ``timeline``, in its order. ``states`` says of
    each whether the take was written for it; left out, it was for all.
    """

    title: str
    timeline: Timeline
    hits: tuple[Hit, ...]
    rate: FrameRate
    hits_before: int | None = None
    """How many were exact before the tempo fit, where that is known."""
    states: tuple[HitState, ...] = ()

    @classmethod
    def of(cls, title: str, timeline: Timeline, take: Take, rate: FrameRate) -> HitSheet:
        """The sheet of a take for a timeline that may be newer than it."""
        hits = current_hits(timeline, take, frame_rate=rate.ratio)
        states = tuple(one.state for one in hits)
        before = take.measures.get("hits_exact_before")
        known = before is not None and set(states) <= {"written"}
        return cls(
            title,
            timeline,
            tuple(one.hit for one in hits),
            rate,
            round(before) if known and before is not None else None,
            states,
        )

    def state_of(self, place: int) -> HitState:
        """Whether the take was written for the hit in a place (0, 1, ...)."""
        return self.states[place] if self.states else "written"

    def timecode_of(self, time_s: float) -> str:
        return timecode(self.rate.nearest_frame(Fraction(time_s)), self.rate)

    def strength_of(self, hit: Hit) -> float | None:
        """Strength of the boundary that a hit belongs to; None if it has been moved since."""
        near = (one for one in self.timeline.boundaries if abs(float(one.time) - hit.time_s) < 1e-4)
        return next((one.weight for one in near), None)


def hits_csv(sheet: HitSheet) -> str:
    """One line for each hit, with a heading; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_FIELDS)
    for number, hit in enumerate(sheet.hits, start=1):
        strength = sheet.strength_of(hit)
        writer.writerow(
            [
                number,
                sheet.timecode_of(hit.time_s),
                f"{hit.time_s:.6f}",
                "" if strength is None else f"{strength:.3f}",
                hit.status,
                "" if hit.landed_s is None else f"{hit.landed_s:.6f}",
                "" if hit.error_ms is None else f"{hit.error_ms:.3f}",
                "" if hit.error_frames is None else f"{hit.error_frames:.3f}",
                hit.what,
                sheet.state_of(number - 1),
            ]
        )
    return text.getvalue()


def hits_picture(sheet: HitSheet) -> str:
    """One page (A4 across) as SVG: the film's boundaries and hits, each error, and a table.

    Statuses differ in shape as well as in colour. Boundaries that are no hits are drawn short.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="Inter, Segoe UI, DejaVu Sans, sans-serif" '
        f'font-size="11" fill="{_INK}">',
        f"<title>{escape(sheet.title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 48, sheet.title, size=20, weight=600),
        _text(_LEFT, 70, summary(sheet), colour=_QUIET, size=12),
        *_legend(sheet),
        *_timeline_strip(sheet),
        *_error_strip(sheet),
        *_table(sheet),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def summary(sheet: HitSheet) -> str:
    """How many hits land, in a sentence."""
    if not sheet.hits:
        return "There is nothing to hit in this film."
    states = [sheet.state_of(place) for place in range(len(sheet.hits))]
    landed = [
        hit.status
        for hit, state in zip(sheet.hits, states, strict=True)
        if state != "not written yet"
    ]
    counts = {status: landed.count(status) for status in _COLOURS}
    text = (
        f"{len(sheet.hits)} hits: {counts['exact']} exact (within half a frame), "
        f"{counts['near']} within 100 ms, {counts['missed']} missed"
    )
    if counts["tacet"]:
        text += f", {counts['tacet']} tacet (the music is silent there)"
    if count := states.count("not written yet"):
        text += f", {count} not written yet"
    if count := states.count("stale"):
        text += f", {count} of them with stale music"
    if sheet.hits_before is not None:
        text += f"; {sheet.hits_before} exact before the tempo fit"
    plain = sum(not boundary.is_hit for boundary in sheet.timeline.boundaries)
    return f"{text}. {plain} more boundaries are not to be hit."


def write_hit_sheet(sheet: HitSheet, path: Path) -> None:
    """Write the table or the picture, by the file's extension; OutputError for another one."""
    content = sheet_writer(path)(sheet)
    with written_whole(path) as partial:
        partial.write_text(content, encoding="utf-8", newline="")


def sheet_writer(path: Path) -> Callable[[HitSheet], str]:
    """What makes the content of a file of this name; OutputError if it is neither CSV nor SVG."""
    writers = {".csv": hits_csv, ".svg": hits_picture}
    if path.suffix.lower() not in writers:
        raise OutputError(
            f"{path.name} is no hit report: name it .csv for a table, .svg for a page."
        )
    return writers[path.suffix.lower()]


def _text(
    x: float,
    y: float,
    text: str,
    *,
    colour: str = _INK,
    size: int = 11,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _mark(x: float, y: float, status: HitStatus) -> str:
    colour = _COLOURS[status]
    if _MARKS[status] == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    if _MARKS[status] == "square":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'
    if _MARKS[status] == "bar":
        return _line(x - 5, y, x + 5, y, colour, 2.5)
    return (
        f'<path d="M{x - 4:.1f} {y - 4:.1f} l8 8 m0 -8 l-8 8" stroke="{colour}" '
        'stroke-width="2" fill="none"/>'
    )


def _legend(sheet: HitSheet) -> list[str]:
    """The three statuses, and ``tacet`` where there is one."""
    has_tacet = any(hit.status == "tacet" for hit in sheet.hits)
    shown = [status for status in _COLOURS if status != "tacet" or has_tacet]
    parts: list[str] = []
    for place, status in enumerate(shown):
        x = _WIDTH - _RIGHT + 10 - 80 * (len(shown) - place)
        parts += [_mark(x, 44, status), _text(x + 10, 48, status, colour=_QUIET)]
    return parts


def _place(sheet: HitSheet, time_s: float) -> float:
    share = time_s / max(float(sheet.timeline.duration), 1e-9)
    return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)


def _timeline_strip(sheet: HitSheet) -> list[str]:
    """The film from left to right: time, plain boundaries, hits, and where the music lands."""
    right = _WIDTH - _RIGHT
    parts = [_line(_LEFT, _AXIS_Y, right, _AXIS_Y, _INK, 1.2)]
    duration = float(sheet.timeline.duration)
    step = next(
        (one for one in (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 600) if duration / one <= 12), 1800
    )
    for number in range(ceil(duration / step) + 1):
        if number * step <= duration:
            x = _place(sheet, number * step)
            parts.append(_line(x, _AXIS_Y, x, _AXIS_Y + 5, _INK))
            parts.append(
                _text(
                    x,
                    _AXIS_Y + 20,
                    sheet.timecode_of(number * step),
                    colour=_QUIET,
                    anchor="middle",
                    size=10,
                )
            )
    for boundary in sheet.timeline.boundaries:
        if not boundary.is_hit:
            x = _place(sheet, float(boundary.time))
            parts.append(_line(x, _AXIS_Y - 12, x, _AXIS_Y, _QUIET))
    for hit in sheet.hits:
        x = _place(sheet, hit.time_s)
        parts.append(_line(x, _AXIS_Y - 40, x, _AXIS_Y, _COLOURS[hit.status], 1.5))
        parts.append(_mark(x, _AXIS_Y - 44, hit.status))
    return parts


def _error_strip(sheet: HitSheet) -> list[str]:
    """How many frames early or late each hit is."""
    right = _WIDTH - _RIGHT
    unit = _ERRORS_HALF / _SHOWN_FRAMES
    parts = [
        f'<rect x="{_LEFT}" y="{_ERRORS_Y - unit / 2:.1f}" width="{right - _LEFT}" '
        f'height="{unit:.1f}" fill="#e8f3ec"/>',
        _line(_LEFT, _ERRORS_Y, right, _ERRORS_Y, _QUIET),
        _text(
            _LEFT - 8, _ERRORS_Y - _ERRORS_HALF - 12, "frames late", colour=_QUIET, anchor="start"
        ),
        _text(
            _LEFT - 8, _ERRORS_Y + _ERRORS_HALF + 20, "frames early", colour=_QUIET, anchor="start"
        ),
    ]
    for frames in range(-int(_SHOWN_FRAMES), int(_SHOWN_FRAMES) + 1):
        y = _ERRORS_Y - frames * unit
        parts.append(
            _text(
                _LEFT - 12,
                y + 4,
                f"{frames:+d}" if frames else "0",
                colour=_QUIET,
                anchor="end",
                size=10,
            )
        )
        parts.append(_line(_LEFT, y, right, y, _LINE, 0.5))
    for hit in sheet.hits:
        if hit.error_frames is not None:
            shown = min(max(hit.error_frames, -_SHOWN_FRAMES), _SHOWN_FRAMES)
            x = _place(sheet, hit.time_s)
            parts.append(
                _line(x, _ERRORS_Y, x, _ERRORS_Y - shown * unit, _COLOURS[hit.status], 1.5)
            )
            parts.append(_mark(x, _ERRORS_Y - shown * unit, hit.status))
    return parts


def _table(sheet: HitSheet) -> list[str]:
    """The hits in two columns; of more than the page holds, the worst ones."""
    rows = list(enumerate(sheet.hits, start=1))
    note = ""
    if len(rows) > 2 * _MOST_ROWS:
        worst = sorted(rows, key=lambda row: -_badness(row[1]))[: 2 * _MOST_ROWS]
        note = f"The {len(worst)} least exact of {len(rows)} hits; the table (CSV) has all."
        rows = sorted(worst)
    parts = [_text(_LEFT, _TABLE_Y - 28, note, colour=_QUIET)] if note else []
    halves = [rows[:_MOST_ROWS], rows[_MOST_ROWS:]]
    for column, half in enumerate(half for half in halves if half):
        x = _LEFT + column * _COLUMN
        heading = ("hit", "timecode", "error", "what lands")
        parts += [
            _text(x + at, _TABLE_Y - 8, word, colour=_QUIET, size=10)
            for at, word in zip((0, 40, 125, 250), heading, strict=True)
        ]
        for row, (number, hit) in enumerate(half):
            y = _TABLE_Y + 8 + row * _ROW
            parts += [
                _text(x, y, str(number), size=10),
                _text(x + 40, y, sheet.timecode_of(hit.time_s), size=10),
                _mark(x + 116, y - 3, hit.status),
                _text(x + 125, y, _error(hit), size=10),
                _text(x + 250, y, _shortened(_what(sheet, number, hit)), size=10),
            ]
    return parts


def _what(sheet: HitSheet, number: int, hit: Hit) -> str:
    """What lands; where the music was not written for that, this comes first."""
    state = sheet.state_of(number - 1)
    return hit.what if state == "written" else f"{state}: {hit.what}"


def _badness(hit: Hit) -> float:
    if hit.status == "tacet":
        return 0.0
    return float("inf") if hit.error_ms is None else abs(hit.error_ms)


def _error(hit: Hit) -> str:
    if hit.status == "tacet":
        return "tacet"
    if hit.error_ms is None or hit.error_frames is None:
        return "nothing lands"
    return f"{hit.error_ms:+.1f} ms, {hit.error_frames:+.2f} fr"


def _shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
