import os
import socket
import subprocess
import sys

import pytest

from emsync_engine.offline import OfflineError, go_offline


def test_who_is_offline_by_another_switch_stays_so(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    go_offline(False)
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_offline_refuses_other_machines_alone(monkeypatch):
    for name in ("EMSYNC_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "")
    server = socket.create_server(("127.0.0.1", 0))
    try:
        go_offline(True)
        with pytest.raises(OfflineError, match="offline by your choice"):
            socket.create_connection(("192.0.2.1", 80), timeout=0.1)
        with pytest.raises(OfflineError):
            socket.getaddrinfo("example.org", 443)
        socket.create_connection(server.getsockname(), timeout=5).close()
    finally:
        go_offline(False)
        server.close()


def test_the_command_line_does_as_the_environment_says():
    code = (
        "from emsync_engine.cli.main import main; main(['doctor', '--json'])\n"
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.1)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "EMSYNC_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "OfflineError: EMSYNC is offline by your choice" in ran.stderr
