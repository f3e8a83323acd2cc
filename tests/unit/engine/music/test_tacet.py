import io
from dataclasses import replace
from fractions import Fraction

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode
from emsync_engine.midi.writing import midi_bytes
from emsync_engine.music.brief import Brief
from emsync_engine.music.composer import compose_with
from emsync_engine.music.degeneracy import longest_silence
from emsync_engine.music.endings import ENDINGS
from emsync_engine.music.generation import write_takes, write_tokens
from emsync_engine.music.hit_sheet import HitSheet, hits_csv, hits_picture, summary
from emsync_engine.music.landing import landed
from emsync_engine.music.layouts import decoder_for
from emsync_engine.music.ranking import findings_of, score_of
from emsync_engine.music.tacet import is_silent_at, playing_s, silenced, sounding_end_s
from emsync_engine.music.tempo_fit import fit_tempo
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.project.notes import Music, Note
from emsync_engine.render.mixing import mix_take
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.timing import FrameRate
from tests.toy import toy_model

FAMILIES = ("bass", "piano", "strings")
RATE = Fraction(30000, 1001)
EMOTION = SegmentEmotion((1 / 6,) * 6, VAPoint(0.2, 0.2), 0.5)


def brief(tacet_s, duration_s=4.0, hits_s=(), **settings):
    point = VAPoint(0.3, 0.1)
    return Brief(
        duration_s, lambda _: point, hits_s, FAMILIES, GenerationSettings(**settings), tacet_s
    )


def written(asked, seed=1):
    return list(write_tokens(toy_model(), asked, seed=seed))


def frames(*numbers):
    return tuple(Fraction(number) / RATE for number in numbers)


def film(cuts, silent, duration=120, hits=()):
    """A film of so many frames, cut at frames, with some of its segments silent."""
    boundaries = tuple(
        Boundary(BoundaryId(f"at-{cut}"), time, is_hit=cut in hits)
        for cut, time in zip(cuts, frames(*cuts), strict=True)
    )
    emotions = (EMOTION,) * (len(cuts) + 1)
    flags = tuple(index in silent for index in range(len(emotions)))
    return Timeline(*frames(duration), boundaries, emotions, flags)


def composed(timeline, seed=1, **settings):
    [take] = compose_with(
        toy_model(),
        timeline,
        settings=GenerationSettings(ensemble="chamber", **settings),
        seeds=[seed],
        frame_rate=RATE,
        weights_sha256="0" * 64,
    )
    return take


def is_silent(music, span_s):
    start, end = span_s
    return not any(note.onset_s < end and note.end_s > start for note in music.notes)


# -- while the music is written


SPANS = [((1.0, 2.0),), ((0.0, 1.5),), ((2.5, 4.0),), ((1.0, 1.0 + 1 / 60),), ((0.5, 1.0), (2, 3))]


@pytest.mark.parametrize("tacet_s", SPANS)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_sounds_from_cue_out_to_cue_in(tacet_s, seed):
    tokens = written(brief(tacet_s), seed)
    music = decode(tokens, duration_s=4.0)
    for start, end in tacet_s:
        assert not any(
            note.onset_s < end - v.STEP_S / 2 and note.end_s > start + v.STEP_S / 2
            for note in music.notes
        )
        if end < 4.0:
            cue_in = round(end / v.STEP_S) * v.STEP_S
            assert any(note.onset_s == pytest.approx(cue_in) for note in music.notes)
    assert any(is_silent_at(t, tacet_s) is False for t in (0.1, 2.2, 3.9))
    assert music.notes


def test_inside_a_silence_only_time_passes():
    tokens = written(brief(((1.0, 3.5),)))
    step, inside = 0, []
    for token in tokens:
        if 125 <= step < 438:
            inside.append(token)
        step += v.shift_steps(token) if v.is_shift(token) else 0
    offs = [token for token in inside if v.is_off(token)]
    shifts = [v.shift_steps(token) for token in inside if v.is_shift(token)]
    assert inside[: len(offs)] == offs, "what sounds ends at once"
    assert shifts == [125, 125, 63]
    assert len(offs) + len(shifts) == len(inside)


