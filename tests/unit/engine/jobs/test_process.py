"""The engine process: jobs, progress, cancelling, faults, crashes, and its end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emsync_engine.jobs.memory import ReleaseJob, memory_of
from emsync_engine.jobs.messages import (
    Advanced,
    Facts,
    Failed,
    Ready,
    Shown,
    Succeeded,
    WasCancelled,
)
from emsync_engine.jobs.politeness import NICENESS
from emsync_engine.jobs.process import EngineProcess, EngineStoppedError
from tests.conftest import REPOSITORY
from tests.unit.engine.jobs import toy_jobs as toys
from tests.unit.engine.jobs.waiting import is_running, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals and groups are those of POSIX"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def engine(tmp_path):
    with EngineProcess(folder=tmp_path / "session", log=tmp_path / "log" / "engine.log") as process:
        assert process.receive() == Ready(process.pid)
        pid = process.pid
        yield process
    assert not is_running(pid)
    assert not (tmp_path / "session").exists()


def outcome_of(engine, job_id, progress=None):
    """The message that ends a job; reports on the way go into ``progress``."""
    while isinstance(message := engine.receive(), Advanced):
        if progress is not None:
            progress.append(message)
    assert message.job_id == job_id
    return message


def receive_to_the_end(engine):
    while True:
        engine.receive()


def wait_for_stage(engine, stage):
    while engine.receive().stage != stage:
        pass


def test_parts_of_a_result_arrive_before_it(engine):
    job_id = engine.submit(toys.ShowOnTheWay())
    assert [engine.receive() for _ in range(3)] == [
        Shown(job_id, ("so far", number)) for number in range(3)
    ]
    assert engine.receive() == Succeeded(job_id, 3)


def test_what_it_uses_is_told_while_a_job_is_under_way(engine):
    job_id = engine.submit(toys.Count(to=10_000, pause_s=0.01))
    assert isinstance(engine.receive(), Advanced)
    engine.ask_facts()
    while not isinstance(message := engine.receive(), Facts):
        assert isinstance(message, Advanced)
    assert 0 < message.facts.memory_bytes < 64 << 30
    assert message.facts.processor
    assert not message.facts.has_models
    engine.cancel(job_id)
    assert outcome_of(engine, job_id) == WasCancelled(job_id)


def test_models_are_let_go_of_and_the_difference_is_told(engine):
    assert outcome_of(engine, engine.submit(toys.HoldMemory(64))).result == 64 << 20
    job_id = engine.submit(ReleaseJob())
    released = outcome_of(engine, job_id).result
    assert released.before.has_models
    assert not released.after.has_models
    assert released.before.memory_bytes - released.after.memory_bytes > 48 << 20
    assert memory_of(engine.pid) < released.before.memory_bytes


def test_jobs_are_done_in_order_and_report_on_the_way(engine):
    first = engine.submit(toys.Count(to=4, pause_s=0.06))
    second = engine.submit(toys.Count(to=2))
    progress = []
    assert outcome_of(engine, first, progress) == Succeeded(first, 4)
    assert progress == [Advanced(first, "count", number, 4) for number in range(4)]
    assert outcome_of(engine, second) == Succeeded(second, 2)


def test_progress_is_thinned_out(engine):
    progress = []
    outcome_of(engine, engine.submit(toys.Count(to=5_000)), progress)
    assert 1 <= len(progress) < 50


def test_cancelling_between_tokens_tidies_up_and_leaves_the_process_usable(engine, tmp_path):
    job_id = engine.submit(toys.Count(to=10_000, pause_s=0.01, leaves="half-done"))  # 100 s
    assert isinstance(engine.receive(), Advanced)
    assert (tmp_path / "session" / "half-done").exists()
    engine.cancel(job_id)
    progress = []
    assert outcome_of(engine, job_id, progress) == WasCancelled(job_id)
    assert len(progress) < 100  # it hears of it between two reports, not at the end
    assert not (tmp_path / "session" / "half-done").exists()
    following = engine.submit(toys.Count())
    assert outcome_of(engine, following) == Succeeded(following, 3)


def test_a_waiting_job_is_cancelled_at_once_and_never_begun(engine):
    current = engine.submit(toys.Count(to=10_000, pause_s=0.01))
    waiting = engine.submit(toys.DivideByZero())
    engine.cancel(waiting)
    assert outcome_of(engine, waiting) == WasCancelled(waiting)
    engine.cancel(current)
    assert outcome_of(engine, current) == WasCancelled(current)


def test_cancelling_what_is_done_changes_nothing(engine):
    done = engine.submit(toys.Count())
    outcome_of(engine, done)
    engine.cancel(done)
    following = engine.submit(toys.Count(to=5))
    assert outcome_of(engine, following) == Succeeded(following, 5)


def test_an_error_of_the_user_s_is_its_own_sentence(engine):
    job_id = engine.submit(toys.Unusable())
    assert outcome_of(engine, job_id) == Failed(
        job_id, "clip.mov cannot be used: it is a spreadsheet."
    )


@pytest.mark.parametrize(
    ("job", "name"),
    [
        (toys.DivideByZero(), "ZeroDivisionError"),
        (toys.ReturnThread(), "TypeError"),
        (toys.LeaveProgram(), "SystemExit"),
    ],
)
def test_a_bug_is_named_logged_and_survived(engine, job, name):
    job_id = engine.submit(job)
    failed = outcome_of(engine, job_id)
    assert isinstance(failed, Failed)
    assert failed.is_bug
    assert name in failed.message
    assert "Traceback" in failed.traceback
    assert name in engine.log.read_text()
    following = engine.submit(toys.Count())
    assert outcome_of(engine, following) == Succeeded(following, 3)


def test_an_engine_that_is_started_offline_asks_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_OFFLINE", "1")
    with EngineProcess(folder=tmp_path / "session", log=tmp_path / "engine.log") as engine:
        engine.receive()
        failed = outcome_of(engine, engine.submit(toys.AskNetwork()))
    assert "offline by your choice; 192.0.2.1 was not asked" in failed.message + failed.traceback


def test_too_little_memory_is_no_bug(engine):
    failed = outcome_of(engine, engine.submit(toys.FillMemory()))
    assert isinstance(failed, Failed)
    assert not failed.is_bug
    assert "not enough memory" in failed.message


def test_a_job_that_cannot_be_pickled_is_refused_where_it_is_submitted(engine):
    with pytest.raises(AttributeError, match="pickle"):
        engine.submit(toys.Bulk(lambda: None))
    following = engine.submit(toys.Count())
    assert outcome_of(engine, following) == Succeeded(following, 3)


def test_large_jobs_and_results_pass_without_holding_up_the_caller(engine):
    data = os.urandom(1 << 20) * 8
    os.kill(engine.pid, signal.SIGSTOP)  # it reads nothing: 32 MB wait in the outbox
    try:
        job_ids = [engine.submit(toys.Bulk(data)) for _ in range(4)]
    finally:
        os.kill(engine.pid, signal.SIGCONT)
    for job_id in job_ids:
        assert outcome_of(engine, job_id) == Succeeded(job_id, data)


def test_what_the_process_prints_goes_to_the_log(engine, capfd):
    job_id = engine.submit(toys.Print())
    assert outcome_of(engine, job_id) == Succeeded(job_id, "")  # nobody types an answer
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    log = engine.log.read_text()
    for words in (
        "said by Python",
        "said to stderr",
        "said by a C library",
        "said by a program",
    ):
        assert words in log


def test_the_process_is_polite_and_apart(engine, tmp_path):
    facts = outcome_of(engine, engine.submit(toys.Describe())).result
    assert facts["niceness"] == min(os.nice(0) + NICENESS, 19)
    assert "nice" not in facts["autogroup"] or f"nice {NICENESS}" in facts["autogroup"]
    assert facts["group"] == facts["pid"] == engine.pid
    assert facts["folder"] == tmp_path / "session"
    assert "torch" not in facts["modules"]  # loaded when a job needs it; what decodes, before


def test_killed_in_the_middle_of_a_job_it_says_so_and_can_be_restarted(engine, tmp_path):
    (tmp_path / "session" / "take.wav").touch()
    engine.submit(toys.SleepDeaf())
    wait_for_stage(engine, "started")
    program = int((tmp_path / "session" / "program").read_text())
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineStoppedError, match="memory") as stopped:
        engine.receive()
    assert stopped.value.exit_code == -signal.SIGKILL
    assert not engine.is_alive
    wait_until(lambda: not is_running(program))  # what it had started went with it
    killed = engine.pid
    engine.restart()
    assert engine.receive() == Ready(engine.pid)
    assert engine.pid != killed
    assert (tmp_path / "session" / "take.wav").exists()  # what was rendered can still be played
    job_id = engine.submit(toys.Count())
    assert outcome_of(engine, job_id) == Succeeded(job_id, 3)


def test_a_crash_of_its_own_leaves_a_trace_in_the_log(engine):
    engine.submit(toys.Crash())
    with pytest.raises(EngineStoppedError, match="crashed"):
        receive_to_the_end(engine)
    assert "Fatal Python error" in engine.log.read_text()
    assert "toy_jobs.py" in engine.log.read_text()
    engine.restart()
    assert isinstance(engine.receive(), Ready)


def test_a_process_that_hangs_can_be_restarted(engine):
    os.kill(engine.pid, signal.SIGSTOP)
    engine.submit(toys.Bulk(bytes(1 << 22)))  # more than the pipe holds
    engine.restart()
    assert isinstance(engine.receive(), Ready)
    job_id = engine.submit(toys.Count())
    assert outcome_of(engine, job_id) == Succeeded(job_id, 3)


@pytest.mark.parametrize("job", [toys.Count(to=10_000, pause_s=0.01), toys.SleepDeaf()])
def test_closing_ends_it_soon_whatever_it_does(engine, tmp_path, job):
    engine.submit(job)
    assert isinstance(engine.receive(), Advanced)
    if isinstance(job, toys.SleepDeaf):
        wait_for_stage(engine, "started")
        program = int((tmp_path / "session" / "program").read_text())
    started = time.monotonic()
    engine.close()
    assert time.monotonic() - started < 20  # of 100 s; two seconds where the machine is free
    assert not is_running(engine.pid)
    if isinstance(job, toys.SleepDeaf):
        wait_until(lambda: not is_running(program))
    engine.close()  # once more changes nothing


_WINDOW = """
import json, os, sys, time
import PySide6.QtCore
from emsync_engine.jobs.process import EngineProcess
from tests.unit.engine.jobs.toy_jobs import Describe, SleepDeaf

