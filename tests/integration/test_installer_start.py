"""The first start, the second, and all that can come between; nothing real is installed."""

import shutil
import subprocess
import sys
import time

import pytest

from tests.installer_machine import Machine

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="the installer needs bash"
)


def fresh(machine: Machine) -> None:
    machine.root()
    machine.apt()
    machine.python()


def test_the_first_start_says_what_it_does_then_does_it_and_scores(machine):
    fresh(machine)
    machine.film('it\'s a -"film".mp4')
    done = machine.run("start.sh", "--headless", 'it\'s a -"film".mp4')
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "system packages by apt: ffmpeg fluidsynth fluid-soundfont-gm\n" in said
    assert said.index("will install") < said.index("Installing")
    assert "GB" in said
    assert machine.calls[-4:] == [
        "score",
        str(machine.here / 'it\'s a -"film".mp4'),
        "--out-dir",
        str(machine.here / "emsync-output" / 'it\'s a -"film"'),
    ]
    assert "emsync has its say" in said
    assert "pip at work" not in said, "pip's words go to the log"
    assert "pip at work" in (machine.repository / "install.log").read_text()


def test_the_second_start_installs_nothing_and_keeps_the_first_result(machine):
    fresh(machine)
    machine.film()
    assert machine.run("start.sh", "--headless", "clip.mp4").returncode == 0
    machine.record.write_text("")
    took_s = []
    for _ in range(3):  # the quickest counts: whatever else the machine does only slows it
        started = time.perf_counter()
        done = machine.run("start.sh", "--headless", "clip.mp4")
        took_s.append(time.perf_counter() - started)
        assert done.returncode == 0
    assert min(took_s) < 5
    assert "will install" not in done.stdout
    assert "Installing" not in done.stdout
    assert machine.calls_of("apt-get", "sudo") == []
    assert not any("pip" in call for call in machine.calls)
    assert sorted(path.name for path in (machine.here / "emsync-output").iterdir()) == [
        "clip",
        "clip (2)",
        "clip (3)",
        "clip (4)",
    ]
    assert not (machine.repository / ".venv.lock").is_symlink()


@pytest.mark.parametrize("name", ["-clip.mp4", "--headless.mp4", "Übung 日本.mp4", "a;b&c$(d).mp4"])
def test_odd_names_arrive_whole(machine, name):
    fresh(machine)
    machine.film(name)
    done = machine.run("start.sh", "--headless", name)
    assert done.returncode == 0, done.stderr
    assert str(machine.here / name) in machine.calls


def test_new_requirements_are_installed(machine):
    fresh(machine)
    machine.film()
    machine.run("start.sh", "--headless", "clip.mp4")
    with (machine.repository / "pyproject.toml").open("a") as file:
        file.write("# one more\n")
    machine.record.write_text("")
    machine.run("start.sh", "--headless", "clip.mp4")
    assert sum("pip install" in call for call in machine.calls) == 1
    assert not any("-m venv" in call for call in machine.calls), "the environment itself is kept"


def test_tests_add_their_extras_and_a_later_start_keeps_them(machine):
    fresh(machine)
    assert machine.shell("prepare ''").returncode == 0
    assert machine.shell("prepare test").returncode == 0
    assert "[test]" in next(call for call in reversed(machine.calls) if "pip install" in call)
    machine.record.write_text("")
    assert machine.shell("prepare ''").returncode == 0
    assert machine.shell("prepare test").returncode == 0
    assert not any("pip install" in call for call in machine.calls)


def test_a_failed_download_shows_the_log_and_the_next_start_begins_afresh(machine):
    fresh(machine)
    machine.film()
    offline = machine.bin.parent / "offline"
    offline.touch()
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 4
    assert "Installing Python packages failed" in done.stderr
    assert "pip at work" in done.stderr
    assert not (machine.repository / ".venv" / "emsync-installed").exists()
    assert not (machine.repository / ".venv.lock").is_symlink()
    offline.unlink()
    (machine.repository / ".venv" / "left over").touch()
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 0
    assert "anew" in done.stdout
    assert not (machine.repository / ".venv" / "left over").exists()


def test_an_environment_that_was_moved_is_made_anew(machine):
    fresh(machine)
    assert machine.shell("prepare ''").returncode == 0
    moved = machine.repository.with_name("moved")
    machine.repository.rename(moved)
    machine.repository = moved
    done = machine.shell("prepare ''")
    assert done.returncode == 0
    assert "anew" in done.stdout


def test_a_folder_that_is_no_environment_is_left_alone(machine):
    fresh(machine)
    precious = machine.repository / ".venv" / "precious"
    precious.parent.mkdir()
    precious.touch()
    done = machine.shell("prepare ''")
    assert done.returncode == 4
    assert "move it away" in done.stderr
    assert precious.exists()


