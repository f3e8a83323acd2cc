"""``emsync models``: the weights there are, and those that the user brings."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.errors import WeightsCorruptError, WeightsMissingError

if TYPE_CHECKING:
    from emsync_engine.weights import WeightsEntry

Commands = argparse._SubParsersAction


def add_models(commands: Commands[argparse.ArgumentParser]) -> None:
    """``emsync models`` and what can be done with them."""
    parser = commands.add_parser("models", help="list, import, check and remove weights")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = what.add_parser("list", help="the weights there are")
    listed.add_argument("--json", action="store_true", help="one JSON object on standard output")
    brought = what.add_parser("import", help="bring a published checkpoint")
    brought.add_argument("kind", choices=("emsync", "midi-emotion"), help="who published it")
    brought.add_argument("file", type=Path, metavar="FILE", help=".pt or .safetensors")
    brought.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="its mappings.pt, or JSON (default: mappings.pt beside FILE)",
    )
    brought.add_argument("--name", metavar="NAME", help="what to call it with --weights")
    verify = what.add_parser("verify", help="whether weights are whole and open")
    verify.add_argument("name", nargs="?", metavar="NAME", help="these only")
    remove = what.add_parser("remove", help="remove imported weights")
    remove.add_argument("name", metavar="NAME")


def models(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """List, import, check or remove weights."""
    _MODELS[options.what](options, monitor)


def _list(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.weights import known_weights

    entries = known_weights()
    if options.json:
        facts = {name: asdict(entry) for name, entry in entries.items()}
        print(json.dumps(facts))
        return
    width = max(len(name) for name in entries)
    for name, entry in sorted(entries.items(), key=lambda item: (not item[1].is_shipped, item[0])):
        origin = "shipped" if entry.is_shipped else "imported"
        print(f"{name:<{width}}  {origin:<8}  {entry.kind:<9}  {_size(entry)}  {entry.description}")


def _size(entry: WeightsEntry) -> str:
    is_there = entry.path.is_file()
    return f"{entry.path.stat().st_size / 1e6:6.1f} MB" if is_there else "  missing"


def _import(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import import_weights

    monitor.advance("import", 0)
    entry = import_weights(
        options.file, options.kind, name=options.name, vocabulary=options.vocabulary
    )
    monitor.clear()
    print(entry.description)
    print(f"SHA-256 {entry.sha256}")
    print(f"Licence: {entry.licence}.")
    print(f"Use it with --weights {entry.name}.")


def _verify(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import verified
    from emsync_engine.weights import known_weights

    entries = known_weights()
    if options.name is not None:
        if options.name not in entries:
            raise WeightsMissingError(
                f"There are no weights named {options.name!r}; there are: "
                f"{', '.join(sorted(entries))}."
            )
        entries = {options.name: entries[options.name]}
    wrong: list[str] = []
    for name, entry in sorted(entries.items()):
        monitor.advance("verify", 0)
        fault = verified(entry)
        monitor.clear()
        print(f"{name}: {'whole' if fault is None else fault}")
        if fault is not None:
            wrong.append(name)
    if wrong:
        raise WeightsCorruptError(f"Not usable: {', '.join(wrong)}.")


def _remove(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import remove_weights

    entry = remove_weights(options.name)
    print(f"Removed {entry.path}.")


_MODELS = {"list": _list, "import": _import, "verify": _verify, "remove": _remove}
