# shellcheck shell=bash
# Shared by start.sh and test.sh: finds what is missing, says so, installs it. Sourced, not run.
# Written for bash 3.2 and newer (macOS has 3.2): no associative arrays, no mapfile, no ${x,,}.

set -euo pipefail
unset CDPATH PYTHONHOME

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
STAMP="$VENV/emsync-installed"      # written last: what is installed is whole
UNFINISHED="$VENV/emsync-unfinished" # there while pip works: what is installed may be half
UNAVAILABLE="$VENV/emsync-unavailable" # what this system does not offer, so as not to ask again
LOCK="$ROOT/.venv.lock"
LOG="$ROOT/install.log"
OLDEST_PYTHON_MINOR=11
SOUNDFONT_FOLDERS="${EMSYNC_SOUNDFONT_FOLDERS:-/usr/share/sounds/sf2:/usr/share/sounds/sf3:/usr/share/soundfonts:/usr/local/share/sounds/sf2:/usr/local/share/soundfonts:/opt/homebrew/share/soundfonts:${HOME:-}/.local/share/soundfonts}"

# shellcheck source-path=SCRIPTDIR source=system.sh
. "$ROOT/installer/system.sh"

# ---------------------------------------------------------------- words

say() { printf '%s\n' "$*"; }

stop() { # EXIT_CODE SENTENCE...
    local code="$1"
    shift
    printf '%s\n' "$*" >&2
    exit "$code"
}

stop_with_log() { # SENTENCE...
    printf '\n%s The end of the log:\n\n' "$*" >&2
    tail -n 15 "$LOG" | sed 's/^/    /' >&2
    stop 4 "
The whole log is $LOG"
}

# ---------------------------------------------------------------- the virtual environment

checksum() { # of standard input
    if has sha256sum; then sha256sum; elif has shasum; then shasum -a 256; else cksum; fi | cut -d ' ' -f 1
}

# What an installation depends on: the project's requirements, the Python and the place (virtual
# environments cannot be moved). Fails where the environment's Python does not run.
installation_key() {
    local version
    version="$("$VENV/bin/python" -c 'import sys; print(sys.version)' 2>/dev/null)" || return 1
    { cat "$ROOT/pyproject.toml" && printf '%s\n%s\n' "$version" "$VENV"; } | checksum
}

# Second start: true within milliseconds if everything was installed for this key before.
is_installed() { # EXTRA ("" or test)
    local key="" extras=""
    [ -f "$STAMP" ] && [ ! -e "$UNFINISHED" ] || return 1
    { IFS= read -r key && IFS= read -r extras; } <"$STAMP" || return 1
    [ "$key" = "$(installation_key)" ] || return 1
    case "${1:-}" in "") return 0 ;; *) case ",$extras," in *",$1,"*) return 0 ;; *) return 1 ;; esac ;; esac
}

installed_extras() {
    if [ -f "$STAMP" ]; then sed -n 2p "$STAMP"; fi
}

# An environment that an interrupted start left, that was moved here, or whose Python has gone or
# changed, is made anew.
discard_broken_venv() {
    if [ ! -e "$VENV" ] || venv_is_sound; then return; fi
    if [ ! -e "$VENV/pyvenv.cfg" ] && [ ! -e "$UNFINISHED" ] && [ -n "$(ls -A "$VENV")" ]; then
        stop 4 "$VENV is no virtual environment of Python; please move it away and start again."
    fi
    say "The environment in .venv is unfinished or no longer fits; making it anew."
    rm -rf "$VENV"
}

venv_is_sound() {
    if [ -e "$UNFINISHED" ]; then return 1; fi
    if [ -f "$STAMP" ] && [ "$(sed -n 3p "$STAMP")" != "$VENV" ]; then return 1; fi
    [ -x "$VENV/bin/python" ] && is_new_python "$VENV/bin/python" || return 1
    has_uv || "$VENV/bin/python" -c 'import pip' >/dev/null 2>&1
}

make_venv() {
    local python
    python="$(find_python)"
    if [ -x "$VENV/bin/python" ]; then return; fi
    mkdir -p "$VENV"
    : >"$UNFINISHED"
    if has_uv; then
        quietly "Making a virtual environment" \
            uv venv --quiet --seed --allow-existing --python "${python:-3.12}" "$VENV"
    else
        quietly "Making a virtual environment" "$python" -m venv "$VENV"
    fi
}