def test_a_film_without_silence_is_written_as_ever():
    assert written(brief(())) == written(brief(((9.0, 9.5),)))


def test_candidates_with_a_silence_are_those_written_alone():
    asked = brief(((1.0, 2.0),), hits_s=(2.0, 3.0))
    takes = write_takes(toy_model(), asked, seeds=[5, 6])
    assert takes == [tuple(written(asked, seed)) for seed in (5, 6)]


def test_what_is_told_looks_beyond_the_silence():
    """Offsets go to the hit at the cue in, and the countdown to where the music ends."""
    writer = TokenWriter(
        decoder_for(toy_model()), brief(((1.0, 2.0), (3.0, 4.0)), hits_s=(1.0, 1.5, 2.0, 3.5))
    )
    writer.begin()
    assert writer._offsets[-1] == 250, "the hit at 2 s: those in the silence are not told"
    told = writer.telling.conditions([0, 250, 375, 500], [0] * 4)
    np.testing.assert_allclose(told.countdown_s[0].numpy(), [3.0, 1.0, 0.0, 0.0], atol=1e-6)


def test_a_family_is_not_called_in_for_a_silence_that_was_asked_for():
    asked = brief(((0.0, 30.0),), duration_s=40.0, va_guidance=1.0)
    writer = TokenWriter(decoder_for(toy_model()), asked)
    writer.begin()
    while (token := writer.grammar.forced) is not None:
        writer.append(token)
    assert writer.time_s == pytest.approx(30.0)
    flat = np.zeros(v.SIZE, dtype=np.float32)
    scores = writer.grammar.masked(flat)
    assert scores.max() == 0.0, "nobody has to hurry"
    assert writer._longest_shift() == 0, "but the music comes in at the cue"


def test_a_chord_before_a_short_silence_is_not_the_one_of_the_cue_in():
    for tacet_s, looks_to in ((((1.45, 1.5),), 13), ((), 169)):
        asked = brief(tacet_s, hits_s=(1.504, 2.752), sync_percent=15.0)
        writer = TokenWriter(decoder_for(toy_model()), asked)
        writer.begin()
        writer.follow([v.shift_token(125), v.shift_token(50), v.CHORD])  # at 1.4 s
        assert writer._offsets[-1] == looks_to


def test_with_a_tempo_a_bar_begins_at_the_cue_in():
    asked = brief(((1.0, 2.2),), va_guidance=1.0, tempo_bpm=96.0)
    writer = TokenWriter(decoder_for(toy_model()), asked)
    writer.begin()
    for steps in (125, 125, 25):
        writer.append(v.shift_token(steps))
    assert writer.grammar.forced is None
    rows = np.zeros((1, v.SIZE), dtype=np.float32)
    assert np.isfinite(writer.guided_scores(rows)[v.BAR])
    writer.append(v.on_token("piano", 60))
    writer.append(v.shift_token(30))
    assert np.isneginf(writer.guided_scores(rows)[v.BAR])


# -- afterwards


def test_silencing_is_exact_and_leaves_the_rest():
    music = Music(
        10.0,
        (
            Note(0.0, 5.0, "strings", 60),
            Note(1.0, 1.9, "piano", 60),
            Note(1.97, 4.0, "piano", 62),
            Note(2.5, 2.9, "piano", 64),
            Note(2.997, 4.0, "piano", 65),
            Note(3.2, 3.5, "piano", 67),
        ),
        bar_onsets_s=(0.0, 2.0, 2.997),
        chord_onsets_s=(1.0, 2.5, 2.997),
    )
    found = silenced(music, [(2.0, 3.0)])
    assert found.notes == (
        Note(0.0, 2.0, "strings", 60),
        music.notes[1],
        Note(3.0, 4.0, "piano", 65),
        music.notes[5],
    )
    assert found.chord_onsets_s == (1.0, 3.0)
    assert found.bar_onsets_s == (0.0, 2.0, 3.0)
    late = replace(music, notes=(Note(3.003, 4.0, "piano", 65),), chord_onsets_s=())
    assert silenced(late, [(2.0, 3.0)]).notes == (Note(3.0, 4.0, "piano", 65),)
    assert silenced(found, [(2.0, 3.0)]) == found
    assert silenced(music, []) is music


