"""What the report says of each part: a paragraph, a table, pictures, and goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from statistics import median
from typing import Any

from emsync_engine.errors import EmsyncError
from emsync_engine.evaluation import boundaries as hits
from emsync_engine.evaluation import plots
from emsync_engine.evaluation.human import GOAL_RATIO
from emsync_engine.evaluation.page import Goal, Lines, Page, number, percent, table
from emsync_engine.evaluation.sampling_grid import SamplingReport
from emsync_engine.evaluation.speed import GOAL_FOR_S, GOAL_S, Pace, SpeedReport
from emsync_engine.evaluation.step_response import GOAL_SHARE, LEAST_SHIFT, StepReport
from emsync_engine.evaluation.suite import HeldOutReport, HumanReport
from emsync_engine.evaluation.takes import TakeNumbers, TakesReport, shown_takes
from emsync_engine.evaluation.va_grid import GOAL_CROSS_TALK, GOAL_ERROR, NO_CONTROL, GridReport
from emsync_engine.midi.tokenizer import decode
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what is said and drawn under it."""

    title: str
    lines: Callable[[Any, Page], Lines]
    goals: Callable[[Any], list[Goal]]


def _no_goals(report: Any) -> list[Goal]:
    return []


def _held_out_lines(report: HeldOutReport, page: Page) -> Lines:
    rows = [
        (group, f"{found.nll:.3f}", f"{found.top1:.3f}", f"{found.top5:.3f}", f"{found.tokens:,}")
        for group, found in {**report.groups, "all, nothing told": report.untold}.items()
    ]
    return [
        "Pieces that training never saw, in chunks of the model's context, every token counted "
        "(thesis section 4.5). The last row is the same music with no condition told.",
        "",
        *table(("source", "NLL", "top-1", "top-5", "tokens"), rows),
    ]


def _va_lines(report: GridReport, page: Page) -> Lines:
    plots.plot_va_grid(report, page.folder / "va-grid.png")
    rows = [
        (
            axis.axis,
            f"{axis.error:.3f}",
            f"{axis.permuted:.3f}",
            f"{axis.correlation:.2f}",
            " ".join(f"{value:+.2f}" for value in axis.alone),
            "yes" if axis.is_monotonic else "no",
            f"{axis.cross_talk:.2f}",
        )
        for axis in (report.valence, report.arousal)
    ]
    heads = ("axis", "error", "permuted", "r", "read at -0.8 ... 0.8", "monotonic", "cross-talk")
    return [
        f"25 conditions, {report.seeds} seeds of {report.seconds:.0f} s each, read by the judge in "
        "windows of 12 s that overlap by half. The error is the mean of |read - told| over all "
        f"pieces, per axis, not halved. Without control it would be {NO_CONTROL} for a reading "
        "that is always 0, and *permuted* for these readings held against every level in turn. "
        "*Read at* moves one axis alone, the other told 0; *cross-talk* is the range of the other "
        "axis' reading meanwhile over the range of this one's. "
        f"{report.unreadable} pieces could not be read.",
        "",
        *table(heads, rows),
        "",
        "![Valence and arousal, told and read](va-grid.png)",
    ]


def _va_goals(report: GridReport) -> list[Goal]:
    goals = []
    for axis in (report.valence, report.arousal):
        goals += [
            Goal(
                f"VA error, {axis.axis} (no control {NO_CONTROL})",
                f"at most {GOAL_ERROR}",
                f"{axis.error:.3f}",
                axis.error <= GOAL_ERROR,
            ),
            Goal(
                f"{axis.axis} moved alone is read monotonically",
                "five rising steps",
                " ".join(f"{value:+.2f}" for value in axis.alone),
                axis.is_monotonic,
            ),
            Goal(
                f"the other axis moves less than {axis.axis}",
                f"under {GOAL_CROSS_TALK} of it",
                f"{axis.cross_talk:.2f}",
                axis.cross_talk < GOAL_CROSS_TALK,
            ),
        ]
    return goals


