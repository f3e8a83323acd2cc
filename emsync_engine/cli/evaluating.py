"""The commands that measure: their options, and what they print."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.cli.emotion_learning import add_evaluate_emotion, evaluate_emotion
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.errors import InputUnusableError, MissingError
from emsync_engine.music.devices import chosen_device
from emsync_engine.project.model import GenerationSettings

if TYPE_CHECKING:
    from emsync_engine.evaluation.pieces import PieceWriter
    from emsync_engine.evaluation.suite import Bench
    from emsync_engine.music.layouts import Composer

Commands = argparse._SubParsersAction

_SAMPLING = ("temperature", "top_p", "va_guidance", "boundary_guidance")
_REPORT = Path("docs/evaluation")


def add_evaluate(commands: Commands[argparse.ArgumentParser]) -> None:
    """``emsync evaluate`` and what can be evaluated."""
    evaluate = commands.add_parser("evaluate", help="measure the composer, and the scene cuts")
    what = evaluate.add_subparsers(dest="what", required=True, metavar="WHAT")
    music = what.add_parser("music", help="measure everything and write a report")
    _add_work(music)
    music.add_argument("--parts", type=_names, metavar="A,B", help="only these parts")
    music.add_argument(
        "--report", type=Path, default=_REPORT, metavar="FOLDER", help="where the report goes"
    )
    music.add_argument(
        "--run", default="run", metavar="NAME", help="training run to show the cost of"
    )
    music.add_argument("--takes", type=_count, metavar="N", help="whole takes, five are shown")
    music.add_argument("--per-group", type=_count, metavar="N", help="held-out chunks of a group")
    va = what.add_parser("va", help="VA error and step response, read by the judge")
    va.add_argument("--seeds", type=_count, default=2, metavar="N", help="pieces of each condition")
    steering = what.add_parser("steering", help="what valence and arousal do to the music")
    boundaries = what.add_parser("boundaries", help="how often chords stand near boundaries")
    for parser, seconds in ((va, 24.0), (steering, 30.0), (boundaries, 60.0)):
        if parser is not va:
            parser.add_argument("--seeds", type=_count, default=10, metavar="N")
        parser.add_argument("--seconds", type=float, default=seconds)
        parser.add_argument(
            "--work", type=Path, metavar="WORK", help="keep the pieces there, and go on from them"
        )
        _add_model(parser)
        _add_settings(parser, float)
    cuts = what.add_parser("cuts", help="scene cuts beside labels made by eye")
    cuts.add_argument("films", type=Path, metavar="FILMS", help="folder of films")
    cuts.add_argument(
        "labels",
        type=Path,
        nargs="?",
        metavar="LABELS",
        help="folder of NAME.csv for each film (FILMS/cuts)",
    )
    cuts.add_argument("--detector", metavar="NAME", help="this one alone; all of them without it")
    cuts.add_argument("--json", action="store_true")
    grid = what.add_parser("grid", help="temperature, nucleus and guidance tried with each other")
    _add_work(grid)
    _add_settings(grid, _numbers)
    _add_conditionings(what)
    _add_landing(what)
    add_evaluate_emotion(what)


def _add_landing(what: Commands[argparse.ArgumentParser]) -> None:
    landing = what.add_parser("landing", help="whether chords land on the cuts and are heard there")
    for name, default, meaning in (
        ("timelines", 20, "of the seeded timelines, shortest first (20)"),
        ("seeds", 5, "takes of each (5)"),
    ):
        landing.add_argument("--" + name, type=_count, default=default, metavar="N", help=meaning)
    landing.add_argument(
        "--anew",
        type=int,
        choices=range(21),
        default=1,
        metavar="N",
        help="timelines composed under every limit of the fit, 0 to 20 (1)",
    )
    landing.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="films with labels in FOLDER/cuts, too"
    )
    landing.add_argument(
        "--work", type=Path, metavar="WORK", help="keep the takes there, and go on from them"
    )
    landing.add_argument(
        "--report", type=Path, default=Path("docs/landing.md"), metavar="PAGE", help="page to fill"
    )
    _add_model(landing)


def _add_conditionings(what: Commands[argparse.ArgumentParser]) -> None:
    compared = what.add_parser(
        "conditionings",
        help="the thesis' ways to tell emotion and boundaries, trained and compared",
    )
    compared.add_argument("work", type=Path, metavar="WORK", help="folder that was prepared")
    compared.add_argument(
        "--steps", type=_steps, default=150, metavar="N", help="of each run (150)"
    )
    compared.add_argument(
        "--training-seeds", type=_count, default=3, metavar="N", help="runs of each variant (3)"
    )
    compared.add_argument(
        "--variants", type=_names, metavar="A,B", help="only these, such as none,per-token+offsets"
    )
    compared.add_argument("--recipe", default="conditionings", metavar="NAME|FILE")
    compared.add_argument(
        "--seeds", type=_count, default=1, metavar="N", help="pieces of each VA condition (1)"
    )
    compared.add_argument("--seconds", type=float, default=12.0, metavar="S", help="of each piece")
    compared.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write conditionings.md into a folder"
    )
    compared.add_argument("--silent", action="store_true", help="train and foretell, write nothing")
    compared.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    compared.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("work", type=Path, metavar="WORK", help="folder that was prepared")
    parser.add_argument("--seeds", type=_count, metavar="N", help="pieces of each condition")
    parser.add_argument("--seconds", type=float, metavar="S", help="length of each piece")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    _add_model(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", default="open", metavar="NAME|FILE")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_settings(parser: argparse.ArgumentParser, kind: Any) -> None:
    for name in _SAMPLING:
        metavar = "X" if kind is float else "X,Y"
        parser.add_argument("--" + name.replace("_", "-"), type=kind, metavar=metavar)


def _steps(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000000")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(field) for field in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of numbers, such as 0.9,1"
        ) from None


def evaluate(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Measure the composer, or the scene cuts."""
    _EVALUATE[options.what](options, monitor)


