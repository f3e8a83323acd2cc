"""A composer that does exactly what it is told, and a judge that reads it without fail."""

from __future__ import annotations

import numpy as np

from emsync_engine.affect.reading import reading_of
from emsync_engine.project.model import VAPoint
from emsync_engine.project.notes import Music, Note


class ObedientWriter:
    """Writes one note every half second: its pitch tells valence, its length arousal.

    ``lag_s`` is how late it follows, ``gain`` how far, ``chords`` whether it marks the hits.
    """

    def __init__(self, *, lag_s=0.0, gain=1.0, cross=0.0, chords=True):
        self.lag_s, self.gain, self.cross, self.chords = lag_s, gain, cross, chords
        self.written = 0

    def write(self, asked, *, monitor=None):
        self.written += len(asked)
        return [self.piece(wish, seed) for wish, seed in asked]

    def piece(self, wish, seed):
        rng = np.random.default_rng(seed)
        notes = []
        for onset in np.arange(0.0, wish.seconds - 0.01, 0.5):
            point = wish.point_at(max(onset - self.lag_s, 0.0))
            valence = self.gain * point.valence
            arousal = self.gain * (point.arousal + self.cross * point.valence)
            noise = rng.normal(0, 0.02, 2)
            pitch = round(64 + 30 * (valence + noise[0]))
            length = 0.25 + 0.2 * float(np.clip(arousal + noise[1], -1.2, 1.2))
            notes.append(Note(float(onset), float(onset) + length, "bass", pitch))
        chords = wish.hits_s if self.chords else ()
        for hit in chords:
            notes += [Note(hit, hit + 2.0, "strings", pitch) for pitch in (60, 64, 67)]
        return Music(wish.seconds, tuple(sorted(notes)), chord_onsets_s=tuple(chords))


class PerfectJudge:
    """Reads what the obedient writer wrote, from the notes that start in the window."""

    def read_windows(self, music, centres_s, width_s=12.0):
        rows = []
        for centre in centres_s:
            inside = [
                note
                for note in music.notes
                if note.family == "bass"
                and centre - width_s / 2 <= note.onset_s < centre + width_s / 2
            ]
            if not inside:
                rows.append((np.nan, np.nan))
                continue
            valence = np.mean([(note.pitch - 64) / 30 for note in inside])
            arousal = np.mean([(note.end_s - note.onset_s - 0.25) / 0.2 for note in inside])
            rows.append((valence, arousal))
        return np.clip(np.array(rows, dtype=float), -1, 1)

    def read(self, music, start_s, end_s):
        return reading_of(self, music, start_s, end_s, spread=np.array([0.1, 0.1]))


NEUTRAL = VAPoint(0.0, 0.0)