if __name__ == "__main__":
    engine = EngineProcess()
    engine.receive()
    engine.submit(Describe())
    engine.receive()
    modules = engine.receive().result["modules"]
    engine.submit(SleepDeaf())
    engine.receive(), engine.receive()
    qt = [name for name in modules if name.startswith("PySide6")]
    program = int((engine.folder / "program").read_text())
    print(json.dumps([engine.pid, program, str(engine.folder), qt]), flush=True)
    if sys.argv[1] == "exit":
        sys.exit()
    time.sleep(60)
"""


@pytest.mark.parametrize("ending", ["exit", signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_its_window_however_that_ends(tmp_path, ending):
    script = tmp_path / "window.py"
    script.write_text(_WINDOW)
    with subprocess.Popen(
        [sys.executable, script, str(ending)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        start_new_session=True,
    ) as window:
        pid, program, folder, qt_modules = json.loads(window.stdout.readline())
        assert is_running(pid)
        if ending != "exit":
            os.killpg(window.pid, ending)  # as a terminal does: everything in its group
        assert wait_until(lambda: not is_running(pid)) < 2
        wait_until(lambda: not is_running(program))
        wait_until(lambda: not Path(folder).exists())
    assert Path(folder).name.startswith("session-")
    assert qt_modules == []  # though the window's own main module imports it


def test_a_terminating_signal_ends_it_tidily(engine, tmp_path):
    engine.submit(toys.Count(to=10_000, pause_s=0.01))
    assert isinstance(engine.receive(), Advanced)
    os.kill(engine.pid, signal.SIGTERM)
    wait_until(lambda: not (tmp_path / "session").exists(), within_s=2)
    with pytest.raises(EngineStoppedError, match="ended unexpectedly"):
        receive_to_the_end(engine)


def test_this_side_loads_nothing_heavy():
    code = (
        "import sys, emsync_engine.jobs.process, emsync_engine.jobs.messages\n"
        "print(*{'torch', 'av', 'cv2', 'numpy', 'scipy', 'soundfile'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert printed.stdout.strip() == ""
