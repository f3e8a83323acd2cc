import os

import pytest

from emsync_engine.video import content


def test_a_copy_has_the_same_hash_and_any_change_another(tmp_path):
    one, copy, other = (tmp_path / name for name in ("one.mp4", "copy.mov", "other.mp4"))
    one.write_bytes(b"abc" * 1000)
    copy.write_bytes(b"abc" * 1000)
    other.write_bytes(b"abc" * 999 + b"abd")

    assert content.content_hash(one) == content.content_hash(copy)
    assert content.content_hash(one) != content.content_hash(other)
    assert len(content.content_hash(one)) == 40


@pytest.mark.parametrize("place", [0, 5000, -1])
def test_a_large_file_is_sampled_from_head_to_tail(tmp_path, monkeypatch, place):
    monkeypatch.setattr(content, "_WHOLE_BYTES", 10_000)
    monkeypatch.setattr(content, "_TAIL_BYTES", 2_000)
    monkeypatch.setattr(content, "_SAMPLE_BYTES", 600)
    data = bytearray(os.urandom(50_000))
    film = tmp_path / "film.mov"
    film.write_bytes(data)
    before = content.content_hash(film)

    data[place] ^= 1
    film.write_bytes(data)

    assert content.content_hash(film) != before


def test_the_size_counts_even_between_the_samples(tmp_path):
    one, longer = tmp_path / "one", tmp_path / "longer"
    one.write_bytes(bytes(100))
    longer.write_bytes(bytes(101))

    assert content.content_hash(one) != content.content_hash(longer)
