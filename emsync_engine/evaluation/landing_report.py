"""What was measured of landing, as tables and pictures in a section of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np

from emsync_engine.evaluation.landing import (
    CLOSE_S,
    FAR_S,
    GOAL_CLOSE,
    GOAL_FAR,
    GOAL_WITHIN_1_S,
    Judged,
    LandingReport,
    of_gap,
    share,
    share_interval,
)
from emsync_engine.evaluation.landing_films import Film, films_csv
from emsync_engine.evaluation.landing_fit import FIT_HITS, GOAL_FIT_MS
from emsync_engine.evaluation.landing_onsets import Hearing
from emsync_engine.evaluation.landing_pieces import Piece
from emsync_engine.evaluation.page import Goal, Lines, percent, table
from emsync_engine.evaluation.plots import new_figure, plot_piano_roll
from emsync_engine.output import written_whole

OPENING = "<!-- measured by emsync evaluate landing: written by the program, do not edit -->"
CLOSING = "<!-- end of what was measured -->"

GAPS: tuple[tuple[str, tuple[float, float]], ...] = (
    ("2 to 4 s", CLOSE_S),
    ("4 to 8 s", (4.0, 8.0)),
    ("8 to 12 s", (8.0, 12.0)),
    ("12 to 20 s", (12.0, 1e9)),
    ("4 s and more", FAR_S),
    ("all", (0.0, 1e9)),
)

_DPI = 100
_ROLL_S = 60.0
_NAMES = {
    **{0: "grand piano", 4: "electric piano", 25: "steel guitar", 27: "clean guitar"},
    **{46: "harp", 48: "strings", 50: "synth strings"},
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows beside the numbers: weights, films, a take to draw, the command."""

    weights: str
    weights_sha256: str
    films: tuple[Film, ...]
    roll: Piece
    command: str


def landing_goals(report: LandingReport) -> list[Goal]:
    """Every number that was to be reached."""
    close, far = of_gap(report.hits, CLOSE_S), of_gap(report.hits, FAR_S)
    goals = []
    for what, is_good in (("in the notes", _is_exact), ("heard in the WAV", _is_heard)):
        for name, hits, wanted in (
            ("4 s and more", far, GOAL_FAR),
            ("2 to 4 s", close, GOAL_CLOSE),
        ):
            if hits:
                found = share([is_good(one) for one in hits])
                goals.append(
                    Goal(
                        f"gaps of {name}: exact after the fit, {what}",
                        f"{wanted:.0%}",
                        f"{_spread(hits, is_good)} of {len(hits)}",
                        found >= wanted,
                    )
                )
    if far:
        near = share([one.is_within_1_s for one in far])
        goals.append(
            Goal(
                "gaps of 4 s and more: strong chord within 1 s before the fit",
                f"{GOAL_WITHIN_1_S:.0%}",
                _spread(far, lambda one: one.is_within_1_s),
                near >= GOAL_WITHIN_1_S,
            )
        )
    return [*goals, *_certain_goals(report)]


def goal_table(report: LandingReport) -> Lines:
    """The goals as a table."""
    rows = [
        (one.what, one.goal, one.found, "yes" if one.is_reached else "**no**")
        for one in landing_goals(report)
    ]
    return table(("what", "goal", "found", "reached"), rows)


def _certain_goals(report: LandingReport) -> list[Goal]:
    """What holds for every take, or does not."""
    beyond = sum(not take.is_within_limit for take in report.takes)
    wrong = max((abs(take.length_error_samples) for take in report.takes), default=0)
    most = max((take.rate_percent for take in report.takes), default=0.0)
    change = max((take.bar_change_percent for take in report.takes), default=0.0)
    return [
        Goal(
            "takes whose tempo is bent beyond the limit",
            "0",
            f"{beyond} of {len(report.takes)} (by {most:.2f} %, from bar to bar {change:.2f} %)",
            beyond == 0,
        ),
        Goal("length of the WAV, largest error", "0 samples", f"{wrong} samples", wrong == 0),
        Goal(
            f"fit of {FIT_HITS} hits, time of one core",
            f"under {GOAL_FIT_MS:.0f} ms",
            f"{report.fit.median_ms:.0f} ms in the median, {report.fit.worst_ms:.0f} at most",
            report.fit.median_ms < GOAL_FIT_MS,
        ),
    ]


def _is_exact(one: Judged) -> bool:
    return one.is_exact(one.after_ms)


def _is_heard(one: Judged) -> bool:
    return one.is_heard


def _was_exact(one: Judged) -> bool:
    return one.is_exact(one.before_ms)


def _spread(hits: Sequence[Judged], is_good: Callable[[Judged], bool]) -> str:
    """A share, and what 95 % of the draws of other takes lie between."""
    found = percent(share([is_good(one) for one in hits]))
    low, high = share_interval(hits, is_good)
    return found if isnan(low) else f"{found} ({low:.0%} to {high:.0%})"


