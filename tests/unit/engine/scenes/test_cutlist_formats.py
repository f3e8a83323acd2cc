"""Lists as editing programs write them: where cuts and transitions lie, and what is said."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import opentimelineio as otio
import pytest

from emsync_engine.errors import CutListError
from emsync_engine.scenes.cutlists import Footage, ImportedCuts, read_cut_list
from emsync_engine.timing import FrameRate, frame_of_timecode, timecode

FILM = Footage("film.mov", Fraction(10), FrameRate(Fraction(24)))
RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")

RESOLVE_MARKERS = """TITLE: Timeline 1
FCM: NON-DROP FRAME

001  001      V     C        01:00:02:12 01:00:02:13 01:00:02:12 01:00:02:13
 |C:ResolveColorBlue |M:Marker 1 |D:1

002  001      V     C        01:00:05:00 01:00:05:01 01:00:05:00 01:00:05:01
 |C:ResolveColorRed |M:door, slams |D:1
"""

WITH_TRANSITIONS = """TITLE: REEL 1
FCM: NON-DROP FRAME

001  A001 V     C        04:00:00:00 04:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: WALK
002  A001 V     C        04:00:02:00 04:00:02:00 01:00:02:00 01:00:02:00
002  A002 V     D    024 05:00:00:00 05:00:02:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: WALK
* TO CLIP NAME: RUN
003  A002 V     C        05:00:02:00 05:00:02:00 01:00:04:00 01:00:04:00
003  BL   V     D    012 00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
004  BL   V     C        00:00:00:00 00:00:00:00 01:00:05:00 01:00:05:00
004  A003 V     D    012 06:00:00:00 06:00:03:00 01:00:05:00 01:00:08:00
005  A003 A     C        06:00:00:00 06:00:03:00 01:00:05:00 01:00:08:00
006  A004 B     C        07:00:00:00 07:00:02:00 01:00:08:00 01:00:10:00
"""


def read(folder, text: str, film: Footage = FILM, name: str = "list.txt", **said) -> ImportedCuts:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_cut_list(path, film, **said)


def edl(frames: list[int], rate: FrameRate, start: int, *, drop: bool = False) -> str:
    """An EDL of shots that begin at these frames of the record, the last of them its end."""
    lines = ["TITLE: made", f"FCM: {'DROP' if drop else 'NON-DROP'} FRAME", ""]
    for number, (begin, end) in enumerate(pairwise(frames), start=1):
        source = [timecode(place, rate, drop_frame=drop) for place in (0, end - begin)]
        record = [timecode(place + start, rate, drop_frame=drop) for place in (begin, end)]
        lines.append(f"{number:03d}  AX       V     C        {' '.join((*source, *record))}")
    return "\n".join(lines) + "\n"


def test_transitions_have_start_middle_and_end(tmp_path):
    found = read(tmp_path, WITH_TRANSITIONS)

    told = [(cut.kind, cut.start_frame, cut.frame, cut.end_frame) for cut in found.cuts]
    assert told == [
        ("dissolve", 48, 60, 71),
        ("fade", 96, 120, 131),
        ("hard", 192, 192, 192),
    ]
    assert found.cuts[0].start == 2
    assert found.cuts[0].end == Fraction(71, 24)


def test_markers_of_resolve_lie_from_the_full_hour(tmp_path):
    found = read(tmp_path, RESOLVE_MARKERS)

    assert [cut.frame for cut in found.cuts] == [60, 120]
    assert found.what == "Resolve marker EDL"
    assert found.remarks == (
        "The first picture of the film is taken to be at 01:00:00:00 of the list.",
    )


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("start", ["00:00:00:00", "01:00:00:00", "09:58:30:02"])
def test_every_rate_and_start_to_the_frame(tmp_path, text, start):
    rate = FrameRate.parse(text)
    shots = [0, 17, 61, 1000, 1801, 3000]
    film = Footage("film", rate.time_of(3000), rate)
    listed = edl(shots, rate, frame_of_timecode(start, rate))

    found = read(tmp_path, listed, film)

    assert [cut.frame for cut in found.cuts] == shots[1:-1]
    assert [cut.time for cut in found.cuts] == [rate.time_of(n) for n in shots[1:-1]]


@pytest.mark.parametrize("text", ["30000/1001", "60000/1001"])
def test_drop_frame_over_a_minute(tmp_path, text):
    rate = FrameRate.parse(text)
    shots = [0, 61, 1797, 1801, 3598, 20000]
    film = Footage("film", rate.time_of(20000), rate, start_timecode="00:59:58;10")
    start = 107892 * rate.nominal // 30 - 50 * rate.nominal // 30

    found = read(tmp_path, edl(shots, rate, start, drop=True), film)

    assert [cut.frame for cut in found.cuts] == shots[1:-1]


def test_timecode_over_midnight(tmp_path):
    rate = FrameRate(Fraction(25))
    start = frame_of_timecode("23:59:50:00", rate)
    day = frame_of_timecode("24:00:00:00", rate)
    rows = ["TITLE: night"]
    for number, (a, b) in enumerate(pairwise([0, 100, 400, 500]), start=1):
        times = [timecode((start + frame) % day, rate) for frame in (a, b)] * 2
        rows.append(f"{number:03d}  AX       V     C        {' '.join(times)}")

    found = read(tmp_path, "\n".join(rows), Footage("film", Fraction(20), rate))

    assert [cut.frame for cut in found.cuts] == [100, 400]


def test_drop_frame_by_the_header_alone(tmp_path):
    rate = FrameRate.parse("30000/1001")
    listed = edl([0, 1801, 4000], rate, 0, drop=True).replace(";", ":")

    found = read(tmp_path, listed, Footage("film", rate.time_of(4000), rate))

    assert [cut.frame for cut in found.cuts] == [1801]


def test_the_start_timecode_of_the_film_places_markers(tmp_path):
    film = replace(FILM, start_timecode="01:00:01:00")

    assert [cut.frame for cut in read(tmp_path, RESOLVE_MARKERS, film).cuts] == [36, 96]


def test_the_users_word_on_start_and_rate(tmp_path):
    found = read(tmp_path, RESOLVE_MARKERS, start="01:00:02:00", rate=FrameRate(Fraction(25)))

    assert [cut.frame for cut in found.cuts] == [12, 72]
    assert "counts 25 frames a second, the film has 24" in found.remarks[0]


def test_a_list_at_another_rate_is_told_by_where_it_ends(tmp_path):
    listed = edl([0, 60, 140, 260], FrameRate(Fraction(30)), 0)  # no frame number above 20

    found = read(tmp_path, listed, replace(FILM, duration=Fraction(26, 3)))

    assert [cut.time for cut in found.cuts] == [2, Fraction(112, 24)]
    assert "counts 30 frames a second, the film has 24" in found.remarks[0]


def test_frame_numbers_that_the_film_cannot_have_name_another_rate(tmp_path):
    text = RESOLVE_MARKERS.replace("01:00:02:12", "01:00:02:29")

    found = read(tmp_path, text)

    assert "counts 29.97 frames a second" in found.remarks[0]


def test_events_out_of_order_are_sorted_and_told(tmp_path):
    rows = edl([0, 48, 96, 240], FILM.rate, 86400).splitlines()
    rows[3], rows[5] = rows[5], rows[3]

    found = read(tmp_path, "\n".join(rows))

    assert [cut.frame for cut in found.cuts] == [48, 96]
    assert "not in order" in found.remarks[0]


def test_a_list_of_a_longer_edit_is_used_as_far_as_it_goes(tmp_path):
    listed = edl([0, 48, 96, 400, 900], FILM.rate, 86400)

    found = read(tmp_path, listed)

    assert [cut.frame for cut in found.cuts] == [48, 96]
    assert any("outside the film" in remark for remark in found.remarks)
    assert any("27.50 s longer" in remark for remark in found.remarks)


def test_a_list_of_another_film_is_one_sentence(tmp_path):
    with pytest.raises(CutListError, match="belongs to another film") as told:
        read(tmp_path, "time_s\n100\n200\n")
    assert str(told.value).count(". ") == 0


def test_black_between_shots(tmp_path):
    rows = edl([0, 48, 96, 240], FILM.rate, 0).splitlines()
    del rows[4]  # nothing from 48 to 96

    assert [cut.frame for cut in read(tmp_path, "\n".join(rows)).cuts] == [48, 96]


FCPXML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10"><resources>
<format id="r1" frameDuration="1001/24000s" width="1920" height="1080"/>
<asset id="r2" name="a" start="0s" duration="60060/1000s" hasVideo="1" format="r1"/>
<media id="r9" name="nested"><sequence format="r1"><spine>
<clip name="X" offset="0s" duration="3003/24000s"/><clip name="Y" duration="3003/24000s"/>
</spine></sequence></media>
</resources><library><event><project name="cut"><sequence format="r1" tcStart="{start}s">
<spine>
<asset-clip ref="r2" name="A" offset="{start}s" duration="48048/24000s" start="0s">
  <marker start="1001/24000s" duration="1001/24000s" value="not a cut"/>
  <asset-clip ref="r2" lane="1" offset="0s" name="connected" duration="24024/24000s"/>
</asset-clip>
<transition name="Cross Dissolve" offset="{mix}/24000s" duration="24024/24000s"/>
<clip name="B" offset="{second}/24000s" duration="48048/24000s"/>
<gap name="Gap" offset="{gap}/24000s" duration="24024/24000s" start="3600s"/>
<transition name="Fade To Color" offset="{fade}/24000s" duration="12012/24000s"/>
<ref-clip ref="r9" name="C" duration="120120/24000s"/>
</spine></sequence></project></event></library></fcpxml>
"""


