"""What is chosen in the export dialog: to be remembered, and as a request to the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from emsync_engine.export import ExportRequest
from emsync_engine.export_presets import EXPORT_PRESETS, ExportPreset
from emsync_engine.project.ducking import Ducking
from emsync_engine.results import PARTS

_KEY = "export/choices"
DEFAULT_PRESET = "youtube"


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that the dialog asks for, but for names, places and what belongs to a project."""

    preset: str = DEFAULT_PRESET
    parts: tuple[str, ...] = ("film",)
    audio: str = "under"
    codec: str = "auto"
    target_lufs: float = -14.0
    film_lufs: float | None = -14.0
    ceiling_dbtp: float = -1.0

    @classmethod
    def of(cls, preset: ExportPreset) -> Choices:
        parts = tuple(part for part in PARTS if part in preset.parts)
        return cls(
            preset.name,
            parts,
            preset.audio,
            preset.codec,
            preset.target_lufs,
            preset.film_lufs,
            preset.ceiling_dbtp,
        )

    @property
    def matching_preset(self) -> str:
        """The preset that asks for just this; empty if none does."""
        for name, preset in EXPORT_PRESETS.items():
            if replace(self, preset=name) == Choices.of(preset):
                return name
        return ""

    def request(
        self,
        *,
        span: tuple[Fraction, Fraction] | None,
        ducking: Ducking,
        overwrite: bool,
    ) -> ExportRequest:
        """What the engine is asked for."""
        said: dict[str, Any] = {
            "parts": frozenset(self.parts),
            "audio": self.audio,
            "codec": self.codec,
            "target_lufs": self.target_lufs,
            "film_lufs": self.film_lufs,
            "ceiling_dbtp": self.ceiling_dbtp,
        }
        return ExportRequest(span=span, ducking=ducking, overwrite=overwrite, **said)


def remembered() -> Choices:
    """What was exported last; the first preset where nothing was, or what is kept is damaged."""
    try:
        kept = json.loads(str(QSettings().value(_KEY, "")))
        return _read(kept)
    except (ValueError, TypeError, KeyError):
        return Choices.of(EXPORT_PRESETS[DEFAULT_PRESET])


def _read(kept: Mapping[str, Any]) -> Choices:
    parts = tuple(part for part in PARTS if part in kept["parts"])
    if not parts or kept["audio"] not in ("beside", "under", "instead"):
        raise ValueError("no choice that can be exported")
    film_lufs = kept["film_lufs"]
    return Choices(
        str(kept["preset"]),
        parts,
        str(kept["audio"]),
        str(kept["codec"]),
        float(kept["target_lufs"]),
        None if film_lufs is None else float(film_lufs),
        float(kept["ceiling_dbtp"]),
    )


def remember(choices: Choices) -> None:
    """Keep what was chosen for the next time."""
    QSettings().setValue(_KEY, json.dumps(asdict(choices)))


def usual_base(project_path: Path | None, film: Path) -> Path:
    """Folder and name, without an ending, that results have where the user names none."""
    if project_path is None or project_path.stem == film.stem:
        base = film if project_path is None else project_path
        return base.with_name(f"{film.stem}_scored")
    return project_path.with_name(project_path.stem)
