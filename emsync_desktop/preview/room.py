"""Room for speech while playing: the curve of the export, on the music that is heard. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from emsync_desktop.preview.sound import FloatArray
from emsync_engine.project.ducking import Ducking
from emsync_engine.render.ducking import DuckingCurve, ducking_curve

if TYPE_CHECKING:
    from emsync_engine.features.speech import SpeechSpan

NO_ROOM = DuckingCurve(np.zeros(0))
"""The music keeps its level."""


def room_for_speech(spans: Sequence[SpeechSpan], ducking: Ducking, length_s: float) -> DuckingCurve:
    """The curve that an export lays on the music; flat without speech, or where it is off."""
    if not spans or not ducking.is_on or ducking.depth_db == 0:
        return NO_ROOM
    return ducking_curve(spans, ducking, length_s)


def gains_between(
    before: DuckingCurve, after: DuckingCurve, start: int, count: int
) -> FloatArray | None:
    """(count, 1) factors from one curve to another; None where there is nothing to do."""
    if before is after:
        return None if after is NO_ROOM else after.gains(start, count)
    share = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    return (1 - share) * before.gains(start, count) + share * after.gains(start, count)
