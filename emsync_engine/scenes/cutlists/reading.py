"""Reading a list of cuts from any of the formats that editing programs write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import CutListError
from emsync_engine.project.model import SceneCut
from emsync_engine.scenes.cutlists.edl import (
    Edl,
    edl_cuts,
    looks_like_edl,
    marker_table,
    parse_edl,
)
from emsync_engine.scenes.cutlists.fcpxml import fcpxml_cuts, looks_like_xml
from emsync_engine.scenes.cutlists.fitting import Footage, ImportedCuts, fitted
from emsync_engine.scenes.cutlists.listing import CutList, read_text
from emsync_engine.scenes.cutlists.otio import looks_like_otio, otio_cuts
from emsync_engine.scenes.cutlists.tables import table_cuts, timecodes_of
from emsync_engine.timing import FrameRate

if TYPE_CHECKING:
    from emsync_engine.video.probe import VideoInfo

FORMATS = (
    "CSV",
    "CMX3600 EDL",
    "Resolve marker EDL",
    "FCPXML",
    "OTIO",
    "the list-scenes of PySceneDetect",
)


def read_cut_list(
    path: Path,
    film: Footage,
    *,
    start: str | None = None,
    rate: FrameRate | None = None,
) -> ImportedCuts:
    """The cuts of a file, whatever of ``FORMATS`` it is in, laid on a film.

    The format is told by the content, not by the name. Nothing that a file refers to is opened.

    Parameters
    ----------
    start : timecode at which the film's first picture stands in the list; None finds it
    rate : at which timecode of the list counts; None takes the film's, or the one that fits

    Raises
    ------
    CutListError, in one sentence, if the file is in none of the formats, is damaged, or nothing of
    it lies inside the film
    """
    place = path / "Info.fcpxml" if path.is_dir() and path.suffix == ".fcpxmld" else path
    text = read_text(place)
    try:
        return _read(text, path.name, film, start, rate)
    except CutListError as error:
        said = str(error)
        if path.name in said:
            raise
        raise CutListError(f"{path.name}: {said[:1].lower()}{said[1:]}") from error


def _read(
    text: str, name: str, film: Footage, start: str | None, rate: FrameRate | None
) -> ImportedCuts:
    if looks_like_xml(text):
        return _of_listing(fcpxml_cuts(text, rate or film.rate), name, film, start)
    if looks_like_otio(text):
        return _of_listing(otio_cuts(text, rate or film.rate), name, film, start)
    if looks_like_edl(text):
        return _of_edl(parse_edl(text), name, film, start, rate)
    listing = table_cuts(text, rate or film.rate, is_vfr=film.is_vfr)
    if listing is None and (markers := timecodes_of(text)) is not None:
        return _of_edl(marker_table(markers), name, film, start, rate)
    if listing is None:
        raise CutListError(
            f"{name} is no list of cuts that can be read: it has no column named frame or time_s "
            f"in its first line, and is none of {', '.join(FORMATS[1:])}."
        )
    return _of_listing(listing, name, film, start)


def _of_edl(
    edl: Edl, name: str, film: Footage, start: str | None, rate: FrameRate | None
) -> ImportedCuts:
    """Timecode has no rate of its own: it is read at the one that fits."""
    return fitted(
        lambda candidate: edl_cuts(edl, candidate),
        film,
        name=name,
        start=start,
        rate=rate,
        smallest_rate=edl.largest_frame_number,
    )


def _of_listing(listing: CutList, name: str, film: Footage, start: str | None) -> ImportedCuts:
    return fitted(lambda _: listing, film, name=name, start=start, rate=listing.rate)


def read_cuts_csv(path: Path, info: VideoInfo) -> list[SceneCut]:
    """Cuts of a table (see ``table_cuts``), or of any other list, in order of time."""
    return list(read_cut_list(path, Footage.of(info)).cuts)
