"""Odd films and places, exported by the command line and by the dialog (``docs/export.md``)."""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from emsync_desktop.export.dialog import ExportDialog
from emsync_engine.errors import EmsyncError
from emsync_engine.jobs.export_job import ExportJob
from emsync_engine.monitor import SILENT, Cancelled
from emsync_engine.project.file import save_project
from emsync_engine.project.model import Project, VideoSource
from emsync_engine.video.probe import probe
from tests.command_line import emsync
from tests.conftest import REPOSITORY
from tests.data import make_media as media
from tests.gui.fake_engine import FakeEngine, analysed, made_take
from tests.integration.conftest import small_disk

__all__ = ["small_disk"]  # a fixture

pytestmark = [
    pytest.mark.gui,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
]

COPY = ("-c:v", "copy")
FILMS = {
    "mono sound": (*COPY, "-ac", "1"),
    "5.1 sound": (*COPY, "-ac", "6"),
    "no sound": (*COPY, "-an"),
    "sound that ends a second early": (*COPY, "-af", "atrim=end=3"),
    "sound that goes on for two seconds": (*COPY, "-af", "apad=pad_dur=2"),
    "sound at 22.05 kHz": (*COPY, "-ar", "22050"),
    "sound at 96 kHz": (*COPY, "-ar", "96000", "-c:a", "alac", "-f", "mov"),
    "odd size, 321 by 181": ("-vf", "scale=321:181", "-pix_fmt", "yuv444p"),
    "variable frame rate": (),
}
ODD_NAME = """it's "50%" & 映画 ☔.mp4"""


@dataclass
class Bench:
    """A project and a folder that results go into."""

    project: Project
    place: Path
    out: Path

    def everything(self) -> list[str]:
        return sorted(one.name for one in self.out.rglob("*"))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return media.make_hard_cuts(tmp_path_factory.mktemp("source")).path


@pytest.fixture(autouse=True)
def a_tone(monkeypatch):
    """Stands for the music, in no time: it is films and places that are odd here."""

    def render_stems(music, *_, monitor=SILENT, **__):
        monitor.advance("render", 1, 1)
        times_s = np.arange(round(music.duration_s * 48_000)) / 48_000
        tone = 0.1 * np.sin(2 * np.pi * 220 * times_s).astype(np.float32)
        return {"piano": np.stack([tone, tone], axis=1)}

    monkeypatch.setattr("emsync_engine.render.fluidsynth.render_stems", render_stems)


@pytest.fixture
def bench(tmp_path, source):
    """What makes a bench of a film of one's own, or of the made one."""

    def make(name: str = "film.mp4", *, options: tuple[str, ...] | None = COPY) -> Bench:
        film = tmp_path / name
        if options is None:
            film = media.make_variable_rate(tmp_path).path
        elif options == COPY:
            shutil.copy(source, film)
        else:
            subprocess.run(
                ["ffmpeg", "-v", "error", "-i", source, *options, f"file:{film}"], check=True
            )
        return bench_of(film, tmp_path)

    return make


def bench_of(film: Path, folder: Path) -> Bench:
    found = analysed(film).analysis
    info, timeline = found.info, found.timeline

    asked = SimpleNamespace(seed=1, timeline=timeline)
    video = VideoSource(
        str(film), info.content_hash, info.duration, info.frame_rate.ratio, info.start_timecode
    )
    take = made_take(asked, "take")
    project = Project(video, timeline, (take,), take.id)
    place = folder / "film_scored.emsync"
    save_project(project, place, overwrite=True)
    out = folder / "out"
    out.mkdir()
    return Bench(project, place, out)


def by_command(bench: Bench, *arguments: object, out: Path | None = None) -> str:
    """What the command line answers, in words for the table."""
    done = emsync(
        "export", bench.place, "--format", "film", "-o", out or bench.out / "x.mp4", *arguments
    )
    if done.code == 0:
        return written(bench)
    assert done.out == ""
    assert len(done.sentences) == 1
    return f"{done.code}: {done.sentences[0].removeprefix('emsync: ')}"


def written(bench: Bench) -> str:
    """What was written: the film as it is there, and nothing besides."""
    films = [one for one in bench.out.iterdir() if one.suffix in (".mp4", ".mov", ".mkv")]
    assert len(films) == 1, bench.everything()
    info = probe(films[0])
    assert abs(float(info.duration) - float(bench.project.video.duration)) < 0.05
    sound = next(one for one in info.streams if one.kind == "audio")
    return f"written, {films[0].suffix}, {sound.channels} channels at {sound.sample_rate} Hz"


class Desk:
    """The dialog with an engine that does its job at once, in this process."""

    def __init__(self, bench: Bench, qtbot, *, codec: str = "auto", out: Path | None = None):
        self.bench, self.qtbot, self.engine = bench, qtbot, FakeEngine()
        self.dialog = ExportDialog(bench.project, bench.place, None, lambda: self.engine)
        qtbot.addWidget(self.dialog)
        self.dialog.show()
        self.dialog._show_base((out or bench.out) / "x")
        if codec != "auto":
            combo = self.dialog.options.codec
            combo.setCurrentIndex(combo.findData(codec))
        self.dialog._on_changed()
        planned = self.dialog.planned
        qtbot.waitUntil(lambda: self.dialog.is_ready or planned.obstacle.isVisible())

    def said(self) -> str:
        """What stands in the way, or what the plan remarks."""
        planned = self.dialog.planned
        if planned.obstacle.isVisible():
            return planned.sentence.text()
        return ""

    def export(self, monitor: object = SILENT) -> str:
        """Press the button; what is said at the end."""
        if not self.dialog.is_ready:
            return self.said()
        self.dialog.export_button.click()
        job_id, job = self.engine.last(ExportJob)
        try:
            result = job.run(None, monitor)
        except Cancelled:
            self.engine.cancelled.emit(job_id)
            self.qtbot.waitUntil(lambda: self.dialog.is_ready)
            return self.dialog.warning.text()
        except EmsyncError as error:
            self.engine.failed.emit(job_id, str(error))
            return self.dialog.planned.sentence.text()
        self.engine.succeeded.emit(job_id, result)
        assert "written" in self.dialog.result_words.text()
        return written(self.bench)

    def close(self) -> None:
        self.dialog.done(0)


