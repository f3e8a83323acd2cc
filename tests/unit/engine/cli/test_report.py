"""What people are told of a take."""

from dataclasses import replace
from fractions import Fraction

from emsync_engine.cli.report import _hits_lines, _music_lines, _notes_line
from emsync_engine.music.current_hits import CurrentHit
from emsync_engine.project.notes import Music, Note
from tests.unit.engine.project_samples import sample_project


def test_people_are_told_how_far_the_emotion_is_off():
    measures = {"va_error": 0.3, "valence_error": 0.4, "arousal_error": 0.2}
    take = replace(sample_project().takes[0], measures=measures)
    assert "0.40 in valence, 0.20 in arousal" in _music_lines(take)[0]


def test_people_are_told_how_much_melody_is_shared():
    measures = {"originality": 14.0, "originality_pieces": 1.0, "originality_human": 21.0}
    take = replace(sample_project().takes[0], measures=measures)
    assert "14 notes of melody in a row" in _music_lines(take)[0]
    assert "21 at most" in _music_lines(take)[0]
    copied = replace(take, measures={**measures, "originality": 30.0})
    assert "30 notes of melody in a row are also in one piece" in _music_lines(copied)[-1]


def test_people_are_told_what_is_wrong_with_a_take():
    silent = Music(30.0, (Note(0.0, 2.0, "piano", 60),))
    take = replace(sample_project().takes[0], music=silent, measures={})
    lines = _music_lines(take)
    assert lines[0] == "Something is not right with this music; another seed may do better."
    assert any("Nothing sounds" in line for line in lines)


def test_people_are_told_what_they_asked_for():
    take = sample_project().takes[0]
    assert _notes_line(take).endswith(
        "5 notes for drums, bass, strings; asked for in F# minor at 96 beats a minute"
    )
    plain = replace(take, settings=replace(take.settings, key=None, tempo_bpm=None))
    assert _notes_line(plain).endswith("for drums, bass, strings")


def test_a_film_that_is_all_silent_is_told_in_one_sentence():
    take = replace(sample_project().takes[0], music=Music(10.0, ()), tacet_s=((0.0, 10.0),))
    assert _notes_line(take) == "The whole film is tacet, so there is no music."


def test_hits_in_a_silence_are_no_misses():
    take = sample_project().takes[0]
    silent = replace(take.hits[1], status="tacet")
    hits = written(take.hits[0], silent)
    lines = _hits_lines(hits, take)
    assert lines[0] == ("2 hits: 1 exact, 0 within 100 ms, 0 missed, 1 where the music is tacet")
    assert "tacet" not in _hits_lines(written(*take.hits), take)[0]


def written(*hits):
    return [CurrentHit(number, "written", hit) for number, hit in enumerate(hits, 1)]


def test_hits_that_were_edited_since_are_counted_apart():
    take = sample_project().takes[0]
    [landed, missed] = written(*take.hits)
    edited = [replace(landed, state="stale"), replace(missed, state="not written yet")]
    assert _hits_lines(edited, take) == [
        "2 hits: 1 exact, 0 within 100 ms, 0 missed, 1 not written yet, 1 of them with stale music"
    ]


def test_what_the_fit_was_worth_is_said_plainly():
    take = replace(
        sample_project().takes[0], measures={"hits_exact_before": 1.0, "tempo_bent_percent": 3.25}
    )
    assert _hits_lines(written(*take.hits), take)[1] == (
        "tempo bent by 3.2 % at most (limit 6 %); without bending it, 1 of the hits would be exact"
    )


def test_of_a_range_the_notes_in_it_are_counted():
    take = sample_project().takes[0]
    assert "4 of 5 notes in the range" in _notes_line(take, (Fraction(4), Fraction(10)))
