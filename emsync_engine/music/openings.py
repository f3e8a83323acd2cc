"""Other openings than a piece's own: abrupt, or going on from a MIDI file that nobody hears.

Thesis section 4.4: a piece begins with START and BAR; without START its beginning is abrupt, and
any MIDI sequence can be the primer that the model continues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine import __version__
from emsync_engine.errors import MidiUnreadableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.reading import music_of, read_score
from emsync_engine.midi.tokenizer import NoteCollector, decode, encode, quantise
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.degeneracy import badness, degeneracies
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.landing import landed
from emsync_engine.music.ranking import measures_of
from emsync_engine.music.splicing import derived_id, excerpt
from emsync_engine.music.tacet import silenced
from emsync_engine.project.model import GenerationSettings, Take, Timeline
from emsync_engine.project.notes import Family

if TYPE_CHECKING:
    from emsync_engine.music.brief import Brief
    from emsync_engine.music.layouts import Composer

PRIMER_S = 16.0
"""Of a longer primer the last so many seconds count: the music goes on from its end."""

ATTEMPTS = 3
_MOST_TOKENS = 500  # less than half of the model's window


def primer_tokens(path: Path, families: Sequence[Family]) -> tuple[int, ...]:
    """The end of a MIDI file, as tokens for ``GenerationSettings.primer``.

    MidiUnreadableError if the file is damaged, or nothing in it is for these families.
    """
    music = music_of(read_score(path))
    notes = tuple(note for note in music.notes if note.family in families)
    if not notes:
        raise MidiUnreadableError(path, "it has no notes for this ensemble")
    length_s = max(note.end_s for note in notes)
    start_s = max(length_s - PRIMER_S, 0.0)
    start_s = next((bar for bar in music.bar_onsets_s if start_s <= bar < length_s - 1), start_s)
    heard = excerpt(replace(music, notes=notes), start_s, length_s)
    return tuple(encode(quantise(heard))[2:][-_MOST_TOKENS:])


def compose_opened(
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seeds: Sequence[int],
    frame_rate: Fraction,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> list[Take]:
    """Write a take for each seed that opens as the settings say; else as ``composer.compose``."""
    from emsync_engine.music.layouts import settings_for
    from emsync_engine.weights import load_composer

    model, entry = load_composer(settings.weights, device)
    return [
        compose_opened_with(
            model,
            timeline,
            settings=settings_for(model, settings),
            seed=seed,
            frame_rate=frame_rate,
            weights_sha256=entry.sha256,
            monitor=monitor,
        )
        for seed in seeds
    ]


def compose_opened_with(
    model: Composer,
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seed: int,
    frame_rate: Fraction,
    weights_sha256: str,
    monitor: Monitor = SILENT,
) -> Take:
    """Write one take with a given model; a degenerate one again, as ``composer`` does."""
    from emsync_engine.music.brief import Brief
    from emsync_engine.music.composer import attempt_seed

    ensemble = ensemble_named(settings.ensemble)
    path = emotion_path(timeline)
    brief = Brief(
        float(timeline.duration),
        path,
        tuple(float(hit.time) for hit in timeline.hits),
        ensemble.families,
        settings,
        tuple((float(start), float(end)) for start, end in timeline.tacet_spans),
    )
    best, least = None, float("inf")
    for number in range(ATTEMPTS):
        tokens = write_opened(model, brief, seed=attempt_seed(seed, number), monitor=monitor)
        music = silenced(decode(tokens, duration_s=brief.duration_s), brief.tacet_s)
        bad = badness(degeneracies(music, brief.families, tacet_s=brief.tacet_s))
        if bad < least:
            best, least, thrown_away = (tokens, music), bad, number
        if bad == 0:
            break
    assert best is not None
    landing = landed(
        replace(best[1], programs=dict(ensemble.programs)),
        brief.hits_s,
        settings=settings,
        frame_s=float(1 / frame_rate),
        tacet_s=brief.tacet_s,
    )
    music = landing.played(lambda time_s: path(time_s).arousal, seed=seed)
    return Take(
        id=derived_id(f"{seed}/{settings.has_start}/{settings.primer}", music),
        seed=seed,
        settings=settings,
        tokens=best[0],
        music=music,
        hits=landing.hits,
        weights_sha256=weights_sha256,
        engine_version=__version__,
        measures={
            **measures_of(music, timeline),
            **landing.measures,
            "resampled": float(thrown_away),
        },
        tacet_s=brief.tacet_s,
    )


def write_opened(
    model: Composer, brief: Brief, *, seed: int, monitor: Monitor = SILENT
) -> tuple[int, ...]:
    """Tokens of one take from the film's first frame on; those of the primer are not among them.

    The primer is written before the film's start, in a film that is longer by as much; between
    both is a step of silence, so that the music begins with the first picture.
    """
    from emsync_engine.music.generation import next_rows
    from emsync_engine.music.layouts import decoder_for, manner_of
    from emsync_engine.music.regeneration_gap import lead_in
    from emsync_engine.music.tacet import playing_s
    from emsync_engine.music.token_writer import TokenWriter

    if playing_s(brief.duration_s, brief.tacet_s) == 0:
        return ()
    decoder = decoder_for(model)
    lead = lead_in(decoder, brief)
    primer = _closed(brief.settings.primer, brief.families, manner_of(model).special_tokens)
    passed = sum(v.shift_steps(token) for token in primer if v.is_shift(token))
    longer = brief if not primer else _later(brief, (passed + 1) * v.STEP_S)
    writer = TokenWriter(decoder, longer, seed=seed)
    writer.follow([*(token for token in lead if token != v.BAR or not primer), *primer])
    first = len(writer.tokens)
    if primer:
        writer.follow([v.shift_token(1)])
        first += 1
    while not writer.is_done:
        monitor.advance("compose", writer.done_s, longer.duration_s)
        writer.draw(next_rows(decoder, [writer])[0])
    monitor.advance("compose", longer.duration_s, longer.duration_s)
    return (*lead, *writer.tokens[first:]) if primer else tuple(writer.tokens)


def _closed(primer: Sequence[int], families: Sequence[Family], special: Sequence[str]) -> list[int]:
    """A primer without what cannot be told, all of its notes ended."""
    kept = [
        token
        for token in primer
        if token < v.SIZE
        and (
            v.NAMES[token] in special
            if token < v.FIRST_ON
            else v.is_shift(token) or v.note_of(token)[0] in families
        )
    ]
    collector = NoteCollector()
    for token in kept:
        collector.take(token)
    return kept + [v.off_token(*key) for key in collector.sounding]


def _later(brief: Brief, by_s: float) -> Brief:
    """The same film, beginning later; a step before it the music is silent."""
    return replace(
        brief,
        duration_s=brief.duration_s + by_s,
        va_at=lambda time_s: brief.va_at(max(time_s - by_s, 0.0)),
        hits_s=tuple(hit_s + by_s for hit_s in brief.hits_s),
        tacet_s=(
            (by_s - v.STEP_S, by_s),
            *((start + by_s, end + by_s) for start, end in brief.tacet_s),
        ),
    )
