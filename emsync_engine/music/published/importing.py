"""Published checkpoints as models of ours: mapped by name and shape, or refused in one sentence.

The checkpoints are EMSYNC's (the thesis' section 6.2) and midi-emotion's (section 4.2), in the
names that their public code gives the parts. Rows of the embedding and of the output are put into
our vocabulary's order here, so that everything after this deals in our tokens. No published
checkpoint was at hand when this was written: names, shapes and equations are those of the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from emsync_engine.errors import InputUnusableError
from emsync_engine.music.published.checkpoints import load_tensors, readable
from emsync_engine.music.published.vocabulary_order import (
    VocabularyOrder,
    midi_emotion_order,
    read_order,
)

if TYPE_CHECKING:
    from torch import Tensor

    from emsync_engine.music.published.conditions import ConditioningKind
    from emsync_engine.music.published.layout import PublishedConfiguration, PublishedTransformer

PublishedKind = Literal["emsync", "midi-emotion"]

CONTEXT = 1216  # tokens that the published code reads at once, whatever the model's tables hold
VA_LIMIT = 0.8  # thesis section 6.2: the largest value that the model is asked for
LARGEST_SIZE = 256  # layers, and 64ths of the widths and of the reach
NEVER = -1e4  # logit of a token that the model does not have; finite, since guidance subtracts
MAPPINGS_NAME = "mappings.pt"  # as it lies beside the published checkpoints
_EMSYNC_PARTS = ("fc_conditions.", "positional_encoding", "ff_times_to_chord.")
_MIDI_EMOTION_SIZES = {1007: False, 1017: True}  # tokens: with emotion tokens or without


class CheckpointLayoutError(InputUnusableError):
    """A checkpoint is of no layout that is known here."""

    def __init__(self, reason: str) -> None:
        self.reason = readable(reason)
        super().__init__(f"The checkpoint is of another layout: {self.reason}.")


def import_checkpoint(
    path: Path, kind: PublishedKind, *, vocabulary: Path | None = None
) -> PublishedTransformer:
    """Open a published checkpoint as a model that writes our tokens.

    Parameters
    ----------
    path : ``.pt`` as PyTorch saves it, or ``.safetensors``
    vocabulary : the mappings that belong to it; ``mappings.pt`` beside it where not given

    Raises
    ------
    InputUnusableError
        One of its children: the file is unsafe or damaged, of another layout or vocabulary.
    """
    tensors = load_tensors(path)
    beside = path.with_name(MAPPINGS_NAME)
    if vocabulary is None and beside.is_file():
        vocabulary = beside
    rows = _shape(tensors, "embedding.weight", 2)[0]
    if vocabulary is not None:
        order = read_order(vocabulary)
    elif kind == "midi-emotion" and rows in _MIDI_EMOTION_SIZES:
        order = midi_emotion_order(with_emotion_tokens=_MIDI_EMOTION_SIZES[rows])
    else:
        raise CheckpointLayoutError(
            f"the order of its {rows} tokens is not known; give the {MAPPINGS_NAME} that belongs "
            "to it with --vocabulary"
        )
    return published_model(tensors, order, kind=kind)


def published_model(
    tensors: Mapping[str, Tensor], order: VocabularyOrder, *, kind: PublishedKind
) -> PublishedTransformer:
    """A model of ours from the named tensors of a published one.

    CheckpointLayoutError if a name is missing or strange, a shape does not fit, a number is not
    finite or the vocabulary is of another size.
    """
    import torch

    from emsync_engine.music.published.layout import PublishedTransformer

    is_emsync = any(name.startswith(_EMSYNC_PARTS) for name in tensors)
    if is_emsync != (kind == "emsync"):
        raise CheckpointLayoutError(f"it is no {kind} checkpoint")
    configuration = _configuration(tensors, order)
    _require_shapes(tensors, published_shapes(configuration, kind, len(order.names)))
    for name, tensor in tensors.items():
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise CheckpointLayoutError(f"{name} holds what is no finite number")
    model = PublishedTransformer(configuration)
    with torch.no_grad():
        _Transfer(tensors, order, model).all()
    return model.eval()


def _shape(tensors: Mapping[str, Tensor], name: str, dimensions: int) -> tuple[int, ...]:
    if name not in tensors:
        raise CheckpointLayoutError(f"it lacks {name}")
    shape = tuple(tensors[name].shape)
    if len(shape) != dimensions or 0 in shape:
        raise CheckpointLayoutError(f"{name} has the shape {shape}")
    return shape


def _configuration(tensors: Mapping[str, Tensor], order: VocabularyOrder) -> PublishedConfiguration:
    """Sizes and parts, read from names and shapes."""
    from emsync_engine.music.published.layout import PublishedConfiguration

    token_width = _shape(tensors, "embedding.weight", 2)[1]
    reach, head_width = _shape(tensors, "enc_layers.0.rga.E", 2)
    feed_forward, width = _shape(tensors, "enc_layers.0.FFN_pre.weight", 2)
    layers = len({name.split(".")[1] for name in tensors if name.startswith("enc_layers.")})
    if max(layers, width // 64, feed_forward // 64, reach // 64) > LARGEST_SIZE:
        raise CheckpointLayoutError("it is larger than any model that can be used here")
    conditioning, hidden = _conditioning(tensors, order)
    if token_width != width and conditioning != "continuous-concatenated":
        raise CheckpointLayoutError(f"tokens of width {token_width} meet layers of width {width}")
    if "ff_times_to_chord.weight" in tensors:
        raise CheckpointLayoutError(
            "its boundary offsets are added in every layer, not told beside the positions"
        )
    has_offsets = "ff_times_to_chord.0.weight" in tensors
    try:
        return PublishedConfiguration(
            layers=layers,
            width=width,
            heads=width // head_width,
            feed_forward=feed_forward,
            context=min(reach, CONTEXT),
            reach=reach,
            conditioning=conditioning,
            condition_hidden=hidden,
            boundary_offsets=has_offsets,
            offset_hidden=(
                _shape(tensors, "ff_times_to_chord.0.weight", 2)[0] if has_offsets else None
            ),
            positions="learned" if "positional_encoding" in tensors else "sinusoidal",
            special_tokens=order.special_tokens,
            va_limit=VA_LIMIT,
        )
    except ValueError as error:
        raise CheckpointLayoutError(str(error)) from error


def _conditioning(
    tensors: Mapping[str, Tensor], order: VocabularyOrder
) -> tuple[ConditioningKind, int | None]:
    """How it is told the emotion, and the hidden width of the networks that tell it."""
    if "fc_conditions.0.0.weight" in tensors:
        return "continuous-token", _shape(tensors, "fc_conditions.0.0.weight", 2)[0]
    if "fc_condition.0.weight" in tensors:
        return "continuous-token", 0
    if "fc_condition.weight" in tensors:
        return "continuous-concatenated", None
    return ("discrete-token" if order.emotion_tokens else "none"), None


def published_shapes(
    c: PublishedConfiguration, kind: PublishedKind, tokens: int
) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a published state_dict with these sizes and so many tokens."""
    beside = _concatenated_width(c)
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (tokens, c.width - beside)}
    shapes |= _linear("fc", c.width, tokens)
    if c.conditioning == "continuous-concatenated":
        shapes |= _linear("fc_condition", 2, beside)
    for axis in range(2 if c.conditioning == "continuous-token" else 0):
        if kind == "midi-emotion":
            shapes |= _linear(f"fc_condition.{axis}", 1, c.width)
        else:
            hidden = c.width // 2 if c.condition_hidden is None else c.condition_hidden
            shapes |= _linear(f"fc_conditions.{axis}.0", 1, hidden)
            shapes |= _linear(f"fc_conditions.{axis}.2", hidden, c.width)
            shapes[f"null_conditions.{axis}"] = (1, c.width)
    if c.boundary_offsets:
        hidden = c.width // 4 if c.offset_hidden is None else c.offset_hidden
        shapes |= _linear("ff_times_to_chord.0", 1, hidden)
        shapes |= _linear("ff_times_to_chord.2", hidden, c.width // 2)
    if c.positions == "learned":
        shapes["positional_encoding"] = (1, c.reach, c.width // 2)
    for number in range(c.layers):
        layer = f"enc_layers.{number}"
        for part in ("Wq", "Wk", "Wv", "fc"):
            shapes |= _linear(f"{layer}.rga.{part}", c.width, c.width)
        shapes[f"{layer}.rga.E"] = (c.reach, c.head_width)
        shapes |= _linear(f"{layer}.FFN_pre", c.width, c.feed_forward)
        shapes |= _linear(f"{layer}.FFN_suf", c.feed_forward, c.width)
        for norm in ("layernorm1", "layernorm2"):
            shapes |= {f"{layer}.{norm}.{part}": (c.width,) for part in ("weight", "bias")}
    return shapes


def _concatenated_width(c: PublishedConfiguration) -> int:
    """Features that the emotion takes beside each token."""
    return c.width // 4 if c.conditioning == "continuous-concatenated" else 0


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _require_shapes(tensors: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    """CheckpointLayoutError that names the first thing that does not fit."""
    if len(tensors["embedding.weight"]) != expected["embedding.weight"][0]:
        raise CheckpointLayoutError(
            f"it has {len(tensors['embedding.weight'])} tokens and the vocabulary "
            f"{expected['embedding.weight'][0]}"
        )
    if missing := sorted(set(expected) - set(tensors)):
        raise CheckpointLayoutError(f"it lacks {missing[0]}")
    if strange := sorted(set(tensors) - set(expected)):
        raise CheckpointLayoutError(f"it holds {strange[0]}, which has no place here")
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape:
            raise CheckpointLayoutError(
                f"{name} has the shape {tuple(tensors[name].shape)} and not {shape}"
            )


@dataclass(frozen=True, slots=True)
class _Transfer:
    """Copies every part into its place; names and shapes have been checked."""

    tensors: Mapping[str, Tensor]
    order: VocabularyOrder
    model: PublishedTransformer

    def all(self) -> None:
        self._vocabulary()
        self._conditions()
        self._positions()
        for number in range(self.model.configuration.layers):
            self._layer(number)

    def _part(self, name: str) -> dict[str, Tensor]:
        return {key: self.tensors[f"{name}.{key}"].float() for key in ("weight", "bias")}

    def _vocabulary(self) -> None:
        """Rows into our order; what the model does not have is never drawn."""
        embedding, head = self.tensors["embedding.weight"].float(), self._part("fc")
        ours = self.order.ours
        known = [number for number, place in enumerate(ours) if place is not None]
        places = [place for place in ours if place is not None]
        self.model.embedding.weight.zero_()
        self.model.embedding.weight[known] = embedding[places]
        self.model.head.weight.zero_()
        self.model.head.weight[known] = head["weight"][places]
        self.model.head.bias.fill_(NEVER)
        self.model.head.bias[known] = head["bias"][places]

    def _conditions(self) -> None:
        from emsync_engine.music.published import conditions as ways

        emotion = self.model.conditioning.emotion
        if isinstance(emotion, ways.DiscreteTokens):
            bins = self.order.emotion_tokens
            assert bins is not None
            embedding = self.tensors["embedding.weight"].float()
            for axis, places in enumerate(bins):
                emotion.tokens[axis, : ways.BINS] = embedding[list(places)]
                emotion.tokens[axis, ways.BINS] = embedding[places[ways.BINS // 2]]
        elif isinstance(emotion, ways.ContinuousTokens):
            for axis, network in enumerate(emotion.networks):
                self._networks(axis, network)
            # midi-emotion knows no missing emotion: a neutral one takes its place
            nulls = [
                self.tensors.get(f"null_conditions.{axis}", network(emotion.missing.new_zeros(1)))
                for axis, network in enumerate(emotion.networks)
            ]
            for axis, null in enumerate(nulls):
                emotion.missing[axis] = null.reshape(-1).float()
        elif isinstance(emotion, ways.ContinuousConcatenated):
            emotion.network.load_state_dict(self._part("fc_condition"))

    def _networks(self, axis: int, network: object) -> None:
        import torch

        assert isinstance(network, torch.nn.Sequential)
        if len(network) == 1:
            network[0].load_state_dict(self._part(f"fc_condition.{axis}"))
        else:
            for place in (0, 2):
                network[place].load_state_dict(self._part(f"fc_conditions.{axis}.{place}"))

    def _positions(self) -> None:
        from emsync_engine.music.published.conditions import OffsetEncoding

        positions = self.model.positions
        if positions.learned is not None:
            positions.learned.copy_(self.tensors["positional_encoding"][0])
        offset = self.model.conditioning.offset
        if isinstance(offset, OffsetEncoding):
            for place in (0, 2):
                offset.network[place].load_state_dict(self._part(f"ff_times_to_chord.{place}"))
            # not told is what the published code tells when no boundary is ahead
            offset.not_told.copy_(offset.network(offset.not_told.new_zeros(1)))

    def _layer(self, number: int) -> None:
        import torch

        from emsync_engine.music.published.layout import PublishedBlock

        block, name = self.model.blocks[number], f"enc_layers.{number}"
        assert isinstance(block, PublishedBlock)
        parts = [self._part(f"{name}.rga.{part}") for part in ("Wq", "Wk", "Wv")]
        block.attention.qkv.weight.copy_(torch.cat([part["weight"] for part in parts]))
        block.attention.qkv.bias.copy_(torch.cat([part["bias"] for part in parts]))
        block.attention.out.load_state_dict(self._part(f"{name}.rga.fc"))
        block.attention.distances.copy_(self.tensors[f"{name}.rga.E"])
        block.attention_norm.load_state_dict(self._part(f"{name}.layernorm1"))
        block.up.load_state_dict(self._part(f"{name}.FFN_pre"))
        block.down.load_state_dict(self._part(f"{name}.FFN_suf"))
        block.feed_norm.load_state_dict(self._part(f"{name}.layernorm2"))
