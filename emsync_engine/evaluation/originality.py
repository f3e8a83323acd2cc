"""How much melody people's pieces and our takes share with the training music: page and picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emsync_engine.affect.sounding import arrays_of
from emsync_engine.evaluation.pieces import Asked, Wish, WritesPieces
from emsync_engine.evaluation.plots import new_figure
from emsync_engine.evaluation.takes import seeded_timeline
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.originality import MelodyIndex, SharedRun, longest_shared_run
from emsync_engine.training.originality_index import HumanPiece, notes_in

PAGE = "originality.md"
PICTURE = "originality.png"
_SHOWN = 8
_WIDEST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class OriginalityReport:
    """What stands on the page: people's pieces and our takes beside the index."""

    index: MelodyIndex
    index_bytes: int
    human: tuple[HumanPiece, ...]
    takes: tuple[SharedRun | None, ...]
    take_seconds: float

    @property
    def human_notes(self) -> list[int]:
        return [piece.notes for piece in self.human]

    @property
    def take_notes(self) -> list[int]:
        return [notes_in(run) for run in self.takes]


def asked_takes(takes: int, seconds: float) -> list[Asked]:
    """Takes for seeded timelines: hits, and an emotion of its own for every segment."""
    asked = []
    for seed in range(takes):
        timeline = seeded_timeline(seed, seconds)
        emotion = tuple(
            (float(segment.start), segment.emotion.point.valence, segment.emotion.point.arousal)
            for segment in timeline.segments
        )
        hits_s = tuple(float(hit.time) for hit in timeline.hits)
        asked.append((Wish(seconds, emotion, hits_s), seed))
    return asked


def measure_originality(
    index: MelodyIndex,
    human: Sequence[HumanPiece],
    writer: WritesPieces | None,
    *,
    index_bytes: int,
    takes: int,
    seconds: float,
    monitor: Monitor = SILENT,
) -> OriginalityReport:
    """The report of an index, its human pieces and takes of a composer as it samples."""
    asked = asked_takes(takes, seconds) if writer is not None else []
    written = writer.write(asked, monitor=monitor) if writer is not None else []
    runs = tuple(longest_shared_run(index, arrays_of(music)) for music in written)
    return OriginalityReport(index, index_bytes, tuple(human), runs, seconds)


def originality_lines(report: OriginalityReport) -> list[str]:
    """The distributions in rows, for people."""
    lines = [f"{'longest shared run, notes':<34}{'pieces':>8}{'median':>8}{'95 %':>8}{'most':>8}"]
    held_out = [piece.notes for piece in report.human if piece.held_out]
    learned = [piece.notes for piece in report.human if not piece.held_out]
    minutes = [piece.notes_in_a_minute for piece in report.human]
    for name, notes in (
        ("people: held out", held_out),
        ("people: learned, beside the rest", learned),
        ("people: all", report.human_notes),
        ("people: a minute of each", [notes for notes in minutes if notes is not None]),
        (f"takes of {report.take_seconds:g} s, before the gate", report.take_notes),
    ):
        if notes:
            lines.append(
                f"{name:<34}{len(notes):>8}{np.median(notes):>8.1f}"
                f"{np.percentile(notes, 95):>8.1f}{max(notes):>8}"
            )
    return lines


def plot_originality(report: OriginalityReport, picture: Path) -> None:
    """Both distributions as shares, with the limit."""
    figure = new_figure(9, 3.8)
    axes = figure.subplots()
    edges = np.arange(-0.5, _WIDEST_SHOWN + 1.5)
    human = np.minimum(report.human_notes, _WIDEST_SHOWN)
    axes.hist(
        human,
        bins=edges,
        weights=np.full(len(human), 100 / len(human)),
        color="#8b95a3",
        label=f"{len(human)} human pieces beside the rest of the training music",
    )
    if report.takes:
        takes = np.minimum(report.take_notes, _WIDEST_SHOWN)
        axes.hist(
            takes,
            bins=edges,
            weights=np.full(len(takes), 100 / len(takes)),
            histtype="step",
            linewidth=1.6,
            color="#f2a93b",
            label=f"{len(takes)} takes of {report.take_seconds:g} s, before the gate",
        )
    if report.index.human is not None:
        limit = report.index.human.percentile95
        axes.axvline(limit, color="#d9544d", linestyle="--", label=f"limit: {limit:g} notes")
    axes.set_xlabel(f"longest shared run of melody, notes ({_WIDEST_SHOWN}: that many or more)")
    axes.set_ylabel("% of pieces")
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(picture, dpi=100)


def write_originality_page(report: OriginalityReport, folder: Path) -> Path:
    """Write the page and its picture into a folder; the page."""
    folder.mkdir(parents=True, exist_ok=True)
    plot_originality(report, folder / PICTURE)
    page = folder / PAGE
    page.write_text("\n".join([*_page_lines(report), ""]), encoding="utf-8")
    return page


def _page_lines(report: OriginalityReport) -> list[str]:
    index = report.index
    lines = [
        "# Originality",
        "",
        "How long a run of melody a take shares with the music that the composer learned from. "
        "Written by",
        f"`emsync train index WORK -o FILE --report docs --takes {len(report.takes)}`; "
        "why so, and why this limit: "
        "[decision 12](decisions/0012-originality.md).",
        "",
        f"The index has {len(index.hashes) - len(index.starts) - 1:,} fragments of "
        f"{len(index.names):,} pieces in {report.index_bytes / 1e6:.1f} MB: a hash of 16 bits "
        "for every six",
        "intervals and their rhythm, and not the notes. Key and tempo do not matter. A note or a "
        "figure that is only",
        "repeated counts once. Near-duplicates, and all drawings of a piece, are one.",
        "",
        "```",
        *originality_lines(report),
        "```",
        "",
        f"![both distributions]({PICTURE})",
    ]
    if index.human is not None:
        limit = index.human.percentile95
        over = sum(notes > limit for notes in report.take_notes)
        lines += [
            "",
            f"A take that shares more than {limit:g} notes is written again, twice at most; if it "
            "still does, the user is told.",
        ]
        if report.takes:
            lines.append(f"Of the {len(report.takes)} takes above, {over} would be written again.")
    return [*lines, "", *_longest_table(report)]


def _longest_table(report: OriginalityReport) -> list[str]:
    """The human pieces with the longest runs: what stands beyond the limit, and why."""
    longest = sorted(report.human, key=lambda piece: -piece.notes)[:_SHOWN]
    lines = [
        "The human pieces that share most; the longest runs are other editions and arrangements "
        "of the same work.",
        "",
        "| notes | piece | shares them with | family |",
        "| --- | --- | --- | --- |",
    ]
    for piece in longest:
        if piece.run is not None:
            lines.append(
                f"| {piece.notes} | {piece.source}/{piece.piece} | {piece.run.piece} "
                f"| {piece.run.family} |"
            )
    return lines
