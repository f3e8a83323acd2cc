"""The command line: ``emsync``."""

from emsync_engine.cli.main import main

__all__ = ["main"]
