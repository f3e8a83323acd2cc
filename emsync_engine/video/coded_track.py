"""A track in AAC or Opus: coded once, and decoded again from the very packets.

An AAC frame shares half of its window with either neighbour, and takes nothing else from them. So a
track is cut into minutes that are coded side by side, each from 2.7 s earlier on: by then the
encoder chooses the same windows and has come to about the same fineness, and the packets of the
lead-in are left out. Beside such a seam the decoded wave is no farther from the track than where
it was coded in one piece. Opus leans on frames long before, and is coded in one piece.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.cores import usable_cores
from emsync_engine.errors import ToolMissingError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import output_error
from emsync_engine.render.loudness import SPAN, block_peaks
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.video.film_sound import LAYOUTS

FloatArray = NDArray[np.float32]
Span = tuple[int, int]
"""Samples [start, end)."""

ENCODERS: Mapping[str, str] = {"aac": "aac", "opus": "libopus"}
"""The codecs that lose something, and the libraries that write them."""

SPANS = 352
"""Spans of 8192 samples in a part: a minute, and whole frames of AAC."""

_PART = SPANS * SPAN

_LEAD = 128 * 1024
_AHEAD = 6 * 1024  # what an encoder looks ahead, and what it holds back
_HEAD = struct.Struct("<qI")  # of a packet in a part: when it begins, in samples, and its bytes
_WORTH_A_LOOK = 0.5  # of the highest sample: between samples less than twice as much can hide
_LOOK_S = 0.05
_STAGE = "code sound"


@dataclass(frozen=True, slots=True)
class Coding:
    """How a track is coded.

    ``codec`` is one of ``ENCODERS``, ``bit_rate`` in bits a second, of all channels together.
    """

    codec: str
    channels: int
    bit_rate: int

    def opened(self, encoder: Any = None) -> Any:
        """An encoder with these settings; ToolMissingError where PyAV was built without it."""
        import av

        name = ENCODERS[self.codec]
        try:
            encoder = encoder or av.CodecContext.create(name, "w")
        except ValueError as error:
            raise ToolMissingError(f"the encoder {name}", "pip install av brings it") from error
        encoder.sample_rate = SAMPLE_RATE
        encoder.layout = LAYOUTS.get(self.channels, "stereo")
        encoder.format = "fltp" if self.codec == "aac" else "flt"
        encoder.bit_rate = self.bit_rate
        encoder.time_base = Fraction(1, SAMPLE_RATE)
        encoder.open()
        return encoder


@dataclass(slots=True, eq=False)
class CodedTrack:
    """A track, (N, C) float32 at 48 kHz with N > 0, and the file that it is coded into (MP4).

    ``place`` lies in a folder for temporary files; the parts lie beside it.
    """

    track: FloatArray
    place: Path
    coding: Coding
    _parts: dict[Span, Path] = field(default_factory=dict)

    def code(
        self, changed: Sequence[Span] | None = None, *, monitor: Monitor = SILENT
    ) -> NDArray[np.float64]:
        """Code the track, or anew what depends on samples that have changed, and write the file.

        Parameters
        ----------
        changed : samples that are others than when the track was last coded; all of them if None

        Returns
        -------
        (ceil(N / 8192),) true peak of each span as a decoder gives it back, in dBTP; -inf for
        silence.

        Raises
        ------
        ToolMissingError; OutputUnwritableError, naming the folder for temporary files; what
        ``monitor`` raises, after all threads have ended.
        """
        self.coding.opened()  # or it is said at once
        spans = self._spans()
        asked = [span for span in spans if changed is None or _depends(span, changed)]
        work = _Work({}, [0] * len(asked), sum(end - start for start, end in asked), monitor)
        pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="code")
        try:
            for number, span in enumerate(asked):
                work.coming[span] = pool.submit(self._code_part, span, work, number)
            return self._joined(spans, work)
        except OSError as error:
            raise output_error(self.place.parent.parent, error) from error
        finally:
            work.stop.set()
            pool.shutdown(cancel_futures=True)

    def _spans(self) -> list[Span]:
        count = len(self.track)
        if self.coding.codec != "aac":
            return [(0, count)]
        return [(start, min(start + _PART, count)) for start in range(0, count, _PART)]

    def _code_part(self, span: Span, work: _Work, number: int) -> Path:
        """Write the packets that begin in one span; the first span has the encoder's delay too."""
        start, end = span
        is_last = end == len(self.track)
        place = self.place.with_name(f"{self.place.stem}.{start}.part")
        with place.open("wb") as part:
            for packet in self._packets(max(start - _LEAD, 0), min(end + _AHEAD, len(self.track))):
                if work.stop.is_set():
                    break
                if (packet.pts >= start or start == 0) and (packet.pts < end or is_last):
                    part.write(_HEAD.pack(packet.pts, packet.size))
                    part.write(bytes(packet))
                work.done[number] = min(max(packet.pts, start), end) - start
        return place

    def _packets(self, first: int, last: int) -> Iterator[Any]:
        encoder = self.coding.opened()
        for start in range(first, last, encoder.frame_size):
            samples = self.track[start : min(start + encoder.frame_size, last)]
            yield from encoder.encode(_frame(samples, encoder, start))
        yield from encoder.encode(None)

    def _joined(self, spans: Sequence[Span], work: _Work) -> NDArray[np.float64]:
        """Put the parts into one file as they come, and listen to what a decoder makes of them."""
        import av

        count = len(self.track)
        meter = _Meter(-(-count // SPAN))
        with av.open(str(self.place), "w", format="mp4") as file:
            stream = file.add_stream(ENCODERS[self.coding.codec], rate=SAMPLE_RATE)
            encoder = self.coding.opened(stream.codec_context)
            decoder: Any = av.CodecContext.create(self.coding.codec, "r")
            decoder.extradata = encoder.extradata
            for span in spans:
                if span in work.coming:
                    self._parts[span] = work.finished(span)
                for packet in _read(self._parts[span]):
                    meter.skip = max(meter.skip, -packet.pts)
                    meter.hear(decoder.decode(packet))
                    packet.duration = max(min(encoder.frame_size, count - packet.pts), 0)
                    packet.time_base, packet.stream = encoder.time_base, stream
                    file.mux(packet)
            meter.hear(decoder.decode(None))
        return meter.end_dbtp()


@dataclass(slots=True, eq=False)
class _Work:
    """Parts that are being coded: how far each is, in samples, and the wish to stop."""

    coming: dict[Span, Future[Path]]
    done: list[int]
    total: int
    monitor: Monitor
    stop: threading.Event = field(default_factory=threading.Event)

    def finished(self, span: Span) -> Path:
        """Wait for a part, and report on the way; what coding it raised."""
        while True:
            self.monitor.advance(_STAGE, sum(self.done), self.total)
            try:
                return self.coming[span].result(_LOOK_S)
            except TimeoutError:
                continue


class _Meter:
    """True peaks, by span, of a sound that arrives in frames, but for its first ``skip`` samples.

    A minute is looked at at a time, and a span on either side of it for what lies between samples.
    """

    def __init__(self, spans: int) -> None:
        self.skip = 0
        self._peaks = np.zeros(spans)
        self._held: list[FloatArray] = []
        self._count = 0  # of samples held
        self._first = 0  # of the spans held
        self._known = 0  # spans before it are told

    def hear(self, frames: Sequence[Any]) -> None:
        for frame in frames:
            heard = np.asarray(frame.to_ndarray(), np.float32).T
            if not self._held:
                heard = heard[self.skip :]
            self._held.append(heard)
            self._count += len(heard)
        if self._count >= (SPANS + 2) * SPAN:
            self._measure(self._known + SPANS)

    def _measure(self, until: int) -> None:
        held = np.concatenate(self._held)
        level = float(np.max(np.abs(held), initial=0.0))
        if level > 0:
            peaks = block_peaks(held, SPAN, floor=_WORTH_A_LOOK * level)
            wanted = peaks[self._known - self._first : until - self._first]
            self._peaks[self._known : self._known + len(wanted)] = wanted
        rest = held[(until - 1 - self._first) * SPAN :].copy()
        self._held, self._count = [rest], len(rest)
        self._first, self._known = until - 1, until

    def end_dbtp(self) -> NDArray[np.float64]:
        if self._held and self._known < len(self._peaks):
            self._measure(len(self._peaks))
        with np.errstate(divide="ignore"):
            peaks: NDArray[np.float64] = 20 * np.log10(self._peaks)
        return peaks


def _depends(span: Span, changed: Sequence[Span]) -> bool:
    return any(start < span[1] + _AHEAD and span[0] - _LEAD < end for start, end in changed)


def _frame(samples: FloatArray, encoder: Any, start: int) -> Any:
    import av

    laid = samples.T if encoder.format.is_planar else samples.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(laid), format=encoder.format.name, layout=encoder.layout.name
    )
    frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, encoder.time_base, start
    return frame


def _read(part: Path) -> Iterator[Any]:
    import av

    with part.open("rb") as file:
        while head := file.read(_HEAD.size):
            start, size = _HEAD.unpack(head)
            packet = av.Packet(file.read(size))
            packet.pts = packet.dts = start
            yield packet
