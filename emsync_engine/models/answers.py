"""What a host's answer means."""

from __future__ import annotations

import contextlib
import http
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from emsync_engine.models.connection import Answer
from emsync_engine.models.faults import (
    AnswerUnfitError,
    DownloadError,
    ForbiddenError,
    GoneError,
    HostBusyError,
)

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_BLOB = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the host says of a file: its SHA-256 or Git blob id, and the revision it is of."""

    sha256: str | None = None
    git_blob: str | None = None
    revision: str | None = None


class Broken(Exception):  # noqa: N818 - never leaves the package
    """This attempt failed in a way that another may not; ``is_unfit`` asks it to begin anew."""

    def __init__(
        self, error: DownloadError, *, wait_s: float = 0.0, is_unfit: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error, self.wait_s, self.is_unfit = error, wait_s, is_unfit


def require_file(answer: Answer, name: str, *, is_rest: bool) -> None:
    """Raise what an answer means that brings no bytes of a file.

    ``is_rest`` tells that only what is missing was asked for. Broken where another attempt, from
    the start if ``is_unfit``, may go better.
    """
    status, host = answer.status, answer.host
    if status in (http.HTTPStatus.OK, http.HTTPStatus.PARTIAL_CONTENT):
        if answer.headers.get_content_type() == "text/html" and "Content-Type" in answer.headers:
            raise AnswerUnfitError(
                f"{host} answered with a web page instead of {name}; a page of your network (a "
                "hotel's, say) may stand in between, or the host has changed."
            )
        return
    if status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and is_rest:
        raise Broken(AnswerUnfitError(_no_file(host, name, status)), is_unfit=True)
    if status in (401, 403, 407, 451):
        raise ForbiddenError(host, name, status)
    if status in (404, 410):
        raise GoneError(host, name, status)
    if status in (408, 425, 429) or status >= 500:
        raise Broken(HostBusyError(host, status), wait_s=_retry_after(answer))
    raise AnswerUnfitError(_no_file(host, name, status))


def _no_file(host: str, name: str, status: int) -> str:
    return (
        f"{host} answered {status} for {name}, which is no file; try again later or use a "
        "file you have."
    )


def range_total(
    answer: Answer, have: int, *, validator: str | None, total: int | None
) -> int | None:
    """How long the whole file is of which an answer brings the rest.

    Broken, to begin anew, if it is not the rest of what has come: another place, another length,
    or a file that changed since (``validator`` and ``total`` are those of what has come).
    """
    told = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    now = int(told[3]) if told and told[3] != "*" else None
    changed = validator_of(answer)
    is_other = bool(validator and changed and changed != validator)
    is_other |= total is not None and now is not None and now != total
    if told is None or int(told[1]) != have or is_other:
        unfit = AnswerUnfitError(
            f"{answer.host} sent another part of the file than it was asked for; try again later."
        )
        raise Broken(unfit, is_unfit=True)
    return now if now is not None else total


def length_of(answer: Answer) -> int | None:
    """How many bytes an answer promises; None if it does not say."""
    told = answer.headers.get("Content-Length", "")
    return int(told) if told.isdigit() else None


def validator_of(answer: Answer) -> str | None:
    """What tells one version of a file from another: its ETag, or else its date."""
    return answer.headers.get("ETag") or answer.headers.get("Last-Modified")


def _retry_after(answer: Answer) -> float:
    """Seconds that the host asks to wait; 0 if it says nothing."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    return 0.0


def stated_by(answer: Answer) -> Stated:
    """What the answers say of the file: hosts of models name its checksum and revision."""
    sha256 = blob = revision = None
    for headers in answer.stated:
        revision = revision or headers.get("X-Repo-Commit")
        linked = headers.get("X-Linked-ETag", "").removeprefix("W/").strip('"')
        plain = headers.get("ETag", "").removeprefix("W/").strip('"')
        if sha256 is None and _SHA256.fullmatch(linked):
            sha256 = linked
        if blob is None and "X-Repo-Commit" in headers and _GIT_BLOB.fullmatch(linked or plain):
            blob = linked or plain
    return Stated(sha256, blob, revision)
