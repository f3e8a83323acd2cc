"""The engine process as a window sees it: signals in the GUI thread, crashes, the end."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from operator import sub

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTimer

from emsync_desktop.engine_client import EngineClient
from emsync_engine.jobs.messages import Job
from emsync_engine.jobs.process import EngineProcess
from tests.conftest import REPOSITORY
from tests.unit.engine.jobs import toy_jobs as toys
from tests.unit.engine.jobs.waiting import is_running

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and groups are those of POSIX"),
    pytest.mark.timeout(240),
]


class Heard(QObject):
    """Everything that a client emits, and in which thread."""

    def __init__(self, client):
        super().__init__()
        self.all = []
        self.threads = set()
        for name in ("advanced", "succeeded", "failed", "cancelled", "crashed"):
            getattr(client, name).connect(lambda *values, name=name: self.hear(name, values))

    def hear(self, name, values):
        self.all.append((name, *values))
        self.threads.add(threading.current_thread())

    def of(self, name):
        return [values for kind, *values in self.all if kind == name]


@pytest.fixture
def client(qapp, tmp_path):
    process = EngineProcess(folder=tmp_path / "session", log=tmp_path / "engine.log")
    client = EngineClient(process=process)
    yield client
    client.close()
    assert not is_running(process.pid)
    assert {"engine-inbox", "engine-outbox"}.isdisjoint(
        thread.name for thread in threading.enumerate()
    )


@pytest.fixture
def heard(client):
    return Heard(client)


def start(qtbot, client, heard, job: Job, stage):
    """Submit a job and wait for a stage of it; its id."""
    job_id = client.submit(job)
    qtbot.waitUntil(lambda: any(values[1] == stage for values in heard.of("advanced")))
    return job_id


def test_progress_and_result_arrive_in_the_gui_thread(qtbot, client, heard):
    job_id = client.submit(toys.Count(to=3, pause_s=0.06))
    assert client.is_busy
    assert heard.all == []  # nothing before the id is known
    qtbot.waitUntil(lambda: heard.of("succeeded") == [[job_id, 3]])
    assert heard.of("advanced") == [[job_id, "count", float(done), 3] for done in range(3)]
    assert heard.threads == {threading.main_thread()}
    assert not client.is_busy


def test_totals_that_are_large_or_unknown_arrive_as_they_are(qtbot, client, heard):
    large = 1 << 40  # more than Qt's int holds
    counting = start(qtbot, client, heard, toys.Count(to=large, pause_s=0.01), "count")
    client.cancel(counting)
    unknown = start(qtbot, client, heard, toys.Describe(), "describe")
    assert heard.of("advanced")[0] == [counting, "count", 0.0, large]
    assert heard.of("advanced")[-1] == [unknown, "describe", 0.0, None]


def test_cancelling_while_it_works_leaves_it_usable(qtbot, client, heard):
    job_id = start(qtbot, client, heard, toys.Count(to=10_000, pause_s=0.01), "count")
    waiting = client.submit(toys.Count())
    client.cancel(job_id)
    qtbot.waitUntil(lambda: heard.of("cancelled") == [[job_id]])
    qtbot.waitUntil(lambda: heard.of("succeeded") == [[waiting, 3]])


def test_a_failure_is_one_sentence_and_a_bug_is_logged(qtbot, client, heard, caplog):
    first = client.submit(toys.Unusable())
    qtbot.waitUntil(lambda: heard.of("failed") != [])
    assert heard.of("failed") == [[first, "clip.mov cannot be used: it is a spreadsheet."]]
    assert caplog.records == []
    client.submit(toys.DivideByZero())
    qtbot.waitUntil(lambda: len(heard.of("failed")) == 2)
    sentence = heard.of("failed")[1][1]
    assert "ZeroDivisionError" in sentence
    assert "\n" not in sentence
    assert "toy_jobs.py" in caplog.text
    assert "Traceback" in caplog.text


def test_killed_in_the_middle_it_says_so_and_goes_on(qtbot, client, heard, caplog):
    current = start(qtbot, client, heard, toys.SleepDeaf(), "started")
    waiting = client.submit(toys.Count())
    os.kill(client.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: heard.of("crashed") != [])
    ((sentence,),) = heard.of("crashed")
    assert "started again" in sentence
    assert sentence.endswith(".")
    assert heard.of("failed") == [[current, sentence], [waiting, sentence]]
    assert not client.is_busy
    following = client.submit(toys.Count())
    qtbot.waitUntil(lambda: heard.of("succeeded") == [[following, 3]])
    assert "Exit code: -9" in caplog.text


def test_a_job_may_be_submitted_from_the_news_of_the_crash(qtbot, client, heard):
    submitted = []
    client.crashed.connect(lambda sentence: submitted.append(client.submit(toys.Count())))
    start(qtbot, client, heard, toys.SleepDeaf(), "started")
    os.kill(client.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: heard.of("succeeded") != [])
    assert heard.of("succeeded") == [[submitted[0], 3]]


def test_a_job_submitted_to_a_dead_process_fails_like_the_others(qtbot, client, heard):
    current = start(qtbot, client, heard, toys.SleepDeaf(), "started")
    os.kill(client.process.pid, signal.SIGKILL)
    late = client.submit(toys.Count())  # the window cannot know yet
    qtbot.waitUntil(lambda: heard.of("crashed") != [])
    assert [job_id for job_id, _ in heard.of("failed")] == [current, late]


def test_one_that_ends_before_it_is_up_is_started_with_the_next_job(qtbot, client, heard):
    os.kill(client.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: heard.of("crashed") != [])
    assert not client.process.is_alive  # no endless loop of starts
    assert "engine.log" in heard.of("crashed")[0][0]
    job_id = client.submit(toys.Count())
    qtbot.waitUntil(lambda: heard.of("succeeded") == [[job_id, 3]])


def test_closing_in_the_middle_of_a_job_says_nothing_more(qtbot, client, heard):
    start(qtbot, client, heard, toys.Count(to=10_000, pause_s=0.01), "count")  # 100 s of work
    said = len(heard.all)
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 20
    QCoreApplication.processEvents()
    assert len(heard.all) == said
    client.close()


class Ticks(QObject):
    """A timer in the GUI thread: how long each turn took, by the wall and of this thread's CPU."""

    def __init__(self):
        super().__init__()
        self.wall_s, self.cpu_s = [], []
        self.timer = QTimer(self, interval=1)
        self.timer.timeout.connect(self.note)
        self.timer.start()

    def note(self):
        self.wall_s.append(time.perf_counter())
        self.cpu_s.append(time.thread_time())

    @property
    def usual_s(self):
        """The 99th percentile by the wall: what else the machine does counts too."""
        return sorted(itertools.starmap(sub, zip(self.wall_s[1:], self.wall_s, strict=False)))[
            int((len(self.wall_s) - 1) * 0.99)
        ]

    @property
    def longest_work_s(self):
        return max(itertools.starmap(sub, zip(self.cpu_s[1:], self.cpu_s, strict=False)))


