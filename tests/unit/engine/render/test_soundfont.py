import hashlib

import pytest

from emsync_engine.errors import InputUnusableError, ToolMissingError
from emsync_engine.render import soundfont


@pytest.fixture
def font_file(tmp_path):
    path = tmp_path / "My TimGM6mb.sf2"
    path.write_bytes(b"RIFF\x10\0\0\0sfbk" + b"\0" * 16)
    return path


def test_the_environment_comes_first(font_file, monkeypatch):
    monkeypatch.setenv("EMSYNC_SOUNDFONT", str(font_file))
    found = soundfont.find_soundfont()
    assert found.path == font_file
    assert found.name == "TimGM6mb"
    assert "GPL" in found.licence
    assert found.sha256 == hashlib.sha256(font_file.read_bytes()).hexdigest()


def test_a_wrong_file_in_the_environment_is_said(tmp_path, monkeypatch):
    (tmp_path / "a.sf2").write_text("no")
    monkeypatch.setenv("EMSYNC_SOUNDFONT", str(tmp_path / "a.sf2"))
    with pytest.raises(InputUnusableError, match="not a soundfont"):
        soundfont.find_soundfont()


def test_without_fluid_the_bundled_one_serves(monkeypatch):
    monkeypatch.delenv("EMSYNC_SOUNDFONT", raising=False)
    monkeypatch.setattr(soundfont, "_fluid_places", lambda: iter(()))
    assert soundfont.find_soundfont().name == "TimGM6mb"


def test_none_at_all_says_how_to_get_one(monkeypatch):
    monkeypatch.delenv("EMSYNC_SOUNDFONT", raising=False)
    for places in ("_fluid_places", "_bundled_places"):
        monkeypatch.setattr(soundfont, places, lambda: iter(()))
    with pytest.raises(ToolMissingError, match="fluid-soundfont-gm"):
        soundfont.find_soundfont()


def test_an_unknown_soundfont_has_an_unknown_licence(font_file):
    other = font_file.rename(font_file.with_name("Mine.sf2"))
    assert "not known" in soundfont.soundfont_at(other).licence
