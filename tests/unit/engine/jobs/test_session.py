"""The session's folder: filled whole or not at all, kept within its limit, tidied up."""

import os
import time

import pytest

from emsync_engine.errors import OutputError
from emsync_engine.jobs.session import Session, new_session_folder
from emsync_engine.monitor import Cancelled
from emsync_engine.video.cache import default_cache_folder


def render(session, name, size):
    with session.render_folder(name) as folder:
        (folder / "mix.wav").write_bytes(bytes(size))
    return folder


def cancelled_render(session):
    with session.render_folder("take") as folder:
        (folder / "piano.wav").touch()
        raise Cancelled


def test_what_was_cancelled_leaves_nothing(tmp_path):
    with pytest.raises(Cancelled):
        cancelled_render(Session(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_same_take_twice_gets_two_folders(tmp_path):
    session = Session(tmp_path)
    assert render(session, "take", 10) != render(session, "take", 10)


def test_the_oldest_go_beyond_the_limit_and_the_newest_stays(tmp_path):
    session = Session(tmp_path, limit_bytes=250)
    made = []
    for number in range(3):
        made.append(render(session, str(number), 100))
        os.utime(made[-1], ns=(number * 10**9, number * 10**9))
    render(session, "3", 100)
    assert [folder.exists() for folder in made] == [False, False, True]
    large = render(session, "large", 1000)
    assert (large / "mix.wav").exists()
    assert not made[2].exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    session = Session(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot be written"):
        render(session, "take", 1)


def test_sessions_left_behind_a_week_ago_go_and_others_stay():
    ours, old, recent = (new_session_folder() for _ in range(3))
    assert ours.parent == default_cache_folder() / "sessions"
    week_ago = time.time() - 8 * 24 * 3600
    os.utime(old, (week_ago, week_ago))
    os.utime(ours, (week_ago, week_ago))
    Session(ours).remove_left_behind()
    assert (ours.exists(), old.exists(), recent.exists()) == (True, False, True)


def test_without_a_cache_folder_the_system_s_temporary_files_serve(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(tmp_path / "file"))
    folder = new_session_folder()
    assert folder.is_dir()
    Session(folder).remove()
    assert not folder.exists()
