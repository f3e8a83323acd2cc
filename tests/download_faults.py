"""Every fault of a download, made to happen: what the user sees, and what is kept.

    python -m tests.download_faults > docs/models/downloads.md

``tests/unit/engine/models/test_download_faults.py`` runs the same cases, and fails if the page
tells something else.
"""

from __future__ import annotations

import errno
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from emsync_engine.errors import EmsyncError
from emsync_engine.models import installing, space
from emsync_engine.models.catalogue import ModelFile, Zipped
from emsync_engine.models.installing import download_model
from emsync_engine.models.locking import only_one
from emsync_engine.models.store import PART, State, discard_parts, folder_of, state_of
from emsync_engine.monitor import Cancelled
from tests.model_server import (
    BY_NAME,
    QUICK,
    Behaviour,
    Host,
    another_place,
    careless,
    contents,
    dropped,
    endless,
    file_of,
    host,
    lying,
    model_of,
    redirect,
    sha256,
    slow,
    stalled,
    status,
    whole,
)

NAME, FILE = "clip", "weights.bin"
DATA, OTHER = contents(), contents(seed=2)
HALF = len(DATA) // 2


class Watching:
    """A monitor that stops the download once a share of it has come."""

    def __init__(self, stop_at: float | None = None) -> None:
        self._stop_at = stop_at
        self.stages: list[str] = []
        self.shares: list[float] = []

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self.stages.append(stage)
        if stage == "download" and total:
            self.shares.append(done / total)
            if self._stop_at is not None and done / total >= self._stop_at:
                raise Cancelled


@dataclass(frozen=True)
class Ended:
    """How one case ended."""

    sentence: str  # what the user sees; empty if all went well
    error: str
    is_installed: bool
    kept_share: float  # of the part that stays for the next attempt
    starts: tuple[int, ...]  # from which byte each request asked

    @property
    def afterwards(self) -> str:
        """What is there afterwards, in words; a pause keeps as much as had come by then."""
        if self.is_installed:
            return "installed"
        if not self.kept_share:
            return "nothing kept"
        return "what came is kept" if self.error == "Cancelled" else f"{self.kept_share:.0%} kept"


@dataclass(frozen=True)
class Case:
    """One fault: its name, what EMSYNC does about it, and how to make it happen."""

    fault: str
    does: str
    behaviours: Callable[[Host], tuple[Behaviour, ...]]
    is_known: bool = True
    around: Callable[[Host], Any] | None = None  # a context in which it is downloaded
    stop_at: float | None = None
    discards: bool = False
    make: Callable[[Host], ModelFile] | None = None


def _file(case: Case, at: Host) -> ModelFile:
    if case.make is not None:
        return case.make(at)
    return file_of(at, FILE, DATA, *case.behaviours(at), is_known=case.is_known)


def run(case: Case, folder: Path) -> Ended:
    """Let one fault happen in a folder of models of its own."""
    with ExitStack() as stack:
        at = stack.enter_context(host())
        stack.enter_context(mock.patch.dict(os.environ, {"EMSYNC_MODELS_DIR": str(folder)}))
        stack.enter_context(mock.patch.object(installing, "RULES", QUICK))
        model = model_of(NAME, _file(case, at))
        stack.enter_context(mock.patch.dict(BY_NAME, {NAME: model}))
        if case.around is not None:
            stack.enter_context(case.around(at))
        sentence = error = ""
        try:
            download_model(NAME, monitor=Watching(case.stop_at))
        except EmsyncError as failure:
            sentence, error = str(failure), type(failure).__name__
        except Cancelled:
            error = "Cancelled"
        if case.discards:
            discard_parts(NAME)
        come = folder_of(NAME) / f"{FILE}{PART}"
        kept = come.stat().st_size / len(DATA) if come.is_file() else 0.0
        told = sentence.replace(f"127.0.0.1:{at.port}", "HOST").replace("127.0.0.1", "HOST")
        return Ended(
            told.replace(str(folder), "FOLDER"),
            error,
            state_of(NAME).state is State.INSTALLED,
            kept,
            tuple(asked.start for asked in at.asked),
        )


# -- what surrounds a download


@contextmanager
def _no_room(at: Host) -> Iterator[None]:
    with mock.patch.object(space.shutil, "disk_usage", return_value=mock.Mock(free=1_000_000)):
        yield


