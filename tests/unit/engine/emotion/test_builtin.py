import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.emotion.builtin import read_segment_emotions
from emsync_engine.errors import BoundaryOrderError
from emsync_engine.monitor import Cancelled
from emsync_engine.project.model import SceneCut
from tests.unit.engine.features.films import chords, film, moving_bars, plain, tone

CLIPS = Path(__file__).resolve().parents[5] / "shared" / "data" / "video"
MAJOR = [[60, 64, 67], [65, 69, 72], [67, 71, 74], [60, 64, 67]]
MINOR = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 64]]


def textured(seconds, colour):
    """A still picture of one colour with soft clouds in it."""
    rng = np.random.default_rng(8)
    clouds = np.kron(rng.normal(0, 22, (6, 12)), np.ones((9, 8)))[..., None]
    frames = plain(seconds, colour)
    frames[:] = np.clip(frames[0] + clouds, 0, 255).astype(np.uint8)
    return frames


def bright_landscape(seconds):
    """A pale blue sky over snow."""
    frames = plain(seconds, (235, 240, 245))
    sky = np.linspace((180, 194, 212), (200, 215, 235), 27)[:, None]
    frames[:, :27] = sky.astype(np.uint8)
    frames[:, 27:] -= np.random.default_rng(1).integers(0, 9, (27, 96, 1)).astype(np.uint8)
    return frames


def read(made, *inside, cuts=()):
    edges = [Fraction(0), *map(Fraction, inside), made.info.duration]
    return read_segment_emotions(made, edges, cuts)


def test_fast_and_loud_is_more_aroused_than_still_and_quiet():
    noise = np.random.default_rng(1).normal(0, 1, 8 * 16000)
    (calm,) = read(film(moving_bars(8, 0), audio=0.001 * noise))
    (wild,) = read(film(moving_bars(8, 60), audio=0.3 * noise))
    assert calm.detected.arousal < -0.3
    assert wild.detected.arousal > 0.2
    assert "quiet" in calm.explanation
    assert "low arousal" in calm.explanation
    assert "loud" in wild.explanation


def test_bright_major_is_more_pleasant_than_dark_minor():
    (light,) = read(film(bright_landscape(12), audio=chords(MAJOR * 3, 1.0)))
    (dark,) = read(film(textured(12, (35, 38, 45)), audio=chords(MINOR * 3, 1.0)))
    assert light.detected.valence > dark.detected.valence + 0.4
    assert "positive valence" in light.explanation
    assert "negative valence" in dark.explanation
    assert "minor harmony" in dark.explanation


def test_quick_cutting_raises_arousal():
    made = film(moving_bars(12, 10))
    quick = tuple(SceneCut(Fraction(k), 12 * k, 1.0) for k in range(1, 12))
    slow = (SceneCut(Fraction(11), 132, 1.0),)
    assert read(made, cuts=quick)[0].detected.arousal > read(made, cuts=slow)[0].detected.arousal


def test_segments_differ_where_the_film_does():
    frames = np.concatenate([moving_bars(6, 0), moving_bars(6, 60)])
    audio = np.concatenate([tone(6, 220, 0.003), tone(6, 1800, 0.5)])
    first, second = read(film(frames, audio=audio), 6)
    assert second.detected.arousal > first.detected.arousal + 0.4


def test_an_even_film_stays_even():
    emotions = read(film(moving_bars(12, 20), audio=tone(12, 440)), 3, 6, 9)
    arousals = [emotion.detected.arousal for emotion in emotions]
    assert np.ptp(arousals) < 0.1


def test_a_short_segment_leans_on_its_surroundings():
    frames = np.concatenate([moving_bars(6, 0), moving_bars(1, 80), moving_bars(6, 0)])
    still, short, _ = read(film(frames), 6, 7)
    long_frames = np.concatenate([moving_bars(6, 0), moving_bars(6, 80), moving_bars(6, 0)])
    _, long, _ = read(film(long_frames), 6, 12)
    assert still.detected.arousal < short.detected.arousal < long.detected.arousal
    assert short.confidence < long.confidence