def test_interrupting_leaves_no_lock_and_no_stamp(machine):
    fresh(machine)
    machine.film()
    # A Python whose pip never ends; it says that it has begun.
    begun = machine.bin.parent / "begun"
    python = machine.bin / "python3"
    python.write_text(
        python.read_text().replace('echo "pip at work"', f': >"{begun}"; exec sleep 60')
    )
    process = subprocess.Popen(
        ["bash", str(machine.repository / "installer" / "start.sh"), "--headless", "clip.mp4"],
        cwd=machine.here,
        env=machine.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not begun.exists():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    assert (machine.repository / ".venv.lock").is_symlink()
    process.terminate()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 143
    assert "Interrupted" in said
    assert not (machine.repository / ".venv.lock").is_symlink()
    assert not (machine.repository / ".venv" / "emsync-installed").exists()
    assert (machine.repository / ".venv" / "emsync-unfinished").exists()


def test_a_second_start_waits_for_the_first_and_then_has_nothing_to_do(machine):
    fresh(machine)
    python = machine.bin / "python3"
    python.write_text(python.read_text().replace('echo "pip at work"', "sleep 1.5"))
    command = ["bash", "-c", '. "$1/installer/lib.sh"; prepare ""', "x", str(machine.repository)]
    both = [
        subprocess.Popen(
            command,
            env=machine.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=240)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("waiting for it" in text for text in said) == 1
    assert sum("pip install" in call for call in machine.calls) == 1


def test_the_lock_of_a_process_that_has_gone_is_dropped(machine):
    fresh(machine)
    gone = subprocess.Popen(["true"])
    gone.wait()
    (machine.repository / ".venv.lock").symlink_to(str(gone.pid))
    assert machine.shell("prepare ''").returncode == 0
    assert list(machine.repository.glob(".venv.lock*")) == []


def test_what_the_system_does_not_offer_is_asked_for_only_once(machine):
    machine.fake("uname", "echo Darwin")
    machine.fake("brew", machine.installs())
    machine.python()
    machine.film()
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 0, done.stderr
    assert "TimGM6mb" in done.stdout
    machine.record.write_text("")
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 0
    assert machine.calls_of("brew") == []


def test_with_a_screen_the_film_opens_in_the_app(machine):
    fresh(machine)
    machine.film("-a film.mp4")
    (machine.repository / "emsync_desktop").mkdir()
    (machine.repository / "emsync_desktop" / "app.py").touch()
    done = machine.run("start.sh", "-a film.mp4", DISPLAY=":0")
    assert done.returncode == 0, done.stderr
    assert "libxcb-cursor0" in done.stdout
    assert machine.calls[-2:] == ["emsync-desktop", str(machine.here / "-a film.mp4")]
    machine.record.write_text("")
    machine.run("start.sh", "--headless", "-a film.mp4", DISPLAY=":0")
    assert "score" in machine.calls


def test_uv_is_used_where_it_is(machine):
    fresh(machine)
    made = machine.bin.parent / "made"
    machine.fake(
        "uv",
        f'case "$1" in venv) for last; do :; done; "{machine.bin}/python3" -m venv "$last";; '
        f'pip) : >"{made}";; esac',
    )
    assert machine.shell("prepare ''").returncode == 0
    assert made.exists()
    assert not any("-m pip" in call for call in machine.calls)


def test_a_failed_score_keeps_its_exit_code_and_leaves_no_empty_folder(machine):
    fresh(machine)
    machine.film()
    assert machine.shell("prepare ''").returncode == 0
    (machine.repository / ".venv" / "bin" / "emsync").write_text("#!/bin/sh\nexit 3\n")
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 3
    assert not (machine.here / "emsync-output").exists()


def test_the_test_command_checks_everything_even_after_a_failure(machine):
    fresh(machine)
    machine.fake("Xvfb")
    machine.fake("xauth")
    machine.fake("openbox")
    machine.fake("xvfb-run", 'shift 3; exec "$@"')
    done = machine.run("test.sh", "-k", "two words", "tests/unit")
    assert done.returncode == 0, done.stderr
    assert "Everything passed." in done.stdout
    pytest_call = "python3 -m pytest -k two words tests/unit"
    assert {"ruff", "lint-imports", "mypy", pytest_call} < set(machine.calls)
    assert any(call.startswith("xvfb-run -a -s -screen 0") for call in machine.calls)

    (machine.repository / ".venv" / "bin" / "ruff").write_text("#!/bin/sh\nexit 1\n")
    machine.record.write_text("")
    done = machine.run("test.sh")
    assert done.returncode == 1
    assert "Failed: ruff" in done.stderr
    assert "python3 -m pytest" in machine.calls