def fcpxml(start_s: int = 0) -> str:
    ticks = start_s * 24000
    return FCPXML.format(
        start=start_s,
        mix=ticks + 36036,
        second=ticks + 48048,
        gap=ticks + 96096,
        fade=ticks + 114114,
    )


@pytest.mark.parametrize("start_s", [0, 3600])
def test_the_main_storyline_of_an_fcpxml(tmp_path, start_s):
    rate = FrameRate.parse("24000/1001")
    film = Footage("film", rate.time_of(240), rate)

    found = read(tmp_path, fcpxml(start_s), film)

    told = [(cut.kind, cut.start_frame, cut.frame, cut.end_frame) for cut in found.cuts]
    assert told == [("dissolve", 36, 48, 59), ("hard", 96, 96, 96), ("fade", 114, 114, 125)]
    assert found.remarks == ()


def test_an_fcpxml_with_entities_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><fcpxml>&b;</fcpxml>'

    with pytest.raises(CutListError, match="entities"):
        read(tmp_path, bomb)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<xmeml/>", "Final Cut Pro 7 and Premiere"),
        ("<fcpxml/>", "no project with a storyline"),
        ("<fcpxml><sequence><spine/></sequence></fcpxml>", "has no clips"),
        ("<fcpxml", "damaged"),
        ("<a>" * 100_000, "nested too deeply"),
        ('<fcpxml><sequence><spine><clip duration="1/0s"/></spine></sequence></fcpxml>', "a time"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks"', "not a whole OpenTimelineIO"),
        ('{"OTIO_SCHEMA": "Clip.1"}', "holds no timeline"),
        ('{"OTIO_SCHEMA": "Timeline.1", "metadata": ' + '{"a":' * 200_000, "nested too deeply"),
        ("001  AX  A  C  00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00", "of the sound only"),
    ],
)
def test_damaged_and_hostile_lists_are_one_sentence(tmp_path, text, message):
    with pytest.raises(CutListError, match=message) as told:
        read(tmp_path, text)
    assert str(told.value).startswith("list.txt: ")


