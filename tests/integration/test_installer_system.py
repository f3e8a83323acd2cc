"""What the installer finds on a machine, and what it asks the system's package manager for."""

import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.installer_machine import QT_LIBRARIES

SCRIPTS = [f"installer/{name}.sh" for name in ("lib", "system", "start", "test")] + [".ci/run"]

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="the installer needs bash"
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_bash_can_read_the_script(script):
    subprocess.run(["bash", "-n", str(REPOSITORY / script)], check=True)


def test_the_check_of_the_repository_is_the_test_command():
    lines = (REPOSITORY / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        'exec bash "$(dirname "$0")/../installer/test.sh" "$@"'
    ]


@pytest.mark.parametrize("script", ["start.sh", "test.sh"])
def test_help_installs_nothing(machine, script):
    done = machine.run(script, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: bash installer/")
    assert machine.calls == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "Please give a video"),
        (["--headles", "clip.mp4"], 2, "There is no option --headles"),
        (["clip.mp4", "clip.mp4"], 2, "one video at a time"),
        ([""], 2, "empty"),
        (["none.mp4"], 3, "none.mp4 is not there"),
        (["."], 3, "is a folder"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_installed(machine, arguments, code, sentence):
    machine.film()
    done = machine.run("start.sh", *arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert machine.calls_of("apt-get", "sudo", "python3") == []


@pytest.mark.parametrize(
    ("manager", "packages"),
    [
        ("apt", "ffmpeg fluidsynth fluid-soundfont-gm xvfb xauth openbox"),
        (
            "dnf",
            "ffmpeg-free fluidsynth fluid-soundfont-gm xorg-x11-server-Xvfb xorg-x11-xauth openbox",
        ),
        ("pacman", "ffmpeg fluidsynth soundfont-fluid xorg-server-xvfb xorg-xauth openbox"),
        ("brew", "ffmpeg fluid-synth"),
    ],
)
def test_each_manager_gets_its_own_names(machine, manager, packages):
    done = machine.shell(f"missing_packages {manager} ffmpeg fluidsynth soundfont xvfb")
    assert done.stdout == packages


@pytest.mark.parametrize("manager", ["apt", "dnf", "pacman"])
def test_qt_gets_what_the_loader_does_not_find_and_each_package_once(machine, manager):
    everything = machine.shell(f"missing_packages {manager} qt").stdout.split()
    assert len(everything) == len(set(everything)) > 8
    machine.libraries(*(name for name in QT_LIBRARIES if "xcb-cursor" not in name))
    rest = machine.shell(f"missing_packages {manager} qt").stdout.split()
    assert set(rest) < set(everything)
    assert all("cursor" in package for package in rest)
    machine.libraries(*QT_LIBRARIES)
    assert machine.shell(f"missing_packages {manager} qt").stdout == ""


def test_only_what_is_missing_gets_installed(machine):
    machine.fake("ffmpeg")
    machine.fake("ffprobe")
    (machine.sounds / "FluidR3_GM.sf2").touch()
    done = machine.shell("missing_packages apt ffmpeg fluidsynth soundfont")
    assert done.stdout == "fluidsynth"


@pytest.mark.parametrize(
    ("present", "system", "manager"),
    [
        (["apt-get", "brew"], "Linux", "apt"),
        (["dnf"], "Linux", "dnf"),
        (["pacman"], "Linux", "pacman"),
        (["brew"], "Linux", "brew"),
        (["brew", "pacman"], "Darwin", "brew"),
        (["apt-get"], "Darwin", "none"),
        ([], "Linux", "none"),
    ],
)
def test_the_manager_is_found(machine, present, system, manager):
    machine.fake("uname", f"echo {system}")
    for command in present:
        machine.fake(command)
    assert machine.shell("package_manager").stdout.strip() == manager


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt", "apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ffmpeg"),
        ("dnf", "dnf install -q -y ffmpeg"),
        ("pacman", "pacman -Sy --needed --noconfirm ffmpeg"),
    ],
)
@pytest.mark.parametrize("who", ["root", "sudo"])
def test_root_installs_and_sudo_is_asked_by_others(machine, manager, command, who):
    machine.apt()
    machine.fake("dnf")
    machine.fake("pacman")
    machine.sudo()
    if who == "root":
        machine.root()
    done = machine.shell(f"install_packages {manager} ffmpeg")
    assert done.returncode == 0, done.stderr
    assert command in machine.calls
    asked = [call for call in machine.calls_of("sudo") if command in call]
    assert len(asked) == (who == "sudo")


