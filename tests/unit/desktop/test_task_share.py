"""How much of reading a film is done, with and without models."""

import pytest

from emsync_desktop.task_share import MODEL_STAGES, STAGES, TaskShare, stages_of
from emsync_desktop.wording import reading_steps, stage_words


@pytest.mark.parametrize("kind", ["analyse", "reread"])
def test_models_take_their_share_of_reading_a_film(kind):
    progress = TaskShare(kind, with_models=True)
    shares = [0.0]
    for stage in (*STAGES[kind], *MODEL_STAGES):
        for done in (0, 1, 2):
            progress.advanced(stage, done, 2)
            shares.append(progress.share)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    before = TaskShare(kind, with_models=True)
    before.advanced("sound", 1, 1)
    assert before.share < 0.45, "what is read without models is the smaller part"


def test_without_models_and_for_other_tasks_nothing_changes():
    assert stages_of("analyse") == STAGES["analyse"]
    assert stages_of("compose", with_models=True) == STAGES["compose"]


def test_every_stage_of_reading_has_words_of_its_own_step(qapp):
    """A stage without words would be told as the first step again."""
    first, *later = reading_steps()
    for stage in (*STAGES["analyse"], *MODEL_STAGES):
        words = stage_words("analyse", stage)
        assert stage == "decode" or words != first, stage
        assert stage in MODEL_STAGES or stage == "decode" or words in later
