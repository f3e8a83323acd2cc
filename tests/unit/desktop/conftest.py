import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a module's films lie."""
    return tmp_path_factory.mktemp("films")
