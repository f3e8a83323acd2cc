"""Every measure of the composer, part by part; a finished part is kept and not measured again."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from emsync_engine import __version__
from emsync_engine.affect.reading import AffectReader
from emsync_engine.errors import InputUnusableError, MissingError
from emsync_engine.evaluation.boundaries import (
    BoundaryReport,
    boundary_wish,
    measure_boundaries,
    seeded_boundaries,
)
from emsync_engine.evaluation.human import Distance, distances, human_excerpts
from emsync_engine.evaluation.pieces import PieceWriter
from emsync_engine.evaluation.sampling_grid import Choices, SamplingReport, measure_sampling
from emsync_engine.evaluation.speed import SpeedReport, measure_speed
from emsync_engine.evaluation.step_response import StepReport, measure_step_response
from emsync_engine.evaluation.takes import TakesReport, measure_takes
from emsync_engine.evaluation.va_grid import GridReport, measure_va_grid
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer
    from emsync_engine.training.store import TokenStore

logger = logging.getLogger(__name__)

FOLDER = "evaluation"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is written and measured; the defaults are what the goals ask for."""

    seeds: int = 8  # pieces of each VA condition, and of each step
    grid_seconds: float = 24.0
    boundary_seeds: int = 24
    boundary_seconds: float = 60.0
    human_excerpts: int = 160
    takes: int = 10
    take_seconds: float = 60.0
    per_group: int | None = None  # held-out chunks of each group; all of them
    speed_seconds: float = 60.0
    speed_seeds: int = 5
    sampling_seeds: int = 2  # of each corner and choice
    sampling_seconds: float = 24.0


QUICK = Sizes(
    seeds=1,
    grid_seconds=6.0,
    boundary_seeds=2,
    boundary_seconds=20.0,
    human_excerpts=24,
    takes=2,
    take_seconds=16.0,
    per_group=1,
    speed_seconds=8.0,
    speed_seeds=1,
    sampling_seeds=1,
    sampling_seconds=8.0,
)
"""To see that everything works; the numbers mean little."""


def shipped_judge() -> AffectReader:
    """The judge that comes with this version; WeightsMissingError without it."""
    from emsync_engine.affect.judge import shipped_judge as find

    return find()


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, with what, how much, and where it is kept."""

    model: Composer
    weights_sha256: str
    store: TokenStore
    work: Path
    sizes: Sizes = field(default_factory=Sizes)
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    choices: Choices = field(default_factory=Choices)
    find_judge: Callable[[], AffectReader] = shipped_judge
    monitor: Monitor = SILENT

    @property
    def folder(self) -> Path:
        return self.work / FOLDER

    @property
    def writer(self) -> PieceWriter:
        return PieceWriter(self.model, weights_sha256=self.weights_sha256, folder=self.folder)


@dataclass(frozen=True, slots=True)
class GroupAccuracy:
    """How well the next token of a group's held-out music is foretold."""

    nll: float
    top1: float
    top5: float
    tokens: int


@dataclass(frozen=True, slots=True)
class HeldOutReport:
    """By group and over ``all``; ``untold`` is over all with no condition told."""

    groups: dict[str, GroupAccuracy]
    untold: GroupAccuracy


