"""Sampling as published, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emsync_engine.project.model import GenerationSettings


@dataclass(frozen=True, slots=True)
class PublishedSampling:
    """Values of one published way to sample; ``penalty`` scales the rule against repetition."""

    temperature: float
    top_p: float
    penalty: float


PRESETS = {
    "thesis": PublishedSampling(1.2, 0.7, 0.5),  # section 4.4; also midi-emotion's generate.py
    "emsync": PublishedSampling(1.35, 0.6, 0.4),  # the public demonstration of section 6.2
}
"""Named presets: p 0.6 to 0.7, temperature 1.2 to 1.35."""


def with_preset(settings: GenerationSettings, name: str) -> GenerationSettings:
    """The same wishes, sampled as published: without guidance, which is ours."""
    preset = PRESETS[name]
    return replace(
        settings,
        temperature=preset.temperature,
        top_p=preset.top_p,
        va_guidance=1.0,
        boundary_guidance=1.0,
    )


def preset_of(settings: GenerationSettings) -> str | None:
    """The preset whose temperature and nucleus the settings have, if any."""
    wanted = (settings.temperature, settings.top_p)
    return next((n for n, p in PRESETS.items() if (p.temperature, p.top_p) == wanted), None)


def penalty_of(settings: GenerationSettings) -> float:
    """The strength of the rule against repetition: that of the nearest preset."""
    nearest = min(PRESETS.values(), key=lambda preset: abs(preset.top_p - settings.top_p))
    return nearest.penalty
