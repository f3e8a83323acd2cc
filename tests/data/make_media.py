"""Makes the films that the tests run on: small, quick, with known cuts and known faults.

    python -m tests.data.make_media FOLDER

Every shot is a plain colour pattern with something moving in it; a short beep sounds at each cut.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT = 160, 90
SOUND_RATE = 44_100
BEEP_S = 0.05
SHOT_COLOURS = (
    ((200, 60, 40), (90, 20, 20)),
    ((20, 50, 110), (70, 150, 220)),
    ((230, 220, 200), (150, 160, 120)),
    ((15, 15, 25), (60, 45, 70)),
    ((60, 170, 70), (230, 230, 60)),
)
_VP8 = {"deadline": "good", "cpu-used": "4", "crf": "10", "b": "2M"}  # "realtime" goes by the clock


@dataclass(frozen=True)
class Clip:
    """A film on disk and what is true of it."""

    path: Path
    frame_rate: Fraction
    times: tuple[Fraction, ...]  # of every picture, in seconds from the first
    duration: Fraction
    cuts: tuple[int, ...] = ()  # first pictures of new shots
    facts: dict[str, object] = field(default_factory=dict)


def picture(number: int, shot: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """One picture of a shot, (height, width, 3) uint8: a pattern and a disc that moves slowly."""
    dark, light = (np.array(colour, np.float64) for colour in SHOT_COLOURS[shot % 5])
    rows, columns = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    mix = (
        rows,  # each shot is composed differently
        columns > 0.6,
        1 - (rows + columns) / 2,
        np.abs(rows - 0.5) < 0.2,
        1 - columns,
    )[shot % 5]
    pixels = dark + (light - dark) * np.asarray(mix, np.float64)[..., None]
    centre = 0.25 + 0.5 * shot % 0.7 + 0.002 * number
    disc = (rows - 0.5) ** 2 + ((columns - centre) * width / height) ** 2 < 0.03
    pixels[disc] = pixels[disc] * 0.6 + 40
    return pixels.astype(np.uint8)


def shots(count: int, cuts: Iterable[int]) -> list[np.ndarray]:
    """Pictures with hard cuts at the given numbers."""
    starts = sorted(cuts)
    return [picture(n, sum(start <= n for start in starts)) for n in range(count)]


def beeps(duration_s: float, times_s: Iterable[float], *, hertz: float = 1000.0) -> np.ndarray:
    """Mono sound, (N,) float32: silence with a beep starting at each time."""
    sound = np.zeros(round(duration_s * SOUND_RATE), np.float32)
    length = round(BEEP_S * SOUND_RATE)
    beep = 0.5 * np.sin(2 * np.pi * hertz * np.arange(length) / SOUND_RATE)
    for time_s in times_s:
        start = round(time_s * SOUND_RATE)
        part = sound[start : start + length]
        part[:] = beep[: part.size]
    return sound


def tone(duration_s: float, hertz: float = 330.0) -> np.ndarray:
    """A steady tone, as found on line-up tracks."""
    times = np.arange(round(duration_s * SOUND_RATE)) / SOUND_RATE
    return (0.3 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def write_film(
    path: Path,
    pictures: list[np.ndarray],
    rate: Fraction,
    *,
    ticks: list[int] | None = None,
    time_base: Fraction | None = None,
    sounds: Iterable[np.ndarray] = (),
    sound_start_s: float = 0.0,
    titles: Iterable[str] = (),
    options: dict[str, str] | None = None,
    timecode: str = "",
) -> Path:
    """Encode pictures (H.264 or VP8 by the name's ending) and any number of mono sound tracks.

    ``ticks`` are the times of the pictures in units of ``time_base``; every frame in turn if None.
    """
    time_base = time_base or 1 / rate
    ticks = list(range(len(pictures))) if ticks is None else ticks
    is_webm = path.suffix == ".webm"
    titles = list(titles)
    with av.open(f"file:{path}", "w", options=options or {}) as container:
        if timecode:
            container.metadata["timecode"] = timecode
        stream = container.add_stream("libvpx" if is_webm else "libx264", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = time_base
        stream.options = _VP8 if is_webm else {"preset": "veryfast", "g": "12"}
        tracks = []
        for number, sound in enumerate(sounds):
            track = container.add_stream("libopus" if is_webm else "aac", rate=48_000)
            track.layout = "mono"
            if number < len(titles):
                track.metadata["title"] = titles[number]
            tracks.append((track, sound))
        for tick, pixels in zip(ticks, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = tick, time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        for track, sound in tracks:
            _write_sound(container, track, sound, sound_start_s)
    return path


def _write_sound(container, track, sound: np.ndarray, start_s: float) -> None:
    resampler = av.AudioResampler(format=track.format, layout="mono", rate=48_000)
    frame = av.AudioFrame.from_ndarray(sound[None, :], format="fltp", layout="mono")
    frame.sample_rate = SOUND_RATE
    frame.pts, frame.time_base = 0, Fraction(1, SOUND_RATE)
    fifo = av.AudioFifo()
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        piece.pts = None
        fifo.write(piece)
    position = round(start_s * 48_000)
    size = track.codec_context.frame_size or 960
    while fifo.samples:
        piece = fifo.read(min(size, fifo.samples))
        piece.pts, piece.time_base = position, Fraction(1, 48_000)
        position += piece.samples
        container.mux(track.encode(piece))
    container.mux(track.encode())


def _clip(path: Path, rate: Fraction, count: int, cuts: tuple[int, ...], **facts: object) -> Clip:
    times = tuple(n / rate for n in range(count))
    return Clip(path, rate, times, count / rate, cuts, facts)


def make_hard_cuts(folder: Path, name: str = "hard_cuts.mp4") -> Clip:
    """Four seconds at 24 a second, three cuts, a beep at each."""
    rate, cuts = Fraction(24), (24, 50, 71)
    sound = beeps(4, [cut / 24 for cut in cuts])
    path = write_film(folder / name, shots(96, cuts), rate, sounds=[sound])
    return _clip(path, rate, 96, cuts)


def make_webm(folder: Path) -> Clip:
    """The same in WebM, whose times are rounded to milliseconds."""
    return make_hard_cuts(folder, "hard_cuts.webm")


def make_at_rate(
    folder: Path, name: str, rate: Fraction, cuts: tuple[int, ...], timecode: str = ""
) -> Clip:
    """Three seconds or so at any rate, a beep at each cut."""
    count = round(rate * 3)
    sound = beeps(float(count / rate), [float(cut / rate) for cut in cuts])
    pictures = shots(count, cuts)
    path = write_film(folder / name, pictures, rate, sounds=[sound], timecode=timecode)
    return _clip(path, rate, count, cuts, start_timecode=timecode or None)


def make_film_rate(folder: Path) -> Clip:
    """23.976 a second."""
    return make_at_rate(folder, "rate_23976.mp4", Fraction(24000, 1001), (23, 50))


def make_drop_frame(folder: Path) -> Clip:
    """29.97 a second; drop-frame timecode that passes a minute before the first cut."""
    rate, start = Fraction(30000, 1001), "00:00:58;10"
    return make_at_rate(folder, "drop_frame.mov", rate, (60, 75), start)


def make_non_drop(folder: Path) -> Clip:
    """29.97 a second; timecode without drops."""
    rate, start = Fraction(30000, 1001), "00:00:58:10"
    return make_at_rate(folder, "non_drop.mov", rate, (60, 75), start)


def make_50(folder: Path) -> Clip:
    """50 a second."""
    return make_at_rate(folder, "rate_50.mp4", Fraction(50), (49, 101))


def make_5994(folder: Path) -> Clip:
    """59.94 a second."""
    return make_at_rate(folder, "rate_5994.mp4", Fraction(60000, 1001), (61, 120))


def make_ntsc(folder: Path) -> Clip:
    """29.97 a second."""
    rate, cuts = Fraction(30000, 1001), (31, 60)
    path = write_film(folder / "ntsc.mp4", shots(90, cuts), rate, sounds=[beeps(3.003, [1.0])])
    return _clip(path, rate, 90, cuts)


def make_variable_rate(folder: Path) -> Clip:
    """Pictures missing from a grid of 25 a second, as phones and screen recorders write."""
    shown = [n for n in range(75) if n % 7 not in (2, 3) or n > 70]
    cut_at = 40  # place on the grid
    pictures = [picture(n, int(n >= cut_at)) for n in shown]
    path = write_film(folder / "variable_rate.mp4", pictures, Fraction(25), ticks=shown)
    cuts = (next(index for index, n in enumerate(shown) if n >= cut_at),)
    times = tuple(Fraction(n, 25) for n in shown)
    return Clip(path, Fraction(25), times, Fraction(3), cuts)


def make_no_sound(folder: Path) -> Clip:
    """Pictures only."""
    rate = Fraction(25)
    path = write_film(folder / "no_sound.mp4", shots(50, (20,)), rate)
    return _clip(path, rate, 50, (20,))


def make_silent(folder: Path) -> Clip:
    """A sound track that is silent throughout."""
    rate = Fraction(25)
    sound = np.zeros(2 * SOUND_RATE, np.float32)
    path = write_film(folder / "silent.mp4", shots(50, (20,)), rate, sounds=[sound])
    return _clip(path, rate, 50, (20,))


def make_late_sound(folder: Path) -> Clip:
    """Sound from 1.5 s to 2.5 s of three seconds of picture: a beep every quarter of a second."""
    rate = Fraction(25)
    sound = beeps(1, [0, 0.25, 0.5, 0.75])
    film = folder / "late_sound.mp4"
    path = write_film(film, shots(75, (25,)), rate, sounds=[sound], sound_start_s=1.5)
    return _clip(path, rate, 75, (25,))


def make_first_picture_at_10s(folder: Path) -> Clip:
    """Pictures and sound start ten seconds into the container's time."""
    rate, cuts = Fraction(30), (30,)
    path = write_film(
        folder / "first_picture_at_10s.mkv",
        shots(60, cuts),
        rate,
        ticks=list(range(300, 360)),
        sounds=[beeps(2, [1.0])],
        sound_start_s=10.0,
    )
    return _clip(path, rate, 60, cuts, first_picture=Fraction(10))


def make_two_sounds(folder: Path) -> Clip:
    """A line-up tone first, the film's sound second."""
    rate = Fraction(24)
    sounds = [tone(2), beeps(2, [0.5, 1.0, 1.5])]
    path = write_film(folder / "two_sounds.mkv", shots(48, (24,)), rate, sounds=sounds)
    return _clip(path, rate, 48, (24,), audio_stream=2)


def make_commentary(folder: Path) -> Clip:
    """A commentary first, the film's sound second, told apart by title only."""
    rate = Fraction(24)
    sounds = [beeps(2, [0.2, 0.9]), beeps(2, [0.5, 1.0])]
    film = folder / "commentary.mkv"
    titles = ["Director's commentary", "Stereo"]
    path = write_film(film, shots(48, (24,)), rate, sounds=sounds, titles=titles)
    return _clip(path, rate, 48, (24,), audio_stream=2)


def make_rotated(folder: Path) -> Clip:
    """Filmed on edge: to be turned 90 degrees clockwise; its stored top left is red."""
    rate = Fraction(25)
    pictures = shots(25, ())
    for pixels in pictures:
        pixels[: HEIGHT // 3, : WIDTH // 3] = (250, 0, 0)
    path = write_film(folder / "rotated.mp4", pictures, rate)
    _turn_clockwise(path)
    return _clip(path, rate, 25, (), rotation=90)


def make_rotated_with_cut(folder: Path) -> Clip:
    """Filmed on edge, with a cut and a beep at it."""
    clip = make_at_rate(folder, "rotated_with_cut.mp4", Fraction(25), (30,))
    _turn_clockwise(clip.path)
    return clip


def _turn_clockwise(path: Path) -> None:
    """Write a quarter turn into the track header's matrix (ISO 14496-12, 8.3.2)."""
    content = bytearray(path.read_bytes())
    matrix_at = content.index(b"tkhd") + 4 + 40
    matrix = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    content[matrix_at : matrix_at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(bytes(content))


def make_truncated(folder: Path) -> Clip:
    """The index comes first, the last two fifths are missing: opens, and stops early."""
    rate = Fraction(24)
    path = folder / "truncated.mp4"
    fast = {"movflags": "faststart"}
    write_film(path, shots(120, (30, 60, 90)), rate, sounds=[beeps(5, [1.0])], options=fast)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 5])
    return _clip(path, rate, 120, (30, 60, 90))


def make_damaged(folder: Path) -> Clip:
    """Bytes overwritten in the middle of the pictures."""
    rate = Fraction(24)
    path = write_film(folder / "damaged.mp4", shots(96, (24, 50, 71)), rate)
    content = bytearray(path.read_bytes())
    noise = np.random.default_rng(7)
    for place in noise.integers(len(content) * 3 // 10, len(content) * 6 // 10, 60):
        content[place] ^= 0xA5
    path.write_bytes(bytes(content))
    return _clip(path, rate, 96, (24, 50, 71))


MAKERS: tuple[Callable[[Path], Clip], ...] = (
    make_hard_cuts,
    make_webm,
    make_ntsc,
    make_film_rate,
    make_drop_frame,
    make_non_drop,
    make_50,
    make_5994,
    make_variable_rate,
    make_no_sound,
    make_silent,
    make_late_sound,
    make_first_picture_at_10s,
    make_two_sounds,
    make_commentary,
    make_rotated,
    make_truncated,
    make_damaged,
)


def make_all(folder: Path) -> dict[str, Clip]:
    """Make every film; by the name of its maker without ``make_``."""
    folder.mkdir(parents=True, exist_ok=True)
    return {maker.__name__.removeprefix("make_"): maker(folder) for maker in MAKERS}


if __name__ == "__main__":
    for made_name, made in make_all(Path(sys.argv[1])).items():
        sys.stdout.write(f"{made_name}: {made.path.name}, cuts at {list(made.cuts)}\n")
