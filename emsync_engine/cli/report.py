"""What the commands answer: objects for ``--json``, lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from emsync_engine.cli.exporting import range_json
from emsync_engine.cli.project_report import current_hit_json, hit_json
from emsync_engine.cli.reading_report import models_json, models_lines, read_json
from emsync_engine.emotion.mapping import display_label
from emsync_engine.export import Exported
from emsync_engine.features.sound_content import SoundContent, StretchSound
from emsync_engine.music.current_hits import CurrentHit, current_hits
from emsync_engine.music.ranking import findings_of
from emsync_engine.pipeline import Analysis, Scored
from emsync_engine.project.model import EMOTIONS, HitStatus, SceneCut, Segment, Take
from emsync_engine.results import Outputs
from emsync_engine.timing import FrameRate, timecode
from emsync_engine.video.sound_choice import proposed_placement

Json = dict[str, Any]


def analysis_json(analysis: Analysis) -> Json:
    """``duration_s``, ``frame_rate``, ``cuts`` and ``segments``; ``sound`` if the film has any."""
    sound = analysis.sound
    return {
        "duration_s": float(analysis.timeline.duration),
        "frame_rate": str(analysis.info.frame_rate),
        "cuts": [_cut_json(cut) for cut in analysis.cuts],
        "segments": [
            {
                **_segment_json(segment),
                **({} if sound is None else {"sound": _heard_json(sound.segments[segment.index])}),
                **read_json(segment.emotion),
            }
            for segment in analysis.timeline.segments
        ],
        **models_json(analysis.models),
        **({} if sound is None else {"sound": _sound_json(sound)}),
    }


def _sound_json(sound: SoundContent) -> Json:
    """Speech and music of the whole film, where the score should go, and where either is."""
    proposed = proposed_placement(sound)
    spans = {
        name: [
            {
                "start_s": round(span.start_s, 3),
                "end_s": round(span.end_s, 3),
                "confidence": round(span.confidence, 3),
            }
            for span in found
        ]
        for name, found in (("speech_spans", sound.speech), ("music_spans", sound.music))
    }
    place = {"proposed": proposed.placement, "reason": proposed.reason}
    return {**_heard_json(sound.whole), **place, **spans}


def _heard_json(heard: StretchSound) -> Json:
    return {
        name: {"share": round(one.share, 3), "confidence": round(one.confidence, 3)}
        for name, one in (("speech", heard.speech), ("music", heard.music))
    }


def _cut_json(cut: SceneCut) -> Json:
    return {
        "time_s": float(cut.time),
        "frame": cut.frame,
        "kind": cut.kind,
        "score": round(cut.score, 6),
    }


def _segment_json(segment: Segment) -> Json:
    emotion = segment.emotion
    return {
        "start_s": float(segment.start),
        "end_s": float(segment.end),
        "emotion": {
            name: round(share, 6)
            for name, share in zip(EMOTIONS, emotion.distribution, strict=True)
        },
        "valence": round(emotion.point.valence, 6),
        "arousal": round(emotion.point.arousal, 6),
        "confidence": round(emotion.confidence, 6),
        "label": display_label(emotion.point),
        "explanation": emotion.explanation,
        **({"tacet": True} if segment.is_tacet else {}),
    }


def score_json(scored: Scored) -> Json:
    """The whole answer of ``emsync score --json``."""
    outputs = scored.outputs
    return {
        **analysis_json(scored.analysis),
        "hits": [hit_json(one.hit) for one in _hits(scored)],
        "take": _take_json(scored.take),
        "outputs": _outputs_json(outputs),
        "timings_s": {stage: round(seconds, 3) for stage, seconds in scored.timings_s.items()},
    }


def export_json(exported: Exported) -> Json:
    """The whole answer of ``emsync export --json``."""
    return {
        "hits": [current_hit_json(one) for one in exported.hits],
        "take": _take_json(exported.take),
        "range": range_json(exported.span),
        "outputs": _outputs_json(exported.outputs),
        "remarks": list(exported.remarks),
        "timings_s": {stage: round(seconds, 3) for stage, seconds in exported.timings_s.items()},
    }


def _outputs_json(outputs: Outputs) -> Json:
    return {name: str(path) for name, path in outputs.named().items()}


def _take_json(take: Take) -> Json:
    """``originality``: notes of the longest run of melody that the training music has too.

    What cannot be measured is null: the regressor or the index of melodies is not installed. Key
    and tempo are there if they were asked for.
    """
    wishes = {"key": take.settings.key, "tempo_bpm": take.settings.tempo_bpm}
    return {
        "seed": take.seed,
        "tokens": len(take.tokens),
        "notes": len(take.music.notes),
        "weights": take.settings.weights,
        "va_error": take.measures.get("va_error"),
        "originality": take.measures.get("originality"),
        **{name: wish for name, wish in wishes.items() if wish is not None},
    }


def analysis_lines(analysis: Analysis) -> list[str]:
    """The film, its cuts and its segments, for people."""
    rate = analysis.info.frame_rate
    hits = {boundary.time for boundary in analysis.timeline.hits}
    lines = [
        f"{analysis.info.path.name}: {float(analysis.timeline.duration):.3f} s, "
        f"{analysis.info.width}x{analysis.info.height}, {float(rate.ratio):.3f} pictures a second"
        f"{', variable rate' if analysis.info.is_vfr else ''}",
        f"{len(analysis.cuts)} cuts, {len(hits)} of them hits",
        "",
        f"  {'from':<12}{'to':<12}{'emotion':<10}{'valence':>8}{'arousal':>8}  reading",
    ]
    for segment in analysis.timeline.segments:
        point = segment.emotion.point
        marker = "*" if segment.start in hits else " "
        lines.append(
            f"{marker} {_code(segment.start, rate):<12}{_code(segment.end, rate):<12}"
            f"{display_label(point):<10}{point.valence:>8.2f}{point.arousal:>8.2f}"
            f"  {segment.emotion.explanation}"
        )
    lines += ["", "* begins with a hit", *models_lines(analysis.models)]
    return [*lines, *_remarks(analysis.warnings)]


def without_proposal(scored: Scored) -> Scored:
    """The same without the remark on where the music would better go."""
    reason = proposed_placement(scored.analysis.sound).reason
    analysis = scored.analysis
    warnings = tuple(one for one in analysis.warnings if one != reason)
    remarks = tuple(one for one in scored.remarks if one != reason)
    return replace(scored, analysis=replace(analysis, warnings=warnings), remarks=remarks)


def score_lines(scored: Scored) -> list[str]:
    """Where the results are, and how well the music lands, for people."""
    take = scored.take
    lines = [*_outputs_lines(scored.outputs), "", _notes_line(take), *_tacet_lines(scored.analysis)]
    lines += _hits_lines(_hits(scored), take)
    lines += _music_lines(take)
    total = sum(scored.timings_s[stage] for stage in ("probe", "decode", "cuts", "emotion"))
    total += scored.timings_s["compose"] + scored.timings_s["write"]
    lines.append(f"{total:.1f} s for {float(scored.analysis.timeline.duration):.1f} s of film")
    return [*lines, *_remarks(scored.remarks)]


def export_lines(exported: Exported) -> list[str]:
    """Where the results of a project's take are, and how well it lands, for people."""
    take = exported.take
    lines = [*_outputs_lines(exported.outputs), "", _notes_line(take, exported.span)]
    if exported.span is None:
        lines += [*_hits_lines(exported.hits, take), *_music_lines(take)]
    elif exported.hits:  # what was measured of the whole film says nothing of a part
        lines.append(f"in the range: {_hits_line(exported.hits)}")
    return [*lines, *_remarks(exported.remarks)]


