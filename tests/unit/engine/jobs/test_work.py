"""The real jobs on a made film: with a toy composer here, with the shipped one in the process."""

import ctypes.util
import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from emsync_engine import weights
from emsync_engine.jobs.messages import (
    Advanced,
    AnalyseJob,
    CompJob,
    ComposeJob,
    FixHitJob,
    Ready,
    RegenerateJob,
    RenderJob,
    Shown,
    Succeeded,
    TakesJob,
    ThumbnailsJob,
    WarmUpJob,
)
from emsync_engine.jobs.process import EngineProcess
from emsync_engine.jobs.session import Session
from emsync_engine.monitor import SILENT, Cancelled
from emsync_engine.music.parts import PartsError
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.project.notes import Music, Note
from tests.data.make_media import beeps, shots, write_film
from tests.toy import toy_model
from tests.unit.engine.project_samples import sample_project

needs_sound = pytest.mark.skipif(
    ctypes.util.find_library("fluidsynth") is None and shutil.which("fluidsynth") is None,
    reason="FluidSynth is not installed",
)
RATE = Fraction(25)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "two shots.mp4"
    return write_film(path, shots(100, [50]), RATE, sounds=[beeps(4.0, [2.0])])


@pytest.fixture
def timeline():
    emotion = SegmentEmotion((1 / 6,) * 6, VAPoint(0.2, 0.4), 0.5)
    hit = Boundary(BoundaryId("cut"), Fraction(2), is_hit=True)
    return Timeline(Fraction(4), (hit,), (emotion, emotion))


@pytest.fixture
def toy_composer(monkeypatch):
    entry = weights.WeightsEntry("toy", "toy.safetensors", "0" * 64, "", "", "")
    loaded = []

    def load(name, device):
        loaded.append((name, device))
        return toy_model(), entry

    monkeypatch.setattr(weights, "load_composer", load)
    return loaded


def test_analysing_gives_what_a_timeline_shows(film, tmp_path, recording_monitor):
    monitor = recording_monitor()
    result = AnalyseJob(film).run(Session(tmp_path), monitor)
    assert result.analysis.timeline.duration == 4
    assert [cut.frame for cut in result.analysis.cuts] == [50]
    assert len(result.thumbnails) == len(result.thumbnail_times_s) == 4
    assert result.thumbnails.dtype == np.uint8
    peaks = np.abs(result.peaks).max(axis=1)
    loudest_s = np.argmax(peaks) / result.peaks_per_s
    assert 1.95 < loudest_s < 2.1
    assert {"decode"} < {stage for stage, _, _ in monitor.reports}
    strip = ThumbnailsJob(film).run(Session(tmp_path), SILENT)
    assert np.array_equal(strip.thumbnails, result.thumbnails)
    assert strip.info == result.analysis.info


@needs_sound
def test_composing_gives_a_take_that_can_be_heard(
    film, timeline, tmp_path, toy_composer, recording_monitor
):
    monitor = recording_monitor()
    job = ComposeJob(film, timeline, seed=3, device="cpu")
    result = job.run(Session(tmp_path), monitor)
    assert result.timeline == timeline
    assert result.take.seed == 3
    assert result.take.hits[0].time_s == 2.0
    assert toy_composer == [("open", "cpu")]
    assert tuple(result.stems) == result.take.music.families
    mix, rate = soundfile.read(result.mix_wav)
    assert (mix.shape, rate) == ((4 * 48_000, 2), 48_000)
    assert 0.01 < np.abs(mix).max() <= 1
    stems = sum(soundfile.read(stem)[0] for stem in result.stems.values())
    assert np.allclose(stems, mix, atol=1e-5)
    stages = list(dict.fromkeys(stage for stage, _, _ in monitor.reports))
    assert stages == ["load", "compose", "render", "mix", "write"]


@needs_sound
def test_a_take_from_a_project_is_played_as_when_it_was_written(
    film, timeline, tmp_path, toy_composer
):
    session = Session(tmp_path)
    composed = ComposeJob(film, timeline, device="cpu", frame_rate=RATE).run(session, SILENT)
    again = RenderJob(composed.take, stems=False).run(session, SILENT)
    assert again.mix_wav.read_bytes() == composed.mix_wav.read_bytes()
    assert again.mix_wav != composed.mix_wav
    assert again.stems == {}


