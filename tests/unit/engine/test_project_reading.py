"""What models read in a segment, in the project file."""

from dataclasses import replace

import pytest

from emsync_engine.errors import ProjectUnreadableError
from emsync_engine.project.model import SegmentReading
from emsync_engine.project.schema import project_data, project_from
from tests.unit.desktop.test_project_schema import SCHEMA, faults
from tests.unit.engine.project_samples import CALM, sample_project

READING = SegmentReading(
    method="late fusion",
    counted=(("clip", 0.6), ("built-in", 0.4)),
    speech="We made it. Look!",
    screen_text="the end",
    sounds=(("Music", 0.9), ("Laughter", 0.2)),
    faces=(("face", 0.5), ("happy", 0.8)),
    pictures=(("joy", 0.7),),
    words=(("speech", "positive", 0.9),),
)


def with_reading(reading: SegmentReading | None):
    project = sample_project()
    emotions = (replace(CALM, reading=reading), *project.timeline.emotions[1:])
    return replace(project, timeline=replace(project.timeline, emotions=emotions))


def test_a_reading_survives_the_file_and_fits_the_published_schema():
    import json

    data = project_data(with_reading(READING))
    assert project_from(json.loads(json.dumps(data))) == with_reading(READING)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(faults(data, schema, schema)) == []


def test_without_one_the_file_is_as_before():
    assert "reading" not in project_data(with_reading(None))["timeline"]["emotions"][0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("speech",), 3),
        (("sounds", 0, "share"), 1.5),
        (("words", 0), {"source": "speech"}),
        (("more",), 1),
    ],
)
def test_a_damaged_reading_is_refused_with_its_place(path, value):
    data = project_data(with_reading(READING))
    part = data["timeline"]["emotions"][0]["reading"]
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(ProjectUnreadableError, match=r"timeline\.emotions\[0\]\.reading"):
        project_from(data)