def _music(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.page import Page
    from emsync_engine.evaluation.plots import new_figure
    from emsync_engine.evaluation.report import goal_lines, write_report
    from emsync_engine.evaluation.suite import DEFAULT_PARTS, PARTS, kept_report, measure_parts

    new_figure(1, 1)  # before hours of measuring: is there anything to draw with?
    bench = _bench(options, monitor)
    names = options.parts or DEFAULT_PARTS
    reports = measure_parts(bench, names)
    monitor.clear()
    if options.json:
        print(json.dumps({name: asdict(report) for name, report in reports.items()}))
    # a report of some parts shows those measured before as well
    before = {name: kept_report(bench, name) for name in PARTS if name not in reports}
    known = {**reports, **{name: kept for name, kept in before.items() if kept is not None}}
    run = options.work / options.run
    page = write_report(
        known,
        Page(
            options.report,
            options.weights if not _is_file(options.weights) else Path(options.weights).name,
            bench.weights_sha256,
            bench.settings,
            run if (run / "log.jsonl").is_file() else None,
            monitor,
        ),
    )
    monitor.clear()
    if not options.json:
        print("\n".join([*goal_lines(known), "", f"written to {page}"]))


def _grid(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.sampling_grid import Choices, sampling_lines
    from emsync_engine.evaluation.suite import Unmeasured, measure_parts

    given = {name: getattr(options, name) for name in _SAMPLING if getattr(options, name)}
    bench = replace(_bench(options, monitor), choices=Choices(**given))
    report = measure_parts(bench, ["sampling"])["sampling"]
    monitor.clear()
    if isinstance(report, Unmeasured):
        raise MissingError(report.reason)
    _answer(options, report, sampling_lines(report))


def _bench(options: argparse.Namespace, monitor: TerminalMonitor) -> Bench:
    """What is measured, with the sizes that the options ask for."""
    from emsync_engine.evaluation.suite import QUICK, Bench, Sizes, shipped_judge
    from emsync_engine.training.store import open_store

    sizes = QUICK if options.quick else Sizes()
    if options.seeds is not None:
        sizes = replace(
            sizes,
            seeds=options.seeds,
            boundary_seeds=3 * options.seeds,
            sampling_seeds=options.seeds,
        )
    if options.seconds is not None:
        lengths = [item.name for item in fields(sizes) if item.name.endswith("_seconds")]
        sizes = replace(sizes, **dict.fromkeys(lengths, options.seconds))
    for name in ("takes", "per_group"):
        if getattr(options, name, None) is not None:
            sizes = replace(sizes, **{name: getattr(options, name)})
    model, sha256 = _composer(options)
    return Bench(
        model,
        sha256,
        open_store(options.work / "store"),
        options.work,
        sizes,
        find_judge=shipped_judge,
        monitor=monitor,
    )


def _cuts(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Every film that has labels, and all of them together, by one detector or by all."""
    from emsync_engine.scenes.comparison import compare_detectors, comparison_lines, labelled_films
    from emsync_engine.scenes.detectors import DEFAULT_DETECTOR, DETECTORS
    from emsync_engine.scenes.speed import SCAN, measure_speeds, speed_lines

    films = labelled_films(options.films, options.labels or options.films / "cuts")
    others = sorted(DETECTORS.keys() - {DEFAULT_DETECTOR})
    names = [options.detector] if options.detector else [DEFAULT_DETECTOR, *others]
    results = compare_detectors(films, names, monitor=monitor)
    has_speeds = not options.detector and DEFAULT_DETECTOR == "emsync"
    speeds = measure_speeds([film for film, _ in films], monitor=monitor) if has_speeds else {}
    monitor.clear()
    if not options.json:
        table = comparison_lines(results)
        print("\n".join([*table, "", *speed_lines(speeds)] if speeds else table))
        return
    told = {
        name: {film: {**asdict(one), "f1": one.f1} for film, one in result.scores.items()}
        for name, result in results.items()
    }
    if options.detector:
        print(json.dumps(told[options.detector]))
        return
    speed = {
        film: {
            name: {"ms_a_picture": one.ms_a_picture(name), "times_as_long": one.times_as_long(name)}
            for name in one.seconds
        }
        for film, one in speeds.items()
    }
    print(json.dumps({**told, **({"speed": {"of": SCAN, **speed}} if speeds else {})}))


def _va(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.step_response import measure_step_response, step_lines
    from emsync_engine.evaluation.suite import shipped_judge
    from emsync_engine.evaluation.va_grid import grid_lines, measure_va_grid

    judge, writer, settings = shipped_judge(), _writer(options), _settings(options)
    grid = measure_va_grid(writer, judge, **_amounts(options), monitor=monitor)
    step = measure_step_response(
        writer, judge, seeds=options.seeds, settings=settings, monitor=monitor
    )
    monitor.clear()
    if options.json:
        print(json.dumps({"grid": asdict(grid), "step": asdict(step)}))
    else:
        print("\n".join([*grid_lines(grid), "", *step_lines(step)]))


def _steering(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.steering import measure_steering, steering_lines

    report = measure_steering(_writer(options), **_amounts(options), monitor=monitor)
    monitor.clear()
    _answer(options, report, steering_lines(report))


def _boundaries(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.boundaries import boundary_lines, measure_boundaries

    report = measure_boundaries(_writer(options), **_amounts(options), monitor=monitor)
    monitor.clear()
    _answer(options, report, boundary_lines(report))


def _landing(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.landing_report import goal_table
    from emsync_engine.evaluation.landing_run import Wanted, evaluate_landing

    model, sha256 = _composer(options)
    wanted = Wanted(
        *(options.timelines, options.seeds, options.anew),
        *(options.clips, options.work, options.report),
    )
    name = Path(options.weights).name if _is_file(options.weights) else options.weights
    report = evaluate_landing(model, wanted, weights=name, weights_sha256=sha256, monitor=monitor)
    monitor.clear()
    _answer(options, report, [*goal_table(report), "", f"written to {wanted.page}"])


def _amounts(options: argparse.Namespace) -> dict[str, Any]:
    """How much is to be written, and how."""
    return {"seeds": options.seeds, "seconds": options.seconds, "settings": _settings(options)}


def _conditionings(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.learning import recipe_path
    from emsync_engine.evaluation.conditioning_page import write_page
    from emsync_engine.evaluation.conditioning_table import finding_lines, findings, table_lines
    from emsync_engine.evaluation.conditionings import VARIANTS, Amounts, compare_conditionings
    from emsync_engine.evaluation.suite import shipped_judge
    from emsync_engine.training.recipe import read_recipe
    from emsync_engine.training.store import open_store

    known = {variant.name: variant for variant in VARIANTS}
    if strange := [name for name in options.variants or () if name not in known]:
        raise InputUnusableError(
            f"There is no variant {strange[0]!r}; there are: {', '.join(known)}."
        )
    recipe = read_recipe(recipe_path(options.recipe))
    amounts = Amounts(
        grid_seeds=0 if options.silent else options.seeds,
        grid_seconds=options.seconds,
        boundary_seconds=2 * options.seconds,
    )
    rows = compare_conditionings(
        open_store(options.work / "store"),
        options.work / "conditionings",
        recipe,
        steps=options.steps,
        training_seeds=options.training_seeds,
        variants=[known[name] for name in options.variants or known],
        amounts=amounts,
        find_judge=shipped_judge,
        device=chosen_device(options.device),
        monitor=monitor,
    )
    if options.report is not None:
        write_page(rows, options.report, recipe=recipe, amounts=amounts)
    monitor.clear()
    if options.json:
        found = [asdict(finding) for finding in findings(rows)]
        print(json.dumps({"runs": [asdict(row) for row in rows], "findings": found}))
    else:
        print("\n".join([*table_lines(rows), "", *finding_lines(findings(rows))]))


def _composer(options: argparse.Namespace) -> tuple[Composer, str]:
    """Weights that came with this version by name, or a file of weights; with the SHA-256."""
    from emsync_engine.weights import load_composer, read_composer, sha256_of

    device = chosen_device(options.device)
    if _is_file(options.weights):
        path = Path(options.weights)
        return read_composer(path).to(device), sha256_of(path)
    model, entry = load_composer(options.weights, device)
    return model, entry.sha256


def _is_file(weights: str) -> bool:
    return weights.endswith(".safetensors")


def _writer(options: argparse.Namespace) -> PieceWriter:
    from emsync_engine.evaluation.pieces import PieceWriter
    from emsync_engine.evaluation.suite import FOLDER

    model, sha256 = _composer(options)
    folder = options.work / FOLDER if options.work is not None else None
    return PieceWriter(model, weights_sha256=sha256, folder=folder)


def _settings(options: argparse.Namespace) -> GenerationSettings:
    """The default settings with what the options change."""
    given = {name: getattr(options, name) for name in _SAMPLING}
    return GenerationSettings(**{name: value for name, value in given.items() if value is not None})


def _answer(options: argparse.Namespace, report: Any, lines: Sequence[str]) -> None:
    print(json.dumps(asdict(report)) if options.json else "\n".join(lines))


_EVALUATE = {
    "music": _music,
    "va": _va,
    "steering": _steering,
    "boundaries": _boundaries,
    "grid": _grid,
    "cuts": _cuts,
    "conditionings": _conditionings,
    "landing": _landing,
    "emotion": evaluate_emotion,
}
