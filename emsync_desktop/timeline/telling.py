"""What lies under the pointer, in words."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from emsync_desktop.appearance import FAMILY_COLOURS
from emsync_desktop.film_clock import seconds_text
from emsync_desktop.inspector.reasons import reasons_words
from emsync_desktop.timeline.geometry import row_at
from emsync_desktop.timeline.hand import boundary_at, level_at
from emsync_desktop.timeline.music_lanes import hit_look
from emsync_desktop.timeline.names import emotion_name, lane_title, tr
from emsync_engine.project.model import Boundary

if TYPE_CHECKING:
    from emsync_desktop.timeline.view import TimelineView

WIDE = 52
"""Letters in a line of a tooltip."""


def words_at(view: TimelineView, at: QPointF) -> str:
    """What is under a pointer, and what the hand can do there, in a few words."""
    assert view.scene is not None
    boundary = boundary_at(view, at)
    if boundary is not None:
        return boundary_words(view, boundary)
    lane = row_at(view.lanes, at.y())
    if lane is None:
        return ""
    if at.x() < view.scale.origin_px:
        return _lane_words(lane)
    if lane == "ruler":
        return tr("Click to move the playhead; drag with Shift to mark a range")
    if lane == "segments":
        return _segment_words(view, view.segment_index_at(at.x()))
    if lane == "emotion":
        return _emotion_words(view, at)
    return _lane_words(lane) if lane in FAMILY_COLOURS else ""


def boundary_words(view: TimelineView, boundary: Boundary) -> str:
    """Where a boundary lies, and how the take lands on it."""
    assert view.scene is not None
    where = view.clock.text(boundary.time)
    if not boundary.is_hit:
        return tr("{where}: boundary, no hit").format(where=where)
    hit = view.scene.verdict(view.scene.timeline.boundaries.index(boundary))
    if hit is None:
        return tr("{where}: hit, no music for it yet").format(where=where)
    if hit.status == "tacet":
        return f"{where}: {hit.what}"
    states = {"exact": tr("exact"), "near": tr("near"), "missed": tr("missed")}
    error = "" if hit.error_ms is None else f" {hit_look(hit)[1]} ({hit.error_ms:+.0f} ms)"
    return f"{where}: {states[hit.status]}{error}\n{hit.what}"


def _segment_words(view: TimelineView, index: int) -> str:
    assert view.scene is not None
    timeline = view.scene.timeline
    emotion = timeline.emotions[index]
    name = emotion_name(view.scene.labels[index])
    if timeline.tacet[index]:
        name = tr("no music (tacet)")
    start_s, end_s = (float(one) for one in view.scene.edges_s[index : index + 2])
    where = f"{view.clock.text(start_s)} – {view.clock.text(end_s)}"
    lines = [f"{index + 1}: {name}", f"{where} · {seconds_text(end_s - start_s)}"]
    if timeline.locked[index]:
        lines.append(tr("locked: its music stays as it is"))
    if index in view.scene.stale:
        lines.append(tr("changed since its music was written"))
    if emotion.explanation:
        confidence = tr("confidence {value:.2f}").format(value=emotion.confidence)
        lines.append(fill(f"{reasons_words(emotion.explanation)} ({confidence})", WIDE))
    return "\n".join(lines)


def _emotion_words(view: TimelineView, at: QPointF) -> str:
    assert view.scene is not None
    time_s, curve = view.time_at(at.x()), view.scene.curve
    words = tr("valence {valence:+.2f}, arousal {arousal:+.2f}").format(
        valence=float(np.interp(time_s, curve.times_s, curve.valence)),
        arousal=float(np.interp(time_s, curve.times_s, curve.arousal)),
    )
    level = level_at(view, at)
    if level is None:
        return words
    names = {"valence": tr("valence"), "arousal": tr("arousal")}
    hint = tr("Drag up or down to change the {axis} of the segment").format(axis=names[level.axis])
    return f"{words}\n{hint}"


def _lane_words(lane: str) -> str:
    hints = {
        "segments": tr("Drag to choose several; double-click to split"),
        "emotion": tr("What the composer gets; thin lines are what was read in the film"),
        "hits": tr("How the music lands, in frames; double-click a mark to ask for a hit or not"),
        "original": tr("The sound of the film"),
    }
    if lane in FAMILY_COLOURS:
        title = lane_title(lane)[0]
        return tr("{family}: higher notes lie higher, louder ones are brighter").format(
            family=title
        )
    return hints.get(lane, lane_title(lane)[0])
