"""Makes the demo film, ``resources/demo.mp4``, out of nothing but this folder.

    python resources/demo/make_demo.py [FILM] [--sheet PICTURE]

``--sheet`` draws a contact sheet instead of the film. The same versions of the libraries make the
same film byte for byte.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from brush import HEIGHT, WIDTH
from film import DURATION_S, FILM, FRAME_RATE, picture_at
from numpy.typing import NDArray
from sound import RATE, film_sound

FILM_PATH = Path(__file__).resolve().parent.parent / "demo.mp4"
_PICTURE_OPTIONS = {
    "crf": "28",
    "preset": "slow",
    "tune": "animation",
    "threads": "1",
    "x264-params": "aq-mode=3:keyint=120:vbv-maxrate=620:vbv-bufsize=1240",
}
_SOUND_BITS = 80_000
_SHEET_PLACES = (0.12, 0.5, 0.88)


def write_film(path: Path) -> None:
    """Draw every picture and encode them with the sound (H.264 and AAC)."""
    with av.open(f"file:{path}", "w", options={"movflags": "+faststart"}) as container:
        container.metadata["title"] = "A Day at Sea"
        container.metadata["copyright"] = "The EMSYNC Desktop authors, Apache-2.0"
        pictures = container.add_stream("libx264", rate=FRAME_RATE, options=_PICTURE_OPTIONS)
        pictures.width, pictures.height, pictures.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        _say_bt709(pictures.codec_context)
        track = container.add_stream("aac", rate=RATE, layout="stereo")
        track.bit_rate = _SOUND_BITS
        for number in range(round(DURATION_S * FRAME_RATE)):
            container.mux(pictures.encode(_frame(picture_at(number), number)))
        container.mux(pictures.encode())
        _write_sound(container, track)


def _say_bt709(context: av.VideoCodecContext) -> None:
    context.color_primaries = context.color_trc = context.colorspace = 1
    context.color_range = 1


def _frame(pixels: NDArray[np.uint8], number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    converted = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
    converted.pts, converted.time_base = number, Fraction(1, FRAME_RATE)
    return converted


def _write_sound(container: av.container.OutputContainer, track: av.AudioStream) -> None:
    samples = film_sound()
    size = track.codec_context.frame_size or 1024
    for start in range(0, samples.shape[1], size):
        part = np.ascontiguousarray(samples[:, start : start + size])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        container.mux(track.encode(frame))
    container.mux(track.encode())


def write_sheet(path: Path, width: int = 208) -> None:
    """Three pictures of each shot in a row, with their times; two shots side by side."""
    rows = [_sheet_row(shot.start_s, shot.end_s, width) for shot in FILM]
    half = len(rows) // 2
    columns = [np.vstack(rows[:half]), np.vstack(rows[half:])]
    cv2.imwrite(str(path), np.hstack(columns)[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _sheet_row(start_s: float, end_s: float, width: int) -> NDArray[np.uint8]:
    size = (width - 4, (width - 4) * HEIGHT // WIDTH)
    tiles = []
    for place in _SHEET_PLACES:
        number = round((start_s + place * (end_s - start_s)) * FRAME_RATE)
        tile = cv2.resize(picture_at(number), size, interpolation=cv2.INTER_AREA)
        time = f"{number / FRAME_RATE:.1f} s"
        for colour, thickness in (((0, 0, 0), 2), ((255, 255, 255), 1)):
            where = (6, size[1] - 7)
            cv2.putText(
                tile, time, where, cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, thickness, cv2.LINE_AA
            )
        tiles.append(cv2.copyMakeBorder(tile, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(21, 23, 27)))
    return np.hstack(tiles)


def main() -> None:
    """Make the film, or its contact sheet."""
    parser = argparse.ArgumentParser(description="Makes the demo film.")
    parser.add_argument("film", nargs="?", type=Path, default=FILM_PATH)
    parser.add_argument("--sheet", type=Path, help="draw a contact sheet instead")
    options = parser.parse_args()
    if options.sheet is not None:
        write_sheet(options.sheet)
    else:
        write_film(options.film)


if __name__ == "__main__":
    main()
