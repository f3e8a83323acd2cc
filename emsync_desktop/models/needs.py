"""What extractors lack on this machine, in the window's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emsync_desktop.wording import tr
from emsync_engine.models.catalogue import CATALOGUE
from emsync_engine.models.store import State

if TYPE_CHECKING:
    from emsync_engine.extractors.listing import Lack

INSTALL_LIBRARIES = "pip install 'emsync-desktop[vemoclap]'"


def lacks() -> dict[str, Lack]:
    """What each extractor lacks that cannot run on this machine, by its name."""
    from emsync_engine.extractors.listing import NAMES, lacking, needing

    found = {name: lacking(needing(name)) for name in NAMES}
    return {name: lack for name, lack in found.items() if lack is not None}


def lack_beside(model: str) -> Lack | None:
    """What an extractor lacks beside this model of its own; None where that is all it needs."""
    from emsync_engine.extractors.listing import NAMES, lacking, needing

    for name in NAMES:
        part = needing(name)
        if model in part.models:
            lack = lacking(part)
            return lack if lack is not None and lack.name != model else None
    return None


def lack_words(lack: Lack) -> str:
    """What is lacking and the way on, in one sentence."""
    if lack.kind == "library":
        words = tr("The library {library} is not installed: in a terminal, {command}.")
        return words.format(library=lack.name, command=INSTALL_LIBRARIES)
    title = CATALOGUE[lack.name].title
    return {
        State.PARTLY: tr("{model} is only partly here; go on with it under Edit, Models."),
        State.DAMAGED: tr("{model} is damaged; get it again under Edit, Models."),
        State.UNCHECKED: tr("{model} has not been checked; verify it under Edit, Models."),
    }.get(lack.state, tr("{model} is not installed; get it under Edit, Models.")).format(
        model=title
    )
