"""What is patched into a kept render sounds as if all had been played anew."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.errors import MissingError
from emsync_engine.export import require_sound_tools
from emsync_engine.monitor import SILENT, Cancelled
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Hit,
    Take,
    Timeline,
)
from emsync_engine.project.notes import Music, Note
from emsync_engine.render import kept
from emsync_engine.render.fluidsynth import RenderProgress, played_parts, render_raw, render_stems
from emsync_engine.render.kept import KeptRender
from emsync_engine.render.levels import levelled
from emsync_engine.render.mixing import Heard, mix_take
from emsync_engine.render.patching import differing_times, patch
from emsync_engine.render.soundfont import find_soundfont
from tests.unit.engine.project_samples import CALM


def has_tools():
    try:
        require_sound_tools(with_film=False)
    except MissingError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_tools(), reason="FluidSynth or a soundfont is missing")

RATE = 48_000
LIMIT = 10 ** (-80 / 20)
PROGRAMS = {
    "band": {"drums": 0, "bass": 33, "guitar": 25, "piano": 0, "strings": 48},
    "slow": {"drums": 0, "bass": 43, "guitar": 46, "piano": 11, "strings": 52},
}


def notes_between(start, end, seed):
    """Notes of five families: short and held ones, some across the end."""
    generator = np.random.default_rng(seed)
    notes = []
    for family, low, every in (
        ("drums", 36, 0.25),
        ("bass", 36, 1.0),
        ("guitar", 52, 0.5),
        ("piano", 60, 0.4),
        ("strings", 55, 2.0),
    ):
        for onset in np.arange(start, end, every):
            pitch = low + int(generator.integers(0, 12))
            held = every * float(generator.uniform(0.5, 2.5))
            velocity = int(generator.integers(40, 110))
            notes.append(Note(float(onset), float(onset) + held, family, pitch, velocity))
    return notes


def take_of(notes, seconds, programs, *, ending="ring", hits=()):
    music = Music(float(seconds), tuple(sorted(notes)), programs=PROGRAMS[programs])
    landed = tuple(Hit(one, one, 0.0, 0.0, "chord", "exact") for one in hits)
    settings = GenerationSettings(ending=ending)
    return Take("one", 1, settings, (), music, landed, "", "0")


def with_span_anew(take, start, end, seed):
    """The take with other notes in a stretch; those that sound into it or out of it stay."""
    kept_notes = [note for note in take.music.notes if not start <= note.onset_s < end]
    notes = tuple(sorted([*kept_notes, *notes_between(start, end, seed)]))
    return replace(take, id=f"{take.id}-{seed}", music=replace(take.music, notes=notes))


def in_full(take, timeline=None):
    stems = render_stems(take.music, accents_s=landed_onsets(take.hits))
    return mix_take(take, levelled(stems, timeline), target_lufs=-16.0)


def mixed_of(heard):
    """What was heard as a mix of its own; what the next play patches stays as it is."""
    stems = {family: np.array(stem) for family, stem in heard.stems.items()}
    return Heard(np.array(heard.total), stems, heard.mastering).become_mix()


def differ(one, other):
    assert one.samples.shape == other.samples.shape
    assert one.stems.keys() == other.stems.keys()
    worst = max(float(np.max(np.abs(one.stems[key] - other.stems[key]))) for key in one.stems)
    return max(worst, float(np.max(np.abs(one.samples - other.samples))))


@pytest.mark.parametrize(
    ("programs", "ending", "span"),
    [
        ("band", "ring", (6, 9)),
        ("band", "loop", (17, 20)),
        ("slow", "fade", (0, 3)),
        ("slow", "loop", (8, 11)),
        ("slow", "button", (14, 20)),
    ],
)
def test_a_stretch_written_anew_is_patched_in(tmp_path, programs, ending, span):
    hits = (10.0,) if ending == "button" else ()
    first = take_of(notes_between(0, 20, 1), 20, programs, ending=ending, hits=hits)
    render = KeptRender(tmp_path / "kept")
    assert differ(mixed_of(render.play(first, None, target_lufs=-16.0)), in_full(first)) < LIMIT
    second = with_span_anew(first, *span, seed=2)
    assert differ(mixed_of(render.play(second, None, target_lufs=-16.0)), in_full(second)) < LIMIT
    # and back: nothing is left of what was patched over
    assert differ(mixed_of(render.play(first, None, target_lufs=-16.0)), in_full(first)) < LIMIT


def test_only_what_differs_is_played():
    font = find_soundfont()
    first = take_of(notes_between(0, 60, 1), 60, "band")
    second = with_span_anew(first, 30, 36, seed=5)
    before, after = (played_parts(one.music, font) for one in (first, second))
    for family in ("piano", "drums"):
        part = before[family]
        samples = render_raw(font, part, 60 * RATE, RenderProgress(1))
        untouched = samples.copy()
        progress = RenderProgress(60 * RATE)
        changed = patch(font, samples, part.strokes, after[family], progress)
        assert progress.done_s < 25
        assert all(29 * RATE < one.start < one.end < 50 * RATE for one in changed)
        whole = render_raw(font, after[family], 60 * RATE, RenderProgress(1))
        assert np.max(np.abs(samples - whole)) < 10 ** (-90 / 20)
        assert np.array_equal(samples[: 29 * RATE], untouched[: 29 * RATE])
        assert np.array_equal(samples[50 * RATE :], untouched[50 * RATE :])
    assert differing_times(before["bass"].strokes, before["bass"].strokes) == []


def test_hits_levels_families_and_programs_may_change(tmp_path):
    render = KeptRender(tmp_path / "kept")
    take = take_of(notes_between(0, 8, 1), 8, "slow", hits=(4.0,))
    boundary = Boundary(BoundaryId("b"), Fraction(4), is_hit=True)
    timeline = Timeline(Fraction(8), (boundary,), (CALM, CALM))
    elsewhere = replace(take, hits=(Hit(6.0, 6.0, 0.0, 0.0, "chord", "exact"),))
    softer = timeline.with_level(1, -9.0)
    others = replace(take, music=replace(take.music, programs=PROGRAMS["band"]))
    fewer = replace(
        take,
        music=replace(
            take.music, notes=tuple(n for n in take.music.notes if n.family != "strings")
        ),
    )
    for one, asked in (
        (take, timeline),
        (elsewhere, timeline),
        (take, softer),
        (others, softer),
        (fewer, timeline),
        (take, None),
    ):
        mixed = mixed_of(render.play(one, asked, target_lufs=-16.0))
        assert differ(mixed, in_full(one, asked)) < LIMIT


def test_only_where_levels_and_endings_differ_the_hall_is_made_anew(tmp_path, caplog):
    caplog.set_level("INFO", logger="emsync_engine.render.kept")
    render = KeptRender(tmp_path / "kept")
    take = take_of(notes_between(0, 24, 1), 24, "band")
    boundary = Boundary(BoundaryId("b"), Fraction(4), is_hit=True)
    timeline = Timeline(Fraction(24), (boundary,), (CALM, CALM))
    softer = timeline.with_level(0, -9.0)
    for one, asked, share in (
        (take, timeline, 100),
        (take, softer, 30),
        (replace(take, settings=GenerationSettings(ending="fade")), softer, 25),
        (replace(take, settings=GenerationSettings(ending="loop")), softer, 50),
        (replace(take, settings=GenerationSettings(ending="button")), timeline, 60),
    ):
        mixed = mixed_of(render.play(one, asked, target_lufs=-16.0))
        assert differ(mixed, in_full(one, asked)) < LIMIT
        made = [record.args[0] for record in caplog.records if "played anew" in record.message]
        assert made[-1] <= share


def test_a_cancelled_render_leaves_nothing_kept(tmp_path):
    class Stopped:
        def advance(self, stage, done, total=None):
            raise Cancelled

    render = KeptRender(tmp_path / "kept")
    take = take_of(notes_between(0, 4, 1), 4, "band")
    render.play(take, None, target_lufs=-16.0)
    second = with_span_anew(take, 1, 2, seed=3)
    with pytest.raises(Cancelled):
        render.play(second, None, target_lufs=-16.0, monitor=Stopped())
    assert differ(mixed_of(render.play(second, None, target_lufs=-16.0)), in_full(second)) < LIMIT


def test_what_is_too_long_is_not_kept(tmp_path, monkeypatch):
    take = take_of(notes_between(0, 2, 1), 2, "band")
    short = KeptRender(tmp_path / "kept", most_bytes=1_000_000)
    assert (
        differ(mixed_of(short.play(take, None, target_lufs=-16.0, monitor=SILENT)), in_full(take))
        < LIMIT
    )
    assert not (tmp_path / "kept").exists()

    def full(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(kept.os, "posix_fallocate", full)
    large = KeptRender(tmp_path / "kept")
    assert differ(mixed_of(large.play(take, None, target_lufs=-16.0)), in_full(take)) < LIMIT
    assert not (tmp_path / "kept").exists()


def test_silence_and_nothing_at_all(tmp_path):
    render = KeptRender(tmp_path / "kept")
    for seconds in (0.0, 0.5):
        mixed = mixed_of(render.play(take_of([], seconds, "band"), None, target_lufs=-16.0))
        assert mixed.samples.shape == (round(seconds * RATE), 2)
