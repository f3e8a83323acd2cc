import numpy as np
import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import Cancelled
from emsync_engine.music.brief import Brief
from emsync_engine.music.decoding import ROWS, Cache, Decoder
from emsync_engine.music.generation import next_rows, write_takes, write_tokens
from emsync_engine.music.sampling import log_softmax
from emsync_engine.music.token_writer import HELD_GUIDANCE, TokenWriter
from emsync_engine.music.transformer import ModelConfiguration
from emsync_engine.project.model import GenerationSettings, VAPoint
from tests.toy import toy_model

FAMILIES = ("bass", "piano", "strings")


def brief(duration_s=3.0, hits_s=(1.0, 2.0), **settings):
    return Brief(
        duration_s,
        lambda time_s: VAPoint(0.5, -0.5 if time_s < 1 else 0.5),
        hits_s,
        FAMILIES,
        GenerationSettings(**{"branches": 1, **settings}),  # one way on, under guidance
    )


def test_same_seed_same_tokens_another_seed_others():
    model = toy_model()
    first = list(write_tokens(model, brief(), seed=3))
    assert list(write_tokens(model, brief(), seed=3)) == first
    assert list(write_tokens(model, brief(), seed=4)) != first


@pytest.mark.parametrize("duration_s", [0.04, 0.5, 3.0])
def test_music_has_the_films_length_and_every_note_ends(duration_s):
    tokens = list(write_tokens(toy_model(), brief(duration_s, ()), seed=1))
    music = decode(tokens, duration_s=duration_s)
    assert music.duration_s == duration_s
    assert all(note.end_s <= duration_s + v.STEP_S / 2 for note in music.notes)
    assert set(music.families) <= set(FAMILIES)


def exact(model):
    """A decoder whose sums differ from the model's by rounding alone."""
    return Decoder(model, dtype=torch.float32)


def test_reading_goes_on_beyond_the_context():
    """When the cache is full, the latter half is read anew: scores equal a fresh reading."""
    decoder = exact(toy_model())
    context = decoder.configuration.context
    writer = TokenWriter(decoder, brief(60.0, (), va_guidance=1.0))
    rng = np.random.default_rng(0)
    tokens = [v.MORE_INSTRUMENTS, v.START, v.BAR]
    tokens += [v.shift_token(int(steps)) for steps in rng.integers(1, 9, context + 10)]
    rows = None
    for token in tokens:
        writer.append(token)
        rows = next_rows(decoder, [writer])[0]
    assert rows is not None
    length = writer.cache.length
    assert context // 2 < length < context
    fresh = TokenWriter(decoder, brief(60.0, (), va_guidance=1.0))
    for token in tokens:
        fresh.append(token)
    places = [0, *range(len(tokens) - length + 1, len(tokens))]
    np.testing.assert_allclose(log_softmax(fresh.read(places).numpy()), rows, atol=2e-4)


def test_guidance_of_one_changes_nothing_but_its_cost():
    decoder = exact(toy_model())
    plain = TokenWriter(decoder, brief(va_guidance=1.0, boundary_guidance=1.0))
    strong = TokenWriter(decoder, brief(va_guidance=2.0, boundary_guidance=2.0, branches=1))
    for writer in (plain, strong):
        writer.begin()
    told = next_rows(decoder, [plain])[0]
    assert told.shape == (1, v.SIZE)
    rows = next_rows(decoder, [strong])[0]
    assert rows.shape == (4, v.SIZE)
    np.testing.assert_allclose(rows[0], told[0], atol=1e-5)
    for untold in rows[1:]:  # valence, arousal, boundaries
        assert not np.allclose(rows[0], untold)
    chosen = TokenWriter(decoder, brief(va_guidance=2.0, boundary_guidance=2.0, branches=2))
    chosen.begin()  # valence is chosen for, not guided; arousal turns
    np.testing.assert_allclose(next_rows(decoder, [chosen])[0], rows[[0, 2, 3]], atol=1e-5)


def test_guidance_reads_the_row_without_emotion_step_by_step():
    """Every row of a step is what the model says when told that alone."""
    model = toy_model()
    decoder = exact(model)
    writer = TokenWriter(decoder, brief(va_guidance=2.0, boundary_guidance=2.0))
    writer.begin()
    rows = next_rows(decoder, [writer])[0]
    for token in (v.on_token("piano", 60), v.shift_token(40), v.CHORD, v.on_token("bass", 40)):
        writer.append(token)
        rows = next_rows(decoder, [writer])[0]
    anew = log_softmax(writer.read(range(len(writer.tokens))).numpy())
    np.testing.assert_allclose(rows, anew, atol=1e-4)


