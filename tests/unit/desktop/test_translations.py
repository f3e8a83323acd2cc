"""Every text of the window has a translation, with the same places for numbers and names."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from emsync_desktop.translations import FOLDER, LANGUAGES, language_of, speak

ROOT = FOLDER.parents[1]
PLACES = re.compile(r"\{[^}]*\}")


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    """Translations by context and text."""
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.find(
            "translation"
        )
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def test_no_text_is_missing(language, tmp_path):
    lupdate = Path(sys.executable).with_name("pyside6-lupdate")
    if not lupdate.exists() and shutil.which("pyside6-lupdate") is None:
        pytest.skip("PySide6's lupdate is not installed")
    program = str(lupdate) if lupdate.exists() else "pyside6-lupdate"
    sources = sorted(map(str, (ROOT / "emsync_desktop").rglob("*.py")))
    found = tmp_path / "found.ts"
    subprocess.run([program, "-silent", *sources, "-ts", str(found)], check=True)
    known = messages(FOLDER / f"emsync_{language}.ts")
    missing = sorted(set(messages(found)) - set(known))
    assert missing == [], "run installer/translations.sh and translate what is new"


def test_all_are_translated_with_their_places(language):
    for (context, source), translation in messages(FOLDER / f"emsync_{language}.ts").items():
        where = f"{context}: {source}"
        assert translation.get("type") is None, f"unfinished, {where}"
        assert (translation.text or "").strip(), f"empty, {where}"
        assert sorted(PLACES.findall(translation.text)) == sorted(PLACES.findall(source)), where
        assert source.startswith(" ") == translation.text.startswith(" "), where


def test_the_compiled_file_says_the_same(qapp, language):
    texts = QTranslator()
    assert texts.load(str(FOLDER / f"emsync_{language}.qm"))
    for (context, source), translation in messages(FOLDER / f"emsync_{language}.ts").items():
        assert texts.translate(context, source) == translation.text, f"{context}: {source}"


def test_a_language_is_chosen(qapp, monkeypatch):
    assert language_of("de") == "de"
    assert language_of("en") == "en"
    assert language_of("xx") == "en"
    before = len(qapp.findChildren(QTranslator))
    assert speak(qapp, "en") == "en"
    assert len(qapp.findChildren(QTranslator)) == before


@pytest.mark.parametrize("spoken", ["en", *LANGUAGES])
def test_a_letter_chooses_one_entry_of_a_menu_alone(qapp, monkeypatch, spoken):
    """Nor does a shortcut take the key of a menu: pressed together both would do nothing."""
    from emsync_desktop import action_table
    from emsync_desktop.menus import letter_of

    texts = QTranslator()
    assert spoken == "en" or texts.load(str(FOLDER / f"emsync_{spoken}.qm"))
    say = (lambda text: texts.translate("", text)) if spoken != "en" else str
    monkeypatch.setattr(action_table, "tr", say)
    rows = action_table.action_rows()
    menus: dict[str, list[str]] = {}
    for row in rows:
        menus.setdefault(row.menu, []).append(letter_of(row.text))
    menus[say("&Edit")] += [letter_of(say("&Undo")), letter_of(say("&Redo"))]
    for menu, letters in {"": map(letter_of, menus), **menus}.items():
        marked = sorted(filter(None, letters))
        assert marked == sorted(set(marked)), menu
    of_menus = {f"Alt+{letter_of(menu)}" for menu in menus}
    assert not of_menus & {row.shortcut for row in rows}


@pytest.mark.gui
def test_the_window_speaks_it(language):
    """In a process of its own, since a language stays for the life of a program."""
    program = (
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from emsync_desktop.translations import speak\n"
        f"assert speak(application, {language!r}) == {language!r}\n"
        "from emsync_desktop.main_window import MainWindow\n"
        "window = MainWindow(lambda: None)\n"
        "print([one.title() for one in window.menuBar().findChildren(type(window.menuBar()"
        ".addMenu('x'))) if one.title()], window.page.inspector.generate.text())\n"
        "window.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    if language == "de":
        assert "&Datei" in done.stdout
        assert "Komponieren" in done.stdout
