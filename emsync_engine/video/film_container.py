"""Which container a scored film goes into, so that every stream can be copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from emsync_engine.errors import OutputError, VideoUnreadableError
from emsync_engine.video.ffmpeg import media_facts

AudioPlacement = Literal["beside", "under", "instead"]
AudioCodec = Literal["auto", "aac", "opus", "pcm", "flac"]
"""How the track with the music is coded; ``auto`` is the container's own first choice."""

CODEC_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "pcm": ("-c:a:{n}", "pcm_s24le"),
    "flac": ("-c:a:{n}", "flac", "-sample_fmt:a:{n}", "s16"),
}
"""How ffmpeg codes sound track ``n`` where nothing is lost."""

CODEC_NAMES: Mapping[str, str] = {"aac": "AAC", "opus": "Opus", "pcm": "PCM", "flac": "FLAC"}

_TEXT_SUBTITLES = frozenset(("subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"))


class ContainerRefusalError(OutputError):
    """A container cannot hold what is to be in it; ``offered`` is the extension of one that can."""

    def __init__(self, name: str, obstacle: str, offered: str) -> None:
        stem = Path(name).stem
        super().__init__(f"{name}: {obstacle}; name it {stem}{offered}.")
        self.obstacle = obstacle
        self.offered = offered


@dataclass(frozen=True, slots=True)
class Container:
    """A container: ffmpeg's muxer, and what it can hold (no codecs named: all that there are).

    ``codecs`` are those that the music can have in it, the usual one first. Without a
    ``text_subtitle_codec`` it holds no text subtitles. ``holds_turns``: whether it can be relied on
    to say that a picture is to be turned; in Matroska that depends on ffmpeg's version.
    """

    name: str
    muxer: str
    codecs: tuple[str, ...]
    pictures: frozenset[str]
    sounds: frozenset[str]
    holds_bitmap_subtitles: bool
    text_subtitle_codec: str
    holds_turns: bool = True


_MP4_PICTURES = frozenset(("h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video"))
_MP4_SOUNDS = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac", "mp2"))
_PCM_SOUNDS = frozenset(
    f"pcm_{kind}" for kind in ("s16le", "s16be", "s24le", "s24be", "s32le", "s32be", "f32le", "u8")
)
_MP4 = Container("MP4", "mp4", ("aac", "opus"), _MP4_PICTURES, _MP4_SOUNDS, False, "mov_text")
_MOV = Container(
    "MOV",
    "mov",
    ("aac", "pcm"),
    _MP4_PICTURES - {"vp9", "av1"} | {"prores", "dnxhd", "mjpeg", "qtrle", "dvvideo", "png"},
    _MP4_SOUNDS - {"opus", "flac"} | _PCM_SOUNDS,
    holds_bitmap_subtitles=False,
    text_subtitle_codec="mov_text",
)
_MKV = Container(
    "MKV",
    "matroska",
    # FLAC first: lossless, and without an encoder's delay that players would have to know of
    ("flac", "aac", "opus", "pcm"),
    frozenset(),
    frozenset(),
    holds_bitmap_subtitles=True,
    text_subtitle_codec="srt",
    holds_turns=False,
)
_WEBM = Container(
    "WebM",
    "webm",
    ("opus",),
    frozenset(("vp8", "vp9", "av1")),
    frozenset(("vorbis", "opus")),
    holds_bitmap_subtitles=False,
    text_subtitle_codec="webvtt",
    holds_turns=False,
)
_TS = Container(
    "MPEG-TS",
    "mpegts",
    ("aac",),
    frozenset(("h264", "hevc", "mpeg2video", "mpeg1video")),
    frozenset(("aac", "mp2", "mp3", "ac3", "eac3")),
    holds_bitmap_subtitles=True,
    text_subtitle_codec="",
    holds_turns=False,
)


def _phones(name: str, muxer: str) -> Container:
    return Container(name, muxer, ("aac",), _MP4_PICTURES, _MP4_SOUNDS, False, "mov_text")


CONTAINERS: Mapping[str, Container] = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".mov": _MOV,
    ".qt": _MOV,
    ".mkv": _MKV,
    ".webm": _WEBM,
    ".3gp": _phones("3GP", "3gp"),
    ".3g2": _phones("3G2", "3g2"),
    ".ts": _TS,
    ".m2ts": _TS,
    ".mts": _TS,
}
"""Every container that is written, by file extension."""

_OWN: Mapping[str, tuple[str, ...]] = {
    "mov": (".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2"),
    "matroska": (".mkv", ".webm"),
    "mpegts": (".ts", ".m2ts", ".mts"),
}
"""By ffmpeg's name of the source's format: the extensions whose containers are kept."""

_OWN_WORDS = "the source's own container"


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
    turned: int = 0  # degrees by which a player is told to turn the picture


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
    def turned(self) -> int:
        """Degrees by which players are told to turn the film's picture."""
        return next((stream.turned for stream in self.pictures), 0)

    @property
    def picture_offset_s(self) -> float:
        """From the container's start to the first picture: sound may begin before it."""
        start = self.pictures[0].start_s
        return 0.0 if start is None else max(start - self.start_s, 0.0)

    @property
    def clock_arguments(self) -> tuple[str, ...]:
        """A second output for ffmpeg, which takes all streams and writes nothing.

        Where a format may jump in time (MPEG, Ogg), ffmpeg counts from the first of those streams
        that are used; with all of them used, that is the container's start.
        """
        if {"mov", "matroska", "avi"} & set(self.format_names):
            return ()
        return ("-map", "0:v", "-map", "0:a?", "-c", "copy", "-f", "null", "-")

    def of_kind(self, kind: str) -> tuple[Stream, ...]:
        return tuple(stream for stream in self.streams if stream.kind == kind)


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """A container, the extension of its file, the music's codec in it, and why it was chosen."""

    container: Container
    extension: str
    codec: str
    why: str

    @property
    def keeps_container(self) -> bool:
        return self.why == _OWN_WORDS


