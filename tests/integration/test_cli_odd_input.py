"""Odd input: names, playlists, folders; and every awkward file, listed in ``docs/odd-input.md``.

Where the data folder is there the table is measured anew and compared with the one in ``docs``;
``EMSYNC_WRITE_DOCS=1`` writes it instead.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from emsync_engine.video.probe import probe
from tests.command_line import Ended, emsync, ended, everything_in, started
from tests.conftest import CORPUS, REPOSITORY
from tests.data import make_media
from tests.integration.conftest import toy_composing

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]

TABLE = REPOSITORY / "docs" / "odd-input.md"
AWKWARD = CORPUS / "video" / "awkward"
LONG = "long_6min_noaudio_nocuts.mp4"  # read, but too long to be scored in a test
ODD_NAMES = (
    "two  spaces .mp4",
    """it's "quoted".mp4""",
    "-x.mp4",
    "--va.mp4",
    "$(touch x) `id` ; rm * | & > y.mp4",
    "映画の一番 ☔.mp4",
    "percent%03d.mp4",
    "http:colon?x=1#y.mp4",
    "back\\slash\nnew line.mp4",
    "[brackets]{braces}*.mp4",
)


def assert_one_sentence(outcome: Ended, words: str) -> None:
    assert outcome.code == 3, outcome
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert outcome.err.endswith(".\n")
    assert words in outcome.err


# ------------------------------------------------------------------------------------------ names


@dataclass(frozen=True)
class Named:
    """A film under an odd name, scored where it lies."""

    folder: Path
    outcome: Ended


@pytest.fixture(scope="module")
def named(tmp_path_factory, no_sound_film, toy_resources):
    """Scores a film under a name, once for all who ask."""
    known: dict[str, Named] = {}

    def scored(name: str) -> Named:
        if name not in known:
            folder = tmp_path_factory.mktemp("named")
            shutil.copy(no_sound_film, folder / name)
            with toy_composing(toy_resources), pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                patch.setenv("EMSYNC_CACHE_DIR", str(cache))
                known[name] = Named(folder, emsync("score", "--json", "--", name))
        return known[name]

    cache = tmp_path_factory.mktemp("cache")
    return scored


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids such names itself")
@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_any_name_is_only_a_name(named, name):
    stem = name.removesuffix(".mp4")
    folder, outcome = named(name).folder, named(name).outcome
    assert (outcome.code, outcome.err) == (0, "")
    written = {f"{stem}_scored{suffix}" for suffix in (".mp4", ".wav", ".mid", ".emsync")}
    assert everything_in(folder) == {name, *written}
    assert probe(folder / f"{stem}_scored.mp4").duration == 2


def test_a_leading_dash_behind_a_folder(tmp_path, no_sound_film, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(no_sound_film, tmp_path / "-x.mp4")

    assert emsync("score", "./-x.mp4", "-o", "./-y.mp4").code == 0
    assert {"-y.mp4", "-y.wav", "-y.mid", "-y.emsync"} <= everything_in(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="names there are text")
def test_a_name_in_no_known_encoding(tmp_path, no_sound_film, toy_resources):
    """In a process of its own, as such names come from outside."""
    shutil.copy(no_sound_film, os.fsencode(tmp_path) + b"/caf\xe9.mp4")

    for arguments in (["analyze", "--json"], ["score"], ["score", "--json", "--overwrite"]):
        command = [arguments[0], os.fsencode(tmp_path) + b"/caf\xe9.mp4", *arguments[1:]]
        outcome = ended(started(toy_resources, *command))
        assert outcome.code == 0, outcome
    names = {os.fsencode(name) for name in everything_in(tmp_path)}
    assert b"caf\xe9_scored.mp4" in names
    assert b"caf\xe9_scored.emsync" in names


# ------------------------------------------------------------------------------- no films at all


def make_folder(folder: Path) -> Path:
    (folder / "folder.mp4").mkdir()
    return folder / "folder.mp4"


def make_missing(folder: Path) -> Path:
    return folder / "missing.mp4"


def make_empty(folder: Path) -> Path:
    (folder / "nothing.mp4").touch()
    return folder / "nothing.mp4"


def make_playlist(folder: Path) -> Path:
    playlist = folder / "playlist.mp4"
    secret = make_media.make_no_sound(folder).path
    playlist.write_text(f"#EXTM3U\n#EXTINF:2,\n{secret.as_uri()}\n", encoding="utf-8")
    return playlist


def make_concat(folder: Path) -> Path:
    script = folder / "concat.mp4"
    secret = make_media.make_no_sound(folder).path
    script.write_text(f"ffconcat version 1.0\nfile '{secret}'\n", encoding="utf-8")
    return script


def make_dangling(folder: Path) -> Path:
    (folder / "dangling.mp4").symlink_to(folder / "gone.mp4")
    return folder / "dangling.mp4"


def make_text(folder: Path) -> Path:
    (folder / "text.mp4").write_text("Dear Sir or Madam,\n" * 200, encoding="utf-8")
    return folder / "text.mp4"


def make_photo(folder: Path) -> Path:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8)
    return folder / "photo.jpg"


