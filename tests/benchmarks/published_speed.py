"""The published size, 37 M parameters: cached writing against recomputing the whole window.

Run by hand: ``python -m tests.benchmarks.published_speed``. A token at full context (1,216 places)
is timed as the public code writes it, one pass over the whole window, and as the engine does, from
the cache, with the same weights, type and number of threads. Goal (DESIGN section 11): 100 times.
The last table says where a cached token's time goes; the reading speed of memory is measured by
summing a large tensor.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.decoding import ROWS, native_type, one_thread
from emsync_engine.music.published.decoding import PublishedDecoder
from emsync_engine.music.published.layout import PublishedConfiguration, PublishedTransformer
from emsync_engine.project.notes import FAMILIES

GOAL = 100


def seconds_of(work: Callable[[], object], repeats: int) -> float:
    """Median time of one call, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def conditions(length: int) -> Conditions:
    """One emotion, no boundary ahead."""
    return Conditions(
        torch.full((1, length, 2), 0.3),
        torch.full((1, length), 8.0),
        torch.full((1, length), 16.0),
        torch.ones(1, len(FAMILIES)),
    )


def read_bytes_per_s() -> float:
    """How fast one thread reads memory."""
    large = torch.ones(256 * 2**20 // 4)
    return large.nbytes / seconds_of(large.sum, 5)


def measure(model: PublishedTransformer, dtype: torch.dtype, repeats: int) -> None:
    """Time both ways in one type and print them."""
    c = model.configuration
    length = c.context - model.prefix_length
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(v.FIRST_ON, v.SIZE, (1, length), generator=generator)
    is_low = dtype != torch.float32
    decoder = PublishedDecoder(model, dtype=dtype)
    cache = decoder.new_cache(1)
    told = model.conditioning(conditions(1))[0]

    def recompute() -> None:
        with torch.autocast("cpu", dtype=dtype, enabled=is_low):
            model(tokens, conditions(length))

    def step() -> None:
        cache.length = c.context - 1
        decoder.step([40], [told], [cache])

    half = length // 2  # as TokenWriter.read_anew does

    def read_half() -> None:
        decoder.read(tokens[0, :half].tolist(), conditions(half), cache)

    with one_thread(), torch.inference_mode():
        decoder.read(tokens[0, :-1].tolist(), conditions(length - 1), cache)
        whole_s = seconds_of(recompute, max(repeats // 20, 3))
        anew_s = seconds_of(read_half, 3) / (length - half)
        decoder.read(tokens[0, :-1].tolist(), conditions(length - 1), cache)
        cached_s = seconds_of(step, repeats)
        print(f"{str(dtype).removeprefix('torch.')}, one thread, {c.context} places")
        print(f"  recomputing the window {whole_s * 1e3:9.1f} ms a token")
        print(f"  from the cache         {cached_s * 1e3:9.2f} ms a token")
        print(
            f"  reading half anew      {anew_s * 1e3:9.2f} ms a token, spread over {length - half}"
        )
        print(f"  ratio                  {whole_s / cached_s:9.0f}   (goal {GOAL})")
        print(f"  with reading anew      {whole_s / (cached_s + anew_s):9.0f}")
        shares(decoder, cache, cached_s, repeats)


def shares(decoder: PublishedDecoder, cache: object, cached_s: float, repeats: int) -> None:
    """Where a cached token's time goes."""
    c = decoder.configuration
    layers = decoder.layers
    x = torch.randn(ROWS, c.width).to(decoder.dtype)
    fed = torch.randn(ROWS, c.feed_forward).to(decoder.dtype)
    heads = torch.randn(3, 1, c.heads, c.head_width).to(decoder.dtype).unbind()

    def matrices() -> None:
        for layer in layers:
            layer.qkv(x)
            layer.out(x)
            layer.up(x)
            layer.down(fed)
        decoder.output(x)

    def attention() -> None:
        cache.length = c.context - 1
        for number, layer in enumerate(layers):
            cache.attend_relative(number, layer.distances, heads)

    speed = read_bytes_per_s()
    parts = {
        f"weights ({decoder.weight_bytes / 1e6:.0f} MB)": seconds_of(matrices, repeats),
        f"attention ({cache.bytes / 1e6:.0f} MB of keys and values)": seconds_of(
            attention, repeats
        ),
    }
    parts["norms, sums, sampling's input"] = max(cached_s - sum(parts.values()), 0.0)
    for name, seconds in parts.items():
        print(f"    {name:<46}{seconds * 1e3:8.2f} ms {seconds / cached_s:6.0%}")
    floor = (decoder.weight_bytes + cache.bytes) / speed
    print(
        f"    floor: both read once at {speed / 1e9:.1f} GB/s"
        f"{floor * 1e3:17.2f} ms; the token takes {cached_s / floor:.1f} times that"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=60)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = PublishedTransformer(PublishedConfiguration()).eval()
    print(f"{model.parameter_count / 1e6:.1f} M parameters, torch {torch.__version__}")
    for dtype in dict.fromkeys((torch.float32, native_type(torch.device("cpu")))):
        measure(model, dtype, options.repeats)


if __name__ == "__main__":
    main()