class _FullDisk:
    """A file on a disk that has room for half of it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __enter__(self) -> _FullDisk:
        return self

    def __exit__(self, *reason: object) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        room = HALF - self._file.tell()
        self._file.write(piece[:room])
        if len(piece) > room:
            raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def _full_in_the_middle(at: Host) -> Iterator[None]:
    usual = Path.open

    def opened(path: Path, mode: str = "r", **options: Any) -> Any:
        file = usual(path, mode, **options)
        return _FullDisk(file) if (path.suffix, mode) == (PART, "wb") else file

    with mock.patch.object(Path, "open", opened):
        yield


@contextmanager
def _busy(at: Host) -> Iterator[None]:
    folder = folder_of(NAME)
    folder.mkdir(parents=True)
    with only_one(NAME, folder):
        yield


@contextmanager
def _offline(at: Host) -> Iterator[None]:
    with mock.patch.dict(os.environ, {"EMSYNC_OFFLINE": "1"}):
        yield


@contextmanager
def _file_in_place_of_the_folder(at: Host) -> Iterator[None]:
    folder_of(NAME).parent.write_bytes(b"")
    yield


@contextmanager
def _impatient(at: Host) -> Iterator[None]:
    with mock.patch.object(installing, "RULES", replace(QUICK, timeout_s=0.3)):
        yield


@contextmanager
def _half_of_another(at: Host) -> Iterator[None]:
    """A part of another version, left under the same address."""
    with mock.patch.object(installing, "RULES", QUICK):
        path = f"/{FILE}"
        kept = at.behaviours[path]
        at.serve(path, slow(OTHER, 100_000, 0.001, at.is_over))
        with suppress(Cancelled):
            download_model(NAME, monitor=Watching(0.5))
        at.behaviours[path] = kept
        at.asked.clear()
    yield


def _zipped(data: bytes, *, member: str = FILE, known: bytes | None = None) -> Callable[..., Any]:
    def make(at: Host) -> ModelFile:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.txt", "hello")
            archive.writestr(member, data)
        packed = held.getvalue()
        known_data = data if known is None else known
        address = at.serve("/archive.zip", whole(packed))
        return ModelFile(
            FILE,
            address,
            len(known_data),
            sha256(known_data),
            zipped=Zipped(len(packed), sha256(packed)),
        )

    return make


def _closed_port(at: Host) -> ModelFile:
    return ModelFile(FILE, "http://127.0.0.1:9/weights.bin", len(DATA), sha256(DATA))


CASES = (
    Case("none", "checks the SHA-256 and gives the file its name", lambda at: (whole(DATA),)),
    Case(
        "the connection breaks in the middle",
        "goes on where it stopped",
        lambda at: (dropped(DATA, HALF), whole(DATA)),
    ),
    Case(
        "it breaks three times, each time later",
        "goes on each time: an attempt that brings something does not count",
        lambda at: (
            *(dropped(DATA, len(DATA) * n // 5) for n in (1, 2, 3, 4)),
            whole(DATA),
        ),
    ),
    Case(
        "the file on the host is cut short",
        "tries some more times, keeps what came",
        lambda at: (dropped(DATA, HALF),),
    ),
    Case(
        "the host stops in the middle, and says nothing more",
        "hangs up after a while and goes on where it stopped",
        lambda at: (stalled(DATA, HALF, at.is_over), whole(DATA)),
        around=_impatient,
    ),
    Case(
        "the host does not heed ranges",
        "begins anew after a break",
        lambda at: (dropped(DATA, HALF), whole(DATA, heeds_range=False)),
    ),
    Case(
        "the file changes between two parts",
        "begins anew; with a known SHA-256 the new file is refused",
        lambda at: (dropped(DATA, HALF), whole(OTHER, etag='"two"')),
    ),
    Case(
        "the file changes, and nobody states its SHA-256",
        "begins anew, takes the new file and records its SHA-256",
        lambda at: (dropped(DATA, HALF), whole(OTHER, etag='"two"')),
        is_known=False,
    ),
    Case(
        "the file changes, and the host sends the rest of the new one",
        "notices by the ETag and begins anew",
        lambda at: (
            dropped(DATA, HALF),
            careless(OTHER, etag='"two"'),
            whole(DATA, etag='"two"'),
        ),
    ),
    Case(
        "the host sends another part than it was asked for",
        "begins anew",
        lambda at: (dropped(DATA, HALF), another_place(DATA)),
    ),
    Case(
        "what came before belongs to another version",
        "finds the SHA-256 wrong, and downloads it once from its start",
        lambda at: (whole(DATA),),
        around=_half_of_another,
    ),
    Case(
        "the host promises more than the file has",
        "refuses it before a byte comes",
        lambda at: (lying(DATA, told=len(DATA) + 1000),),
    ),
    Case(
        "the host promises less than the file has",
        "refuses it before a byte comes",
        lambda at: (lying(DATA, told=len(DATA) - 1000),),
    ),
    Case(
        "it promises more than it sends, and nobody states the size",
        "waits for the rest, tries some more times, keeps what came",
        lambda at: (lying(DATA, told=len(DATA) + 1000),),
        is_known=False,
    ),
    Case(
        "the host promises no length and does not end",
        "stops as soon as it is longer than the file",
        lambda at: (endless(DATA[:50_000]),),
    ),
    Case(
        "wrong bytes of the right length",
        "finds the SHA-256 wrong and throws them away",
        lambda at: (whole(OTHER),),
    ),
    Case(
        "the host's own SHA-256 differs (nobody else states one)",
        "finds it wrong and throws the file away",
        lambda at: (whole(DATA, more={"X-Linked-ETag": f'"{sha256(OTHER)}"'}),),
        is_known=False,
    ),
    Case(
        "a web page instead of the file",
        "refuses it",
        lambda at: (whole(b"<html>sign in</html>", more={"Content-Type": "text/html"}),),
        is_known=False,
    ),
    Case(
        "redirected to where the file is",
        "follows, up to eight times",
        lambda at: (redirect("/there"),),
        around=lambda at: _also(at, "/there", whole(DATA)),
    ),
    Case("redirected in circles", "gives up", lambda at: (redirect(f"/{FILE}"),)),
    Case(
        "redirected to a file of this machine",
        "does not follow",
        lambda at: (redirect("file:///etc/hostname"),),
    ),
    Case(
        "redirected to an address without encryption",
        "does not follow",
        lambda at: (redirect("http://example.org/weights.bin"),),
    ),
    Case("no such file (404)", "gives up at once", lambda at: (status(404),)),
    Case("not for everybody (403)", "gives up at once", lambda at: (status(403),)),
    Case(
        "asked to wait (429, Retry-After)",
        "waits as long as it is asked to, a minute at most",
        lambda at: (status(429, Retry_After="0"), whole(DATA)),
    ),
    Case(
        "asked to wait again and again (429)",
        "waits twice as long each time, then gives up",
        lambda at: (status(429),),
    ),
    Case(
        "the host fails once (500)",
        "tries again",
        lambda at: (status(500), whole(DATA)),
    ),
    Case("the host fails again and again (503)", "gives up", lambda at: (status(503),)),
    Case(
        "nobody listens at the host",
        "tries some more times",
        lambda at: (),
        make=_closed_port,
    ),
    Case(
        "a slow host, and the user pauses",
        "stops at once and keeps what came",
        lambda at: (slow(DATA, 30_000, 0.005, at.is_over),),
        stop_at=0.25,
    ),
    Case(
        "a slow host, and the user cancels",
        "stops at once and throws away what came",
        lambda at: (slow(DATA, 30_000, 0.005, at.is_over),),
        stop_at=0.25,
        discards=True,
    ),
    Case(
        "no room on the disk",
        "asks the host for nothing",
        lambda at: (whole(DATA),),
        around=_no_room,
    ),
    Case(
        "the disk is full in the middle",
        "stops and keeps what came",
        lambda at: (whole(DATA),),
        around=_full_in_the_middle,
    ),
    Case(
        "the folder of models cannot be written",
        "asks the host for nothing",
        lambda at: (whole(DATA),),
        around=_file_in_place_of_the_folder,
    ),
    Case(
        "another EMSYNC downloads the same model",
        "leaves it alone",
        lambda at: (whole(DATA),),
        around=_busy,
    ),
    Case(
        "offline by choice",
        "asks the host for nothing",
        lambda at: (whole(DATA),),
        around=_offline,
    ),
    Case(
        "the file comes in an archive",
        "checks the archive, unpacks that one file and checks it",
        lambda at: (),
        make=_zipped(DATA),
    ),
    Case(
        "the archive does not hold the file",
        "throws it away",
        lambda at: (),
        make=_zipped(DATA, member="other.bin"),
    ),
    Case(
        "the archive holds far more than the file",
        "stops unpacking and throws it away",
        lambda at: (),
        make=_zipped(bytes(5_000_000), known=bytes(1000)),
    ),
)


@contextmanager
def _also(at: Host, path: str, behaviour: Behaviour) -> Iterator[None]:
    at.serve(path, behaviour)
    yield


HEAD = """# Downloads of models, and what can go wrong

