"""A take does not crowd: who plays more than people do at that arousal plays less."""

import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.crowds import ALL_PER_S, BY_AROUSAL, FAMILY_PER_S, CrowdHint


def scores_after(notes, *, arousal=0.0, at_s=4.0, quiet_s=0.0):
    """What (family, notes a second, evenly) for so long, and silence then, makes of zeros."""
    hint = CrowdHint()
    onsets = sorted(
        (onset_s, v.on_token(family, 60))
        for family, per_s in notes.items()
        for onset_s in np.arange(0.0, at_s, 1 / per_s)
    )
    for onset_s, token in onsets:
        hint.take(token, round(onset_s / v.STEP_S))
    scores = np.zeros(v.SIZE, dtype=np.float32)
    hint.shape(scores, round((at_s + quiet_s) / v.STEP_S), arousal)
    return scores


def lost(scores, family):
    return -float(scores[v.on_token(family, 70)])


def test_who_plays_as_people_do_loses_nothing():
    assert not scores_after({"piano": 4.0, "strings": 3.0, "bass": 1.0}, at_s=20.0).any()


def test_a_busy_family_loses_the_more_the_busier_and_no_other_does():
    loud, louder = (scores_after({"bass": per_s}, at_s=20.0) for per_s in (5.0, 8.0))
    assert 0 < lost(loud, "bass") < lost(louder, "bass")
    assert lost(louder, "piano") == 0
    assert not louder[v.FIRST_OFF :].any()
    assert not louder[: v.FIRST_ON].any()


def test_all_together_may_be_too_many_though_none_alone_is():
    share = ALL_PER_S / len(FAMILY_PER_S) * 1.2
    few = dict.fromkeys(("drums", "guitar", "piano", "strings"), share)
    assert not scores_after(few, at_s=20.0).any()
    scores = scores_after({**few, "bass": 2.5}, at_s=20.0)
    assert lost(scores, "bass") > 0
    assert lost(scores, "drums") > 0


@pytest.mark.parametrize("arousal", [-0.8, 0.8])
def test_people_play_more_where_arousal_is_higher(arousal):
    usual = FAMILY_PER_S["piano"] * np.exp(BY_AROUSAL * arousal)
    assert not scores_after({"piano": 0.9 * usual}, arousal=arousal, at_s=20.0).any()
    assert lost(scores_after({"piano": 1.3 * usual}, arousal=arousal, at_s=20.0), "piano") > 0


def test_a_pause_is_enough_to_play_again():
    assert scores_after({"bass": 8.0}, at_s=20.0).any()
    assert not scores_after({"bass": 8.0}, at_s=20.0, quiet_s=6.0).any()
