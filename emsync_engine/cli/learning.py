"""The commands that prepare music and train."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from emsync_engine.cli.emotion_learning import train_fusion_on
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.cli.text_learning import train_emotion_text
from emsync_engine.cli.usage import UsageError
from emsync_engine.errors import InputUnusableError, OutputUnwritableError
from emsync_engine.music.devices import chosen_device
from emsync_engine.output import written_whole

if TYPE_CHECKING:
    from emsync_engine.evaluation.pieces import PieceWriter
    from emsync_engine.training.label_entries import LabelEntry


def train(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Prepare music and labels, train, and index what was learned from."""
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
    store = open_store(options.work / "store")
    processes = launched_processes(chosen_device(options.device))
    try:
        trainer = Trainer(
            recipe,
            store,
            options.work / options.run,
            first_weights=options.first_weights,
            processes=processes,
        )
        trainer.run(hours=options.hours, monitor=monitor, compiled=options.compile)
    finally:
        processes.part()
    monitor.clear()
    if options.export is not None and processes.rank == 0:
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
            second_out=options.second,
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


def _train_emotion(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """The fusion on labelled films, or the built-in reading of pictures on rated photographs."""
    if (options.folder is None) == (options.builtin is None):
        raise InputUnusableError(
            "Give either a folder of labelled films, or rated photographs by --builtin."
        )
    if options.builtin is None:
        if options.plot is not None:
            raise UsageError(
                "emsync train emotion: --plot goes with --builtin; emsync evaluate emotion draws "
                "the confusion matrix of a fusion"
            )
        train_fusion_on(options, monitor)
    else:
        _train_pictures(options, monitor)


def _train_pictures(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.emotion.picture_report import (
        plot_report,
        report_json,
        report_lines,
        train_builtin,
        write_picture_model,
    )
    from emsync_engine.emotion.rated_pictures import read_rated_pictures
    from emsync_engine.evaluation.plots import new_figure

    for path in (options.out, options.plot):
        if path is not None:
            require_folder_of(path)
    if options.plot is not None:
        new_figure(1, 1)
    done = train_builtin(read_rated_pictures(options.builtin), monitor=monitor)
    monitor.clear()
    if options.out is not None:
        write_picture_model(done, options.out)
    if options.plot is not None:
        plot_report(done.report, options.plot)
    if options.json:
        print(json.dumps(report_json(done.report)))
        return
    print("\n".join(report_lines(done.report)))
    for path in (options.out, options.plot):
        if path is not None:
            print(folder_line(path))


def _train_va_labels(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.training.relabel import relabel

    done = relabel(options.work / "store", out=options.out, monitor=monitor)
    monitor.clear()
    print(f"{done.seconds} seconds labelled; agreement with the labels before:")
    for group, (valence, arousal) in done.agreement.items():
        print(f"{group:<30} valence {valence:6.2f}   arousal {arousal:6.2f}")


def _train_index(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.cli.report import folder_line
    from emsync_engine.evaluation.originality import (
        measure_originality,
        originality_lines,
        write_originality_page,
    )
    from emsync_engine.evaluation.plots import new_figure
    from emsync_engine.music.originality import save_melody_index
    from emsync_engine.training.originality_index import (
        build_index,
        human_pieces,
        with_human_runs,
    )
    from emsync_engine.training.store import open_store
    from emsync_engine.weights import sha256_of

    # what would be missing in the end is missed at once
    require_folder_of(options.out)
    if options.report is not None:
        new_figure(1, 1)
    writer = _take_writer(options) if options.takes else None
    store = open_store(options.work / "store")
    started = time.perf_counter()
    index = build_index(store, monitor=monitor)
    built_s = time.perf_counter() - started
    human = human_pieces(store, index, monitor=monitor)
    index = with_human_runs(index, human)
    with written_whole(options.out) as partial:
        save_melody_index(index, partial)
    monitor.clear()
    print(f"{len(index.names)} pieces indexed in {built_s:.0f} s")
    print(folder_line(options.out))
    print(f"SHA-256 {sha256_of(options.out)}")
    report = measure_originality(
        index,
        human,
        writer,
        index_bytes=options.out.stat().st_size,
        takes=options.takes,
        seconds=options.seconds,
        monitor=monitor,
    )
    monitor.clear()
    print("\n".join(originality_lines(report)))
    if options.report is not None:
        print(folder_line(write_originality_page(report, options.report)))


def _take_writer(options: argparse.Namespace) -> PieceWriter:
    """Whoever writes the takes to compare; they are kept in the work folder."""
    from emsync_engine.evaluation.pieces import PieceWriter
    from emsync_engine.evaluation.suite import FOLDER
    from emsync_engine.weights import load_composer

    model, entry = load_composer(options.weights, chosen_device(options.device))
    return PieceWriter(model, weights_sha256=entry.sha256, folder=options.work / FOLDER)


def require_folder_of(path: Path) -> None:
    """OutputUnwritableError if a file cannot be there for want of a folder."""
    if not path.absolute().parent.is_dir():
        raise OutputUnwritableError(path, "that folder does not exist")


def _train_label(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    from emsync_engine.affect.regressor import shipped_regressor
    from emsync_engine.errors import WeightsMissingError
    from emsync_engine.training.label_entries import (
        Skipped,
        label_entries,
        midi_files,
        read_valences,
    )

    files = midi_files(options.folder)
    valences = None if options.valences is None else read_valences(options.valences)
    try:
        reader = shipped_regressor()
    except WeightsMissingError:
        reader = None
    written: list[LabelEntry] = []
    with lines_to(options.out) as write:
        for found in label_entries(
            options.folder, valences=valences, reader=reader, monitor=monitor
        ):
            if isinstance(found, Skipped):
                monitor.clear()
                print(found.sentence, file=sys.stderr)
            else:
                write(json.dumps(found.as_json()))
                written.append(found)
        monitor.clear()
        if not written:
            raise InputUnusableError(
                f"None of the {len(files)} MIDI files in {options.folder} can be used."
            )
    print("\n".join(label_summary(written, len(files))), file=sys.stderr)


@contextmanager
def lines_to(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Lines to standard output, or to a file that is there only when all of them are."""
    if path is None:
        yield print
        return
    with written_whole(path) as partial, partial.open("w", encoding="utf-8") as file:
        yield lambda line: print(line, file=file)


def label_summary(written: Sequence[LabelEntry], files: int) -> list[str]:
    """How many files have an entry, where valence and arousal come from, how many are sung."""
    sources = {
        axis: Counter(str(getattr(entry, f"{axis}_source") or "none") for entry in written)
        for axis in ("valence", "arousal")
    }
    twins = sum(entry.same_music_as is not None for entry in written)
    sung = sum(entry.lyrics is not None for entry in written)
    return [
        f"{len(written)} of {files} MIDI files labelled, {files - len(written)} left out; "
        f"{twins} hold the music of another",
        *(
            f"{axis} from " + ", ".join(f"{name}: {count}" for name, count in found.most_common())
            for axis, found in sources.items()
        ),
        f"emotions of their words: {sung}",
    ]


_TRAIN = {
    "prepare": _train_prepare,
    "music": _train_music,
    "curve": _train_curve,
    "va": _train_va,
    "emotion": _train_emotion,
    "emotion-text": train_emotion_text,
    "va-labels": _train_va_labels,
    "index": _train_index,
    "label": _train_label,
}
