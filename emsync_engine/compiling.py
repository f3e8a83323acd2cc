"""Functions compiled for the processor at hand, by numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[Function], Function]:
    """Compile a function at its first call, and keep the code for the next start.

    Numba looks for a place beside the function's file, then in the user's cache folder; where there
    is none it compiles again at every start. Without numba the function runs as it is written.

    Parameters
    ----------
    options : of ``numba.njit``
    """

    def of(function: Function) -> Function:
        try:
            from numba import njit
        except ImportError:
            return function
        try:
            made: Function = njit(cache=True, **options)(function)
        except RuntimeError:  # there is no place to keep it
            made = njit(**options)(function)
        return made

    return of
