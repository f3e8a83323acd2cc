from dataclasses import replace

import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.project.take_list import (
    TakeUnknownError,
    take_named,
    with_star,
    with_take_chosen,
    with_take_renamed,
    with_takes,
    without_take,
)
from tests.unit.engine.project_samples import sample_project


def project(*ids):
    first = sample_project()
    takes = [replace(first.takes[0], id=one, name="", is_starred=False) for one in ids]
    return with_takes(replace(first, takes=(), chosen_take=None), takes)


def ids(of):
    return [take.id for take in of.takes]


def test_new_takes_come_last_and_the_first_of_them_is_heard():
    both = with_takes(project("a"), project("b", "c").takes)
    assert ids(both) == ["a", "b", "c"]
    assert both.chosen_take == "b"
    assert with_takes(both, []) == both
    again = with_takes(both, [replace(both.takes[0], seed=9)])
    assert ids(again) == ["a", "b", "c"]
    assert again.take.seed == 9


def test_takes_are_known_by_number_id_and_name():
    three = with_take_renamed(project("a", "b", "c"), "b", "  the  quiet one ")
    assert three.takes[1].name == "the quiet one"
    for name in ("2", "b", "the quiet one"):
        assert take_named(three, name).id == "b"
    with pytest.raises(TakeUnknownError, match="no take '4'"):
        take_named(three, "4")
    with pytest.raises(TakeUnknownError, match="it has none"):
        take_named(project(), "1")


@pytest.mark.parametrize("name", ["a", "7", "x" * 81])
def test_a_name_tells_takes_apart(name):
    with pytest.raises(InputUnusableError):
        with_take_renamed(project("a", "b"), "b", name)


def test_stars_come_and_go():
    starred = with_star(project("a", "b"), "2", True)
    assert [take.is_starred for take in starred.takes] == [False, True]
    assert with_star(starred, "b", False) == project("a", "b")


def test_when_the_heard_take_goes_its_neighbour_is_heard():
    three = with_take_chosen(project("a", "b", "c"), "b")
    assert without_take(three, "c").chosen_take == "b"
    assert without_take(three, "b").chosen_take == "a"
    assert without_take(project("a", "b"), "a").chosen_take == "b"
    assert without_take(project("a"), "a").chosen_take is None
