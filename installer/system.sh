# shellcheck shell=bash
# What this machine has, what the product needs of it, and the package managers. Sourced by lib.sh.

# ---------------------------------------------------------------- this machine

is_macos() { [ "$(uname -s)" = Darwin ]; }

has() { command -v "$1" >/dev/null 2>&1; }

has_screen() {
    if is_macos; then [ -z "${SSH_CONNECTION:-}" ]; else [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; fi
}

package_manager() { # prints apt, dnf, pacman, brew or none
    if is_macos; then
        if has brew; then echo brew; else echo none; fi
    elif has apt-get; then echo apt
    elif has dnf; then echo dnf
    elif has pacman; then echo pacman
    elif has brew; then echo brew
    else echo none
    fi
}

# ---------------------------------------------------------------- what the product needs

# Qt's window, sound and accessibility on Linux: each library with the package that brings it, for
# apt, dnf and pacman.
qt_libraries() {
    cat <<'TABLE'
libEGL.so.1            libegl1            libglvnd-egl      libglvnd
libGL.so.1             libgl1             libglvnd-glx      libglvnd
libdbus-1.so.3         libdbus-1-3        dbus-libs         dbus
libfontconfig.so.1     libfontconfig1     fontconfig        fontconfig
libglib-2.0.so.0       libglib2.0-0       glib2             glib2
libpulse.so.0          libpulse0          pulseaudio-libs   libpulse
libasound.so.2         libasound2         alsa-lib          alsa-lib
libportaudio.so.2      libportaudio2      portaudio         portaudio
libwayland-client.so.0 libwayland-client0 libwayland-client wayland
libwayland-cursor.so.0 libwayland-cursor0 libwayland-cursor wayland
libwayland-egl.so.1    libwayland-egl1    libwayland-egl    wayland
libxkbcommon.so.0      libxkbcommon0      libxkbcommon      libxkbcommon
libxkbcommon-x11.so.0  libxkbcommon-x11-0 libxkbcommon-x11  libxkbcommon-x11
libX11-xcb.so.1        libx11-xcb1        libX11-xcb        libx11
libxcb-cursor.so.0     libxcb-cursor0     xcb-util-cursor   xcb-util-cursor
libxcb-icccm.so.4      libxcb-icccm4      xcb-util-wm       xcb-util-wm
libxcb-image.so.0      libxcb-image0      xcb-util-image    xcb-util-image
libxcb-keysyms.so.1    libxcb-keysyms1    xcb-util-keysyms  xcb-util-keysyms
libxcb-randr.so.0      libxcb-randr0      libxcb            libxcb
libxcb-render.so.0     libxcb-render0     libxcb            libxcb
libxcb-render-util.so.0 libxcb-render-util0 xcb-util-renderutil xcb-util-renderutil
libxcb-shape.so.0      libxcb-shape0      libxcb            libxcb
libxcb-shm.so.0        libxcb-shm0        libxcb            libxcb
libxcb-sync.so.1       libxcb-sync1       libxcb            libxcb
libxcb-xfixes.so.0     libxcb-xfixes0     libxcb            libxcb
libxcb-xkb.so.1        libxcb-xkb1        libxcb            libxcb
TABLE
}

has_soundfont() {
    local folder file
    if [ -r "${EMSYNC_SOUNDFONT:-}" ]; then return 0; fi
    local IFS=:
    for folder in $SOUNDFONT_FOLDERS; do
        for file in "$folder"/[Ff]luid[Rr]3*.sf[23]; do
            if [ -r "$file" ]; then return 0; fi
        done
    done
    return 1
}

has_virtual_screen() { has xvfb-run && has Xvfb && has xauth && has openbox; }

# Packages that bring one need; nothing where the manager has none.
packages_for() { # MANAGER NEED
    case "$1:$2" in
        apt:ffmpeg | pacman:ffmpeg | brew:ffmpeg) echo ffmpeg ;;
        dnf:ffmpeg) echo ffmpeg-free ;;
        apt:fluidsynth | dnf:fluidsynth | pacman:fluidsynth) echo fluidsynth ;;
        brew:fluidsynth) echo fluid-synth ;;
        apt:soundfont | dnf:soundfont) echo fluid-soundfont-gm ;;
        pacman:soundfont) echo soundfont-fluid ;;
        apt:xvfb) echo xvfb xauth openbox ;;
        dnf:xvfb) echo xorg-x11-server-Xvfb xorg-x11-xauth openbox ;;
        pacman:xvfb) echo xorg-server-xvfb xorg-xauth openbox ;;
        apt:python) apt_python_packages ;;
        dnf:python) if python_of_dnf_is_new; then echo python3; else echo python3.12; fi ;;
        pacman:python) echo python ;;
        brew:python) echo python@3.12 ;;
        apt:venv) echo "$(interpreter_name)-venv" ;;
    esac
}

