"""The picture under the playhead, exactly: seek, decode and remember a few. No Qt."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.frames import PictureScaler, fitted_size
from emsync_engine.video.probe import VideoInfo, probe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Room = tuple[int, int]

KEPT_BYTES = 96 << 20
_DECODE_ON_S = 2  # rather than seek, when the wanted picture lies this little ahead
_STEP_BACK = Fraction(1, 2)  # seconds further back, where a seek overshot
_WHOLE_S = Fraction(1, 5)  # before a wanted picture, every picture is decoded after a seek
_KEPT_SCALED = 4
_EVEN_PX = 4  # swscale needs twice as long for a width that it cannot divide
_MOST_AHEAD, _LEAST_AHEAD = 15, 4


class PictureReader:
    """One open film. Times are seconds from its first picture.

    The picture shown at a time is the last one that has started by then. Containers round times
    (Matroska to the millisecond), so a picture counts as started half a tick early, at most 2 ms
    and a quarter of a frame.
    """

    def __init__(self, path: Path) -> None:
        self.info: VideoInfo = probe(path)
        self._container: Any = open_media(path)
        self._stream: Any = self._container.streams[self.info.video_stream]
        self._stream.thread_type = "AUTO"
        self._time_base = fraction(self._stream.time_base) or Fraction(1, 1000)
        frame_s = 1 / self.info.frame_rate.ratio
        self._early = min(self._time_base, Fraction(2, 1000), frame_s / 4)
        self._frames: Any = None
        self._ahead: Any = None  # decoded, but it starts after the wanted time
        self._current: Any = None
        self._shown: Any = None
        self._kept: OrderedDict[int, Any] = OrderedDict()
        self._scaler: PictureScaler | None = None
        self._scaled: OrderedDict[tuple[int, int], NDArray[np.uint8]] = OrderedDict()
        self._whole_from: Fraction | None = None  # what lies before it may lack pictures

    def close(self) -> None:
        self._container.close()

    @property
    def most_ahead(self) -> int:
        """How many pictures after the shown one may be read without forgetting that one."""
        each = max(1, self.info.width * self.info.height * 3 // 2)
        return min(max(KEPT_BYTES // each // 2, _LEAST_AHEAD), _MOST_AHEAD)

    def picture(self, time_s: float, room: Room) -> NDArray[np.uint8] | None:
        """(h, w, 4) uint8 BGRA, upright, as shown at a time; None if nothing can be decoded.

        Parameters
        ----------
        room : width and height in pixels that it is to fit into, never larger than it is
        """
        self._shown = self._frame_at(Fraction(max(time_s, 0.0)))
        return self._fitted(self._shown, room)

    def next_picture(self, room: Room, *, not_before_s: float = 0.0) -> NDArray[np.uint8] | None:
        """The picture after the one that was read last; None at the end.

        Who is late passes over pictures: it is the one shown at ``not_before_s``, if that is later.
        """
        following = self._following()
        if following is None:
            return None
        time = max(self._time_of(following), Fraction(not_before_s))
        frame = self._frame_at(time)
        if frame is None or frame.pts == self._shown.pts:
            return None
        self._shown = frame
        return self._fitted(frame, room)

    def _fitted(self, frame: Any, room: Room) -> NDArray[np.uint8] | None:
        if frame is None:
            return None
        shown = (self.info.width, self.info.height)
        scale = min(room[0] / shown[0], room[1] / shown[1], 1.0)
        size = fitted_size(*shown, int(max(shown) * scale) // _EVEN_PX * _EVEN_PX)
        if self._scaler is None or (self._scaler.width, self._scaler.height) != size:
            self._scaler = PictureScaler(
                shown, self.info.rotation, long_side=max(size), form="bgra", threads=1
            )
        key = (frame.pts, max(size))
        if key not in self._scaled:
            self._scaled[key] = self._scaler.scale(frame)
            while len(self._scaled) > _KEPT_SCALED:
                self._scaled.popitem(last=False)
        return self._scaled[key]

    def time_of_shown(self) -> float:
        """When the picture that was read last starts, in seconds."""
        return float(self._time_of(self._shown)) if self._shown is not None else 0.0

    def _following(self) -> Any:
        """The picture after the shown one, decoded if it is not remembered; None at the end."""
        if self._shown is None:
            return None
        stamps = iter(self._kept)
        if any(stamp == self._shown.pts for stamp in stamps):
            stamp = next(stamps, None)
            if stamp is not None:
                return self._kept[stamp]
        if self._current is None or self._shown.pts != self._current.pts or self._frames is None:
            return None
        if self._ahead is None:
            self._ahead = next(self._frames, None)
        return self._ahead

    def _time_of(self, frame: Any) -> Fraction:
        return Fraction(frame.pts) * self._time_base - self.info.first_picture

    def _frame_at(self, time: Fraction) -> Any:
        wanted = time + self._early
        known = self._from_kept(wanted)
        if known is not None:
            return known
        current = self._current
        goes_on = (
            self._frames is not None
            and current is not None
            and self._time_of(current) <= wanted <= self._time_of(current) + _DECODE_ON_S
        )
        if goes_on:
            return self._decode_to(wanted)
        self._seek(wanted, whole_from=wanted - _WHOLE_S)
        frame = self._decode_to(wanted)
        if frame is not None and self._is_left_out(frame):
            self._seek(wanted)  # long pictures: what started last may have been passed over
            frame = self._decode_to(wanted)
        return frame

    def _is_left_out(self, frame: Any) -> bool:
        """Whether pictures may have been passed over right after this one."""
        return self._whole_from is not None and self._time_of(frame) < self._whole_from

    def _from_kept(self, wanted: Fraction) -> Any:
        """A remembered picture that is known to be the one: it lies right before another."""
        last = floor((wanted + self.info.first_picture) / self._time_base)  # stamp that has started
        for stamp, following in pairwise(self._kept):
            if stamp <= last < following:
                return self._kept[stamp]
        return None

    def _seek(self, wanted: Fraction, *, whole_from: Fraction | None = None) -> None:
        """Go to the last key picture at or before a time, further back if that one lies after.

        Before ``whole_from`` only pictures that others are made from are decoded.
        """
        self._whole_from = whole_from
        back = Fraction(0)
        while True:
            target = max(wanted - back, Fraction(0)) + self.info.first_picture
            with contextlib.suppress(OSError):
                self._container.seek(int(target / self._time_base), stream=self._stream)
            self._frames = self._decoded()
            self._ahead = self._current = None
            self._kept.clear()
            first = next(self._frames, None)
            if first is None or self._time_of(first) <= wanted or back > wanted:
                self._ahead = first
                return
            back = back * 2 + _STEP_BACK

    def _decoded(self) -> Any:
        """Pictures from here on; what cannot be decoded is passed over."""
        from av.error import FFmpegError

        for packet in self._container.demux(self._stream):
            try:
                self._stream.codec_context.skip_frame = self._skipped(packet)
                frames = packet.decode()
            except FFmpegError:
                continue
            yield from (frame for frame in frames if frame.pts is not None)

    def _skipped(self, packet: Any) -> str:
        """Which pictures the decoder may pass over: those that no other is made from."""
        if self._whole_from is None or packet.pts is None:
            return "DEFAULT"
        time = Fraction(packet.pts) * self._time_base - self.info.first_picture
        return "NONREF" if time < self._whole_from else "DEFAULT"

    def _decode_to(self, wanted: Fraction) -> Any:
        """Decode on until a picture starts after the wanted time; the one before is shown."""
        while True:
            frame = self._ahead if self._ahead is not None else next(self._frames, None)
            self._ahead = None
            if frame is None:
                self._frames = None  # the end: the last picture stays; another wish seeks anew
                return self._current
            self._keep(frame)
            if self._time_of(frame) > wanted and self._current is not None:
                self._ahead = frame
                return self._current
            self._current = frame

    def _keep(self, frame: Any) -> None:
        if self._is_left_out(frame):
            return
        self._kept[frame.pts] = frame
        each = max(1, frame.width * frame.height * 3 // 2)
        while len(self._kept) > max(2, KEPT_BYTES // each):
            self._kept.popitem(last=False)
