"""Cut lists from elsewhere: read, laid on the film, and merged with what was detected."""

from emsync_engine.scenes.cutlists.fitting import Footage, ImportedCuts
from emsync_engine.scenes.cutlists.merging import (
    MERGE_CHOICES,
    TOLERANCE_FRAMES,
    MergeChoice,
    merged_cuts,
    with_cuts_imported,
)
from emsync_engine.scenes.cutlists.reading import read_cut_list, read_cuts_csv

__all__ = [
    "MERGE_CHOICES",
    "TOLERANCE_FRAMES",
    "Footage",
    "ImportedCuts",
    "MergeChoice",
    "merged_cuts",
    "read_cut_list",
    "read_cuts_csv",
    "with_cuts_imported",
]
