"""Writing music token by token, to exactly the film's length: one take, or several together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.brief import Brief
from emsync_engine.music.decoding import ROWS
from emsync_engine.music.layouts import Composer, TokenDecoder, decoder_for
from emsync_engine.music.sampling import log_softmax
from emsync_engine.music.token_writer import TokenWriter, strands_of


def next_rows(decoder: TokenDecoder, writers: Sequence[TokenWriter]) -> list[NDArray[np.float32]]:
    """For each take (R, V) log-probabilities of its next token, read in few passes."""
    logits: dict[int, Tensor] = {}
    together: list[int] = []
    for number, writer in enumerate(writers):
        if writer.must_read_anew:
            logits[number] = writer.read_anew()
        else:
            together.append(number)
    at_once = max(ROWS // writers[0].rows, 1)
    for first in range(0, len(together), at_once):
        waiting = [writers[number] for number in together[first : first + at_once]]
        read = decoder.step(
            [writer.tokens[-1] for writer in waiting],
            [writer.told() for writer in waiting],
            [writer.cache for writer in waiting],
        )
        logits.update(zip(together[first:], read, strict=False))
    return [log_softmax(logits[number].numpy()) for number in range(len(writers))]


def write_tokens(
    model: Composer, brief: Brief, *, seed: int, monitor: Monitor = SILENT
) -> Iterator[int]:
    """Tokens of one take as they are drawn, from the lead-in to the last frame.

    The same seed, brief, model and machine give the same tokens. Raises Cancelled through the
    monitor between two tokens.
    """
    decoder = decoder_for(model)
    writer = TokenWriter(decoder, brief, seed=seed)
    yield from writer.begin()
    while not writer.is_done:
        monitor.advance("compose", writer.done_s, brief.duration_s)
        yield writer.draw(next_rows(decoder, [writer])[0])
    monitor.advance("compose", brief.duration_s, brief.duration_s)


def write_takes(
    model: Composer, brief: Brief, *, seeds: Sequence[int], monitor: Monitor = SILENT
) -> list[tuple[int, ...]]:
    """Tokens of one take for each seed, as many in one pass as its rows allow.

    Each is what ``write_tokens`` gives for its seed, however many are written with it: all passes
    have the same shape, and no row of them depends on another. Raises Cancelled through the
    monitor between two passes.
    """
    decoder = decoder_for(model)
    together = ROWS // len(strands_of(brief)[0])
    takes: list[tuple[int, ...]] = []
    for first in range(0, len(seeds), together):
        writers = [
            TokenWriter(decoder, brief, seed=seed) for seed in seeds[first : first + together]
        ]
        for writer in writers:
            writer.begin()
        while unfinished := [writer for writer in writers if not writer.is_done]:
            done_s = first * brief.duration_s + sum(writer.done_s for writer in writers)
            monitor.advance("compose", done_s, len(seeds) * brief.duration_s)
            rows = next_rows(decoder, unfinished)
            for writer, own in zip(unfinished, rows, strict=True):
                writer.draw(own)
        takes += [tuple(writer.tokens) for writer in writers]
    total_s = len(seeds) * brief.duration_s
    monitor.advance("compose", total_s, total_s)
    return takes
