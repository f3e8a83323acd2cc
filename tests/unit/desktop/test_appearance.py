"""Both palettes can be read, and everything follows when another is worn."""

from dataclasses import fields

import pytest
from PySide6.QtGui import QColor

from emsync_desktop import appearance
from emsync_desktop.appearance import COLOURS, DARK, LIGHT, wear
from emsync_desktop.style_sheet import style_sheet
from emsync_desktop.timeline.emotion_lanes import FULL, SELECTED


@pytest.fixture(autouse=True)
def _dark_afterwards():
    yield
    wear(DARK)


def luminance(colour):
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first, second):
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda one: one.name)
def test_texts_can_be_read_on_every_ground(palette):
    for text in ("text", "quiet", "accent_text"):
        for ground in ("ground", "panel", "raised", "lane"):
            shown = contrast(getattr(palette, text), getattr(palette, ground))
            assert shown >= 4.5, f"{text} on {ground}: {shown:.2f}"
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    for verdict in ("exact", "near", "missed"):
        assert contrast(getattr(palette, verdict), palette.lane) >= 4.5, verdict


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda one: one.name)
def test_segments_can_be_read_in_every_emotion(palette):
    wear(palette)
    for colour in appearance.EMOTION_COLOURS.values():
        for share in (FULL, SELECTED):
            ground = appearance.mixed(colour, COLOURS.panel, share).name()
            assert contrast(palette.on_segment, ground) >= 4.5


def test_every_colour_is_one():
    for palette in (DARK, LIGHT):
        values = [getattr(palette, field.name) for field in fields(palette)][1:]
        assert all(QColor(value).isValid() for value in values)
        assert "None" not in style_sheet(palette)


def test_what_is_painted_follows_the_palette():
    wear(LIGHT)
    assert COLOURS.panel == LIGHT.panel
    joy = appearance.EMOTION_COLOURS["joy"]
    wear(DARK)
    assert COLOURS.panel == DARK.panel
    assert appearance.EMOTION_COLOURS["joy"] != joy
