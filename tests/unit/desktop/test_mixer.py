"""Levels, stems and takes as they are mixed, and the ring between mixer and device."""

import itertools

import numpy as np
import pytest

from emsync_desktop.preview.ahead import BLOCK, Ahead
from emsync_desktop.preview.click import ClickTrack, beats_and_bars
from emsync_desktop.preview.device import Mark, film_time_s
from emsync_desktop.preview.matching import matched_level
from emsync_desktop.preview.mixer import SoundMix, TakeSound
from emsync_desktop.preview.sound import RATE
from emsync_desktop.preview.strips import MUSIC, ORIGINAL, SILENT, Strip, heard
from emsync_engine.midi.tempo_map import Meter, Tempo, TempoMap
from emsync_engine.project.notes import FAMILIES
from emsync_engine.render.wav import write_wav

LEVELS = dict(zip(FAMILIES, (0.01, 0.02, 0.04, 0.08, 0.16), strict=True))


@pytest.fixture
def take(tmp_path):
    """One second of a take whose families are each a level of their own."""
    return made_take(tmp_path, "a", 1.0)


def made_take(folder, name, factor):
    stems = {}
    for family, level in LEVELS.items():
        stems[family] = folder / f"{name}-{family}.wav"
        write_wav(np.full((RATE, 2), level * factor, np.float32), stems[family])
    whole = np.full((RATE, 2), sum(LEVELS.values()) * factor, np.float32)
    write_wav(whole, folder / f"{name}.wav")
    return TakeSound(folder / f"{name}.wav", stems)


@pytest.fixture
def mix(take):
    one = SoundMix()
    one.set_take(take)
    one.settle()
    yield one
    one.set_take(None)
    one.settle()


def settled(mix, strips, start=0):
    mix.set_strips(strips)
    mix.settle()
    return mix.read(start, 64)


def test_stems_that_nobody_moved_are_the_mix(mix):
    assert settled(mix, {}) == pytest.approx(sum(LEVELS.values()), abs=1e-5)
    moved = settled(mix, {"drums": Strip(gain_db=-0.0001)})
    assert moved == pytest.approx(sum(LEVELS.values()), abs=1e-5)


def test_mute_solo_and_gain(mix):
    whole = sum(LEVELS.values())
    assert settled(mix, {"piano": Strip(is_muted=True)}) == pytest.approx(whole - 0.08, abs=1e-5)
    assert settled(mix, {"piano": Strip(is_solo=True)}) == pytest.approx(0.08, abs=1e-5)
    two = {"piano": Strip(is_solo=True), "bass": Strip(is_solo=True)}
    assert settled(mix, two) == pytest.approx(0.10, abs=1e-5)
    half = settled(mix, {MUSIC: Strip(gain_db=-6.0206), "strings": Strip(is_solo=True)})
    assert half == pytest.approx(0.08, abs=1e-5)
    assert not settled(mix, {MUSIC: Strip(is_muted=True)}).any()
    assert not settled(mix, {MUSIC: Strip(gain_db=-40)}).any()


def test_pan_fades_the_far_side_alone(mix):
    left = settled(mix, {"piano": Strip(is_solo=True, pan=-1.0)})
    assert left[:, 0] == pytest.approx(0.08, abs=1e-5)
    assert left[:, 1] == pytest.approx(0.0, abs=1e-7)


def test_solo_of_the_original_silences_the_music_and_the_other_way_round():
    pairs = heard({ORIGINAL: Strip(is_solo=True)})
    assert pairs[ORIGINAL] == (1.0, 1.0)
    assert all(pairs[family] == SILENT for family in FAMILIES)
    pairs = heard({MUSIC: Strip(is_solo=True)})
    assert pairs[ORIGINAL] == SILENT
    assert all(pairs[family] == (1.0, 1.0) for family in FAMILIES)
    pairs = heard({ORIGINAL: Strip(is_solo=True, is_muted=True)})
    assert pairs[ORIGINAL] == SILENT


def test_a_change_does_not_click(mix):
    settled(mix, {})
    mix.set_strips({MUSIC: Strip(is_muted=True)})
    samples = np.concatenate([mix.read(64, BLOCK), mix.read(64 + BLOCK, BLOCK)])
    assert np.abs(np.diff(samples[:, 0])).max() < 0.001
    assert not samples[BLOCK:].any()


def test_another_take_follows_without_a_gap(mix, tmp_path):
    whole = sum(LEVELS.values())
    other = made_take(tmp_path, "b", 2.0)
    before = mix.read(0, BLOCK)
    mix.set_take(other)
    across = mix.read(BLOCK, BLOCK)
    after = mix.read(2 * BLOCK, BLOCK)
    assert before == pytest.approx(whole, abs=1e-5)
    assert across.min() > whole - 1e-4
    assert np.abs(np.diff(across[:, 0])).max() < 0.001
    assert after == pytest.approx(2 * whole, abs=1e-5)


