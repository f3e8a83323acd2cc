"""The commands that prepare, train and measure."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.music.devices import chosen_device
from emsync_engine.project.model import GenerationSettings

if TYPE_CHECKING:
    from emsync_engine.evaluation.boundaries import BoundaryReport
    from emsync_engine.evaluation.pieces import PieceWriter
    from emsync_engine.evaluation.steering import SteeringReport
    from emsync_engine.music.transformer import MusicTransformer


def train(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Prepare music, train the composer, or draw a run's curve."""
    _TRAIN[options.what](options, monitor)


def _train_prepare(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.training.corpus import ALL_SOURCES, OPEN_SOURCES
    from emsync_engine.training.prepare import prepare

    sources = OPEN_SOURCES if options.tier == "open" else ALL_SOURCES
    done = prepare(options.archives, options.work, sources=sources, monitor=monitor)
    monitor.clear()
    entries = done.store.entries
    print(
        f"{len(entries)} pieces and drawings, {len(done.store.tokens) / 1e6:.1f} M tokens, "
        f"{sum(done.skipped.values())} files left out"
    )
    print(folder_line(options.work / "store"))


def _train_music(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.training.loop import Trainer
    from emsync_engine.training.processes import launched_processes
    from emsync_engine.training.recipe import read_recipe
    from emsync_engine.training.store import open_store
    from emsync_engine.weights import save_composer

    recipe = read_recipe(recipe_path(options.recipe))
    trainer = Trainer(
        recipe,
        open_store(options.work / "store"),
        options.work / options.run,
        first_weights=options.first_weights,
        processes=launched_processes(chosen_device(options.device)),
    )
    trainer.run(hours=options.hours, monitor=monitor, compiled=options.compile)
    monitor.clear()
    if options.export is not None and trainer.processes.rank == 0:
        sha256 = save_composer(trainer.model, options.export)
        print(folder_line(options.export))
        print(f"SHA-256 {sha256}")


def recipe_path(name: str) -> Path:
    """A recipe of ours by name, or a file."""
    from emsync_engine import training

    ours = Path(training.__file__).parent / "recipes" / f"{name}.toml"
    return ours if ours.is_file() else Path(name)


def evaluate(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Measure the composer."""
    _EVALUATE[options.what](options, monitor)


def _evaluate_music(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import held_out_lines
    from emsync_engine.training.batches import held_out_chunks
    from emsync_engine.training.held_out import measure
    from emsync_engine.training.store import open_store

    model = _composer(options)
    length = model.configuration.context - 1
    chunks = held_out_chunks(
        open_store(options.work / "store"), length=length, per_group=options.per_group
    )
    found = measure(model, chunks, length=length, monitor=monitor)
    monitor.clear()
    if options.json:
        print(json.dumps({group: asdict(accuracy) for group, accuracy in found.items()}))
    else:
        print("\n".join(held_out_lines(found)))


def _evaluate_steering(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.steering import measure_steering, steering_lines

    report = measure_steering(
        _writer(options),
        seeds=options.seeds,
        seconds=options.seconds,
        settings=_settings(options),
        monitor=monitor,
    )
    monitor.clear()
    _answer(options, report, steering_lines(report))


def _evaluate_boundaries(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.evaluation.boundaries import boundary_lines, measure_boundaries

    report = measure_boundaries(
        _writer(options),
        seeds=options.seeds,
        seconds=options.seconds,
        settings=_settings(options),
        monitor=monitor,
    )
    monitor.clear()
    _answer(options, report, boundary_lines(report))


def _composer(options: argparse.Namespace) -> MusicTransformer:
    from emsync_engine.weights import load_composer

    model, _ = load_composer(options.weights)
    return model


def _writer(options: argparse.Namespace) -> PieceWriter:
    from emsync_engine.evaluation.pieces import PieceWriter

    return PieceWriter(_composer(options))


def _settings(options: argparse.Namespace) -> GenerationSettings:
    """The default settings with what the options change."""
    names = ("temperature", "top_p", "va_guidance", "boundary_guidance")
    given = {name: getattr(options, name) for name in names}
    return GenerationSettings(**{name: value for name, value in given.items() if value is not None})


def _answer(
    options: argparse.Namespace, report: SteeringReport | BoundaryReport, lines: list[str]
) -> None:
    print(json.dumps(asdict(report)) if options.json else "\n".join(lines))


def _train_curve(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.training.curve import plot_curve

    plot_curve(options.run_folder, options.out)
    print(folder_line(options.out))


_TRAIN = {"prepare": _train_prepare, "music": _train_music, "curve": _train_curve}
_EVALUATE = {
    "music": _evaluate_music,
    "steering": _evaluate_steering,
    "boundaries": _evaluate_boundaries,
}
