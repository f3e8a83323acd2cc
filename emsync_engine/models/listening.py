"""Waiting for a host on a thread of its own."""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Generator

from emsync_engine.models.answers import Broken
from emsync_engine.models.connection import Answer, Line, Rules, host_of
from emsync_engine.models.faults import DownloadError, OfflineChoiceError, UnreachableError
from emsync_engine.offline import OfflineError

_PIECE_BYTES = 1 << 18
_LISTEN_S = 0.1
_LET_GO_S = 0.5  # a thread that hangs in a name look-up is left to end by itself


def heard(
    address: str, headers: dict[str, str], *, rules: Rules, ask: Callable[[], object]
) -> Generator[Answer | bytes, None, None]:
    """First the answer of a host, then its bytes.

    A thread of its own waits on the host, so that nobody who wants to stop waits for a slow one:
    ``ask`` is called meanwhile, ten times a second, and may raise.
    """
    line = Line()
    told: queue.Queue[Answer | bytes | BaseException | None] = queue.Queue(maxsize=8)
    is_over = threading.Event()

    def listen() -> None:
        try:
            answer = line.ask(address, headers, rules)
            _put(told, answer, is_over)
            while piece := answer.response.read1(_PIECE_BYTES):
                _put(told, piece, is_over)
            _put(told, None, is_over)
        except BaseException as error:
            _put(told, error, is_over)
        finally:
            line.hang_up()

    listener = threading.Thread(target=listen, name="model download", daemon=True)
    listener.start()
    try:
        while True:
            try:
                one = told.get(timeout=_LISTEN_S)
            except queue.Empty:
                ask()
                continue
            if one is None:
                return
            if isinstance(one, BaseException):
                raise _translated(one, address) from one
            yield one
    finally:
        is_over.set()
        line.cut()
        listener.join(timeout=_LET_GO_S)


def _put(
    told: queue.Queue[Answer | bytes | BaseException | None],
    one: Answer | bytes | BaseException | None,
    is_over: threading.Event,
) -> None:
    while not is_over.is_set():
        with contextlib.suppress(queue.Full):
            told.put(one, timeout=_LISTEN_S)
            return


def _translated(error: BaseException, address: str) -> BaseException:
    """A failure of the connection as one that may be mended by another attempt."""
    if isinstance(error, OfflineError):
        return OfflineChoiceError()
    if isinstance(error, DownloadError):
        return error
    host = host_of(address)
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(host, "its certificate is not to be trusted")
    if isinstance(error, TimeoutError):
        return Broken(UnreachableError(host, "it does not answer"))
    if isinstance(error, http.client.HTTPException):
        return Broken(UnreachableError(host, "the connection broke"))
    if isinstance(error, OSError):
        return Broken(UnreachableError(host, _reason(error)))
    return error


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no connection to the network, or no such host"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection"
    return "the connection broke"
