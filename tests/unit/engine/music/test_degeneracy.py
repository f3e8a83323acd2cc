import numpy as np
import pytest

from emsync_engine.music.degeneracy import (
    LONGEST_SILENCE_S,
    badness,
    degeneracies,
    longest_loop,
    longest_silence,
    restruck,
)
from emsync_engine.project.notes import Music, Note

FAMILIES = ("piano", "strings", "bass")


def lively(seconds=60.0, *, seed=0, per_s=6.0, families=FAMILIES):
    """Notes at random, which no rule of the gate may mind."""
    rng = np.random.default_rng(seed)
    notes = []
    for number in range(round(seconds * per_s)):
        onset = number / per_s
        family = families[number % len(families)]
        pitch = int(rng.integers(40, 90))
        notes.append(Note(onset, min(onset + 0.6, seconds), family, pitch))
    return Music(seconds, tuple(sorted(notes)))


def kinds(music, families=FAMILIES, **options):
    return [finding.kind for finding in degeneracies(music, families, **options)]


def test_lively_music_passes():
    assert kinds(lively()) == []
    assert kinds(lively(12.0)) == []


def test_ticking_is_a_loop_and_says_where():
    ticking = [Note(20 + 0.5 * k, 20.4 + 0.5 * k, "piano", 60) for k in range(40)]
    quiet = [note for note in lively().notes if not 19.5 <= note.onset_s <= 40.5]
    music = Music(60.0, tuple(sorted([*quiet, *ticking])))
    loop = longest_loop(music)
    assert loop.period_s == pytest.approx(0.5, abs=0.05)
    assert loop.start_s == pytest.approx(20.0, abs=1.0)
    assert loop.times == pytest.approx(40, abs=4)
    assert kinds(music) == ["loop"]
    assert "back to back" in degeneracies(music, FAMILIES)[0].sentence


def test_a_phrase_that_never_ends_is_a_loop_but_three_times_is_music():
    phrase = lively(7.0, seed=3).notes

    def repeated(times):
        return tuple(
            Note(n.onset_s + 7 * k, n.end_s + 7 * k, n.family, n.pitch)
            for k in range(times)
            for n in phrase
        )

    assert kinds(Music(49.0, repeated(7))) == ["loop"]
    rest = tuple(
        Note(n.onset_s + 21, n.end_s + 21, n.family, n.pitch) for n in lively(28.0, seed=4).notes
    )
    assert kinds(Music(49.0, repeated(3) + rest)) == []


def test_a_beat_that_goes_on_is_no_loop():
    beat = [Note(0.5 * k, 0.5 * k + 0.1, "drums", 36) for k in range(120)]
    music = Music(60.0, tuple(sorted([*lively().notes, *beat])))
    assert kinds(music, (*FAMILIES, "drums")) == []


def test_jitter_of_a_player_does_not_hide_a_loop():
    rng = np.random.default_rng(1)
    ticking = tuple(
        Note(0.5 * k + float(rng.uniform(0, 0.015)), 0.5 * k + 0.4, "piano", 60) for k in range(60)
    )
    assert longest_loop(Music(30.0, ticking)).seconds == pytest.approx(30, abs=1.5)


def test_silence_is_found_unless_it_was_asked_for():
    notes = tuple(note for note in lively().notes if not 19.3 < note.onset_s < 26.0)
    music = Music(60.0, notes)
    start, end = longest_silence(music)
    assert 19 < start < 20.5
    assert 25.5 < end <= 26.2
    assert end - start > LONGEST_SILENCE_S
    assert kinds(music) == ["silence"]
    assert kinds(music, tacet_s=[(19.0, 26.5)]) == []


def test_an_ending_that_comes_too_early_is_silence():
    assert kinds(Music(70.0, lively(60.0).notes)) == ["silence"]


@pytest.mark.parametrize(("per_s", "expected"), [(1.2, ["density"]), (80.0, ["density"])])
def test_density_outside_of_human_music(per_s, expected):
    found = [kind for kind in kinds(lively(per_s=per_s)) if kind == "density"]
    assert found == expected


def test_one_family_may_be_sparse():
    assert "density" not in kinds(lively(per_s=1.2, families=("piano",)), ("piano",))


def test_missing_families_are_named_in_long_films_only():
    music = lively(60.0)
    findings = degeneracies(music, (*FAMILIES, "drums"))
    assert [finding.sentence for finding in findings] == ["Drums never play."]
    assert kinds(lively(20.0), (*FAMILIES, "drums")) == []


def test_nothing_at_all_is_as_bad_as_it_gets():
    empty = degeneracies(Music(60.0, ()), FAMILIES)
    assert {finding.kind for finding in empty} == {"silence", "density", "missing family"}
    some = degeneracies(Music(60.0, lively(50.0).notes), FAMILIES)
    assert badness(()) == 0 < badness(some) < badness(empty)


def test_tacet_spans_must_not_overlap():
    with pytest.raises(ValueError, match="overlap"):
        degeneracies(lively(), FAMILIES, tacet_s=[(0, 10), (5, 12)])


def test_a_chord_that_is_hammered_is_a_stutter_and_a_tremolo_of_one_voice_is_none():
    onsets = [20.0 + 0.08 * k for k in range(100)]
    hammered = [Note(t, t + 0.07, "piano", pitch) for t in onsets for pitch in (48, 60, 64, 67)]
    around = [note for note in lively().notes if not 19.0 <= note.onset_s <= 29.0]
    music = Music(60.0, tuple(sorted([*around, *hammered])))
    start, share = restruck(music)
    assert 12 < start <= 20
    assert share > 0.6
    assert "stutter" in kinds(music)
    tremolo = [Note(t, t + 0.07, "strings", 72) for t in onsets]
    besides = [*lively(per_s=14.0).notes, *tremolo]
    assert "stutter" not in kinds(Music(60.0, tuple(sorted(besides))))
    assert restruck(Music(60.0, ())) == (0.0, 0.0)


def test_a_drum_roll_is_no_stutter():
    roll = [Note(0.05 * k, 0.05 * k + 0.04, "drums", 38) for k in range(400)]
    assert restruck(Music(60.0, tuple(roll))) == (0.0, 0.0)
