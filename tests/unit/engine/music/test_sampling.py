import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.note_ends import LONGEST_NOTE_S
from emsync_engine.music.sampling import (
    MAX_EVENTS_AT_ONCE,
    Grammar,
    Warming,
    guided,
    log_softmax,
    nucleus_draw,
)

ENSEMBLE = ("bass", "piano", "strings")


def scores_of(**probabilities):
    scores = np.full(10, -np.inf, dtype=np.float32)
    for name, share in probabilities.items():
        scores[int(name[1:])] = np.log(share)
    return scores


def test_nucleus_keeps_the_smallest_set_that_reaches_top_p():
    scores = scores_of(t0=0.5, t1=0.3, t2=0.15, t3=0.05)
    rng = np.random.default_rng(0)
    drawn = [nucleus_draw(scores, temperature=1.0, top_p=0.75, rng=rng) for _ in range(400)]
    assert {size for _, size in drawn} == {2}
    tokens = np.array([token for token, _ in drawn])
    assert set(tokens) == {0, 1}
    assert np.mean(tokens == 0) == pytest.approx(0.5 / 0.8, abs=0.08)


@pytest.mark.parametrize("top_p", [0.1, 0.5, 0.9, 0.999, 1.0])
def test_the_nucleus_is_that_of_the_whole_sorted_vocabulary(top_p):
    """Only likely tokens are sorted, and the draw is that of sorting all of them."""

    def plain_draw(scores, temperature, rng):
        scaled = scores.astype(np.float64) / temperature
        shares = np.exp(scaled - scaled.max())
        shares /= shares.sum()
        order = np.argsort(-shares, kind="stable")
        cumulative = np.cumsum(shares[order])
        size = int((shares > 0).sum())
        if top_p < 1:
            size = min(int(np.searchsorted(cumulative, top_p)) + 1, size)
        place = int(np.searchsorted(cumulative[:size], rng.random() * cumulative[size - 1]))
        return int(order[min(place, size - 1)]), size

    source, mine, plain = (np.random.default_rng(seed) for seed in (4, 5, 5))
    for spread in (0.0, 0.5, 3.0, 9.0):
        scores = (source.normal(size=v.SIZE) * spread).astype(np.float32)
        scores[source.random(v.SIZE) < 0.6] = -np.inf
        drawn = nucleus_draw(scores, temperature=1.1, top_p=top_p, rng=mine)
        assert drawn == plain_draw(scores, 1.1, plain)


def test_temperature_flattens():
    scores = scores_of(t0=0.9, t1=0.1)
    rng = np.random.default_rng(0)
    hot = [nucleus_draw(scores, temperature=4.0, top_p=1.0, rng=rng)[0] for _ in range(400)]
    assert np.mean(hot) > 0.25


def test_forbidden_tokens_are_never_drawn():
    scores = scores_of(t3=0.2)
    rng = np.random.default_rng(0)
    assert {nucleus_draw(scores, temperature=2.0, top_p=1.0, rng=rng)[0] for _ in range(50)} == {3}


def test_guidance_strengthens_the_difference_but_leaves_off_tokens():
    rng = np.random.default_rng(1)
    rows = log_softmax(rng.normal(size=(2, v.SIZE)).astype(np.float32))
    told, without = rows
    scores = guided(rows, np.array([2.0], dtype=np.float32))
    on, other = v.on_token("piano", 60), v.on_token("piano", 62)
    off = slice(v.FIRST_OFF, v.FIRST_SHIFT)
    strengthened = 2 * told - without
    assert scores[on] - scores[other] == pytest.approx(
        strengthened[on] - strengthened[other], abs=1e-4
    )
    np.testing.assert_array_equal(scores[off], told[off])
    assert np.exp(scores).sum() == pytest.approx(1.0, abs=1e-4)  # so OFF is as likely as it was
    as_it_is = guided(np.stack([told, without]), np.array([1.0], dtype=np.float32))
    np.testing.assert_allclose(as_it_is, told, atol=1e-6)
    alone = guided(told[None], np.array([], dtype=np.float32))
    np.testing.assert_array_equal(alone, told)


def test_warming_needs_a_long_run_of_certainty():
    warming = Warming()
    for _ in range(8):
        warming.after(1)
    assert warming.extra == 0
    for _ in range(100):
        warming.after(2)
    assert warming.extra == pytest.approx(0.4)
    warming.after(3)
    assert warming.extra == 0


def test_only_families_that_play_may_start_notes():
    allowed = Grammar(ENSEMBLE).allowed
    assert allowed[v.on_token("piano", 60)]
    assert not allowed[v.on_token("drums", 38)]
    assert not allowed[v.off_token("piano", 60)]
    assert not any(allowed[token] for token in (v.PAD, v.START, v.MORE_INSTRUMENTS))


def test_on_and_off_are_paired():
    grammar = Grammar(ENSEMBLE)
    on, off = v.on_token("piano", 60), v.off_token("piano", 60)
    grammar.take(on)
    assert grammar.allowed[off]
    assert not grammar.allowed[on]
    grammar.take(v.shift_token(10))
    grammar.take(off)
    assert grammar.allowed[on]
    assert not grammar.allowed[off]


def test_a_chord_gets_its_three_notes_before_time_passes():
    grammar = Grammar(ENSEMBLE)
    grammar.take(v.CHORD)
    assert not grammar.allowed[v.CHORD]
    grammar.take(v.on_token("bass", 40))
    for pitch in (60, 64):
        grammar.take(v.on_token("strings", pitch))
        assert not grammar.allowed[v.shift_token(5)]
    grammar.take(v.on_token("strings", 67))
    assert grammar.allowed[v.shift_token(5)]


