import numpy as np
import pytest

from emsync_engine.affect.reading import SECOND_SHARE
from emsync_engine.midi import vocabulary as v
from emsync_engine.music.brief import Brief
from emsync_engine.music.decoding import Decoder
from emsync_engine.music.stretch_judge import AIM, StretchJudge, heard
from emsync_engine.music.stretches import SETTLING_S, Stretch
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.project.model import GenerationSettings, VAPoint
from tests.toy import toy_model

SECOND = v.shift_token(v.MAX_SHIFT_STEPS)


def brief(duration_s, hits_s=(), va_at=None):
    told = va_at or (lambda time_s: VAPoint(0.0, 0.0))
    families = ("bass", "piano", "strings")
    return Brief(duration_s, told, hits_s, families, GenerationSettings())


class Says:
    """Reads the same in all music."""

    def __init__(self, valence, arousal):
        self.said = np.array([valence, arousal])

    def read_windows(self, music, centres_s, width_s=12.0):
        return np.tile(self.said, (len(centres_s), 1))


def test_a_second_reader_counts_for_its_share_where_it_says_anything():
    asked = brief(12.0, va_at=lambda time_s: VAPoint(0.5, 0.5))
    writer = TokenWriter(Decoder(toy_model()), asked)
    writer.begin()
    for _ in range(4):
        writer.append(v.shift_token(50))
    stretch = Stretch(0.0, writer.time_s)
    aimed = AIM * 0.5

    def distance(second):
        return StretchJudge(Says(0.0, 0.0), asked, second=second).verdict(writer, stretch).distance

    assert distance(None) == pytest.approx(aimed.sum())
    both = distance(Says(0.3, np.nan))
    assert both == pytest.approx(aimed.sum() - 0.3 * SECOND_SHARE)


def test_a_stretch_without_its_chord_or_without_sound_is_worse():
    asked = brief(8.0, (4.0,))
    judge = StretchJudge(None, asked)
    stretch = Stretch(0.0, 4.0 + SETTLING_S)

    def written(*tokens):
        writer = TokenWriter(Decoder(toy_model()), asked)
        writer.follow([v.MORE_INSTRUMENTS, v.START, v.BAR, *tokens])
        return writer

    rest = [SECOND, v.shift_token(8)]
    held = v.on_token("bass", 30)
    chord = [v.on_token("piano", pitch) for pitch in (60, 64, 67)]
    landed = written(held, *[SECOND] * 4, v.CHORD, *chord, *rest)
    late = written(held, *[SECOND] * 3, v.CHORD, *chord, SECOND, *rest)
    missed = written(held, *[SECOND] * 4, *rest)
    silent = written(*[SECOND] * 4, v.CHORD, *chord, *rest)
    off = [judge.demerit(writer, stretch) for writer in (landed, late, missed, silent)]
    assert off[0] == 0
    assert off[0] < off[1] <= off[2]
    assert off[3] > 0
    assert [note.pitch for note in heard(landed, 3.9, 4.2).notes] == [30, 60, 64, 67]


def test_few_pitch_classes_speak_against_a_stretch():
    asked = brief(8.0)
    judge = StretchJudge(None, asked)

    def demerit(pitches):
        writer = TokenWriter(Decoder(toy_model()), asked)
        writer.follow([v.MORE_INSTRUMENTS, v.START, v.BAR])
        for pitch in pitches * 4:
            on = v.on_token("piano", pitch)
            writer.follow([on, v.shift_token(50), on - v.FIRST_ON + v.FIRST_OFF])
        return judge.demerit(writer, Stretch(3.0, writer.time_s))

    assert demerit((60, 67, 60, 67)) > demerit((60, 64, 67, 64)) > 0
    assert demerit((60, 62, 65, 69)) == 0
