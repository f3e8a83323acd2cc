import json

import pytest

from emsync_engine.cli import cutting
from emsync_engine.cli.main import main
from emsync_engine.handoff.found_cuts import CUTS_FORMATS
from emsync_engine.scenes import scanning
from emsync_engine.scenes.cutlists import Footage, read_cut_list
from emsync_engine.scenes.scanning import scan_film
from emsync_engine.video.probe import probe
from tests.data import make_media

FORMATS = ["csv", "edl", "fcpxml", "otio"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_media.make_ntsc(tmp_path_factory.mktemp("film"))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_list_that_is_written_is_read_back(clip, tmp_path, kind, capsys):
    target = tmp_path / f"cuts.{kind}"

    assert main(["cuts", str(clip.path), "-o", str(target), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [cut["frame"] for cut in told["cuts"]] == list(clip.cuts)
    assert told["path"] == str(target)
    back = read_cut_list(target, Footage.of(probe(clip.path)))
    assert [cut.frame for cut in back.cuts] == list(clip.cuts)


def test_people_are_told_where_the_cuts_are(clip, capsys):
    assert main(["cuts", str(clip.path)]) == 0

    first, *rows = capsys.readouterr().out.splitlines()
    assert first.endswith(f"; {len(clip.cuts)} cuts")
    assert [int(row.split()[1]) for row in rows] == list(clip.cuts)


def test_markers_for_resolve_lie_beside_the_film_and_stay(tmp_path, capsys):
    film = make_media.make_hard_cuts(tmp_path)
    target = film.path.with_name(f"{film.path.stem}_resolve_markers.edl")

    assert main(["cuts", str(film.path), "--format", "resolve"]) == 0
    assert target.read_text().count("|M:cut ") == len(film.cuts)
    assert main(["cuts", str(film.path), "--format", "resolve"]) == 3
    assert "exists already" in capsys.readouterr().err
    assert main(["cuts", str(film.path), "--format", "resolve", "--overwrite"]) == 0


def test_what_cannot_be_written_is_said_before_the_film_is_read(
    clip, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(scanning, "scan_film", None)
    before = clip.path.read_bytes()
    for options, code, said in (
        (["-o", "cuts.mp4"], 2, "tells no format"),
        (["-o", str(tmp_path), "--format", "csv"], 3, "is a folder"),
        (["-o", str(clip.path), "--format", "csv", "--overwrite"], 3, "is the film itself"),
        (["--start", "9"], 3, "is not a timecode"),
    ):
        assert main(["cuts", str(clip.path), *options]) == code
        assert said in capsys.readouterr().err
    assert clip.path.read_bytes() == before


def test_cancelling_writes_nothing(clip, tmp_path, monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "scan_film", interrupted)

    assert main(["cuts", str(clip.path), "-o", str(tmp_path / "cuts.csv")]) == 130
    assert list(tmp_path.iterdir()) == []


def test_damage_is_told(tmp_path, capsys):
    film = make_media.make_damaged(tmp_path)

    assert main(["cuts", str(film.path), "--json"]) == 0

    told = capsys.readouterr()
    found = scan_film(probe(film.path)).transitions
    assert [cut["frame"] for cut in json.loads(told.out)["cuts"]] == [cut.frame for cut in found]
    assert "damaged" in told.err


def test_every_format_can_be_asked_for():
    """The command names them before what writes them is imported."""
    assert tuple(CUTS_FORMATS) == cutting._FORMATS
