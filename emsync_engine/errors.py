"""What can go wrong, named for the situation, each said in one sentence the user can act on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class EmsyncError(Exception):
    """Root of every failure that is somebody's to fix; its text is one sentence for the user."""


class InputUnusableError(EmsyncError):
    """The file, folder or value that the user gave cannot be used (exit code 3)."""


class VideoUnreadableError(InputUnusableError):
    """No picture can be read from the file."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name} cannot be used as a video: {reason}.")
        self.path = path
        self.reason = reason


class CutListError(InputUnusableError):
    """A list of cuts cannot be read, or does not fit the film."""


class MidiUnreadableError(InputUnusableError):
    """A MIDI file is damaged or holds no notes."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name} cannot be used as MIDI: {reason}.")
        self.path = path
        self.reason = reason


class BoundaryOrderError(InputUnusableError):
    """Boundaries must lie strictly inside the film, in increasing order."""


class ProjectUnreadableError(InputUnusableError):
    """A project file is damaged, or is no project."""


class ProjectTooNewError(ProjectUnreadableError):
    """A project was written by a newer version."""


class OutputError(InputUnusableError):
    """A result cannot be written where the user asked for it."""


class OutputUnwritableError(OutputError):
    """The system does not let a file be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be written: {reason}.")
        self.path = path
        self.reason = reason


class OutputExistsError(OutputError):
    """A result would replace a file, and nobody said that it may."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already; add --overwrite to replace it.")
        self.path = path


class MissingError(EmsyncError):
    """Something that the work needs is not installed on this machine (exit code 4)."""


class ToolMissingError(MissingError):
    """A program or library is not installed."""

    def __init__(self, tool: str, how_to_get: str) -> None:
        super().__init__(f"{tool} is not installed; {how_to_get}.")
        self.tool = tool
        self.how_to_get = how_to_get


class WeightsMissingError(MissingError):
    """Model weights are not where they should be."""


class WeightsCorruptError(MissingError):
    """Model weights are damaged, or belong to another model."""


class ToolFailedError(EmsyncError):
    """An external program ended with an error."""

    def __init__(self, command: Sequence[str], exit_code: int, last_output: str) -> None:
        lines = [line for line in last_output.strip().splitlines() if line.strip()]
        detail = lines[-1].strip() if lines else "no output"
        super().__init__(f"{command[0]} failed with exit code {exit_code}: {detail}.")
        self.command = tuple(command)
        self.exit_code = exit_code
        self.last_output = last_output
