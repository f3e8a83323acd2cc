"""Final Cut Pro X's XML: the main storyline of its first project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree

from emsync_engine.errors import CutListError
from emsync_engine.scenes.cutlists.listing import CutList, ListedCut
from emsync_engine.scenes.cutlists.shots import BLACK, ListedShot, cuts_between
from emsync_engine.timing import FrameRate

_TIME = re.compile(r"(-?\d{1,18})(?:\.(\d{1,9}))?(?:/(\d{1,12}))?s?")
_COLOUR = re.compile(r"colou?r|black|white|dip", re.IGNORECASE)
_MARKERS = ("marker", "chapter-marker")
_DEEPEST = 64
_NOT_IN_TIME = frozenset({"note", "metadata", "timeMap", *_MARKERS, "keyword"})


def looks_like_xml(text: str) -> bool:
    """Whether a text begins as XML does."""
    return text.lstrip()[:200].startswith("<")


def parse_fcpxml(text: str) -> ElementTree.Element:
    """The root of a document, read without any entity; CutListError in one sentence."""
    if "<!ENTITY" in text.upper():
        raise CutListError("The XML defines entities, which no list of cuts needs.")
    try:
        builder = _Builder()
        parser = ElementTree.XMLParser(target=builder)  # noqa: S314 - no entity gets so far
        parser.feed(_without_encoding(text))
        root: ElementTree.Element = parser.close()
    except ElementTree.ParseError as error:
        raise CutListError(f"The XML is damaged: {error}.") from error
    if root.tag == "xmeml":
        raise CutListError(
            "This is the XML of Final Cut Pro 7 and Premiere; export an EDL or FCPXML instead."
        )
    if root.tag != "fcpxml":
        raise CutListError(f"The XML holds {root.tag[:40]!r}, not fcpxml.")
    return root


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree of bounded depth."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise CutListError("The XML is nested too deeply for a list of cuts.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def _without_encoding(text: str) -> str:
    """The text without a word on its encoding, which was used up when it was read."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)


def fcpxml_cuts(text: str, film_rate: FrameRate) -> CutList:
    """The cuts between the clips of the first project, exact to a fraction of a second.

    Connected clips and secondary storylines are passed over. Where one clip fills the storyline,
    its markers are the cuts. CutListError if there is no project with a storyline.
    """
    root = parse_fcpxml(text)
    sequence = next(root.iterfind(".//project/sequence"), None)
    if sequence is None:
        sequence = next(root.iter("sequence"), None)  # a list of compound clips only
    spine = sequence.find("spine") if sequence is not None else None
    if sequence is None or spine is None:
        raise CutListError("The FCPXML has no project with a storyline.")
    rate, remarks = _rate(root, sequence, film_rate)
    shots = list(_shots(spine, _seconds(sequence.get("tcStart")), rate))
    if not shots:
        raise CutListError("The storyline of the FCPXML has no clips.")
    cuts = cuts_between(shots)
    what = "FCPXML"
    if len(shots) == 1 and not cuts:
        cuts, what = tuple(_markers(spine, shots[0], rate)), "FCPXML of markers"
    return CutList(
        what=what,
        rate=rate,
        cuts=cuts,
        first=shots[0].start,
        last=max(shot.end for shot in shots),
        remarks=remarks,
    )


def _seconds(text: str | None) -> Fraction:
    """Exact seconds of ``1001/24000s``, ``3600s`` or ``2.5s``."""
    if text is None:
        return Fraction(0)
    match = _TIME.fullmatch(text.strip())
    if match is None or match[3] == "0":
        raise CutListError(f"{text[:40]!r} in the FCPXML is not a time.")
    value = Fraction(f"{match[1]}.{match[2]}") if match[2] else Fraction(int(match[1]))
    return value / int(match[3] or 1)


def _rate(
    root: ElementTree.Element, sequence: ElementTree.Element, film_rate: FrameRate
) -> tuple[FrameRate, tuple[str, ...]]:
    """The rate of the sequence's format; the film's where there is none."""
    wanted = sequence.get("format")
    for element in root.iter("format"):
        if element.get("id") == wanted and element.get("frameDuration"):
            step = _seconds(element.get("frameDuration"))
            if step > 0:
                return FrameRate(1 / step), ()
    return film_rate, ("The FCPXML names no frame rate; that of the film was taken.",)


@dataclass(slots=True)
class _Mix:
    start: Fraction
    end: Fraction
    is_fade: bool


def _shots(spine: ElementTree.Element, origin: Fraction, rate: FrameRate) -> Iterator[ListedShot]:
    """Clips and gaps of a storyline in frames; transitions lie over the cut that they are at."""
    now, number = Fraction(0), 0
    offsets = [_seconds(one.get("offset")) for one in spine if one.get("offset") is not None]
    base = origin if offsets and min(offsets) >= origin else Fraction(0)
    mix: _Mix | None = None
    for element in spine:
        if element.tag in _NOT_IN_TIME:
            continue
        length = _seconds(element.get("duration"))
        start = now if element.get("offset") is None else _seconds(element.get("offset")) - base
        if element.tag == "transition":
            is_fade = bool(_COLOUR.search(element.get("name") or ""))
            mix = _Mix(start, start + length, is_fade)
            continue
        number += 1
        mixed_before = max(start - mix.start, Fraction(0)) if mix else Fraction(0)
        mixed_after = max(mix.end - start, Fraction(0)) if mix else Fraction(0)
        yield ListedShot(
            f"clip {number}",
            start * rate.ratio,
            (start + length) * rate.ratio,
            BLACK if element.tag == "gap" else (element.get("name") or f"clip {number}"),
            mixed_before * rate.ratio,
            mixed_after * rate.ratio,
            is_fade=mix is not None and mix.is_fade,
        )
        now, mix = start + length, None


def _markers(spine: ElementTree.Element, shot: ListedShot, rate: FrameRate) -> Iterator[ListedCut]:
    """Markers of the only clip, whose times are those of its media."""
    clip = next(one for one in spine if one.tag not in _NOT_IN_TIME and one.tag != "transition")
    media_start = _seconds(clip.get("start"))
    places = sorted(_seconds(marker.get("start")) for marker in clip if marker.tag in _MARKERS)
    for number, place in enumerate(places, start=1):
        yield ListedCut.plain(f"marker {number}", shot.start + (place - media_start) * rate.ratio)
