"""Time through the whole way: cuts to the frame, music from the first picture on.

Every film is scored with the music beside the original sound, so that both can be heard apart in
the result. The tables of ``docs/time.md`` are measured anew and compared; ``EMSYNC_WRITE_DOCS=1``
writes them instead.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import correlate, resample_poly

from emsync_desktop.film_clock import FilmClock
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import VideoInfo, probe
from tests.command_line import emsync
from tests.conftest import CORPUS, REPOSITORY
from tests.data import make_media as media

PAGE = REPOSITORY / "docs" / "time.md"
AWKWARD = CORPUS / "video" / "awkward"
REAL = (
    *("h264_23976fps.mp4", "dropframe_timecode_2997.mov", "vfr_h264.mp4"),
    *("phone_hevc10_vfr_rotated.mp4", "screen_recording_vfr_noaudio.mp4"),
    *("first_pts_10s_noaudio.mp4", "audio_starts_late_ends_early.mp4"),
    *("rotated_minus90_51audio.mp4", "vp9_60fps_51audio.webm", "interlaced_25i_mpeg2.ts"),
)
SHARPNESS_MS = 1.0  # how well a start can be told after a lossy codec
OPUS_PRE_SKIP_MS = 6.5  # which ffmpeg 5.1 leaves out once too often where it writes WebM

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]


@dataclass(frozen=True)
class Case:
    """A film whose cuts and beeps are known."""

    make: Callable[[Path], media.Clip]
    what: str
    beeps_s: tuple[float, ...] | None = None  # where they are not at the cuts
    first_cut: str = ""  # timecode

    @property
    def name(self) -> str:
        return self.make.__name__.removeprefix("make_")


CASES = (
    Case(media.make_hard_cuts, "24", first_cut="00:00:01:00"),
    Case(media.make_film_rate, "23.976", first_cut="00:00:00:23"),
    Case(media.make_drop_frame, "29.97, drop-frame timecode", first_cut="00:01:00;12"),
    Case(media.make_non_drop, "29.97, non-drop timecode", first_cut="00:01:00:10"),
    Case(media.make_50, "50", first_cut="00:00:00:49"),
    Case(media.make_5994, "59.94", first_cut="00:00:01:01"),
    Case(media.make_webm, "24, times rounded to milliseconds", first_cut="00:00:01:00"),
    Case(media.make_variable_rate, "25, a quarter of the pictures missing", (), "00:00:01:15"),
    Case(media.make_first_picture_at_10s, "30, first picture at 10 s", first_cut="00:00:01:00"),
    Case(
        media.make_late_sound,
        "25, sound from 1.5 s to 2.5 s of 3 s",
        (1.5, 1.75, 2.0, 2.25),
        "00:00:01:00",
    ),
    Case(media.make_rotated_with_cut, "25, filmed on edge", first_cut="00:00:01:05"),
)


@dataclass(frozen=True)
class Measured:
    """What came out, all relative to the first picture of the scored film."""

    cuts: tuple[int, ...]
    cuts_off_frames: float
    first_cut: str
    music_off_ms: float
    original_off_ms: float | None
    length_off_frames: Fraction


def sounds_of(info: VideoInfo) -> list[int]:
    return [stream.index for stream in info.streams if stream.kind == "audio"]


def heard(info: VideoInfo, stream: int) -> np.ndarray:
    """(N,) float32 mono at 16 kHz from the first picture on."""
    return decode(replace(info, audio_stream=stream), cache=None).audio


def lag_ms(sound: np.ndarray, reference: np.ndarray) -> float:
    """How much later a sound comes than the same in a reference, both at 16 kHz."""
    size = min(len(sound), len(reference))
    spectrum = correlate(sound[:size], reference[:size], method="fft")
    return (int(np.argmax(spectrum)) - (size - 1)) / 16


def written_music(wav: str) -> np.ndarray:
    samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    assert rate == 48_000
    return resample_poly(samples.mean(axis=1), 1, 3).astype(np.float32)


def onsets_s(sound: np.ndarray) -> list[float]:
    loud = np.flatnonzero(np.abs(sound) > 0.1)
    return (loud[np.diff(loud, prepend=-16_000) > 16_000 * media.BEEP_S] / 16_000).tolist()


def music_off_ms(outputs: dict[str, str]) -> float:
    film = probe(Path(outputs["video"]))
    return lag_ms(heard(film, sounds_of(film)[-1]), written_music(outputs["wav"]))


def measured(clip: media.Clip, beeps_s: tuple[float, ...], results: Path) -> Measured:
    outcome = emsync("score", clip.path, "--json", "--audio", "beside", "--out-dir", results)
    assert (outcome.code, outcome.err) == (0, "")
    found = outcome.json
    source, film = probe(clip.path), probe(Path(found["outputs"]["video"]))
    cuts = tuple(cut["frame"] for cut in found["cuts"])
    off_s = [abs(cut["time_s"] - float(clip.times[cut["frame"]])) for cut in found["cuts"]]
    clock = FilmClock.of(source.frame_rate, film.start_timecode)
    sounds = sounds_of(film)
    original = None
    if beeps_s:
        times_s = onsets_s(heard(film, sounds[0]))
        assert len(times_s) == len(beeps_s)
        original = max((a - b for a, b in zip(times_s, beeps_s, strict=True)), key=abs) * 1000
    return Measured(
        cuts,
        max(off_s) * float(clip.frame_rate),
        clock.text(Fraction(found["cuts"][0]["time_s"]).limit_denominator(10**6)),
        music_off_ms(found["outputs"]),
        original,
        (film.duration - clip.duration) * clip.frame_rate,
    )


def allowed_off_ms(path: Path) -> float:
    return SHARPNESS_MS + (OPUS_PRE_SKIP_MS if path.suffix == ".webm" else 0.0)


def beeps_of(case: Case, clip: media.Clip) -> tuple[float, ...]:
    at_cuts = tuple(float(clip.times[cut]) for cut in clip.cuts)
    return at_cuts if case.beeps_s is None else case.beeps_s


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> dict[str, tuple[media.Clip, Measured]]:
    """Filled by the tests, so that each film is scored once."""
    return {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cuts_and_music_lie_on_the_pictures_clock(tmp_path, scored, case):
    clip = case.make(tmp_path)
    found = measured(clip, beeps_of(case, clip), tmp_path / "results")
    scored[case.name] = (clip, found)

    assert found.cuts == clip.cuts
    assert found.cuts_off_frames < 1e-6
    assert found.first_cut == case.first_cut
    allowed_ms = allowed_off_ms(clip.path)
    assert abs(found.music_off_ms) <= allowed_ms
    assert found.original_off_ms is None or abs(found.original_off_ms) <= allowed_ms
    assert abs(found.length_off_frames) <= Fraction(1, 10)


# ------------------------------------------------------------------------------------ the page


def made_rows(scored: dict[str, tuple[media.Clip, Measured]]) -> list[str]:
    rows = [
        "| pictures a second | cuts made | cuts found | off by | first cut | music | original |",
        "|---|---|---|---|---|---|---|",
    ]
    for case in CASES:
        clip, found = scored[case.name]
        made = ", ".join(map(str, clip.cuts))
        off = f"{found.cuts_off_frames:.0f} frames"
        original = "none" if found.original_off_ms is None else f"{found.original_off_ms:+.1f} ms"
        rows.append(
            f"| {case.what} | {made} | {', '.join(map(str, found.cuts))} | {off} "
            f"| {found.first_cut} | {found.music_off_ms:+.1f} ms | {original} |"
        )
    return rows


def real_rows(results: Path) -> list[str]:
    rows = [
        "| film | rate | variable | first picture | length | music |",
        "|---|---|---|---|---|---|",
    ]
    for name in REAL:
        outcome = emsync(
            "score", AWKWARD / name, "--json", "--audio", "beside", "--out-dir", results
        )
        assert outcome.code == 0, outcome
        found = outcome.json
        source = probe(AWKWARD / name)
        off_ms = music_off_ms(found["outputs"])
        assert abs(off_ms) <= allowed_off_ms(AWKWARD / name), (name, off_ms)
        rows.append(
            f"| {name} | {found['frame_rate']} | {'yes' if source.is_vfr else 'no'} "
            f"| {float(source.first_picture):.3f} s | {found['duration_s']:.3f} s "
            f"| {off_ms:+.1f} ms |"
        )
    return rows


INTRODUCTION = """\
Measured by `tests/integration/test_time.py`, which fails where this page is out of date and writes
it with `EMSYNC_WRITE_DOCS=1`. Every film is scored with the music as a track of its own; *music* is
how much later it starts in the scored film than in the WAV, which begins with the first picture,
*original* how far the film's own sound has moved against the picture. In WebM both come 6.5 ms
early, the pre-skip of Opus, which ffmpeg 5.1 leaves out once too often where it writes that
container; elsewhere what is left is the grain of the measurement."""


def page(made: list[str], real: list[str]) -> str:
    parts = [
        *("# Time", INTRODUCTION),
        "Films made for the test, whose cuts are known (numbers of pictures, from 0):",
        "\n".join(made),
        "Real and odd films, whose cuts nobody has labelled:",
        "\n".join(real),
    ]
    return "\n\n".join(parts) + "\n"


def without_parts_of_ms(text: str) -> str:
    """Encoders of other versions may differ by a fraction of a millisecond."""
    return re.sub(r"[+-]\d+\.\d ms", "N ms", text)


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not AWKWARD.is_dir(), reason="there is no ../shared/data")
def test_the_page_on_time_is_true(tmp_path, scored):
    for case in CASES:
        if case.name not in scored:
            folder = tmp_path / case.name
            folder.mkdir()
            clip = case.make(folder)
            scored[case.name] = (clip, measured(clip, beeps_of(case, clip), folder / "results"))
    made = page(made_rows(scored), real_rows(tmp_path / "real"))
    if os.environ.get("EMSYNC_WRITE_DOCS"):
        PAGE.write_text(made, encoding="utf-8")
    assert without_parts_of_ms(PAGE.read_text(encoding="utf-8")) == without_parts_of_ms(made)