# Debian and Ubuntu: the default Python where it is new enough, else a newer one beside it.
apt_python_packages() {
    local minor default
    default="$(apt_candidate python3)"
    case "$default" in
        3.[0-9].* | 3.10.*) ;;
        "" | 3.*)
            echo python3 python3-venv
            return
            ;;
    esac
    for minor in 13 12 11; do
        if [ -n "$(apt_candidate "python3.$minor")" ]; then
            echo "python3.$minor python3.$minor-venv"
            return
        fi
    done
}

apt_candidate() { # PACKAGE: prints the version that apt would install, or nothing
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '(none)' || true
}

python_of_dnf_is_new() {
    local version
    version="$(dnf -q --cacheonly repoquery --qf '%{version}\n' python3 2>/dev/null | tail -n 1)" || true
    case "$version" in 3.[0-9].* | 3.10.*) return 1 ;; *) return 0 ;; esac
}

# The packages to install for needs such as "ffmpeg soundfont qt", one line, each once; only for
# what this machine does not have.
missing_packages() { # MANAGER NEED...
    local manager="$1" need
    shift
    for need in "$@"; do
        if is_present "$need"; then continue; fi
        if [ "$need" = qt ]; then missing_qt_packages "$manager"; else packages_for "$manager" "$need"; fi
    done | tr ' ' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ' ' | sed 's/ $//'
}

is_present() { # NEED
    case "$1" in
        ffmpeg) has ffmpeg && has ffprobe ;;
        fluidsynth) has fluidsynth ;;
        soundfont) has_soundfont ;;
        xvfb) is_macos || has_virtual_screen ;;
        qt) [ -z "$(missing_qt_libraries)" ] ;;
        python) has_uv || [ -n "$(find_python)" ] ;;
        venv) has_uv || can_make_venv ;;
    esac
}

missing_qt_libraries() {
    if is_macos; then return 0; fi
    { known_libraries; echo "="; qt_libraries; } |
        awk '$1 == "=" { table = 1; next } !table { known[$1] = 1; next } !($1 in known) { print $1 }'
}

missing_qt_packages() { # MANAGER
    local column
    case "$1" in apt) column=2 ;; dnf) column=3 ;; pacman) column=4 ;; *) return 0 ;; esac
    { missing_qt_libraries; echo "="; qt_libraries; } |
        awk -v column="$column" \
            '$1 == "=" { table = 1; next } !table { missing[$1] = 1; next } $1 in missing { print $column }'
}

known_libraries() { # sonames that the loader finds; sbin is not on every user's PATH
    (PATH="$PATH:/sbin:/usr/sbin" && ldconfig -p) 2>/dev/null | awk '{ print $1 }'
}

# ---------------------------------------------------------------- Python

has_uv() { has uv && uv --version >/dev/null 2>&1; }

is_new_python() { # COMMAND
    "$1" -c "import sys; sys.exit(not sys.version_info >= (3, $OLDEST_PYTHON_MINOR))" >/dev/null 2>&1
}

