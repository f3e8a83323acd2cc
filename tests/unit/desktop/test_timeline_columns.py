"""What columns show, against looking at every note, corner and sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_desktop.timeline.columns import (
    Columns,
    curve_alpha,
    index_in,
    note_mask,
    note_rows,
    peaks_in,
    pyramid_of,
)
from emsync_desktop.timeline.geometry import pitch_range

HEIGHT = 20
zooms = st.floats(0.5, 400.0)


@given(seed=st.integers(0, 1000), per_s=zooms, first=st.integers(-50, 3000))
def test_notes_are_where_their_times_are(seed, per_s, first):
    noise = np.random.default_rng(seed)
    onsets = np.sort(noise.uniform(0, 60, 40))
    ends = onsets + noise.uniform(0.02, 3, 40)
    rows = noise.integers(0, HEIGHT - 2, 40)
    columns = Columns(first, 300, per_s)
    mask = note_mask(columns, HEIGHT, onsets, ends, rows, thickness=2, least=2)
    wanted = np.zeros_like(mask)
    for onset, end, row in zip(onsets, ends, rows, strict=True):
        left = int(np.floor(onset * per_s)) - first
        right = max(int(np.rint(end * per_s)) - 1 - first, left + 2)
        wanted[row : row + 2, max(left, 0) : max(right, 0)] = True
    assert (mask == wanted).all()


def test_higher_notes_stand_higher_and_inside_their_lane():
    pitches = np.array([36, 38, 40])
    limits = pitch_range([36, 40])
    assert limits[1] - limits[0] >= 12
    rows = note_rows(pitches, limits, 40, margin=4, thickness=2.5)
    assert (np.diff(rows) < 0).all()
    assert rows.min() >= 0
    assert rows.max() <= 38


@given(per_s=zooms, first=st.integers(0, 3000))
def test_a_line_covers_where_it_runs_and_nothing_far_from_it(per_s, first):
    times = np.array([0.0, 10.0, 10.0, 30.0, 60.0])
    rows = np.array([4.0, 4.0, 14.0, 14.0, 6.0])
    columns = Columns(first, 200, per_s)
    alpha = curve_alpha(columns, HEIGHT, times, rows, thickness=2.0)
    for number in range(0, 200, 7):
        middle_s = (first + number + 0.5) / per_s
        if middle_s >= 60 or abs(middle_s - 10.0) < 1 / per_s:
            continue
        row = np.interp(middle_s, times, rows)
        assert alpha[int(row), number] > 200
        steep = abs(np.interp(middle_s + 0.5 / per_s, times, rows) - row)
        far = np.abs(np.arange(HEIGHT) + 0.5 - row) > 2.1 + steep
        assert (alpha[far, number] == 0).all()


def test_a_step_is_one_upright_line_even_where_dashes_leave_gaps():
    times, rows = np.array([0.0, 5.0, 5.0, 10.0]), np.array([3.0, 3.0, 16.0, 16.0])
    for first in range(40, 50):
        columns = Columns(first, 20, 10.0)
        alpha = curve_alpha(columns, HEIGHT, times, rows, thickness=1.5, dashed=True)
        at = 50 - first
        if at < 20:
            assert (alpha[4:15, at] == 255).all()


@given(
    first=st.integers(0, 2000),
    at=st.integers(1, 199),
    per_s=zooms,
    dashed=st.booleans(),
)
def test_pieces_painted_apart_fit_together(first, at, per_s, dashed):
    noise = np.random.default_rng(at)
    times = np.sort(noise.uniform(0, 60, 50))
    rows = noise.uniform(2, 18, 50)
    whole = Columns(first, 200, per_s)
    left, right = Columns(first, at, per_s), Columns(first + at, 200 - at, per_s)
    pieces = [
        curve_alpha(one, HEIGHT, times, rows, thickness=1.8, dashed=dashed)
        for one in (whole, left, right)
    ]
    assert (pieces[0] == np.hstack(pieces[1:])).all()


@pytest.mark.parametrize("per_s", [0.4, 3.0, 60.0, 900.0])
def test_the_waveform_of_a_column_is_that_of_its_samples(per_s):
    noise = np.random.default_rng(3)
    peaks = np.sort(noise.uniform(-1, 1, (6000, 2)), axis=1).astype(np.float32)
    pyramid, columns = pyramid_of(peaks), Columns(5, 15, per_s)
    found = peaks_in(columns, pyramid, 100.0)
    exact = peaks_in(columns, pyramid[:1], 100.0)
    for number in range(15):
        start, end = (int((n + number) / per_s * 100) for n in (5, 6))
        inside = peaks[start : max(end, start + 1)]
        assert exact[number].tolist() == [inside[:, 0].min(), inside[:, 1].max()]
        blocks = max(end - start, 1)  # a coarser reading is off by less than a column
        wider = peaks[max(start - blocks, 0) : end + blocks + 1]
        assert wider[:, 0].min() <= found[number, 0]
        assert found[number, 1] <= wider[:, 1].max()


def test_a_film_without_sound_has_a_flat_line():
    silent = np.zeros((0, 2), np.float32)
    assert (peaks_in(Columns(0, 9, 10.0), pyramid_of(silent), 100.0) == 0).all()


def test_columns_tell_the_segment_in_their_middle():
    edges = np.array([0.0, 1.0, 1.5, 4.0])
    found = index_in(Columns(-2, 30, 10.0), edges)
    assert found[:12].tolist() == [0] * 12
    assert found[12:17].tolist() == [1] * 5
    assert set(found[17:].tolist()) == {2}