def gap_lines(report: LandingReport) -> Lines:
    """Hits by the gap before them: before the fit, after it, heard, and each by chance."""
    rows = []
    for name, gap_s in GAPS:
        own, others, bent = (
            of_gap(hits, gap_s) for hits in (report.hits, report.others, report.bent)
        )
        rows.append(
            (
                name,
                str(len(own)),
                percent(share([one.is_within_1_s for one in own])),
                percent(share([_was_exact(one) for one in own])),
                f"**{percent(share([_is_exact(one) for one in own]))}**",
                f"**{percent(share([_is_heard(one) for one in own]))}**",
                percent(share([one.is_within_1_s for one in others])),
                percent(share([_is_exact(one) for one in others])),
                percent(share([_is_exact(one) for one in bent])),
                percent(share([_is_heard(one) for one in others])),
            )
        )
    heads = (
        *("gap", "hits", "1 s, before", "exact, before", "exact, after", "exact in the WAV"),
        *("chance: 1 s", "chance: exact", "chance: bent onto", "chance: in the WAV"),
    )
    return table(heads, rows)


def ensemble_lines(report: LandingReport) -> Lines:
    """Hits by ensemble."""
    rows = []
    for name in dict.fromkeys(one.ensemble for one in report.hits):
        hits = [one for one in report.hits if one.ensemble == name]
        values = [share([good(one) for one in hits]) for good in (_was_exact, _is_exact, _is_heard)]
        landed = [one for one in hits if _is_exact(one)]
        heard = [one.heard_ms for one in landed if one.heard_ms is not None]
        off = f"{np.median(heard):+.0f} ms" if heard else "-"
        rows.append((name, str(len(hits)), *map(percent, values), off))
    heads = ("ensemble", "hits", "exact, before", "exact, after", "exact in the WAV")
    return table((*heads, "heard, in the median"), rows)


def missed_lines(report: LandingReport) -> Lines:
    """Why the hits that are not exact are not: how far their chord was before the fit."""
    missed = [one for one in report.hits if not _is_exact(one)]
    if not missed:
        return ["No hit was missed."]
    without = sum(one.before_ms is None for one in missed)
    beyond = sum(one.before_ms is not None and not one.is_within_1_s for one in missed)
    unheard = sum(_is_exact(one) and not one.is_heard for one in report.hits)
    return [
        f"Of {len(report.hits)} hits {len(missed)} are not exact in the notes: {without} had no "
        f"strong chord within 2 s, {beyond} had one more than 1 s away, and "
        f"{len(missed) - without - beyond} had one within 1 s that the limit did not allow to be "
        f"moved, or that another hit or the ending took. {unheard} are exact in the notes, but not "
        "in the WAV as the detector hears it.",
    ]


def limit_lines(report: LandingReport) -> Lines:
    """The same tokens, and takes written anew, under each limit."""
    rows = [
        (
            "written under this limit" if row.is_anew else "the same notes, bent again",
            f"{row.percent:g} %",
            _count(row.close),
            _count(row.far),
            f"{row.rate_percent:.1f} %",
        )
        for row in report.limits
    ]
    return table(("takes", "limit", "2 to 4 s, exact", "4 s and more, exact", "bent"), rows)


def _count(counts: tuple[int, int]) -> str:
    hits, exact = counts
    return f"{exact / hits:.0%} of {hits}" if hits else "-"


def hearing_lines(hearings: Sequence[Hearing]) -> Lines:
    """Attack of each program, and what the detector hears of chords whose times are known."""
    rows = [
        (
            f"{one.program} {_NAMES.get(one.program, '')}".strip(),
            " / ".join(f"{attack:.0f}" for attack in one.attack_ms),
            _errors(one.late_ms),
            _errors(one.errors_ms),
        )
        for one in hearings
    ]
    heads = ("program", "attack at 48 / 60 / 72, ms", "heard without, ms", "heard with it, ms")
    return table(heads, rows)


def _errors(errors_ms: Sequence[float | None]) -> str:
    known = [error for error in errors_ms if error is not None]
    if not known:
        return "nothing"
    text = f"{np.median(known):+.0f} ({min(known):+.0f} to {max(known):+.0f})"
    unheard = len(errors_ms) - len(known)
    return f"{text}, {unheard} unheard" if unheard else text


