from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.affect.sounding import arrays_of
from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.midi.reading import music_of, read_score
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.music import originality
from emsync_engine.music.composer import compose_with
from emsync_engine.music.degeneracy import borrowed
from emsync_engine.music.originality import (
    EXTRA_NOTES,
    SEPARATOR,
    HumanRuns,
    MelodyIndex,
    fragments_of,
    load_melody_index,
    longest_shared_run,
    melodies_of,
    originality_measures,
    run_lengths,
    save_melody_index,
)
from emsync_engine.music.ranking import findings_of, measures_of
from emsync_engine.project.model import GenerationSettings, SegmentEmotion, Timeline, VAPoint
from emsync_engine.project.notes import Music, Note
from emsync_engine.training.corpus import unpack
from emsync_engine.weights import weights_entry
from tests.toy import toy_model

HUMAN = HumanRuns(100, 12.0, 20.0)
LENGTHS_S = (0.25, 0.5, 0.75, 1.0)


def melody(seed, notes=60, *, family="piano", start_s=0.0):
    """A tune that nobody else writes: pitches and lengths at random."""
    rng = np.random.default_rng(seed)
    onsets = start_s + np.cumsum(rng.choice(LENGTHS_S, notes))
    pitches = rng.integers(60, 84, notes)
    return [
        Note(onset, onset + 0.2, family, pitch)
        for onset, pitch in zip(onsets.tolist(), pitches.tolist(), strict=True)
    ]


def music(*parts):
    notes = sorted(note for part in parts for note in part)
    return Music(max(note.end_s for note in notes) + 0.5, tuple(notes))


def changed(notes, *, semitones=0, stretch=1.0, later_s=0.0, family=None):
    return [
        Note(
            note.onset_s * stretch + later_s,
            note.end_s * stretch + later_s,
            family or note.family,
            note.pitch + semitones,
        )
        for note in notes
    ]


def index_of(*pieces, human=HUMAN):
    """Every piece whole in the index, one stretch for each of its melodies."""
    parts, starts, owners = [np.array([SEPARATOR], np.uint16)], [], []
    place = 1
    for owner, piece in enumerate(pieces):
        for found in melodies_of(arrays_of(piece)):
            hashes = fragments_of(found)
            parts += [hashes, np.array([SEPARATOR], np.uint16)]
            starts.append(place)
            owners.append(owner)
            place += len(hashes) + 1
    names = tuple(f"toys/{number}" for number in range(len(pieces)))
    return MelodyIndex.of(np.concatenate(parts), np.array(starts), np.array(owners), names, human)


INDEX = index_of(*(music(melody(seed)) for seed in range(30)))


def shared(piece, index=INDEX, **options):
    return longest_shared_run(index, arrays_of(quantise(piece)), **options)


@pytest.mark.parametrize("semitones", [0, -5, 7])
@pytest.mark.parametrize("stretch", [1.0, 0.84, 1.19])
def test_a_copied_melody_is_found_in_any_key_and_tempo(semitones, stretch):
    copied = changed(melody(7)[10:40], semitones=semitones, stretch=stretch, later_s=60.0)
    run = shared(music(melody(1007, 40), copied, melody(1008, 40, start_s=160.0)))
    assert 30 <= run.notes <= 31  # one note before it may fit by chance
    assert (run.piece, run.pieces, run.family) == ("toys/7", 1, "piano")
    assert run.start_s == pytest.approx(copied[0].onset_s, abs=1.1)
    assert run.end_s == pytest.approx(copied[-1].onset_s, abs=0.02)


def test_new_music_shares_nothing_to_speak_of():
    runs = [shared(music(melody(seed, 200))) for seed in range(2000, 2020)]
    assert max(0 if run is None else run.notes for run in runs) <= EXTRA_NOTES + 1


def test_another_instrument_above_does_not_hide_it():
    copied = changed(melody(3), family="strings")
    above = changed(melody(1003, 90), semitones=24)
    assert shared(music(copied, above)).notes == 60
    chords = [
        replace(note, pitch=note.pitch - low, onset_s=note.onset_s + 0.02)
        for note in copied
        for low in (7, 12)
    ]
    assert shared(music(copied, chords)).notes == 60


def test_the_same_notes_in_another_rhythm_are_not_the_same_melody():
    even = [
        Note(0.5 * number, 0.5 * number + 0.2, "piano", note.pitch)
        for number, note in enumerate(melody(4))
    ]
    run = shared(music(even))
    assert run is None or run.notes <= EXTRA_NOTES + 2


def test_what_is_repeated_counts_once():
    tick = [Note(0.5 * number, 0.5 * number + 0.2, "piano", 72) for number in range(80)]
    trill = [replace(note, pitch=72 + number % 2) for number, note in enumerate(tick)]
    for repeated, notes in ((tick, 1 + EXTRA_NOTES), (trill, 2 + EXTRA_NOTES)):
        index = index_of(music(repeated))
        lengths = run_lengths(index, fragments_of(melodies_of(arrays_of(music(repeated)))[0]))
        assert lengths.max() == 80 - EXTRA_NOTES
        assert shared(music(repeated), index).notes == notes


def test_a_run_does_not_go_on_from_one_piece_into_the_next():
    one, other = melody(5), melody(6)
    seam = changed(other, later_s=one[-1].onset_s + 0.25 - other[0].onset_s)
    run = shared(music([*one[-20:], *seam[:25]]))
    assert run.piece == "toys/6"
    assert 25 <= run.notes <= 26


