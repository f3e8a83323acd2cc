"""Every fault of a download ends as the page says, and as is written here."""

import pytest

from tests import download_faults
from tests.conftest import REPOSITORY

N = len(download_faults.DATA)
H = download_faults.HALF

# by fault: the error, what is there afterwards, and from which byte each request asked
EXPECTED = {
    "none": ("", "installed", (0,)),
    "the connection breaks in the middle": ("", "installed", (0, H)),
    "it breaks three times, each time later": (
        "",
        "installed",
        (0, N // 5, N * 2 // 5, N * 3 // 5, N * 4 // 5),
    ),
    "the file on the host is cut short": ("UnreachableError", "50% kept", (0, H, H, H)),
    "the host stops in the middle, and says nothing more": ("", "installed", (0, H)),
    "the host does not heed ranges": ("", "installed", (0, H)),
    "the file changes between two parts": ("WrongBytesError", "nothing kept", (0, H)),
    "the file changes, and nobody states its SHA-256": ("", "installed", (0, H)),
    "the file changes, and the host sends the rest of the new one": ("", "installed", (0, H, 0)),
    "the host sends another part than it was asked for": ("", "installed", (0, H, 0)),
    "the host promises more than the file has": ("WrongLengthError", "nothing kept", (0,)),
    "the host promises less than the file has": ("WrongLengthError", "nothing kept", (0,)),
    "it promises more than it sends, and nobody states the size": (
        "UnreachableError",
        "100% kept",
        (0, N, N, N),
    ),
    "the host promises no length and does not end": ("WrongLengthError", "nothing kept", (0,)),
    "wrong bytes of the right length": ("WrongBytesError", "nothing kept", (0,)),
    "the host's own SHA-256 differs (nobody else states one)": (
        "WrongBytesError",
        "nothing kept",
        (0,),
    ),
    "a web page instead of the file": ("AnswerUnfitError", "nothing kept", (0,)),
    "redirected to where the file is": ("", "installed", (0, 0)),
    "redirected in circles": ("RedirectRefusedError", "nothing kept", (0,) * 9),
    "redirected to a file of this machine": ("RedirectRefusedError", "nothing kept", (0,)),
    "redirected to an address without encryption": ("RedirectRefusedError", "nothing kept", (0,)),
    "no such file (404)": ("GoneError", "nothing kept", (0,)),
    "not for everybody (403)": ("ForbiddenError", "nothing kept", (0,)),
    "asked to wait (429, Retry-After)": ("", "installed", (0, 0)),
    "asked to wait again and again (429)": ("HostBusyError", "nothing kept", (0, 0, 0)),
    "the host fails once (500)": ("", "installed", (0, 0)),
    "the host fails again and again (503)": ("HostBusyError", "nothing kept", (0, 0, 0)),
    "nobody listens at the host": ("UnreachableError", "nothing kept", ()),
    "a slow host, and the user pauses": ("Cancelled", "what came is kept", (0,)),
    "a slow host, and the user cancels": ("Cancelled", "nothing kept", (0,)),
    "no room on the disk": ("NoSpaceError", "nothing kept", ()),
    "the disk is full in the middle": ("NoSpaceError", "50% kept", (0,)),
    "the folder of models cannot be written": ("FolderUnwritableError", "nothing kept", ()),
    "another EMSYNC downloads the same model": ("ModelBusyError", "nothing kept", ()),
    "offline by choice": ("OfflineChoiceError", "nothing kept", ()),
    "the file comes in an archive": ("", "installed", (0,)),
    "the archive does not hold the file": ("WrongBytesError", "nothing kept", (0,)),
    "the archive holds far more than the file": ("WrongBytesError", "nothing kept", (0,)),
}
RESUMED = "what came before belongs to another version"


@pytest.fixture(scope="module")
def cases():
    return download_faults.run_all()


def test_every_fault_ends_as_it_should(cases):
    ended = {
        case.fault: (one.error, one.afterwards, one.starts)
        for case, one in cases
        if case.fault != RESUMED
    }
    assert ended == EXPECTED


def test_a_part_of_another_version_is_noticed_and_fetched_once_more(cases):
    ended = next(one for case, one in cases if case.fault == RESUMED)
    assert ended.is_installed
    assert ended.starts[0] > 0
    assert ended.starts[1:] == (0,)


def test_who_sees_a_sentence_sees_one(cases):
    for _, one in cases:
        assert (one.sentence == "") == (one.error in ("", "Cancelled"))
        assert one.sentence.count("\n") == 0
        assert one.sentence == "" or one.sentence.endswith(".")


def test_the_page_tells_what_happens(cases):
    held = (REPOSITORY / "docs" / "models" / "downloads.md").read_text(encoding="utf-8")
    assert held == download_faults.page(cases)
