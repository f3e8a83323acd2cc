"""How music makes room for speech is kept with the project, where it was changed."""

import json
from dataclasses import replace

import pytest

from emsync_engine.errors import ProjectUnreadableError
from emsync_engine.project.ducking import Ducking
from emsync_engine.project.file import parsed_project, project_text
from tests.unit.engine.project_samples import sample_project


def test_it_is_kept_and_an_unchanged_one_is_not_written():
    project = replace(sample_project(), ducking=Ducking(True, 12.0, 0.5, 2.0))
    assert parsed_project(project_text(project)) == project
    assert "ducking" not in json.loads(project_text(sample_project()))
    assert parsed_project(project_text(sample_project())).ducking == Ducking()


@pytest.mark.parametrize(
    ("field", "value"), [("depth_db", 99), ("attack_s", -1), ("is_on", 1), ("release_s", None)]
)
def test_a_wrong_one_is_named_with_its_place(field, value):
    document = json.loads(project_text(replace(sample_project(), ducking=Ducking(depth_db=3.0))))
    document["ducking"][field] = value
    with pytest.raises(ProjectUnreadableError, match=f"ducking.{field}"):
        parsed_project(json.dumps(document))
