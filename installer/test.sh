#!/usr/bin/env bash
# Installs what is missing, then checks style, imports and types and runs the whole suite; GUI tests
# run on a virtual screen. Arguments go to pytest.

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

FAILED=""

check() { # NAME COMMAND...
    local name="$1" started="$SECONDS"
    shift
    say ""
    say "== $name"
    if "$@"; then
        say "== $name: passed in $(minutes $((SECONDS - started)))"
    else
        FAILED="$FAILED $name"
        say "== $name: FAILED after $(minutes $((SECONDS - started)))"
    fi
}

run_pytest() {
    local screen=()
    if ! is_macos && has_virtual_screen; then
        unset WAYLAND_DISPLAY
        export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-xcb}"
        screen=(xvfb-run -a -s "-screen 0 1920x1080x24" bash "$HERE/with_window_manager.sh")
    elif ! has_screen; then
        export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"
    fi
    ${screen[@]+"${screen[@]}"} "$VENV/bin/python" -m pytest "$@"
}

case "${1:-}" in
    -h | --help)
        say "Usage: bash installer/test.sh [ARGUMENTS OF PYTEST]"
        exit 0
        ;;
esac

prepare test ffmpeg fluidsynth soundfont qt xvfb
cd "$ROOT"
check ruff "$VENV/bin/ruff" check .
check import-linter "$VENV/bin/lint-imports"
check mypy "$VENV/bin/mypy"
check pytest run_pytest "$@"

say ""
if [ -n "$FAILED" ]; then stop 1 "Failed:$FAILED"; fi
say "Everything passed."
