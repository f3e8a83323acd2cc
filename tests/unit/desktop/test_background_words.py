"""Work in words: how far it is, how long it takes, how much memory."""

import pytest

from emsync_desktop.background.work import (
    Pace,
    WorkRow,
    bytes_text,
    job_words,
    rough_time,
    time_left,
)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (4.4, "4 s"), (23, "25 s"), (99, "100 s"), (200, "3 min")]
)
def test_times_are_no_finer_than_they_are(seconds, text):
    assert rough_time(seconds) == text


def test_the_time_left_follows_from_what_is_done():
    assert time_left(0.25, 10.0) == 30.0
    assert time_left(0.05, 10.0) is None
    assert time_left(0.5, 0.5) is None


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (WorkRow(1, "A take", True, 0.38, 21.0), "38% · about 20 s left"),
        (WorkRow(1, "A take", True, None, None), "under way"),
        (WorkRow(1, "A take", False), "waits"),
        (WorkRow(1, "A take", False, None, 130.0), "waits · takes about 2 min"),
    ],
)
def test_a_row_says_how_far_it_is(row, text):
    assert row.state == text


def test_paces_are_learned_per_second_of_film_and_for_each_take():
    pace = Pace()
    assert pace.guess("compose", 60.0) is None
    pace.took("compose", 30.0, 60.0)
    assert pace.guess("compose", 120.0) == 60.0
    assert pace.guess("compose", 60.0, count=4) == 120.0
    pace.took("compose", 60.0, 60.0)
    assert pace.guess("compose", 60.0) == 45.0
    pace.took("", 1.0, 60.0)
    assert set(pace.known) == {"compose"}


@pytest.mark.parametrize(
    ("count", "text"), [(412 << 20, "412 MB"), (1229 << 20, "1.2 GB"), (0, "0 MB")]
)
def test_memory_is_told_in_two_figures(count, text):
    assert bytes_text(count) == text


def test_every_job_of_the_window_has_a_name():
    import dataclasses

    from emsync_engine.jobs import conform_job, export_job, memory, messages, speech_job

    modules = (messages, conform_job, export_job, memory, speech_job)
    jobs = {
        name: one
        for module in modules
        for name, one in vars(module).items()
        if name.endswith("Job") and dataclasses.is_dataclass(one) and name != "ScoreJob"
    }
    assert len(jobs) > 10
    unknown = job_words(object())
    for one in jobs.values():
        assert job_words(object.__new__(one)) != unknown, one