def _step_lines(report: StepReport, page: Page) -> Lines:
    plots.plot_step_response(report, page.folder / "step-response.png")
    rows = [
        (
            axis.axis,
            f"{axis.before:+.2f}",
            f"{axis.after:+.2f}",
            percent(axis.at_4_s),
            f"{percent(axis.low)} to {percent(axis.high)}",
            percent(axis.first_4_s),
        )
        for axis in (report.valence, report.arousal)
    ]
    heads = ("axis", "steady before", "steady after", "at 4 s", "90 % of draws", "first 4 s")
    return [
        f"Pieces of 40 s, {report.seeds} seeds, one axis stepping from -0.8 to 0.8 at 20 s or "
        "back, the other told 0. The judge reads windows of 4 s, one a second; what is shown is "
        "half the difference between stepping up and stepping down, so that what pieces do anyway "
        "cancels out. A window smears a step over its own length: the reading that counts is "
        "centred 4 s after the step, on music from 2 to 6 s after it. *First 4 s* is the window "
        "that begins with the step. *90 % of draws*: the seeds drawn again 400 times.",
        "",
        *table(heads, rows),
        "",
        "![Step response](step-response.png)",
    ]


def _step_goals(report: StepReport) -> list[Goal]:
    return [
        Goal(
            f"step response, {axis.axis}, within 4 s",
            f"at least {GOAL_SHARE:.0%} of a steady shift of {LEAST_SHIFT} or more",
            f"{percent(axis.at_4_s)} of {axis.shift:.2f}",
            axis.is_reached,
        )
        for axis in (report.valence, report.arousal)
    ]


def _boundary_lines(report: hits.BoundaryReport, page: Page) -> Lines:
    rows = [
        (
            name,
            *(f"{share:.0%}" for share in (row.within_100_ms, row.within_1_s, row.precision)),
            f"{row.chords_per_minute:.1f}",
            *(f"{share:.0%}" for share in (row.token_within_1_s, row.token_precision)),
            f"{row.tokens_per_minute:.1f}",
        )
        for name, row in (
            ("told", report.told),
            ("not told", report.untold),
            ("by chance", report.chance),
        )
    ]
    heads = (
        *("boundaries", "chord within 0.1 s", "within 1 s", "precision", "chords a minute"),
        *("`CHORD` within 1 s", "precision", "`CHORD` a minute"),
    )
    gaps = ", ".join(
        f"{percent(share)} after {low:.0f} to {high:.0f} s"
        for share, (low, high) in zip(report.by_gap, hits.GAP_BINS_S, strict=True)
    )
    return [
        f"{report.boundaries} boundaries with gaps of 4 to 20 s in pieces of {report.seconds:.0f} "
        "s, before any fit. A chord is a strong chord in the notes; `CHORD` counts the tokens. "
        "Precision is the share of them with a boundary within 1 s. *By chance*: the told music "
        "beside boundaries drawn for other seeds.",
        "",
        *table(heads, rows),
        "",
        f"Told, within 1 s, by the gap before: {gaps}. Groove similarity {report.told_groove:.3f} "
        f"told and {report.untold_groove:.3f} not ({report.groove_change:+.1%}, "
        f"{hits.interval_text(report.groove_interval)}); notes a second {report.told_density:.2f} "
        f"and {report.untold_density:.2f} ({report.density_change:+.1%}, "
        f"{hits.interval_text(report.density_interval)}). *Draws*: the seeds drawn again 2,000 "
        "times, each with its two pieces.",
    ]