def choose_container(
    source: Path,
    *,
    audio: AudioPlacement = "under",
    codec: AudioCodec = "auto",
    name: Path | None = None,
) -> str:
    """Extension, such as ``".mp4"``, that the scored film should have.

    The source's own container if it can hold all streams, else MP4, else MKV; that of ``name``,
    where one is given and its extension is that of a container. ContainerRefusalError, which offers
    another, if that cannot hold a stream.
    """
    return plan_container(read_source(source), audio, codec=codec, name=name).extension


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


def plan_container(
    source: Source,
    audio: AudioPlacement,
    *,
    codec: AudioCodec = "auto",
    name: Path | None = None,
) -> ContainerPlan:
    """The container by the rule of ``choose_container``, and why it is that one."""
    sounds = copied_sounds(source, audio, None)
    usual = _usual_container(source, sounds, codec)
    wanted = name.suffix.lower() if name is not None else ""
    if name is None or wanted not in CONTAINERS or wanted == usual.extension:
        return usual
    container = CONTAINERS[wanted]
    obstacle = _obstacle(container, source, sounds, codec)
    is_own = wanted == _own_extension(source)
    if source.turned and usual.container.holds_turns and not (is_own or container.holds_turns):
        obstacle = obstacle or f"{container.name} cannot be relied on to hold turned pictures"
    if obstacle:
        raise ContainerRefusalError(name.name, obstacle, usual.extension)
    return ContainerPlan(container, wanted, _codec_in(container, codec), "as its name asks")


def _usual_container(
    source: Source, sounds: tuple[Stream, ...], codec: AudioCodec
) -> ContainerPlan:
    """The source's own container, or the first of MP4, MOV and MKV that can hold everything."""
    own_name = source.path.suffix.lstrip(".").upper() or source.format_names[0]
    reason = f"{own_name} cannot be relied on to hold it"
    own = _own_extension(source)
    if own:
        container = CONTAINERS[own]
        obstacle = _codec_obstacle(container, codec)
        if container is _WEBM:  # what calls itself WebM may hold what WebM may not
            obstacle = _obstacle(container, source, sounds, codec)
        if not obstacle:
            return ContainerPlan(container, own, _codec_in(container, codec), _OWN_WORDS)
        reason = obstacle
    others = [".mkv"] if own in _OWN["matroska"] else [".mp4", ".mov", ".mkv"]
    for extension in others:
        container = CONTAINERS[extension]
        obstacle = _obstacle(container, source, sounds, codec)
        if not obstacle:
            return ContainerPlan(
                container, extension, _codec_in(container, codec), f"because {reason}"
            )
        if extension == ".mp4" and not own:
            reason = obstacle
    raise AssertionError("MKV holds everything")


def _own_extension(source: Source) -> str:
    """Extension of the source's own container; empty if it is none that is written."""
    for family, extensions in _OWN.items():
        if family in source.format_names:
            suffix = source.path.suffix.lower()
            return suffix if suffix in extensions else extensions[0]
    return ""


def _codec_in(container: Container, codec: AudioCodec) -> str:
    return container.codecs[0] if codec == "auto" else codec


def _codec_obstacle(container: Container, codec: AudioCodec) -> str:
    if codec == "auto" or codec in container.codecs:
        return ""
    return f"{container.name} cannot hold {CODEC_NAMES[codec]} sound"


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


def _obstacle(
    container: Container, source: Source, sounds: tuple[Stream, ...], codec: AudioCodec
) -> str:
    """What a container cannot hold, as a clause; empty if it holds everything."""
    for stream in source.pictures:
        if container.pictures and stream.codec not in container.pictures:
            return f"{container.name} cannot hold {stream.codec} pictures"
    for stream in sounds:
        if container.sounds and stream.codec not in container.sounds:
            return f"{container.name} cannot hold {stream.codec} sound"
    for stream in source.of_kind("subtitle"):
        is_text = stream.codec in _TEXT_SUBTITLES
        if not (container.text_subtitle_codec if is_text else container.holds_bitmap_subtitles):
            return f"{container.name} cannot hold {stream.codec} subtitles"
    return _codec_obstacle(container, codec)


def subtitle_codec(stream: Stream, plan: ContainerPlan) -> str:
    """``copy``, or the codec that a text subtitle needs in a container that is not its own."""
    if plan.keeps_container or stream.codec not in _TEXT_SUBTITLES:
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
        turned=turned_by(facts),
    )


def turned_by(facts: Mapping[str, Any]) -> int:
    """Degrees by which a player is told to turn a stream's picture, in 0..359."""
    for beside in facts.get("side_data_list", ()):
        if "rotation" in beside:
            return round(float(beside["rotation"])) % 360
    return 0


def turn_words(source: Source, written: Path) -> list[str]:
    """What is to be said where a film no longer tells players to turn its picture."""
    if source.turned == 0 or read_source(written).turned == source.turned:
        return []
    return ["the container does not say that the picture is to be turned, as the source's did"]


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
