"""The layouts of a composer, by name, and what differs between them while they write.

Everything else in the engine deals in our tokens, times and conditions, and asks here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.decoding import Decoder
from emsync_engine.music.published.decoding import PublishedDecoder
from emsync_engine.music.published.layout import PublishedConfiguration, PublishedTransformer
from emsync_engine.music.published.presets import penalty_of, preset_of, with_preset
from emsync_engine.music.published.sampling import RepetitionRule, published_draw
from emsync_engine.music.sampling import Warming, nucleus_draw
from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer
from emsync_engine.project.model import GenerationSettings

Composer: TypeAlias = MusicTransformer | PublishedTransformer
Configuration: TypeAlias = ModelConfiguration | PublishedConfiguration

LAYOUTS = ("rotary", "published")
"""Ours, and the thesis'."""


class Drawing(Protocol):
    """How one take's tokens are drawn."""

    def draw(self, scores: NDArray[np.float32], rng: np.random.Generator) -> int:
        """A token from (V,) scores, -inf where forbidden."""


class NucleusDrawing:
    """Nucleus sampling, warmer in a long run of small nuclei."""

    def __init__(self, settings: GenerationSettings) -> None:
        self._settings = settings
        self._warming = Warming()

    def draw(self, scores: NDArray[np.float32], rng: np.random.Generator) -> int:
        """A token from (V,) scores, -inf where forbidden."""
        temperature = self._settings.temperature + self._warming.extra
        token, size = nucleus_draw(
            scores, temperature=temperature, top_p=self._settings.top_p, rng=rng
        )
        self._warming.after(size)
        return token


class PublishedDrawing:
    """As the published code samples."""

    def __init__(self, settings: GenerationSettings) -> None:
        self._settings = settings
        self._rule = RepetitionRule(penalty_of(settings))

    def draw(self, scores: NDArray[np.float32], rng: np.random.Generator) -> int:
        """A token from (V,) scores, -inf where forbidden."""
        token, size = published_draw(
            scores,
            temperature=self._rule.raised(self._settings.temperature),
            top_p=self._settings.top_p,
            rng=rng,
        )
        self._rule.after(size)
        return token


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model begins a piece, and when it must read the past again."""

    special_tokens: tuple[str, ...] = v.SPECIAL_NAMES
    prefix_length: int = 0
    tells_once: bool = False  # one emotion for all that it reads: a new one is read with the past

    def lead_in(self, *, many: bool) -> list[int]:
        """What every piece begins with, for few families or many."""
        lead = [v.MORE_INSTRUMENTS if many else v.FEWER_INSTRUMENTS, v.START, v.BAR]
        return [token for token in lead if v.NAMES[token] in self.special_tokens]

    @property
    def keeps_leading_token(self) -> bool:
        """Whether the first token stands before every excerpt of the piece."""
        return "MORE_INSTRUMENTS" in self.special_tokens


def manner_of(model: Composer) -> Manner:
    """How a model of either layout writes."""
    if isinstance(model, PublishedTransformer):
        return Manner(
            special_tokens=model.configuration.special_tokens,
            prefix_length=model.prefix_length,
            tells_once=model.conditioning.emotion.is_global,
        )
    return Manner()


def drawing_for(model: Composer, settings: GenerationSettings) -> Drawing:
    """How the tokens of one take of a model are drawn.

    As published for a published model, and for every model whose settings are those of a preset,
    so that the settings of a take alone tell how to make it again.
    """
    if isinstance(model, PublishedTransformer) or preset_of(settings) is not None:
        return PublishedDrawing(settings)
    return NucleusDrawing(settings)


def leans(model: Composer, settings: GenerationSettings) -> bool:
    """Whether notes lean to key and mode: not where music is sampled as published."""
    return not isinstance(drawing_for(model, settings), PublishedDrawing)


def settings_for(model: Composer, settings: GenerationSettings) -> GenerationSettings:
    """The settings with a published model's own preset in the place of our defaults."""
    ours = GenerationSettings()
    is_default = (settings.temperature, settings.top_p) == (ours.temperature, ours.top_p)
    if not (isinstance(model, PublishedTransformer) and is_default):
        return settings
    return with_preset(settings, "emsync" if model.configuration.boundary_offsets else "thesis")


class TokenDecoder(Protocol):
    """A model that is ready to write: its caches belong to it alone."""

    @property
    def model(self) -> Composer: ...

    @property
    def configuration(self) -> Configuration: ...

    @property
    def is_compiled(self) -> bool:
        """Whether a step is one compiled function, which several threads may call at once."""

    def new_cache(self, rows: int) -> Any:
        """An empty cache, with ``rows`` and ``length``, for the rows of one take."""

    def read(self, tokens: Sequence[int], conditions: Conditions, cache: Any) -> Tensor:
        """Read many tokens in place of what the cache held; (R, V) logits behind the last."""

    def step(self, tokens: Sequence[int], told: Sequence[Tensor], caches: Sequence[Any]) -> Tensor:
        """Read one more token of each of N takes; (N, R, V) logits."""


def decoder_for(model: Composer) -> TokenDecoder:
    """A model made ready to write."""
    if isinstance(model, PublishedTransformer):
        return PublishedDecoder(model)
    return Decoder(model)


def configuration_from(layout: str, facts: Mapping[str, Any]) -> Configuration:
    """A configuration of a layout, as a recipe or the header of weights states it.

    ValueError or TypeError for what contradicts itself or is not known.
    """
    if layout == "rotary":
        return ModelConfiguration(**facts)
    if layout != "published":
        raise ValueError(f"there is no layout named {layout!r}")
    facts = dict(facts)
    if "special_tokens" in facts:
        facts["special_tokens"] = tuple(facts["special_tokens"])
    return PublishedConfiguration(**facts)


def layout_of(configuration: Configuration) -> str:
    """The name of a configuration's layout."""
    return "published" if isinstance(configuration, PublishedConfiguration) else "rotary"


def new_composer(configuration: Configuration) -> Composer:
    """A model with random weights."""
    if isinstance(configuration, PublishedConfiguration):
        return PublishedTransformer(configuration)
    return MusicTransformer(configuration)