def test_time_must_pass_after_too_many_events():
    grammar = Grammar(ENSEMBLE)
    for pitch in range(30, 30 + MAX_EVENTS_AT_ONCE):
        grammar.take(v.on_token("piano", pitch))
    masked = grammar.masked(np.zeros(v.SIZE, dtype=np.float32))
    assert np.isinf(masked[: v.FIRST_SHIFT]).all()
    assert np.isfinite(masked[v.FIRST_SHIFT :]).all()


def test_the_notes_of_a_chord_are_held():
    grammar = Grammar(ENSEMBLE)
    grammar.take(v.CHORD)
    for pitch in (60, 64, 67, 72):
        grammar.take(v.on_token("strings", pitch))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    grammar.take(v.shift_token(100))  # 0.8 s
    early = grammar.masked(scores)
    assert all(np.isinf(early[v.off_token("strings", pitch)]) for pitch in (60, 64, 67))
    assert np.isfinite(early[v.off_token("strings", 72)])
    grammar.take(v.shift_token(125))  # 1.8 s
    assert np.isinf(grammar.masked(scores)[v.off_token("strings", 60)])
    grammar.take(v.shift_token(40))  # 2.12 s
    assert np.isfinite(grammar.masked(scores)[v.off_token("strings", 60)])


def test_a_chord_is_held_by_the_longest_of_the_last_bars():
    """The bar before a hit may have been cut for it."""
    grammar = Grammar(ENSEMBLE)
    for steps in (125, 125, 125, 125, 50):  # bars of 5.2, then 0.4 s
        grammar.take(v.BAR)
        for _ in range(1 if steps == 50 else 5):
            grammar.take(v.shift_token(steps))
    grammar.take(v.BAR)
    grammar.take(v.CHORD)
    for pitch in (60, 64, 67):
        grammar.take(v.on_token("strings", pitch))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    for _ in range(2):
        grammar.take(v.shift_token(125))  # 2 s
    grammar.take(v.shift_token(25))  # 2.2 s
    assert np.isinf(grammar.masked(scores)[v.off_token("strings", 60)])
    grammar.take(v.shift_token(105))  # over half of 5 s
    assert np.isfinite(grammar.masked(scores)[v.off_token("strings", 60)])


def test_a_family_that_never_played_is_called_in_sooner():
    grammar = Grammar(("drums", *ENSEMBLE))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    grammar.take(v.on_token("strings", 60))
    for _ in range(6):
        grammar.take(v.shift_token(125))
    masked = grammar.masked(scores)
    assert masked[v.on_token("bass", 40)] > 6
    assert masked[v.on_token("strings", 62)] < 1
    grammar.take(v.on_token("bass", 40))
    assert grammar.masked(scores)[v.on_token("bass", 41)] == 0
    assert masked[v.on_token("drums", 38)] == 0


def test_drums_may_wait_and_rest_but_do_play():
    grammar = Grammar(("drums", *ENSEMBLE))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    drum = v.on_token("drums", 38)
    gains = []
    for _ in range(24):
        grammar.take(v.shift_token(125))
        gains.append(float(grammar.masked(scores)[drum]))
    assert gains[18] == 0
    assert gains[23] > 6
    grammar.take(drum)
    for _ in range(60):
        grammar.take(v.shift_token(125))
    assert grammar.masked(scores)[v.on_token("drums", 42)] == 0


def test_a_family_that_is_silent_for_long_is_called_in():
    grammar = Grammar(("drums", *ENSEMBLE))
    grammar.take(v.on_token("strings", 50))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    for second in range(8):
        grammar.take(v.on_token("piano", 60 + second))
        grammar.take(v.shift_token(125))
    masked = grammar.masked(scores)
    assert masked[v.on_token("strings", 60)] > 1.0
    assert masked[v.on_token("piano", 80)] == 0
    assert masked[v.on_token("drums", 38)] == 0


def test_a_note_held_for_too_long_is_let_go():
    grammar = Grammar(("strings", "piano"))
    on, off = v.on_token("strings", 60), v.off_token("strings", 60)
    grammar.take(on)
    for _ in range(int(LONGEST_NOTE_S)):
        grammar.take(v.shift_token(v.MAX_SHIFT_STEPS))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    assert grammar.masked(scores)[off] == 0
    for _ in range(5):
        grammar.take(v.shift_token(v.MAX_SHIFT_STEPS))
    masked = grammar.masked(scores)
    assert masked[off] > 10
    assert masked[v.off_token("piano", 60)] == -np.inf


def test_a_note_whose_end_was_due_is_let_go():
    grammar = Grammar(("strings", "piano"))
    on, off = v.on_token("strings", 60), v.off_token("strings", 60)
    grammar.take(on)
    told = np.full(v.SIZE, -20.0, dtype=np.float32)
    told[off] = np.log(0.2)
    scores = np.zeros(v.SIZE, dtype=np.float32)
    for _ in range(2):  # 0.4 in all: due
        grammar.hear(told)
    assert grammar.masked(scores)[off] == 0
    grammar.take(v.shift_token(100))  # 0.8 s
    grammar.hear(told)
    assert grammar.masked(scores)[off] > 0.5
    grammar.take(off)
    grammar.take(on)
    grammar.take(v.shift_token(100))
    assert grammar.masked(scores)[off] == 0  # a new note has all its time again
