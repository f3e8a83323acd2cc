#!/usr/bin/env bash
# Installs what is missing, then opens the film in the app, or scores it where there is no screen.

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$HERE/lib.sh"

usage() {
    cat <<'TEXT'
Usage: bash installer/start.sh [--headless] [VIDEO]

Installs what is missing (after saying what), then opens VIDEO in EMSYNC Desktop. Without a screen,
or with --headless, it scores VIDEO into the folder emsync-output and says where the film, the WAV
and the MIDI are. Without VIDEO it takes the bundled demo clip.
TEXT
}

HEADLESS=no
VIDEO=""

read_arguments() {
    local only_files=no
    while [ $# -gt 0 ]; do
        if [ "$only_files" = no ]; then
            case "$1" in
                -h | --help)
                    usage
                    exit 0
                    ;;
                --headless)
                    HEADLESS=yes
                    shift
                    continue
                    ;;
                --)
                    only_files=yes
                    shift
                    continue
                    ;;
                -*) if [ ! -e "./$1" ]; then stop 2 "There is no option $1; see: bash installer/start.sh --help"; fi ;;
            esac
        fi
        if [ -n "$VIDEO" ]; then stop 2 "Please give one video at a time."; fi
        if [ -z "$1" ]; then stop 2 "The name of the video is empty."; fi
        VIDEO="$1"
        shift
    done
}

# An absolute path, so that no name is taken for an option and the app may change its folder.
find_video() {
    if [ -z "$VIDEO" ]; then
        VIDEO="$ROOT/resources/demo.mp4"
        if [ ! -f "$VIDEO" ]; then stop 2 "Please give a video: bash installer/start.sh VIDEO"; fi
    fi
    case "$VIDEO" in /*) ;; *) VIDEO="$PWD/$VIDEO" ;; esac
    if [ -d "$VIDEO" ]; then stop 3 "$VIDEO is a folder, not a video."; fi
    if [ ! -r "$VIDEO" ]; then stop 3 "$VIDEO is not there, or may not be read."; fi
}

opens_window() { [ "$HEADLESS" = no ] && has_screen && [ -f "$ROOT/emsync_desktop/app.py" ]; }

# A new folder for each result, so that nothing that somebody worked on is ever written over.
make_output_folder() { # prints it
    local name number=2 folder
    name="$(basename "$VIDEO")"
    name="${name%.*}"
    if ! mkdir -p "$PWD/emsync-output" 2>/dev/null; then
        stop 3 "No folder can be made in $PWD; change to one that you may write to."
    fi
    folder="$PWD/emsync-output/${name:-film}"
    while ! mkdir "$folder" 2>/dev/null; do
        if [ ! -e "$folder" ]; then stop 3 "The folder $folder cannot be made."; fi
        folder="$PWD/emsync-output/${name:-film} ($number)"
        number=$((number + 1))
    done
    printf '%s\n' "$folder"
}

score() {
    local folder code=0
    folder="$(make_output_folder)"
    "$VENV/bin/emsync" score "$VIDEO" --out-dir "$folder" || code=$?
    if [ "$code" != 0 ]; then
        rmdir "$folder" "$PWD/emsync-output" 2>/dev/null || true # what is empty is of no use
        exit "$code"
    fi
}

read_arguments "$@"
find_video
if opens_window; then
    prepare "" ffmpeg fluidsynth soundfont qt
    exec "$VENV/bin/emsync-desktop" "$VIDEO"
fi
prepare "" ffmpeg fluidsynth soundfont
score
