"""What the engine says of its memory, with a card that is made up, and without one."""

import sys
from types import SimpleNamespace

import pytest

from emsync_engine.jobs import memory
from emsync_engine.jobs.memory import engine_facts, memory_of, processor_name, released


class Card:
    """A graphics card on which 3 GB are taken, 2 of them by what can be forgotten."""

    def __init__(self):
        self.taken = 3 << 30
        self.cuda = SimpleNamespace(
            is_initialized=lambda: True,
            memory_reserved=lambda: self.taken,
            get_device_properties=lambda number: SimpleNamespace(total_memory=8 << 30),
            get_device_name=lambda number: "Made-up Card",
            empty_cache=self.forget,
        )
        nothing = SimpleNamespace(is_available=lambda: False)
        self.backends = SimpleNamespace(mps=nothing)

    def forget(self):
        self.taken = 1 << 30


@pytest.fixture
def card(monkeypatch, tmp_path):
    made = Card()
    monkeypatch.setitem(sys.modules, "torch", made)
    monkeypatch.setattr(memory, "_NVIDIA", tmp_path / "none")
    return made


def test_what_is_taken_on_the_card_is_told_and_given_back(card):
    facts = engine_facts()
    assert (facts.graphics, facts.graphics_bytes) == ("Made-up Card", 3 << 30)
    assert facts.graphics_total_bytes == 8 << 30
    both = released()
    assert both.before.graphics_bytes == 3 << 30
    assert both.after.graphics_bytes == 1 << 30


def test_a_library_that_is_just_being_loaded_is_not_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    facts = engine_facts()
    assert facts.graphics_bytes is None
    assert facts.memory_bytes > 0


def test_the_driver_names_the_card_before_any_library_is_loaded(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    place = tmp_path / "0000:01:00.0"
    place.mkdir()
    (place / "information").write_text("Model: \t\t Some Card\nIRQ: 3\n")
    monkeypatch.setattr(memory, "_NVIDIA", tmp_path)
    assert memory.graphics_name() == "Some Card"


def test_programs_that_a_process_runs_count_too():
    import subprocess

    alone = memory_of()
    filler = (
        "import time; held = bytearray(b'1' * (48 << 20)); print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", filler], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert memory_of() - alone > 40 << 20
        child.kill()


def test_the_processor_has_a_name():
    assert processor_name()