@needs_sound
@pytest.mark.parametrize("stage", ["load", "compose", "render", "mix", "write"])
def test_cancelling_a_take_leaves_nothing(film, timeline, tmp_path, toy_composer, stage):
    class CancelAt:
        def advance(self, now, done, total=None):
            if now == stage:
                raise Cancelled

    with pytest.raises(Cancelled):
        ComposeJob(film, timeline, device="cpu").run(Session(tmp_path), CancelAt())
    # what was played to its end is kept for the next take
    kept = ["kept"] if stage == "write" else []
    assert [one.name for one in tmp_path.iterdir()] == kept


def test_warming_up_loads_the_composer(tmp_path, toy_composer):
    WarmUpJob("open", "cpu").run(Session(tmp_path), SILENT)
    assert toy_composer == [("open", "cpu")]


@needs_sound
@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.skipif(
    not (weights.RESOURCES / "composer-open.safetensors").is_file(),
    reason="the shipped weights are not there",
)
def test_through_the_process_from_film_to_sound(film, tmp_path):
    def result_of(job):
        job_id = engine.submit(job)
        while isinstance(message := engine.receive(), Advanced | Ready | Shown):
            shown.append(message)
        assert isinstance(message, Succeeded), message
        assert message.job_id == job_id
        return message.result

    shown = []
    with EngineProcess(folder=tmp_path / "session", log=tmp_path / "engine.log") as engine:
        analysed = result_of(AnalyseJob(film))
        parts = [message.part for message in shown if isinstance(message, Shown)]
        assert sum(len(part.pictures) for part in parts) >= len(analysed.thumbnails)
        timeline = analysed.analysis.timeline
        first = result_of(ComposeJob(film, timeline, seed=5, device="cpu"))
        second = result_of(ComposeJob(film, timeline, seed=5, device="cpu"))
        assert first.take == second.take
        assert soundfile.info(first.mix_wav).frames == 4 * 48_000
    assert not first.mix_wav.exists()


@needs_sound
def test_parts_and_takes_are_written_joined_and_heard(film, timeline, tmp_path, toy_composer):
    session, settings = Session(tmp_path), GenerationSettings(ensemble="solo-piano", branches=1)
    made = TakesJob(timeline, RATE, 2, settings).run(session, SILENT)
    first, second = made.takes
    assert made.best.take == first
    assert [part.take_id for part in first.parts] == [first.id] * 2
    edited = timeline.with_point(1, VAPoint(-0.9, -0.9)).with_level(0, -12.0)
    job = RegenerateJob(first, edited, RATE, seed=3, candidates=1)
    anew = job.run(session, SILENT)
    assert [part.take_id for part in anew.take.parts] == [first.id, anew.take.id]
    heard, rate = soundfile.read(anew.mix_wav)
    assert (len(heard), rate) == (4 * 48_000, 48_000), "exactly as long as the film"
    assert anew.timeline == edited
    landed = replace(anew.take.hits[0], status="exact", error_ms=0.0)
    with pytest.raises(PartsError, match="Hit 1 is exact already"):
        FixHitJob(replace(anew.take, hits=(landed,)), edited, 0, RATE).run(session, SILENT)
    missed = replace(landed, status="missed", error_ms=300.0)
    fixed = FixHitJob(replace(anew.take, hits=(missed,)), edited, 0, RATE).run(session, SILENT)
    assert fixed.take.hits[0].status == "exact"
    joined = CompJob(anew.take, second, edited, (0,), RATE).run(session, SILENT)
    assert [part.take_id for part in joined.take.parts] == [second.id, anew.take.id]


@needs_sound
def test_a_silence_and_a_level_are_heard_without_writing_anything(timeline, tmp_path):
    notes = tuple(Note(at, at + 0.9, "piano", 60, 90) for at in (0.0, 1.0, 2.0, 3.0))
    take = replace(
        sample_project().takes[0], music=Music(4.0, notes, programs={"piano": 0}), hits=()
    )
    asked = timeline.with_tacet(1, True)
    played = RenderJob(take, timeline=asked).run(Session(tmp_path), SILENT)
    heard, _ = soundfile.read(played.mix_wav)
    assert np.abs(heard[: 2 * 48_000]).max() > 0.05
    assert np.abs(heard[round(3.5 * 48_000) :]).max() < 0.01, "the hall rings over the cue out"
    softer = RenderJob(take, timeline=timeline.with_level(1, -20.0)).run(Session(tmp_path), SILENT)
    heard, _ = soundfile.read(softer.mix_wav)
    assert np.abs(heard[2 * 48_000 :]).max() < 0.25 * np.abs(heard[: 2 * 48_000]).max()
