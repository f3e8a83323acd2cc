"""What is done to a thousand scores at every token, compiled: guidance, leaning, the nucleus.

Each is a handful of loops that numpy would make dozens of calls of, and those calls cost as much
as the model's own step. Sums run in one order on one thread: the same scores give the same token.

Numba keeps the compiled code for the next start, and looks whether this file has changed. The
interpreter's lock is kept meanwhile: each takes microseconds, and threads that hand the lock to one
another at every call lose more than they win (60 s of music took 19 s, and 17 with the lock kept).
"""

# what is compiled gets its types from numba, when it is compiled
# mypy: ignore-errors

from __future__ import annotations

from typing import Any

import numpy as np

from emsync_engine.compiling import compiled

_compiled = compiled(error_model="numpy")  # without numba slow, and the same tokens


@_compiled
def log_sum(scores: Any) -> float:
    """Logarithm of the sum of the exponentials of (N,) scores; -inf where all are."""
    largest = scores[0]
    for score in scores:
        largest = max(largest, score)
    if largest == -np.inf:
        return -np.inf
    total = 0.0
    for score in scores:
        total += np.exp(score - largest)
    return largest + np.log(total)


@_compiled
def log_softmax(logits: Any, normalised: Any) -> None:
    """(R, V) logits to log-probabilities."""
    for row in range(len(logits)):
        whole = log_sum(logits[row])
        for token in range(logits.shape[1]):
            normalised[row, token] = logits[row, token] - whole


@_compiled
def guide(rows: Any, strengths: Any, first: int, after: int, scores: Any) -> None:
    """Strengthen what the first of (R, V) log-probabilities has over the others, into (V,) scores.

    Those from ``first`` to ``after`` stay as they are, and the others keep the sum that they had.
    """
    told = rows[0]
    for token in range(len(told)):
        score = told[token]
        if token < first or token >= after:
            for other in range(len(strengths)):
                score += (strengths[other] - np.float32(1.0)) * (
                    told[token] - rows[other + 1, token]
                )
        scores[token] = score
    wanted = np.logaddexp(log_sum(told[:first]), log_sum(told[after:]))
    found = np.logaddexp(log_sum(scores[:first]), log_sum(scores[after:]))
    if found > -np.inf and wanted > -np.inf:
        for token in range(first):
            scores[token] += wanted - found
        for token in range(after, len(scores)):
            scores[token] += wanted - found


@_compiled
def lean(scores: Any, firsts: Any, gains: Any) -> None:
    """Add (P,) gains to the P scores from each of the ``firsts`` on; the sum of each stays."""
    for first in firsts:
        own = scores[first : first + len(gains)]
        before = log_sum(own)
        if before > -np.inf:
            for place in range(len(gains)):
                own[place] += gains[place]
            change = before - log_sum(own)
            for place in range(len(gains)):
                own[place] += change


@_compiled
def draw(scores: Any, temperature: float, top_p: float, chance: float) -> tuple[int, int]:
    """A token of the nucleus of (V,) scores by a chance in [0, 1), and the nucleus' size.

    -1 and 0 where every token is forbidden, or a score is not a number.
    """
    largest = scores[0]
    for score in scores:
        largest = max(largest, score)
    if not np.isfinite(largest):
        return -1, 0
    shares = np.empty(len(scores), dtype=np.float64)
    total = 0.0
    for token in range(len(scores)):
        shares[token] = np.exp((scores[token] - largest) / temperature)
        total += shares[token]
    # all below this together cannot reach what the nucleus leaves out: half of it to spare
    least = total * max(1 - top_p, 0.0) / (2 * len(scores))
    likely = np.flatnonzero(shares > least)
    order = likely[np.argsort(-shares[likely], kind="mergesort")]
    enough = top_p * total if top_p < 1 else np.inf  # whatever sums of all come to
    size, reached = 0, 0.0
    while size < len(order) and (size == 0 or reached < enough):
        reached += shares[order[size]]
        size += 1
    left = chance * reached
    for place in range(size):
        left -= shares[order[place]]
        if left < 0:
            return order[place], size
    return order[size - 1], size
