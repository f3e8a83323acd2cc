"""True peaks after lossy coding: what a decoder gives back is measured, not what went in.

AAC and Opus rebuild a wave only nearly, and where it was limited their peaks come out some tenths
of a decibel higher. So what was coded is decoded; places that are over the limit are limited by as
much more and coded again, until they hold.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.render.limiter import BLOCK, LARGEST_DB, limiting
from emsync_engine.render.loudness import SPAN, block_peaks
from emsync_engine.video.coded_track import MINUTE_SPANS, WORTH_A_LOOK, CodedTrack, Span

MOST_LIMITED = 20
"""Times that it is limited more, in ever fewer places; then the whole track is turned down."""

_MOST_LOWERED = 3

_STEP_DB = 0.02  # lower than what was found: more each time, so that there is an end
_LARGE_STEP_DB = 0.1  # where each time costs as much as the first
_BETWEEN_DB = 0.1  # lower still, for the limiter's curve between two blocks
_MOST_SPANS = MINUTE_SPANS
_RELEASE = 6 * SPAN  # samples: the limiter comes back by 24 dB in that time

_WORTH_SAYING_DB = 0.05

FloatArray = NDArray[np.float64]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodedPeak:
    """True peak of the decoded track, at first and in the end, in dBTP; -inf for silence.

    ``limited_db`` and ``lowered_db`` are what that took: peaks alone where it took most, or the
    whole track.
    """

    first_dbtp: float
    dbtp: float
    limited_db: float = 0.0
    lowered_db: float = 0.0
    trials: int = 1


def hold_coded_peak(
    coded: CodedTrack, *, ceiling_dbtp: float, monitor: Monitor = SILENT
) -> CodedPeak:
    """Code a track, and limit it in place until its true peak holds after coding.

    Raises
    ------
    As ``CodedTrack.code`` does.
    """
    peaks = coded.code(monitor=monitor)
    first = float(peaks.max())
    lowered, trials = 0.0, 1
    step_db = _LARGE_STEP_DB if coded.coding.is_in_one_piece else _STEP_DB
    ceilings = np.full(len(peaks), ceiling_dbtp)
    limited = np.zeros(len(peaks))
    while peaks.max() > ceiling_dbtp and trials <= MOST_LIMITED:
        lower = _too_much(peaks - ceiling_dbtp, trials * step_db)
        ceilings -= lower
        changed: list[Span] = []
        for spans in _stretches(lower > 0):
            places, most = _limit(coded.track, spans.start, ceilings[spans])
            changed += places
            limited[spans] += most
        peaks = coded.code(changed, monitor=monitor)
        trials += 1
    while peaks.max() > ceiling_dbtp and trials <= MOST_LIMITED + _MOST_LOWERED:
        down = float(peaks.max()) - ceiling_dbtp + _LARGE_STEP_DB
        coded.track *= np.float32(10 ** (-down / 20))
        lowered += down
        peaks = coded.code(monitor=monitor)
        trials += 1
    peak = float(peaks.max())
    logger.debug("true peak after coding: %.2f, then %.2f dBTP", first, peak)
    return CodedPeak(first, peak, float(limited.max()), lowered, trials)


def _too_much(over_db: FloatArray, more_db: float) -> FloatArray:
    """How much lower each span must be limited, in dB: as it or a neighbour is, and some more."""
    from scipy.ndimage import maximum_filter1d

    wanted = np.where(over_db > 0, over_db + more_db, 0.0)
    near: FloatArray = maximum_filter1d(wanted, 3, mode="nearest")
    return near


def _stretches(chosen: NDArray[np.bool_]) -> list[slice]:
    """Runs of spans that are chosen, of a minute at most."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    return [
        slice(begin, min(begin + _MOST_SPANS, end))
        for start, end in edges.reshape(-1, 2).tolist()
        for begin in range(start, end, _MOST_SPANS)
    ]


def _limit(
    track: NDArray[np.float32], first_span: int, ceilings_dbtp: FloatArray
) -> tuple[list[Span], float]:
    """Limit some spans in place; the samples that changed, and by how many dB at most.

    Nothing where that would be more than a limiter should do.
    """
    start = first_span * SPAN
    before = min(start, _RELEASE)
    around = track[start - before : start + len(ceilings_dbtp) * SPAN + _RELEASE]
    lowest = float(10 ** ((ceilings_dbtp.min() - _BETWEEN_DB) / 20))
    with np.errstate(divide="ignore"):
        peaks = 20 * np.log10(block_peaks(around, BLOCK, floor=WORTH_A_LOOK * lowest))
    ceilings = np.full(len(peaks), np.inf)
    own = np.repeat(ceilings_dbtp - _BETWEEN_DB, SPAN // BLOCK)[: len(peaks) - before // BLOCK]
    ceilings[before // BLOCK :][: len(own)] = own
    curve = limiting(peaks - ceilings, 0.0)
    if curve.largest_db > LARGEST_DB:
        return [], 0.0
    for begin, end in curve.working:
        piece = around[begin:end]
        piece *= curve.gains(begin, len(piece))
    moved = start - before
    return [(moved + begin, moved + end) for begin, end in curve.working], curve.largest_db


def peak_words(peak: CodedPeak | None, *, codec: str) -> Sequence[str]:
    """What coding did to the peaks, and what was done about it, as clauses; none if nothing was."""
    if peak is None or max(peak.limited_db, peak.lowered_db) < _WORTH_SAYING_DB:
        return ()
    done = []
    if peak.limited_db >= _WORTH_SAYING_DB:
        done.append(f"peaks were limited by another {peak.limited_db:.1f} dB")
    if peak.lowered_db >= _WORTH_SAYING_DB:
        done.append(f"the sound was lowered by {peak.lowered_db:.1f} dB")
    return (
        f"decoded from {codec} the true peak is {peak.dbtp:.1f} dBTP, for which "
        f"{' and '.join(done)}",
    )
