"""The edit as Final Cut Pro X's XML, version 1.8, which Final Cut Pro and Resolve read.

It is written by hand, not by OpenTimelineIO's adapter: that counts 23.976 as 23 frames a second,
and opens the media that it names to look at their size.
"""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

from emsync_engine.handoff.edit import Edit

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n'
_FORMAT, _FILM = "r1", "r2"


def fcpxml_text(edit: Edit) -> str:
    """A project of the film with the music connected below it, and the marks on the film.

    Every time is an exact fraction of a second and lies on a frame.
    """
    root = ElementTree.Element("fcpxml", version="1.8")
    _resources(edit, ElementTree.SubElement(root, "resources"))
    event = ElementTree.SubElement(root, "event", name="EMSYNC")
    project = ElementTree.SubElement(event, "project", name=_plain(edit.name))
    sequence = ElementTree.SubElement(
        project,
        "sequence",
        format=_FORMAT,
        duration=_time(edit, edit.code.frames),
        tcStart=_time(edit, edit.code.record_start),
        tcFormat="DF" if edit.code.drop_frame else "NDF",
        audioLayout="stereo",
        audioRate="48k",
    )
    spine = ElementTree.SubElement(sequence, "spine")
    film = _clip(edit, spine, name=edit.film_name, ref=_FILM, offset=edit.code.record_start)
    for number, sound in enumerate(edit.sounds, start=1):
        clip = _clip(
            edit, film, name=sound.name, ref=f"r{number + 2}", offset=edit.code.media_start
        )
        clip.set("lane", str(-number))
        clip.set("audioRole", "music")
    for mark in edit.marks:
        ElementTree.SubElement(
            film,
            "marker",
            start=_time(edit, edit.code.media_start + mark.frame),
            duration=_time(edit, 1),
            value=_plain(mark.name),
            note=_plain(mark.note),
        )
    ElementTree.indent(root, "  ")
    return _HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"


def _resources(edit: Edit, resources: ElementTree.Element) -> None:
    form = ElementTree.SubElement(
        resources, "format", id=_FORMAT, frameDuration=_seconds(1 / edit.code.rate.ratio)
    )
    if edit.size is not None:
        form.set("width", str(edit.size[0]))
        form.set("height", str(edit.size[1]))
    film = _asset(edit, resources, number=2, name=edit.film_name, url=edit.film_url)
    film.set("format", _FORMAT)
    film.set("hasVideo", "1")
    if edit.film_has_sound:
        film.set("hasAudio", "1")
    for number, sound in enumerate(edit.sounds, start=3):
        asset = _asset(edit, resources, number=number, name=sound.name, url=sound.url)
        for key, value in (
            ("hasAudio", "1"),
            ("audioSources", "1"),
            ("audioChannels", "2"),
            ("audioRate", "48000"),
        ):
            asset.set(key, value)


def _asset(
    edit: Edit, resources: ElementTree.Element, *, number: int, name: str, url: str
) -> ElementTree.Element:
    return ElementTree.SubElement(
        resources,
        "asset",
        id=f"r{number}",
        name=_plain(name),
        src=url,
        start=_time(edit, edit.code.media_start),
        duration=_time(edit, edit.code.frames),
    )


def _clip(
    edit: Edit, parent: ElementTree.Element, *, name: str, ref: str, offset: int
) -> ElementTree.Element:
    return ElementTree.SubElement(
        parent,
        "asset-clip",
        name=_plain(name),
        ref=ref,
        offset=_time(edit, offset),
        start=_time(edit, edit.code.media_start),
        duration=_time(edit, edit.code.frames),
        tcFormat="DF" if edit.code.drop_frame else "NDF",
    )


def _time(edit: Edit, frames: int) -> str:
    return _seconds(edit.code.rate.time_of(frames))


def _seconds(time: Fraction) -> str:
    if time.denominator == 1:
        return f"{time.numerator}s"
    return f"{time.numerator}/{time.denominator}s"


def _plain(text: str) -> str:
    """Text without what XML cannot hold."""
    return "".join(one for one in text if one.isprintable())
