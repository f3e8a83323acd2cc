"""The commands that prepare music and train."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.music.devices import chosen_device


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


def _train_curve(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.training.curve import plot_curve

    plot_curve(options.run_folder, options.out)
    print(folder_line(options.out))


def _train_va(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.training.affect_measures import affect_lines
    from emsync_engine.training.affect_run import train_affect

    with TemporaryDirectory() as unpacked:
        done = train_affect(
            options.archives,
            options.work or Path(unpacked),
            out=options.out,
            judge_out=options.judge,
            monitor=monitor,
        )
    monitor.clear()
    if options.json:
        print(json.dumps({name: asdict(report) for name, report in done.reports.items()}))
        return
    for name, report in done.reports.items():
        print("\n".join(affect_lines(name, report)))
    for path, sha256 in done.written.items():
        print(folder_line(path))
        print(f"SHA-256 {sha256}")


def _train_va_labels(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.training.relabel import relabel

    done = relabel(options.work / "store", out=options.out, monitor=monitor)
    monitor.clear()
    print(f"{done.seconds} seconds labelled; agreement with the labels before:")
    for group, (valence, arousal) in done.agreement.items():
        print(f"{group:<30} valence {valence:6.2f}   arousal {arousal:6.2f}")


_TRAIN = {
    "prepare": _train_prepare,
    "music": _train_music,
    "curve": _train_curve,
    "va": _train_va,
    "va-labels": _train_va_labels,
}
