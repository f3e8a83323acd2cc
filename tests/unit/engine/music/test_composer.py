from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.music.composer import attempt_seed, candidate_seed, compose_with
from emsync_engine.music.ensembles import EnsembleUnknownError, ensemble_named
from emsync_engine.music.ranking import findings_of, longest_silence_s, rank, score_of
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.project.notes import Music, Note
from tests.toy import toy_model

EMOTION = SegmentEmotion((1 / 6,) * 6, VAPoint(0.2, 0.2), 0.5)
TIMELINE = Timeline(
    Fraction(1001 * 90, 30000),
    (Boundary(BoundaryId("a"), Fraction(3, 2), is_hit=True),),
    (EMOTION, EMOTION),
)


def compose(seed=1, **settings):
    return composed_together([seed], **settings)[0]


def composed_together(seeds, **settings):
    return compose_with(
        toy_model(),
        TIMELINE,
        settings=GenerationSettings(**settings),
        seeds=seeds,
        frame_rate=Fraction(30000, 1001),
        weights_sha256="0" * 64,
    )


def test_a_take_covers_the_film_with_its_ensemble():
    take = compose(ensemble="chamber")
    chamber = ensemble_named("chamber")
    assert take.music.duration_s == float(TIMELINE.duration)
    assert set(take.music.families) <= set(chamber.families)
    assert dict(take.music.programs) == dict(chamber.programs)
    assert [hit.time_s for hit in take.hits] == [1.5]
    assert len(take.tokens) > 3


def test_the_same_seed_gives_the_same_take():
    assert compose(seed=5) == compose(seed=5)
    assert compose(seed=5).tokens != compose(seed=6).tokens


def test_candidate_k_is_the_same_whatever_their_number():
    seeds = [candidate_seed(7, number) for number in range(3)]
    together = composed_together(seeds)
    assert together == [compose(seed=seed) for seed in seeds]
    assert candidate_seed(7, 0) == 7
    assert len({candidate_seed(7, number) for number in range(64)}) == 64


def test_bad_wishes_are_refused_in_one_sentence():
    with pytest.raises(InputUnusableError, match="seed"):
        compose(seed=-1)
    with pytest.raises(EnsembleUnknownError, match="cinematic"):
        compose(ensemble="kazoo choir")


def test_the_longest_silence_counts_the_ends():
    assert longest_silence_s(Music(9.0, ())) == 9.0
    notes = (Note(2.0, 3.0, "piano", 60), Note(2.5, 6.0, "piano", 64), Note(7.0, 8.0, "piano", 60))
    assert longest_silence_s(Music(8.0, notes)) == 2.0
    assert longest_silence_s(Music(12.0, notes)) == 4.0


def test_the_score_counts_hits_emotion_and_soundness():
    take = compose()
    followed = replace(take, measures={**take.measures, "va_error": 0.1})
    strayed = replace(take, measures={**take.measures, "va_error": 0.6})
    assert score_of(followed) - score_of(strayed) == pytest.approx(0.5)
    near, missed = (
        replace(followed, hits=(replace(take.hits[0], status=status),))
        for status in ("near", "missed")
    )
    assert score_of(near) - score_of(missed) == pytest.approx(0.5)
    silent = replace(followed, music=Music(20.0, ()))
    assert rank([silent, strayed, followed]) == [followed, strayed, silent]


def test_takes_with_long_silence_rank_last():
    takes = [compose(seed=seed) for seed in range(3)]
    ranked = rank(takes)
    silent = [take.measures["longest_silence_s"] > 4.0 for take in ranked]
    assert silent == sorted(silent)


SOUND = Music(20.0, tuple(Note(k / 5, k / 5 + 0.5, "piano", 40 + k * 7 % 40) for k in range(100)))
SILENT = Music(20.0, SOUND.notes[:10])
MOSTLY_SILENT = Music(20.0, SOUND.notes[:60])


def composed_from(monkeypatch, *attempts, seed=3):
    """A take for which the model writes these pieces, one after the other; and its seeds."""
    seeds = []

    def write(model, brief, *, seed, monitor=None):
        seeds.append(seed)
        return iter(encode(quantise(attempts[len(seeds) - 1])))

    monkeypatch.setattr("emsync_engine.music.branching.write_best", write)
    [take] = compose_with(
        toy_model(),
        Timeline(Fraction(20), (), (EMOTION,)),
        settings=GenerationSettings(ensemble="solo-piano", ending="fade"),
        seeds=[seed],
        frame_rate=Fraction(25),
        weights_sha256="0" * 64,
    )
    return take, seeds


def test_a_sound_take_is_written_once(monkeypatch):
    take, seeds = composed_from(monkeypatch, SOUND)
    assert seeds == [3]
    assert take.measures["resampled"] == take.measures["degenerate"] == 0
    assert findings_of(take) == ()


def test_a_degenerate_take_is_written_again(monkeypatch):
    take, seeds = composed_from(monkeypatch, SILENT, SOUND)
    assert len(take.music.notes) == len(SOUND.notes)
    assert take.seed == 3
    assert len(set(seeds)) == 2
    assert take.measures["resampled"] == 1
    assert take.measures["degenerate"] == 0
    again, same_seeds = composed_from(monkeypatch, SILENT, SOUND)
    assert (again, same_seeds) == (take, seeds)


def test_of_degenerate_takes_the_least_bad_is_kept_and_flagged(monkeypatch, caplog):
    take, seeds = composed_from(monkeypatch, SILENT, MOSTLY_SILENT, SILENT)
    assert len(seeds) == 3
    assert len(take.music.notes) == len(MOSTLY_SILENT.notes)
    assert take.measures["resampled"] == 2
    assert take.measures["degenerate"] == 1
    assert [finding.kind for finding in findings_of(take)] == ["silence"]
    assert "Nothing sounds" in caplog.text
    sound, _ = composed_from(monkeypatch, SOUND)
    assert rank([take, sound]) == [sound, take]


def test_attempts_and_candidates_have_seeds_of_their_own():
    seeds = {
        attempt_seed(candidate_seed(7, candidate), attempt)
        for candidate in range(16)
        for attempt in range(3)
    }
    assert len(seeds) == 48