def _boundary_goals(report: hits.BoundaryReport) -> list[Goal]:
    return [
        Goal(
            "strong chord within 1 s of a boundary, told "
            f"(not told {report.untold.within_1_s:.0%}, by chance {report.chance.within_1_s:.0%})",
            f"at least {hits.GOAL_WITHIN_1_S:.0%}",
            f"{report.told.within_1_s:.0%}",
            report.told.within_1_s >= hits.GOAL_WITHIN_1_S,
        ),
        Goal(
            "groove similarity, told against not told",
            f"within {hits.GOAL_CHANGE:.0%}",
            _change(report.groove_change, report.groove_interval),
            abs(report.groove_change) <= hits.GOAL_CHANGE,
        ),
        Goal(
            "notes a second, told against not told",
            f"within {hits.GOAL_CHANGE:.0%}",
            _change(report.density_change, report.density_interval),
            abs(report.density_change) <= hits.GOAL_CHANGE,
        ),
    ]


def _change(change: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{change:+.1%} ({low:+.1%} to {high:+.1%})"


def _human_lines(report: HumanReport, page: Page) -> Lines:
    plots.plot_distances(report.distances, page.folder / "human.png")
    rows = [
        (
            row.measure.replace("_", " "),
            *map(number, (row.composed_mean, row.human_mean, row.human_std)),
            *map(number, (row.to_human, row.among_humans, row.ratio, row.pair_ratio)),
        )
        for row in report.distances
    ]
    heads = ("measure", "composed", "human", "std", "to human", "among humans", "ratio", "pairs")
    return [
        f"{report.pieces} composed pieces and {report.excerpts} stretches of held-out ensembles, "
        f"{report.seconds:.0f} s each. Distances are Wasserstein distances of the measure's "
        "distribution in human standard deviations, mean of 40 splits of the human pieces into "
        "halves: from one half to as many stretches of the other, and to as many composed pieces. "
        "*Pairs* is the mean difference of a composed and a human piece over that of two human "
        "pieces. The measures are described in `emsync_engine/evaluation/measures.py`.",
        "",
        *table(heads, rows),
        "",
        "![Distance to human music](human.png)",
    ]


def _human_goals(report: HumanReport) -> list[Goal]:
    return [
        Goal(
            f"distance to human music, {row.measure.replace('_', ' ')}",
            f"at most {GOAL_RATIO} times among humans",
            f"not measured in {report.seconds:.0f} s" if isnan(row.ratio) else number(row.ratio),
            row.is_reached,
        )
        for row in report.distances
    ]


def _takes_lines(report: TakesReport, page: Page) -> Lines:
    chosen = shown_takes(report)
    lines = [
        f"{len(report.takes)} takes of seeded timelines, composed as for a film. The gate threw at "
        f"least one attempt away for {report.resampled} of them; {report.degenerate} are still "
        "degenerate, and flagged. Ordered by demerit: 1 - share of hits with a strong chord within "
        "1 s + VA error by the judge + how far findings are over their limits. Five of them are "
        "shown, evenly spaced from the best to the worst, which is the last. Dashed lines are "
        "hits.",
        "",
        *table(
            ("seed", "notes", "families", "hits 1 s", "VA error", "resampled", "demerit", "gate"),
            [_take_row(take) for take in sorted(report.takes, key=lambda take: take.demerit)],
        ),
    ]
    for place, take in enumerate(chosen, start=1):
        picture = f"take-{place}.png"
        title = f"seed {take.seed}, demerit {take.demerit:.2f}"
        music = take_music(take, page.settings)
        plots.plot_piano_roll(music, page.folder / picture, title=title, hits_s=take.hits_s)
        lines += ["", f"![Take {place} of {len(chosen)}, {title}]({picture})"]
    return [*lines, *_spectrogram_lines([chosen[0], chosen[-1]] if chosen else [], page)]


def _take_row(take: TakeNumbers) -> tuple[str, ...]:
    return (
        str(take.seed),
        str(take.notes),
        " ".join(take.families),
        f"{take.reached:.0%}",
        number(take.va_error),
        str(take.resampled),
        f"{take.demerit:.2f}",
        " ".join(take.findings) or "sound",
    )


def take_music(take: TakeNumbers, settings: GenerationSettings) -> Music:
    """The notes of a take, for its ensemble."""
    music = decode(take.tokens, duration_s=take.seconds)
    return replace(music, programs=dict(ensemble_named(settings.ensemble).programs))


def _spectrogram_lines(takes: Sequence[TakeNumbers], page: Page) -> Lines:
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.mixing import mix_stems
    from emsync_engine.render.synthesizer import SAMPLE_RATE

    lines: Lines = []
    for take, which in zip(takes, ("best", "worst"), strict=False):
        music = take_music(take, page.settings)
        try:
            mix = mix_stems(render_stems(music, monitor=page.monitor), music.duration_s)
        except EmsyncError as error:
            return ["", f"No spectrograms: {error}"]
        title = f"the {which} take as it sounds, seed {take.seed}, {mix.loudness_lufs:.1f} LUFS"
        picture = f"spectrogram-{which}.png"
        plots.plot_spectrogram(mix.samples, SAMPLE_RATE, page.folder / picture, title=title)
        lines += ["", f"![Spectrogram: {title}]({picture})"]
    return lines


def _speed_lines(report: SpeedReport, page: Page) -> Lines:
    rows = [
        (
            pace.name,
            f"{pace.seconds:.0f} s",
            f"{pace.tokens:,}",
            f"{pace.wall_s:.1f} s",
            f"{pace.tokens_per_s:.0f}",
            f"{pace.times_real:.1f}",
        )
        for pace in report.paces
    ]
    heads = ("", "music", "tokens", "written in", "tokens a second", "times real time")
    return [
        f"{report.parameters / 1e6:.1f} M parameters on {report.device}, {report.threads} threads "
        f"of {report.cores} cores, one piece at a time.",
        "",
        *table(heads, rows),
    ]


def _speed_goals(report: SpeedReport) -> list[Goal]:
    default = [_for_a_minute(pace) for pace in report.paces if pace.name == report.paces[0].name]
    found = median(default)
    return [
        Goal(
            f"60 s of music, default settings, {report.device}, {report.cores} cores",
            f"under {GOAL_S:.0f} s",
            f"{found:.1f} s",
            found < GOAL_S,
        )
    ]


def _for_a_minute(pace: Pace) -> float:
    return pace.wall_s * GOAL_FOR_S / pace.seconds


def _sampling_lines(report: SamplingReport, page: Page) -> Lines:
    rows = [
        (
            f"{cell.temperature:g}",
            f"{cell.top_p:g}",
            f"{cell.va_guidance:g}",
            f"{cell.boundary_guidance:g}",
            f"{cell.valence_error:.2f}",
            f"{cell.arousal_error:.2f}",
            f"{cell.reached:.0%}",
            f"{cell.human_distance:.2f}",
            f"{cell.degenerate:.0%}",
            f"{cell.score:.2f}",
        )
        for cell in report.cells
    ]
    heads = (
        *("temperature", "top-p", "VA guidance", "boundary guidance", "valence error"),
        *("arousal error", "hits 1 s", "to human", "degenerate", "score"),
    )
    pieces = report.cells[0].pieces if report.cells else 0
    return [
        f"{pieces} pieces of {report.seconds:.0f} s for each choice, at (0.6, 0.6), (0.6, -0.6), "
        "(-0.6, 0.6) and (-0.6, -0.6), with the same seeds and boundaries. The score adds the "
        "errors, 1 - hits, the distance to human music and the degenerate share; the lowest is the "
        "best.",
        "",
        *table(heads, rows),
    ]


SECTIONS: Mapping[str, Section] = {
    "held-out": Section("Held-out music", _held_out_lines, _no_goals),
    "va": Section("Valence and arousal", _va_lines, _va_goals),
    "step": Section("Step response", _step_lines, _step_goals),
    "boundaries": Section("Chords at boundaries", _boundary_lines, _boundary_goals),
    "human": Section("Distance to human music", _human_lines, _human_goals),
    "takes": Section("Takes", _takes_lines, _no_goals),
    "speed": Section("Speed", _speed_lines, _speed_goals),
    "sampling": Section("Temperature, nucleus and guidance", _sampling_lines, _no_goals),
}