ODD = {
    "one frame": film(textured(0, (90, 60, 30)), audio=tone(0.05, 440)),
    "half a second": film(moving_bars(0.5, 10)),
    "black and mute": film(plain(3, (0, 0, 0))),
    "black, silent track": film(plain(3, (0, 0, 0)), audio=np.zeros(48000)),
    "white": film(plain(3, (255, 255, 255)), audio=tone(3, 100)),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_films_get_a_valid_reading(kind):
    (emotion,) = read(ODD[kind])
    assert abs(emotion.detected.valence) <= 0.8
    assert abs(emotion.detected.arousal) <= 0.8
    assert 0 <= emotion.confidence <= 1
    assert sum(emotion.distribution) == pytest.approx(1)
    assert emotion.explanation


def test_black_says_nothing_about_valence_and_little_for_certain():
    (black,) = read(ODD["black and mute"])
    (rich,) = read(film(textured(12, (250, 210, 140)), audio=chords(MAJOR * 3, 1.0)))
    assert black.detected.valence == pytest.approx(0, abs=0.02)
    assert black.confidence < 0.5 * rich.confidence
    assert "no sound" in black.explanation
    assert "no sound" not in rich.explanation


def test_one_picture_says_nothing_about_pace():
    (still,) = read(film(textured(0, (120, 120, 120))))
    assert "still" not in still.explanation
    assert "quick cuts" not in still.explanation


def test_the_distribution_is_flatter_the_less_is_known():
    (black,) = read(ODD["black and mute"])
    (rich,) = read(film(textured(12, (250, 210, 140)), audio=chords(MAJOR * 3, 1.0)))
    assert max(rich.distribution) > max(black.distribution) > 1 / 6


@pytest.mark.parametrize("inside", [(3, 3), (4, 2), (0,)])
def test_edges_out_of_order_are_refused(inside):
    with pytest.raises(BoundaryOrderError):
        read(film(moving_bars(6, 10)), *inside)


def test_the_same_film_reads_the_same_and_can_be_cancelled():
    made = film(moving_bars(4, 25), audio=tone(4, 330))
    assert read(made, 2) == read(made, 2)

    class CancelAtEmotion:
        def advance(self, stage, done, total=None):
            if stage == "emotion":
                raise Cancelled

    with pytest.raises(Cancelled):
        read_segment_emotions(made, [Fraction(0), Fraction(4)], (), monitor=CancelAtEmotion())


@pytest.mark.corpus
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the clips are not beside the repository")
def test_a_trailer_has_a_story_of_its_own():
    """Sintel: a lone walker in the snow, a fight, titles fading out at the end."""
    decode = pytest.importorskip("emsync_engine.video.decode")
    probe = pytest.importorskip("emsync_engine.video.probe")
    video = decode.decode(probe.probe(CLIPS / "sintel_trailer_24fps.mp4"))
    with (CLIPS / "cuts" / "sintel_trailer_24fps.csv").open() as rows:
        cuts = [
            SceneCut(video.time_of(int(row["frame"])), int(row["frame"]), 1.0, row["kind"])
            for row in csv.DictReader(rows)
        ]
    edges = [Fraction(0), *(cut.time for cut in cuts), video.info.duration]
    emotions = read_segment_emotions(video, edges, cuts)
    snow, fight, dragon, end = (emotions[i].detected for i in (0, 6, 10, -1))
    assert snow.arousal < -0.2
    assert snow.valence < -0.2
    assert fight.arousal > snow.arousal + 0.5
    assert dragon.arousal > end.arousal + 0.8
    points = np.array([(e.detected.valence, e.detected.arousal) for e in emotions])
    assert points.std(axis=0).min() > 0.15
