"""Where somebody speaks in a film, as an export of it finds out: what the preview ducks by."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path

from emsync_engine.features.speech import SpeechSpan
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.film_container import Source, read_source
from emsync_engine.video.film_sound import LAYOUTS, FilmSound, is_silent, read_sound, spoken_spans
from emsync_engine.video.probe import VideoInfo

_METHOD = 1  # part of the cache's key: another way of listening is another entry

logger = logging.getLogger(__name__)


def spoken_in_film(
    info: VideoInfo, *, cache: Cache = DEFAULT_CACHE, monitor: Monitor = SILENT
) -> tuple[SpeechSpan, ...]:
    """Stretches in which somebody speaks, in seconds from the first picture.

    They are those that music under the whole film makes room for (``mux``); kept in the cache.

    Raises
    ------
    ToolMissingError, ToolFailedError, OutputUnwritableError; what ``monitor`` raises.
    """
    if info.audio_stream is None:
        return ()
    key = f"spoken-{_METHOD}-{info.content_hash[:24]}-{info.audio_stream}"
    if entry := cache.find(key):
        try:
            kept = json.loads((entry / "spans.json").read_text(encoding="utf-8"))
            return tuple(SpeechSpan(**one) for one in kept)
        except (OSError, ValueError, TypeError):
            cache.remove(key)
    spans = _heard(info, read_source(info.path), info.audio_stream, monitor)
    try:
        with cache.writing(key) as folder:
            text = json.dumps([asdict(one) for one in spans])
            (folder / "spans.json").write_text(text, encoding="utf-8")
    except OSError as error:
        logger.info("what is spoken in %s cannot be kept: %s", info.path.name, error)
    return spans


def _heard(info: VideoInfo, film: Source, stream: int, monitor: Monitor) -> tuple[SpeechSpan, ...]:
    """Listen to the sound as it goes into a film, from where the container begins."""
    [sound] = [one for one in film.of_kind("audio") if one.index == stream]
    shift = film.picture_offset_s
    delay = round(shift * SAMPLE_RATE)
    with tempfile.TemporaryDirectory(prefix="emsync-", ignore_cleanup_errors=True) as folder:
        track = read_sound(
            FilmSound(
                path=info.path,
                input_options=(),
                clock_arguments=film.clock_arguments,
                stream=stream,
                channels=sound.channels if sound.channels in LAYOUTS else 2,
                is_mono=sound.channels == 1,
                start=0,
                samples=max(delay + round(info.duration * SAMPLE_RATE), 1),
            ),
            Path(folder) / "track.f32",
            monitor=monitor,
        )
        spans = () if is_silent(track) else spoken_spans(track, monitor=monitor)
        del track
    moved = (SpeechSpan(one.start_s - shift, one.end_s - shift, one.confidence) for one in spans)
    return tuple(one for one in moved if one.end_s > 0)
