"""What goes through the pipe can: jobs and results, pickled and back."""

import dataclasses
from fractions import Fraction
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import get_args

import pytest

from emsync_engine.jobs import messages
from emsync_engine.jobs.messages import (
    AnalyseJob,
    CompJob,
    Composed,
    ComposedTakes,
    ComposeJob,
    FixHitJob,
    JobId,
    RegenerateJob,
    Rendered,
    RenderJob,
    ScoreJob,
    TakesJob,
    ThumbnailsJob,
    WarmUpJob,
)
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.pipeline import Analysis, Outputs, Scored
from emsync_engine.project.model import SceneCut
from emsync_engine.timing import FrameRate
from emsync_engine.video.probe import StreamInfo, VideoInfo
from tests.unit.engine.project_samples import sample_project

FILM = Path("/films/день & night.mov")


def film_info():
    sound = StreamInfo(1, "audio", "aac", "eng", 2, 48_000, True, False)
    return VideoInfo(
        path=FILM,
        content_hash="ab" * 20,
        duration=Fraction(1001, 100),
        frame_rate=FrameRate(Fraction(24000, 1001)),
        frame_count=240,
        is_vfr=False,
        width=1920,
        height=1080,
        rotation=0,
        first_picture=Fraction(0),
        start_timecode="01:00:00:00",
        container="mov",
        streams=(sound,),
        video_stream=0,
        audio_stream=1,
    )


def values():
    project = sample_project()
    take, timeline = project.takes[0], project.timeline
    analysis = Analysis(
        film_info(), (SceneCut(Fraction(5), 120, 0.9),), timeline, ("damaged",), {"probe": 0.1}
    )
    outputs = Outputs(Path("a.mov"), Path("a.wav"), Path("a.mid"), Path("a.emsync"))
    stems = {"piano": Path("piano.wav")}
    return [
        AnalyseJob(FILM),
        ThumbnailsJob(FILM),
        ComposeJob(FILM, timeline, seed=7, frame_rate=Fraction(24000, 1001)),
        RenderJob(take),
        RenderJob(take, timeline=timeline),
        TakesJob(timeline, Fraction(25), 3),
        RegenerateJob(take, timeline, Fraction(25), segments=(1, 2)),
        FixHitJob(take, timeline, 0, Fraction(25)),
        CompJob(take, take, timeline, (1,), Fraction(25)),
        ComposedTakes((take,), Composed(take, timeline, Path("mix.wav"), stems, "")),
        ScoreJob(FILM),
        WarmUpJob(),
        analysis,
        Composed(take, timeline, Path("mix.wav"), stems, "The level is -14.0 LUFS."),
        Rendered(Path("mix.wav"), stems, "The level is -14.0 LUFS."),
        Scored(analysis, take, outputs, ("copied",), {"mux": 0.2}),
        messages.Failed(JobId(1 << 40), "No.", True, "Traceback"),
    ]


@pytest.mark.parametrize("value", values(), ids=lambda value: type(value).__name__)
def test_a_value_comes_back_equal(value):
    assert ForkingPickler.loads(ForkingPickler.dumps(value)) == value


def test_the_programs_of_an_ensemble_pass_though_they_are_a_read_only_view():
    take = sample_project().takes[0]
    played = dataclasses.replace(take, music=ensemble_named("solo-piano").applied_to(take.music))
    assert ForkingPickler.loads(ForkingPickler.dumps(RenderJob(played))) == RenderJob(played)


def test_every_message_is_frozen():
    for kind in (*get_args(messages.Message), *get_args(messages.Request)):
        assert kind.__dataclass_params__.frozen, kind
