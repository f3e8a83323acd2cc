"""``emsync models``: the weights there are, and those that the user brings.

The models of the full analysis are in ``adding``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.cli import adding
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.errors import InputUnusableError, WeightsCorruptError, WeightsMissingError
from emsync_engine.models.catalogue import CATALOGUE

if TYPE_CHECKING:
    from emsync_engine.weights import WeightsEntry

Commands = argparse._SubParsersAction
FUSION = "fusion"  # the one of the user's own, trained or imported


def add_models(commands: Commands[argparse.ArgumentParser]) -> None:
    """``emsync models`` and what can be done with them."""
    parser = commands.add_parser(
        "models", help="list, add, check and remove models and imported weights"
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = what.add_parser("list", help="the weights and models there are")
    listed.add_argument("--json", action="store_true", help="one JSON object on standard output")
    adding.add_folder(listed)
    adding.add_install(what)
    adding.add_use(what)
    brought = what.add_parser("import", help="bring a published checkpoint")
    brought.add_argument(
        "kind", choices=("emsync", "midi-emotion", "vemoclap"), help="who published it"
    )
    brought.add_argument("file", type=Path, metavar="FILE", help=".pt or .safetensors")
    brought.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="its mappings.pt, or JSON (default: mappings.pt beside FILE)",
    )
    brought.add_argument("--name", metavar="NAME", help="what to call it with --weights")
    brought.add_argument(
        "--statistics",
        type=Path,
        metavar="FILE",
        help="the stats.pt of vemoclap (default: stats.pt beside FILE)",
    )
    verify = what.add_parser("verify", help="whether weights and models are whole")
    verify.add_argument("name", nargs="?", metavar="NAME", help="this only")
    adding.add_folder(verify)
    remove = what.add_parser("remove", help="remove a model or imported weights")
    remove.add_argument("name", metavar="NAME")
    adding.add_folder(remove)


def models(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """List, add, check or remove weights and models."""
    adding.use_folder(options)
    _MODELS[options.what](options, monitor)


def _list(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.emotion.fusion_store import installed_fusion
    from emsync_engine.weights import known_weights

    entries = known_weights()
    if options.json:
        facts: dict[str, object] = {name: asdict(entry) for name, entry in entries.items()}
        print(json.dumps(facts | adding.states_json()))
        return
    print("Weights of the composer")
    width = max(len(name) for name in entries)
    for name, entry in sorted(entries.items(), key=lambda item: (not item[1].is_shipped, item[0])):
        origin = "shipped" if entry.is_shipped else "imported"
        print(f"{name:<{width}}  {origin:<8}  {entry.kind:<9}  {_size(entry)}  {entry.description}")
    if (fusion := installed_fusion()) is not None:
        size = f"{fusion.stat().st_size / 1e6:6.1f} MB"
        about = "Reads films from what the models see, hear and read"
        print(f"{FUSION:<{width}}  {'own':<8}  {'fusion':<9}  {size}  {about}")
    print("\n".join(["", *adding.states_lines()]))


def _size(entry: WeightsEntry) -> str:
    is_there = entry.path.is_file()
    return f"{entry.path.stat().st_size / 1e6:6.1f} MB" if is_there else "  missing"


def _import(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import import_weights

    if options.kind == "vemoclap":
        _import_fusion(options)
        return
    monitor.advance("import", 0)
    entry = import_weights(
        options.file, options.kind, name=options.name, vocabulary=options.vocabulary
    )
    monitor.clear()
    print(entry.description)
    print(f"SHA-256 {entry.sha256}")
    print(f"Licence: {entry.licence}.")
    print(f"Use it with --weights {entry.name}.")


def _import_fusion(options: argparse.Namespace) -> None:
    """The published fusion of what the models see, hear and read."""
    from emsync_engine.emotion.fusion_store import FILE, import_fusion, save_fusion
    from emsync_engine.weights import imported_folder

    if options.name is not None:
        raise InputUnusableError("There is one fusion, so it takes no --name.")
    fusion = import_fusion(options.file, options.statistics)
    save_fusion(fusion, imported_folder() / FILE)
    parameters = fusion.network.parameter_count
    print(f"Imported from {options.file.name} (vemoclap): {parameters / 1e6:.1f} M parameters")
    print("Licence: that of whoever published it; the public code is under GPL-3.0.")
    print("It reads films from now on; emsync models remove fusion takes it away.")


def _verify(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import verified
    from emsync_engine.weights import known_weights

    if options.name in CATALOGUE:
        adding.verify([options.name], monitor)
        return
    entries = known_weights()
    if options.name is not None:
        if options.name not in entries:
            raise WeightsMissingError(
                f"There are no weights named {options.name!r}; there are: "
                f"{', '.join([*sorted(entries), *CATALOGUE])}."
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
    if options.name is None:
        wrong += adding.verified_there(monitor)
    if wrong:
        raise WeightsCorruptError(f"Not usable: {', '.join(wrong)}.")


def _remove(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.imported_weights import remove_weights

    if options.name in CATALOGUE:
        adding.remove(options.name)
        return
    if options.name == FUSION:
        _remove_fusion()
        return
    entry = remove_weights(options.name)
    print(f"Removed {entry.path}.")


def _remove_fusion() -> None:
    from emsync_engine.emotion.fusion_store import installed_fusion

    path = installed_fusion()
    if path is None:
        raise WeightsMissingError("There is no fusion of your own.")
    path.unlink()
    print(f"Removed {path}.")


_MODELS = {
    "list": _list,
    "install": adding.install,
    "use": adding.use,
    "import": _import,
    "verify": _verify,
    "remove": _remove,
}
