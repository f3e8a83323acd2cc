"""A stem played anew only where its notes differ from those of one that is there.

What sounds at the first difference is struck again from its own start, unheard, and playing goes on
behind the last one until nothing of it is left: both ends are held against the old samples, so that
no tail has to be guessed. Where they do not agree, playing begins earlier.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.fluidsynth import (
    PlayedPart,
    RenderProgress,
    Stroke,
    advance,
    part_synthesizer,
    strike,
)
from emsync_engine.render.soundfont import Soundfont
from emsync_engine.render.spans import Changed
from emsync_engine.render.synthesizer import BLOCK, SAMPLE_RATE, Synthesizer

FloatArray = NDArray[np.float32]

ALIKE = 1e-5
"""Samples that differ by no more are the same: -100 dBFS."""

_AGREED = 24_000  # samples that must agree, half a second
_NEAR = 6 * SAMPLE_RATE  # differences that are nearer to each other are played through
_LEADS_S = (1.0, 4.0, 16.0)  # of keys that went up so long before a difference something may sound


def patch(
    font: Soundfont,
    samples: FloatArray,
    before: Sequence[Stroke],
    part: PlayedPart,
    progress: RenderProgress,
) -> list[Changed]:
    """Play a part where its strokes differ from those that samples were made of.

    Parameters
    ----------
    samples : (N, 2) as ``fluidsynth.render_raw`` made them of ``before`` with the same program and
        soundfont; changed in place. If this raises, they are neither the one nor the other.

    Returns
    -------
    what was changed, in order; the rest is untouched
    """
    times = differing_times(before, part.strokes)
    times = [time for time in times if time < len(samples)]
    if not times:
        return []
    changed: list[Changed] = []
    with part_synthesizer(font, part) as synthesizer:
        place = 0
        while place < len(times):
            one = _run(synthesizer, samples, part.strokes, times[place:], progress)
            changed.append(one)
            place = bisect_left(times, one.end)
    return changed


def differing_times(before: Sequence[Stroke], after: Sequence[Stroke]) -> list[int]:
    """Samples at which one of two parts has a stroke that the other has not, in order."""
    had, has = Counter(before), Counter(after)
    return sorted({stroke[0] for stroke in (had - has) + (has - had)})


def _run(
    synthesizer: Synthesizer,
    samples: FloatArray,
    strokes: Sequence[Stroke],
    times: Sequence[int],
    progress: RenderProgress,
) -> Changed:
    """Play from the first of some differences until everything is as it was."""
    first = times[0]
    player = _Player(synthesizer, strokes, len(samples), progress)
    for lead_s in (*_LEADS_S, None):
        start = 0 if lead_s is None else _lead_in(strokes, first, round(lead_s * SAMPLE_RATE))
        player.begin(start)
        heard = player.play(first - start)
        agreed = heard[-min(_AGREED, len(heard)) :]
        if start == 0 or _is_alike(agreed, samples[first - len(agreed) : first]):
            break
    end = first
    while end < len(samples):
        piece = player.play(min(_AGREED, len(samples) - end))
        old = samples[end : end + len(piece)]
        is_same = _is_alike(piece, old)
        old[:] = piece
        end += len(piece)
        later = bisect_left(times, end)
        is_past = end - len(piece) >= times[later - 1] + _AGREED
        is_far = later == len(times) or times[later] - end > _NEAR
        if is_same and is_past and is_far:
            break
    return Changed(first, end)


def _is_alike(new: FloatArray, old: FloatArray) -> bool:
    return not len(new) or float(np.max(np.abs(new - old))) <= ALIKE


def _lead_in(strokes: Sequence[Stroke], time: int, lead: int) -> int:
    """Where to begin so that all that sounds at a time is struck: at the first of those strokes.

    Keys that are down then, and those that went up no more than ``lead`` samples before.
    """
    down: dict[int, int] = {}
    earliest = max(time - lead, 0)
    start = earliest
    for at, is_on, pitch, _ in strokes:
        if at >= time:
            break
        if is_on:
            down[pitch] = at
        elif pitch in down:
            struck = down.pop(pitch)
            start = min(start, struck) if at >= earliest else start
    return min(start, *down.values()) // BLOCK * BLOCK if down else start // BLOCK * BLOCK


class _Player:
    """Plays strokes from a place on, as if nothing had sounded before."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        strokes: Sequence[Stroke],
        length: int,
        progress: RenderProgress,
    ) -> None:
        self._synthesizer, self._strokes, self._progress = synthesizer, strokes, progress
        self._length = length
        self._place = self._next = 0

    def begin(self, start: int) -> None:
        """Be silent, and go to a place on a block's edge."""
        self._synthesizer.silence()
        self._synthesizer.fill(np.zeros((BLOCK, 2), np.float32))
        self._place = start
        self._next = bisect_left(self._strokes, start, key=lambda stroke: stroke[0])

    def play(self, count: int) -> FloatArray:
        """(count, 2) samples from here on; whole blocks but at the end of the film."""
        blocks = -(-count // BLOCK) * BLOCK
        samples = np.zeros((blocks, 2), np.float32)
        done, end = 0, self._place + blocks
        while self._next < len(self._strokes) and self._strokes[self._next][0] < end:
            stroke = self._strokes[self._next]
            done = advance(
                self._synthesizer, samples, done, stroke[0] - self._place, self._progress
            )
            strike(self._synthesizer, stroke)
            self._next += 1
        advance(self._synthesizer, samples, done, blocks, self._progress)
        self._place = end
        return samples[:count]
