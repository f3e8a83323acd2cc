import math
from dataclasses import replace

import pytest

from emsync_engine.evaluation.conditioning_page import write_page
from emsync_engine.evaluation.conditioning_table import CLAIMS, findings, table_lines
from emsync_engine.evaluation.conditionings import (
    NAMES,
    Amounts,
    ConditioningRow,
    Foretold,
    Written,
)
from emsync_engine.training.recipe import Recipe

FORETOLD = Foretold(
    parameters=2_000_000, trained_tokens=800_000, nll=3.0, top1=0.3, top5=0.5, tokens=1234
)
WRITTEN = Written(
    within_100_ms=0.1, chance_100_ms=0.1, within_1_s=0.3, chance_1_s=0.3, chords_per_minute=10.0
)


def row(variant, seed, *, nll=3.0, error=None, within_100_ms=0.1, top1=0.3):
    written = replace(
        WRITTEN,
        within_100_ms=within_100_ms,
        valence_error=error,
        arousal_error=error,
        valence_permuted=0.5,
        arousal_permuted=0.5,
    )
    return ConditioningRow(
        variant, seed, 400, replace(FORETOLD, nll=nll, top1=top1), written=written
    )


def the(found, start):
    return next(finding for finding in found if finding.statement.startswith(start))


def test_a_finding_holds_where_it_is_true_of_every_seed():
    rows = [row("none", 1, nll=3.0), row("discrete-token", 1, nll=2.9)]
    rows += [row("none", 2, nll=3.2), row("discrete-token", 2, nll=2.8)]
    found = the(findings(rows), "discrete-token foretells better than vanilla")
    assert (found.verdict, found.true_in, found.of) == ("held", 2, 2)
    assert found.margin == pytest.approx(0.25)
    assert found.spread == pytest.approx(math.sqrt(2 * 0.15**2))


def test_a_finding_that_is_true_of_some_seeds_is_not_decided():
    rows = [row("none", 1, nll=3.0), row("continuous-token", 1, nll=2.9)]
    rows += [row("none", 2, nll=3.0), row("continuous-token", 2, nll=3.1)]
    found = the(findings(rows), "continuous-token foretells better than vanilla")
    assert found.verdict == "not decided"
    rows = [
        replace(r, foretold=replace(r.foretold, nll=4.0)) if r.variant != "none" else r
        for r in rows
    ]
    assert the(findings(rows), "continuous-token foretells").verdict == "did not hold"


def test_the_best_of_three_is_held_against_the_strongest_other():
    rows = [
        row("discrete-token", 1, nll=2.8, error=0.4, top1=0.31),
        row("continuous-token", 1, nll=2.9, error=0.3, top1=0.32),
        row("continuous-concatenated", 1, nll=2.7, error=0.35, top1=0.30),
    ]
    found = findings(rows)
    assert the(found, "continuous-concatenated has the best NLL").margin == pytest.approx(0.1)
    assert the(found, "continuous-concatenated has the smallest VA").margin == pytest.approx(-0.05)
    best_top1 = the(found, "continuous-concatenated has the best top-1")
    assert best_top1.margin == pytest.approx(-0.02)  # more is better
    assert math.isnan(best_top1.spread)


def test_chords_at_boundaries_are_counted_beyond_chance_over_all_five():
    kinds = [name for name in NAMES if not name.endswith("+offsets")]
    rows = [row(name, 1, within_100_ms=0.15) for name in kinds]
    rows += [row(f"{name}+offsets", 1, within_100_ms=0.35) for name in kinds[1:]]
    assert not any("bring chords" in finding.statement for finding in findings(rows))
    rows.append(row("none+offsets", 1, within_100_ms=1.0))
    found = the(findings(rows), "boundary offsets bring chords within 0.1 s")
    assert found.margin == pytest.approx(0.48 - 0.15)
    silent = [replace(one, written=None) for one in rows]
    assert not any("bring chords" in finding.statement for finding in findings(silent))
    assert the(findings(silent), "boundary offsets cost nothing").margin == pytest.approx(0.0)


def test_emotion_is_heard_where_its_error_is_below_that_of_unrelated_readings():
    rows = [row("per-token", 1, error=0.3), row("per-token+offsets", 1, error=0.5)]
    rows += [row("per-token", 2, error=0.6), row("per-token+offsets", 2, error=0.5)]
    found = the(findings(rows), "per-token: what is told is heard")
    assert (found.true_in, found.of) == (1, 2)
    assert found.margin == pytest.approx((0.1 - 0.05) / 2)


def test_what_was_not_measured_is_no_finding():
    assert findings([row("none", 1)]) == []
    assert {
        name for claim in CLAIMS for names in (claim.first, *claim.others) for name in names
    } <= set(NAMES)


def test_the_tables_have_a_line_for_each_variant_with_its_spread():
    rows = [row("none", seed, nll=nll) for seed, nll in ((1, 3.0), (2, 3.2))]
    rows += [
        row("per-token+offsets", seed, nll=nll, error=0.25) for seed, nll in ((1, 2.9), (2, 3.0))
    ]
    lines = table_lines(rows)
    vanilla = next(line for line in lines if line.startswith("| none |"))
    assert "3.1000 ± 0.1414" in vanilla
    told = next(line for line in lines if line.startswith("| per-token+offsets |"))
    assert "2.9500 ± 0.0707" in told
    assert "-0.1500 ± 0.0707" in told  # each seed against its own vanilla
    assert sum(line.startswith("| per-token+offsets |") for line in lines) == 2
    assert "1,234 tokens of test music" in lines[0]
    heard = [line for line in lines if line.startswith("| none |")][1]
    assert heard.split(" | ")[1] == "-"  # no emotion told, no VA error
    silent = table_lines([replace(one, written=None) for one in rows])
    assert not any("VA error |" in line for line in silent)
    assert table_lines([]) == []


def test_the_page_says_how_what_and_what_held(tmp_path):
    rows = [row("none", seed, nll=3.0) for seed in (1, 2)]
    rows += [row("discrete-token", seed, nll=2.9, error=0.4) for seed in (1, 2)]
    rows += [row("continuous-token", seed, nll=2.6 + 0.2 * seed, error=0.5) for seed in (1, 2)]
    page = write_page(rows, tmp_path / "made", recipe=Recipe(), amounts=Amounts())
    text = page.read_text(encoding="utf-8")
    assert "--steps 400 --training-seeds 2" in text
    assert "{" not in text
    held, fell, open_ = (text.index(words) for words in ("Held in", "Did not hold", "Not decided"))
    assert held < text.index("- discrete-token foretells better than vanilla") < fell
    assert fell < text.index("- continuous-token has a smaller VA error than discrete") < open_
    assert open_ < text.index("- continuous-token foretells better than discrete-token")
