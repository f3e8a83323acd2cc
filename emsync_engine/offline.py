"""The offline switch: what libraries are told, and a guard that refuses connections."""

from __future__ import annotations

import os
import sys

_TOLD = ("EMSYNC_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_ASKING = ("socket.connect", "socket.getaddrinfo", "socket.sendto")
_HERE = ("localhost", "127.0.0.1", "::1", "")


class _Guard:
    is_offline = False
    is_set = False


class OfflineError(OSError):
    """A connection was refused because the user is offline by choice."""


def go_offline(is_offline: bool) -> None:
    """Refuse connections of this process to other machines, or let them be; children are told."""
    if not is_offline and not _Guard.is_offline:
        return  # what the environment says was said by somebody else
    for name in _TOLD:
        if is_offline:
            os.environ[name] = "1"
        else:
            os.environ.pop(name, None)
    _Guard.is_offline = is_offline
    if is_offline and not _Guard.is_set:
        _Guard.is_set = True
        sys.addaudithook(_refuse)


def go_offline_if_told() -> None:
    """Be offline where ``EMSYNC_OFFLINE=1`` says so: the command line and the engine process."""
    if os.environ.get("EMSYNC_OFFLINE") == "1":
        go_offline(True)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook; it cannot be taken out, so it asks whether it is meant."""
    if not _Guard.is_offline or event not in _ASKING:
        return
    address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = address[0] if isinstance(address, tuple) and address else address
    is_local_socket = event != "socket.getaddrinfo" and isinstance(address, str | bytes)
    if is_local_socket or host is None or str(host) in _HERE:
        return
    raise OfflineError(f"EMSYNC is offline by your choice; {host} was not asked.")
