"""Settings and keys: what differs is kept, what is broken is passed over, conflicts are told."""

import tomllib

import pytest

from emsync_desktop.settings.schema import settings_table
from emsync_desktop.settings.store import Settings, toml_of
from emsync_desktop.shortcuts.keys import Keymap


def test_only_what_differs_is_kept(tmp_path):
    path = tmp_path / "desktop.toml"
    settings = Settings(path)
    settings.set("theme", "light")
    settings.set("autosave_s", 5)
    assert tomllib.loads(path.read_text()) == {"theme": "light", "autosave_s": 5}
    settings.set("theme", "system")
    assert tomllib.loads(path.read_text()) == {"autosave_s": 5}
    assert Settings(path).number("autosave_s") == 5


def test_a_change_is_told_once(tmp_path):
    settings, told = Settings(tmp_path / "desktop.toml"), []
    settings.changed.connect(told.append)
    settings.set("offline", True)
    settings.set("offline", True)
    assert told == ["offline"]


@pytest.mark.parametrize(
    "text",
    [
        "theme = ",
        'theme = "pink"\nautosave_s = 100000\noffline = 1\nnobody = "knows"',
        "autosave_s = true",
        "\x00\xff",
    ],
)
def test_a_broken_file_leaves_the_defaults(tmp_path, text):
    path = tmp_path / "desktop.toml"
    path.write_text(text, encoding="latin-1")
    settings = Settings(path)
    for row in settings_table():
        assert settings.get(row.key) == row.default


def test_what_cannot_be_is_refused(tmp_path):
    settings = Settings(tmp_path / "desktop.toml")
    for key, value in (("theme", "pink"), ("autosave_s", 0), ("offline", "yes")):
        with pytest.raises(ValueError, match=key):
            settings.set(key, value)


def test_a_folder_of_any_name_comes_back(tmp_path):
    path, name = tmp_path / "desktop.toml", 'C:\\models "new"\t\x7f\n日本'
    Settings(path).set("models_folder", name)
    assert Settings(path).text("models_folder") == name
    assert tomllib.loads(toml_of({"a": name}))["a"] == name


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    settings, told = Settings(tmp_path / "file" / "desktop.toml"), []
    settings.failed.connect(told.append)
    settings.set("theme", "dark")
    assert len(told) == 1
    assert settings.text("theme") == "dark"


DEFAULTS = {"undo": ("Ctrl+Z",), "redo": ("Ctrl+Shift+Z", "Ctrl+Y"), "play": ("Space",), "free": ()}


@pytest.fixture
def keymap(tmp_path):
    return Keymap(DEFAULTS, tmp_path / "shortcuts.toml")


def test_a_key_that_is_taken_is_told_and_taken_over(keymap):
    assert keymap.meaning("ctrl+z") == "undo"
    assert keymap.meaning("Ctrl+Z", besides="undo") is None
    keymap.assign("play", "Ctrl+Z")
    assert keymap.keys("play") == ("Ctrl+Z",)
    assert keymap.keys("undo") == ()
    assert keymap.reset("undo") == "play"  # its key means something else now
    keymap.reset("play")
    assert keymap.reset("undo") is None
    assert keymap.keys("undo") == ("Ctrl+Z",)


def test_of_two_keys_the_other_stays(keymap):
    keymap.assign("free", "Ctrl+Y")
    assert keymap.keys("redo") == ("Ctrl+Shift+Z",)


def test_keys_are_remembered(keymap, tmp_path):
    keymap.assign("free", "F5")
    keymap.assign("play", "")
    again = Keymap(DEFAULTS, tmp_path / "shortcuts.toml")
    assert again.keys("free") == ("F5",)
    assert again.keys("play") == ()
    again.reset_all()
    assert Keymap(DEFAULTS, tmp_path / "shortcuts.toml").keys("play") == ("Space",)


def test_a_key_that_opens_a_menu_means_nothing_else(tmp_path):
    path = tmp_path / "shortcuts.toml"
    path.write_text('free = "Alt+E"\nplay = "Alt+P"')
    keymap = Keymap(DEFAULTS, path, menus={"Alt+E": "Edit"})
    assert keymap.menu_of("alt+e") == "Edit"
    assert keymap.keys("free") == ()
    assert keymap.keys("play") == ("Alt+P",)


@pytest.mark.parametrize(
    "text", ["free = 3", 'free = "no such key"', 'nobody = "F5"', "=", 'free = "F5"\nplay = "F5"']
)
def test_a_broken_file_of_keys_leaves_no_conflict(tmp_path, text):
    path = tmp_path / "shortcuts.toml"
    path.write_text(text)
    keymap = Keymap(DEFAULTS, path)
    keys = [key for name in DEFAULTS for key in keymap.keys(name)]
    assert len(keys) == len(set(keys))
    assert keymap.keys("undo") == ("Ctrl+Z",)
