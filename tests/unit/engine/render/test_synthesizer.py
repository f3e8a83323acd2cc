import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from emsync_engine.errors import ToolFailedError
from emsync_engine.render import synthesizer
from emsync_engine.render.soundfont import Soundfont
from emsync_engine.render.synthesizer import Synthesizer

FONT = Soundfont(Path("font.sf2"), "a font", "none")


class Library:
    """Notes whether samples were loaded or freed while another thread was at it."""

    def __init__(self, loaded=1):
        self.loaded, self.met, self.freed = loaded, False, 0
        self._busy = Lock()

    def _alone(self, result):
        if not self._busy.acquire(blocking=False):
            self.met = True
            return result
        time.sleep(0.002)
        self._busy.release()
        return result

    def fluid_synth_sfload(self, *_):
        return self._alone(self.loaded)

    def fluid_synth_program_change(self, *_):
        return self._alone(0)

    def delete_fluid_synth(self, *_):
        self.freed += 1
        return self._alone(None)

    def __getattr__(self, name):
        return lambda *_: 1


@pytest.fixture
def library(monkeypatch):
    library = Library()
    monkeypatch.setattr(synthesizer, "_library", lambda: library)
    return library


def test_samples_are_loaded_and_freed_by_one_thread_at_a_time(library):
    """FluidSynth keeps them for all synthesizers of the process, and crashes else."""

    def play(program):
        with Synthesizer(FONT, program):
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(play, range(32)))
    assert library.freed == 32
    assert not library.met


def test_a_soundfont_that_cannot_be_loaded_is_said_so_and_nothing_stays(library):
    library.loaded = -1
    with pytest.raises(ToolFailedError, match="cannot be loaded"):
        Synthesizer(FONT, 0)
    assert library.freed == 1
    library.loaded = 1
    with Synthesizer(FONT, 0):  # the next one is not locked out
        pass