def test_where_the_music_ends_and_how_long_it_plays():
    assert sounding_end_s(10.0, [(1.0, 2.0), (8.0, 10.0)]) == 8.0
    assert sounding_end_s(10.0, [(1.0, 2.0)]) == 10.0
    assert sounding_end_s(10.0, [(0.0, 10.0)]) == 0.0
    assert playing_s(10.0, [(1.0, 2.0), (8.0, 10.0)]) == 7.0


def test_the_fit_keeps_cue_out_and_cue_in_and_may_return_at_another_rate():
    chords, hits = [3.05, 10.1, 15.0], [3.0, 10.15, 15.2]
    fit = fit_tempo(chords, hits, duration_s=20.0, limit=0.1, tacet_s=[(5.0, 8.0)])
    for time_s in (0.0, 5.0, 6.5, 8.0, 20.0):
        assert fit.warp.at(time_s) == time_s
    assert [fit.warp.at(chord) for chord in chords] == pytest.approx(hits)
    locked = fit_tempo([8.5], [8.54], duration_s=20.0, limit=0.1, locked=[(5.0, 8.0)])
    silent = fit_tempo([8.5], [8.54], duration_s=20.0, limit=0.1, tacet_s=[(5.0, 8.0)])
    assert silent.warp.at(8.5) == pytest.approx(8.54)
    assert locked.warp.at(8.5) == 8.5, "beside locked music the tempo may not jump"


def score(duration_s):
    """Chords of strings every two seconds under eighths of the piano, in C."""
    notes = [
        Note(float(at), min(at + 1.5, duration_s), "strings", pitch)
        for at in np.arange(0.1, duration_s - 1, 2.0)
        for pitch in (55, 60, 64)
    ]
    notes += [
        Note(float(at), float(at) + 0.2, "piano", 72) for at in np.arange(0.1, duration_s - 1, 0.25)
    ]
    bars = tuple(np.arange(0.0, duration_s, 2.0).tolist())
    chords = tuple(np.arange(0.1, duration_s - 1, 2.0).tolist())
    return Music(duration_s, tuple(sorted(notes)), bars, chords)


spans = st.lists(st.integers(0, 500), max_size=6, unique=True).map(
    lambda edges: [
        (a / 24, b / 24) for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    ]
)


@settings(max_examples=40, deadline=None)
@given(
    tacet_s=spans,
    ending=st.sampled_from(sorted(ENDINGS)),
    hits_s=st.lists(st.integers(0, 480), max_size=5, unique=True).map(
        lambda frames: sorted(frame / 24 for frame in frames)
    ),
)
def test_no_fit_and_no_ending_sounds_in_a_silence(tacet_s, ending, hits_s):
    tacet_s = [(start, min(end, 20.0)) for start, end in tacet_s if start < 20.0]
    landing = landed(
        score(20.0),
        hits_s,
        settings=GenerationSettings(ending=ending),
        frame_s=1 / 24,
        tacet_s=tacet_s,
    )
    assert landing.music.duration_s == 20.0
    assert all(is_silent(landing.music, span) for span in tacet_s)
    assert len(landing.hits) == len(hits_s)
    for hit in landing.hits:
        assert (hit.status == "tacet") == is_silent_at(hit.time_s, tacet_s)


@pytest.mark.parametrize("ending", ["ring", "button"])
def test_the_closing_chord_stands_where_the_music_ends(ending):
    music, tacet_s = score(20.0), [(14.0, 20.0)]
    landing = landed(
        music, [11.0], settings=GenerationSettings(ending=ending), frame_s=1 / 24, tacet_s=tacet_s
    )
    closing = [note for note in landing.music.notes if note.onset_s >= 11.0]
    assert {note.pitch % 12 for note in closing} <= {0, 4, 7}
    assert landing.hits[0].status == "exact"
    ends = {note.end_s for note in closing}
    assert ends == ({14.0} if ending == "ring" else {11.3})


