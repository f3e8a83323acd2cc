"""The commands that train the fusion on labelled films, and judge it."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.cli.usage import UsageError
from emsync_engine.errors import WeightsMissingError
from emsync_engine.music.devices import chosen_device
from emsync_engine.project.model import EMOTIONS

if TYPE_CHECKING:
    from emsync_engine.cli.progress import TerminalMonitor
    from emsync_engine.emotion.ekman_folder import LookedAt, Split
    from emsync_engine.emotion.fusion_training import FusionRecipe, Judged

Commands = argparse._SubParsersAction
DEVICES = ("auto", "cpu", "cuda", "mps")
_WHOLE = {"epochs": "300", "batch": "32", "patience": "10", "width": "512", "heads": "4"}
_REAL = {"learning_rate": "1e-5", "dropout": "0.5"}


def add_fusion_training(emotion: argparse.ArgumentParser) -> None:
    """What ``emsync train emotion FOLDER`` may be told."""
    emotion.add_argument(
        "folder",
        type=Path,
        nargs="?",
        metavar="FOLDER",
        help="films in folders named for their emotion (Ekman-6): train the fusion on them",
    )
    _add_films(emotion)
    for name, usual in _WHOLE.items():
        emotion.add_argument(f"--{name}", type=_positive, metavar="N", help=f"({usual})")
    for name, usual in _REAL.items():
        option = "--" + name.replace("_", "-")
        emotion.add_argument(option, type=_share, metavar="X", help=f"({usual})")
    emotion.add_argument("--seed", type=_positive, metavar="N", help="(1)")


def _positive(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _add_films(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--blacklist", type=Path, metavar="FILE", help="parts of names of films to leave out"
    )
    parser.add_argument(
        "--clean", action="store_true", help="leave out what the thesis leaves out of Ekman-6"
    )
    parser.add_argument("--device", choices=DEVICES, default="auto")


def add_evaluate_emotion(what: Commands[argparse.ArgumentParser]) -> None:
    """``emsync evaluate emotion``."""
    emotion = what.add_parser("emotion", help="accuracy of the trained fusion on labelled films")
    emotion.add_argument(
        "folder", type=Path, metavar="FOLDER", help="films in folders named for their emotion"
    )
    emotion.add_argument(
        "--weights", type=Path, metavar="FILE", help="the fusion (default: your own)"
    )
    emotion.add_argument("--split", choices=("test", "train"), default="test")
    emotion.add_argument("--plot", type=Path, metavar="PNG", help="the confusion matrix")
    _add_films(emotion)
    emotion.add_argument("--json", action="store_true", help="one JSON object on standard output")


def train_fusion_on(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Look at the films, train the fusion, write it and tell how well it does."""
    from emsync_engine.cli.learning import require_folder_of
    from emsync_engine.cli.report import folder_line
    from emsync_engine.emotion.fusion_store import FILE, save_fusion
    from emsync_engine.emotion.fusion_training import train_fusion
    from emsync_engine.weights import imported_folder

    if options.out is not None:
        require_folder_of(options.out)
    recipe = recipe_from(options)
    device = chosen_device(options.device)
    films = _looked_at(options, "train", device, monitor)
    done = train_fusion(films.films, recipe, device=device, monitor=monitor)
    monitor.clear()
    described = f"trained on {len(films.films)} films of {options.folder.name}"
    out = options.out or imported_folder() / FILE
    save_fusion(replace(done.fusion, description=described), out)
    parameters = done.fusion.network.parameter_count
    if options.json:
        facts = {
            "films": len(films.films),
            "skipped": list(films.skipped),
            "off": dict(films.off),
            "parameters": parameters,
            "best_epoch": done.best_epoch,
            "validation": _judged_json(done.validation),
        }
        print(json.dumps(facts))
        return
    _print_skipped(films)
    print(
        f"{len(films.films)} films, {parameters:,} parameters, best after "
        f"{done.best_epoch} of {len(done.accuracies) - 1} epochs"
    )
    print(f"accuracy on {done.validation.count} films set aside: {done.validation.accuracy:.1%}")
    print(folder_line(out))
    if options.out is None:
        print("It reads films from now on; emsync models remove fusion takes it away.")


def recipe_from(options: argparse.Namespace) -> FusionRecipe:
    """The thesis' recipe with what the options change; UsageError where they contradict."""
    from emsync_engine.emotion.fusion_training import FusionRecipe

    told = {name: getattr(options, name) for name in (*_WHOLE, *_REAL, "seed")}
    recipe = FusionRecipe(**{name: value for name, value in told.items() if value is not None})
    if recipe.width % recipe.heads:
        raise UsageError(
            f"emsync train emotion: {recipe.heads} heads do not divide a width of {recipe.width}"
        )
    return recipe


def evaluate_emotion(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Accuracy and confusion matrix on the films of a folder that were not learned from."""
    from emsync_engine.cli.learning import require_folder_of
    from emsync_engine.cli.report import folder_line
    from emsync_engine.emotion.fusion_store import installed_fusion, load_fusion
    from emsync_engine.emotion.fusion_training import judge
    from emsync_engine.evaluation.confusion import plot_confusion
    from emsync_engine.evaluation.plots import new_figure

    path = options.weights or installed_fusion()
    if path is None:
        raise WeightsMissingError(
            "There is no trained fusion; run emsync train emotion FOLDER, or give one by --weights."
        )
    fusion = load_fusion(path)
    if options.plot is not None:
        require_folder_of(options.plot)
        new_figure(1, 1)
    device = chosen_device(options.device)
    films = _looked_at(options, options.split, device, monitor)
    found = judge(fusion, films.films, device=device)
    monitor.clear()
    if options.plot is not None:
        plot_confusion(found.confusion, options.plot)
    if options.json:
        print(json.dumps({**_judged_json(found), "skipped": list(films.skipped)}))
        return
    _print_skipped(films)
    print("\n".join(confusion_lines(found)))
    if options.plot is not None:
        print(folder_line(options.plot))


def _looked_at(
    options: argparse.Namespace, split: Split, device: str, monitor: TerminalMonitor
) -> LookedAt:
    from emsync_engine.emotion.ekman_folder import (
        listed_films,
        look_at,
        read_names,
        thesis_blacklist,
    )

    blacklist = [] if options.blacklist is None else read_names(options.blacklist)
    if options.clean:
        blacklist += thesis_blacklist()
    listed = listed_films(options.folder, blacklist=blacklist)
    return look_at([film for film in listed if film.split == split], device=device, monitor=monitor)


def _print_skipped(films: LookedAt) -> None:
    for sentence in (*films.skipped, *films.off.values()):
        print(sentence)


def _judged_json(found: Judged) -> dict[str, Any]:
    return {
        "films": found.count,
        "accuracy": round(found.accuracy, 6),
        "emotions": list(EMOTIONS),
        "confusion": [list(row) for row in found.confusion],
    }


def confusion_lines(found: Judged) -> list[str]:
    """Accuracy, and how the films of each emotion were read, in percent."""
    lines = [f"accuracy on {found.count} films: {found.accuracy:.1%}", ""]
    lines.append(f"{'read as':>12}" + "".join(f"{name:>10}" for name in EMOTIONS) + f"{'films':>8}")
    for name, row in zip(EMOTIONS, found.confusion, strict=True):
        count = sum(row)
        shares = "".join(f"{part / count:>10.0%}" if count else f"{'-':>10}" for part in row)
        lines.append(f"{name:>12}{shares}{count:>8}")
    return lines