@dataclass(frozen=True, slots=True)
class HumanReport:
    """Distances to human music for every measure, and how many pieces of how many seconds."""

    pieces: int
    excerpts: int
    seconds: float
    distances: tuple[Distance, ...]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A part that could not be measured, and why, in a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One measure: its report, how it is made, and the sizes that it depends on."""

    report: type
    measure: Callable[[Bench], Any]
    sizes: tuple[str, ...]


def _held_out(bench: Bench) -> HeldOutReport:
    from emsync_engine.training.batches import held_out_chunks
    from emsync_engine.training.held_out import measure

    length = bench.model.configuration.context - 1
    chunks = held_out_chunks(bench.store, length=length, per_group=bench.sizes.per_group)
    told, untold = (
        measure(bench.model, chunks, length=length, with_conditions=tells, monitor=bench.monitor)
        for tells in (True, False)
    )
    groups = {group: GroupAccuracy(**asdict(found)) for group, found in told.items()}
    return HeldOutReport(groups, GroupAccuracy(**asdict(untold["all"])))


def _va(bench: Bench) -> GridReport:
    return measure_va_grid(
        bench.writer,
        bench.find_judge(),
        seeds=bench.sizes.seeds,
        seconds=bench.sizes.grid_seconds,
        settings=bench.settings,
        monitor=bench.monitor,
    )


def _step(bench: Bench) -> StepReport:
    return measure_step_response(
        bench.writer,
        bench.find_judge(),
        seeds=bench.sizes.seeds,
        settings=bench.settings,
        monitor=bench.monitor,
    )


def _boundaries(bench: Bench) -> BoundaryReport:
    return measure_boundaries(
        bench.writer,
        seeds=bench.sizes.boundary_seeds,
        seconds=bench.sizes.boundary_seconds,
        settings=bench.settings,
        monitor=bench.monitor,
    )


def _human(bench: Bench) -> HumanReport:
    """The pieces are those of the boundaries: emotions all over the circumplex, told of hits."""
    sizes = bench.sizes
    seconds = sizes.boundary_seconds
    human = human_excerpts(
        bench.store, seconds=seconds, count=sizes.human_excerpts, monitor=bench.monitor
    )
    asked = [
        (boundary_wish(seed, seconds, seeded_boundaries(seed, seconds), bench.settings), seed)
        for seed in range(sizes.boundary_seeds)
    ]
    pieces = bench.writer.write(asked, monitor=bench.monitor)
    return HumanReport(len(pieces), len(human), seconds, tuple(distances(pieces, human)))


def _takes(bench: Bench) -> TakesReport:
    try:
        judge = bench.find_judge()
    except MissingError as error:
        logger.warning("takes are measured without a judge: %s", error)
        judge = None
    return measure_takes(
        bench.model,
        judge,
        takes=bench.sizes.takes,
        seconds=bench.sizes.take_seconds,
        settings=bench.settings,
        monitor=bench.monitor,
    )


def _speed(bench: Bench) -> SpeedReport:
    return measure_speed(
        bench.model,
        seconds=bench.sizes.speed_seconds,
        seeds=bench.sizes.speed_seeds,
        monitor=bench.monitor,
    )


def _sampling(bench: Bench) -> SamplingReport:
    sizes = bench.sizes
    human = human_excerpts(bench.store, seconds=sizes.sampling_seconds, count=sizes.human_excerpts)
    return measure_sampling(
        bench.writer,
        bench.find_judge(),
        human,
        seeds=sizes.sampling_seeds,
        seconds=sizes.sampling_seconds,
        choices=bench.choices,
        settings=bench.settings,
        monitor=bench.monitor,
    )


_BOUNDARY_SIZES = ("boundary_seeds", "boundary_seconds")

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "held-out": Part(HeldOutReport, _held_out, ("per_group",)),
        "va": Part(GridReport, _va, ("seeds", "grid_seconds")),
        "step": Part(StepReport, _step, ("seeds",)),
        "boundaries": Part(BoundaryReport, _boundaries, _BOUNDARY_SIZES),
        "human": Part(HumanReport, _human, (*_BOUNDARY_SIZES, "human_excerpts")),
        "takes": Part(TakesReport, _takes, ("takes", "take_seconds")),
        "speed": Part(SpeedReport, _speed, ("speed_seconds", "speed_seeds")),
        "sampling": Part(
            SamplingReport, _sampling, ("sampling_seeds", "sampling_seconds", "human_excerpts")
        ),
    }
)
DEFAULT_PARTS = tuple(name for name in PARTS if name != "sampling")
"""All but the grid over sampling, which takes longer than the rest; its table is kept."""


def measure_parts(bench: Bench, names: Iterable[str]) -> dict[str, Any]:
    """Reports of the parts by name; those kept from before with the same facts are read.

    A part that needs what is not installed is an ``Unmeasured``, and the others go on.
    """
    found: dict[str, Any] = {}
    for name in names:
        if name not in PARTS:
            raise InputUnusableError(f"There is no part {name!r}; there are: {', '.join(PARTS)}.")
        report = kept_report(bench, name)
        if report is None:
            started = time.perf_counter()
            try:
                report = PARTS[name].measure(bench)
            except MissingError as error:
                found[name] = Unmeasured(str(error))
                continue
            _keep(bench, name, report)
            logger.info("measured %s in %.0f s", name, time.perf_counter() - started)
        found[name] = report
    return found


def kept_report(bench: Bench, name: str) -> Any | None:
    """The report of a part that was measured before under the same facts, if there is one."""
    try:
        kept = json.loads((bench.folder / f"{name}.json").read_text(encoding="utf-8"))
        if kept["facts"] != _facts(bench, name):
            return None
        return from_plain(PARTS[name].report, kept["report"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(bench: Bench, name: str, report: Any) -> None:
    bench.folder.mkdir(parents=True, exist_ok=True)
    path = bench.folder / f"{name}.json"
    partial = path.with_suffix(".partial")
    kept = {"facts": _facts(bench, name), "report": asdict(report)}
    partial.write_text(json.dumps(kept), encoding="utf-8")
    partial.replace(path)


def _facts(bench: Bench, name: str) -> dict[str, Any]:
    """What a kept report must agree with, as JSON gives it back."""
    sizes = asdict(bench.sizes)
    facts: dict[str, Any] = {
        "weights": bench.weights_sha256,
        "version": __version__,
        "settings": asdict(bench.settings),
        "sizes": {size: sizes[size] for size in PARTS[name].sizes},
    }
    if name == "sampling":
        facts["choices"] = asdict(bench.choices)
    result: dict[str, Any] = json.loads(json.dumps(facts))
    return result


def from_plain(kind: Any, value: Any) -> Any:
    """A value of a type from what ``asdict`` and JSON made of it.

    Dataclasses, tuples, dictionaries and optional values of these; everything else as it is.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        plain = {item.name: from_plain(hints[item.name], value[item.name]) for item in fields(kind)}
        return kind(**plain)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(from_plain(arguments[0], item) for item in value)
    if origin is tuple:
        return tuple(from_plain(each, item) for each, item in zip(arguments, value, strict=True))
    if origin is dict:
        return {key: from_plain(arguments[1], item) for key, item in value.items()}
    if origin is UnionType and value is not None:
        return from_plain(next(each for each in arguments if each is not type(None)), value)
    return value