_OUTPUT_WORDS = {"video": "film", "wav": "music", "midi": "MIDI", "handoff": "hand-off"}


def _outputs_lines(outputs: Outputs) -> list[str]:
    named = {
        _OUTPUT_WORDS.get(name, name.replace("_", " ")): path
        for name, path in outputs.named().items()
    }
    return [f"{name:<8} {path}" for name, path in named.items()]


def _notes_line(take: Take, span: tuple[Fraction, Fraction] | None = None) -> str:
    """What there is to hear, of all or of a range, and the key and tempo that were asked for."""
    if take.tacet_s and not take.music.notes:
        return "The whole film is tacet, so there is no music."
    key, bpm = take.settings.key, take.settings.tempo_bpm
    asked = [*([key] if key else []), *([f"{bpm:g} beats a minute"] if bpm else [])]
    count = f"{len(take.music.notes)} notes"
    if span is not None:
        start, end = map(float, span)
        inside = sum(note.end_s > start and note.onset_s < end for note in take.music.notes)
        count = f"{inside} of {count} in the range"
    line = f"seed {take.seed}: {count} for {', '.join(take.music.families)}"
    return f"{line}; asked for in {' at '.join(asked)}" if asked else line


def _tacet_lines(analysis: Analysis) -> list[str]:
    rate = analysis.info.frame_rate
    return [
        f"silent from {_code(start, rate)} to {_code(end, rate)}"
        for start, end in analysis.timeline.tacet_spans
    ]


