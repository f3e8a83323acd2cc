"""Laying a list of cuts on a film: where it begins, at what rate it counts, what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from emsync_engine.errors import CutListError
from emsync_engine.project.model import SceneCut, VideoSource
from emsync_engine.scenes.cutlists.listing import KNOWN_RATES, CutList, ListedCut
from emsync_engine.scenes.transition import Transition
from emsync_engine.timing import FrameRate, frame_of_timecode, timecode

if TYPE_CHECKING:
    from emsync_engine.video.probe import VideoInfo

_EXACT_FRAMES = Fraction(3, 2)
_OTHER_EDIT_S = 1.0
_ALL_BUT = 0.5  # where more than half of the cuts lie outside, the list is of another film

Reading = Callable[[FrameRate], CutList]


@dataclass(frozen=True, slots=True)
class Footage:
    """What of a film matters to a list of cuts."""

    name: str
    duration: Fraction  # seconds
    rate: FrameRate
    start_timecode: str | None = None
    is_vfr: bool = False

    @classmethod
    def of(cls, info: VideoInfo) -> Footage:
        return cls(info.path.name, info.duration, info.frame_rate, info.start_timecode, info.is_vfr)

    @classmethod
    def of_source(cls, video: VideoSource) -> Footage:
        """Of the film of a project, which does not say whether its rate varies."""
        rate = FrameRate(video.frame_rate)
        name = video.path.replace("\\", "/").rpartition("/")[2]
        return cls(name, video.duration, rate, video.start_timecode)


@dataclass(frozen=True, slots=True)
class Placed:
    """A list laid on a film: cut times in seconds from the first picture."""

    listing: CutList
    origin: Fraction  # frame of the list that is the film's first picture
    rate: FrameRate  # frames of the list are so long in the film

    def time(self, frame: Fraction) -> Fraction:
        return (frame - self.origin) / self.rate.ratio

    def is_inside(self, cut: ListedCut, duration: Fraction) -> bool:
        return 0 < self.time(cut.at) < duration

    def misfit(self, duration: Fraction) -> Fraction | None:
        """How much longer (seconds) the list's edit is than the film; None if it does not say."""
        last = self.listing.last
        return None if last is None else self.time(last) - duration

    def is_exact(self, duration: Fraction) -> bool:
        misfit = self.misfit(duration)
        return misfit is not None and abs(misfit) * self.rate.ratio <= _EXACT_FRAMES


@dataclass(frozen=True, slots=True)
class ImportedCuts:
    """Cuts of a list as they lie in the film, and what is to be said of them.

    ``cuts`` are ``Transition`` values in order of time. ``scored`` says whether the list gave them
    scores of its own; without, all have 1.
    """

    what: str
    cuts: tuple[SceneCut, ...]
    remarks: tuple[str, ...]
    scored: bool


def fitted(
    read: Reading,
    film: Footage,
    *,
    name: str,
    start: str | None = None,
    rate: FrameRate | None = None,
    smallest_rate: int = 0,
) -> ImportedCuts:
    """Lay a list on a film.

    The film's rate is taken for timecode, unless the list cannot count at it (a frame number as
    large as the rate) or ends with the film only at another usual rate. The list begins at the
    film's start timecode, at the full hour, with its first event or at zero: where it ends with the
    film, else where all of it lies inside.

    Parameters
    ----------
    read : the list at a rate of timecode; lists that name their own rate ignore it
    start : timecode of the film's first picture in the list, where the user says so
    rate : at which the list counts, where the user says so
    smallest_rate : the largest number of frames behind the seconds in the list

    Raises
    ------
    CutListError if nothing of the list lies in the film
    """
    rates = [rate] if rate is not None else _rates(film.rate, smallest_rate)
    placements: list[Placed] = []
    refused: CutListError | None = None
    for candidate in rates:
        try:
            listing = read(candidate)
        except CutListError as error:
            refused = refused or error
            continue
        placements += _placements(listing, film, start)
    if not placements:
        raise refused or CutListError(f"{name} counts at no known frame rate.")
    return _imported(_best(placements, film), film, name)


def _rates(film_rate: FrameRate, smallest: int) -> list[FrameRate]:
    """The film's rate first, then the other usual ones, the slowest first."""
    others = [one for one in KNOWN_RATES if one != film_rate]
    return [one for one in (film_rate, *others) if one.nominal > smallest]


def _placements(listing: CutList, film: Footage, start: str | None) -> list[Placed]:
    """Ways in which a list can lie on a film, the most plausible first."""
    lengths = [listing.rate]
    if listing.rate != film.rate and listing.rate.nominal == film.rate.nominal:
        lengths = [film.rate, listing.rate]  # 24 and 23.976: the same frames, played slower
    origins = _origins(listing, film, start)
    return [Placed(listing, origin, length) for length in lengths for origin in origins]


def _origins(listing: CutList, film: Footage, start: str | None) -> list[Fraction]:
    if start is not None:
        try:
            return [Fraction(frame_of_timecode(start, listing.rate))]
        except ValueError as error:
            raise CutListError(f"The start {error}.") from error
    if not listing.is_timecode:
        return [listing.first if listing.first is not None else Fraction(0)]
    places = [cut.start for cut in listing.cuts]
    if listing.first is not None:
        places.append(listing.first)
    earliest = min(places, default=Fraction(0))
    origins: list[Fraction] = []
    if film.start_timecode:
        with suppress(ValueError):
            origins.append(Fraction(frame_of_timecode(film.start_timecode, listing.rate)))
    origins.append(_hour_before(earliest, listing.rate))
    if listing.first is not None:
        origins.append(listing.first)
    return [one for one in dict.fromkeys((*origins, Fraction(0))) if one <= earliest] or [earliest]


