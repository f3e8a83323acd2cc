"""Encrypted addresses: who is believed, where they may lead, and the way through a proxy."""

import contextlib
import select
import shutil
import socket
import subprocess
import threading

import pytest

from emsync_engine.models.catalogue import ModelFile
from emsync_engine.models.connection import Line
from emsync_engine.models.faults import RedirectRefusedError, UnreachableError
from emsync_engine.models.installing import download_model
from emsync_engine.models.store import State, state_of
from tests.model_server import (
    BY_NAME,
    QUICK,
    contents,
    dropped,
    host,
    model_of,
    redirect,
    sha256,
    whole,
)

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
DATA = contents(300_000)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture
def secure(certificate, folder, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with host(certificate) as told:
        yield told


def serve(secure, monkeypatch, *behaviours):
    address = secure.serve("/weights.bin", *behaviours)
    file = ModelFile("weights.bin", address, len(DATA), sha256(DATA))
    monkeypatch.setitem(BY_NAME, "clip", model_of("clip", file))


def test_an_encrypted_download_goes_on_where_it_stopped(secure, monkeypatch):
    serve(secure, monkeypatch, dropped(DATA, 100_000), whole(DATA))
    download_model("clip")
    assert state_of("clip").state is State.INSTALLED
    assert [one.start for one in secure.asked] == [0, 100_000]


def test_who_is_not_trusted_is_not_believed(secure, monkeypatch, tmp_path):
    serve(secure, monkeypatch, whole(DATA))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nobody.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(UnreachableError, match="certificate is not to be trusted"):
        download_model("clip")
    assert secure.asked == []


def test_it_is_not_led_to_where_nothing_is_encrypted(secure, at):
    """Not even on this machine, where the rules of tests would let it be asked."""
    at.serve("/there", whole(DATA))
    address = secure.serve("/here", redirect(at.address("/there")))
    with pytest.raises(RedirectRefusedError, match="only encrypted addresses"):
        Line().ask(address, {}, QUICK)
    assert at.asked == []


@pytest.fixture
def proxy():
    """A proxy that lets whoever asks it through, and remembers where to."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def relay(one, other):
        with contextlib.suppress(OSError):
            while True:
                for ready in select.select([one, other], [], [], 20)[0]:
                    piece = ready.recv(65536)
                    if not piece:
                        return
                    (other if ready is one else one).sendall(piece)

    def serve_one():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(4096)
                asked.append(head)
                name, _, port = head.split(b" ")[1].rpartition(b":")
                with client, socket.create_connection((name.decode(), int(port))) as there:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    relay(client, there)

    threading.Thread(target=serve_one, daemon=True).start()
    yield listener.getsockname()[1], asked
    listener.close()


def test_the_systems_proxy_is_used(secure, monkeypatch, proxy):
    port, asked = proxy
    serve(secure, monkeypatch, whole(DATA))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", f"http://me:my%20word@127.0.0.1:{port}")
    download_model("clip")
    assert state_of("clip").state is State.INSTALLED
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{secure.port} HTTP/1.".encode())
    assert b"Proxy-Authorization: Basic bWU6bXkgd29yZA==" in asked[0]
    assert "proxy-authorization" not in secure.asked[0].headers
