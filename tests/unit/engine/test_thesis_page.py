"""The page that maps the thesis to the code: complete, and nothing on it is invented."""

import re
from pathlib import Path

import pytest

from emsync_engine.cli.parser import build_parser

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/thesis.md").read_text(encoding="utf-8")
EQUATIONS = [*(f"2.{n}" for n in range(1, 8)), "3.1", "6.1", "7.1", "7.2"]
TABLES = [
    *(f"2.{n}" for n in range(1, 5)),
    *(f"3.{n}" for n in range(1, 7)),
    *("4.1", "4.2"),
    *(f"5.{n}" for n in range(1, 5)),
    *(f"6.{n}" for n in range(1, 5)),
    *(f"7.{n}" for n in range(1, 5)),
]


def numbers_after(word):
    """Every number that stands in a list behind a word, such as ``tables 4.1 and 4.2``."""
    lists = re.findall(rf"{word}s? ((?:\d\.\d+(?:, | and )?)+)", PAGE)
    return {number for found in lists for number in re.findall(r"\d\.\d+", found)}


def test_every_equation_table_and_algorithm_is_there():
    assert set(EQUATIONS) <= numbers_after("equation")
    assert set(TABLES) <= numbers_after("table")
    assert "Algorithm 1" in PAGE
    for chapter in range(3, 7):
        assert f"Chapter {chapter}" in PAGE


@pytest.mark.parametrize("section", ["3.1", "3.2", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5.1"])
def test_every_section_of_the_method_has_a_row(section):
    assert f"| {section} " in PAGE or f"| {section}," in PAGE


def test_every_module_and_test_on_the_page_exists():
    paths = set(re.findall(r"`([\w/]+\.(?:py|toml))`", PAGE))
    assert len(paths) > 50
    for path in paths:
        inside = [ROOT / "emsync_engine" / path, ROOT / "tests/unit/engine" / path]
        assert any(place.is_file() for place in inside), path


def test_every_name_on_the_page_stands_in_the_module_beside_it():
    named = re.findall(r"((?:`\w+`, )*`\w+`) in `([\w/]+\.py)`", PAGE)
    assert named
    for names, path in named:
        source = (ROOT / "emsync_engine" / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b{name}\b", source), (name, path)


def test_every_command_on_the_page_is_understood(capsys):
    values = {"WORK": "w", "NAME": "open", "M": "1"}
    for command in set(re.findall(r"`emsync ([^`]+)`", PAGE)):
        words = [values.get(word, word) for word in command.split()]
        try:
            build_parser().parse_args(words)
        except SystemExit:  # a page names commands without all their arguments
            said = capsys.readouterr().err
            assert "arguments are required" in said or "expected one argument" in said, command
