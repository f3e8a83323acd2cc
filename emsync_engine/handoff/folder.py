"""The hand-off folder: everything that the next one at work on the film needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import InputUnusableError, VideoUnreadableError
from emsync_engine.handoff.edit import Edit, Sound, edit_of, relative_url
from emsync_engine.handoff.fcpxml import fcpxml_text
from emsync_engine.handoff.lists import (
    cmx3600,
    cue_sheet_csv,
    markers_csv,
    resolve_markers,
    youtube_chapters,
)
from emsync_engine.handoff.marks import FilmTimecode, plain_name
from emsync_engine.handoff.otio import otio_text
from emsync_engine.handoff.readme import readme_text
from emsync_engine.handoff.rights import licence_sheet, provenance_data, rights_of
from emsync_engine.handoff.whole_folder import folder_written_whole, require_replaceable
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import written_whole
from emsync_engine.project.file import save_project
from emsync_engine.project.model import Project, Take

if TYPE_CHECKING:
    from emsync_engine.render.mixing import Mix
    from emsync_engine.video.probe import VideoInfo


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A finished folder: its files by their paths inside it, and what is to be said."""

    folder: Path
    files: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What the file of the film says of itself; nothing where it is not at hand."""

    size: tuple[int, int] | None = None
    has_sound: bool = True
    remarks: tuple[str, ...] = ()


def film_facts(place: Path, project: Project) -> FilmFacts:
    """Look at a project's film. It may be elsewhere; InputUnusableError if it is another one."""
    from emsync_engine.video.probe import probe

    film = Path(project.video.path)
    try:
        info = probe(film)
    except VideoUnreadableError as error:
        return FilmFacts(remarks=(f"{error} The lists name where it was.",))
    if info.content_hash != project.video.content_hash:
        raise InputUnusableError(f"{film.name} is not the film that {place.name} was made for.")
    return FilmFacts((info.width, info.height), info.audio_stream is not None, _vfr_remark(info))


def _vfr_remark(info: VideoInfo) -> tuple[str, ...]:
    if not info.is_vfr:
        return ()
    return (
        f"{info.path.name} has a variable frame rate, which editing programs conform to a constant "
        "one; marks lie on the nearest frame of that.",
    )


def write_handoff(
    place: Path,
    project: Project,
    folder: Path,
    *,
    target_lufs: float = -14.0,
    start: str | None = None,
    overwrite: bool = False,
    monitor: Monitor = SILENT,
) -> HandedOff:
    """Write the chosen take of a project as a folder to hand on, whole or not at all.

    Parameters
    ----------
    place : of the project file, for messages
    folder : to be made; one that is there is replaced only if ``overwrite`` says so and nothing
        but an earlier hand-off lies in it
    start : timecode at which the timelines begin; None for the film's, else the full hour

    Raises
    ------
    InputUnusableError
        The project has no take, its film is another one now, or ``start`` is no timecode.
    OutputError, OutputExistsError
        The folder cannot be where it should be.
    MissingError
        A program, a library or a soundfont is not on this machine.
    """
    from emsync_engine.export import require_sound_tools
    from emsync_engine.music.takes import take_as_heard
    from emsync_engine.render.soundfont import find_soundfont

    if project.take is None:
        raise InputUnusableError(f"{place.name} has no take yet; emsync compose writes one.")
    code = FilmTimecode.of(project, start=start)
    facts = film_facts(place, project)
    require_replaceable(folder, overwrite=overwrite)
    require_sound_tools()
    rights = rights_of(project, find_soundfont())
    name = plain_name(Path(project.video.path))
    take = take_as_heard(project.take, project.timeline)
    with folder_written_whole(folder, overwrite=overwrite) as work:
        mix = _mixed(take, project, target_lufs, monitor)
        sounds, of_stems = write_sound(mix, code, work, name)
        monitor.advance("write", 1, 3)
        _write_notes(take, project, code, work, name)
        edit = edit_of(
            project, code, sounds=sounds, size=facts.size, film_has_sound=facts.has_sound
        )
        said = _write_lists(edit, project, work, name)
        _write_sheets(project, code, work, name)
        _text(work / "licence.txt", licence_sheet(rights))
        data = json.dumps(provenance_data(rights), indent=2, ensure_ascii=False)
        _text(work / "provenance.json", data + "\n")
        provenance = {**project.provenance, "may_monetise": rights.verdict}
        save_project(replace(project, provenance=provenance), work / f"{name}.emsync")
        _text(work / "README.txt", readme_text(edit, work, name))
        monitor.advance("write", 2, 3)
        monitor.advance("arrive", 0, 1)  # the last moment to cancel: from here all is written
    files = tuple(
        sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
    )
    remarks = (*_stale_remark(project), mix.note, *of_stems, *facts.remarks, *said)
    return HandedOff(folder, files, tuple(one for one in remarks if one))


