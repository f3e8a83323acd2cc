"""One question to a host: redirects that lead nowhere bad, proxies, and a way to hang up."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from email.message import Message

from emsync_engine import __version__
from emsync_engine.models.faults import RedirectRefusedError

_LOCAL = ("localhost", "127.0.0.1", "::1")
_REDIRECTS = (301, 302, 303, 307, 308)
USER_AGENT = f"emsync-desktop/{__version__}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a download may do.

    ``http_on_this_machine`` lets an address without encryption lead to this machine, for tests and
    for mirrors on one's own computer; nothing else is ever asked without it.
    """

    timeout_s: float = 20.0
    attempts: int = 5  # without one byte of progress
    backoff_s: float = 1.0  # doubled from one attempt to the next
    longest_wait_s: float = 60.0
    most_redirects: int = 8
    most_bytes: int = 16 << 30  # of a file whose size nobody states
    reserve_bytes: int = 100 << 20  # left free on the disk
    http_on_this_machine: bool = False


@dataclass
class Answer:
    """What a host answered; ``stated`` are the headers of every answer on the way there."""

    address: str
    status: int
    headers: Message
    response: http.client.HTTPResponse
    stated: tuple[Message, ...] = field(default=())

    @property
    def host(self) -> str:
        return host_of(self.address)


def host_of(address: str) -> str:
    """The host of an address, as people know it."""
    return urllib.parse.urlsplit(address).hostname or address


class Line:
    """A connection that another thread may cut: whoever waits on it then gets an OSError."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._is_cut = False

    def ask(self, address: str, headers: dict[str, str], rules: Rules) -> Answer:
        """GET an address, following redirects by the rules.

        Raises
        ------
        RedirectRefusedError
            It leads in circles, or to where no download may go.
        OSError, http.client.HTTPException
            The connection failed.
        """
        first, stated = address, []
        require_allowed(address, address, rules)
        for _ in range(rules.most_redirects + 1):
            response = self._get(address, headers, rules)
            stated.append(response.headers)
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return Answer(address, response.status, response.headers, response, tuple(stated))
            self.hang_up()
            address = urllib.parse.urljoin(address, target)
            require_allowed(address, first, rules)
        raise RedirectRefusedError(
            f"{host_of(first)} sends the download in circles; nothing was downloaded, try again "
            "later or use a file you have."
        )

    def _get(self, address: str, headers: dict[str, str], rules: Rules) -> http.client.HTTPResponse:
        parts = urllib.parse.urlsplit(address)
        connection, target = _connection_to(parts, rules)
        with self._guard:
            if self._is_cut:
                raise ConnectionAbortedError("cut")
            self._connection = connection
        connection.connect()
        with self._guard:
            self._socket = connection.sock  # the connection forgets it once it is answered
            if self._is_cut:
                raise ConnectionAbortedError("cut")
        told = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        connection.request("GET", target, headers=told)
        return connection.getresponse()

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def cut(self) -> None:
        """Let whoever waits on the connection wait no longer."""
        with self._guard:
            self._is_cut = True
            held = self._socket
        if held is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def require_allowed(address: str, first: str, rules: Rules) -> None:
    """RedirectRefusedError unless an address is encrypted, or on this machine where that may be."""
    parts = urllib.parse.urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return
    is_local = parts.scheme == "http" and host in _LOCAL and rules.http_on_this_machine
    if is_local and urllib.parse.urlsplit(first).scheme == "http":
        return
    if address == first:
        raise RedirectRefusedError(
            f"{address} is no encrypted address (https), so nothing was asked of it."
        )
    where = f"{parts.scheme}://{host}" if host else f"{parts.scheme}:"
    raise RedirectRefusedError(
        f"{host_of(first)} sends the download to {where}, and only encrypted addresses (https) are "
        "followed; nothing was downloaded."
    )


def _connection_to(
    parts: urllib.parse.SplitResult, rules: Rules
) -> tuple[http.client.HTTPConnection, str]:
    """A connection to the host of an address, through the system's proxy if there is one."""
    host = parts.hostname or ""
    target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=rules.timeout_s), target
    context = ssl.create_default_context()
    proxy = _proxy_for(parts)
    if proxy is None:
        return (
            http.client.HTTPSConnection(host, parts.port, timeout=rules.timeout_s, context=context),
            target,
        )
    through = http.client.HTTPSConnection(
        proxy.hostname or "", proxy.port or 8080, timeout=rules.timeout_s, context=context
    )
    through.set_tunnel(host, parts.port or 443, headers=_credentials(proxy))
    return through, target


def _proxy_for(parts: urllib.parse.SplitResult) -> urllib.parse.SplitResult | None:
    found = urllib.request.getproxies().get("https")
    if not found or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxy = urllib.parse.urlsplit(found if "//" in found else f"//{found}")
    return proxy if proxy.hostname else None


def _credentials(proxy: urllib.parse.SplitResult) -> dict[str, str]:
    """What a proxy wants to hear, if its address names a user."""
    if not proxy.username:
        return {}
    user = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}
