"""The trained fusion: pairwise cross-attention between what is seen, heard and expressed.

References
----------
Thesis 5.2.2.2 and figure 5.1; sizes 5.2.2.3. Between the thesis' steps the published code brings
every feature to the common width first, puts a rectifier before the last layer and keeps one vector
for each ordered pair, six for three sequences; this is what makes it about 11 M parameters, and it
is done here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from emsync_engine.emotion.fusion import FeatureSet, FusionConfiguration, Statistics
from emsync_engine.project.model import EMOTIONS


class CrossAttention(nn.Module):
    """One sequence asks, another answers; the mean over time of what it heard."""

    def __init__(self, configuration: FusionConfiguration) -> None:
        super().__init__()
        width = configuration.width
        self.attention = nn.MultiheadAttention(
            width, configuration.heads, dropout=configuration.dropout, batch_first=True
        )
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(configuration.dropout)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, *, asking: Tensor, answering: Tensor
    ) -> Tensor:
        """(B, W) from (B, L, W) and two (B, M, W); the masks (B, L) and (B, M) say what counts."""
        heard, _ = self.attention(
            query, key, value, key_padding_mask=~answering, need_weights=False
        )
        heard = self.dropout(self.norm(heard)) * asking[..., None]
        mean: Tensor = heard.sum(dim=1) / asking.sum(dim=1, keepdim=True)
        return mean


class FusionNetwork(nn.Module):
    """Features of a set to scores of the six emotions; a softmax over them gives shares."""

    def __init__(self, configuration: FusionConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        width = configuration.width
        self.encoders = nn.ModuleDict(
            {name: nn.Linear(size, width) for name, size in configuration.modalities}
        )
        names = [name for name, _ in configuration.sequences]
        for part in ("queries", "keys", "values"):
            self.add_module(part, nn.ModuleDict({name: nn.Linear(width, width) for name in names}))
        self.pairs = nn.ModuleDict(
            {f"{one}:{other}": CrossAttention(configuration) for one, other in configuration.pairs}
        )
        self.dropout = nn.Dropout(configuration.dropout)
        vectors = len(configuration.pairs) + len(configuration.singles)
        self.head = nn.Linear(vectors * width, len(EMOTIONS))

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, rows: Mapping[str, Tensor], there: Mapping[str, Tensor]) -> Tensor:
        """Scores (B, 6).

        Parameters
        ----------
        rows : (B, L, D) normalised features by modality; L may differ between modalities
        there : (B, L) bool, which rows count
        """
        encoded = {name: self.dropout(self.encoders[name](rows[name])) for name in self.encoders}
        projected = {
            part: {
                name: self.dropout(layer(encoded[name]))
                for name, layer in self.get_submodule(part).named_children()
            }
            for part in ("queries", "keys", "values")
        }
        vectors: list[Tensor] = []
        for one, other in self.configuration.pairs:
            vectors.append(
                self.pairs[f"{one}:{other}"](
                    projected["queries"][one],
                    projected["keys"][other],
                    projected["values"][other],
                    asking=there[one],
                    answering=there[other],
                )
            )
        vectors += [encoded[name][:, 0] for name, _ in self.configuration.singles]
        scores: Tensor = self.head(torch.relu(torch.cat(vectors, dim=1)))
        return scores


def tensors_of(
    sets: Sequence[FeatureSet],
    statistics: Statistics,
    configuration: FusionConfiguration,
    *,
    device: str = "cpu",
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """What the network takes: normalised rows (B, L, D) and which of them count (B, L)."""
    rows: dict[str, Tensor] = {}
    there: dict[str, Tensor] = {}
    sequences = {name for name, _ in configuration.sequences}
    for name, width in configuration.modalities:
        found = [statistics.normalised(name, one[name]) if name in one else None for one in sets]
        lengths = [1 if part is None else len(part) for part in found]
        longest = max(lengths)
        if configuration.pads_with_zeros and name in sequences:
            lengths = [max(longest, configuration.frames)] * len(sets)
            longest = lengths[0]
        values = torch.zeros(len(sets), longest, width)
        counts = torch.zeros(len(sets), longest, dtype=torch.bool)
        for number, part in enumerate(found):
            counts[number, : lengths[number]] = True
            if part is not None:
                values[number, : len(part)] = torch.from_numpy(part)
        rows[name], there[name] = values.to(device), counts.to(device)
    return rows, there
