"""The installer on make-believe machines: a PATH of fakes, so that nothing real is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = [f"installer/{name}.sh" for name in ("lib", "system", "start", "test")] + [".ci/run"]
REAL = (
    *("awk", "basename", "bash", "cat", "chmod", "cksum", "cp", "cut", "date", "df", "dirname"),
    *("env", "grep", "head", "ln", "ls", "mkdir", "mv", "ps", "readlink", "rm", "rmdir", "sed"),
    *("sh", "sha256sum", "shasum", "sleep", "sort", "tail", "tr", "true"),
)
QT_LIBRARIES = (
    *("libEGL.so.1", "libGL.so.1", "libdbus-1.so.3", "libfontconfig.so.1", "libglib-2.0.so.0"),
    *("libpulse.so.0", "libasound.so.2", "libwayland-client.so.0", "libwayland-cursor.so.0"),
    *("libwayland-egl.so.1", "libxkbcommon.so.0", "libxkbcommon-x11.so.0", "libX11-xcb.so.1"),
    *("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1"),
    *("libxcb-randr.so.0", "libxcb-render.so.0", "libxcb-render-util.so.0", "libxcb-shape.so.0"),
    *("libxcb-shm.so.0", "libxcb-sync.so.1", "libxcb-xfixes.so.0", "libxcb-xkb.so.1"),
)

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="the installer needs bash"
)


class Machine:
    """A repository, a PATH that holds only what a test puts there, and a record of calls."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "a 'quoted' folder"
        self.bin = folder / "bin"
        self.sounds = folder / "sounds"
        self.record = folder / "calls"
        self.here = folder / "where the user is"
        for made in (self.repository, self.bin, self.sounds, self.here):
            made.mkdir()
        shutil.copytree(REPOSITORY / "installer", self.repository / "installer")
        shutil.copy(REPOSITORY / "pyproject.toml", self.repository)
        self.record.touch()
        for name in REAL:
            if real := shutil.which(name):
                (self.bin / name).symlink_to(real)
        self.fake("uname", "echo Linux")
        self.fake("id", "echo 1000")
        self.libraries()

    def fake(self, name: str, body: str = "") -> None:
        """A command that notes how it was called, then runs ``body``."""
        command = self.bin / name
        command.write_text(
            f'#!{shutil.which("bash")}\nprintf "%s\\n" "{name} $*" >>"{self.record}"\n{body}\n'
        )
        command.chmod(0o755)

    def libraries(self, *names: str) -> None:
        """What the loader finds."""
        listing = self.bin.parent / "ldconfig.txt"
        listing.write_text(
            "".join(f"\t{name} (libc6,x86-64) => /usr/lib/{name}\n" for name in names)
        )
        self.fake("ldconfig", f'cat "{listing}"')

    def root(self) -> None:
        self.fake("id", "echo 0")

    def sudo(self, *, works: bool = True) -> None:
        run = 'if [ "$1" = -n ]; then shift; fi; if [ "$1" = -v ]; then exit 0; fi; exec "$@"'
        self.fake("sudo", run if works else "exit 1")

    def apt(self, *, without: tuple[str, ...] = (), python: str = "3.12.3-1") -> None:
        """apt-get and apt-cache; installing ffmpeg and so on makes their commands appear."""
        absent = "|".join(without) or "none-such"
        self.fake(
            "apt-cache",
            f'case "$2" in {absent}) echo "  Candidate: (none)" ;; '
            f'python3) echo "  Candidate: {python}" ;; '
            'libasound2t64) echo "  Candidate: 1.0" ;; *t64) echo "  Candidate: (none)" ;; '
            '*) echo "  Candidate: 1.0" ;; esac',
        )
        self.fake("apt-get", self.installs())

    def installs(self) -> str:
        """Shell of a package manager: each package makes what it brings appear."""
        listed = "\\n".join(f"\\t{name} (libc6) => x" for name in QT_LIBRARIES)
        return f"""
bring() {{ printf '#!/bin/sh\\n' >"{self.bin}/$1"; chmod +x "{self.bin}/$1"; }}
for package in "$@"; do
    case "$package" in
        ffmpeg*) bring ffmpeg; bring ffprobe ;;
        fluidsynth | fluid-synth) bring fluidsynth ;;
        fluid-soundfont-gm | soundfont-fluid) : >"{self.sounds}/FluidR3_GM.sf2" ;;
        libegl1 | libglvnd*) printf '{listed}\\n' >"{self.bin.parent}/ldconfig.txt" ;;
        *vfb) bring xvfb-run; bring Xvfb; bring xauth; bring openbox ;;
    esac
done"""

    def python(self, *, version: str = "3.12", ensurepip: bool = True) -> None:
        """A Python that can be asked for its version and makes virtual environments."""
        minor = version.split(".")[1]
        self.fake(
            "python3",
            f"""case "$*" in
    *"sys.version_info >="*) [ {minor} -ge 11 ] ;;
    *"python3.%d"*) echo python{version} ;;
    *ensurepip*) {"true" if ensurepip else "false"} ;;
    *"sys.version)"*) echo "{version}.1 (made up)" ;;
    "-m venv "*)
        mkdir -p "$3/bin" && : >"$3/pyvenv.cfg" && cp "$0" "$3/bin/python"
        for name in emsync emsync-desktop ruff lint-imports mypy; do
            printf '#!/bin/sh\\nprintf "%%s\\\\n" "%s" "$@" >>"%s"\\n%s\\n' \\
                "$name" "{self.record}" 'while [ $# -gt 0 ]; do [ "$1" = --out-dir ] && \
: >"$2/x_scored.wav"; shift; done; echo emsync has its say' >"$3/bin/$name"
            chmod +x "$3/bin/$name"
        done ;;
    *"pip install"*) echo "pip at work"; [ ! -e "{self.bin.parent}/offline" ] ;;
esac""",
        )

    def run(
        self, script: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(self.repository / "installer" / script), *arguments],
            cwd=self.here,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "HOME": os.environ["HOME"],
            "EMSYNC_SOUNDFONT_FOLDERS": str(self.sounds),
            **more,
        }

    def shell(self, commands: str) -> subprocess.CompletedProcess[str]:
        """Run commands with the installer's functions."""
        return subprocess.run(
            ["bash", "-c", f'. "$1/installer/lib.sh"\n{commands}', "shell", str(self.repository)],
            cwd=self.here,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    @property
    def calls(self) -> list[str]:
        return self.record.read_text().splitlines()

    def calls_of(self, *names: str) -> list[str]:
        return [call for call in self.calls if call.split(" ")[0] in names]

    def film(self, name: str = "clip.mp4") -> Path:
        path = self.here / name
        path.write_bytes(b"film")
        return path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


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
