import pytest

from emsync_engine.monitor import SILENT, Cancelled, Monitor


def work(steps: int, monitor: Monitor = SILENT) -> int:
    done = 0
    for step in range(steps):
        monitor.advance("counting", step, steps)
        done += 1
    return done


def test_silence_never_interrupts():
    assert work(100) == 100
    assert SILENT.advance("stage", 1.0) is None


def test_reports_arrive_in_order(recording_monitor):
    monitor = recording_monitor()
    assert work(3, monitor) == 3
    assert monitor.reports == [("counting", 0, 3), ("counting", 1, 3), ("counting", 2, 3)]


def test_cancelling_stops_the_work_where_it_reports(recording_monitor):
    monitor = recording_monitor(cancel_at=2)
    with pytest.raises(Cancelled):
        work(10, monitor)
    assert len(monitor.reports) == 2
