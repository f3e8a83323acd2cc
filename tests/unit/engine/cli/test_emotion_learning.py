"""What can be said of a training or an import before a single film is looked at."""

import pytest

from emsync_engine.cli.reading_report import models_lines
from emsync_engine.emotion.full_reading import FullReading
from emsync_engine.extractors.reading import NotObserved
from tests.command_line import emsync


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--width", "33"), 2, "4 heads do not divide a width of 33"),
        (("--heads", "5", "--width", "512"), 2, "5 heads do not divide a width of 512"),
        (("--plot", "x.png"), 2, "emsync evaluate emotion draws the confusion matrix"),
        (("--epochs", "0"), 2, "'0' is not a whole number from 1 on"),
        ((), 3, "There is no folder"),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(tmp_path, arguments, code, said):
    refused = emsync("train", "emotion", tmp_path / "none", *arguments)
    assert refused.code == code
    assert len(refused.sentences) == 1
    assert said in refused.err


def test_a_fusion_that_is_not_there_is_said_to_be_so(tmp_path):
    refused = emsync("models", "import", "vemoclap", tmp_path / "model.pt")
    assert refused.code == 3
    assert refused.err.startswith("There is no file ")


def test_the_list_says_how_to_get_a_model():
    assert (
        "emsync models install NAME, or emsync models use NAME FILE" in emsync("models", "list").out
    )


def test_people_are_told_what_could_be_read_too():
    missing = {
        "speech": NotObserved("off", "The model 'speech' is not installed."),
        "faces": NotObserved("nothing", "There are none."),
    }
    told = models_lines(FullReading((), ("clip",), missing, "late fusion"))
    assert told == [
        "read with clip (late fusion)",
        "could be read too: speech (emsync models list)",
    ]
    assert models_lines(FullReading((), (), missing)) == []
