"""Whether the score lands on the cuts: in the notes, in the rendered sound, and beside chance."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.evaluation.landing_films import ENSEMBLES, Film, with_other_hits
from emsync_engine.evaluation.landing_fit import (
    FitTimes,
    bar_change_percent,
    rate_percent,
    time_fits,
)
from emsync_engine.evaluation.landing_onsets import Hearing, errors_ms, measure_hearing
from emsync_engine.evaluation.landing_pieces import Kept, Piece, TakeWriter, key_of
from emsync_engine.midi.chords import CHORD_FAMILIES
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.hits import NEAR_S, hit_report, landed_onsets
from emsync_engine.music.landing import Landing
from emsync_engine.project.model import GenerationSettings, Hit, Take

FloatArray = NDArray[np.float64]

KEPT_HEARD = "landing-heard.jsonl"
LIMITS_PERCENT = (0.0, 3.0, 6.0, 10.0)
CLOSE_S = (0.0, 4.0)
FAR_S = (4.0, 1e9)
GOAL_CLOSE, GOAL_FAR, GOAL_WITHIN_1_S = 0.8, 0.95, 0.7

_CHANCE_DRAWS = 3
_ROUNDING_MS = 1e-3


@dataclass(frozen=True, slots=True)
class Judged:
    """One hit beside one take; errors are landed minus wanted, in ms.

    ``before_ms`` and ``after_ms`` are of the nearest strong chord in the notes, before and after
    the fit; None where there is none within 2 s. ``heard_ms`` is of the onset in the WAV; None
    where nothing starts within 0.1 s, or nobody listened.
    """

    film: str
    seed: int
    ensemble: str
    gap_s: float
    half_frame_ms: float
    before_ms: float | None
    after_ms: float | None
    heard_ms: float | None = None

    def is_exact(self, error_ms: float | None) -> bool:
        """Whether an error is half a frame at most."""
        return error_ms is not None and abs(error_ms) <= self.half_frame_ms + _ROUNDING_MS

    @property
    def is_heard(self) -> bool:
        """Whether the WAV has an onset within half a frame, and the notes a strong chord there."""
        has_chord = self.after_ms is not None and abs(self.after_ms) <= 1000 * NEAR_S
        return has_chord and self.is_exact(self.heard_ms)

    @property
    def is_within_1_s(self) -> bool:
        """Whether a strong chord was within a second before the fit."""
        return self.before_ms is not None and abs(self.before_ms) <= 1000


@dataclass(frozen=True, slots=True)
class Bent:
    """What one fit did: the largest rate and change of rate from bar to bar, per cent."""

    film: str
    seed: int
    limit_percent: float
    rate_percent: float
    bar_change_percent: float
    length_error_samples: int

    @property
    def is_within_limit(self) -> bool:
        return max(self.rate_percent, self.bar_change_percent) <= self.limit_percent + 1e-4


@dataclass(frozen=True, slots=True)
class LimitRow:
    """Exact hits under one limit of the fit, by gap, of the same tokens or of takes written anew.

    ``close`` and ``far`` hold how many hits there are and how many of them are exact.
    """

    percent: float
    is_anew: bool
    close: tuple[int, int]
    far: tuple[int, int]
    rate_percent: float


@dataclass(frozen=True, slots=True)
class LandingReport:
    """Every hit of every take; nothing is left out.

    ``others`` are hits that the same takes know nothing of: ``after_ms`` and ``heard_ms`` of the
    music as it landed on its own. ``bent`` are these with the tempo bent onto them.
    """

    seconds: float
    seeds: int
    hits: tuple[Judged, ...]
    others: tuple[Judged, ...]
    bent: tuple[Judged, ...]
    takes: tuple[Bent, ...]
    limits: tuple[LimitRow, ...]
    hearings: tuple[Hearing, ...]
    fit: FitTimes


@dataclass(frozen=True, slots=True)
class Trial:
    """How much is measured: films, seeds of each, films composed anew at each limit, fits timed."""

    films: tuple[Film, ...]
    seeds: int = 5
    anew: int = 1
    fits: int = 20
    settings: GenerationSettings = field(default_factory=GenerationSettings)


@dataclass(frozen=True, slots=True)
class Heard:
    """Onset errors in a WAV at some times, ms, and by how many samples it is too long."""

    errors_ms: tuple[float | None, ...]
    length_error_samples: int


Listener = Callable[[Take, Film, Sequence[float]], Heard]


def measure_landing(
    writer: TakeWriter,
    trial: Trial,
    *,
    folder: Path | None = None,
    listen: Listener | None = None,
    monitor: Monitor = SILENT,
) -> LandingReport:
    """Compose every film with every seed, bend, render and listen; count every hit.

    Parameters
    ----------
    folder : where what was heard is kept, so that a run that was stopped goes on
    listen : who renders and listens; the program's own renderer without one
    """
    listener = _KeepingListener(listen or heard_in_wav, Kept(folder, KEPT_HEARD))
    asked = [(film, seed) for film in trial.films for seed in range(trial.seeds)]
    pieces: list[Piece] = []
    for film, seed in asked:
        monitor.advance("evaluate", len(pieces), len(asked))
        pieces.append(
            writer.write(film, seed, settings=trial.settings, monitor=Within(monitor, len(pieces)))
        )
    found = []
    for number, piece in enumerate(pieces):
        monitor.advance("listen", number, len(pieces))
        found.append(_judged_piece(piece, listener))
    anew = _composed_anew(writer, trial, monitor)
    return LandingReport(
        seconds=float(sum(piece.film.duration for piece in pieces)),
        seeds=trial.seeds,
        hits=tuple(one for own, _, _, _ in found for one in own),
        others=tuple(one for _, others, _, _ in found for one in others),
        bent=tuple(one for _, _, bent, _ in found for one in bent),
        takes=tuple(facts for _, _, _, facts in found),
        limits=(*limit_rows(pieces, is_anew=False), *limit_rows(anew, is_anew=True)),
        hearings=_hearings({film.ensemble for film in trial.films}) if listen is None else (),
        fit=time_fits(trial.fits),
    )


class Within:
    """Shows the music of one take as a part of all, and passes on the word to stop."""

    def __init__(self, monitor: Monitor, before: int) -> None:
        self._monitor, self._before = monitor, before

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self._monitor.advance(f"take {self._before + 1}", done, total)


_Found = tuple[list[Judged], list[Judged], list[Judged], Bent]


def _judged_piece(piece: Piece, listener: _KeepingListener) -> _Found:
    """Its own hits, the hits of others, these bent onto, and what the fit did."""
    film, landing = piece.film, piece.landed()
    strangers = [with_other_hits(film, draw) for draw in range(_CHANCE_DRAWS)]
    times_s = [time_s for one in (film, *strangers) for time_s in one.hits_s]
    heard = listener.heard(piece, landing, times_s)
    errors = iter(heard.errors_ms)
    own = judged(
        piece, film, landing.hits_before, landing.hits, [next(errors) for _ in film.hits_s]
    )
    others: list[Judged] = []
    bent: list[Judged] = []
    for stranger in strangers:
        refit = piece.landed(film=stranger)
        after = hit_report(landing.music, stranger.hits_s, frame_s=film.frame_s)
        ears = [next(errors) for _ in stranger.hits_s]
        others += judged(piece, stranger, refit.hits_before, after, ears)
        bent += judged(piece, stranger, refit.hits_before, refit.hits, [None] * len(ears))
    facts = Bent(
        film.name,
        piece.seed,
        piece.settings.sync_percent,
        rate_percent(landing),
        bar_change_percent(landing, piece.music.bar_onsets_s),
        heard.length_error_samples,
    )
    return own, others, bent, facts


def judged(
    piece: Piece,
    film: Film,
    before: Sequence[Hit],
    after: Sequence[Hit],
    heard_ms: Sequence[float | None],
) -> list[Judged]:
    """The hits of a film beside a piece, one by one."""
    half_ms = 500 * film.frame_s
    rows = zip(film.gaps_s, before, after, heard_ms, strict=True)
    return [
        Judged(
            film.name,
            *(piece.seed, film.ensemble, gap_s, half_ms),
            *(earlier.error_ms, later.error_ms, ear),
        )
        for gap_s, earlier, later, ear in rows
    ]


def heard_in_wav(take: Take, film: Film, times_s: Sequence[float]) -> Heard:
    """Render a take as the program does, write the WAV, read it back, and listen at some times."""
    import soundfile

    from emsync_engine.render.fluidsynth import render_stems, sample_count
    from emsync_engine.render.mixing import mix_take
    from emsync_engine.render.wav import write_wav

    stems = render_stems(take.music, accents_s=landed_onsets(take.hits))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.wav"
        write_wav(mix_take(take, stems).samples, path)
        samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    wanted = sample_count(float(film.duration))
    return Heard(tuple(errors_ms(samples, times_s)), len(samples) - wanted)


class _KeepingListener:
    """Listens once to each take, and remembers."""

    def __init__(self, listen: Listener, kept: Kept) -> None:
        self._listen, self._kept = listen, kept

    def heard(self, piece: Piece, landing: Landing, times_s: Sequence[float]) -> Heard:
        key = key_of(piece.tokens, asdict(piece.settings), asdict(piece.film), list(times_s))
        if (kept := self._kept.get(key)) is not None:
            return Heard(tuple(kept["errors_ms"]), kept["length_error_samples"])
        heard = self._listen(piece.take(landing), piece.film, times_s)
        self._kept.keep(key, asdict(heard))
        return heard


def limit_rows(pieces: Sequence[Piece], *, is_anew: bool) -> list[LimitRow]:
    """Exact hits at each limit: the same tokens bent again, or those that were written under it."""
    rows = []
    for percent in LIMITS_PERCENT:
        chosen = [one for one in pieces if not is_anew or one.settings.sync_percent == percent]
        if not chosen:
            continue
        landings = [piece.landed(sync_percent=percent) for piece in chosen]
        hits = [
            one
            for piece, landing in zip(chosen, landings, strict=True)
            for one in judged(
                piece,
                piece.film,
                landing.hits_before,
                landing.hits,
                [None] * len(landing.hits),
            )
        ]
        close, far = (of_gap(hits, gap_s) for gap_s in (CLOSE_S, FAR_S))
        rows.append(
            LimitRow(
                percent,
                is_anew,
                (len(close), _exact(close)),
                (len(far), _exact(far)),
                max(rate_percent(landing) for landing in landings),
            )
        )
    return rows


def _composed_anew(writer: TakeWriter, trial: Trial, monitor: Monitor) -> list[Piece]:
    """The first films with the first seed, written under each limit: it rules the writing too."""
    asked = [(film, percent) for film in trial.films[: trial.anew] for percent in LIMITS_PERCENT]
    return [
        writer.write(
            film,
            0,
            settings=replace(trial.settings, sync_percent=percent),
            monitor=Within(monitor, number),
        )
        for number, (film, percent) in enumerate(asked)
    ]


def _exact(hits: Sequence[Judged]) -> int:
    return sum(one.is_exact(one.after_ms) for one in hits)


def of_gap(hits: Sequence[Judged], gap_s: tuple[float, float]) -> list[Judged]:
    """The hits that come so long after the one before them, seconds [low, high)."""
    return [one for one in hits if gap_s[0] <= one.gap_s < gap_s[1]]


def _hearings(ensembles: set[str]) -> tuple[Hearing, ...]:
    """What the detector hears of each program that plays strong chords in these ensembles."""
    played = {
        (family, ensemble_named(name).programs[family])
        for name in (name for name in ENSEMBLES if name in ensembles)
        for family in ensemble_named(name).families
        if family in CHORD_FAMILIES
    }
    return tuple(measure_hearing(*one) for one in sorted(played, key=lambda one: one[1]))


def share(flags: Sequence[bool]) -> float:
    """Share of what is true; NaN of nothing."""
    return float(np.mean(flags)) if len(flags) else float("nan")


def share_interval(
    hits: Sequence[Judged], is_good: Callable[[Judged], bool], *, draws: int = 1000
) -> tuple[float, float]:
    """What 95 % of the shares lie between, takes drawn again; NaN with fewer than two takes."""
    by_take: dict[tuple[str, int], list[bool]] = {}
    for one in hits:
        by_take.setdefault((one.film, one.seed), []).append(is_good(one))
    if len(by_take) < 2:
        return float("nan"), float("nan")
    counts = np.array([(sum(flags), len(flags)) for flags in by_take.values()], dtype=np.float64)
    drawn = np.random.default_rng(0).integers(0, len(counts), (draws, len(counts)))
    good, all_of_them = np.moveaxis(counts[drawn].sum(axis=1), -1, 0)
    low, high = np.quantile(good / all_of_them, (0.025, 0.975))
    return float(low), float(high)
