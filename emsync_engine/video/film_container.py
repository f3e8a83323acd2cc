"""Which container a scored film goes into, so that every stream can be copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.video.ffmpeg import media_facts

AudioPlacement = Literal["beside", "under", "instead"]

_AAC = ("-c:a:{n}", "aac", "-b:a:{n}", "{rate}")
_OPUS = ("-c:a:{n}", "libopus", "-b:a:{n}", "{rate}")
_FLAC = ("-c:a:{n}", "flac", "-sample_fmt:a:{n}", "s16")

_TEXT_SUBTITLES = frozenset(("subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"))


@dataclass(frozen=True, slots=True)
class Container:
    """A container: ffmpeg's muxer, and what it can hold (None: whatever its own files hold)."""

    name: str
    muxer: str
    audio_arguments: tuple[str, ...]
    pictures: frozenset[str]
    sounds: frozenset[str]
    holds_bitmap_subtitles: bool
    text_subtitle_codec: str


_MP4 = Container(
    "MP4",
    "mp4",
    _AAC,
    frozenset(("h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video")),
    frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac", "mp2")),
    holds_bitmap_subtitles=False,
    text_subtitle_codec="mov_text",
)
_MKV = Container(
    "MKV",
    "matroska",
    _FLAC,  # lossless, and without an encoder's delay that players would have to know of
    frozenset(),
    frozenset(),
    holds_bitmap_subtitles=True,
    text_subtitle_codec="srt",
)
_WEBM = Container(
    "WebM",
    "webm",
    _OPUS,
    frozenset(("vp8", "vp9", "av1")),
    frozenset(("vorbis", "opus")),
    holds_bitmap_subtitles=False,
    text_subtitle_codec="webvtt",
)


def _like_mp4(name: str, muxer: str) -> Container:
    return Container(name, muxer, _AAC, _MP4.pictures, _MP4.sounds, False, "mov_text")


_OWN: Mapping[str, Mapping[str, Container]] = {
    "mov": {
        ".mp4": _MP4,
        ".m4v": _MP4,
        ".mov": _like_mp4("MOV", "mov"),
        ".qt": _like_mp4("MOV", "mov"),
        ".3gp": _like_mp4("3GP", "3gp"),
        ".3g2": _like_mp4("3G2", "3g2"),
    },
    "matroska": {".mkv": _MKV, ".webm": _WEBM},
    "mpegts": {
        suffix: Container("MPEG-TS", "mpegts", _AAC, frozenset(), frozenset(), True, "copy")
        for suffix in (".ts", ".m2ts", ".mts")
    },
}
"""By ffmpeg's name of the source's format: containers that are kept, by file extension."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of the source; ``index`` counts all its streams."""

    index: int
    kind: str
    codec: str
    start_s: float | None
    channels: int
    language: str | None
    title: str | None
    is_attached_picture: bool
    tag: str


@dataclass(frozen=True, slots=True)
class Source:
    """A film as the mux sees it; times in seconds as the container counts them."""

    path: Path
    format_names: tuple[str, ...]
    start_s: float
    duration_s: float
    streams: tuple[Stream, ...]
    has_quicktime_tags: bool

    @property
    def pictures(self) -> tuple[Stream, ...]:
        return tuple(s for s in self.streams if s.kind == "video" and not s.is_attached_picture)

    @property
    def picture_offset_s(self) -> float:
        """From the container's start to the first picture: sound may begin before it."""
        start = self.pictures[0].start_s
        return 0.0 if start is None else max(start - self.start_s, 0.0)

    def of_kind(self, kind: str) -> tuple[Stream, ...]:
        return tuple(stream for stream in self.streams if stream.kind == kind)


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """A container, the extension of its file, and one clause on why it was chosen."""

    container: Container
    extension: str
    why: str


def choose_container(source: Path, *, audio: AudioPlacement = "under") -> str:
    """Extension, such as ``".mp4"``, that the scored film should have.

    The source's own container if it can hold all streams, else MP4, else MKV.
    """
    return plan_container(read_source(source), audio).extension


