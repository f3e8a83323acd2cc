import threading

import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.music import writing_together
from emsync_engine.music.decoding import Decoder
from emsync_engine.music.generation import next_rows
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.music.writing_together import write_on
from tests.toy import toy_model
from tests.unit.engine.music.test_generation import brief


def writers_of(decoder, count):
    writers = [TokenWriter(decoder, brief(), seed=seed) for seed in range(count)]
    for writer in writers:
        writer.begin()
    return writers


def alone(decoder, seed):
    writer = TokenWriter(decoder, brief(), seed=seed)
    writer.begin()
    while not writer.is_done:
        writer.draw(next_rows(decoder, [writer])[0])
    return writer.tokens


def tell_nobody(going):
    return None


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_take_is_what_it_is_alone(count, compiled):
    decoder = Decoder(toy_model(), compiled=compiled)
    writers = writers_of(decoder, count)
    write_on(decoder, writers, tell=tell_nobody)
    assert all(writer.is_done for writer in writers)
    for seed, writer in enumerate(writers):
        assert writer.tokens == alone(decoder, seed)


def test_all_stop_at_the_time():
    decoder = Decoder(toy_model())
    writers = writers_of(decoder, 4)
    write_on(decoder, writers, until_s=1.5, tell=tell_nobody)
    assert all(writer.time_s >= 1.5 for writer in writers)
    before = [len(writer.tokens) for writer in writers]
    write_on(decoder, writers, until_s=1.5, tell=tell_nobody)
    assert [len(writer.tokens) for writer in writers] == before


def test_who_is_told_can_stop_all_of_them():
    decoder = Decoder(toy_model())
    writers = writers_of(decoder, 4)
    told = []

    def tell(going):
        told.append(len(going))
        if len(told) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_on(decoder, writers, tell=tell)
    lengths = [len(writer.tokens) for writer in writers]
    assert not all(writer.is_done for writer in writers)
    threading.Event().wait(0.05)
    assert [len(writer.tokens) for writer in writers] == lengths  # none is still written


def test_a_failure_beside_is_not_lost(monkeypatch):
    decoder = Decoder(toy_model())
    writers = writers_of(decoder, 4)
    draw = TokenWriter.draw

    def failing(self, rows):
        if self is writers[-1] and len(self.tokens) > 6:
            raise ZeroDivisionError
        return draw(self, rows)

    monkeypatch.setattr(writing_together.TokenWriter, "draw", failing)
    with pytest.raises(ZeroDivisionError):
        write_on(decoder, writers, tell=tell_nobody)
