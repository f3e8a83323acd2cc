"""Ensembles: which instrument families play, and the General MIDI program of each.

Programs are numbered 0..127 as on the wire; for drums the number names the kit. They were chosen
for FluidR3 GM, and avoid what it does badly: its contrabass (43) is silent above the staff, its
violins and pads take a third of a second to speak, and the orchestra kit (48) answers the hi-hat
keys with timpani.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from emsync_engine.errors import InputUnusableError
from emsync_engine.project.notes import FAMILIES, Family, Music


class EnsembleUnknownError(InputUnusableError):
    """Nobody knows an ensemble of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no ensemble {name!r}; choose one of {', '.join(ENSEMBLES)}.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A set of families that play together, each with a General MIDI program.

    ``label`` is what the user reads. Families that are not in ``families`` are masked while
    sampling; ``programs`` has an entry for each that is.
    """

    name: str
    label: str
    families: tuple[Family, ...]
    programs: Mapping[Family, int]

    def __post_init__(self) -> None:
        if set(self.programs) != set(self.families) or not self.families:
            raise ValueError(f"ensemble {self.name} needs a program for each of its families")
        if any(not 0 <= program <= 127 for program in self.programs.values()):
            raise ValueError(f"ensemble {self.name} has a program outside 0..127")

    def applied_to(self, music: Music) -> Music:
        """The same notes played by this ensemble; notes of families it lacks are left out."""
        notes = tuple(note for note in music.notes if note.family in self.families)
        return replace(music, notes=notes, programs=self.programs)


def _ensemble(name: str, label: str, programs: Mapping[Family, int]) -> Ensemble:
    families = tuple(family for family in FAMILIES if family in programs)
    return Ensemble(name, label, families, MappingProxyType(dict(programs)))


DEFAULT_ENSEMBLE = "cinematic"

ENSEMBLES: Mapping[str, Ensemble] = MappingProxyType(
    {
        ensemble.name: ensemble
        for ensemble in (
            # string ensemble, grand piano, plucked double bass, room kit: the sound of a trailer
            _ensemble(
                "cinematic",
                "Cinematic: strings, piano, bass and drums",
                {"drums": 8, "bass": 32, "piano": 0, "strings": 48},
            ),
            # cello, which speaks over the whole range of a bass line, under strings and piano
            _ensemble(
                "chamber",
                "Chamber: strings, cello and piano",
                {"bass": 42, "piano": 0, "strings": 48},
            ),
            # standard kit, fingered bass, clean electric guitar, grand piano
            _ensemble(
                "band",
                "Band: drums, bass guitar, electric guitar and piano",
                {"drums": 0, "bass": 33, "guitar": 27, "piano": 0},
            ),
            # TR-808, synth bass, electric piano, synth strings that speak at once
            _ensemble(
                "electronic",
                "Electronic: drum machine, synth bass, electric piano and synth strings",
                {"drums": 25, "bass": 38, "piano": 4, "strings": 50},
            ),
            # brushes, double bass, steel-string guitar, grand piano
            _ensemble(
                "acoustic",
                "Acoustic: brushes, double bass, steel guitar and piano",
                {"drums": 40, "bass": 32, "guitar": 25, "piano": 0},
            ),
            # low strings for the bass line, harp for piano figures, no kit
            _ensemble(
                "orchestral",
                "Orchestral: strings, low strings and harp",
                {"bass": 48, "piano": 46, "strings": 48},
            ),
            _ensemble("solo-piano", "Solo piano", {"piano": 0}),
        )
    }
)


def ensemble_named(name: str) -> Ensemble:
    """The preset of a name, such as ``solo-piano``; EnsembleUnknownError lists the names."""
    key = name.strip().lower().replace(" ", "-").replace("_", "-")
    if key not in ENSEMBLES:
        raise EnsembleUnknownError(name)
    return ENSEMBLES[key]