def test_the_candidates_of_one_pass_are_those_written_alone():
    model = toy_model()
    seeds = [5, 6, 7, 8, 9]
    takes = write_takes(model, brief(), seeds=seeds)
    assert len(seeds) > ROWS // 2  # so that a second pass is needed
    assert takes == [tuple(write_tokens(model, brief(), seed=seed)) for seed in seeds]
    assert len(set(takes)) == len(seeds)


def test_candidates_report_progress_and_are_cancelled():
    heard: list[tuple[float, float]] = []

    class Recorder:
        def advance(self, stage, done, total=None):
            heard.append((done, total))
            if len(heard) == 20:
                raise Cancelled

    with pytest.raises(Cancelled):
        write_takes(toy_model(), brief(), seeds=[1, 2], monitor=Recorder())
    assert {total for _, total in heard} == {6.0}
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_ten_times_the_length_costs_ten_times_the_reading(monkeypatch):
    """Tokens read grow with the length, and what is kept does not."""
    read = {"tokens": 0}
    caches: list[Cache] = []
    plain_read, plain_step, plain_cache = Decoder.read, Decoder.step, Decoder.new_cache

    def counted_read(self, tokens, conditions, cache):
        read["tokens"] += len(tokens)
        return plain_read(self, tokens, conditions, cache)

    def counted_step(self, tokens, told, caches):
        read["tokens"] += len(tokens)
        return plain_step(self, tokens, told, caches)

    def counted_cache(self, rows):
        caches.append(plain_cache(self, rows))
        return caches[-1]

    monkeypatch.setattr(Decoder, "read", counted_read)
    monkeypatch.setattr(Decoder, "step", counted_step)
    monkeypatch.setattr(Decoder, "new_cache", counted_cache)
    small = ModelConfiguration(layers=1, width=32, heads=2, feed_forward=48, context=24)
    model = toy_model(configuration=small)
    costs = []
    for duration_s in (40.0, 400.0):
        read["tokens"] = 0
        written = sum(1 for _ in write_tokens(model, brief(duration_s, ()), seed=1))
        costs.append(read["tokens"] / written)
    assert costs[1] < 1.2 * costs[0]
    assert costs[1] < 2.2  # at most each token once by itself, once among the half read anew
    assert len(caches) == 2
    assert {cache.rows for cache in caches} == {3}  # all told, no valence, no arousal
    assert len({cache.nbytes for cache in caches}) == 1


def test_cancelling_stops_between_two_tokens():
    class Impatient:
        def __init__(self):
            self.calls = 0

        def advance(self, stage, done, total=None):
            self.calls += 1
            if self.calls > 5:
                raise Cancelled

    written: list[int] = []
    with pytest.raises(Cancelled):
        written.extend(write_tokens(toy_model(), brief(), seed=1, monitor=Impatient()))
    assert len(written) == 3 + 5


def test_rows_are_log_probabilities():
    decoder = exact(toy_model())
    writer = TokenWriter(decoder, brief(va_guidance=1.0))
    writer.append(v.MORE_INSTRUMENTS)
    row = next_rows(decoder, [writer])[0][0]
    assert np.exp(row).sum() == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_allclose(log_softmax(row[np.newaxis])[0], row, atol=1e-5)


def test_no_shift_passes_an_open_hit():
    """Time stops at every hit, so that the model can place its chord exactly there."""
    hits_s = (0.4, 1.0, 2.2)  # the second less than a second after the first
    for seed in range(6):
        stops_at_hits(hits_s, seed)


def stops_at_hits(hits_s, seed):
    tokens = list(write_tokens(toy_model(), brief(3.0, hits_s), seed=seed))
    steps = np.cumsum([v.shift_steps(token) if v.is_shift(token) else 0 for token in tokens])
    chords = {int(step) for step, token in zip(steps, tokens, strict=True) if token == v.CHORD}
    for hit_s in hits_s:
        reached = any(abs(chord * v.STEP_S - hit_s) < 1.0 for chord in chords)
        assert round(hit_s / v.STEP_S) in steps or reached


