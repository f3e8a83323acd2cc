"""From places to a plan, a timeline and takes: what stays stays to the note."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from emsync_engine.conform.conforming import conformed
from emsync_engine.conform.lists import plan_by_list
from emsync_engine.conform.plan import Kept, NewEdit, Part, planned
from emsync_engine.errors import CutListError
from emsync_engine.music.parts import part_states, with_provenance
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Project,
    SceneCut,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import Music, Note
from emsync_engine.timing import FrameRate, timecode

RATE = FrameRate(Fraction(24))
EDGES = (0, 96, 192, 288, 384)  # four segments of four seconds


def emotion(valence: float) -> SegmentEmotion:
    return SegmentEmotion((1 / 6,) * 6, VAPoint(valence, 0.0), 0.5)


def at(frame: int) -> Fraction:
    return RATE.time_of(frame)


def old_timeline() -> Timeline:
    boundaries = tuple(
        Boundary(BoundaryId(f"b{frame}"), at(frame), is_hit=frame == 192) for frame in EDGES[1:-1]
    )
    return Timeline(
        at(EDGES[-1]),
        boundaries,
        tuple(emotion(n / 10) for n in range(4)),
        tacet=(False, False, False, True),
        locked=(False, True, False, False),
        levels_db=(0.0, -3.0, 0.0, 0.0),
    )


def project() -> Project:
    """A note on each second, one that is held over the boundary at 8 s, and a take for it all."""
    timeline = old_timeline()
    notes = [Note(float(n), n + 0.5, "piano", 60 + n, 80) for n in range(12)]
    notes.append(Note(7.5, 9.5, "strings", 48, 70))
    take = Take(
        id="take",
        seed=1,
        settings=GenerationSettings(),
        tokens=(),
        music=Music(16.0, tuple(sorted(notes)), bar_onsets_s=(0.0, 4.0, 8.0, 12.0)),
        hits=(),
        weights_sha256="ab" * 32,
        engine_version="0.1.0",
        name="mine",
    )
    source = VideoSource("/films/old.mov", "aa" * 20, timeline.duration, RATE.ratio)
    return Project(source, timeline, (with_provenance(take, timeline),), "take")


def edit(lengths: list[int]) -> NewEdit:
    """A new film of shots of these lengths in frames."""
    frames = [sum(lengths[: n + 1]) for n in range(len(lengths) - 1)]
    return NewEdit(
        VideoSource("/films/new.mov", "bb" * 20, at(sum(lengths)), RATE.ratio),
        at(sum(lengths)),
        tuple(SceneCut(at(frame), frame, 0.7) for frame in frames),
        tuple(emotion(-n / 10) for n in range(len(lengths))),
    )


def kept(**places: int) -> list[Kept]:
    """``s1=96``: segment 1 begins at frame 96."""
    return [Kept(int(name[1:]), at(frame)) for name, frame in places.items()]


def fates(plan) -> list[tuple[str, int | None]]:
    return [(move.fate, move.old) for move in plan.moves]


def test_nothing_changed_changes_nothing():
    before = project()
    plan = planned(before.timeline, edit([96] * 4), kept(s0=0, s1=96, s2=192, s3=288))

    after = conformed(before, plan)

    assert fates(plan) == [("same", n) for n in range(4)]
    assert after.timeline == before.timeline
    assert after.takes[0].music == before.takes[0].music
    assert after.takes[0].parts == before.takes[0].parts
    assert after.video.path == "/films/new.mov"


def test_a_new_shot_in_the_middle_moves_what_follows():
    before = project()
    plan = planned(before.timeline, edit([96, 96, 48, 96, 96]), kept(s0=0, s1=96, s2=240, s3=336))

    after = conformed(before, plan)
    music = after.takes[0].music

    assert fates(plan) == [("same", 0), ("same", 1), ("new", None), ("moved", 2), ("moved", 3)]
    assert part_states(after.timeline, after.take) == (
        *("fresh", "locked", "stale", "fresh", "tacet"),
    )
    known = {one.id for one in before.timeline.boundaries}  # those made anew are drawn at random
    assert [one.id for one in after.timeline.boundaries if one.id in known] == [
        *("b96", "b192", "b288"),
    ]
    assert after.timeline.levels_db[1] == -3.0
    assert music.duration_s == 18.0
    assert set(music.bar_onsets_s) == {0.0, 4.0, 10.0, 14.0}
    first = [note for note in before.takes[0].music.notes if note.onset_s < 7.4]
    assert list(music.notes[: len(first)]) == first  # to the last bit
    held = next(note for note in music.notes if note.family == "strings")
    assert held.end_s == 8.5  # released where what it was held into has gone
    assert [note.onset_s for note in music.notes if note.pitch >= 68] == [10.0, 11.0, 12.0, 13.0]


def test_segments_in_another_order_take_their_music_along():
    before = project()
    plan = planned(before.timeline, edit([96] * 4), kept(s2=0, s1=96, s0=192, s3=288))

    after = conformed(before, plan)

    assert fates(plan) == [("moved", 2), ("same", 1), ("moved", 0), ("same", 3)]
    onsets = {note.pitch: note.onset_s for note in after.takes[0].music.notes}
    assert (onsets[68], onsets[64], onsets[60]) == (0.0, 4.0, 8.0)
    assert after.timeline.locked == (False, True, False, False)


def test_a_trimmed_segment_is_stale_and_keeps_what_the_user_said():
    before = project()
    said = before.timeline.with_point(2, VAPoint(0.9, 0.9))
    before = replace(before, timeline=said)
    plan = planned(
        said,
        edit([96, 96, 60, 96]),
        kept(s0=0, s1=96, s3=252),
        [Part(2, at(192), at(252))],
    )

    after = conformed(before, plan)

    assert fates(plan) == [("same", 0), ("same", 1), ("changed", 2), ("moved", 3)]
    assert part_states(after.timeline, after.take)[2] == "stale"
    assert after.timeline.emotions[2].chosen == VAPoint(0.9, 0.9)
    assert after.timeline.emotions[2].detected.valence == -0.2  # read anew


def test_a_segment_that_runs_on_without_a_cut_is_changed():
    before = project()

    plan = planned(before.timeline, edit([96, 120, 96, 96]), kept(s0=0, s1=96, s2=216, s3=312))

    assert fates(plan) == [("same", 0), ("changed", 1), ("moved", 2), ("moved", 3)]
    assert plan.timeline.locked == (False,) * 4
    assert not any(a.time == at(192) for a in plan.timeline.boundaries)


def test_what_is_gone_is_told():
    before = project()

    plan = planned(before.timeline, edit([96, 96]), kept(s0=0, s3=96))

    assert fates(plan) == [("same", 0), ("moved", 3), ("gone", 1), ("gone", 2)]
    assert plan.timeline.tacet == (False, True)


def test_nothing_is_left_of_the_old_edit():
    before = project()

    after = conformed(before, planned(before.timeline, edit([50, 70]), []))

    assert part_states(after.timeline, after.take) == ("stale", "stale")
    assert after.takes[0].music.notes == ()
    assert after.takes[0].name == "mine"
    assert after.take is not None


def test_hits_of_kept_boundaries_stay_hits():
    before = project()
    plan = planned(before.timeline, edit([96, 96, 24, 96, 96]), kept(s0=0, s1=96, s2=216, s3=312))

    by_id = {one.id: one for one in plan.timeline.boundaries}

    assert by_id[BoundaryId("b192")].is_hit
    assert not by_id[BoundaryId("b96")].is_hit
    assert by_id[BoundaryId("b192")].wanted is None


def edl(folder: Path, shots: list[tuple[str, int, int]], name: str) -> Path:
    """An EDL of (reel, first frame of the source, length)."""
    rows, now = ["TITLE: made", "FCM: NON-DROP FRAME"], 86400
    for number, (reel, source, length) in enumerate(shots, start=1):
        codes = (source, source + length, now, now + length)
        rows.append(
            f"{number:03d}  {reel:<8} V     C        "
            + " ".join(timecode(frame, RATE) for frame in codes)
        )
        now += length
    path = folder / name
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_list_by_the_lengths_of_its_shots(tmp_path):
    timeline = replace(
        old_timeline(),
        boundaries=tuple(Boundary(BoundaryId(f"b{frame}"), at(frame)) for frame in (50, 150, 170)),
    )
    before = replace(project(), timeline=timeline)
    new = edl(tmp_path, [("A", 0, 50), ("N", 0, 33), ("A", 50, 100), ("A", 170, 214)], "new.edl")

    plan = plan_by_list(before, new)

    assert fates(plan)[:4] == [("same", 0), ("new", None), ("moved", 1), ("moved", 3)]
    assert fates(plan)[4:] == [("gone", 2)]
    assert "old film" in plan.edit.remarks[0]


def test_lists_by_source_timecode_find_another_order(tmp_path):
    old = edl(tmp_path, [("A", 0, 96), ("A", 500, 96), ("B", 0, 96), ("B", 300, 96)], "old.edl")
    new = edl(tmp_path, [("B", 0, 96), ("A", 480, 130), ("A", 0, 96), ("B", 301, 96)], "new.edl")

    plan = plan_by_list(project(), new, old_list=old)

    by_old = {move.old: move.fate for move in plan.moves}
    assert (by_old[2], by_old[0]) == ("moved", "moved")
    assert by_old[3] == "changed"  # a frame less of it


@pytest.mark.parametrize("has_sources", [False, True])
@pytest.mark.parametrize("dropped", [0, 2])
@pytest.mark.parametrize("trim", [(0, 60), (36, 60), (20, 50)])
def test_a_trimmed_shot_beside_one_that_is_left_out_is_changed(
    tmp_path, has_sources, dropped, trim
):
    first, length = trim
    old = [("A", 0, 90), ("A", 500, 96), ("B", 0, 102), ("B", 300, 96)]
    shots = [(reel, start, size) for reel, start, size in old]
    shots[1] = ("A", 500 + first, length)
    del shots[dropped]
    timeline = replace(
        old_timeline(),
        boundaries=tuple(Boundary(BoundaryId(f"b{frame}"), at(frame)) for frame in (90, 186, 288)),
    )
    before = replace(project(), timeline=timeline)

    plan = plan_by_list(
        before,
        edl(tmp_path, shots, "new.edl"),
        old_list=edl(tmp_path, old, "old.edl") if has_sources else None,
    )

    by_old = {move.old: move.fate for move in plan.moves}
    assert plan.count("new") == 0
    if has_sources or dropped == 2:  # by length alone, the nearer of the two is taken for it
        assert (by_old[1], by_old[dropped]) == ("changed", "gone")
    assert sorted(by_old.values()).count("changed") == 1
    assert sorted(by_old.values()).count("gone") == 1


def test_a_list_without_an_end_is_one_sentence(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("frame\n48\n", encoding="utf-8")

    with pytest.raises(CutListError, match="where the edit ends"):
        plan_by_list(project(), path)


def test_the_segments_of_a_plan_tile_the_new_film():
    plan = planned(old_timeline(), edit([10, 96, 3, 96, 40]), kept(s1=10, s2=109))

    placed = [move for move in plan.moves if move.new is not None]
    assert placed[0].new_start == 0
    assert placed[-1].new_end == plan.timeline.duration
    assert all(a.new_end == b.new_start for a, b in pairwise(placed))