def test_the_event_loop_does_little_work_of_its_own(qtbot, client, heard):
    """Neither for starting, nor for much progress, nor for a large result, nor for a crash.

    Judged by the CPU time of the GUI thread, so that a busy machine does not fail it.
    """
    ticks = Ticks()
    data = os.urandom(1 << 20) * 32
    for _ in range(3):
        client.submit(toys.Bulk(data))
        client.submit(toys.Count(to=50, pause_s=0.005))
    qtbot.waitUntil(lambda: len(heard.of("succeeded")) == 6)
    os.kill(client.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: heard.of("crashed") != [])
    ticks.timer.stop()
    assert len(ticks.wall_s) > 50
    assert ticks.longest_work_s < 0.25
    assert ticks.usual_s < 0.25


def test_the_event_loop_turns_while_the_engine_answers_nothing(qtbot, client, heard):
    """The engine is halted: whatever waited for it would wait for good."""
    start(qtbot, client, heard, toys.Count(to=10_000, pause_s=0.01), "count")
    os.kill(client.process.pid, signal.SIGSTOP)
    try:
        ticks = Ticks()
        late = client.submit(toys.Bulk(os.urandom(1 << 20) * 8))
        client.cancel(late)
        qtbot.waitUntil(lambda: len(ticks.wall_s) > 100)
    finally:
        os.kill(client.process.pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: heard.of("cancelled") != [])


def test_the_window_stays_free_of_what_the_engine_loads():
    code = (
        "import sys, emsync_desktop.engine_client\n"
        "print(*{'torch', 'av', 'cv2', 'numpy', 'scipy', 'soundfile'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert printed.stdout.strip() == ""


_FORGETFUL = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from emsync_desktop.engine_client import EngineClient
from tests.unit.engine.jobs.toy_jobs import SleepDeaf

if __name__ == "__main__":
    application = QCoreApplication([])
    client = EngineClient()
    client.submit(SleepDeaf())
    client.advanced.connect(lambda *values: application.quit())
    application.exec()
    print(client.process.pid)
"""


def test_quitting_the_program_ends_the_process_though_nobody_closed_it(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(_FORGETFUL)
    ended = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert not is_running(int(ended.stdout))
    assert ended.stderr == ""
