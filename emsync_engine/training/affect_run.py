"""The whole training of the music-emotion regressor and of the judge, from archives to weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emsync_engine.affect.judge import MusicJudge, save_music_judge
from emsync_engine.affect.random_convolutions import ConvolutionReader, save_convolution_reader
from emsync_engine.affect.reading import SECOND_SHARE, FloatArray, window_centres_s
from emsync_engine.affect.regressor import MusicAffect, save_music_affect
from emsync_engine.affect.sounding import NoteArrays, arrays_of
from emsync_engine.errors import MidiUnreadableError
from emsync_engine.midi.reading import music_of, read_score
from emsync_engine.midi.tokenizer import quantise
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.affect_data import read_rated
from emsync_engine.training.affect_measures import (
    AffectReport,
    Predictions,
    cross_validated,
    report_on,
    spread_of,
)
from emsync_engine.training.affect_training import (
    AffectRecipe,
    Described,
    describe_rated,
    divided,
    fit_regressor,
)
from emsync_engine.training.convolution_training import fit_convolutions
from emsync_engine.training.corpus import pieces, unpack
from emsync_engine.training.judge_training import JudgeRecipe, fit_judge
from emsync_engine.weights import sha256_of

REFERENCE_SOURCES = (
    "freedoom",
    "simutrans",
    "mutopia-pd-by",
    "pop909",
    "openscore-lieder",
    "openscore-quartets",
)
"""Music whose windows fill the scale evenly: of the composer's own corpus, each source alike."""

Reader = MusicAffect | ConvolutionReader | MusicJudge
Reference = list[tuple[NoteArrays, FloatArray]]
_DATA = "VGMIDI, MemoMusic, mood-named seeds of Tegridy"
_PIECES_PER_SOURCE = 40
_WINDOWS_PER_PIECE = 8
_QUANTILES = 65


@dataclass(frozen=True, slots=True)
class AffectTraining:
    """What was written, with its SHA-256, and how either kind of model does on unseen music.

    ``reports``: ``regressor`` cross-validated on all rated pieces; ``regressor shipped``, ``second
    shipped``, ``both`` (as ``music.stretch_judge`` weighs them) and ``judge shipped`` on the other
    side's pieces; ``regressor alike`` is a regressor of the judge's pieces beside it, to compare
    the two kinds.
    """

    written: dict[Path, str]
    reports: dict[str, AffectReport]


def train_affect(
    archives: Path,
    work: Path,
    *,
    out: Path,
    second_out: Path | None = None,
    judge_out: Path | None = None,
    recipe: AffectRecipe | None = None,
    judge_recipe: JudgeRecipe | None = None,
    monitor: Monitor = SILENT,
) -> AffectTraining:
    """Fit both readers on their side of the rated pieces, the judge on the other, and write them.

    The same archives give the same weights. Archives are unpacked in ``work``.
    """
    described = describe_rated(read_rated(archives, work, monitor=monitor), monitor=monitor)
    reference = reference_windows(archives, work, monitor=monitor)
    own, others = by_side(described)
    report = cross_validated(described, recipe=recipe, monitor=monitor)
    model = fit_regressor(own, recipe=recipe)
    model = replace(model, scale=even_scale(model, reference), spread=spread_of(report))
    save_music_affect(model, out, {"data": _DATA})
    reports = {"regressor": report, "regressor shipped": report_on(others, ratings(others, model))}
    written = {out: sha256_of(out)}
    if second_out is not None:
        written[second_out], told = _second(own, others, model, reference, second_out)
        reports |= told
    if judge_out is not None:
        judge = fit_judge(others, recipe=judge_recipe, monitor=monitor)
        judged = report_on(own, ratings(own, judge))
        judge = replace(judge, scale=even_scale(judge, reference), spread=spread_of(judged))
        save_music_judge(judge, judge_out, {"data": _DATA})
        written[judge_out] = sha256_of(judge_out)
        alike = fit_regressor(others, recipe=recipe)
        reports |= {"judge shipped": judged, "regressor alike": report_on(own, ratings(own, alike))}
    return AffectTraining(written, reports)


def _second(
    own: Sequence[Described],
    others: Sequence[Described],
    regressor: MusicAffect,
    reference: Reference,
    out: Path,
) -> tuple[str, dict[str, AffectReport]]:
    """Fit and write the second reader; its SHA-256, and how it does alone and with the first."""
    reader = fit_convolutions(own)
    told, beside = ratings(others, reader), ratings(others, regressor)
    both = [
        (_weighed(first[0], second[0]), _weighed(first[1], second[1]))
        for first, second in zip(beside, told, strict=True)
    ]
    report = report_on(others, told)
    reader = replace(reader, scale=even_scale(reader, reference), spread=spread_of(report))
    save_convolution_reader(reader, out, {"data": _DATA})
    return sha256_of(out), {"second shipped": report, "both": report_on(others, both)}


def _weighed(first: FloatArray, second: FloatArray) -> FloatArray:
    """Readings of both, as they are heard together."""
    return (1 - SECOND_SHARE) * first + SECOND_SHARE * second


def by_side(described: Sequence[Described]) -> tuple[list[Described], list[Described]]:
    """The regressor's pieces and the judge's."""
    sides = divided([one.piece for one in described])
    own = [one for one in described if sides[one.piece.kin] == "regressor"]
    return own, [one for one in described if sides[one.piece.kin] == "judge"]


def ratings(described: Sequence[Described], model: Reader) -> Predictions:
    """What a model says of the windows of pieces and of their drawings."""
    return [
        (
            model.rate_windows(one.piece.notes, one.centres_s),
            model.rate_windows(one.piece.drawing or one.piece.notes, one.centres_s),
        )
        for one in described
    ]


def reference_windows(archives: Path, work: Path, *, monitor: Monitor = SILENT) -> Reference:
    """Notes of reference pieces and the middles of the windows to take, as many of every source."""
    unpack(archives, REFERENCE_SOURCES, work)
    found: Reference = []
    for done, source in enumerate(REFERENCE_SOURCES):
        monitor.advance("reference music", done, len(REFERENCE_SOURCES))
        listed = list(pieces(work, (source,)))
        for piece in listed[:: max(len(listed) // _PIECES_PER_SOURCE, 1)][:_PIECES_PER_SOURCE]:
            found.extend(_windows_of(piece.path))
    return found


def _windows_of(path: Path) -> Iterator[tuple[NoteArrays, FloatArray]]:
    try:
        notes = arrays_of(quantise(music_of(read_score(path))))
    except MidiUnreadableError:
        return
    if not len(notes.onsets_s):
        return
    centres = window_centres_s(0.0, notes.duration_s)
    stride = max(len(centres) // _WINDOWS_PER_PIECE, 1)
    yield notes, centres[::stride][:_WINDOWS_PER_PIECE]


def even_scale(model: Reader, reference: Reference) -> FloatArray:
    """(2, Q) quantiles on which the reference windows lie evenly over [-1, 1]."""
    rated = np.concatenate([model.rate_windows(notes, centres) for notes, centres in reference])
    quantiles = np.nanquantile(rated, np.linspace(0.0, 1.0, _QUANTILES), axis=0).T
    steps: FloatArray = quantiles + np.arange(_QUANTILES) * 1e-6  # strictly rising
    return steps
