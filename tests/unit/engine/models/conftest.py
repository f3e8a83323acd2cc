"""A host on this machine, and a folder of models of the test's own."""

from tests.model_fixtures import at, folder

__all__ = ["at", "folder"]
