import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.music.ensembles import (
    DEFAULT_ENSEMBLE,
    ENSEMBLES,
    Ensemble,
    ensemble_named,
)
from emsync_engine.project.notes import Music, Note


def test_default_is_an_ensemble_of_three_or_more_families():
    assert len(ENSEMBLES[DEFAULT_ENSEMBLE].families) >= 3


@pytest.mark.parametrize("name", ENSEMBLES)
def test_every_preset_can_be_asked_for_by_its_name(name):
    ensemble = ensemble_named(name)
    assert ensemble.name == name
    assert ensemble.label
    assert set(ensemble.programs) == set(ensemble.families)
    # a strong chord needs one of these to be heard at all
    assert {"guitar", "piano", "strings"} & set(ensemble.families)


def test_names_may_be_written_with_spaces():
    assert ensemble_named("Solo Piano") is ENSEMBLES["solo-piano"]


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(InputUnusableError) as raised:
        ensemble_named("polka")
    for name in ENSEMBLES:
        assert name in str(raised.value)


def test_other_families_are_left_out():
    music = Music(2.0, (Note(0, 1, "drums", 36), Note(0, 1, "piano", 60)))
    played = ENSEMBLES["solo-piano"].applied_to(music)
    assert played.families == ("piano",)
    assert played.programs == {"piano": 0}


def test_a_family_without_program_is_refused():
    with pytest.raises(ValueError, match="program"):
        Ensemble("x", "X", ("piano", "bass"), {"piano": 0})
