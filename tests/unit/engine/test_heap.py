"""What a process no longer needs goes back to the system."""

import sys
from pathlib import Path

import pytest

from emsync_engine.heap import give_back


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do it by themselves")
def test_holes_in_the_heap_go_back():
    kept = [bytes([number % 256]) * 40_000 for number in range(4_000)]  # 160 MB, below mmap's size
    full = resident_bytes()
    kept = kept[::50]  # what stays keeps the heap from shrinking at its end
    give_back()
    assert full - resident_bytes() > 100_000_000
    assert len(kept) == 80
