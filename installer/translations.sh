#!/usr/bin/env bash
# Collects the window's texts into emsync_desktop/translations/*.ts, and compiles them to *.qm.
# Translate with `pyside6-linguist FILE.ts` or by hand, then run this again.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
BIN="${PYSIDE_BIN:-$HERE/../.venv/bin}"
cd "$HERE/.."

mapfile -t sources < <(find emsync_desktop -name '*.py' -not -path '*/translations/*' | LC_ALL=C sort)
for file in emsync_desktop/translations/emsync_*.ts; do
    "$BIN/pyside6-lupdate" -silent -locations none -no-obsolete "${sources[@]}" -ts "$file"
    "$BIN/pyside6-lrelease" -silent "$file" -qm "${file%.ts}.qm"
done