def make_device(folder: Path) -> Path:
    return Path("/dev/zero")


@dataclass(frozen=True)
class NoFilm:
    """Something that is no film, and part of what must be said of it."""

    make: object
    what: str
    words: str


NO_FILMS = (
    NoFilm(make_missing, "a file that is not there", "there is no such file"),
    NoFilm(make_dangling, "a link to a file that is gone", "there is no such file"),
    NoFilm(make_folder, "a folder", "it is a folder"),
    NoFilm(make_device, "a device that never ends", "it is a device"),
    NoFilm(make_empty, "an empty file", "the file is empty"),
    NoFilm(make_text, "a letter", "it holds no moving pictures"),
    NoFilm(make_photo, "a broken photo", "it holds no moving pictures"),
    NoFilm(make_playlist, "a playlist (#EXTM3U, file:///...) posing as a film", "it is a playlist"),
    NoFilm(make_concat, "a concat script posing as a film", "it is a playlist"),
)


@pytest.mark.skipif(os.name == "nt", reason="devices and links of POSIX")
@pytest.mark.parametrize("case", NO_FILMS, ids=lambda case: case.make.__name__)
@pytest.mark.parametrize("command", ["analyze", "score"])
def test_what_is_no_film_gets_one_sentence(tmp_path, case, command):
    path = case.make(tmp_path)
    before = everything_in(tmp_path)

    outcome = emsync(command, path, "--json")
    assert_one_sentence(outcome, case.words)
    assert path.name in outcome.err
    assert everything_in(tmp_path) == before


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
@pytest.mark.parametrize("make", [make_playlist, make_concat])
def test_nothing_that_a_playlist_names_is_opened(tmp_path, toy_resources, make):
    playlist = make(tmp_path)
    log = tmp_path / "strace.log"
    tracing = ["strace", "-f", "-e", "trace=open,openat,connect", "-o", str(log)]
    process = started(toy_resources, "analyze", playlist, before=tracing)

    assert_one_sentence(ended(process), "playlist")
    opened = log.read_text(encoding="utf-8", errors="replace")
    assert playlist.name in opened
    assert "no_sound.mp4" not in opened


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no column named frame or time_s"),
        ("\x00", "is not a text file"),
        ("frame\nfive\n", "line 2: 'five' in column frame is not a number"),
        ("frame\n-3\n", "No cut of cuts.csv lies inside the film"),
        ("frame\n99999\n", "it has one at 3999.960 s"),
    ],
)
def test_lists_of_cuts_that_do_not_fit(tmp_path, no_sound_film, content, words):
    (tmp_path / "cuts.csv").write_text(content, encoding="utf-8")

    assert_one_sentence(emsync("analyze", no_sound_film, "--cuts", tmp_path / "cuts.csv"), words)


def test_a_list_of_cuts_that_is_missing(tmp_path, no_sound_film):
    outcome = emsync("analyze", no_sound_film, "--cuts", tmp_path / "none.csv")
    assert_one_sentence(outcome, "none.csv")


# --------------------------------------------------------------------------- the table of outcomes


def row(name: str, outcome: Ended) -> str:
    """One line of the table. Cuts are left out: that page is about reading, not detecting."""
    if outcome.code != 0:
        return f"| {name} | {outcome.code} | {outcome.err.strip()} |"
    found = outcome.json
    film = Path(found["outputs"]["video"]).suffix if "outputs" in found else None
    how = f"scored, the film in {film}" if film else "analysed"
    words = f"{found['duration_s']:.3f} s at {found['frame_rate']}, {how}."
    return f"| {name} | 0 | {' '.join([words, *outcome.sentences])} |"


