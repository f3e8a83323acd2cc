"""``emsync models`` for the models of the full analysis: install, use a file, check, remove."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.errors import InputUnusableError, WeightsCorruptError
from emsync_engine.models.catalogue import CATALOGUE, PUBLISHED, CatalogueModel, catalogue_model
from emsync_engine.models.faults import size_text
from emsync_engine.models.store import ModelState, State, models_folder, state_of, states
from emsync_engine.monitor import Cancelled

Commands = argparse._SubParsersAction


def add_folder(parser: argparse.ArgumentParser) -> None:
    """``--folder``, for whoever keeps models elsewhere."""
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="where the models lie (EMSYNC_MODELS_DIR, else the usual place)",
    )


def use_folder(options: argparse.Namespace) -> None:
    """Let ``--folder`` count for this command."""
    if getattr(options, "folder", None) is not None:
        os.environ["EMSYNC_MODELS_DIR"] = str(options.folder.expanduser().absolute())


def add_install(what: Commands[argparse.ArgumentParser]) -> None:
    """``emsync models install``, also known as ``download``."""
    install = what.add_parser(
        "install",
        aliases=["download"],
        help="download models; Ctrl-C pauses, the same command goes on",
        description="Download models of the full analysis. Ctrl-C keeps what has come, and the "
        "same command goes on from there.",
    )
    install.set_defaults(what="install")
    install.add_argument("names", nargs="+", metavar="NAME", help=f"{', '.join(CATALOGUE)}, or all")
    install.add_argument("--yes", action="store_true", help="do not ask whether to download")
    add_folder(install)


def add_use(what: Commands[argparse.ArgumentParser]) -> None:
    """``emsync models use``."""
    use = what.add_parser("use", help="use files that you have for a model")
    use.add_argument("name", metavar="NAME")
    use.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files, or their folder")
    use.add_argument("--link", action="store_true", help="link to them instead of copying")
    add_folder(use)


# -- list


def states_json() -> dict[str, object]:
    """Every model of the catalogue with what is there of it."""
    return {state.model.name: _state_json(state) for state in states()}


def _state_json(state: ModelState) -> dict[str, object]:
    return {
        **asdict(state.model),
        "kind": "model",
        "state": state.state.value,
        "folder": str(state.folder),
        "bytes_there": state.bytes_there,
        "download_bytes": state.model.download_bytes,
        "missing": state.missing,
        "unchecked": state.unchecked,
        "damaged": state.damaged,
    }


def states_lines() -> Iterator[str]:
    """The models of the full analysis as lines for people."""
    width = max(len(name) for name in CATALOGUE)
    yield f"Models of the full analysis, in {models_folder()}"
    for state in states():
        model = state.model
        size = size_text(model.download_bytes)
        yield f"{model.name:<{width}}  {_state_words(state):<13}  {size:>7}  {model.purpose}"
    if any(state.state is not State.INSTALLED for state in states()):
        yield "Get one with emsync models install NAME, or emsync models use NAME FILE."
    yield ""
    yield "Published weights, which you bring"
    for one in PUBLISHED:
        yield f"{one.name:<{width}}  {one.how}  ({one.page})"


def _state_words(state: ModelState) -> str:
    if state.state is State.PARTLY:
        return f"partly, {min(state.share, 0.99):.0%}"
    return str(state.state.value)


# -- install


def install(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Download models, one after the other, once their licences and sizes were seen."""
    from emsync_engine.models.faults import OfflineChoiceError
    from emsync_engine.models.installing import download_model
    from emsync_engine.offline import is_offline

    names = list(CATALOGUE) if options.names == ["all"] else list(dict.fromkeys(options.names))
    wanted = [catalogue_model(name) for name in names]
    if is_offline():
        raise OfflineChoiceError
    missing = [one for one in wanted if state_of(one.name).state is not State.INSTALLED]
    for model in wanted:
        print("\n".join(_facts(model, is_there=model not in missing)), flush=True)
    if not missing:
        return
    if not options.yes:
        _ask(missing)
    for model in missing:
        try:
            folder = download_model(model.name, monitor=monitor)
        except Cancelled:
            raise Cancelled(_paused(model)) from None
        finally:
            monitor.clear()
        print(f"{model.name} is installed in {folder}.", flush=True)


def _facts(model: CatalogueModel, *, is_there: bool) -> Iterator[str]:
    """What somebody wants to know before a download."""
    state = state_of(model.name)
    yield f"{model.name}: {model.title}. {model.purpose}."
    yield f"  Licence   {model.licence} ({model.page})"
    if is_there:
        yield f"  Installed in {state.folder}"
        return
    come = f", {state.share:.0%} of it there" if state.bytes_there else ""
    yield f"  Size      {size_text(model.download_bytes)}{come}"
    for file in model.files:
        yield f"  From      {file.address}"
    yield f"  To        {state.folder}"
    if model.unpinned:
        names = ", ".join(file.name for file in model.unpinned)
        yield f"  Unknown   the SHA-256 of {names}: it is recorded at the first download"


def _ask(models: Sequence[CatalogueModel]) -> None:
    """Cancelled unless the user agrees; InputUnusableError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InputUnusableError("Nobody can be asked here; add --yes to download.")
    size = size_text(sum(model.download_bytes for model in models))
    print(f"Download {size}? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Cancelled("Nothing was downloaded.")


def _paused(model: CatalogueModel) -> str:
    state = state_of(model.name)
    if not state.bytes_there:
        return "Cancelled; nothing was downloaded."
    return (
        f"Paused at {state.share:.0%}; emsync models install {model.name} goes on from there, "
        f"emsync models remove {model.name} throws it away."
    )


# -- use, verify, remove


def use(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Use files that the user has."""
    from emsync_engine.models.bringing import use_files

    try:
        state = use_files(options.name, options.files, link=options.link, monitor=monitor)
    finally:
        monitor.clear()
    print(f"{options.name}: {_state_words(state)}.")
    if state.missing:
        print(f"Still needed: {', '.join(state.missing)}.")


def verify(names: Sequence[str], monitor: TerminalMonitor) -> None:
    """Read the files of models; WeightsCorruptError names those that cannot be used."""
    wrong = [name for name in names if not _is_whole(name, monitor)]
    if wrong:
        raise WeightsCorruptError(f"Not usable: {', '.join(wrong)}.")


def verified_there(monitor: TerminalMonitor) -> list[str]:
    """Read the files of every model that is there; names of those that cannot be used."""
    there = [one.model.name for one in states() if one.state is not State.NOT_INSTALLED]
    return [name for name in there if not _is_whole(name, monitor)]


def _is_whole(name: str, monitor: TerminalMonitor) -> bool:
    from emsync_engine.models.bringing import verify_model

    try:
        found = verify_model(name, monitor=monitor)
    finally:
        monitor.clear()
    wrong = {one.file: one.outcome for one in found if one.outcome != "whole"}
    if not wrong:
        print(f"{name}: whole")
    for file, outcome in wrong.items():
        how = "install or use it again" if outcome == "damaged" else "install it"
        print(f"{name}: {file} is {outcome}; {how}")
    return not wrong


def remove(name: str) -> None:
    """Remove a model and what has come of it."""
    from emsync_engine.models.store import remove_model

    was_there = remove_model(name)
    print(f"Removed {name}." if was_there else f"There was nothing of {name}.")
