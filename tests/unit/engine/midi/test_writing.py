import io

import mido
import numpy as np
import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.errors import OutputError
from emsync_engine.midi.tempo_map import TICKS_PER_BEAT, tempo_map_of
from emsync_engine.midi.writing import CHANNELS, midi_bytes, playable_notes, write_midi
from emsync_engine.project.notes import FAMILIES, Music, Note

WALTZ = tuple(1.5 * bar for bar in range(8))


def waltz():
    notes = [
        Note(bar + 0.5 * beat, bar + 0.5 * beat + 0.45, "piano", 60 + beat)
        for bar in WALTZ
        for beat in range(3)
    ]
    return Music(12.0, tuple(notes), bar_onsets_s=WALTZ, programs={"piano": 4})


def parsed(music, **options):
    return mido.MidiFile(file=io.BytesIO(midi_bytes(music, **options)), charset="utf-8")


def seconds_of_messages(file):
    """(seconds, message) of all tracks, by mido's own reading of the tempo map."""
    now, timed = 0.0, []
    for message in file:
        now += message.time
        timed.append((now, message))
    return timed


def read_with_mido(music, **options):
    open_notes, notes = {}, []
    family_of = {channel: family for family, channel in CHANNELS.items()}
    for now, message in seconds_of_messages(parsed(music, **options)):
        if message.type == "note_on":
            assert (message.channel, message.note) not in open_notes
            open_notes[message.channel, message.note] = now
        elif message.type == "note_off":
            onset = open_notes.pop((message.channel, message.note))
            notes.append((onset, now, family_of[message.channel], message.note))
    assert not open_notes
    return sorted(notes)


def read_with_pretty_midi(music, **options):
    file = pretty_midi.PrettyMIDI(io.BytesIO(midi_bytes(music, **options)))
    return sorted(
        (note.start, note.end, instrument.name.lower(), note.pitch)
        for instrument in file.instruments
        for note in instrument.notes
    )


def assert_same_notes(read, music):
    wanted = [(n.onset_s, n.end_s, n.family, n.pitch) for n in playable_notes(music)]
    key = lambda note: (note[2], note[3], note[0])  # noqa: E731
    assert len(read) == len(wanted)
    for found, note in zip(sorted(read, key=key), sorted(wanted, key=key), strict=True):
        assert found[2:] == note[2:]
        assert found[0] == pytest.approx(note[0], abs=1e-3)
        assert found[1] == pytest.approx(note[1], abs=2.5e-3)


@st.composite
def musics(draw):
    duration = draw(st.floats(0.05, 60))
    times = st.floats(0, duration)
    note = st.builds(
        lambda onset, length, family, pitch: Note(onset, onset + length, family, pitch),
        times,
        st.floats(0, 4),
        st.sampled_from(FAMILIES),
        st.integers(21, 108),
    )
    bars = draw(st.one_of(st.just([]), st.lists(times, max_size=20)))
    return Music(
        duration,
        tuple(sorted(draw(st.lists(note, max_size=30)))),
        bar_onsets_s=tuple(sorted(set(bars))),
    )


@given(musics())
@settings(max_examples=150, deadline=None)
def test_any_music_reads_back_within_a_millisecond(music):
    assert_same_notes(read_with_mido(music), music)


@given(musics())
@settings(max_examples=50, deadline=None)
def test_pretty_midi_reads_the_same(music):
    assert_same_notes(read_with_pretty_midi(music), music)


@given(musics())
@settings(max_examples=100, deadline=None)
def test_every_bar_of_the_music_is_a_bar_line(music):
    times = tempo_map_of(music)
    if len(music.bar_onsets_s) < 2:
        return
    changes = [*times.meters]
    for onset in music.bar_onsets_s:
        tick = times.tick_of(onset)
        meter = [meter for meter in changes if meter.tick <= tick][-1]
        bar_ticks = TICKS_PER_BEAT * 4 * meter.numerator // meter.denominator
        off = (tick - meter.tick) % bar_ticks
        tick_s = 1.4e-3
        near = min(off, bar_ticks - off) * tick_s <= 3e-3
        # bars closer than a quarter of a second to one before are not bars of their own
        too_close = any(0 < onset - other < 0.25 for other in (0.0, *music.bar_onsets_s))
        assert near or too_close


