from pathlib import Path

import pytest

from emsync_engine.training.prepare import Preparation, prepare
from tests.data.make_music import MINOR, make_archive, song


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> tuple[Preparation, Path]:
    """A token store from three small archives, one of them with a broken file."""
    folder = tmp_path_factory.mktemp("corpus")
    ensembles = {
        f"ensemble{number}": song(
            seed=number,
            beat_s=0.4 + 0.05 * number,
            triad=MINOR if number % 2 else (0, 4, 7),
            families=("drums", "bass", "piano", "strings"),
        )
        for number in range(10)
    }
    lieder = {f"lied{number}": song(seed=20 + number) for number in range(14)}
    grooves = {
        f"drummer_{number}_120_beat_4-4": song(seed=number, families=("drums",), bars=4)
        for number in range(2)
    }
    make_archive(folder, "freedoom", ensembles)
    make_archive(folder, "openscore-lieder", lieder)
    make_archive(folder, "groove-drums", grooves)
    broken = folder / "work" / "midi"
    work = folder / "work"
    sources = ("freedoom", "openscore-lieder", "groove-drums")
    from emsync_engine.training.corpus import unpack

    unpack(folder, sources, broken)
    (broken / "freedoom" / "ensemble3.mid").write_bytes(b"MThd, but nothing more")
    return prepare(folder, work, sources=sources, workers=1), work


@pytest.fixture(scope="session")
def fitted_by_rule():
    """A regressor of pieces made by rule."""
    from emsync_engine.training.affect_training import describe_rated, fit_regressor
    from tests.rated import rated_pieces

    return fit_regressor(describe_rated(rated_pieces(12)))
