"""What the rows of a take are told at each time: as conditions, and as what the model adds."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.boundaries import MAX_OFFSET_S
from emsync_engine.midi.tokenizer import steps_of
from emsync_engine.music.conditioning import MAX_COUNTDOWN_S, Conditioning, Conditions
from emsync_engine.music.decoding import one_thread
from emsync_engine.music.sampling import family_flags
from emsync_engine.project.model import VAPoint
from emsync_engine.project.notes import Family

if TYPE_CHECKING:
    from emsync_engine.music.published.conditions import PublishedConditioning

_CHUNKS_KEPT = 8
_CHUNK_STEPS = 125


@dataclass(frozen=True, slots=True)
class Strand:
    """The same tokens read under one choice of what the model is told."""

    told_valence: bool = True
    told_arousal: bool = True
    told_boundaries: bool = True


class Telling:
    """The conditions of one film for the rows (R) of a take.

    What the model is told is a sum, of which one part follows from the time alone and the other
    from the boundary offset; both times are whole steps of 8 ms. So the first is computed for a
    second of music at once, the second once for all, and a token costs one addition.
    """

    def __init__(
        self,
        conditioning: Conditioning | PublishedConditioning,
        *,
        va_at: Callable[[float], VAPoint],
        duration_s: float,
        families: Collection[Family],
        strands: Sequence[Strand],
    ) -> None:
        self._conditioning = conditioning
        self._va_at, self._duration_s = va_at, duration_s
        self._families = torch.from_numpy(family_flags(families)).repeat(len(strands), 1)
        self._strands = strands
        self._device = conditioning.offset.missing.device
        self._by_offset = self._offset_vectors()
        self._by_time: dict[int, Tensor] = {}  # by chunk; forks of a take share them

    @torch.inference_mode()
    def _offset_vectors(self) -> Tensor:
        """(offsets in steps, R, width)"""
        offsets_s = torch.arange(steps_of(MAX_OFFSET_S) + 1, device=self._device) * v.STEP_S
        with one_thread():
            told = self._conditioning.offset(offsets_s)
        missing = self._conditioning.offset.missing.expand_as(told)
        return torch.stack([told if s.told_boundaries else missing for s in self._strands], dim=1)

    def conditions(self, steps: Sequence[int], offsets: Sequence[int]) -> Conditions:
        """Conditions (R, T) of tokens at these times and boundary offsets, both in steps."""
        times_s = [min(step * v.STEP_S, self._duration_s) for step in steps]
        points = [self._va_at(time_s) for time_s in times_s]
        rows = len(self._strands)
        values = [[point.valence, point.arousal] for point in points]
        va = torch.tensor(values, dtype=torch.float32).repeat(rows, 1, 1)
        offset_s = torch.tensor([offset * v.STEP_S for offset in offsets]).repeat(rows, 1)
        countdown_s = torch.tensor(
            [min(max(self._duration_s - time_s, 0.0), MAX_COUNTDOWN_S) for time_s in times_s]
        ).repeat(rows, 1)
        for row, strand in enumerate(self._strands):
            if not strand.told_valence:
                va[row, ..., 0] = math.nan
            if not strand.told_arousal:
                va[row, ..., 1] = math.nan
            if not strand.told_boundaries:
                offset_s[row] = math.nan
        return Conditions(va, offset_s, countdown_s, self._families)

    @torch.inference_mode()
    def vectors(self, step: int, offset: int) -> Tensor:
        """(R, width) what the model adds to a token at this time and offset, both in steps."""
        chunk, within = divmod(step, _CHUNK_STEPS)
        by_time = self._by_time.get(chunk)
        if by_time is None:
            for old in [
                other for other in list(self._by_time) if abs(other - chunk) > _CHUNKS_KEPT
            ]:
                self._by_time.pop(old, None)  # another thread may have dropped it as well
            by_time = self._by_time[chunk] = self._time_vectors(chunk)
        return by_time[within] + self._by_offset[offset]

    def _time_vectors(self, chunk: int) -> Tensor:
        """(steps, R, width): everything but the boundary offset."""
        steps = range(chunk * _CHUNK_STEPS, (chunk + 1) * _CHUNK_STEPS)
        conditions = self.conditions(steps, [0] * len(steps)).to(self._device)
        conditions.offset_s.fill_(math.nan)
        with one_thread():
            vectors: Tensor = self._conditioning(conditions) - self._conditioning.offset.missing
        return vectors.transpose(0, 1).contiguous()