def _music_lines(take: Take) -> list[str]:
    """How far the emotion is from what was asked, what melody is shared, and what is wrong."""
    lines: list[str] = []
    if "valence_error" in take.measures:
        lines.append(
            f"emotion off by {take.measures['valence_error']:.2f} in valence, "
            f"{take.measures['arousal_error']:.2f} in arousal (each from -1 to 1)"
        )
    if "originality_human" in take.measures and take.music.notes:
        shared, usual = take.measures["originality"], take.measures["originality_human"]
        lines.append(
            f"{shared:.0f} notes of melody in a row are in the training music too "
            f"(95 of 100 human pieces: {usual:.0f} at most)"
        )
    if findings := findings_of(take):
        lines.append("Something is not right with this music; another seed may do better.")
        lines += [finding.sentence for finding in findings]
    return lines


def _hits(scored: Scored) -> tuple[CurrentHit, ...]:
    rate = scored.analysis.info.frame_rate.ratio
    return current_hits(scored.analysis.timeline, scored.take, frame_rate=rate)


def _hits_lines(hits: Sequence[CurrentHit], take: Take) -> list[str]:
    """How the music lands, and how far the tempo was bent for that."""
    if not hits:
        return []
    lines = [_hits_line(hits)]
    changed = [one.state for one in hits if one.state != "written"]
    before = take.measures.get("hits_exact_before")
    if before is not None and take.settings.sync_percent > 0 and not changed:
        lines.append(
            f"tempo bent by {take.measures['tempo_bent_percent']:.1f} % at most "
            f"(limit {take.settings.sync_percent:g} %); without bending it, "
            f"{before:.0f} of the hits would be exact"
        )
    return lines


def _hits_line(hits: Sequence[CurrentHit]) -> str:
    landed = [one.hit.status for one in hits if one.state != "not written yet"]
    counts = {status: landed.count(status) for status in get_args(HitStatus)}
    said = [
        f"{len(hits)} hits: {counts['exact']} exact",
        f"{counts['near']} within 100 ms",
        f"{counts['missed']} missed",
        *([f"{counts['tacet']} where the music is tacet"] if counts["tacet"] else []),
    ]
    changed = [one.state for one in hits if one.state != "written"]
    if count := changed.count("not written yet"):
        said.append(f"{count} not written yet")
    if count := changed.count("stale"):
        said.append(f"{count} of them with stale music")
    return ", ".join(said)


def _remarks(sentences: tuple[str, ...]) -> list[str]:
    return [sentence for sentence in sentences if sentence]


def _code(time: Any, rate: FrameRate) -> str:
    return timecode(rate.nearest_frame(time), rate)


def folder_line(path: Path) -> str:
    """Where something was put."""
    return f"written to {path}"