def test_pieces_are_counted_and_one_can_be_left_out():
    tune = melody(50)
    index = index_of(music(tune), music(melody(51)), music(changed(tune, semitones=3)))
    assert shared(music(tune), index).pieces == 2
    rest = shared(music(tune), index, beside=0)
    assert (rest.pieces, rest.piece, rest.notes) == (1, "toys/2", 60)
    alone = shared(music(melody(51)), index, beside=1)
    assert alone is None or alone.notes <= EXTRA_NOTES + 1


@pytest.mark.parametrize("piece", [Music(5.0, ()), music(melody(9)[:5])])
def test_too_little_melody_shares_nothing(piece):
    assert shared(piece) is None


def test_drums_and_basses_are_no_melody():
    notes = [*changed(melody(2), family="drums"), *changed(melody(2), family="bass")]
    assert shared(music(notes)) is None


def test_an_index_is_the_same_after_writing_and_reading(tmp_path):
    save_melody_index(INDEX, tmp_path / "index.safetensors")
    read = load_melody_index(tmp_path / "index.safetensors")
    np.testing.assert_array_equal(read.hashes, INDEX.hashes)
    assert (read.names, read.human) == (INDEX.names, INDEX.human)
    assert shared(music(melody(11)), read) == shared(music(melody(11)))


def test_a_damaged_index_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "index.safetensors"
    save_melody_index(INDEX, path)
    whole = path.read_bytes()
    for broken in (b"", b"hello", whole[: len(whole) // 2], whole.replace(b'\\"gram\\"', b'"g"')):
        path.write_bytes(broken)
        with pytest.raises(WeightsCorruptError, match=r"index\.safetensors"):
            load_melody_index(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": np.array([1, len(INDEX.hashes) + 5])},
        {"starts": INDEX.starts[::-1].copy()},
        {"owners": INDEX.owners + 100},
        {"owners": INDEX.owners[:-1]},
        {"hashes": INDEX.hashes[1:].copy()},
        {"hashes": np.zeros(0, np.uint16)},
    ],
)
def test_an_index_whose_parts_do_not_fit_is_refused(tmp_path, wrong):
    save_melody_index(replace(INDEX, **wrong), tmp_path / "index.safetensors")
    with pytest.raises(WeightsCorruptError, match="damaged"):
        load_melody_index(tmp_path / "index.safetensors")


EMOTION = SegmentEmotion((1 / 6,) * 6, VAPoint(0.2, 0.2), 0.5)
COPY = music(melody(7, 60))
NEW = music(melody(3007, 60))


def composed_from(monkeypatch, *attempts):
    """A take for which the model writes these pieces, one after the other."""
    written = iter(attempts)

    def write(model, brief, *, seed, monitor=None):
        return iter(encode(quantise(next(written))))

    monkeypatch.setattr(originality, "shipped_index", lambda: INDEX)
    monkeypatch.setattr("emsync_engine.music.branching.write_best", write)
    [take] = compose_with(
        toy_model(),
        Timeline(Fraction(30), (), (EMOTION,)),
        settings=GenerationSettings(ensemble="solo-piano", ending="fade"),
        seeds=[3],
        frame_rate=Fraction(25),
        weights_sha256="0" * 64,
    )
    return take


def test_a_take_that_copies_is_written_again(monkeypatch):
    take = composed_from(monkeypatch, COPY, NEW)
    assert take.measures["resampled"] == 1
    assert take.measures["originality"] <= HUMAN.percentile95
    assert take.measures["originality_human"] == HUMAN.percentile95
    assert findings_of(take) == ()


def test_a_take_that_copies_again_and_again_is_told_of(monkeypatch):
    take = composed_from(monkeypatch, COPY, COPY, COPY)
    assert take.measures["resampled"] == 2
    assert take.measures["originality"] > HUMAN.percentile95
    [finding] = [one for one in findings_of(take) if one.kind == "borrowed melody"]
    assert "in one piece of the training music" in finding.sentence
    assert "share 20 at most" in finding.sentence
    assert take.measures["degenerate"] == len(findings_of(take))


def test_what_people_share_too_is_no_finding():
    assert borrowed({}) == ()
    assert borrowed({"originality": 20.0, "originality_human": 20.0}) == ()
    [finding] = borrowed(
        {"originality": 30.0, "originality_human": 20.0, "originality_pieces": 4.0}
    )
    assert finding.excess == 1.5
    assert "4 pieces" in finding.sentence


def test_without_an_index_nothing_is_said(monkeypatch):
    def missing():
        raise WeightsMissingError("There is no index.")

    monkeypatch.setattr(originality, "shipped_index", missing)
    assert originality_measures(COPY) == {}
    timeline = Timeline(Fraction(30), (), (EMOTION,))
    assert "originality" not in measures_of(COPY, timeline)


@pytest.mark.weights
def test_the_shipped_index_knows_what_people_share():
    index = originality.shipped_index()
    assert len(index.names) > 3000
    assert index.human is not None
    assert EXTRA_NOTES < index.human.median < index.human.percentile95 < 40
    assert weights_entry(originality.NAME, kind="melodies").path.stat().st_size < 10_000_000
    assert originality_measures(NEW)["originality"] < index.human.percentile95


@pytest.mark.weights
@pytest.mark.corpus
def test_the_shipped_index_finds_the_training_music(corpus, tmp_path):
    unpack(corpus / "midi", ("freedoom",), tmp_path)
    piece = music_of(read_score(tmp_path / "freedoom" / "d_dm01.mid"))
    part = [note for note in piece.notes if 30 <= note.onset_s < 75]
    borrowed_part = Music(60.0, tuple(changed(part, semitones=2, stretch=1.1, later_s=-30.0)))
    run = longest_shared_run(originality.shipped_index(), arrays_of(quantise(borrowed_part)))
    assert run.piece == "freedoom/d_dm01"
    assert run.notes > 30
