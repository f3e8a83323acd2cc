"""The page that explains a hand-off folder to whoever opens it."""

from __future__ import annotations

from pathlib import Path

from emsync_engine import __version__
from emsync_engine.handoff.edit import Edit


def readme_text(edit: Edit, folder: Path, name: str) -> str:
    """What each file is for and how to bring it into an editing program; plain text."""
    code = edit.code
    stems = sorted(path.name for path in (folder / "audio" / "stems").iterdir())
    counting = "drop frame" if code.drop_frame else "non-drop"
    rate = f"{float(code.rate.ratio):.3f}".rstrip("0").rstrip(".")
    return f"""\
{edit.name}
{"=" * len(edit.name)}

Film      {edit.film_name}
Rate      {rate} frames a second ({code.rate}), {counting}
Length    {code.frames} frames, {code.record(0)} to {code.record(code.frames)}
Media     the film's own timecode begins at {code.media(0)}, and so do the WAVs
Marks     {len(edit.marks)}

{name}.otio, {name}.fcpxml
    The film with the music below it and all marks, each in its place. DaVinci Resolve:
    File > Import > Timeline. Final Cut Pro: File > Import > XML. If a program asks for the
    film or the WAVs, point it to where they are now.
audio/
    {name}_mix.wav is the whole music; the {len(stems)} stems add up to it. 48 kHz, 24 bit (stems
    32 where one alone would pass full scale), exactly as long as the picture, with the film's
    timecode (Broadcast Wave): a DAW spots them to it.
midi/
    {name}.mid has the music's own bars and tempo; {name}_constant_tempo.mid the same seconds
    under one tempo, for a session that is to keep its own. A marker for each boundary.
markers/
    {name}_cuts.edl             CMX3600: one event for each segment, locators at the marks (Avid)
    {name}_resolve_markers.edl  Resolve: Timelines > Import > Timeline Markers from EDL
    {name}_markers.csv          for a table, or a script
    {name}_youtube_chapters.txt for the description of the video
reports/
    {name}_hits.csv, _hits.svg  where the music lands, in frames
    {name}_cue_sheet.csv        for broadcasters
licence.txt, provenance.json
    May I monetise this? What it was made with, and under what licences.
{name}.emsync
    The project; EMSYNC Desktop opens it.
SHA256SUMS.txt
    sha256sum -c SHA256SUMS.txt tells whether all files are as they were written.

Written by EMSYNC Desktop {__version__}.
"""
