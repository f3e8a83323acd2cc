"""A host of models on this machine that can be told to misbehave, one request after another."""

from __future__ import annotations

import hashlib
import http.server
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from emsync_engine.models import catalogue
from emsync_engine.models.catalogue import CatalogueModel, ModelFile
from emsync_engine.models.connection import Rules

ETAG = '"one"'
QUICK = Rules(
    timeout_s=10.0, attempts=3, backoff_s=0.01, reserve_bytes=0, http_on_this_machine=True
)
"""Rules for tests: no time is lost, and this machine may be asked without encryption."""


def contents(size: int = 1_500_000, *, seed: int = 1) -> bytes:
    """Bytes of a file, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Asked:
    """One request as the host heard it."""

    path: str
    headers: dict[str, str]

    @property
    def start(self) -> int:
        """The byte from which the rest was asked for; 0 for the whole."""
        told = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(told[1]) if told else 0


Behaviour = Callable[[http.server.BaseHTTPRequestHandler, Asked], None]


@dataclass
class Host:
    """Behaviours by path; the last one of a path stays for all later requests."""

    port: int = 0
    scheme: str = "http"
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def serve(self, path: str, *behaviours: Behaviour) -> str:
        """Behave so at a path; its address."""
        self.behaviours[path] = list(behaviours)
        return self.address(path)

    def address(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = Asked(handler.path, {key.lower(): value for key, value in handler.headers.items()})
        self.asked.append(asked)
        known = self.behaviours.get(handler.path)
        if known is None:
            status(404)(handler, asked)
            return
        behave = known.pop(0) if len(known) > 1 else known[0]
        behave(handler, asked)


@contextmanager
def host(certificate: Path | None = None) -> Iterator[Host]:
    """A host that listens until the block ends; encrypted with a certificate and its key."""
    told = Host(scheme="http" if certificate is None else "https")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError, TimeoutError):
                told.answer(self)
            self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


# -- behaviours


def _begin(
    handler: http.server.BaseHTTPRequestHandler,
    asked: Asked,
    size: int,
    *,
    etag: str | None,
    length: int | None = None,
    heeds_range: bool = True,
    more: dict[str, str] | None = None,
) -> int:
    """Status and headers of a file; from which byte it is sent."""
    start = asked.start if heeds_range else 0
    guard = asked.headers.get("if-range")
    if guard is not None and guard != etag:
        start = 0
    if start >= size > 0 and start:
        handler.send_response(416)
        handler.send_header("Content-Range", f"bytes */{size}")
        handler.end_headers()
        return -1
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
    if etag:
        handler.send_header("ETag", etag)
    for name, value in (more or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str((length or size) - start))
    handler.end_headers()
    return start


def whole(
    data: bytes,
    *,
    etag: str | None = ETAG,
    heeds_range: bool = True,
    more: dict[str, str] | None = None,
) -> Behaviour:
    """The file, or the rest of it that was asked for."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        start = _begin(handler, asked, len(data), etag=etag, heeds_range=heeds_range, more=more)
        if start >= 0:
            handler.wfile.write(data[start:])

    return behave


def dropped(data: bytes, at: int, *, etag: str | None = ETAG) -> Behaviour:
    """The connection breaks at a byte of the file, although more was promised."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        start = _begin(handler, asked, len(data), etag=etag)
        handler.wfile.write(data[start : max(start, at)])

    return behave


def stalled(data: bytes, at: int, until: threading.Event) -> Behaviour:
    """Nothing more comes from a byte on, and the connection stays open."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        start = _begin(handler, asked, len(data), etag=ETAG)
        handler.wfile.write(data[start : max(start, at)])
        handler.wfile.flush()
        until.wait(30)

    return behave


def slow(data: bytes, piece: int, pause_s: float, until: threading.Event) -> Behaviour:
    """A little at a time."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        at = _begin(handler, asked, len(data), etag=ETAG)
        while at < len(data) and not until.is_set():
            handler.wfile.write(data[at : at + piece])
            handler.wfile.flush()
            at += piece
            time.sleep(pause_s)

    return behave


def lying(data: bytes, *, told: int) -> Behaviour:
    """Another length is promised than the file has."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        start = _begin(handler, asked, told, etag=ETAG, length=told)
        if start >= 0:
            handler.wfile.write(data[start:told])

    return behave


def endless(data: bytes) -> Behaviour:
    """No length is promised, and it does not end."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(data)

    return behave


def another_place(data: bytes) -> Behaviour:
    """The rest that is sent is not the one that was asked for."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        if not asked.start:
            whole(data)(handler, asked)
            return
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 7-{len(data) - 1}/{len(data)}")
        handler.send_header("ETag", ETAG)
        handler.send_header("Content-Length", str(len(data) - 7))
        handler.end_headers()
        handler.wfile.write(data[7:])

    return behave


def careless(data: bytes, *, etag: str) -> Behaviour:
    """The rest is sent although the file changed since: ``If-Range`` is not heeded."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        asked.headers.pop("if-range", None)
        whole(data, etag=etag)(handler, asked)

    return behave


def redirect(to: str, *, code: int = 302) -> Behaviour:
    """Look elsewhere."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        handler.send_response(code)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


def status(code: int, **headers: str) -> Behaviour:
    """An answer that is no file."""

    def behave(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        page = b"<html>no file</html>"
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(page)))
        handler.end_headers()
        handler.wfile.write(page)

    return behave


# -- models


def model_of(name: str, *files: ModelFile) -> CatalogueModel:
    """A model under a name of the catalogue, with files of a test's own."""
    return CatalogueModel(
        name=name,
        title="A model",
        purpose="What a test needs",
        licence="CC0",
        page="https://example.org/model",
        revision="0" * 40,
        files=files,
    )


def file_of(
    host: Host, name: str, data: bytes, *behaviours: Behaviour, is_known: bool = True
) -> ModelFile:
    """A file that a host serves; not known is one whose size and checksum nobody states."""
    address = host.serve(f"/{name}", *(behaviours or (whole(data),)))
    if is_known:
        return ModelFile(name, address, len(data), sha256(data))
    return ModelFile(name, address, about_bytes=len(data))


BY_NAME = catalogue._BY_NAME
"""What a test may put models of its own in, by ``monkeypatch.setitem``."""
