import mido
import pytest

from emsync_engine.midi.lyrics import lyrics_of


def song(path, syllables, *, kind="lyrics", every=240, header=()):
    """A file that sings each syllable on a note; ``None`` is a rest of four beats."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("text", text=text) for text in header])
    waited = 0
    for syllable in syllables:
        if syllable is None:
            waited += 1920
            continue
        track.append(mido.MetaMessage(kind, text=syllable, time=waited))
        track.append(mido.Message("note_on", note=60, velocity=80))
        track.append(mido.Message("note_off", note=60, time=every))
        waited = 0
    file.tracks += [mido.MidiTrack([mido.MetaMessage("text", text="made by nobody")]), track]
    file.save(path)
    return path


WORDS = [
    "Love ",
    "me ",
    "ten",
    "der, ",
    "love ",
    "me ",
    "true, ",
    "ne",
    "ver ",
    "let ",
    "me ",
    "go",
]
LINE = "Love me tender, love me true, never let me go"


def test_syllables_become_words(tmp_path):
    assert lyrics_of(song(tmp_path / "a.mid", WORDS)) == (LINE,)


def test_hyphens_join_where_blanks_are_left_out(tmp_path):
    bare = ["Love", "me", "ten-", "der,", "love", "me", "true,", "ne-", "ver", "let", "me", "go"]
    assert lyrics_of(song(tmp_path / "a.mid", bare)) == (LINE,)


def test_rests_end_lines_where_nothing_else_does(tmp_path):
    sung = [*WORDS[:4], None, *WORDS[4:]]
    assert lyrics_of(song(tmp_path / "a.mid", sung)) == (
        "Love me tender,",
        "love me true, never let me go",
    )


def test_karaoke_marks_lines_itself(tmp_path):
    sung = ["\\Love ", "me ", "ten", "der, ", "/love ", "me ", None, "true, ", "\\ne", "ver "]
    path = song(tmp_path / "a.kar", sung, kind="text", header=("@KMIDI KARAOKE FILE", "@LENGL"))
    assert lyrics_of(path) == ("Love me tender,", "love me true,", "never")


def test_a_few_remarks_are_no_lyrics(tmp_path):
    assert lyrics_of(song(tmp_path / "a.mid", ["intro ", "verse "], kind="text")) == ()
    assert lyrics_of(song(tmp_path / "b.mid", [])) == ()


def test_letters_beyond_ascii(tmp_path):
    sung = [word.encode().decode("latin-1") for word in ["né ", *WORDS]]
    assert lyrics_of(song(tmp_path / "a.mid", sung))[0].startswith("né Love")


@pytest.mark.parametrize("content", [b"", b"\xff\x05 no music", b"MThd\xff\x05"])
def test_broken_files_have_none(tmp_path, content):
    path = tmp_path / "a.mid"
    path.write_bytes(content)
    assert lyrics_of(path) == ()
    assert lyrics_of(tmp_path / "missing.mid") == ()
