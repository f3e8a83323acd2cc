"""Opening a media file safely: only plain files of known kinds, never what they point to."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from emsync_engine.errors import VideoUnreadableError

MEDIA_FORMATS = (
    # pictures and sound
    *("mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "asf", "ogg"),
    *("mxf", "gif", "apng", "dv", "ivf", "nut", "rm", "wtv", "gxf", "lxf", "nsv", "yuv4mpegpipe"),
    *("h261", "h263", "h264", "hevc", "vvc", "m4v", "vc1", "av1", "obu", "mjpeg", "dnxhd", "dirac"),
    # sound only: opened so that the message can say so
    *("mp3", "wav", "w64", "aiff", "flac", "aac", "ac3", "eac3", "caf", "amr", "ape", "wv", "au"),
)
"""Demuxers that read the file itself. Playlists and scripts (hls, dash, concat, imf, sdp ...) name
other files or addresses, and are refused before their content is read."""

_OPTIONS = {
    "protocol_whitelist": "file,pipe",
    "format_whitelist": ",".join(MEDIA_FORMATS),
}
_PLAYLIST_SIGNS = (b"#extm3u", b"ffconcat", b"<mpd", b"[playlist]", b"<asx", b"<smil", b"<?xml")


def open_media(path: Path) -> Any:
    """Open a file for reading with PyAV; VideoUnreadableError with one reason if it cannot be.

    The name is passed as an absolute ``file:`` address, so that a leading dash, a colon or an
    address-like name is nothing but a name.
    """
    _require_plain_file(path)
    head = _head(path)
    if _is_playlist(head):
        raise VideoUnreadableError(
            path, "it is a playlist that points to other files; open the film itself"
        )
    try:
        return av.open(f"file:{path.absolute()}", options=dict(_OPTIONS), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoUnreadableError(path, _why_not_opened(head, error)) from error


def fraction(value: Any) -> Fraction | None:
    """A ratio of the media library as a Fraction; None for an unset or meaningless one."""
    if value is None or value.denominator == 0 or value.numerator <= 0:
        return None
    return Fraction(int(value.numerator), int(value.denominator))


def _require_plain_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise VideoUnreadableError(path, "it is a folder")
        if not path.exists():
            raise VideoUnreadableError(path, "there is no such file")
        if not path.is_file():
            raise VideoUnreadableError(path, "it is a device, not a file")
        if path.stat().st_size == 0:
            raise VideoUnreadableError(path, "the file is empty")
    except (OSError, ValueError) as error:
        raise VideoUnreadableError(path, _os_reason(error)) from error


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise VideoUnreadableError(path, _os_reason(error)) from error


def _is_playlist(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith(_PLAYLIST_SIGNS)


def _why_not_opened(head: bytes, error: Exception) -> str:
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return (
            "its index is missing or damaged, so the recording or the copy was probably cut off; "
            "copy or export it again"
        )
    if isinstance(error, PermissionError):
        return _os_reason(error)
    return "it holds no moving pictures in a format that can be read"


def _os_reason(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"the system says {reason.lower()!r}"
