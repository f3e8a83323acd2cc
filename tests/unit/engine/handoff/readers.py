"""Other people's readers of the lists that are handed off, each giving frames from the first."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio

from emsync_engine.scenes.cutlists import Footage, read_cut_list
from tests.data.make_handoff import Counting, exact_seconds, project_at


@dataclass(frozen=True)
class ReadBack:
    """What a reader found: marks in frames from the film's first picture, and where media lie."""

    marks: tuple[float, ...]
    media_off: tuple[float, ...] = ()  # frames from the film's clip to each other clip
    first_timecode: str = ""


def otio_library(text: str, counting: Counting) -> ReadBack:
    timeline = otio.adapters.read_from_string(text, "otio_json")
    rate = float(counting.rate.ratio)
    marks = [marker.marked_range.start_time for marker in timeline.tracks.markers]
    media = [
        clip.range_in_parent().start_time.rescaled_to(rate).value for clip in timeline.find_clips()
    ]
    starts = {clip.source_range.start_time.value for clip in timeline.find_clips()}
    assert len(starts) == 1  # film and sounds begin at the same timecode of their own
    is_drop = timeline.metadata["emsync"]["drop_frame"]
    first = otio.opentime.to_timecode(timeline.global_start_time + marks[0], rate, is_drop)
    return ReadBack(tuple(mark.rescaled_to(rate).value for mark in marks), tuple(media), first)


def cmx_adapter(text: str, counting: Counting) -> ReadBack:
    """Events of an EDL by the adapter: where the second and all later segments begin."""
    rate = float(counting.rate.ratio)
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=rate)
    track = timeline.tracks[0]
    origin = -track.source_range.start_time.value if track.source_range else 0.0
    clips = [clip for clip in track if isinstance(clip, otio.schema.Clip)]
    starts = [origin + track.range_of_child(clip).start_time.value for clip in clips]
    film_start = starts[0] - (clips[0].source_range.start_time.value - media_start(counting, rate))
    return ReadBack(tuple(start - film_start for start in starts[1:]))


def media_start(counting: Counting, rate: float) -> float:
    return otio.opentime.from_timecode(counting.start or "00:00:00:00", rate).value


def resolve_by_adapter(text: str, counting: Counting) -> ReadBack:
    """Events of a marker EDL; their record times count from the timeline's start."""
    rate = float(counting.rate.ratio)
    track = otio.adapters.read_from_string(text, "cmx_3600", rate=rate).tracks[0]
    origin = -track.source_range.start_time.value
    start = otio.opentime.from_timecode(counting.start or "01:00:00:00", rate).value
    clips = [clip for clip in track if isinstance(clip, otio.schema.Clip)]
    return ReadBack(
        tuple(origin + track.range_of_child(clip).start_time.value - start for clip in clips)
    )


def fcpx_adapter(text: str, counting: Counting) -> ReadBack:
    """The project by OpenTimelineIO's adapter, which counts whole frames a second."""
    timeline = otio.adapters.read_from_string(text, "fcpx_xml")[0]
    film = next(track for track in timeline.tracks if track.name == "0")
    clip = next(item for item in film if isinstance(item, otio.schema.Clip))
    at = film.range_of_child(clip).start_time.value
    media = [
        track.range_of_child(item).start_time.value - at
        for track in timeline.tracks
        for item in track
        if isinstance(item, otio.schema.Clip)
    ]
    seconds = [
        (marker.marked_range.start_time - clip.source_range.start_time).to_seconds()
        for marker in clip.markers
    ]
    return ReadBack(tuple(s * float(counting.rate.ratio) for s in seconds), tuple(media))


def fcpxml_fractions(text: str, counting: Counting) -> ReadBack:
    """The exact fractions in the XML."""
    sequence = next(ElementTree.fromstring(text).iter("sequence"))
    film = sequence.find("spine/asset-clip")
    assert film is not None
    rate, start = counting.rate.ratio, exact_seconds(film.get("start", ""))
    assert exact_seconds(film.get("offset", "")) == exact_seconds(sequence.get("tcStart", ""))
    sounds = [
        (exact_seconds(one.get("offset", "")) - start) * rate for one in film if one.get("ref")
    ]
    marks = [(exact_seconds(one.get("start", "")) - start) * rate for one in film.iter("marker")]
    assert all(mark.denominator == 1 for mark in marks)
    return ReadBack(tuple(map(float, marks)), (0.0, *map(float, sounds)))


def csv_columns(text: str, counting: Counting) -> ReadBack:
    rows = list(csv.DictReader(io.StringIO(text)))
    rate = float(counting.rate.ratio)
    assert [row["frame"] for row in rows] == [
        str(round(float(row["time_s"]) * rate)) for row in rows
    ]
    return ReadBack(tuple(float(row["frame"]) for row in rows), (), rows[0]["timecode"])


def own_reader(text: str, counting: Counting, folder: Path) -> ReadBack:
    """The same file brought in again as a list of cuts."""
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    imported = read_cut_list(path, Footage.of_source(project_at(counting).video))
    return ReadBack(tuple(float(cut.frame) for cut in imported.cuts))
