"""A take does not stay on two or three notes: how many bits its pitch classes lack.

What is chosen for its emotion and what comes again make a circle: the fewer notes a figure has, the
more surely it reads as before. In held-out ensembles one stretch of 8 s in ten has pitch classes of
less than 2.1 bits (four that are equally usual have 2.0), one in twenty of less than 1.7.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from emsync_engine.project.notes import Music

SPAN_S = 8.0
USUAL_BITS = 2.0
LEAST_NOTES = 12
"""In fewer notes nothing is to be counted."""


def bits_lacking(music: Music, end_s: float) -> float:
    """How far the entropy of the pitch classes struck in the 8 s before ``end_s`` is below usual.

    In bits, 0 where nothing is lacking or too little was struck.
    """
    classes = Counter(
        note.pitch % 12
        for note in music.notes
        if note.family != "drums" and end_s - SPAN_S <= note.onset_s < end_s
    )
    if classes.total() < LEAST_NOTES:
        return 0.0
    shares = np.array(list(classes.values())) / classes.total()
    return max(USUAL_BITS + float((shares * np.log2(shares)).sum()), 0.0)
