"""The licence sheet, the cue sheet and chapters: plain answers, and rules kept."""

import csv
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from emsync_engine.handoff.lists import cue_sheet_csv, youtube_chapters
from emsync_engine.handoff.marks import FilmTimecode, plain_name
from emsync_engine.handoff.rights import licence_sheet, provenance_data, rights_of, verdict_of
from emsync_engine.project.model import GenerationSettings, Project
from emsync_engine.render.soundfont import Soundfont
from tests.data.make_handoff import COUNTINGS, project_at

PROJECT = project_at(next(one for one in COUNTINGS if one.name == "25"))


def soundfont(tmp_path: Path, licence: str) -> Soundfont:
    path = tmp_path / "font.sf2"
    path.write_bytes(b"RIFF")
    return Soundfont(path, "a soundfont", licence)


def with_weights(name: str) -> Project:
    take = replace(PROJECT.takes[0], settings=GenerationSettings(weights=name))
    return replace(PROJECT, takes=(take,))


@pytest.mark.parametrize(
    ("licence", "verdict"),
    [
        ("Apache-2.0", "yes"),
        ("MIT (Frank Wen)", "yes"),
        ("CC0 1.0", "yes"),
        ("CC BY 4.0", "yes"),
        ("CC BY-NC 4.0", "no"),
        ("for non-commercial use", "no"),
        ("GPL-2.0-or-later (Tim Brechbill)", "ask"),
        ("not known: ask whoever made it", "ask"),
        ("something of their own", "ask"),
    ],
)
def test_what_licences_permit(licence, verdict):
    assert verdict_of(licence)[0] == verdict


@pytest.mark.parametrize(
    ("weights", "licence", "answer"),
    [
        ("open", "MIT (Frank Wen)", "YES, as far as the music goes"),
        ("open", "GPL-2.0-or-later (Tim Brechbill)", "NOT WITHOUT ASKING"),
        ("open", "CC BY-NC-SA 3.0", "NO. "),
        ("from elsewhere", "MIT (Frank Wen)", "NOT WITHOUT ASKING"),
    ],
)
def test_the_answer_is_that_of_the_strictest(tmp_path, weights, licence, answer):
    rights = rights_of(with_weights(weights), soundfont(tmp_path, licence))

    sheet = licence_sheet(rights)

    assert sheet.splitlines()[:2] == ["MAY I MONETISE THIS?", ""]
    assert sheet.splitlines()[2].startswith(answer)
    assert all(len(line) <= 90 for line in sheet.splitlines())
    assert provenance_data(rights)["may_monetise"] == rights.verdict


def test_what_the_weights_card_says_is_what_the_sheet_says(tmp_path):
    rights = rights_of(with_weights("open"), soundfont(tmp_path, "MIT"))

    assert "docs/models/composer-open.md" in licence_sheet(rights)
    assert "another version of these weights" in rights.ingredients[0].reason


def test_chapters_keep_youtubes_rules():
    lines = youtube_chapters(PROJECT)[0].splitlines()
    starts = [
        int(minutes) * 60 + int(seconds)
        for minutes, seconds in (line.split()[0].split(":") for line in lines)
    ]

    assert starts[0] == 0
    assert len(starts) >= 3
    assert all(b - a >= 10 for a, b in zip(starts, [*starts[1:], 200], strict=True))


def test_a_film_too_short_for_chapters_says_so():
    timeline = replace(
        PROJECT.timeline,
        duration=Fraction(15),
        boundaries=(),
        emotions=PROJECT.timeline.emotions[:1],
        tacet=(False,),
        locked=(),
        levels_db=(),
    )

    text, said = youtube_chapters(replace(PROJECT, timeline=timeline))

    assert len(text.splitlines()) == 1
    assert "this film gives 1" in said


def test_cues_lie_between_the_silences():
    code = FilmTimecode.of(PROJECT)
    rows = list(csv.DictReader(io.StringIO(cue_sheet_csv(PROJECT, code, title="film"))))

    silence = PROJECT.timeline.tacet_spans[0]
    assert [row["cue"] for row in rows] == ["1M1", "1M2"]
    assert rows[0]["timecode_out"] == code.record(code.frame_of(silence[0]))
    assert rows[1]["timecode_in"] == code.record(code.frame_of(silence[1]))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("film.mov", "film"),
        ("a/b: “c”?.mov", "b_ “c”_"),
        ("..mov", "film"),
        ("x" * 200 + ".mov", "x" * 80),
        ("bad\udcff.mp4", "bad_"),
        ("new\nline.mp4", "new_line"),
    ],
)
def test_names_that_every_system_takes(name, plain):
    assert plain_name(Path(name)) == plain