def read_source(path: Path) -> Source:
    """Look at a film's streams; VideoUnreadableError if it has no picture."""
    facts = media_facts(path)
    details = facts.get("format", {})
    source = Source(
        path=path,
        format_names=tuple(str(details.get("format_name", "")).split(",")),
        start_s=_number(details.get("start_time")) or 0.0,
        duration_s=_number(details.get("duration")) or 0.0,
        streams=tuple(_stream(stream) for stream in facts.get("streams", ())),
        has_quicktime_tags=any(str(k).startswith("com.apple.") for k in details.get("tags", {})),
    )
    if not source.pictures:
        raise VideoUnreadableError(path, "it holds no moving picture")
    return source


def plan_container(source: Source, audio: AudioPlacement) -> ContainerPlan:
    """The container by the rule of ``choose_container``, and why it is that one."""
    copied = copied_sounds(source, audio, None)
    for family, own in _OWN.items():
        if family not in source.format_names:
            continue
        suffix = source.path.suffix.lower()
        default = ".mkv" if family == "matroska" else next(iter(own))
        extension = suffix if suffix in own else default
        container = own[extension]
        if container is not _WEBM or not _obstacle(container, source, copied):
            return ContainerPlan(container, extension, "the source's own container")
        return ContainerPlan(_MKV, ".mkv", f"because {_obstacle(container, source, copied)}")
    own_name = source.path.suffix.lstrip(".").upper() or source.format_names[0]
    obstacle = _obstacle(_MP4, source, copied)
    if not obstacle:
        return ContainerPlan(_MP4, ".mp4", f"because {own_name} cannot be relied on to hold it")
    return ContainerPlan(_MKV, ".mkv", f"because {obstacle}")


def copied_sounds(
    source: Source, audio: AudioPlacement, film_sound: int | None
) -> tuple[Stream, ...]:
    """Sound streams that go into the film as they are; ``film_sound`` is the one mixed under."""
    sounds = source.of_kind("audio")
    if audio == "instead":
        return ()
    if audio == "beside":
        return sounds
    mixed = film_sound if film_sound is not None else (sounds[0].index if sounds else None)
    return tuple(stream for stream in sounds if stream.index != mixed)


def _obstacle(container: Container, source: Source, sounds: tuple[Stream, ...]) -> str:
    """What a container cannot hold, as a clause; empty if it holds everything."""
    for stream in source.pictures:
        if stream.codec not in container.pictures:
            return f"{container.name} cannot hold {stream.codec} pictures"
    for stream in sounds:
        if stream.codec not in container.sounds:
            return f"{container.name} cannot hold {stream.codec} sound"
    for stream in source.of_kind("subtitle"):
        if stream.codec not in _TEXT_SUBTITLES and not container.holds_bitmap_subtitles:
            return f"{container.name} cannot hold {stream.codec} subtitles"
    return ""


def subtitle_codec(stream: Stream, plan: ContainerPlan) -> str:
    """``copy``, or the codec that a text subtitle needs in a container that is not its own."""
    own = plan.why == "the source's own container"
    if own or stream.codec not in _TEXT_SUBTITLES:
        return "copy"
    if plan.container is _MKV:
        return "srt" if stream.codec in ("mov_text", "text") else "copy"
    return plan.container.text_subtitle_codec


def _stream(facts: Mapping[str, Any]) -> Stream:
    tags = facts.get("tags", {})
    language = tags.get("language")
    return Stream(
        index=int(facts["index"]),
        kind=str(facts.get("codec_type", "data")),
        codec=str(facts.get("codec_name", "unknown")),
        start_s=_number(facts.get("start_time")),
        channels=int(facts.get("channels", 0)),
        language=None if language in (None, "und") else str(language),
        title=tags.get("title"),
        is_attached_picture=bool(facts.get("disposition", {}).get("attached_pic")),
        tag=str(facts.get("codec_tag_string", "")),
    )


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