@pytest.mark.parametrize("seed", range(3))
def test_music_begins_with_the_film(seed):
    tokens = list(write_tokens(toy_model(), brief(0.5, ()), seed=seed))
    first_note = next(place for place, token in enumerate(tokens) if v.is_on(token))
    assert not any(v.is_shift(token) for token in tokens[:first_note])


def written_on(writer, decoder):
    while not writer.is_done:
        writer.draw(next_rows(decoder, [writer])[0])
    return writer.tokens


@pytest.mark.parametrize("compiled", [True, False])
def test_a_fork_goes_on_by_itself(compiled):
    decoder = Decoder(toy_model(), compiled=compiled)
    writer = TokenWriter(decoder, brief(6.0), seed=1)
    writer.begin()
    while writer.time_s < 2:
        writer.draw(next_rows(decoder, [writer])[0])
    so_far = list(writer.tokens)
    twins = [writer.fork(seed) for seed in (5, 5, 6)]
    first = list(written_on(twins[0], decoder))
    assert writer.tokens == so_far
    assert first[: len(so_far)] == so_far
    written_on(writer, decoder)
    assert written_on(twins[1], decoder) == first
    assert written_on(twins[2], decoder) != first


def test_tokens_that_are_followed_are_read_as_those_that_were_drawn():
    decoder = exact(toy_model())
    drawn = TokenWriter(decoder, brief(), seed=1)
    drawn.begin()
    while drawn.time_s < 1.5:
        rows = next_rows(decoder, [drawn])[0]
        drawn.draw(rows)
    followed = TokenWriter(decoder, brief(), seed=2)
    followed.follow(drawn.tokens)
    assert np.allclose(next_rows(decoder, [followed])[0], next_rows(decoder, [drawn])[0], atol=1e-4)


def test_more_takes_than_a_pass_holds_are_read_in_several():
    decoder = Decoder(toy_model())
    writers = [TokenWriter(decoder, brief(), seed=seed) for seed in range(5)]
    for writer in writers:
        writer.begin()
    assert writers[0].rows * len(writers) > ROWS
    while any(not writer.is_done for writer in writers):
        going = [writer for writer in writers if not writer.is_done]
        for writer, rows in zip(going, next_rows(decoder, going), strict=True):
            writer.draw(rows)
    for seed, writer in enumerate(writers):
        assert writer.tokens == list(write_tokens(toy_model(), brief(), seed=seed))


def turning(at_s, by, **settings):
    """A brief whose arousal turns at a time."""
    return Brief(
        6.0,
        lambda time_s: VAPoint(0.0, by if time_s >= at_s else 0.0),
        (),
        FAMILIES,
        GenerationSettings(**settings),
    )


def test_turns_are_counted_from_what_was_asked_before():
    assert brief().turns_s() == [1.0]
    assert turning(2.0, 0.05).turns_s() == []
    rising = Brief(4.0, lambda time_s: VAPoint(0.15 * time_s, 0.0), (), FAMILIES)
    assert rising.turns_s(0.4) == pytest.approx([2.7])


def test_arousal_is_guided_once_it_turns_and_then_held():
    """Where several ways are written; steady music has no row for it at all."""
    decoder = exact(toy_model())
    steady = TokenWriter(decoder, turning(2.0, 0.0, branches=4))
    assert steady.rows == 1
    writer = TokenWriter(decoder, turning(2.0, 0.8, branches=4))
    assert writer.rows == 2
    writer.begin()
    guided_by = {}
    for time_s in (0.0, 1.5, 2.5, 5.5, 11.5, 12.5):
        while writer.time_s < time_s:
            writer.append(v.shift_token(25))
        (guided_by[time_s],) = writer._strengths_now().tolist()
    assert guided_by == {0.0: 1.0, 1.5: 1.0, 2.5: 3.0, 5.5: 3.0, 11.5: 3.0, 12.5: HELD_GUIDANCE}
    draft = TokenWriter(decoder, turning(2.0, 0.8, branches=1))
    assert np.all(draft._strengths_now() == draft._brief.settings.va_guidance)


def test_a_sharp_turn_lets_the_rhythm_go(monkeypatch):
    turned = []
    monkeypatch.setattr(
        "emsync_engine.music.hints.Hints.turn", lambda self, step: turned.append(step)
    )
    for by, expected in ((0.3, []), (0.8, [250])):
        turned.clear()
        writer = TokenWriter(exact(toy_model()), turning(2.0, by, branches=4))
        writer.begin()
        for _ in range(20):
            writer.append(v.shift_token(25))
        assert turned == expected
