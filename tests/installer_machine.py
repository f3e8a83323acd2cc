"""A make-believe machine for the installer: a PATH of fakes, so that nothing real is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
REAL = (
    *("awk", "basename", "bash", "cat", "chmod", "cksum", "cp", "cut", "date", "df", "dirname"),
    *("env", "grep", "head", "ln", "ls", "mkdir", "mv", "ps", "readlink", "rm", "rmdir", "sed"),
    *("sh", "sha256sum", "shasum", "sleep", "sort", "tail", "tr", "true"),
)
QT_LIBRARIES = (
    *("libEGL.so.1", "libGL.so.1", "libdbus-1.so.3", "libfontconfig.so.1", "libglib-2.0.so.0"),
    *("libpulse.so.0", "libasound.so.2", "libportaudio.so.2"),
    *("libwayland-client.so.0", "libwayland-cursor.so.0"),
    *("libwayland-egl.so.1", "libxkbcommon.so.0", "libxkbcommon-x11.so.0", "libX11-xcb.so.1"),
    *("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1"),
    *("libxcb-randr.so.0", "libxcb-render.so.0", "libxcb-render-util.so.0", "libxcb-shape.so.0"),
    *("libxcb-shm.so.0", "libxcb-sync.so.1", "libxcb-xfixes.so.0", "libxcb-xkb.so.1"),
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
