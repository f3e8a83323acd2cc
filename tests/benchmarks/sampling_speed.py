"""How fast music is written on this machine, and how near that is to what its memory allows.

    python -m tests.benchmarks.sampling_speed [--seconds 60] [--seeds 2] [--type float32]

Prints how long the step takes to compile, or to be loaded; the bytes of weights and cache that one
token reads, the read bandwidth measured here, the floor that follows from both, and the time that
a step takes, compiled and in calls into torch; then whole takes of the default settings, four
candidates together, and ten minutes against ten times one. Times of steps are processor time of
the one thread that works; nothing else should run. Below the steps stands the model's own forward
pass in float32, which they replace. With NUMBA_CACHE_DIR set to an empty folder the step is
compiled as on a fresh machine.
"""

import argparse
import math
import time

import psutil
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from emsync_engine.music import decoding
from emsync_engine.music.branching import write_best
from emsync_engine.music.brief import Brief
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ensemble_named
from emsync_engine.music.generation import write_takes, write_tokens
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.weights import load_composer

GOAL = "60 s in 12 s; a step within 2 times of the floor; 10 min within 1.2 times of 10 x 1 min"
LENGTHS = (300, 600, 900, 1200)
REPEATS = 100


class Counter(TorchDispatchMode):
    """Counts the operations that reach a kernel or make a view."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.calls += 1
        return func(*args, **(kwargs or {}))


def spent_s(work):
    """Processor time of one call: the fastest tenth, which others disturbed least."""
    times = []
    for _ in range(REPEATS):
        started = time.thread_time_ns()
        work()
        times.append((time.thread_time_ns() - started) / 1e9)
    return sorted(times)[REPEATS // 10]


def read_bandwidth(size):
    """Bytes a second at which one thread sums float32 numbers of so many bytes."""
    numbers = torch.ones(size // 4)
    with decoding.one_thread():
        return size / spent_s(numbers.sum)


def brief_of(duration_s):
    families = ensemble_named(DEFAULT_ENSEMBLE).families
    hits_s = tuple(8.0 * number for number in range(1, int(duration_s / 8)))
    return Brief(
        duration_s,
        lambda time_s: VAPoint(0.6 * math.sin(time_s / 7), 0.5 * math.cos(time_s / 5)),
        hits_s,
        families,
        GenerationSettings(),
    )


def print_first(model):
    started = time.perf_counter()
    decoder = decoding.Decoder(model)
    decoder.step([7], [torch.zeros(1, decoder.configuration.width)], [decoder.new_cache(1)])
    print(f"first step, with loading or compiling: {time.perf_counter() - started:.1f} s")


def print_steps(model, dtype, *, compiled, rows=3):
    """Rows: told, without valence, without arousal, as the default settings ask."""
    decoder = decoding.Decoder(model, dtype=dtype, compiled=compiled)
    cache = decoder.new_cache(rows)
    told = [torch.zeros(rows, decoder.configuration.width)]

    def step():
        cache.keep(length - 1)
        decoder.step([7], told, [cache])

    kind = "compiled" if decoder.is_compiled else "called"
    print(
        f"{kind}, {rows} rows, {decoder.dtype}, weights {decoder.weight_bytes / 1e6:.1f} MB a token"
    )
    for length in LENGTHS:
        cache_bytes = decoder.cache_bytes(length, rows)
        read = decoder.weight_bytes + cache_bytes
        floor_s = read / read_bandwidth(read)
        step()
        spent = spent_s(step)
        print(
            f"{length:>5} tokens: cache {cache_bytes / 1e6:5.1f} MB, floor {1e3 * floor_s:.2f} ms"
            f" at {read / floor_s / 1e9:.1f} GB/s, step {1e3 * spent:.2f} ms,"
            f" {spent / floor_s:.2f} times the floor"
        )
    with Counter() as counter:
        step()
    print(f"{counter.calls} operations a step, views included")


def print_forward(model, rows):
    """The same step through the model's modules, in float32 with its own cache."""
    caches = model.new_caches(rows)
    known = torch.zeros(rows, 1)
    told = Conditions(torch.zeros(rows, 1, 2), known, known, torch.ones(rows, 5))
    token = torch.full((rows, 1), 7)

    def forward():
        for cache in caches:
            cache.length = 600 - 1
        model(token, told, caches)

    with torch.inference_mode(), decoding.one_thread():
        forward()
        spent = spent_s(forward)
        with Counter() as counter:
            forward()
    print(f"  600 tokens, forward pass: {1e3 * spent:.2f} ms, {counter.calls} operations")


def print_takes(model, seconds, seeds):
    list(write_tokens(model, brief_of(2.0), seed=0))
    for seed in range(seeds):
        started, worked = time.perf_counter(), time.process_time()
        tokens = sum(1 for _ in write_tokens(model, brief_of(seconds), seed=seed))
        spent, busy = time.perf_counter() - started, time.process_time() - worked
        print(
            f"seed {seed}: {seconds:.0f} s, {tokens} tokens in {spent:.1f} s ({busy:.1f} s of"
            f" processor): {tokens / spent:.0f} tokens/s, {60 * spent / seconds:.1f} s a minute"
        )
    started = time.process_time()
    takes = write_takes(model, brief_of(seconds / 4), seeds=range(4))
    together = (time.process_time() - started) / sum(map(len, takes))
    started = time.process_time()
    alone = sum(
        sum(1 for _ in write_tokens(model, brief_of(seconds / 4), seed=seed)) for seed in range(4)
    )
    apart = (time.process_time() - started) / alone
    print(f"four candidates together: {together / apart:.2f} of the time of four one by one")


def print_length(model):
    """Ten minutes against ten pieces of one, at the default settings, and the memory of each."""
    costs = []
    for lengths_s in ([60.0] * 10, [600.0]):
        before = psutil.Process().memory_info().rss
        started, worked, tokens = time.perf_counter(), time.process_time(), 0
        for seed, duration_s in enumerate(lengths_s):
            tokens += sum(1 for _ in write_best(model, brief_of(duration_s), seed=seed))
        busy = time.process_time() - worked
        more = (psutil.Process().memory_info().rss - before) / 1e6
        costs.append(busy / tokens)
        print(
            f"{len(lengths_s)} x {lengths_s[0]:.0f} s: {tokens} tokens,"
            f" {time.perf_counter() - started:.0f} s, {busy:.0f} s of processor,"
            f" {1e3 * busy / tokens:.2f} ms a token, memory {more:+.0f} MB"
        )
    print(f"a token of ten minutes: {costs[1] / costs[0]:.2f} of a token of one")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--type", choices=("float32", "bfloat16"))
    parser.add_argument("--steps-only", action="store_true")
    parser.add_argument("--length", action="store_true", help="ten minutes against one, too")
    arguments = parser.parse_args()
    model, _ = load_composer()
    dtype = getattr(torch, arguments.type) if arguments.type else None
    print(GOAL)
    print_first(model)
    print_steps(model, dtype, compiled=True)
    print_steps(model, dtype, compiled=True, rows=6)
    print_steps(model, dtype, compiled=False)
    print_forward(model, 3)
    if arguments.steps_only:
        return
    print_takes(model, arguments.seconds, arguments.seeds)
    if arguments.length:
        print_length(model)


if __name__ == "__main__":
    main()
