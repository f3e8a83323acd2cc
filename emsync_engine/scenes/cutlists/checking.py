"""Whether a list of cuts is of this film: does the picture change where it says?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.cutlists.fitting import ImportedCuts
from emsync_engine.scenes.strength import cut_strengths
from emsync_engine.video.decode import DecodedVideo

_REACH_S = 0.25  # a change is looked for between the pictures so far before and after
_EVERY_S = 0.5  # places of the film that the listed ones are compared with
_USUAL = 0.75  # of these places change less than what counts as a change
_FEWEST = 4  # of fewer cuts nothing is said
_MOST_SEEN = 0.35  # by chance it is a quarter; lists of films full of fades reach a half


def looked_at(video: DecodedVideo, imported: ImportedCuts, *, name: str) -> ImportedCuts:
    """Imported cuts with strengths measured in the picture, where the list gave none.

    A list of another film names places like any others. Where hardly more of its cuts than by
    chance change the picture more than three quarters of all places do, a remark says so.
    """
    cuts, times_s = imported.cuts, video.times_s()
    places = [_picture_at(times_s, float(cut.time)) for cut in cuts]
    if not imported.scored and cuts:
        distinct = sorted(set(places))
        strengths = dict(zip(distinct, cut_strengths(video.frames, times_s, distinct), strict=True))
        cuts = tuple(
            replace(cut, score=float(strengths[place]))
            for cut, place in zip(cuts, places, strict=True)
        )
    remarks = imported.remarks
    if len(places) >= _FEWEST:
        everywhere = np.arange(0.0, float(times_s[-1]), _EVERY_S)
        usual = _changes(video, [_picture_at(times_s, time_s) for time_s in everywhere])
        seen = int(np.sum(_changes(video, places) > np.quantile(usual, _USUAL)))
        if seen < _MOST_SEEN * len(places):
            remarks = (
                *remarks,
                f"The picture changes much at only {seen} of the {len(places)} cuts of {name}; "
                "it may be of another film, or begin at another timecode.",
            )
    return replace(imported, cuts=cuts, remarks=remarks)


def _picture_at(times_s: NDArray[np.float64], time_s: float) -> int:
    """The picture that appears nearest to a time; never the first."""
    place = int(np.searchsorted(times_s, time_s))
    if place == len(times_s) or (place and time_s - times_s[place - 1] < times_s[place] - time_s):
        place -= 1
    return min(max(place, 1), len(times_s) - 1)


def _changes(video: DecodedVideo, places: Sequence[int]) -> NDArray[np.float64]:
    """Mean absolute difference between what is seen shortly before and shortly after places."""
    times_s = video.times_s()
    changes = np.zeros(len(places))
    for number, place in enumerate(places):
        before = int(np.searchsorted(times_s, times_s[place] - _REACH_S))
        after = int(np.searchsorted(times_s, times_s[place] + _REACH_S, side="right")) - 1
        one, other = video.frames[[min(before, place - 1), after]].astype(np.int16)
        changes[number] = np.mean(np.abs(one - other))
    return changes
