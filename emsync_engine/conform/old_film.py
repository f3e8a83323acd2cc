"""The pictures of the film that a project was made for, even where its file is gone."""

from __future__ import annotations

from pathlib import Path

from emsync_engine.errors import InputUnusableError, VideoUnreadableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import Project
from emsync_engine.timing import FrameRate
from emsync_engine.video.cache import DEFAULT_CACHE
from emsync_engine.video.decode import DECODING_VERSION, DecodedVideo, decode
from emsync_engine.video.probe import VideoInfo, probe


def old_film(project: Project, *, monitor: Monitor = SILENT) -> DecodedVideo:
    """The decoded film of a project: from its file, or from what an earlier pass kept of it.

    Editors often export over the last version; what was kept is known by the film's content, so
    that a file of the same name does not matter. InputUnusableError where neither is there.
    """
    path = Path(project.video.path)
    try:
        info = probe(path)
        if info.content_hash == project.video.content_hash:
            return decode(info, monitor=monitor)
        reason = "is another film now"
    except VideoUnreadableError:
        reason = "is not where it was"
    key = f"decoded-{DECODING_VERSION}-{project.video.content_hash}"
    if DEFAULT_CACHE.find(key) is None:
        raise InputUnusableError(
            f"{path.name} {reason}, and nothing of the old film was kept; put it back, or give a "
            "list of the new cuts."
        )
    return decode(_as_it_was(project), monitor=monitor)


def _as_it_was(project: Project) -> VideoInfo:
    """What is needed to find a film in the cache; sizes and streams are not."""
    video = project.video
    return VideoInfo(
        path=Path(video.path),
        content_hash=video.content_hash,
        duration=video.duration,
        frame_rate=FrameRate(video.frame_rate),
        frame_count=None,
        is_vfr=False,
        width=0,
        height=0,
        rotation=0,
        first_picture=video.duration * 0,
        start_timecode=video.start_timecode,
        container="",
        streams=(),
        video_stream=0,
        audio_stream=None,
    )
