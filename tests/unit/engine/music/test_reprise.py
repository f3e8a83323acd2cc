import numpy as np

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.reprise import Reprise, Return, events_again

A, B, C = (v.on_token("piano", pitch) for pitch in (60, 64, 67))
END = v.FIRST_OFF - v.FIRST_ON


def free():
    return np.zeros(v.SIZE, np.float32)


def take(*events):
    """Tokens and the time after each, from (step, token)."""
    tokens, steps, now = [], [], 0
    for step, token in events:
        if step > now:
            tokens.append(v.shift_token(step - now))
            steps.append(step)
            now = step
        tokens.append(token)
        steps.append(step)
    return tokens, steps


def later(ago):
    return Return(ago, lambda step: step + ago)


TOKENS, STEPS = take(
    (0, v.BAR), (0, A), (10, A + END), (10, B), (30, B + END), (30, C), (50, v.BAR)
)


def test_what_was_struck_comes_again_at_its_time():
    again = events_again(TOKENS, STEPS, later(50), now=50, until=100)
    assert again == [
        (50, C + END),  # it sounds still, and did not then
        (50, A),
        (60, A + END),
        (60, B),
        (80, B + END),
        (80, C),
    ]


def test_only_what_lies_in_the_stretch_comes_again():
    again = events_again(TOKENS, STEPS, later(50), now=55, until=75)
    assert again == [(55, C + END), (60, A + END), (60, B)]


def test_what_sounded_then_and_sounds_now_goes_on():
    tokens, steps = take((0, A), (20, A + END), (20, B), (40, B + END), (50, A))
    again = events_again(tokens, steps, later(50), now=60, until=90)
    assert again == [(70, A + END), (70, B)]


def test_what_does_not_come_again_is_left_out():
    none = Return(50, lambda step: None if step < 10 else step + 50)
    again = events_again(TOKENS, STEPS, none, now=50, until=75)
    assert again == [(50, C + END), (60, A + END), (60, B)]


def followed(events, *, step, until, scores=free):
    """Tokens of a reprise until a time, each followed at once."""
    reprise, tokens = Reprise(events), []
    while step < until:
        token = reprise.next_token(step, scores())
        if token is None:
            break
        tokens.append(token)
        step += v.shift_steps(token) if v.is_shift(token) else 0
    return tokens


def test_it_waits_for_each_event():
    events = [(50, A), (60, A + END), (60, B)]
    assert followed(events, step=45, until=70) == [
        v.shift_token(5),
        A,
        v.shift_token(10),
        A + END,
        B,
    ]


def test_long_waits_are_parted():
    waits = followed([(300, A)], step=0, until=301)
    assert [v.shift_steps(token) for token in waits[:-1]] == [125, 125, 50]
    assert waits[-1] == A


def test_what_may_not_follow_is_left_out():
    def no_a():
        scores = free()
        scores[A] = -np.inf
        return scores

    assert followed([(0, A), (0, B)], step=0, until=1, scores=no_a) == [B]


def test_it_waits_no_longer_than_may_be():
    def short():
        scores = free()
        scores[v.FIRST_SHIFT + 7 :] = -np.inf
        return scores

    waits = followed([(20, A)], step=0, until=21, scores=short)
    assert [v.shift_steps(token) for token in waits[:-1]] == [7, 7, 6]


def test_a_bar_line_that_is_due_is_drawn_first():
    scores = np.full(v.SIZE, -np.inf, np.float32)
    scores[v.BAR] = 0
    reprise = Reprise([(0, A)])
    assert reprise.next_token(0, scores) is None
    assert reprise.next_token(0, free()) == A


def test_at_its_end_the_take_goes_on_by_itself():
    assert Reprise([]).next_token(0, free()) is None
