"""The page that maps the thesis to the code: complete, and nothing on it is invented."""

import re
from pathlib import Path

import pytest

from emsync_engine.cli.parser import build_parser

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/thesis.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line[1:-1].split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
]

# the thesis' tables of contents, figures and tables
CONTENTS = """
1.1 1.1.1 1.1.2 1.2 1.3 1.4 1.5
2.1 2.2 2.2.1 2.2.2 2.3 2.4 2.4.1 2.4.1.1 2.4.1.2 2.4.2 2.4.3 2.4.3.1 2.4.3.2
2.5 2.5.1 2.5.1.1 2.5.1.2 2.5.2 2.5.2.1 2.5.2.2 2.6 2.7 2.7.1 2.7.2 2.8
3.1 3.2 3.2.1 3.2.1.1 3.2.1.2 3.2.2 3.2.3 3.2.3.1 3.2.3.2 3.3
4.1 4.2 4.3 4.4 4.5 4.6
5.1 5.2 5.2.1 5.2.2 5.2.2.1 5.2.2.2 5.2.2.3 5.2.2.4 5.2.2.5 5.2.2.6
5.2.3 5.2.3.1 5.2.3.2 5.2.3.3 5.2.3.4
6.1 6.2 6.3 6.3.1 6.3.2 6.3.3 6.4
7.1 7.1.1 7.1.2 7.2 7.2.1 7.2.2 7.2.3 7.3 7.4 7.4.1 7.4.2 7.4.3 7.5
7.6 7.6.1 7.6.2 7.6.3 7.6.4 7.6.5 7.7 8.1 8.2
"""
SECTIONS = CONTENTS.split()


def numbered(counts):
    return {f"{chapter}.{n}" for chapter, last in counts.items() for n in range(1, last + 1)}


NUMBERED = {
    "equation": numbered({2: 7, 3: 1, 6: 1, 7: 2}),
    "table": numbered({2: 4, 3: 6, 4: 2, 5: 4, 6: 4, 7: 4}),
    "figure": numbered({1: 1, 2: 6, 3: 2, 4: 4, 5: 8, 6: 7, 7: 5}),
    "listing": numbered({3: 2}),
}


def numbers_after(word):
    """Every number that stands in a list behind a word, such as ``tables 4.1 and 4.2``."""
    found = re.findall(
        rf"\b{word}s? ((?:\d\.\d(?:, (?=\d)| and )?)+)", "\n".join(r[0] for r in ROWS)
    )
    return {number for numbers in found for number in re.findall(r"\d\.\d", numbers)}


def sections_of(row):
    """The sections at the head of a row: ``5.2, 5.2.1 features of ...``."""
    return re.findall(r"[\d.]+", re.match(r"(?:\d(?:\.\d)+(?:, )?)+", row[0]).group())


def test_every_section_has_a_row_and_no_other_has():
    named = {section for row in ROWS for section in sections_of(row)}
    assert named == set(SECTIONS)


@pytest.mark.parametrize("word", NUMBERED)
def test_every_equation_table_figure_and_listing_is_there(word):
    assert numbers_after(word) == NUMBERED[word]


def test_the_algorithm_is_there():
    assert sum("Algorithm 1" in row[0] for row in ROWS) == 1


def test_rows_stand_in_the_thesis_order_with_what_is_here_command_and_test():
    assert {len(row) for row in ROWS} == {4}
    places = [SECTIONS.index(sections_of(row)[0]) for row in ROWS]
    assert places == sorted(places)


def test_what_is_done_names_a_module_and_a_test():
    undone = ("not here", "literature", "no method", "introduces")
    for thesis, here, command, test in ROWS:
        if here.startswith(undone) and ";" not in here:
            assert not command, thesis
            assert not test, thesis
        elif not here.startswith(undone):
            assert "`" in here, thesis
            assert "`" in test, thesis


def test_every_module_and_test_on_the_page_exists():
    paths = set(re.findall(r"`([\w/]+\.(?:py|toml))`", PAGE))
    assert len(paths) > 70
    for path in paths:
        folders = [ROOT / "emsync_engine", ROOT / "tests/unit/engine"]
        inside = [folder / path for folder in folders]
        if path.startswith("tests/"):
            inside = [ROOT / path]
        assert any(place.is_file() for place in inside), path


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    for link in links:
        assert (ROOT / "docs" / link).is_file(), link


def test_every_name_on_the_page_stands_in_the_module_beside_it():
    named = re.findall(r"((?:`\w+`, )*`\w+`) in `([\w/]+\.py)`", PAGE)
    assert len(named) > 15
    for names, path in named:
        source = (ROOT / "emsync_engine" / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b{name}\b", source), (name, path)


def test_every_command_on_the_page_is_understood(capsys):
    values = {"NAME": "open", "M": "1"}
    commands = set(re.findall(r"`emsync ([^`]+)`", PAGE))
    assert len(commands) > 15
    for command in commands:
        words = [values.get(word, word) for word in command.split()]
        try:
            build_parser().parse_args(words)
        except SystemExit:  # a checkpoint is named by what it is, not by a file
            assert command == "models import", command
            assert "arguments are required" in capsys.readouterr().err
