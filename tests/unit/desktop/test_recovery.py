"""Versions of unsaved work: whole, told apart, found again when their window was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from emsync_desktop.recovery.locks import ProjectLock, Stamp
from emsync_desktop.recovery.versions import (
    KEPT,
    Keeper,
    left_behind,
    pieces_of,
    throw_away,
    versions_in,
)
from emsync_engine.errors import EmsyncError
from tests.unit.desktop.films import made_project

EDITOR = Path(__file__).with_name("killed_editor.py")
LOST_S = 5.0


def test_a_version_says_what_it_holds(tmp_path):
    keeper, project = Keeper(tmp_path), made_project()
    keeper.keep(project, Path("/films/cut.emsync"))
    (version,) = versions_in(keeper.folder)
    assert version.segments == len(project.timeline.emotions)
    assert version.takes == len(project.takes)
    assert version.project == Path("/films/cut.emsync")
    assert version.load() == project


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"a": [], "b": {}, "c": None, "d": "\ud800 é"},
        {"takes": [{"tokens": list(range(12_001))}, {"tokens": []}]},
        [[1.5, "x", [None]]] * 5_001,
        [{"n": n} for n in range(300)],
    ],
)
def test_pieces_together_are_the_json(value):
    pieces = list(pieces_of(value))
    assert json.loads("".join(pieces)) == value
    assert max(map(len, pieces)) < 150_000


def test_only_the_latest_versions_stay(tmp_path):
    keeper, project = Keeper(tmp_path), made_project()
    for _ in range(KEPT + 3):
        keeper.keep(project, None)
    versions = versions_in(keeper.folder)
    assert len(versions) == KEPT
    assert [one.file.name for one in versions] == sorted(
        (one.file.name for one in versions), reverse=True
    )


def test_work_of_a_window_that_lives_is_not_offered(tmp_path):
    keeper = Keeper(tmp_path)
    keeper.keep(made_project(), None)
    assert left_behind(tmp_path) == []
    keeper._lock.unlock()  # as the system does when a process ends
    (versions,) = left_behind(tmp_path)
    assert len(versions) == 1
    throw_away(versions[0].folder)
    assert left_behind(tmp_path) == []


def test_what_is_forgotten_leaves_nothing(tmp_path):
    keeper = Keeper(tmp_path)
    keeper.keep(made_project(), None)
    keeper.forget()
    assert list(tmp_path.iterdir()) == []


def test_a_version_without_its_facts_is_looked_into_and_a_broken_one_left_out(tmp_path):
    keeper, project = Keeper(tmp_path), made_project()
    first = keeper.keep(project, None)
    second = keeper.keep(project, None)
    first.with_suffix(".json").write_text("{")
    second.with_suffix(".json").unlink()
    second.write_text(second.read_text()[:200])
    (version,) = versions_in(keeper.folder)
    assert version.file == first
    assert version.segments == len(project.timeline.emotions)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "recovery").write_text("a file")
    with pytest.raises((EmsyncError, OSError)):
        Keeper(tmp_path / "recovery").keep(made_project(), None)


def test_two_windows_on_one_project_notice(tmp_path):
    path = tmp_path / "cut.emsync"
    first, second = ProjectLock(tmp_path / "open"), ProjectLock(tmp_path / "open")
    assert first.hold(path)
    assert first.hold(path)  # itself again
    assert not second.hold(path)
    assert second.hold(tmp_path / "other.emsync")
    first.release()
    assert second.hold(path)


def test_a_stamp_tells_another_file(tmp_path):
    path = tmp_path / "cut.emsync"
    assert Stamp.of(path) is None
    path.write_text("one")
    before = Stamp.of(path)
    assert Stamp.of(path) == before
    path.write_text("two, longer")
    assert Stamp.of(path) != before


def killed(home: Path, after_s: float) -> tuple[float, Path]:
    """Start an editor that edits and keeps, kill it at a moment; that moment, and its journal."""
    journal = home / "journal"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, str(EDITOR), str(journal)], env=environment, stdout=subprocess.PIPE
    )
    process.stdout.readline()  # it edits now
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return time.time(), journal


def lost_s(home: Path, after_s: float) -> float:
    """How long before the kill the newest edit that is kept was made; all versions must open."""
    at, journal = killed(home, after_s)
    made = [line.split() for line in journal.read_text().splitlines() if line.endswith(".")]
    times = {int(number): float(when) for when, number, _ in made}
    found = left_behind(home / "emsync" / "recovery")
    if not found:
        return at - times[1]
    for version in found[0]:
        version.load()
    project = found[0][0].load()
    kept = len(project.timeline.boundaries)
    lost = [when for number, when in times.items() if number > kept]
    return at - min(lost) if lost else 0.0


def rounds(tmp_path, moments):
    worst = 0.0
    for number, moment in enumerate(moments):
        home = tmp_path / str(number)
        home.mkdir()
        worst = max(worst, lost_s(home, moment))
    return worst


@pytest.mark.gui
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_killed_in_the_middle_of_edits_little_is_lost(tmp_path):
    assert rounds(tmp_path, (1.3, 2.6, 3.4)) <= LOST_S


@pytest.mark.gui
@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("EMSYNC_KILLS"), reason="set EMSYNC_KILLS=50 for the long run"
)
def test_killed_many_times_little_is_lost(tmp_path):
    import random

    random.seed(9)
    count = int(os.environ["EMSYNC_KILLS"])
    worst = rounds(tmp_path, [random.uniform(0.05, 6.0) for _ in range(count)])
    print(f"killed {count} times: at most {worst:.1f} s lost")
    assert worst <= LOST_S


def test_a_take_is_kept_with_the_project(tmp_path):
    keeper, project = Keeper(tmp_path), made_project()
    keeper.keep(replace(project, chosen_take=None), None)
    (version,) = versions_in(keeper.folder)
    assert version.load().chosen_take is None
