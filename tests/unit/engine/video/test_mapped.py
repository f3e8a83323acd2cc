from pathlib import Path

import numpy as np
import pytest

from emsync_engine.video import mapped
from emsync_engine.video.mapped import lean_map


@pytest.fixture
def stored(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 255, (400, 60, 100, 3)).astype(np.uint8)
    path = tmp_path / "frames.rgb"
    path.write_bytes(pictures.tobytes())
    return path, pictures


def mapped_kb():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssFile"):
            return int(line.split()[1])
    return 0


def test_what_is_read_is_what_is_stored_however_often(stored, monkeypatch):
    monkeypatch.setattr(mapped, "RESIDENT_BYTES", 50_000)
    path, pictures = stored
    lean = lean_map(path, np.uint8, pictures.shape)
    first = lean[3]
    for index in (*range(400), 7, -1):
        np.testing.assert_array_equal(lean[index], pictures[index])
    np.testing.assert_array_equal(lean[10:30:3, 5:9], pictures[10:30:3, 5:9])
    np.testing.assert_array_equal(first, pictures[3])
    np.testing.assert_array_equal(np.asarray(lean), pictures)
    assert type(first) is np.ndarray
    assert lean[1, 2, 3, 0] == pictures[1, 2, 3, 0]
    assert len(lean) == 400


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_little_of_a_file_stays_in_memory(stored, monkeypatch):
    monkeypatch.setattr(mapped, "RESIDENT_BYTES", 500_000)
    path, pictures = stored
    lean = lean_map(path, np.uint8, pictures.shape)
    before = mapped_kb()
    total = sum(int(lean[index].sum()) for index in range(400))
    assert total == int(pictures.sum(dtype=np.int64))
    assert mapped_kb() - before < 3500  # of 7000 kB