Every row was made to happen against a server on this machine (`tests/download_faults.py`), and
`tests/unit/engine/models/test_download_faults.py` fails if one ends otherwise. HOST stands for the
host's name, FOLDER for the folder of models. A file takes its name only after its SHA-256 was
checked; until then it lies beside it as `NAME.part`, and the next attempt, of the same program or a
later one, goes on from there. A connection that fails is tried five times, after 1, 2, 4 and 8
seconds (three times and quicker in these tests); an attempt that brings something does not count.

| What happens | What EMSYNC does | What the user sees | Afterwards |
| --- | --- | --- | --- |
"""

FOOT = """
Not in the table, and tested elsewhere: a program that is killed in the middle goes on later
(`tests/integration/test_cli_models.py`), a file of the user's that is not the right one is not
used (`tests/unit/engine/models/test_bringing.py`), an address that was encrypted is never followed
to one that is not, this machine included (`tests/unit/engine/models/test_connection.py`).
"""


def run_all() -> list[tuple[Case, Ended]]:
    """Let every fault happen."""
    ended = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            ended.append((case, run(case, Path(folder) / "models")))
    return ended


def page(cases: list[tuple[Case, Ended]]) -> str:
    """The page of the documentation."""
    rows = []
    for case, ended in cases:
        seen = ended.sentence or ("progress, then *Paused*" if case.stop_at else "progress")
        if case.discards:
            seen = "progress, then *Not installed*"
        rows.append(f"| {case.fault} | {case.does} | {seen} | {ended.afterwards} |\n")
    return HEAD + "".join(rows) + FOOT


if __name__ == "__main__":
    print(page(run_all()), end="")
