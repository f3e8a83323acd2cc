import os
import time

import pytest

from emsync_engine.video.cache import Cache, default_cache_folder


def put(cache: Cache, key: str, content: bytes = b"x") -> None:
    with cache.writing(key) as folder:
        (folder / "data.bin").write_bytes(content)


def test_an_entry_is_found_again(tmp_path):
    put(Cache(tmp_path), "one", b"content")

    entry = Cache(tmp_path).find("one")

    assert entry is not None
    assert (entry / "data.bin").read_bytes() == b"content"
    assert Cache(tmp_path).find("other") is None


def test_a_failure_leaves_nothing_behind(tmp_path):
    cache = Cache(tmp_path)

    def interrupted() -> None:
        with cache.writing("one") as folder:
            (folder / "data.bin").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["changed", "shorter", "missing", "unsealed", "senseless"])
def test_a_damaged_entry_is_not_used(tmp_path, damage):
    cache = Cache(tmp_path)
    put(cache, "one", b"content")
    data = tmp_path / "one" / "data.bin"
    seal = tmp_path / "one" / "entry.json"
    match damage:
        case "changed":
            data.write_bytes(b"c0ntent")
        case "shorter":
            data.write_bytes(b"con")
        case "missing":
            data.unlink()
        case "unsealed":
            seal.unlink()
        case "senseless":
            seal.write_text("[1, 2]")

    assert cache.find("one") is None
    put(cache, "one", b"content")
    assert cache.find("one") is not None


def test_the_entries_used_longest_ago_go_first(tmp_path):
    cache = Cache(tmp_path, limit_bytes=2600)
    for age, key in ((300, "old"), (200, "older but used"), (100, "new")):
        put(cache, key, b"x" * 1000)
        stamp = time.time() - age
        if (tmp_path / key).exists():
            os.utime(tmp_path / key / "entry.json", (stamp, stamp))
        if key == "older but used":
            os.utime(tmp_path / "old" / "entry.json", (stamp - 500, stamp - 500))
            assert cache.find(key) is not None

    assert cache.find("old") is None
    assert cache.find("older but used") is not None
    assert cache.find("new") is not None


def test_an_entry_larger_than_the_limit_is_kept_while_it_is_the_newest(tmp_path):
    cache = Cache(tmp_path, limit_bytes=10)
    put(cache, "large", b"x" * 1000)

    assert cache.find("large") is not None


def test_what_a_killed_process_left_goes_after_a_day(tmp_path):
    left = tmp_path / "unfinished-1234"
    left.mkdir()
    put(Cache(tmp_path), "one")
    assert left.exists()

    long_ago = time.time() - 2 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    put(Cache(tmp_path), "two")
    assert not left.exists()


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(tmp_path / "elsewhere"))

    assert default_cache_folder() == tmp_path / "elsewhere"
    assert Cache().folder == tmp_path / "elsewhere"
