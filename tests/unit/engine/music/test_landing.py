import numpy as np
import pytest

from emsync_engine.music.hits import landed_onsets
from emsync_engine.music.landing import landed
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music, Note

FRAME_S = 1 / 24
PLAIN = GenerationSettings(ending="fade")


def score(chords_s, duration_s, *, bar_s=2.0, length_s=1.2):
    """A strong chord at each time, eighths on the piano, bars."""
    notes = [
        Note(at, min(at + length_s, duration_s), "strings", pitch)
        for at in chords_s
        for pitch in (55, 60, 64)
    ]
    notes += [
        Note(float(at), min(float(at) + 0.2, duration_s), "piano", 72)
        for at in np.arange(0.0, duration_s - 0.01, bar_s / 8)
    ]
    bars = tuple(np.arange(0.0, duration_s, bar_s).tolist())
    return Music(
        duration_s, tuple(sorted(notes)), bar_onsets_s=bars, chord_onsets_s=tuple(chords_s)
    )


def test_chords_near_the_hits_become_exact():
    landing = landed(
        score([3.9, 9.1, 14.15], 20.0), [4.0, 9.0, 14.0], settings=PLAIN, frame_s=FRAME_S
    )
    assert [hit.status for hit in landing.hits_before] == ["near", "near", "missed"]
    assert [hit.status for hit in landing.hits] == ["exact"] * 3
    assert landing.measures["hits_exact_before"] == 0
    assert landing.measures["hits_exact"] == 3
    assert 0 < landing.measures["tempo_bent_percent"] <= 6
    assert landed_onsets(landing.hits) == pytest.approx([4.0, 9.0, 14.0])
    assert landing.music.chord_onsets_s == pytest.approx((4.0, 9.0, 14.0))
    assert landing.music.duration_s == 20.0


def test_without_sync_nothing_moves():
    music = score([3.9, 9.1], 20.0)
    settings = GenerationSettings(ending="fade", sync_percent=0.0)
    landing = landed(music, [4.0, 9.0], settings=settings, frame_s=FRAME_S)
    assert landing.music is music
    assert landing.hits == landing.hits_before


def test_a_chord_of_two_beats_stays_strong_however_its_bar_is_bent():
    # 5 % slower, then 9 % faster: two beats of 0.5 s are not two beats of their bent bar
    music = score([3.8, 7.3], 12.0, length_s=1.0)
    settings = GenerationSettings(ending="fade", sync_percent=15.0)
    landing = landed(music, [4.0, 7.2], settings=settings, frame_s=FRAME_S)
    assert [hit.status for hit in landing.hits] == ["exact", "exact"]


@pytest.mark.parametrize("ending", ["ring", "button"])
def test_the_closing_chord_lands_on_the_last_hit(ending):
    settings = GenerationSettings(ending=ending)
    landing = landed(score([5.0], 20.0), [5.0, 17.6], settings=settings, frame_s=FRAME_S)
    assert [hit.status for hit in landing.hits] == ["exact", "exact"]
    assert landing.hits[1].landed_s == 17.6
    assert landing.hits_before[1].status == "missed"


def test_the_closing_chord_is_the_tonic_of_a_named_key():
    settings = GenerationSettings(key="Eb minor")
    landing = landed(score([5.0], 20.0), [5.0, 17.6], settings=settings, frame_s=FRAME_S)
    closing = {note.pitch % 12 for note in landing.music.notes if note.onset_s >= 17.6}
    assert closing == {3, 6, 10}


def test_a_chord_that_the_ending_takes_away_is_not_reported():
    landing = landed(
        score([12.0, 17.9], 20.0), [12.0], settings=GenerationSettings(), frame_s=FRAME_S
    )
    assert landing.hits[0].status == "exact"
    late = landed(score([17.9], 20.0), [19.8], settings=GenerationSettings(), frame_s=FRAME_S)
    assert late.hits[0].landed_s == pytest.approx(18.0), (
        "the closing chord, not the one it replaced"
    )


def test_locked_music_keeps_every_bit():
    music = score([3.9, 9.1, 14.1], 20.0)
    landing = landed(
        music,
        [4.0, 9.0, 14.0],
        settings=GenerationSettings(),
        frame_s=FRAME_S,
        locked=((8.0, 20.0),),
    )
    kept = [note for note in music.notes if note.onset_s >= 8.0]
    assert [note for note in landing.music.notes if note.onset_s >= 8.0] == kept
    assert landing.hits[0].status == "exact"


@pytest.mark.parametrize("duration", [0.04, 0.5, 1.0])
@pytest.mark.parametrize("ending", ["ring", "button", "fade", "loop"])
def test_the_shortest_films(duration, ending):
    settings = GenerationSettings(ending=ending)
    for music in (Music(duration, ()), score([0.0], duration)):
        landing = landed(music, [duration / 2], settings=settings, frame_s=FRAME_S)
        assert landing.music.duration_s == duration
        assert len(landing.hits) == 1
        assert all(note.end_s <= duration for note in landing.music.notes)


def test_two_hits_on_one_frame_share_a_chord():
    landing = landed(score([5.1], 12.0), [5.0, 5.015], settings=PLAIN, frame_s=FRAME_S)
    assert [hit.status for hit in landing.hits] == ["exact", "exact"]


def test_five_hundred_hits():
    times = np.cumsum(np.random.default_rng(1).uniform(3, 6, 500))
    chords = (times + np.random.default_rng(2).uniform(-0.1, 0.1, 500)).tolist()
    landing = landed(
        score(chords, float(times[-1] + 5)), times.tolist(), settings=PLAIN, frame_s=FRAME_S
    )
    assert landing.measures["hits_exact"] > 450


def test_a_chord_that_is_cued_out_soon_after_its_hit_has_landed_all_the_same():
    """It lasts 0.9 s of its two beats: that was asked for."""
    music = score([4.0, 9.0], 20.0)
    landing = landed(music, [4.0, 9.0], settings=PLAIN, frame_s=FRAME_S, tacet_s=[(4.9, 7.0)])
    assert [hit.status for hit in landing.hits] == ["exact", "exact"]
    cut = [note for note in landing.music.notes if note.onset_s == 4.0 and note.family == "strings"]
    assert {note.end_s for note in cut} == {4.9}
