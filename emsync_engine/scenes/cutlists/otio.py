"""OpenTimelineIO files: the lowest picture track, or the markers of a timeline of one clip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from emsync_engine.errors import CutListError, ToolMissingError
from emsync_engine.scenes.cutlists.listing import CutList, ListedCut, known_rate
from emsync_engine.scenes.cutlists.shots import BLACK, ListedShot, cuts_between
from emsync_engine.timing import FrameRate

_FADES = ("fade", "dip", "color", "colour", "black")


def looks_like_otio(text: str) -> bool:
    """Whether a text begins as OpenTimelineIO's JSON does."""
    return text.lstrip()[:1] == "{" and "OTIO_SCHEMA" in text


def otio_cuts(text: str, film_rate: FrameRate) -> CutList:
    """The cuts of the first timeline; CutListError in one sentence.

    Nested sequences count as one shot. No file that the timeline names is opened.
    """
    timeline = _timeline(_read(text))
    tracks = [track for track in timeline.video_tracks() if len(track)]
    if not tracks:
        raise CutListError("The timeline has no track with pictures.")
    track = tracks[0]
    rate = _rate(track, film_rate)
    shots = list(_shots(track, rate))
    cuts = cuts_between(shots)
    what, remarks = "OTIO timeline", _remarks(tracks)
    if not cuts and (markers := list(_markers(timeline, rate))):
        cuts, what = tuple(markers), "OTIO timeline of markers"
    if not shots:
        raise CutListError("The timeline has no shots.")
    return CutList(
        what=what,
        rate=rate,
        cuts=cuts,
        first=shots[0].start,
        last=max(shot.end for shot in shots),
        remarks=remarks,
    )


def _read(text: str) -> Any:
    """The object in a file. Its nesting is checked first: the library has no limit of its own."""
    try:
        import opentimelineio as otio
    except ImportError as error:
        raise ToolMissingError("OpenTimelineIO", "install the package opentimelineio") from error
    try:
        json.loads(text)
        return otio.core.deserialize_json_from_string(text)
    except RecursionError as error:
        raise CutListError("The timeline is nested too deeply.") from error
    except (ValueError, KeyError, TypeError, RuntimeError, otio.exceptions.OTIOError) as error:
        raise CutListError("The file is not a whole OpenTimelineIO timeline.") from error


def _timeline(found: Any) -> Any:
    import opentimelineio as otio

    if isinstance(found, otio.schema.Timeline):
        return found
    if isinstance(found, otio.schema.SerializableCollection):
        inside = found.find_children(descended_from_type=otio.schema.Timeline)
        if inside:
            return inside[0]
    raise CutListError("The file holds no timeline.")


def _rate(track: Any, film_rate: FrameRate) -> FrameRate:
    """The rate of the first shot that has one; the film's where none is usual."""
    for item in track:
        value = _own_rate(item)
        if value is not None and (rate := known_rate(value)) is not None:
            return rate
    return film_rate


def _own_rate(item: Any) -> float | None:
    import opentimelineio as otio

    if isinstance(item, otio.schema.Transition):
        return None
    try:
        return float(item.duration().rate)
    except (otio.exceptions.OTIOError, ValueError):
        return None


def _frames(time: Any, rate: FrameRate) -> Fraction:
    """A time of the library in frames of a rate, exact where it is on a frame."""
    own = known_rate(float(time.rate))
    value = Fraction(float(time.value)).limit_denominator(1 << 20)
    if own is None:
        return (
            Fraction(float(time.value) / float(time.rate)).limit_denominator(1 << 20) * rate.ratio
        )
    return value / own.ratio * rate.ratio


def _shots(track: Any, rate: FrameRate) -> Iterator[ListedShot]:
    import opentimelineio as otio

    now, number = Fraction(0), 0
    mix: tuple[Fraction, Fraction, bool] | None = None
    for item in track:
        try:
            if isinstance(item, otio.schema.Transition):
                kind = f"{item.transition_type} {item.name}".lower()
                is_fade = any(word in kind for word in _FADES) and "dissolve" not in kind
                mix = (_frames(item.in_offset, rate), _frames(item.out_offset, rate), is_fade)
                continue
            length = _frames(item.duration(), rate)
        except (otio.exceptions.OTIOError, ValueError, OverflowError, ZeroDivisionError) as error:
            raise CutListError(f"Shot {number + 1} of the timeline has no length.") from error
        number += 1
        before, after, is_fade = mix or (Fraction(0), Fraction(0), False)
        yield ListedShot(
            f"shot {number}",
            now,
            now + length,
            BLACK if _is_black(item) else (item.name or f"shot {number}"),
            before,
            after,
            is_fade=is_fade,
        )
        now, mix = now + length, None


def _is_black(item: Any) -> bool:
    import opentimelineio as otio

    if isinstance(item, otio.schema.Gap) or not getattr(item, "enabled", True):
        return True
    reference = getattr(item, "media_reference", None)
    kind = getattr(reference, "generator_kind", "") or ""
    return isinstance(reference, otio.schema.GeneratorReference) and "black" in kind.lower()


def _markers(timeline: Any, rate: FrameRate) -> Iterator[ListedCut]:
    """Markers of the whole timeline and of its clips, in order of time."""
    import opentimelineio as otio

    places: list[Fraction] = []
    for item in [timeline.tracks, *timeline.tracks, *timeline.find_clips()]:
        for marker in item.markers:
            try:
                time = item.transformed_time(marker.marked_range.start_time, timeline.tracks)
                places.append(_frames(time, rate))
            except (otio.exceptions.OTIOError, ValueError, OverflowError, ZeroDivisionError):
                continue
    for number, place in enumerate(sorted(set(places)), start=1):
        yield ListedCut.plain(f"marker {number}", place)


def _remarks(tracks: list[Any]) -> tuple[str, ...]:
    if len(tracks) == 1:
        return ()
    return (f"Only the lowest of {len(tracks)} picture tracks was read.",)