def test_a_waltz_is_in_three():
    file = parsed(waltz())
    meters = [m for m in file.tracks[0] if m.type == "time_signature"]
    tempi = [m for m in file.tracks[0] if m.type == "set_tempo"]
    assert [(m.numerator, m.denominator) for m in meters] == [(3, 4)]
    assert mido.tempo2bpm(tempi[0].tempo) == pytest.approx(120)


def test_bars_without_a_clear_meter_are_in_four():
    music = Music(16.0, (), bar_onsets_s=tuple(2.0 * bar for bar in range(8)))
    assert tempo_map_of(music).meters[0].numerator == 4


def test_bar_lines_stay_exact_over_an_hour_of_uneven_bars():
    rng = np.random.default_rng(4)
    bars = np.concatenate([[0.0], np.cumsum(rng.uniform(1.7, 2.3, 1800))])
    music = Music(float(bars[-1]) + 2, (), bar_onsets_s=tuple(bars.tolist()))
    times = tempo_map_of(music)
    ticks = [times.tick_of(bar) for bar in bars]
    assert ticks == [index * 4 * TICKS_PER_BEAT for index in range(len(bars))]
    assert max(abs(t.time_s - bars[t.tick // (4 * TICKS_PER_BEAT)]) for t in times.tempi) < 1e-5


def test_what_precedes_the_first_bar_is_a_pickup():
    bars = tuple(0.25 + 2.0 * bar for bar in range(6))
    times = tempo_map_of(Music(13.0, (), bar_onsets_s=bars))
    assert [(m.tick, m.numerator, m.denominator) for m in times.meters] == [
        (0, 2, 16),
        (TICKS_PER_BEAT // 2, 4, 4),
    ]


def test_a_short_bar_gets_its_own_time_signature():
    bars = (0.0, 2.0, 4.0, 6.0, 7.0, 9.0, 11.0)
    times = tempo_map_of(Music(13.0, (), bar_onsets_s=bars))
    assert [(m.tick // TICKS_PER_BEAT, m.numerator) for m in times.meters] == [
        (0, 4),
        (12, 2),
        (14, 4),
    ]


def test_one_named_track_per_family_drums_on_channel_ten():
    notes = tuple(Note(0.1, 0.5, family, 40) for family in FAMILIES)
    file = parsed(Music(1.0, notes, programs={"strings": 50, "drums": 8}), title="Übung")
    assert file.type == 1
    assert [track.name for track in file.tracks] == ["Übung", *(f.capitalize() for f in FAMILIES)]
    channels = {
        track.name: {m.channel for m in track if not m.is_meta} for track in file.tracks[1:]
    }
    assert channels["Drums"] == {9}
    assert len({channel for used in channels.values() for channel in used}) == len(FAMILIES)
    programs = {
        track.name: m.program for track in file.tracks for m in track if m.type == "program_change"
    }
    assert (programs["Strings"], programs["Drums"]) == (50, 8)


def test_markers_stand_at_the_boundaries():
    timed = seconds_of_messages(parsed(waltz(), markers=[(3.217, "Cut 1"), (7.5, "Schnitt ü 日")]))
    found = {m.text: now for now, m in timed if m.type == "marker"}
    assert found["Cut 1"] == pytest.approx(3.217, abs=1e-3)
    assert found["Schnitt ü 日"] == pytest.approx(7.5, abs=1e-3)


def test_the_file_lasts_as_long_as_the_film():
    for music in (waltz(), Music(7.3, (Note(0, 60, "strings", 60),)), Music(4.5, ())):
        assert parsed(music).length == pytest.approx(music.duration_s, abs=1e-3)


def test_a_key_that_is_struck_again_is_released_first():
    music = Music(4.0, (Note(0, 3, "piano", 60), Note(1, 2, "piano", 60)))
    assert [(n.onset_s, n.end_s) for n in playable_notes(music)] == [(0, 1), (1, 2)]
    assert_same_notes(read_with_mido(music), music)


def test_same_music_same_bytes():
    assert midi_bytes(waltz()) == midi_bytes(waltz())


def test_writing_replaces_a_whole_file_or_nothing(tmp_path):
    path = tmp_path / "-score: ü.mid"
    path.write_bytes(b"old")
    write_midi(waltz(), path)
    assert path.read_bytes() == midi_bytes(waltz())
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OutputError, match="does not exist"):
        write_midi(waltz(), tmp_path / "nowhere" / "a.mid")


def fitted():
    """An ensemble whose bars were bent to land, by up to 6 % and differently from bar to bar."""
    rates = np.random.default_rng(7).uniform(0.94, 1.06, 12)
    bars = np.concatenate([[0.0], np.cumsum(2.0 * rates)])
    notes = [
        Note(
            start + place * length / 8,
            start + (place + 0.9) * length / 8,
            family,
            pitch if family == "drums" else pitch + place,
        )
        for start, length in zip(bars[:-1].tolist(), np.diff(bars).tolist(), strict=True)
        for place in range(8)
        for family, pitch in (("drums", 36), ("bass", 40), ("piano", 60), ("strings", 72))
    ]
    return Music(float(bars[-1]) + 0.4, tuple(sorted(notes)), bar_onsets_s=tuple(bars.tolist()))


def onsets_with_music21(music, tmp_path, **options):
    """(seconds, pitch) of every note by music21, read without its rounding to a grid."""
    music21 = pytest.importorskip("music21")
    path = tmp_path / "music.mid"
    path.write_bytes(midi_bytes(music, **options))
    stream = music21.converter.parseFile(
        path, format="midi", quantizePost=False, forceSource=True, storePickle=False
    )
    boundaries = stream.metronomeMarkBoundaries()

    def seconds(offset):
        return sum(
            mark.durationToSeconds(min(end, offset) - start)
            for start, end, mark in boundaries
            if start < offset
        )

    return sorted(
        (seconds(float(element.getOffsetInHierarchy(stream))), pitch)
        for element in stream.recurse().notes
        if element.tie is None or element.tie.type == "start"  # split where a bar line crosses it
        for pitch in music21_pitches(element)
    )


def music21_pitches(element):
    if hasattr(element, "pitches") and element.pitches:
        return [pitch.midi for pitch in element.pitches]
    return [36]  # music21 knows an unpitched stroke, and here all are kicks


@pytest.mark.parametrize("constant_tempo", [False, True])
def test_three_readers_find_the_same_onsets(constant_tempo, tmp_path):
    music = fitted()
    wanted = sorted((n.onset_s, n.pitch) for n in playable_notes(music))
    options = {"constant_tempo": constant_tempo}
    by_mido = sorted((n[0], n[3]) for n in read_with_mido(music, **options))
    by_pretty_midi = sorted((n[0], n[3]) for n in read_with_pretty_midi(music, **options))
    by_music21 = onsets_with_music21(music, tmp_path, **options)
    for found in (by_mido, by_pretty_midi, by_music21):
        # times that differ by less than a tick may change places: each pitch by itself
        for pitch in {pitch for _, pitch in wanted}:
            assert [time for time, one in found if one == pitch] == pytest.approx(
                [time for time, one in wanted if one == pitch], abs=1e-3
            )


@given(musics())
@settings(max_examples=60, deadline=None)
def test_any_music_under_one_tempo_has_the_same_seconds(music):
    assert_same_notes(read_with_mido(music, constant_tempo=True), music)


def test_the_twin_has_one_tempo_and_one_meter():
    file = parsed(fitted(), constant_tempo=True)
    kinds = [message.type for message in file.tracks[0]]
    assert kinds.count("set_tempo") == kinds.count("time_signature") == 1
    tempo = next(m.tempo for m in file.tracks[0] if m.type == "set_tempo")
    assert mido.tempo2bpm(tempo) == pytest.approx(120, abs=7)
    assert file.length == pytest.approx(fitted().duration_s, abs=1e-3)
    conductor = parsed(waltz(), constant_tempo=True).tracks[0]
    (waltz_meter,) = (message for message in conductor if message.type == "time_signature")
    assert (waltz_meter.numerator, waltz_meter.denominator) == (3, 4)


def test_the_meter_comes_with_a_confidence():
    assert tempo_map_of(waltz()).meter_confidence == pytest.approx(1.0)
    astray = np.random.default_rng(2).uniform(0, 12, 200)
    notes = tuple(sorted(Note(time, time + 0.1, "piano", 60) for time in astray.tolist()))
    assert tempo_map_of(Music(12.0, notes, bar_onsets_s=WALTZ)).meter_confidence < 0.6
    assert tempo_map_of(Music(12.0, notes)).meter_confidence == 0.0
