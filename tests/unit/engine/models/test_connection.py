"""Where a download may go, and where it never does."""

import http.client
import socket
import threading
import time
from contextlib import suppress

import pytest

from emsync_engine.models.connection import Line, Rules, require_allowed
from emsync_engine.models.faults import RedirectRefusedError
from tests.model_server import QUICK, redirect, stalled, whole

STRICT = Rules()


@pytest.mark.parametrize(
    "address",
    [
        "http://huggingface.co/model.bin",
        "http://127.0.0.1:8000/model.bin",
        "file:///etc/passwd",
        "ftp://example.org/model.bin",
        "data:text/plain,hello",
        "//example.org/model.bin",
        "https:///model.bin",
        "",
    ],
)
def test_only_encrypted_addresses_are_asked(address):
    with pytest.raises(RedirectRefusedError):
        require_allowed(address, address, STRICT)


def test_this_machine_may_be_asked_where_the_rules_say_so():
    for host in ("127.0.0.1", "localhost"):
        require_allowed(f"http://{host}:8000/a", f"http://{host}:8000/b", QUICK)


def test_an_encrypted_address_never_leads_to_one_that_is_not():
    for target in ("http://127.0.0.1:8000/a", "http://huggingface.co/a", "file:///a"):
        with pytest.raises(RedirectRefusedError, match=r"huggingface\.co sends the download"):
            require_allowed(target, "https://huggingface.co/a", QUICK)


def test_nothing_is_sent_to_where_a_redirect_must_not_lead(at):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    try:
        target = f"ftp://127.0.0.1:{listener.getsockname()[1]}/a"
        with pytest.raises(RedirectRefusedError):
            Line().ask(at.serve("/a", redirect(target)), {}, QUICK)
        with pytest.raises(TimeoutError):
            listener.accept()
    finally:
        listener.close()


def test_relative_redirects_and_all_their_kinds_are_followed(at):
    at.serve("/to/there", whole(b"there"))
    for code in (301, 302, 303, 307, 308):
        answer = Line().ask(at.serve("/to/here", redirect("there", code=code)), {}, QUICK)
        assert answer.response.read() == b"there"
        assert answer.address == at.address("/to/there")


def test_headers_of_every_answer_on_the_way_are_kept(at):
    at.serve("/there", whole(b"there", etag='"last"'))
    answer = Line().ask(at.serve("/here", redirect("/there")), {}, QUICK)
    assert [headers.get("ETag") for headers in answer.stated] == [None, '"last"']
    answer.response.read()


def test_nothing_is_compressed_on_the_way(at):
    Line().ask(at.serve("/a", whole(b"a")), {"Range": "bytes=3-"}, QUICK).response.read()
    assert at.asked[0].headers["accept-encoding"] == "identity"
    assert at.asked[0].headers["range"] == "bytes=3-"
    assert at.asked[0].headers["user-agent"].startswith("emsync-desktop/")
    assert not {"cookie", "authorization"} & set(at.asked[0].headers)


def test_whoever_waits_on_a_line_that_is_cut_waits_no_longer(at):
    line, ended = Line(), threading.Event()

    def listen():
        with suppress(OSError, http.client.HTTPException):  # or it is told that all is there
            answer = line.ask(at.serve("/a", stalled(b"abc", 1, at.is_over)), {}, QUICK)
            while answer.response.read1(10):
                pass
        ended.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    while not at.asked:
        time.sleep(0.005)
    line.cut()
    assert ended.wait(9), "sooner than the host would have gone on"
    with pytest.raises(OSError, match="cut"):
        line.ask(at.address("/a"), {}, QUICK)