find_python() { # prints the first Python that is new enough, or nothing
    local candidate
    for candidate in python3 python3.12 python3.13 python3.11 python3.14 python; do
        if has "$candidate" && is_new_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

interpreter_name() { # such as python3.11, for the name of Debian's package
    "$(find_python)" -c 'import sys; print("python3.%d" % sys.version_info[1])'
}

can_make_venv() { # Debian leaves ensurepip out of its Python
    local python
    python="$(find_python)"
    [ -n "$python" ] && "$python" -c 'import ensurepip, venv' >/dev/null 2>&1
}

explain_python() {
    stop 4 "EMSYNC Desktop needs Python 3.$OLDEST_PYTHON_MINOR or newer, and there is none here that it could install.
Either get Python from https://www.python.org/downloads/ or from your system, or install uv
(https://docs.astral.sh/uv/), which brings its own; then run this command again."
}

# ---------------------------------------------------------------- system packages

# How this user may install: "root", "sudo", "user" (brew needs no rights) or "nobody".
right_to_install() { # MANAGER
    if [ "$1" = brew ]; then echo user
    elif [ "$(id -u)" = 0 ]; then echo root
    elif ! has sudo; then echo nobody
    elif sudo -n true >/dev/null 2>&1; then echo sudo
    elif [ -t 0 ] && [ -t 2 ]; then echo sudo # it will ask for the password
    else echo nobody
    fi
}

# The commands of one manager, as a person would type them.
install_commands() { # MANAGER PACKAGE...
    local manager="$1"
    shift
    case "$manager" in
        apt) echo "apt-get update && apt-get install -y --no-install-recommends $*" ;;
        dnf) echo "dnf install -y $*" ;;
        pacman) echo "pacman -Sy --needed --noconfirm $*" ;;
        brew) echo "brew install $*" ;;
    esac
}

print_what_to_run() { # MANAGER PACKAGE...
    local commands
    commands="$(install_commands "$@")"
    if has sudo; then
        case "$commands" in *"&&"*) commands="sudo sh -c '$commands'" ;; *) commands="sudo $commands" ;; esac
    else
        commands="su -c '$commands'"
    fi
    stop 4 "
These packages are missing, and this account may not install them. Run this once, then start again:

    $commands
"
}

install_packages() { # MANAGER PACKAGE...
    local manager="$1" right
    shift
    right="$(right_to_install "$manager")"
    if [ "$right" = nobody ]; then print_what_to_run "$manager" "$@"; fi
    local prefix=()
    if [ "$right" = sudo ]; then
        if ! sudo -n true >/dev/null 2>&1; then
            say "sudo asks for your password:"
            sudo -v || print_what_to_run "$manager" "$@"
        fi
        prefix=(sudo)
    fi
    say "Installing system packages…"
    if ! run_manager "$manager" ${prefix[@]+"${prefix[@]}"} -- "$@" </dev/null >>"$LOG" 2>&1; then
        stop_with_log "The system's packages could not be installed."
    fi
}

run_manager() { # MANAGER [sudo] -- PACKAGE...
    local manager="$1" prefix=()
    shift
    while [ "$1" != -- ]; do
        prefix+=("$1")
        shift
    done
    shift
    prefix=(${prefix[@]+"${prefix[@]}"} env)
    case "$manager" in
        apt)
            prefix+=(DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
            if ! apt_lists_know "$@"; then "${prefix[@]}" update; fi
            # shellcheck disable=SC2046 # package names hold no spaces
            if "${prefix[@]}" install -y --no-install-recommends $(apt_names "$@"); then return; fi
            # Lists that are days old name versions that the server no longer has.
            # shellcheck disable=SC2046
            "${prefix[@]}" update && "${prefix[@]}" install -y --no-install-recommends $(apt_names "$@")
            ;;
        dnf) "${prefix[@]}" dnf install -q -y "$@" ;;
        pacman) "${prefix[@]}" pacman -Sy --needed --noconfirm "$@" ;;
        brew) "${prefix[@]}" HOMEBREW_NO_AUTO_UPDATE=1 brew install -q "$@" ;;
    esac
}

apt_lists_know() { # PACKAGE...
    local name
    for name in $(apt_names "$@"); do
        if [ -z "$(apt_candidate "$name")" ]; then return 1; fi
    done
}

# Since 2024 Debian and Ubuntu name some libraries with t64 at the end, and the old name may be
# offered by two packages, which apt refuses to choose between.
apt_names() { # PACKAGE...
    local name
    for name in "$@"; do
        if [ -z "$(apt_candidate "$name")" ] && [ -n "$(apt_candidate "${name}t64")" ]; then
            name="${name}t64"
        fi
        printf '%s\n' "$name"
    done | tr '\n' ' ' | sed 's/ $//'
}
