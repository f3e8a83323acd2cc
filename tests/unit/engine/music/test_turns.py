"""Threads take turns at what is Python, and compute outside it at the same time."""

import threading

import pytest

from emsync_engine.music.turns import my_turn, others_turn


def test_no_two_have_their_turn_at_once_and_others_do_while_one_computes():
    inside, most, together = [], [], threading.Barrier(2, timeout=10)

    def work():
        with my_turn():
            for _ in range(20):
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                with others_turn():
                    together.wait()  # both are here at once, or it breaks

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not together.broken
    assert len(most) == 40
    assert max(most) == 1


def test_who_fails_gives_its_turn_back():
    with pytest.raises(ValueError, match="broken"), my_turn(), others_turn():
        raise ValueError("broken")
    with my_turn():
        pass


def test_without_a_turn_nothing_is_given_back():
    with others_turn(), my_turn():
        pass
    with my_turn(), others_turn():
        pass
