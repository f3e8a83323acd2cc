"""The token vocabulary: events of five instrument families, without a beat grid.

Source: thesis sections 4.1 and 4.3 (after Oore et al. 2020). 1,011 tokens, numbered in the order of
`token_name`.
"""

from __future__ import annotations

from emsync_engine.project.notes import FAMILIES, HIGHEST_PITCH, LOWEST_PITCH, Family

PAD, START, BAR, CHORD, FEWER_INSTRUMENTS, MORE_INSTRUMENTS = range(6)
SPECIAL_NAMES = ("PAD", "START", "BAR", "CHORD", "FEWER_INSTRUMENTS", "MORE_INSTRUMENTS")

STEP_MS = 8
STEP_S = STEP_MS / 1000
MAX_SHIFT_STEPS = 125  # 1000 ms

PITCHES = HIGHEST_PITCH - LOWEST_PITCH + 1
FIRST_ON = len(SPECIAL_NAMES)
FIRST_OFF = FIRST_ON + len(FAMILIES) * PITCHES
FIRST_SHIFT = FIRST_OFF + len(FAMILIES) * PITCHES
SIZE = FIRST_SHIFT + MAX_SHIFT_STEPS


def on_token(family: Family, pitch: int) -> int:
    """Token that starts a note of a family; pitch 21..108."""
    return FIRST_ON + FAMILIES.index(family) * PITCHES + pitch - LOWEST_PITCH


def off_token(family: Family, pitch: int) -> int:
    """Token that ends a note of a family; pitch 21..108."""
    return on_token(family, pitch) + FIRST_OFF - FIRST_ON


def shift_token(steps: int) -> int:
    """Token that lets 1..125 steps of 8 ms pass."""
    if not 1 <= steps <= MAX_SHIFT_STEPS:
        raise ValueError(f"a TIMESHIFT lasts 1 to {MAX_SHIFT_STEPS} steps, not {steps}")
    return FIRST_SHIFT + steps - 1


def is_on(token: int) -> bool:
    """Whether a token starts a note."""
    return FIRST_ON <= token < FIRST_OFF


def is_off(token: int) -> bool:
    """Whether a token ends a note."""
    return FIRST_OFF <= token < FIRST_SHIFT


def is_shift(token: int) -> bool:
    """Whether a token lets time pass."""
    return token >= FIRST_SHIFT


def shift_steps(token: int) -> int:
    """Steps of 8 ms that a TIMESHIFT token lets pass."""
    return token - FIRST_SHIFT + 1


def note_of(token: int) -> tuple[Family, int]:
    """Family and pitch of an ON or OFF token."""
    family, pitch = divmod((token - FIRST_ON) % (FIRST_OFF - FIRST_ON), PITCHES)
    return FAMILIES[family], pitch + LOWEST_PITCH


def token_name(token: int) -> str:
    """Readable name, such as ``ON_piano_60`` or ``TIMESHIFT_8``."""
    if token < FIRST_ON:
        return SPECIAL_NAMES[token]
    if is_shift(token):
        return f"TIMESHIFT_{shift_steps(token) * STEP_MS}"
    family, pitch = note_of(token)
    return f"{'ON' if is_on(token) else 'OFF'}_{family}_{pitch}"


NAMES: tuple[str, ...] = tuple(token_name(token) for token in range(SIZE))
