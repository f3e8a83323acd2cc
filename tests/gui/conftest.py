"""A window on a made film, with an engine that answers when the test says so."""

import os
from functools import partial

import pytest

from tests.data import make_media as media
from tests.model_fixtures import at

__all__ = ["at"]  # the host of models

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def qtbot(qtbot, monkeypatch):
    """Waits as long as a busy machine may need; what does not come still fails."""
    for wait in ("waitUntil", "waitSignal", "waitExposed"):
        monkeypatch.setattr(qtbot, wait, partial(getattr(qtbot, wait), timeout=45_000))
    return qtbot


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """Four seconds at 24 frames a second with hard cuts."""
    return media.make_hard_cuts(tmp_path_factory.mktemp("gui")).path


@pytest.fixture
def engine(qapp):
    from tests.gui.fake_engine import FakeEngine

    return FakeEngine()


@pytest.fixture
def window(qapp, qtbot, engine, home, monkeypatch):
    """The main window, closed without questions at the end; nothing of it stays behind."""
    import threading

    from PySide6.QtCore import QEvent, QSettings

    from emsync_desktop.appearance import dress
    from emsync_desktop.main_window import MainWindow
    from emsync_desktop.preview import transport
    from emsync_desktop.preview.clocks import MonotonicClock

    # whatever device this machine has, or a server that only pretends to play
    monkeypatch.setattr(transport, "best_clock", lambda mix, parent: (MonotonicClock(), ""))
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(home))
    dress(qapp)
    window = MainWindow(lambda: engine)
    window.resize(1400, 880)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)  # shortcuts are those of the active window
    yield window
    window.document.undo_stack.setClean()
    window.close()
    assert engine.is_closed or not engine.submitted
    assert not [one for one in threading.enumerate() if one.name == "original sound"]
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def opened(window, engine, film):
    """The window with the made film, analysed."""
    window.open_path(film)
    engine.find_cuts()
    return window
