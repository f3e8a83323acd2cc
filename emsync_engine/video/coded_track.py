"""A track in AAC or Opus: coded once, and decoded again from the very packets.

An AAC frame shares half of its window with either neighbour, and takes nothing else from them. So a
track is cut into minutes that are coded side by side, each from some time earlier on: by then the
encoder chooses the same windows and has come to about the same fineness, and the packets of the
lead-in are left out. A place that is changed later is coded alone, in the same way. Beside such a
seam the decoded wave is no farther from the track than where it was coded in one piece. Opus leans
on frames long before, and is coded in one piece.
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

MINUTE_SPANS = 352  # whole frames of AAC
_MINUTE = MINUTE_SPANS * SPAN
_FRAME = 1024
_LEAD, _SHORT_LEAD = 128 * _FRAME, 64 * _FRAME  # of a minute; of a place that has changed
_AHEAD = 6 * _FRAME  # what an encoder looks ahead and holds back, and what it remembers for windows
_ENDS = (-(2**62), 2**62)
_PREROLL = 4096  # after so many samples a decoder has found its way
WORTH_A_LOOK = 0.5  # of a peak: between samples less than twice as much can hide
_HEAD = struct.Struct("<qI")  # of a packet in a part: when it begins, in samples, and its bytes
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

    @property
    def is_in_one_piece(self) -> bool:
        """Whether a change costs coding all of it again."""
        return self.codec != "aac"

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
        if self.codec == "aac":
            # every decoder would make a noise of its own, and other peaks
            encoder.options = {"aac_pns": "0"}
        encoder.open()
        return encoder


@dataclass(slots=True, eq=False)
class CodedTrack:
    """A track, (N, C) float32 at 48 kHz with N > 0, and how it is coded so far.

    The parts lie beside ``place``, in a folder for temporary files.
    """

    track: FloatArray
    place: Path
    coding: Coding
    _laid: list[tuple[Span, Path]] = field(default_factory=list)  # packets of the span, from there
    _peaks: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _files: int = 0

    def code(
        self, changed: Sequence[Span] | None = None, *, monitor: Monitor = SILENT
    ) -> NDArray[np.float64]:
        """Code the track, or anew what depends on samples that have changed.

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
        if changed is None:
            self._laid, self._peaks = [], np.zeros(-(-len(self.track) // SPAN), np.float32)
        lead = _LEAD if changed is None else _SHORT_LEAD
        work = _Work(self._asked(changed), lead, monitor)
        pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="code")
        try:
            for number, span in enumerate(work.spans):
                place = self.place.with_suffix(f".{self._files}.part")
                self._files += 1
                work.coming.append(pool.submit(self._code_part, span, place, work, number))
            for number, span in enumerate(work.spans):
                self._lay(span, work.finished(number))
                if number:  # it ends where this one begins
                    self._listen(work.spans[number - 1])
            if work.spans:
                self._listen(work.spans[-1])
        except OSError as error:
            raise output_error(self.place.parent.parent, error) from error
        finally:
            work.stop.set()
            pool.shutdown(cancel_futures=True)
        with np.errstate(divide="ignore"):
            return 20 * np.log10(self._peaks.astype(np.float64))

    def write(self) -> Path:
        """Write what is coded to ``place`` (MP4), and return that."""
        import av

        try:
            with av.open(str(self.place), "w", format="mp4") as file:
                stream = file.add_stream(ENCODERS[self.coding.codec], rate=SAMPLE_RATE)
                encoder = self.coding.opened(stream.codec_context)
                for packet in self._packets(_ENDS):
                    packet.duration = max(min(encoder.frame_size, len(self.track) - packet.pts), 0)
                    packet.time_base, packet.stream = encoder.time_base, stream
                    file.mux(packet)
        except OSError as error:
            raise output_error(self.place.parent.parent, error) from error
        return self.place

    def _asked(self, changed: Sequence[Span] | None) -> list[Span]:
        """Spans of packets to code, in order: each packet by when it begins, in samples."""
        count = len(self.track)
        if self.coding.is_in_one_piece:
            return [_ENDS] if changed is None or changed else []
        if changed is None:
            starts = list(range(0, count, _MINUTE))
            return list(zip([_ENDS[0], *starts[1:]], [*starts[1:], _ENDS[1]], strict=True))
        asked: list[Span] = []
        for start, end in sorted(changed):
            first = start // _FRAME * _FRAME - _AHEAD
            last = -(-end // _FRAME) * _FRAME + _AHEAD
            is_near = bool(asked) and first - asked[-1][1] < _SHORT_LEAD
            if is_near and last - asked[-1][0] < _MINUTE:
                asked[-1] = (asked[-1][0], max(last, asked[-1][1]))
            else:
                asked.append((max(first, asked[-1][1]) if asked else first, last))
        return asked

    def _code_part(self, span: Span, place: Path, work: _Work, number: int) -> Path:
        """Write the packets that begin in one span."""
        first = max(span[0] - work.lead, 0)
        last = min(span[1] + _AHEAD, len(self.track))
        encoder = self.coding.opened()
        with place.open("wb") as part:
            for packet in _coded(self.track, encoder, first, last):
                if work.stop.is_set():
                    break
                if span[0] <= packet.pts < span[1]:
                    part.write(_HEAD.pack(packet.pts, packet.size))
                    part.write(bytes(packet))
                work.done[number] = (packet.pts - first) / max(last - first, 1)
        return place

    def _lay(self, span: Span, part: Path) -> None:
        """Take the packets of one span from a part from now on."""
        kept = [((start, min(end, span[0])), old) for (start, end), old in self._laid]
        kept += [((max(start, span[1]), end), old) for (start, end), old in self._laid]
        self._laid = sorted([(span, part), *(one for one in kept if one[0][0] < one[0][1])])

    def _packets(self, span: Span) -> Iterator[Any]:
        """The packets that begin in a span."""
        import av

        for (start, end), part in self._laid:
            first, last = max(start, span[0]), min(end, span[1])
            if first >= last:
                continue
            with part.open("rb") as file:
                while head := file.read(_HEAD.size):
                    begin, size = _HEAD.unpack(head)
                    if not first <= begin < last:
                        file.seek(size, 1)
                        continue
                    packet = av.Packet(file.read(size))
                    packet.pts = packet.dts = begin
                    yield packet

    def _listen(self, span: Span) -> None:
        """Take down the peaks of what is decoded of a span and around it, a minute at a time."""
        first = max(span[0] - _FRAME, 0) // SPAN
        last = min(-(-(span[1] + _FRAME) // SPAN), len(self._peaks))
        for begin in range(first, last, _MINUTE // SPAN):
            end = min(begin + _MINUTE // SPAN, last)
            heard = self._decoded((begin - 1) * SPAN, (end + 1) * SPAN)
            floor = WORTH_A_LOOK * float(np.max(np.abs(heard), initial=0.0))
            if floor > 0:
                self._peaks[begin:end] = block_peaks(heard, SPAN, floor=floor)[1:-1]
            else:
                self._peaks[begin:end] = 0

    def _decoded(self, first: int, last: int) -> FloatArray:
        """(last - first, C) samples as they are decoded; silence where there are none."""
        import av

        decoder: Any = av.CodecContext.create(self.coding.codec, "r")
        decoder.extradata = self.coding.opened().extradata
        heard = np.zeros((last - first, self.track.shape[1]), np.float32)
        packets = list(self._packets((first - _PREROLL, last)))
        place = packets[0].pts if packets else last
        for packet in (*packets, None):
            for frame in decoder.decode(packet):
                samples = np.asarray(frame.to_ndarray(), np.float32).T
                begin, end = max(place, first), min(place + len(samples), last)
                if begin < end:
                    heard[begin - first : end - first] = samples[begin - place : end - place]
                place += len(samples)
        return heard


@dataclass(slots=True, eq=False)
class _Work:
    """Parts that are being coded: which, how far each is (0 to 1), and the wish to stop."""

    spans: list[Span]
    lead: int
    monitor: Monitor
    coming: list[Future[Path]] = field(default_factory=list)
    done: list[float] = field(init=False)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.done = [0.0] * len(self.spans)

    def finished(self, number: int) -> Path:
        """Wait for a part, and report on the way; what coding it raised."""
        while True:
            self.monitor.advance(_STAGE, sum(self.done), len(self.spans))
            try:
                return self.coming[number].result(_LOOK_S)
            except TimeoutError:
                continue


def _coded(track: FloatArray, encoder: Any, first: int, last: int) -> Iterator[Any]:
    """The packets of some samples, and one before them in which the encoder begins."""
    import av

    form, layout = encoder.format, encoder.layout.name
    for start in range(first, last, encoder.frame_size):
        samples = track[start : min(start + encoder.frame_size, last)]
        laid = np.ascontiguousarray(samples.T if form.is_planar else samples.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(laid, format=form.name, layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, encoder.time_base, start
        yield from encoder.encode(frame)
    yield from encoder.encode(None)
