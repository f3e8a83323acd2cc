import numpy as np
import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import Cancelled
from emsync_engine.music.generation import Brief, TokenWriter, write_tokens
from emsync_engine.music.sampling import log_softmax
from emsync_engine.project.model import GenerationSettings, VAPoint
from tests.toy import toy_model

FAMILIES = ("bass", "piano", "strings")


def brief(duration_s=3.0, hits_s=(1.0, 2.0), **settings):
    return Brief(
        duration_s,
        lambda time_s: VAPoint(0.5, -0.5 if time_s < 1 else 0.5),
        hits_s,
        FAMILIES,
        GenerationSettings(**settings),
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


def test_reading_goes_on_beyond_the_context():
    """When the cache is full, the latter half is read anew: scores equal a fresh reading."""
    model = toy_model()
    context = model.configuration.context
    writer = TokenWriter(model, brief(60.0, (), va_guidance=1.0))
    rng = np.random.default_rng(0)
    tokens = [v.MORE_INSTRUMENTS, v.START, v.BAR]
    tokens += [v.shift_token(int(steps)) for steps in rng.integers(1, 9, context + 10)]
    scores = None
    for token in tokens:
        writer.append(token)
        scores = writer.scores(1)
    assert scores is not None
    fresh = TokenWriter(model, brief(60.0, (), va_guidance=1.0))
    for token in tokens:
        fresh.append(token)
    length = writer.cached_tokens
    assert context // 2 < length < context
    places = [0, *range(len(tokens) - length + 1, len(tokens))]
    with torch.inference_mode():
        np.testing.assert_allclose(fresh.read(places), scores, atol=2e-4)


def test_guidance_of_one_changes_nothing_but_its_cost():
    model = toy_model()
    plain = TokenWriter(model, brief(va_guidance=1.0, boundary_guidance=1.0))
    strong = TokenWriter(model, brief(va_guidance=2.0, boundary_guidance=2.0))
    for writer in (plain, strong):
        for token in (v.MORE_INSTRUMENTS, v.START, v.BAR):
            writer.append(token)
    assert plain.scores(3).shape == (1, v.SIZE)
    rows = strong.scores(3)
    assert rows.shape == (3, v.SIZE)
    strong_first = rows[0]
    np.testing.assert_allclose(strong_first, plain_row(model), atol=1e-5)
    assert not np.allclose(rows[0], rows[1])
    assert not np.allclose(rows[0], rows[2])


def plain_row(model):
    writer = TokenWriter(model, brief(va_guidance=1.0))
    for token in (v.MORE_INSTRUMENTS, v.START, v.BAR):
        writer.append(token)
    return writer.scores(3)[0]


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


def test_scores_are_log_probabilities():
    writer = TokenWriter(toy_model(), brief(va_guidance=1.0))
    writer.append(v.MORE_INSTRUMENTS)
    row = writer.scores(1)[0]
    assert np.exp(row).sum() == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_allclose(log_softmax(row), row, atol=1e-5)


def test_no_shift_passes_an_open_hit():
    """Time stops at every hit, so that the model can place its chord exactly there."""
    hits_s = (0.4, 1.0, 2.2)
    tokens = list(write_tokens(toy_model(), brief(3.0, hits_s), seed=2))
    steps = np.cumsum([v.shift_steps(token) if v.is_shift(token) else 0 for token in tokens])
    chords = {int(step) for step, token in zip(steps, tokens, strict=True) if token == v.CHORD}
    for hit_s in hits_s:
        reached = any(abs(chord * v.STEP_S - hit_s) < 1.0 for chord in chords)
        assert round(hit_s / v.STEP_S) in steps or reached
