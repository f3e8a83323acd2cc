import pytest

from emsync_engine.affect.judge import MusicJudge
from emsync_engine.affect.random_convolutions import ConvolutionReader
from emsync_engine.affect.regressor import MusicAffect
from emsync_engine.training.affect_training import describe_rated, fit_regressor
from tests.rated import rated_pieces


@pytest.fixture(scope="session")
def fitted() -> MusicAffect:
    """A regressor of 24 pieces made by rule."""
    return fit_regressor(describe_rated(rated_pieces()))


@pytest.fixture(scope="session")
def second() -> ConvolutionReader:
    """A second reader of the same pieces, with few kernels."""
    from emsync_engine.training.convolution_training import ConvolutionRecipe, fit_convolutions

    return fit_convolutions(describe_rated(rated_pieces()), recipe=ConvolutionRecipe(count=12))


@pytest.fixture(scope="session")
def judge() -> MusicJudge:
    """A judge of the same pieces, trained for moments."""
    from emsync_engine.affect.judge import JudgeConfiguration
    from emsync_engine.training.judge_training import JudgeRecipe, fit_judge

    return fit_judge(
        describe_rated(rated_pieces()),
        recipe=JudgeRecipe(epochs=3, networks=1, batch=16),
        configuration=JudgeConfiguration(width=4, hidden=8),
    )
