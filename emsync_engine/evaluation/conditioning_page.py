"""The comparison of conditionings as a page: how it was made, its tables, and what held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emsync_engine.evaluation.boundaries import seeded_boundaries
from emsync_engine.evaluation.conditioning_table import Finding, findings, table_lines
from emsync_engine.evaluation.conditionings import Amounts, ConditioningRow
from emsync_engine.evaluation.va_grid import NO_CONTROL
from emsync_engine.training.recipe import Recipe

PAGE = "conditionings.md"

_HOW = """\
# The thesis' conditionings on our music

The thesis' tables 4.1 and 4.2 made again: its four models and ours (`per-token`), each with and
without boundary offsets, in the published layout. Written by
`emsync evaluate conditionings WORK --steps {steps} --training-seeds {seeds} --report docs`,
which goes on where it was stopped.

**This is a small run.** The thesis trained 145 M parameters to convergence, on ten times the music.
These have {layers} layers of width {width} and see {batch} chunks of {length} tokens in each of
{steps} steps. What separates here may not separate there, and the other way round. More steps, a
larger recipe (`--recipe`) and a GPU (`--device cuda`) make the long run by the same command.

The thesis has NLL 0.7445 (vanilla), 0.7375 (discrete-token), 0.7122 (continuous-token) and 0.7075
(continuous-concatenated), which is also best in top-1 and top-5, and errors of 0.2164, 0.1951 and
0.1948 (normalised, perhaps halved).

- All runs of a seed see the same batches, and begin with the same weights where they have the same
  parts. Rates were chosen with one variant and are the same for all.
- Loss and accuracy: the same chunks of the test side of the split for all, everything told.
  Boundaries, where a variant reads them, are the strong chords of the music itself, so that their
  gain is not that of a better model.
- VA error: {grid} pieces of {grid_seconds:g} s for each run, 25 conditions; what a judge reads
  against what was told, not halved, mean of both axes. A judge that always reads 0 has
  {no_control}. "If nothing were told": the same readings against every condition in turn.
- Boundaries: {boundaries} in {boundary} pieces of {boundary_seconds:g} s for each run. Variants
  without offsets are asked as well and cannot hear it. By chance: other boundaries, same music.
- Sampled as in the thesis (nucleus 0.7, temperature 1.2), without guidance, and without what makes
  the notes of our own model lean.
- After ± stands the standard deviation over the training seeds."""

_VERDICTS = {
    "held": "Held in every seed:",
    "did not hold": "Did not hold in any seed:",
    "not decided": "Not decided, true in some seeds and not in others:",
}


def write_page(
    rows: Sequence[ConditioningRow], folder: Path, *, recipe: Recipe, amounts: Amounts
) -> Path:
    """Write the page of at least one run into a folder; the page."""
    how = _HOW.format(
        steps=rows[0].steps,
        seeds=len({row.seed for row in rows}),
        layers=recipe.model.layers,
        width=recipe.model.width,
        batch=recipe.batch,
        length=recipe.length,
        grid=25 * amounts.grid_seeds,
        grid_seconds=amounts.grid_seconds,
        no_control=NO_CONTROL,
        boundaries=sum(
            len(seeded_boundaries(seed, amounts.boundary_seconds))
            for seed in range(amounts.boundary_seeds)
        ),
        boundary=amounts.boundary_seeds,
        boundary_seconds=amounts.boundary_seconds,
    )
    lines = [how, "", *table_lines(rows), "", *_what_held(findings(rows))]
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    page.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return page


def _what_held(found: Sequence[Finding]) -> list[str]:
    """The findings by verdict, in words."""
    lines = ["## What held"]
    for verdict, words in _VERDICTS.items():
        own = [finding for finding in found if finding.verdict == verdict]
        lines += ["", words, "", *(f"- {_sentence(finding)}" for finding in own)] if own else []
    return lines


def _sentence(finding: Finding) -> str:
    return (
        f"{finding.statement}: {finding.true_in} of {finding.of} seeds, "
        f"by {finding.margin:+.4f} ± {finding.spread:.4f}"
    )