def plot_errors(report: LandingReport, picture: Path) -> None:
    """Share of the hits whose error is at most so large, before and after, for each gap."""
    figure = new_figure(12, 3.6)
    shown = GAPS[:4]
    curves = (
        ("before the fit", report.hits, "before_ms", "#4c86c6", "-"),
        ("after the fit", report.hits, "after_ms", "#5fc27e", "-"),
        ("heard in the WAV", report.hits, "heard_ms", "#f2a93b", "-"),
        ("chance, before", report.others, "before_ms", "#8b95a3", ":"),
        ("chance, bent onto", report.bent, "after_ms", "#8b95a3", "--"),
    )
    largest = np.geomspace(1, 2000, 300)
    for axes, (name, gap_s) in zip(figure.subplots(1, 4, sharey=True), shown, strict=True):
        for label, hits, which, colour, style in curves:
            chosen = of_gap(hits, gap_s)
            errors = [getattr(one, which) for one in chosen]
            sizes = np.array([np.inf if error is None else abs(error) for error in errors])
            if len(sizes):
                shares = (sizes[None, :] <= largest[:, None]).mean(axis=1)
                axes.plot(largest, shares, color=colour, linestyle=style, label=label)
        axes.axvspan(1, 1000 / 48, color="#5fc27e", alpha=0.12)
        axes.set_xscale("log")
        axes.set_ylim(0, 1)
        axes.set_title(f"gap of {name}, {len(of_gap(report.hits, gap_s))} hits", fontsize=10)
        axes.set_xlabel("error at most (ms)")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("share of the hits")
    figure.axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(picture, dpi=_DPI)


def plot_roll(piece: Piece, picture: Path) -> None:
    """The first minute of a take as it lands, with its bar lines and hits."""
    from dataclasses import replace

    music = piece.landed().music
    seconds = min(music.duration_s, _ROLL_S)
    shown = replace(
        music,
        duration_s=seconds,
        notes=tuple(note for note in music.notes if note.onset_s < seconds),
        bar_onsets_s=tuple(bar for bar in music.bar_onsets_s if bar < seconds),
    )
    plot_piano_roll(
        shown,
        picture,
        title=f"{piece.film.name}, seed {piece.seed}, {piece.film.ensemble}",
        hits_s=[hit_s for hit_s in piece.film.hits_s if hit_s < seconds],
    )


def measured_lines(report: LandingReport, shown: Shown, pictures: str) -> Lines:
    """The whole section."""
    films = ", ".join(dict.fromkeys(film.ensemble for film in shown.films))
    return [
        "## Measured",
        "",
        f"Weights `{shown.weights}` (SHA-256 {shown.weights_sha256[:16]}...), {len(shown.films)} "
        f"films ({films}) with {report.seeds} seeds each: {report.seconds / 60:.0f} minutes of "
        f"music, {len(report.hits)} hits. Written by `{shown.command}`; the films and what is to "
        f"be hit in them, settled before any music was written, are in "
        f"[films.csv]({pictures}/films.csv). In brackets: what 95 % of draws of other takes among "
        "these lie between.",
        "",
        *goal_table(report),
        "",
        "### By the gap before the hit",
        "",
        "Exact is half a frame, of a strong chord. Chance: the same takes beside hits of other "
        "seeds, that they know nothing of; once as they are, once bent onto these hits. In the "
        "WAV there must be an onset within half a frame, and in the notes a strong chord within "
        "100 ms.",
        "",
        *gap_lines(report),
        "",
        f"![Errors before and after the fit]({pictures}/errors.png)",
        "",
        *missed_lines(report),
        "",
        *ensemble_lines(report),
        "",
        "### Other limits",
        "",
        "The limit rules the writing too: a chord reaches a hit only from where the fit can bring "
        "it there. So there are two questions: the same notes bent under another limit, and takes "
        "of the first films written anew under it, with the same seed.",
        "",
        *limit_lines(report),
        "",
        "### What is heard of known chords",
        "",
        "Six chords of each program behind quiet figures, rendered with the hall; the detector "
        "does not know the notes. Median, least and greatest error.",
        "",
        *hearing_lines(report.hearings),
        "",
        f"![A take with bar lines and hits]({pictures}/roll.png)",
    ]


def write_landing(report: LandingReport, shown: Shown, page: Path) -> Path:
    """Put the section into a page, in the place of the one before, with its pictures beside it.

    A page that does not exist yet, or has no such section, gets one at its end. The pictures go
    to a folder with the page's name.
    """
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    plot_errors(report, folder / "errors.png")
    plot_roll(shown.roll, folder / "roll.png")
    (folder / "films.csv").write_text(films_csv(shown.films), encoding="utf-8")
    section = "\n".join([OPENING, "", *measured_lines(report, shown, folder.name), "", CLOSING])
    text = page.read_text(encoding="utf-8") if page.is_file() else "# Landing on the cuts\n"
    before, found, rest = text.partition(OPENING)
    after = rest.partition(CLOSING)[2] if found else ""
    whole = f"{before.rstrip()}\n\n{section}\n{after.rstrip()}".rstrip() + "\n"
    with written_whole(page) as partial:
        partial.write_text(whole, encoding="utf-8")
    return page