def test_too_much_is_held_at_full_scale(mix):
    mix.take.level = 40.0
    assert mix.read(0, 64).max() == 1.0


def test_a_take_whose_stems_are_gone_is_heard_by_its_mix(tmp_path):
    write_wav(np.full((RATE, 2), 0.25, np.float32), tmp_path / "mix.wav")
    take = TakeSound(tmp_path / "mix.wav", {"piano": tmp_path / "gone.wav"})
    assert not take.has_stems
    pairs = heard({})
    assert take.read(0, 8, pairs, pairs) == pytest.approx(0.25, abs=1e-5)
    take.close()


def test_the_louder_take_is_turned_down_to_the_other():
    assert matched_level(-14.0, -20.0) == pytest.approx(0.501, abs=1e-3)
    assert matched_level(-20.0, -14.0) == 1.0
    assert matched_level(-14.0, None) == 1.0
    assert matched_level(float("-inf"), -14.0) == 1.0


def test_clicks_lie_on_the_beats_wherever_blocks_begin():
    click = ClickTrack([0.0, 0.5, 1.0], [0.0])
    whole = np.zeros((2 * RATE, 2), np.float32)
    click.add(whole, 0)
    pieces = np.zeros_like(whole)
    for start in range(0, len(pieces), 1000):
        click.add(pieces[start : start + 1000], start)
    assert (pieces == whole).all()
    starts = np.flatnonzero(np.abs(whole[1:, 0]) > 0)
    assert {0, 24_000, 48_000} <= {*starts.tolist()}
    assert not whole[RATE // 10 : 24_000].any()
    assert not (whole[:1000] == whole[24_000:25_000]).all()  # a bar sounds higher


def counted(start, count):
    """Samples that say their own place."""
    return np.repeat(np.arange(start, start + count, dtype=np.float32)[:, None], 2, axis=1)


def test_what_was_mixed_ahead_comes_out_in_order_whatever_the_device_asks():
    ahead = Ahead(counted, 100)
    taken = []
    sizes = itertools.cycle([64, 960, 1024, 333])
    while len(taken) < 20_000:
        while ahead.fill():
            pass
        out = np.full((next(sizes), 2), -1, np.float32)
        place = ahead.place
        assert ahead.take(out) == len(out)
        assert out[0, 0] == place
        taken.extend(out[:, 0].tolist())
    assert taken == list(range(100, 100 + len(taken)))
    assert ahead.underruns == 0


def test_a_ring_that_runs_dry_is_silent_counts_and_leaves_nothing_out():
    ahead = Ahead(counted, 0)
    out = np.full((480, 2), -1, np.float32)
    assert ahead.take(out) == 0  # not begun: no underrun
    assert not out.any()
    assert ahead.underruns == 0
    ahead.fill()
    ahead.fill()
    taken = []
    for _ in range(5):
        count = ahead.take(out)
        taken.extend(out[:count, 0].tolist())
        assert not out[count:].any()
    assert ahead.underruns == 1
    ahead.fill()
    count = ahead.take(out)
    taken.extend(out[:count, 0].tolist())
    assert taken == list(range(len(taken)))


def test_the_thread_fills_the_ring_and_ends():
    ahead = Ahead(counted, 0)
    ahead.begin()
    while not ahead.is_primed:
        pass
    ahead.end()
    assert not ahead._thread.is_alive()


def test_the_films_time_is_that_of_what_is_heard_now_and_stalls_with_the_device():
    mark = Mark(place=RATE, count=960, heard_at_s=50.1)
    assert film_time_s(mark, 50.0) == pytest.approx(0.9)  # 100 ms of latency
    assert film_time_s(mark, 50.11) == pytest.approx(1.01)
    assert film_time_s(mark, 60.0) == pytest.approx(1.02)


def test_beats_are_those_of_the_tempo_map():
    tempi = (Tempo(0, 0.0, 500_000), Tempo(3840, 2.0, 250_000))
    beats, bars = beats_and_bars(TempoMap(tempi, (Meter(0, 4, 4),)), 3.1)
    assert beats == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.25, 2.5, 2.75, 3.0])
    assert bars == pytest.approx([0.0, 2.0, 3.0])


def test_no_loudness_is_measured_once_the_window_closes(qapp, tmp_path, monkeypatch):
    """A thread that signals to what is gone would end the program."""
    import threading

    import numpy as np

    from emsync_desktop.preview import matching

    begun, read = threading.Event(), []

    def endless(path):
        while True:
            read.append(path)
            begun.set()
            yield np.zeros((4800, 2), np.float32)

    monkeypatch.setattr(matching, "_chunks", endless)
    match = matching.LoudnessMatch()
    match.hear("one", tmp_path / "one.wav")
    assert begun.wait(30)
    match.close()
    assert not [one for one in threading.enumerate() if one.name == "loudness of a take"]
    qapp.processEvents()
    assert match._known == {}
