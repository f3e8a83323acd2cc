"""What is done with music once it is written, so that it lands: tempo fit, ending, hit report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from emsync_engine.music.dynamics import shape_velocities
from emsync_engine.music.endings import Ended, with_ending
from emsync_engine.music.gathering import gathered, lifted
from emsync_engine.music.hits import hit_report, landed_onsets, music_chords
from emsync_engine.music.keys import key_called
from emsync_engine.music.tacet import is_silent_at, silenced, sounding_end_s
from emsync_engine.music.tempo_fit import fit_tempo
from emsync_engine.music.warp import Span, Warp, warped
from emsync_engine.project.model import GenerationSettings, Hit
from emsync_engine.project.notes import Music, Note

Chord = tuple[Note, ...]

_STILL_STRONG_S = 0.95  # a chord that the ending cuts shorter is none any more


@dataclass(frozen=True, slots=True)
class Landing:
    """Music as it lands, and the hits before and after."""

    music: Music
    hits_before: tuple[Hit, ...]
    hits: tuple[Hit, ...]
    warp: Warp

    @property
    def measures(self) -> Mapping[str, float]:
        """Hits exact before and after, and how far the tempo was bent, in per cent at most."""
        return {
            "hits_exact_before": float(sum(hit.status == "exact" for hit in self.hits_before)),
            "hits_exact": float(sum(hit.status == "exact" for hit in self.hits)),
            "tempo_bent_percent": 100 * max(abs(rate - 1) for rate in self.warp.rates),
        }

    def played(self, arousal_at: Callable[[float], float], *, seed: int) -> Music:
        """The music with its velocities; see ``dynamics.shape_velocities``."""
        landed_s = landed_onsets(self.hits)
        return shape_velocities(self.music, arousal_at, seed=seed, hits_s=landed_s)


def landed(
    music: Music,
    hits_s: Sequence[float],
    *,
    settings: GenerationSettings,
    frame_s: float,
    locked: Sequence[Span] = (),
    tacet_s: Sequence[Span] = (),
) -> Landing:
    """Bend the tempo onto the hits, gather what is struck there, end the music, judge every hit.

    Strong chords are found once, in the tempo in which the music was written: what is strong there
    stays strong when two beats become a hair shorter than two beats of their bent bar.

    Parameters
    ----------
    music : as the composer wrote it, exactly as long as the film
    hits_s : times to be marked, seconds
    settings : of which ``sync_percent``, ``ending`` and ``key`` count here
    frame_s : length of a frame of the film, seconds
    locked : spans (start, end) in seconds that keep every note
    tacet_s : spans (cue out, cue in) in seconds that are silent, and where nothing is to land
    """
    whole = music_chords(music)
    music = silenced(music, tacet_s)
    chords = _as_sounding(whole, music)
    fit = fit_tempo(
        [chord[0].onset_s for chord in chords],
        hits_s,
        duration_s=music.duration_s,
        bars_s=music.bar_onsets_s,
        limit=settings.sync_percent / 100,
        tolerance_s=frame_s / 2,
        locked=locked,
        tacet_s=tacet_s,
    )
    fitted = silenced(warped(music, fit.warp, locked=locked), tacet_s)
    bent = [_moved(chord, fit.warp, locked) for chord in chords]
    if settings.sync_percent:
        on_hits = _on_hits(bent, hits_s, frame_s)
        fitted = lifted(gathered(fitted, on_hits, locked=locked), on_hits, locked=locked)
    ended = _ended(fitted, hits_s, settings, locked, tacet_s)
    remaining = _remaining(bent, ended.music)
    if ended.chord:
        remaining.append(ended.chord)
    return Landing(
        ended.music,
        hit_report(music, hits_s, frame_s=frame_s, chords=chords, tacet_s=tacet_s),
        hit_report(ended.music, hits_s, frame_s=frame_s, chords=remaining, tacet_s=tacet_s),
        fit.warp,
    )


def _ended(
    music: Music,
    hits_s: Sequence[float],
    settings: GenerationSettings,
    locked: Sequence[Span],
    tacet_s: Sequence[Span],
) -> Ended:
    """The ending where the music ends: a silence that lasts until the film's end comes after it.

    A closing chord is not set across a silence: where the last stretch of music is too short for
    one, it ends as it was written.
    """
    end_s = sounding_end_s(music.duration_s, tacet_s)
    silent = [(start, end) for start, end in tacet_s if end < end_s]
    since_s = max([0.0, *(end for _, end in silent)])
    ended = with_ending(
        music if end_s == music.duration_s else replace(music, duration_s=end_s),
        settings.ending,
        hits_s=[h for h in hits_s if h >= since_s and not is_silent_at(h, tacet_s)],
        limit=settings.sync_percent / 100,
        locked=(*locked, *silent),
        key=None if settings.key is None else key_called(settings.key),
    )
    if end_s == music.duration_s:
        return ended
    return Ended(replace(ended.music, duration_s=music.duration_s), ended.chord)


def _moved(chord: Chord, warp: Warp, locked: Sequence[Span]) -> Chord:
    return warped(Music(0.0, chord), warp, locked=locked).notes


def _as_sounding(chords: Sequence[Chord], music: Music) -> list[Chord]:
    """The chords with the ends that a silence leaves them: one that is cued out is strong still."""
    ends = {(note.family, note.pitch, note.onset_s): note.end_s for note in music.notes}
    return [
        tuple(replace(note, end_s=ends[note.family, note.pitch, note.onset_s]) for note in chord)
        for chord in chords
        if all((note.family, note.pitch, note.onset_s) in ends for note in chord)
    ]


def _on_hits(chords: Sequence[Chord], hits_s: Sequence[float], frame_s: float) -> list[Chord]:
    """The chords that start within half a frame of a hit."""
    return [
        chord
        for chord in chords
        if any(abs(chord[0].onset_s - hit_s) <= frame_s / 2 for hit_s in hits_s)
    ]


def _remaining(chords: Sequence[Chord], music: Music) -> list[Chord]:
    """The chords that the ending left as they were, or long enough."""
    ends = {(note.family, note.pitch, note.onset_s): note.end_s for note in music.notes}
    remaining: list[Chord] = []
    for chord in chords:
        kept = tuple(
            replace(note, end_s=ends[note.family, note.pitch, note.onset_s])
            for note in chord
            if (note.family, note.pitch, note.onset_s) in ends
        )
        is_whole = kept == chord
        is_long = bool(kept) and min(n.end_s - n.onset_s for n in kept) >= _STILL_STRONG_S
        if is_whole or (is_long and len(kept) == len(chord)):
            remaining.append(kept)
    return remaining
