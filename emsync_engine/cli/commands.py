"""What each command does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from emsync_engine.cli.conforming import conform
from emsync_engine.cli.cutting import cuts
from emsync_engine.cli.evaluating import evaluate
from emsync_engine.cli.exporting import export
from emsync_engine.cli.learning import train
from emsync_engine.cli.models import models
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.cli.project_commands import PROJECT_COMMANDS, opened
from emsync_engine.errors import OutputExistsError, ToolMissingError
from emsync_engine.music.devices import chosen_device
from emsync_engine.music.published.presets import with_preset
from emsync_engine.project.model import GenerationSettings


def _print_lines(lines: Iterable[str]) -> None:
    print("\n".join(lines), flush=True)


def _print_json(answer: Mapping[str, object] | Sequence[object]) -> None:
    """One line of pure ASCII, which every terminal and every reader takes."""
    print(json.dumps(answer), flush=True)


def _warn(sentences: Iterable[str]) -> None:
    """What a script should see although it asked for JSON alone: on standard error."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)


def doctor(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Tell what works on this machine; ToolMissingError if something required is missing."""
    from emsync_engine.doctor import checks_json, checks_table, examine

    checks = examine()
    if options.json:
        _print_json(checks_json(checks))
    else:
        print(checks_table(checks))
    missing = [check for check in checks if check.required and not check.ok]
    if missing:
        raise ToolMissingError(missing[0].name, missing[0].how_to_get)


def analyze(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Find cuts and emotions of one video."""
    from emsync_engine.cli.report import analysis_json, analysis_lines
    from emsync_engine.pipeline import AnalysisRequest, analyse

    request = AnalysisRequest(
        detector=options.detector,
        **cut_list(options),
        reading=options.reading,
        device=options.device,
    )
    analysis = analyse(options.video, request, monitor=monitor)
    monitor.clear()
    if options.json:
        _warn(analysis.warnings)
        _print_json(analysis_json(analysis))
    else:
        _print_lines(analysis_lines(analysis))


def cut_list(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say of a list of cuts."""
    return {
        "cuts_file": options.cuts,
        "cuts_choice": options.cuts_with,
        "cuts_start": options.cuts_start,
        "cuts_rate": options.cuts_rate,
    }


def score(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Compose for one video and write the film."""
    from emsync_engine.cli.report import score_json, score_lines, without_proposal
    from emsync_engine.pipeline import AnalysisRequest, ScoreRequest
    from emsync_engine.pipeline import score as score_video

    settings = GenerationSettings(
        ensemble=options.ensemble,
        ending=options.ending,
        weights=options.weights,
        sync_percent=options.sync,
        key=options.key,
        tempo_bpm=options.tempo,
    )
    if options.sampling is not None:
        settings = with_preset(settings, options.sampling)
    settings = opened(settings, options)
    request = ScoreRequest(
        analysis=AnalysisRequest(
            detector=options.detector,
            **cut_list(options),
            va=options.va,
            tacet=tuple(options.tacet),
            reading=options.reading,
            device=options.device,
        ),
        settings=settings,
        seed=options.seed,
        takes=options.takes,
        audio=options.audio or "under",
        target_lufs=options.lufs,
        stems=options.stems,
        hit_report=options.hit_report,
        constant_midi=options.constant_midi,
        film=options.out,
        folder=options.out_dir,
        overwrite=options.overwrite,
        device=chosen_device(options.device),
    )
    scored = score_video(options.video, request, monitor=monitor)
    if options.audio is not None:  # whoever said where the music goes need not be told
        scored = without_proposal(scored)
    monitor.clear()
    if options.json:
        _warn(scored.analysis.warnings)
        _print_json(score_json(scored))
    else:
        _print_lines(score_lines(scored))


def render(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Play a MIDI file into a WAV."""
    from emsync_engine.cli.report import folder_line
    from emsync_engine.midi.reading import music_of, read_score
    from emsync_engine.music.ensembles import ensemble_named
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.mixing import mix_stems
    from emsync_engine.render.wav import write_wav

    if options.out.exists() and not options.overwrite:
        raise OutputExistsError(options.out)
    music = music_of(read_score(options.midi))
    if options.ensemble is not None:
        music = ensemble_named(options.ensemble).applied_to(music)
    stems = render_stems(music, monitor=monitor)
    mix = mix_stems(stems, music.duration_s, fade_s=0.0, target_lufs=options.lufs, monitor=monitor)
    write_wav(mix.samples, options.out)
    monitor.clear()
    print(folder_line(options.out))


COMMANDS: dict[str, Callable[[argparse.Namespace, TerminalMonitor], None]] = {
    "doctor": doctor,
    "analyze": analyze,
    "cuts": cuts,
    "score": score,
    "export": export,
    "conform": conform,
    "render": render,
    "train": train,
    "evaluate": evaluate,
    "models": models,
    **PROJECT_COMMANDS,
}
