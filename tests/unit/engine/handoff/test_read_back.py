"""Every list at every rate, read back by others and by ourselves, and compared with golden files.

The table of ``docs/hand-off.md`` is measured anew and compared; ``EMSYNC_WRITE_DOCS=1`` writes it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.conftest import REPOSITORY
from tests.data.make_handoff import COUNTINGS, GOLDEN, Counting, lists_at, mark_frames

from . import readers
from .readers import ReadBack

PAGE = REPOSITORY / "docs" / "hand-off.md"
BEGIN, END = "<!-- read back -->\n", "<!-- /read back -->\n"

NAMES = [counting.folder for counting in COUNTINGS]


@dataclass(frozen=True)
class Check:
    """A list, who reads it, and how far off that reader may be by its own arithmetic."""

    name: str
    what: str
    reader: str
    read: Callable[[str, Counting], ReadBack]
    allowed_frames: float = 0.0


CHECKS = (
    Check("film.otio", "OTIO", "OpenTimelineIO", readers.otio_library),
    Check("film.fcpxml", "FCPXML", "its exact fractions", readers.fcpxml_fractions),
    Check("film.fcpxml", "FCPXML", "otio-fcpx-xml-adapter", readers.fcpx_adapter, 1.0),
    Check("cuts.edl", "CMX3600 EDL", "otio-cmx3600-adapter", readers.cmx_adapter),
    Check("resolve.edl", "Resolve marker EDL", "otio-cmx3600-adapter", readers.resolve_by_adapter),
    Check("markers.csv", "CSV", "Python's csv", readers.csv_columns),
)


@pytest.fixture(scope="module", params=COUNTINGS, ids=NAMES)
def counting(request: pytest.FixtureRequest) -> Counting:
    return request.param


def off_by(found: tuple[float, ...], counting: Counting) -> float:
    """The largest deviation in frames; marks must all be there."""
    wanted = mark_frames(counting.rate)
    assert len(found) == len(wanted)
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.name}-{check.reader}")
def test_every_mark_and_sound_is_where_it_should_be(counting, check):
    found = check.read(dict(lists_at(counting))[check.name], counting)

    assert off_by(found.marks, counting) <= check.allowed_frames
    assert not any(found.media_off)


@pytest.mark.parametrize(
    "name", ["film.otio", "film.fcpxml", "cuts.edl", "resolve.edl", "markers.csv"]
)
def test_what_is_handed_off_comes_in_again(tmp_path, counting, name):
    found = readers.own_reader(dict(lists_at(counting))[name], counting, tmp_path)

    assert found.marks == mark_frames(counting.rate)


def test_the_timecode_of_a_mark_is_the_librarys(counting):
    lists = dict(lists_at(counting))
    library = readers.otio_library(lists["film.otio"], counting).first_timecode

    assert readers.csv_columns(lists["markers.csv"], counting).first_timecode == library
    assert library in lists["cuts.edl"]
    assert library in lists["resolve.edl"]


def test_golden_files(counting):
    for name, text in lists_at(counting):
        golden = (GOLDEN / counting.folder / name).read_bytes().decode()
        if name.endswith(".otio"):  # another version of the library may write other fields
            ours, theirs = (otio.adapters.read_from_string(t, "otio_json") for t in (text, golden))
            assert ours.is_equivalent_to(theirs)
        else:
            assert text == golden, name


def table() -> str:
    """One row for each rate, one column for each list and reader."""
    heading = ["rate", *(f"{check.what}, {check.reader}" for check in CHECKS)]
    rows = [heading, ["---"] * len(heading)]
    for counting in COUNTINGS:
        lists, cells = dict(lists_at(counting)), [counting.name]
        for check in CHECKS:
            found = check.read(lists[check.name], counting)
            wanted = len(mark_frames(counting.rate))
            cells.append(
                f"{len(found.marks)} of {wanted}, {round(off_by(found.marks, counting), 2):g}"
            )
        rows.append(cells)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def test_the_page_is_true():
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    told, after = rest.split(END)
    made = table()
    if os.environ.get("EMSYNC_WRITE_DOCS"):
        PAGE.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
        told = made
    assert told == made


def test_the_golden_files_are_those_of_the_script():
    made = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*") if path.is_file()}
    assert made == {
        str(Path(counting.folder) / name)
        for counting in COUNTINGS
        for name, _ in lists_at(counting)
    }