@pytest.fixture
def desk(qapp, home, qtbot):
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(home))
    opened: list[Desk] = []

    def make(bench: Bench, **said: object) -> Desk:
        opened.append(Desk(bench, qtbot, **said))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def emptied(bench: Bench) -> None:
    shutil.rmtree(bench.out)
    bench.out.mkdir()


# ------------------------------------------------------------------------------------------ films


@pytest.mark.parametrize("case", FILMS)
def test_films_of_every_kind_are_written(case, bench, desk):
    options = FILMS[case] or None
    name = "film.mov" if options and "mov" in options else "film.mp4"
    made = bench(name, options=options)
    command = by_command(made, out=made.out / f"x{Path(made.project.video.path).suffix}")
    emptied(made)
    dialog = desk(made).export()
    assert command.startswith("written")
    assert dialog == command


def test_a_film_with_an_odd_name(bench, desk):
    made = bench(ODD_NAME)
    odd = made.out / f"{ODD_NAME.removesuffix('.mp4')} out.mp4"
    command = by_command(made, out=odd)
    emptied(made)
    dialog = desk(made).export()
    assert command == dialog


# ----------------------------------------------------------------------------------------- places


def test_a_container_that_cannot_hold_a_stream(bench, desk):
    made = bench()
    command = by_command(made, out=made.out / "x.webm")
    assert "WebM cannot hold h264 pictures; name it x.mp4." in command
    assert made.everything() == []


def test_a_codec_that_the_container_cannot_hold(bench, desk):
    made = bench()
    command = by_command(made, "--codec", "pcm")
    assert made.everything() == []
    sat = desk(made, codec="pcm")
    remarks = sat.dialog.planned.remarks.text()
    dialog = sat.export()
    assert "cannot hold" in command
    assert "MOV" in remarks.upper()
    assert dialog.startswith("written, .mov")


def test_a_full_disk(bench, desk, small_disk):
    made = bench()
    full = small_disk(4)
    command = by_command(made, out=full / "x.mp4")
    assert list(full.iterdir()) == []
    dialog = desk(made, out=full).export()
    assert list(full.iterdir()) == []
    assert command == f"3: {full} cannot be written: the disk is full."
    assert "there is room for" in dialog


def test_a_folder_that_is_read_only(bench, desk, small_disk):
    made = bench()
    disk = small_disk(64, "ro")
    command = by_command(made, out=disk / "x.mp4")
    dialog = desk(made, out=disk).export()
    assert command.startswith("3: ")
    assert dialog


def test_a_file_that_is_there(bench, desk):
    made = bench()
    (made.out / "x.mp4").write_bytes(b"old")
    assert "exists already" in by_command(made)
    assert (made.out / "x.mp4").read_bytes() == b"old"
    sat = desk(made)
    assert sat.dialog.warning.text() == "x.mp4 is there already."
    assert sat.dialog.export_button.text() == "Replace and export"
    assert (made.out / "x.mp4").read_bytes() == b"old"
    assert sat.export().startswith("written")
    assert by_command(made, "--overwrite").startswith("written")


def test_the_film_itself_as_the_place(bench, desk):
    made = bench()
    film = Path(made.project.video.path)
    before = film.read_bytes()
    assert "is the video itself" in by_command(made, "--overwrite", out=film)
    sat = desk(made)
    sat.dialog._show_base(film.with_suffix(""))
    sat.dialog._on_changed()
    sat.qtbot.waitUntil(lambda: sat.dialog.is_ready)
    [planned] = (one.path.name for one in sat.dialog._plan.files)
    assert planned == "film_scored.mp4"
    assert film.read_bytes() == before


def test_a_film_that_is_gone(bench, desk):
    made = bench()
    Path(made.project.video.path).unlink()
    command = by_command(made)
    dialog = desk(made).export()
    assert made.everything() == []
    assert command.startswith("3: ")
    assert dialog


# ------------------------------------------------------------------------------------ cancelled


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_cancelled_half_way(bench, desk):
    made = bench()
    command = [sys.executable, "-m", "emsync_engine.cli", "export", str(made.place)]
    with subprocess.Popen(
        [*command, "--format", "film", "-o", str(made.out / "x.mp4")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    ) as process:
        until = time.monotonic() + 120
        while process.poll() is None and not made.everything() and time.monotonic() < until:
            time.sleep(0.002)  # until something is being written
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert made.everything() == []

    class Impatient:
        def advance(self, stage: str, done: float, total: float | None = None) -> None:
            if stage == "mux":
                raise Cancelled

    assert "nothing was written" in desk(made).export(Impatient())
    assert made.everything() == []
