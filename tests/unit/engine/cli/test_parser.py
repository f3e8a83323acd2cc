"""Options: what is understood, and what is refused as wrong usage."""

import pytest

from emsync_engine.cli.main import with_joined_values
from emsync_engine.cli.parser import ENDINGS, build_parser
from emsync_engine.music import endings
from emsync_engine.project.model import GenerationSettings, VAPoint


def parsed(*arguments):
    return build_parser().parse_args(with_joined_values(list(arguments)))


def test_negative_valence_is_a_value_and_no_option():
    assert parsed("score", "a.mp4", "--va", "-0.8,-0.2").va == VAPoint(-0.8, -0.2)
    assert parsed("score", "a.mp4", "--va=-1,1").va == VAPoint(-1, 1)
    assert parsed("score", "--lufs", "-23", "a.mp4").lufs == -23


def test_a_name_with_a_leading_dash_after_two_dashes():
    assert str(parsed("score", "--", "-x.mp4").video) == "-x.mp4"
    assert str(parsed("score", "--seed", "3", "--", "--va").video) == "--va"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sing", "a.mp4"),
        ("score",),
        ("score", "a.mp4", "--va", "2,0"),
        ("score", "a.mp4", "--va", "0.5"),
        ("score", "a.mp4", "--va", "nan,0"),
        ("score", "a.mp4", "--va", "inf,0"),
        ("score", "a.mp4", "--va"),
        ("score", "a.mp4", "--ensemble", "kazoo"),
        ("score", "a.mp4", "--takes", "0"),
        ("score", "a.mp4", "--takes", "²"),
        ("score", "a.mp4", "--seed", "-1"),
        ("score", "a.mp4", "--seed", "²"),
        ("score", "a.mp4", "--lufs", "0"),
        ("score", "a.mp4", "--audio", "over"),
        ("score", "a.mp4", "--ending", "coda"),
        ("score", "a.mp4", "--sync", "16"),
        ("score", "a.mp4", "--sync", "-1"),
        ("score", "a.mp4", "--sync", "nan"),
        ("score", "a.mp4", "--device", "abacus"),
        ("score", "a.mp4", "--key", "H major"),
        ("score", "a.mp4", "--key", ""),
        ("score", "a.mp4", "--tempo", "5"),
        ("score", "a.mp4", "--tempo", "fast"),
        ("score", "a.mp4", "--tempo", "nan"),
        ("score", "a.mp4", "--tacet", "12.5"),
        ("score", "a.mp4", "--tacet", "20-12.5"),
        ("score", "a.mp4", "--tacet", "-3"),
        ("score", "a.mp4", "--detector", "telepathy"),
        ("analyze", "a.mp4", "--overwrite"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_why(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed(*arguments)

    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    [sentence] = told.err.splitlines()
    assert sentence.startswith("emsync")
    assert sentence.endswith("--help tells more.")
    assert "usage:" not in sentence


def test_the_defaults_are_those_of_the_design():
    options = parsed("score", "a.mp4")

    assert (options.ensemble, options.ending) == ("cinematic", "ring")
    assert options.audio is None  # under, with a word where something else suits the film better
    assert tuple(endings.ENDINGS) == ENDINGS
    assert options.sync == GenerationSettings().sync_percent == 6
    assert options.ending == GenerationSettings().ending == endings.DEFAULT_ENDING
    assert (options.lufs, options.takes, options.seed) == (-14.0, 1, 1)
    assert not options.overwrite
    assert not options.stems


def test_key_tempo_and_silence_are_understood():
    options = parsed(
        *("score", "a.mp4", "--key", "d min", "--tempo", "96"),
        *("--tacet", "12.5-20", "--tacet", "00:01:00:00-end"),
    )
    assert (options.key, options.tempo) == ("D minor", 96.0)
    assert [(one.start, one.end) for one in options.tacet] == [
        ("12.5", "20"),
        ("00:01:00:00", "end"),
    ]
    plain = parsed("score", "a.mp4")
    assert (plain.key, plain.tempo, plain.tacet) == (None, None, [])
    assert parsed("score", "a.mp4").tacet is not options.tacet


def test_what_is_wrong_with_a_wish_is_said_in_one_sentence(capsys):
    for option, value, said in (
        ("--key", "H major", "'H major' is no key such as C major, F# minor or Bb major"),
        ("--tempo", "5", "'5' is not a tempo from 40 to 220 beats a minute"),
        ("--tacet", "20-12.5", "the tacet range 20-12.5 ends before it begins"),
    ):
        with pytest.raises(SystemExit):
            parsed("score", "a.mp4", option, value)
        wanted = f"emsync score: {option}: {said}; emsync score --help tells more.\n"
        assert capsys.readouterr().err == wanted
