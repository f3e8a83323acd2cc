"""The network: libraries are told to leave it alone, and guards refuse connections.

Three steps, each stronger: ``fetch_nothing_unasked`` tells libraries that load models never to look
for them elsewhere; ``cut_off`` refuses every connection of work that has no business with the
network, which is all work but a download that the user asked for; ``go_offline`` is the user's own
switch and refuses that too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SWITCH = "EMSYNC_OFFLINE"
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "YOLO_OFFLINE": "true",
    "NO_ALBUMENTATIONS_UPDATE": "1",
}
_ASKING = ("socket.connect", "socket.getaddrinfo", "socket.sendto")
_HERE = ("localhost", "127.0.0.1", "::1", "")


class _Guard:
    is_offline = False
    cut_off = 0  # how many pieces of work that have no business with the network are under way
    is_set = False


class OfflineError(OSError):
    """A connection was refused: the user is offline by choice, or nobody asked for it."""


def fetch_nothing_unasked() -> None:
    """Tell libraries that load models to take what lies on this machine, and children too.

    Has to come before they are imported, because they read it once. Downloads that the user asks
    for are EMSYNC's own (``emsync_engine.models``) and need none of these libraries.
    """
    os.environ.update(_QUIET)


def is_offline() -> bool:
    """Whether the user is offline by choice, by the switch of the window or by the environment."""
    return _Guard.is_offline or os.environ.get(_SWITCH) == "1"


def go_offline(is_offline: bool) -> None:
    """Refuse connections of this process to other machines, or let them be; children are told."""
    if not is_offline and not _Guard.is_offline:
        return  # what the environment says was said by somebody else
    if is_offline:
        os.environ[_SWITCH] = "1"
        fetch_nothing_unasked()
        _watch()
    else:
        os.environ.pop(_SWITCH, None)
    _Guard.is_offline = is_offline


def go_offline_if_told() -> None:
    """Be offline where ``EMSYNC_OFFLINE=1`` says so: the command line and the engine process.

    Libraries are kept from the network in any case.
    """
    fetch_nothing_unasked()
    if os.environ.get(_SWITCH) == "1":
        go_offline(True)


@contextmanager
def cut_off() -> Iterator[None]:
    """Refuse every connection to other machines while something is done that needs none."""
    _watch()
    _Guard.cut_off += 1
    try:
        yield
    finally:
        _Guard.cut_off -= 1


def cut_off_for_good() -> None:
    """Refuse every connection of this process to other machines until it ends: the engine's."""
    _watch()
    _Guard.cut_off += 1


def _watch() -> None:
    if not _Guard.is_set:
        _Guard.is_set = True
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook; it cannot be taken out, so it asks whether it is meant."""
    if event not in _ASKING or not (_Guard.is_offline or _Guard.cut_off):
        return
    address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = address[0] if isinstance(address, tuple) and address else address
    is_local_socket = event != "socket.getaddrinfo" and isinstance(address, str | bytes)
    if is_local_socket or host is None or str(host) in _HERE:
        return
    if _Guard.is_offline:
        raise OfflineError(f"EMSYNC is offline by your choice; {host} was not asked.")
    raise OfflineError(f"EMSYNC fetches nothing unasked; {host} was not asked.")
