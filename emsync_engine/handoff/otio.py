"""The edit as an OpenTimelineIO timeline."""

from __future__ import annotations

from typing import Any

from emsync_engine.errors import ToolMissingError
from emsync_engine.handoff.edit import Edit
from emsync_engine.handoff.marks import Colour

_COLOURS: dict[Colour, str] = {
    **{"green": "GREEN", "yellow": "YELLOW", "red": "RED", "blue": "BLUE", "purple": "PURPLE"},
}


def otio_text(edit: Edit) -> str:
    """A timeline of the film with its sound, a track for each sound of the music, and the marks.

    Times count at the film's rate; media begin at the film's own timecode, the timeline at its
    record start. Marks lie on the stack of tracks, from 0.
    """
    try:
        import opentimelineio as otio
    except ImportError as error:
        raise ToolMissingError("OpenTimelineIO", "install the package opentimelineio") from error
    rate = float(edit.code.rate.ratio)

    def time(frames: int) -> Any:
        return otio.opentime.RationalTime(frames, rate)

    media = otio.opentime.TimeRange(time(edit.code.media_start), time(edit.code.frames))

    def track(name: str, kind: str, clip_name: str, url: str) -> Any:
        reference = otio.schema.ExternalReference(target_url=url, available_range=media)
        clip = otio.schema.Clip(clip_name, media_reference=reference, source_range=media)
        return otio.schema.Track(name, children=[clip], kind=kind)

    picture, sound = otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio
    timeline = otio.schema.Timeline(edit.name, global_start_time=time(edit.code.record_start))
    timeline.tracks.append(track("V1", picture, edit.film_name, edit.film_url))
    if edit.film_has_sound:
        timeline.tracks.append(track("original sound", sound, edit.film_name, edit.film_url))
    for one in edit.sounds:
        timeline.tracks.append(track(one.name, sound, one.name, one.url))
    for mark in edit.marks:
        timeline.tracks.markers.append(
            otio.schema.Marker(
                name=mark.name,
                marked_range=otio.opentime.TimeRange(time(mark.frame), time(1)),
                color=_COLOURS[mark.colour],
                comment=mark.note,
            )
        )
    timeline.metadata["emsync"] = {
        "rate": str(edit.code.rate),
        "drop_frame": edit.code.drop_frame,
        "start_timecode": edit.code.record(0),
    }
    return str(otio.adapters.write_to_string(timeline, "otio_json"))