def without_counts(text: str) -> str:
    """How many pieces of a damaged film are lost differs from one decoder to the next.

    And with them by a little what is heard.
    """
    heard = re.sub(r"\d+ % of the time, confidence [\d.]+", "N % of the time", text)
    return re.sub(r": \d+\b", ": N", heard)


def names(named) -> list[str]:
    """Lines on films whose names are odd, and nothing else about them is."""
    rows = []
    for name in ODD_NAMES:
        shown = name.replace("\n", "\\n").replace("|", "\\|")
        rows.append(row(f"a film named `{shown}`", named(name).outcome))
    return rows


def places(folder: Path, film: Path) -> list[str]:
    """Lines on results that cannot be where they should be."""
    source = shutil.copy(film, folder / "film.mp4")
    (folder / "file").touch()
    (folder / "film_scored.wav").touch()
    asked = {
        "results that exist, without --overwrite": [],
        "-o names the film itself, even with --overwrite": ["-o", source, "--overwrite"],
        "-o names a folder": ["-o", folder],
        "-o with an extension that does not fit": ["-o", folder / "film.avi"],
        "--out-dir names a file": ["--out-dir", folder / "file"],
    }
    return [row(what, emsync("score", source, *how, "--json")) for what, how in asked.items()]


def disks(folder: Path, film: Path, small_disk, monkeypatch) -> list[str]:
    """Lines on disks that take nothing, or not enough."""
    source = shutil.copy(film, folder / "film.mp4")
    asked = {
        "--out-dir on a disk that is read-only": small_disk(512, "ro"),
        "--out-dir on a disk that is full from the start": small_disk(4),
        "--out-dir on a disk that fills up on the way": small_disk(300),
    }
    rows = []
    for what, disk in asked.items():
        outcome = emsync("score", source, "--out-dir", disk, "--json")
        assert everything_in(disk) == set()
        rows.append(row(what, outcome).replace(str(disk), "/disk"))
    disk = small_disk(64)
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(disk))
    outcome = emsync("score", source, "--out-dir", folder / "out", "--json")
    return [*rows, row("a cache folder on a full disk", outcome).replace(str(disk), "/disk")]


INTRODUCTION = """\
What `emsync score --json` answers to files that are not as films should be, to odd names, and to
places where results cannot be: the exit code, what was found, and what is said on standard error.
Nothing is left behind where the code is not 0. Measured by
`tests/integration/test_cli_odd_input.py`, which fails where this page is out of date and writes it
with `EMSYNC_WRITE_DOCS=1`; the long film is analysed only. [Time](time.md) has its own page."""


def table(rows: list[str]) -> str:
    heading = ["| file | exit code | outcome |", "|---|---|---|"]
    return "\n\n".join(["# Odd input", INTRODUCTION, "\n".join([*heading, *rows])]) + "\n"


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not AWKWARD.is_dir(), reason="there is no ../shared/data")
def test_the_table_of_odd_input_is_true(tmp_path, no_sound_film, small_disk, named, monkeypatch):
    rows = []
    for case in NO_FILMS:
        place = tmp_path / case.make.__name__
        place.mkdir()
        rows.append(row(case.what, emsync("score", case.make(place), "--json")))
    rows += names(named)
    (tmp_path / "places").mkdir()
    rows += places(tmp_path / "places", no_sound_film)
    with monkeypatch.context() as patch:
        (tmp_path / "disks").mkdir()
        rows += disks(tmp_path / "disks", no_sound_film, small_disk, patch)
    results = tmp_path / "results"
    for path in sorted(AWKWARD.iterdir()):
        options = ["--json"] if path.name == LONG else ["--json", "--out-dir", results]
        command = "analyze" if path.name == LONG else "score"
        outcome = emsync(command, path, *options)
        assert outcome.code in (0, 3), (path.name, outcome)
        assert "Traceback" not in outcome.err
        if outcome.code == 3:
            assert_one_sentence(outcome, path.name)
        rows.append(row(path.name, outcome))
    assert not [name for name in everything_in(results) if "/." in name or name.startswith(".")]
    made = table(rows).replace(str(tmp_path), "")
    assert str(REPOSITORY) not in made
    if os.environ.get("EMSYNC_WRITE_DOCS"):
        TABLE.write_text(made, encoding="utf-8")
    assert without_counts(TABLE.read_text(encoding="utf-8")) == without_counts(made)
