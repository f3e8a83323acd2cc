import numpy as np
import pytest

from emsync_engine.affect.descriptors import NAMES, describe
from emsync_engine.affect.sounding import arrays_of, arrays_of_tokens
from emsync_engine.midi.tokenizer import decode, encode, quantise
from emsync_engine.project.notes import Music, Note
from tests.data.make_music import MAJOR, MINOR, song


def described(music: Music, start_s: float = 2.0, end_s: float = 14.0) -> dict[str, float]:
    row = describe(arrays_of(music), np.array([start_s]), np.array([end_s]))[0]
    return dict(zip(NAMES, row.tolist(), strict=True))


def test_tokens_give_the_same_notes_as_decoding():
    rng = np.random.default_rng(3)
    notes = [
        Note(t, t + 0.3 + rng.random(), family, int(rng.integers(30, 90)))
        for t in np.sort(rng.uniform(0, 20, 120)).tolist()
        for family in ("drums", "bass", "piano", "strings")[: int(rng.integers(1, 5))]
    ]
    music = quantise(Music(22.0, tuple(sorted(notes))))
    tokens = encode(music)
    cut = tokens[: len(tokens) // 2]  # notes that still sound end with the music
    for sequence in (tokens, cut):
        expected = arrays_of(decode(sequence))
        found = arrays_of_tokens(np.array(sequence, dtype=np.uint16))
        np.testing.assert_allclose(found.onsets_s, expected.onsets_s)
        np.testing.assert_allclose(found.ends_s, expected.ends_s)
        assert found.pitches.tolist() == expected.pitches.tolist()
        assert found.families.tolist() == expected.families.tolist()
        assert found.duration_s == pytest.approx(expected.duration_s)


def test_windows_are_described_alike_alone_and_together():
    notes = arrays_of(song(bars=24))
    starts = np.array([0.0, 3.3, 17.0])
    together = describe(notes, starts, starts + 12)
    alone = [describe(notes, starts[i : i + 1], starts[i : i + 1] + 12)[0] for i in range(3)]
    np.testing.assert_allclose(together, alone, atol=1e-9)


def test_velocities_and_bars_are_never_looked_at():
    from dataclasses import replace

    plain = song(bars=8)
    loud = replace(
        plain,
        notes=tuple(replace(note, velocity=127) for note in plain.notes),
        bar_onsets_s=(),
        chord_onsets_s=(1.0,),
    )
    assert described(plain) == described(loud)


def test_a_transposed_piece_differs_in_register_alone():
    from dataclasses import replace

    plain = song(bars=8)
    higher = replace(
        plain, notes=tuple(replace(note, pitch=note.pitch + 3) for note in plain.notes)
    )
    before, after = described(plain), described(higher)
    moved = {name for name in NAMES if abs(before[name] - after[name]) > 1e-9}
    assert "pitch" in moved
    assert not {name for name in moved if name.startswith(("degree", "chord", "heard", "mode"))}
    assert after["pitch"] - before["pitch"] == pytest.approx(0.25)


def test_mode_chords_and_speed_are_told_apart():
    happy = described(song(beat_s=0.35, triad=MAJOR, bars=20))
    sad = described(song(beat_s=0.9, triad=MINOR, bars=12))
    assert happy["mode"] > 0 > sad["mode"]
    assert happy["heard_major"] > 4 * happy["heard_minor"]
    assert sad["heard_minor"] > 4 * sad["heard_major"]
    assert happy["onset_rate"] > sad["onset_rate"] + 1


def test_dissonance_and_silence_are_measured():
    cluster = Music(16.0, tuple(Note(t, t + 1.0, "piano", p) for t in range(0, 16, 4)
                                for p in (50, 51, 52)))  # fmt: skip
    found = described(cluster, 0.0, 16.0)
    assert found["silence"] == pytest.approx(0.75, abs=0.05)
    assert found["interval_class_1"] == pytest.approx(2 / 3, abs=0.05)
    assert found["interval_semitone_low"] > 1.5
    assert found["long_share"] == 0.0


def test_drums_alone_have_rates_and_nothing_else():
    found = described(song(families=("drums",)))
    assert np.isnan(found["mode"])
    assert np.isfinite(found["onset_rate"])