install_project() { # EXTRAS, comma separated or ""
    local target="$ROOT"
    if [ -n "$1" ]; then target="${ROOT}[$1]"; fi
    : >"$UNFINISHED"
    rm -f "$STAMP"
    if has_uv; then
        quietly "Installing Python packages" \
            uv pip install --python "$VENV/bin/python" --editable "$target"
    else
        quietly "Installing Python packages" env PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 \
            "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input \
            --progress-bar off --editable "$target"
    fi
    { installation_key && printf '%s\n%s\n' "$1" "$VENV"; } >"$STAMP.new"
    rm -f "$UNFINISHED"
    mv "$STAMP.new" "$STAMP"
}

# Runs a command with its words in the log; a terminal sees the time and what it is at.
CHILD=""
quietly() { # WHAT COMMAND...
    local what="$1" started="$SECONDS" code=0
    shift
    printf '\n$ %s\n' "$*" >>"$LOG"
    "$@" </dev/null >>"$LOG" 2>&1 &
    CHILD=$!
    if [ -t 1 ]; then show_progress "$what" "$started"; else say "$what…"; fi
    wait "$CHILD" || code=$?
    CHILD=""
    if [ "$code" != 0 ]; then stop_with_log "$what failed."; fi
    say "$what: done in $(minutes $((SECONDS - started)))."
}

show_progress() { # WHAT STARTED
    local line
    while kill -0 "$CHILD" 2>/dev/null; do
        line="$(tail -n 1 "$LOG" | tr -d '\r' | cut -c 1-60)"
        printf '\r\033[K%s… %s  %s' "$1" "$(minutes $((SECONDS - $2)))" "$line"
        sleep 0.5
    done
    printf '\r\033[K'
}

minutes() { # SECONDS
    printf '%d:%02d min' $(($1 / 60)) $(($1 % 60))
}

# ---------------------------------------------------------------- one installation at a time