def test_a_hit_in_a_silence_says_so_and_counts_for_nothing():
    tacet_s = [(4.0, 9.0)]
    landing = landed(
        score(20.0),
        [2.0, 4.0, 6.0, 9.0],
        settings=GenerationSettings(ending="fade"),
        frame_s=1 / 24,
        tacet_s=tacet_s,
    )
    assert [hit.status for hit in landing.hits][1:3] == ["tacet", "tacet"]
    assert landing.hits[1].what == "tacet: the music stops here"
    assert landing.hits[2].what == "tacet: the music is silent here"
    timeline = film([60, 120], {1}, duration=600)
    sheet = HitSheet("Film", timeline, landing.hits, FrameRate(RATE))
    assert "2 tacet (the music is silent there)" in summary(sheet)
    assert "tacet: the music is silent here" in hits_csv(sheet)
    assert hits_picture(sheet).count(">tacet<") == 3  # twice in the table, once in the legend


# -- a whole take


@pytest.mark.parametrize("silent", [{0}, {1}, {2}, {0, 2}])
@pytest.mark.parametrize("ending", ["ring", "fade"])
def test_a_take_is_silent_to_the_sample_where_it_was_asked(silent, ending):
    timeline = film([37, 83], silent, hits=(37, 83))
    take = composed(timeline, ending=ending)
    assert take.tacet_s == tuple((float(a), float(b)) for a, b in timeline.tacet_spans)
    assert take.music.notes
    assert all(is_silent(take.music, span) for span in take.tacet_s)
    for hit, cut in zip(take.hits, timeline.hits, strict=True):
        assert (hit.status == "tacet") == is_silent_at(float(cut.time), take.tacet_s)
    assert findings_of(take) == ()
    for _, end in take.tacet_s:
        if end < take.music.duration_s:
            assert any(note.onset_s == end for note in take.music.notes), "in at the cue"


def test_one_frame_can_be_silent():
    take = composed(film([60, 61], {1}))
    assert all(is_silent(take.music, span) for span in take.tacet_s)
    assert len(take.music.notes) > 1


def test_a_long_silence_is_not_held_against_a_take():
    timeline = film([60, 360], {1}, duration=420)
    take = composed(timeline)
    assert take.measures["longest_silence_s"] < 4.0
    assert longest_silence(take.music)[1] - longest_silence(take.music)[0] >= 9.9
    assert "silence" not in [finding.kind for finding in findings_of(take)]
    forgotten = replace(take, tacet_s=())
    assert "silence" in [finding.kind for finding in findings_of(forgotten)]


def test_silent_hits_change_no_score():
    take = composed(film([37, 83], {1}, hits=(37, 83)))
    without = replace(take, hits=tuple(hit for hit in take.hits if hit.status != "tacet"))
    assert score_of(take) == score_of(without)


def test_a_film_that_is_tacet_gets_an_empty_take():
    take = composed(film([60], {0, 1}, hits=(60,)))
    assert take.music.notes == ()
    assert take.tokens == ()
    assert take.music.duration_s == pytest.approx(4.004)
    assert take.measures["degenerate"] == 0
    assert [hit.status for hit in take.hits] == ["tacet"]
    assert "va_error" not in take.measures
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(take.music)))
    assert not [message for message in file if message.type == "note_on"]
    mix = mix_take(take, {})
    assert mix.samples.shape == (round(4.004 * SAMPLE_RATE), 2)
    assert not mix.samples.any()


def test_a_fade_has_faded_where_the_music_ends():
    take = composed(film([90], {1}), ending="fade")
    length = round(take.music.duration_s * SAMPLE_RATE)
    tone = np.sin(np.arange(length) / 20).astype(np.float32)[:, None].repeat(2, axis=1)
    mix = mix_take(take, {"strings": tone})
    out = round(take.tacet_s[0][0] * SAMPLE_RATE)
    assert not mix.samples[out:].any()
    rms = [float(np.abs(part).max()) for part in np.array_split(mix.samples[: out - 1], 3)]
    assert rms[0] > 0
    assert np.abs(mix.samples[out - 480 : out]).max() < 0.02 * rms[0]


def test_another_silence_makes_another_take():
    first, second = (composed(film([37, 83], silent)) for silent in ({0, 1, 2}, {0}))
    assert first.id != second.id
    assert composed(film([37, 83], {0})).id == second.id
