"""The published schema says what projects are: what is saved fits it, what is broken does not."""

import copy
import json
import re
from pathlib import Path

import pytest

from emsync_engine.project.model import SCHEMA_VERSION
from emsync_engine.project.schema import project_data
from tests.unit.desktop.films import made_project, project, take
from tests.unit.engine import project_samples

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "project.schema.json"
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def faults(value, rule, root, place="project"):  # noqa: PLR0912 - one branch for each word
    """Places where a value is not as the schema says: the part of JSON Schema that it uses."""
    if "$ref" in rule:
        yield from faults(value, root["$defs"][rule["$ref"].rsplit("/", 1)[1]], root, place)
        return
    if "anyOf" in rule:
        if all(list(faults(value, one, root, place)) for one in rule["anyOf"]):
            yield place
        return
    if ("const" in rule and value != rule["const"]) or value not in rule.get("enum", [value]):
        yield place
    if "type" in rule:
        is_odd = isinstance(value, bool) and rule["type"] in ("integer", "number")
        if is_odd or not isinstance(value, TYPES[rule["type"]]):
            yield place
            return
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
            yield place
    elif isinstance(value, str):
        if not re.search(rule.get("pattern", ""), value):
            yield place
    elif isinstance(value, list):
        if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
            yield place
        for number, item in enumerate(value):
            yield from faults(item, rule.get("items", {}), root, f"{place}[{number}]")
    elif isinstance(value, dict):
        known, others = rule.get("properties", {}), rule.get("additionalProperties", True)
        yield from (f"{place}.{name}" for name in rule.get("required", []) if name not in value)
        for name, item in value.items():
            if name in known:
                yield from faults(item, known[name], root, f"{place}.{name}")
            elif others is False:
                yield f"{place}.{name}"
            elif isinstance(others, dict):
                yield from faults(item, others, root, f"{place}.{name}")


@pytest.fixture(scope="module")
def schema():
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_it_is_of_this_version(schema):
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_what_is_saved_fits_it(schema):
    made = [made_project(), project("film.mp4"), project("film.mp4", take())]
    made.append(project_samples.sample_project())
    for one in made:
        assert list(faults(json.loads(json.dumps(project_data(one))), schema, schema)) == []


def test_a_stored_project_of_this_version_fits_it(schema):
    stored = SCHEMA.parents[1] / "tests" / "data" / f"project_v{SCHEMA_VERSION}.emsync"
    assert list(faults(json.loads(stored.read_text(encoding="utf-8")), schema, schema)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d.update(schema_version=99), "project.schema_version"),
        (lambda d: d["video"].update(duration="10"), "project.video.duration"),
        (lambda d: d["timeline"]["levels_db"].append(99), "project.timeline.levels_db[9]"),
        (lambda d: d["takes"][0].pop("seed"), "project.takes[0].seed"),
        (lambda d: d.update(nothing=1), "project.nothing"),
        (lambda d: d["timeline"]["tacet"].__setitem__(0, 1), "project.timeline.tacet[0]"),
    ],
)
def test_what_is_broken_does_not(schema, change, place):
    data = copy.deepcopy(json.loads(json.dumps(project_data(made_project()))))
    change(data)
    assert place in list(faults(data, schema, schema))