# The lock is a link that names the process: made in one step, and stale when that process has gone.
take_lock() {
    local holder said="" tries=0
    while ! ln -sn "$$" "$LOCK" 2>/dev/null; do
        holder="$(readlink "$LOCK" 2>/dev/null)" || holder=""
        if [ -z "$holder" ]; then
            if [ ! -w "$ROOT" ]; then stop 4 "$ROOT cannot be written to, and the installation goes there."; fi
            tries=$((tries + 1))
            if [ "$tries" -gt 25 ]; then break; fi # a file system without links has no lock
            sleep 0.2
        elif ! kill -0 "$holder" 2>/dev/null && ! is_process "$holder"; then
            drop_stale_lock "$holder"
        else
            if [ -z "$said" ]; then
                say "Another start is installing (process $holder); waiting for it."
                said=yes
            fi
            sleep 1
        fi
    done
    trap end_installation EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

is_process() { # PID: also one of another user, which kill -0 may not ask for
    ps -p "$1" >/dev/null 2>&1
}

drop_stale_lock() { # HOLDER: whoever moves it away first may drop it
    local aside="$LOCK.stale.$$"
    if mv "$LOCK" "$aside" 2>/dev/null; then
        if [ "$(readlink "$aside")" != "$1" ]; then mv "$aside" "$LOCK"; else rm -f "$aside"; fi
    fi
}

end_installation() {
    if [ -n "$CHILD" ]; then
        kill "$CHILD" 2>/dev/null || true
        wait "$CHILD" 2>/dev/null || true
        CHILD=""
        printf '\nInterrupted; the next start begins the installation afresh.\n' >&2
    fi
    if [ "$(readlink "$LOCK" 2>/dev/null)" = "$$" ]; then rm -f "$LOCK"; fi
    trap - EXIT INT TERM HUP
}

# ---------------------------------------------------------------- all of it

download_size() {
    if is_macos; then echo "about 1 GB"; else echo "about 3.5 GB, most of it PyTorch with its GPU libraries; 8 GB on disk"; fi
}

announce() { # MANAGER EXTRA PACKAGE...
    local manager="$1" extra="$2"
    shift 2
    say "EMSYNC Desktop will install:"
    if [ $# -gt 0 ]; then say "  - system packages by $manager: $*"; fi
    if ! is_installed "$extra"; then
        say "  - Python packages into $VENV ($(download_size))"
        warn_of_full_disk
    fi
    say "The log is $LOG"
}

warn_of_full_disk() {
    local free_kib
    free_kib="$(df -Pk "$ROOT" | awk 'NR == 2 { print $4 }')"
    if [ "${free_kib:-0}" -lt $((9 * 1024 * 1024)) ] && ! is_macos; then
        say "Only $((free_kib / 1024 / 1024)) GB are free on this disk; that may be too little."
    fi
}

# Everything that is missing, said before it is done; nothing to do and nothing to say when all is
# there.
prepare() { # EXTRA NEED...
    local extra="$1" manager
    shift
    if is_installed "$extra" && all_present "$@"; then return; fi
    take_lock
    if is_installed "$extra" && all_present "$@"; then
        end_installation
        return
    fi
    printf '%s\n' "$(date)" >"$LOG"
    manager="$(package_manager)"
    install_system_needs "$manager" "$extra" "$@"
    if ! is_installed "$extra"; then
        discard_broken_venv
        make_venv
        install_project "$(joined_extras "$(installed_extras)" "$extra")"
    fi
    remember_unavailable "$@"
    end_installation
}

all_present() { # NEED...
    local need
    for need in "$@"; do
        if ! is_present "$need" && ! is_known_unavailable "$need"; then return 1; fi
    done
}

# The work goes on without these: pretty_midi brings a smaller soundfont, Qt draws off screen.
remember_unavailable() { # NEED...
    local need
    for need in "$@"; do
        if ! is_present "$need" && ! is_known_unavailable "$need"; then echo "$need"; fi
    done >>"$UNAVAILABLE"
}

is_known_unavailable() { # NEED
    [ -f "$UNAVAILABLE" ] && grep -qx "$1" "$UNAVAILABLE"
}

install_system_needs() { # MANAGER EXTRA NEED...
    local manager="$1" extra="$2" packages
    shift 2
    local needs=("$@")
    if ! is_installed "$extra"; then
        needs+=(python)
        if [ "$manager" = apt ] && [ -n "$(find_python)" ]; then needs+=(venv); fi
    fi
    if [ "$manager" = apt ] && ! is_present python && [ -z "$(apt_candidate python3)" ]; then
        refresh_apt_lists
    fi
    packages="$(missing_packages "$manager" "${needs[@]}")"
    # shellcheck disable=SC2086
    if [ "$manager" = apt ]; then packages="$(apt_names $packages)"; fi
    # shellcheck disable=SC2086 # package names hold no spaces
    announce "$manager" "$extra" $packages
    if [ -n "$packages" ]; then
        # shellcheck disable=SC2086
        install_packages "$manager" $packages
    fi
    require_needs "$manager" "${needs[@]}"
}

# Without lists apt does not know which Python it could install.
refresh_apt_lists() {
    case "$(right_to_install apt)" in
        root) env apt-get update -q >>"$LOG" 2>&1 || true ;;
        sudo) if sudo -n true 2>/dev/null; then { sudo apt-get update -q 2>&1 || true; } | cat >>"$LOG"; fi ;;
    esac
}

require_needs() { # MANAGER NEED...
    local manager="$1" need
    shift
    for need in "$@"; do
        if is_present "$need"; then continue; fi
        case "$need" in
            python) explain_python ;;
            venv) stop 4 "This Python cannot make virtual environments; install its venv package and start again." ;;
            ffmpeg) stop 4 "ffmpeg is missing; install it (https://ffmpeg.org/download.html) and start again." ;;
            fluidsynth) stop 4 "FluidSynth is missing; install it (https://www.fluidsynth.org) and start again." ;;
            soundfont) say "No General MIDI soundfont was found; the small one of pretty_midi (TimGM6mb) will play." ;;
            qt) say "Some libraries for the window were not found: $(missing_qt_libraries | tr '\n' ' ')" ;;
            xvfb) say "There is no virtual screen (Xvfb); tests of the window run off screen." ;;
        esac
    done
}

joined_extras() { # A B: both lists, each name once
    printf '%s,%s' "$1" "$2" | tr ',' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ',' | sed 's/,$//'
}