@pytest.mark.parametrize(
    ("manager", "has_sudo", "command"),
    [
        (
            "apt",
            True,
            "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends a b'",
        ),
        (
            "apt",
            False,
            "su -c 'apt-get update && apt-get install -y --no-install-recommends a b'",
        ),
        ("dnf", True, "sudo dnf install -y a b"),
        ("dnf", False, "su -c 'dnf install -y a b'"),
        ("pacman", False, "su -c 'pacman -Sy --needed --noconfirm a b'"),
    ],
)
def test_who_may_not_install_gets_the_one_command(machine, manager, has_sudo, command):
    for name in ("apt-get", "dnf", "pacman"):
        machine.fake(name)
    if has_sudo:
        machine.sudo(works=False)
    done = machine.shell(f"install_packages {manager} a b")
    assert done.returncode == 4
    assert command in [line.strip() for line in done.stderr.splitlines()]
    assert machine.calls_of("apt-get", "dnf", "pacman") == []


def test_brew_installs_without_rights_and_never_by_sudo(machine):
    machine.fake("brew")
    machine.sudo()
    assert machine.shell("install_packages brew ffmpeg").returncode == 0
    assert machine.calls_of("brew") == ["brew install -q ffmpeg"]
    assert machine.calls_of("sudo") == []


def test_apt_reads_its_lists_only_when_they_do_not_know_a_package(machine):
    machine.root()
    machine.apt()
    machine.shell("install_packages apt ffmpeg")
    assert not any("update" in call for call in machine.calls_of("apt-get"))
    machine.apt(without=("ffmpeg",))
    machine.shell("install_packages apt ffmpeg")
    assert any("update" in call for call in machine.calls_of("apt-get"))


def test_apt_gets_the_new_names_of_libraries_where_only_they_exist(machine):
    machine.apt(without=("libasound2",))
    assert machine.shell("apt_names libasound2 libpulse0").stdout == "libasound2t64 libpulse0"
    machine.apt()
    assert machine.shell("apt_names libasound2").stdout == "libasound2"


def test_a_failing_manager_shows_the_log_and_where_it_is(machine):
    machine.root()
    machine.fake("dnf", "echo 'No match for argument: ffmpeg-free'; exit 1")
    done = machine.shell("install_packages dnf ffmpeg-free")
    assert done.returncode == 4
    assert "No match for argument: ffmpeg-free" in done.stderr
    assert str(machine.repository / "install.log") in done.stderr


@pytest.mark.parametrize(
    ("candidate", "without", "packages"),
    [
        ("3.12.3-1", (), "python3 python3-venv"),
        ("3.10.6-1", ("python3.13",), "python3.12 python3.12-venv"),
        ("3.9.2-3", ("python3.13", "python3.12", "python3.11"), ""),
    ],
)
def test_apt_offers_a_python_that_is_new_enough(machine, candidate, without, packages):
    machine.apt(python=candidate, without=without)
    assert machine.shell("missing_packages apt python").stdout == packages


def test_an_old_python_is_not_taken(machine):
    machine.python(version="3.10")
    assert machine.shell("find_python").stdout == ""
    machine.python(version="3.11")
    assert machine.shell("find_python").stdout.strip() == str(machine.bin / "python3")


def test_without_any_python_the_way_to_one_is_explained(machine):
    machine.film()
    for name in ("ffmpeg", "ffprobe", "fluidsynth"):
        machine.fake(name)
    done = machine.run("start.sh", "--headless", "clip.mp4")
    assert done.returncode == 4
    assert "needs Python 3.11 or newer" in done.stderr
    assert "uv" in done.stderr


def test_debian_gets_the_venv_package_of_its_python(machine):
    machine.apt()
    machine.python(version="3.11", ensurepip=False)
    assert machine.shell("missing_packages apt venv").stdout == "python3.11-venv"
    machine.python(version="3.11")
    assert machine.shell("missing_packages apt venv").stdout == ""