def otio_timeline(rate: float, lengths: list[int]) -> otio.schema.Timeline:
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for number, length in enumerate(lengths):
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(100, rate), otio.opentime.RationalTime(length, rate)
        )
        reference = otio.schema.ExternalReference("file:///nowhere/secret.mov")
        track.append(otio.schema.Clip(f"shot {number}", reference, span))
    timeline = otio.schema.Timeline("cut")
    timeline.tracks.append(track)
    return timeline


@pytest.mark.parametrize("text", RATES)
def test_an_otio_timeline_at_every_rate(tmp_path, text):
    rate = FrameRate.parse(text)
    timeline = otio_timeline(float(rate.ratio), [48, 48, 104])
    timeline.tracks[0].insert(
        1,
        otio.schema.Transition(
            "mix",
            otio.schema.TransitionTypes.SMPTE_Dissolve,
            otio.opentime.RationalTime(6, float(rate.ratio)),
            otio.opentime.RationalTime(6, float(rate.ratio)),
        ),
    )
    listed = otio.adapters.write_to_string(timeline, "otio_json")

    found = read(tmp_path, listed, Footage("film", rate.time_of(200), rate))

    told = [(cut.kind, cut.start_frame, cut.frame, cut.end_frame) for cut in found.cuts]
    assert told == [("dissolve", 42, 48, 53), ("hard", 96, 96, 96)]
    assert found.remarks == ()