def _hour_before(frame: Fraction, rate: FrameRate) -> Fraction:
    """The full hour of timecode at or before a frame, by either way of counting."""
    hours = [Fraction(0)]
    for separator in (":", ";") if rate.allows_drop_frame else (":",):
        hours += [
            Fraction(frame_of_timecode(f"{hour:02d}:00:00{separator}00", rate))
            for hour in range(24)
        ]
    at_or_before = [hour for hour in hours if hour <= frame]
    return max(at_or_before)


def _best(placements: Sequence[Placed], film: Footage) -> Placed:
    """The placement that ends with the film; else the first with the most cuts inside it."""
    exact = [one for one in placements if one.is_exact(film.duration)]
    own_rate = [one for one in exact if one.listing.rate == film.rate]
    if own_rate or exact:
        return min(own_rate or exact, key=lambda one: abs(float(one.misfit(film.duration) or 0)))

    def inside(one: Placed) -> int:
        return sum(one.is_inside(cut, film.duration) for cut in one.listing.cuts)

    same_rate = [one for one in placements if one.listing.rate == placements[0].listing.rate]
    return max(same_rate, key=inside)  # the first of equals


def _imported(placed: Placed, film: Footage, name: str) -> ImportedCuts:
    listing, duration = placed.listing, film.duration
    inside = [cut for cut in listing.cuts if placed.is_inside(cut, duration)]
    at_start = sum(placed.time(cut.at) == 0 for cut in listing.cuts)
    outside = len(listing.cuts) - len(inside) - at_start
    if listing.cuts and not inside and outside:
        raise CutListError(
            f"No cut of {name} lies inside the film, which is {float(duration):.3f} s long: "
            f"{_extent(placed)}, so the list belongs to another film or another edit."
        )
    cuts: dict[Fraction, SceneCut] = {}
    for cut in inside:
        made = _scene_cut(cut, placed, film)
        if 0 < made.time < duration:
            cuts.setdefault(made.time, made)
    return ImportedCuts(
        what=listing.what,
        cuts=tuple(cuts[time] for time in sorted(cuts)),
        remarks=tuple(_remarks(placed, film, outside, name)),
        scored=any(cut.score is not None for cut in listing.cuts),
    )


def _extent(placed: Placed) -> str:
    first, last = (placed.time(at(cut.at for cut in placed.listing.cuts)) for at in (min, max))
    if first == last:
        return f"it has one at {float(first):.3f} s"
    return f"they lie from {float(first):.3f} s to {float(last):.3f} s"


def _remarks(placed: Placed, film: Footage, outside: int, name: str) -> Iterable[str]:
    listing = placed.listing
    yield from listing.remarks
    if listing.rate != film.rate and not film.is_vfr:
        yield (
            f"{name} counts {_rate_text(listing.rate)} frames a second, the film has "
            f"{_rate_text(film.rate)}; "
            + (
                "its frames were taken one by one."
                if placed.rate == film.rate
                else "its times were taken and moved to the nearest frame."
            )
        )
    if placed.origin and listing.is_timecode:
        code = timecode(int(placed.origin), listing.rate)
        yield f"The first picture of the film is taken to be at {code} of the list."
    total = len(listing.cuts)
    if outside:
        lie, were = ("lies", "was") if outside == 1 else ("lie", "were")
        yield (
            f"{outside} of {total} cut{'s' if total > 1 else ''} {lie} outside the film, which is "
            f"{float(film.duration):.3f} s long, and {were} left out."
        )
    misfit = placed.misfit(film.duration)
    if misfit is not None and abs(misfit) > _OTHER_EDIT_S:
        word = "longer" if misfit > 0 else "shorter"
        yield (
            f"The list is {abs(float(misfit)):.2f} s {word} than the film; "
            "it may be of another edit."
        )
    elif outside > _ALL_BUT * total:
        yield f"Most of {name} lies outside; it may be of another film."


def _rate_text(rate: FrameRate) -> str:
    return f"{float(rate.ratio):.3f}".rstrip("0").rstrip(".")


def _scene_cut(cut: ListedCut, placed: Placed, film: Footage) -> SceneCut:
    """A cut at the nearest picture, with what it touches, inside the film."""
    time, frame = _snapped(placed.time(cut.at), film)
    made = Transition(
        time=time,
        frame=frame,
        score=1.0 if cut.score is None else cut.score,
        kind=cut.kind,
        start_frame=frame,
        end_frame=frame,
        start=time,
        end=time,
    )
    if cut.end <= cut.start:
        return made
    start, start_frame = _snapped(max(placed.time(cut.start), Fraction(0)), film)
    last = min(placed.time(cut.end - 1), film.duration - 1 / film.rate.ratio)
    end, end_frame = _snapped(last, film)
    return replace(
        made,
        start_frame=min(start_frame, frame),
        end_frame=max(end_frame, frame),
        start=min(start, time),
        end=max(end, time),
    )


def _snapped(time: Fraction, film: Footage) -> tuple[Fraction, int]:
    """The time of the nearest frame; at a variable rate the time itself."""
    frame = film.rate.nearest_frame(time)
    return (time if film.is_vfr else film.rate.time_of(frame)), frame