def _mixed(take: Take, project: Project, target_lufs: float, monitor: Monitor) -> Mix:
    from emsync_engine.music.hits import landed_onsets
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.levels import levelled
    from emsync_engine.render.mixing import mix_take

    stems = render_stems(take.music, accents_s=landed_onsets(take.hits), monitor=monitor)
    return mix_take(
        take, levelled(stems, project.timeline), target_lufs=target_lufs, monitor=monitor
    )


def write_sound(
    mix: Mix, code: FilmTimecode, work: Path, name: str
) -> tuple[tuple[Sound, ...], tuple[str, ...]]:
    """Write mix and stems, which bear the film's timecode; the sounds that timelines hold.

    The stems add up to the mix, so the timelines hold the stems, and the mix only where there are
    none. A stem alone may pass full scale; all are then written with 32 bits, and it is said.
    """
    from emsync_engine.export import write_stems
    from emsync_engine.render.wav import Broadcast, write_wav

    broadcast = Broadcast(start_s=code.media_start_s, description=f"{name}: music")
    folder = work / "audio" / "stems"
    mix_path = f"audio/{name}_mix.wav"
    said = write_stems(mix.stems, folder, about=broadcast)
    write_wav(mix.samples, work / mix_path, broadcast=broadcast)
    sounds: list[Sound] = []
    for family in mix.stems:
        path = f"audio/stems/{name}_{family}.wav"
        (folder / f"{family}.wav").rename(work / path)
        sounds.append(Sound(f"music: {family}", relative_url(path)))
    return tuple(sounds) or (Sound("music", relative_url(mix_path)),), said


def _write_notes(take: Take, project: Project, code: FilmTimecode, work: Path, name: str) -> None:
    from emsync_engine.handoff.marks import marks_of
    from emsync_engine.midi.writing import write_midi

    (work / "midi").mkdir()
    markers = [(float(mark.time), mark.name) for mark in marks_of(project, code)]
    for ending, is_constant in (("", False), ("_constant_tempo", True)):
        write_midi(
            take.music,
            work / "midi" / f"{name}{ending}.mid",
            markers=markers,
            title=name,
            constant_tempo=is_constant,
        )


def _write_lists(edit: Edit, project: Project, work: Path, name: str) -> tuple[str, ...]:
    """Write timelines and markers; sentences on what programs may not take."""
    (work / "markers").mkdir()
    chapters, said = youtube_chapters(project)
    for path, text in (
        (f"{name}.otio", otio_text(edit)),
        (f"{name}.fcpxml", fcpxml_text(edit)),
        (f"markers/{name}_cuts.edl", cmx3600(edit)),
        (f"markers/{name}_resolve_markers.edl", resolve_markers(edit)),
        (f"markers/{name}_markers.csv", markers_csv(edit)),
        (f"markers/{name}_youtube_chapters.txt", chapters),
    ):
        _text(work / path, text)
    return (said,)


def _write_sheets(project: Project, code: FilmTimecode, work: Path, name: str) -> None:
    from emsync_engine.music.hit_sheet import HitSheet, write_hit_sheet

    (work / "reports").mkdir()
    take = project.take
    if take is not None:
        title = f"{name}: where the music lands"
        sheet = HitSheet.of(title, project.timeline, take, code.rate)
        for ending in ("csv", "svg"):
            write_hit_sheet(sheet, work / "reports" / f"{name}_hits.{ending}")
    _text(work / "reports" / f"{name}_cue_sheet.csv", cue_sheet_csv(project, code, title=name))


def _text(path: Path, content: str) -> None:
    with written_whole(path) as partial:
        partial.write_text(content, encoding="utf-8", newline="")


def _stale_remark(project: Project) -> tuple[str, ...]:
    from emsync_engine.music.parts import part_states

    states = part_states(project.timeline, project.take)
    count = sum(state == "stale" for state in states)
    if not count:
        return ()
    return (
        f"The music of {count} of {len(states)} segments is older than the timeline; "
        "emsync compose --only-stale writes it anew.",
    )