def test_markers_of_an_otio_timeline_of_one_clip(tmp_path):
    timeline = otio_timeline(24.0, [240])
    for frame in (160, 130):  # in the clip's media, which begins at 100
        span = otio.opentime.TimeRange(otio.opentime.RationalTime(frame, 24.0))
        timeline.tracks[0][0].markers.append(otio.schema.Marker(f"at {frame}", span))

    found = read(tmp_path, otio.adapters.write_to_string(timeline, "otio_json"))

    assert [cut.frame for cut in found.cuts] == [30, 60]


@pytest.mark.parametrize(
    "text",
    [
        "#,Color,Name,Start TC,End TC\n1,Blue,M,01:00:02:12,01:00:02:13\n"
        "2,Red,N,01:00:05:00,01:00:05:01\n",
        "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\n"
        "\t\t00:00:02:12\t00:00:02:12\t00:00:00:00\tComment\n"
        "x\t\t00:00:05:00\t00:00:05:00\t00:00:00:00\tComment\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_of_markers(tmp_path, text, encoding):
    path = tmp_path / "markers.csv"
    path.write_text(text, encoding=encoding)

    found = read_cut_list(path, FILM)

    assert [cut.frame for cut in found.cuts] == [60, 120]


@pytest.mark.parametrize(("listed", "film"), [("24", "24000/1001"), ("30000/1001", "30")])
def test_neighbouring_rates_are_taken_frame_by_frame(tmp_path, listed, film):
    rate = FrameRate.parse(film)
    timeline = otio_timeline(float(FrameRate.parse(listed).ratio), [1000, 2000, 1500])
    text = otio.adapters.write_to_string(timeline, "otio_json")

    found = read(tmp_path, text, Footage("film", rate.time_of(4500), rate))

    assert [cut.frame for cut in found.cuts] == [1000, 3000]
    assert "its frames were taken one by one" in found.remarks[0]


SCENES = """Timecode List:,00:00:02.000,00:00:05.500
Scene Number,Start Frame,Start Timecode,Start Time (seconds),End Frame,End Timecode,End Time (seconds)
1,1,00:00:00.000,0.000,48,00:00:02.000,2.000
2,49,00:00:02.000,2.000,132,00:00:05.500,5.500
3,133,00:00:05.500,5.500,240,00:00:10.000,10.000
"""  # noqa: E501 - as it is written

PRINTED = """[PySceneDetect] Scene List:
-----------------------------------------------------------------------
 | Scene # | Start Frame |  Start Time  |  End Frame  |   End Time   |
-----------------------------------------------------------------------
 |      1  |           1 | 00:00:00.000 |          48 | 00:00:02.000 |
 |      2  |          49 | 00:00:02.000 |         132 | 00:00:05.500 |
 |      3  |         133 | 00:00:05.500 |         240 | 00:00:10.000 |
-----------------------------------------------------------------------
"""


@pytest.mark.parametrize(
    "text",
    [
        SCENES,
        SCENES.partition("\n")[2],
        SCENES.replace(",", ";"),
        PRINTED,
        "00:00:02.000,00:00:05.500\n",
        SCENES.partition("\n")[0],
    ],
)
def test_what_pyscenedetect_writes_and_prints(tmp_path, text):
    found = read(tmp_path, text)

    assert [cut.frame for cut in found.cuts] == [48, 132]
    assert found.remarks == ()


def test_scenes_counted_at_another_rate(tmp_path):
    text = SCENES.replace(",48,", ",50,").replace(",49,", ",51,").replace(",132,", ",138,")
    text = text.replace(",133,", ",139,").replace(",240,", ",250,")

    found = read(tmp_path, text)

    assert [cut.frame for cut in found.cuts] == [48, 132]
    assert "counts 25 frames a second" in found.remarks[0]
