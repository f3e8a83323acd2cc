"""The published equations written out plainly, for tests: loops, one sequence, double precision.

It works on a state_dict in the published names and shares nothing with the engine's code. Source:
thesis sections 2.3, 4.1, 4.2 and 6.2 (equations 2.1 to 2.6 and 6.1), Huang et al. 2019, and where
the thesis is silent (post-norm, eps 1e-6, ReLU, ``8 - offset``, the root of the width) the public
code of midi-emotion and emsync-colab.
"""

import math

import numpy as np
import torch

FAMILIES = ("drums", "guitar", "bass", "piano", "strings")


def published_state(
    *,
    kind="emsync",
    conditioning="continuous-token",
    tokens=1011,
    width=32,
    heads=2,
    layers=2,
    feed_forward=48,
    reach=64,
    seed=0,
):
    """A random state_dict as the published code saves one."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(*shape, spread=0.3):
        return torch.randn(*shape, generator=generator) * spread

    state = {}

    def linear(name, inputs, outputs):
        state[f"{name}.weight"] = drawn(outputs, inputs, spread=1.5 * inputs**-0.5)
        state[f"{name}.bias"] = drawn(outputs)

    beside = width // 4 if conditioning == "continuous-concatenated" else 0
    state["embedding.weight"] = drawn(tokens, width - beside)
    if kind == "emsync":
        for axis in range(2):
            linear(f"fc_conditions.{axis}.0", 1, width // 2)
            linear(f"fc_conditions.{axis}.2", width // 2, width)
            state[f"null_conditions.{axis}"] = drawn(1, width)
        linear("ff_times_to_chord.0", 1, width // 4)
        linear("ff_times_to_chord.2", width // 4, width // 2)
        state["positional_encoding"] = drawn(1, reach, width // 2)
    elif conditioning == "continuous-token":
        for axis in range(2):
            linear(f"fc_condition.{axis}", 1, width)
    elif beside:
        linear("fc_condition", 2, beside)
    for k in range(layers):
        layer = f"enc_layers.{k}"
        for part in ("Wq", "Wk", "Wv", "fc"):
            linear(f"{layer}.rga.{part}", width, width)
        state[f"{layer}.rga.E"] = drawn(reach, width // heads, spread=1.0)
        linear(f"{layer}.FFN_pre", width, feed_forward)
        linear(f"{layer}.FFN_suf", feed_forward, width)
        for norm in ("layernorm1", "layernorm2"):
            state[f"{layer}.{norm}.weight"] = 1 + drawn(width, spread=0.1)
            state[f"{layer}.{norm}.bias"] = drawn(width, spread=0.1)
    linear("fc", width, tokens)
    return state


def midi_emotion_names(with_emotion_tokens=False):
    """Token names in the order in which the midi-emotion code numbers them."""
    names = ["PAD", "START"]
    for family in FAMILIES:
        for event in ("OFF", "ON"):
            names += [f"{event}_{family}_{pitch}" for pitch in range(21, 109)]
    names += [f"TIMESHIFT_{ms}" for ms in range(8, 1001, 8)]
    if with_emotion_tokens:
        names += ["<A-1>", "<A-2>", "<A0>", "<A1>", "<A2>"]
        names += ["<V-1>", "<V-2>", "<V0>", "<V1>", "<V2>"]
    return names


class Reference:
    """One sequence through a published state_dict."""

    def __init__(self, state, heads=2):
        self.p = {name: tensor.double().numpy() for name, tensor in state.items()}
        self.heads = heads
        self.layers = len({n.split(".")[1] for n in state if n.startswith("enc_layers.")})
        self.width = self.p["fc.weight"].shape[1]

    def linear(self, name, x):
        return x @ self.p[f"{name}.weight"].T + self.p[f"{name}.bias"]

    def norm(self, name, x):
        mean = x.mean(-1, keepdims=True)
        spread = np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-6)
        return (x - mean) / spread * self.p[f"{name}.weight"] + self.p[f"{name}.bias"]

    def attention(self, name, x):
        q, k, v = (self.linear(f"{name}.{part}", x) for part in ("Wq", "Wk", "Wv"))
        reach, head_width = self.p[f"{name}.E"].shape
        out = np.zeros_like(x)
        for h in range(self.heads):
            own = slice(h * head_width, (h + 1) * head_width)
            for i in range(len(x)):
                logits = np.array(
                    [
                        (
                            q[i, own] @ k[j, own]
                            + q[i, own] @ self.p[f"{name}.E"][reach - 1 - (i - j)]
                        )
                        / math.sqrt(head_width)
                        for j in range(i + 1)
                    ]
                )
                shares = np.exp(logits - logits.max())
                shares /= shares.sum()
                out[i, own] = shares @ v[: i + 1, own]
        return self.linear(f"{name}.fc", out)

    def layer(self, k, x):
        name = f"enc_layers.{k}"
        x = self.norm(f"{name}.layernorm1", x + self.attention(f"{name}.rga", x))
        fed = self.linear(f"{name}.FFN_suf", np.maximum(self.linear(f"{name}.FFN_pre", x), 0))
        return self.norm(f"{name}.layernorm2", x + fed)

    def body(self, x):
        for k in range(self.layers):
            x = self.layer(k, x)
        return self.linear("fc", x)

    def sinusoids(self, places):
        table = np.zeros((places, self.width))
        for place in range(places):
            for i in range(0, self.width, 2):
                table[place, i] = math.sin(place / 10000 ** (i / self.width))
                table[place, i + 1] = math.cos(place / 10000 ** (i / self.width))
        return table

    def emsync(self, tokens, va, offsets_s):
        """(T, V) logits, thesis equation 6.1."""
        prefix = []
        for axis, value in enumerate(va):
            if math.isnan(value):
                prefix.append(self.p[f"null_conditions.{axis}"][0])
                continue
            hidden = np.maximum(self.linear(f"fc_conditions.{axis}.0", np.array([value])), 0)
            prefix.append(self.linear(f"fc_conditions.{axis}.2", hidden))
        x = self.p["embedding.weight"][tokens] * math.sqrt(self.width)
        x = np.concatenate([np.stack(prefix), x])
        near = 8 - np.concatenate([[offsets_s[0]] * 2, offsets_s])[:, None]
        near = np.maximum(self.linear("ff_times_to_chord.0", near), 0)
        near = self.linear("ff_times_to_chord.2", near)
        places = self.p["positional_encoding"][0, : len(x)]
        return self.body(x + np.concatenate([places, near], axis=1))[2:]

    def continuous_token(self, tokens, va):
        prefix = [self.linear(f"fc_condition.{a}", np.array([x])) for a, x in enumerate(va)]
        x = self.p["embedding.weight"][tokens] * math.sqrt(self.width)
        x = np.concatenate([np.stack(prefix), x])
        return self.body(x + self.sinusoids(len(x)))[2:]

    def continuous_concat(self, tokens, va):
        x = self.p["embedding.weight"][tokens]
        x = x * math.sqrt(x.shape[1])
        told = np.tile(self.linear("fc_condition", np.array(va)), (len(x), 1))
        x = np.concatenate([x, told], axis=1)
        return self.body(x + self.sinusoids(len(x)))

    def discrete_token(self, tokens, va):
        names = midi_emotion_names(with_emotion_tokens=True)
        edges = np.linspace(-1 - 1e-12, 1 + 1e-12, 6)
        bins = [int(np.searchsorted(edges, value, side="right")) - 3 for value in va]
        ahead = [names.index(f"<V{bins[0]}>"), names.index(f"<A{bins[1]}>")]
        x = self.p["embedding.weight"][[*ahead, *tokens]] * math.sqrt(self.width)
        return self.body(x + self.sinusoids(len(x)))[2:]

    def vanilla(self, tokens, va):
        x = self.p["embedding.weight"][tokens] * math.sqrt(self.width)
        return self.body(x + self.sinusoids(len(x)))
