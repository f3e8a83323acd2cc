"""The options of every command."""

from __future__ import annotations

import argparse
from pathlib import Path

from emsync_engine import __version__
from emsync_engine.cli.conforming import add_conform
from emsync_engine.cli.cut_lists import add_cut_list
from emsync_engine.cli.cutting import add_cuts
from emsync_engine.cli.emotion_learning import add_fusion_training
from emsync_engine.cli.evaluating import add_evaluate
from emsync_engine.cli.exporting import add_export, add_outputs, lufs
from emsync_engine.cli.models import add_models
from emsync_engine.cli.parts import add_opening, add_project_commands
from emsync_engine.cli.text_learning import add_train_emotion_text
from emsync_engine.cli.usage import Parser
from emsync_engine.music.ensembles import DEFAULT_ENSEMBLE, ENSEMBLES
from emsync_engine.music.published.presets import PRESETS
from emsync_engine.project.key_names import key_named
from emsync_engine.project.model import FASTEST_BPM, SLOWEST_BPM, VAPoint
from emsync_engine.project.tacet import TacetRange

DEVICES = ("auto", "cpu", "cuda", "mps")
ENDINGS = ("ring", "button", "fade", "loop")


def build_parser() -> argparse.ArgumentParser:
    """The parser for ``emsync``."""
    parser: argparse.ArgumentParser = Parser(
        prog="emsync", description="Music for video, composed on your own machine."
    )
    parser.add_argument("--version", action="version", version=f"emsync {__version__}")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="tell what is done")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_doctor(commands)
    _add_analyze(commands)
    add_cuts(commands)
    _add_score(commands)
    add_project_commands(commands)
    add_conform(commands)
    add_export(commands)
    _add_render(commands)
    _add_train(commands)
    add_evaluate(commands)
    add_models(commands)
    return parser


Commands = argparse._SubParsersAction


def _add_doctor(commands: Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="tell what works on this machine")
    doctor.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_analyze(commands: Commands[argparse.ArgumentParser]) -> None:
    analyze = commands.add_parser("analyze", help="find the cuts and read the emotion of a video")
    _add_video(analyze)
    analyze.add_argument("--device", choices=DEVICES, default="auto", help="for installed models")


def _add_video(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("video", metavar="VIDEO", type=Path)
    add_cut_list(parser)
    parser.add_argument(
        "--detector",
        type=_detector,
        metavar="NAME",
        help="how cuts are found: emsync (the default), content, adaptive, hash, histogram "
        "or ffmpeg",
    )
    parser.add_argument(
        "--reading",
        choices=("installed", "again", "built-in"),
        default="installed",
        help="read the emotion with the models that you installed, also with those that failed on "
        "this film before (again), or with the built-in one alone",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_score(commands: Commands[argparse.ArgumentParser]) -> None:
    score = commands.add_parser("score", help="compose music for a video and write the film")
    _add_video(score)
    score.add_argument("--seed", type=_seed, default=1, metavar="N", help="same seed, same music")
    score.add_argument(
        "--takes", type=_count, default=1, metavar="N", help="compose N takes, keep the best"
    )
    score.add_argument(
        "--va", type=va_point, metavar="V,A", help="valence and arousal for the whole film, -1..1"
    )
    score.add_argument("--ensemble", choices=tuple(ENSEMBLES), default=DEFAULT_ENSEMBLE)
    score.add_argument(
        "--ending",
        choices=ENDINGS,
        default=ENDINGS[0],
        help="the tonic on the last hit, ringing (ring) or short (button); fade out; or loop",
    )
    score.add_argument(
        "--sync",
        type=_percent,
        default=6.0,
        metavar="PERCENT",
        help="how far the tempo may be bent onto the cuts, 0 to 15 (6)",
    )
    _add_wishes(score)
    add_opening(score)
    add_outputs(score)
    score.set_defaults(audio=None)  # under; what else would suit the film's sound is then said
    score.add_argument("--weights", default="open", metavar="NAME")
    score.add_argument(
        "--sampling",
        choices=tuple(PRESETS),
        help="draw the notes as published (default: as suits the weights)",
    )
    score.add_argument("--device", choices=DEVICES, default="auto")


def _add_wishes(score: argparse.ArgumentParser) -> None:
    """What a user may say of the music that the composer is to obey."""
    score.add_argument(
        "--key", type=_key, metavar="KEY", help='such as "D minor", F# or Bbm (default: any)'
    )
    score.add_argument(
        "--tempo",
        type=_tempo,
        metavar="BPM",
        help=f"beats a minute, {SLOWEST_BPM:g} to {FASTEST_BPM:g} (default: any)",
    )
    score.add_argument(
        "--tacet",
        type=_tacet,
        action="append",
        default=[],
        metavar="FROM-TO",
        help="no music in this range: seconds (12.5-20), timecode counted from the first picture "
        "(00:00:12:12-00:00:20:00), or to the end (40-end); each end is the nearest frame, or the "
        "cut if one lies within 0.1 s; may be given again for other ranges",
    )


def _add_render(commands: Commands[argparse.ArgumentParser]) -> None:
    render = commands.add_parser("render", help="play a MIDI file into a WAV")
    render.add_argument("midi", metavar="MIDI", type=Path)
    render.add_argument("-o", dest="out", type=Path, required=True, metavar="WAV")
    render.add_argument("--ensemble", choices=tuple(ENSEMBLES), help="play it with these programs")
    render.add_argument("--lufs", type=lufs, default=-14.0)
    render.add_argument("--overwrite", action="store_true")


def _add_train(commands: Commands[argparse.ArgumentParser]) -> None:
    train = commands.add_parser("train", help="prepare music and train the composer")
    what = train.add_subparsers(dest="what", required=True, metavar="WHAT")
    prepare = what.add_parser("prepare", help="MIDI archives to a packed token store")
    prepare.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of NAME.tar.xz")
    prepare.add_argument("work", type=Path, metavar="WORK", help="folder for the token store")
    prepare.add_argument(
        "--tier", choices=("open", "full"), default="open", help="permissive sources, or all"
    )
    music = what.add_parser("music", help="train the composer; resumes where it stopped")
    music.add_argument("work", type=Path, metavar="WORK", help="folder that was prepared")
    music.add_argument("--recipe", default="open", metavar="NAME|FILE")
    music.add_argument("--run", default="run", metavar="NAME", help="folder of the run in WORK")
    music.add_argument(
        "--from",
        dest="first_weights",
        type=Path,
        metavar="WEIGHTS",
        help="a new run starts from these",
    )
    music.add_argument("--hours", type=float, default=2.0, help="length of the whole run")
    music.add_argument("--device", choices=DEVICES, default="auto")
    music.add_argument("--compile", action="store_true", help="compile the model (needs g++)")
    music.add_argument("--export", type=Path, metavar="FILE", help="write the weights here at last")
    _add_train_va(what)
    _add_train_emotion(what)
    add_train_emotion_text(what)
    _add_train_index(what)
    _add_train_label(what)
    curve = what.add_parser("curve", help="the training curve of a run, as a picture")
    curve.add_argument("run_folder", type=Path, metavar="RUN")
    curve.add_argument("-o", dest="out", type=Path, required=True, metavar="PNG")


def _add_train_va(what: Commands[argparse.ArgumentParser]) -> None:
    va = what.add_parser("va", help="train the music-emotion regressor, and the judge")
    va.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of NAME.tar.xz")
    va.add_argument("-o", dest="out", type=Path, required=True, metavar="FILE")
    va.add_argument(
        "--second", type=Path, metavar="FILE", help="train the second reader too, and write it"
    )
    va.add_argument("--judge", type=Path, metavar="FILE", help="train the judge too, and write it")
    va.add_argument("--work", type=Path, metavar="DIR", help="keep the unpacked archives here")
    va.add_argument("--json", action="store_true")
    labels = what.add_parser("va-labels", help="label a token store with the regressor again")
    labels.add_argument("work", type=Path, metavar="WORK", help="folder that was prepared")
    labels.add_argument("-o", dest="out", type=Path, metavar="NPY", help="leave the store's as is")


def _add_train_emotion(what: Commands[argparse.ArgumentParser]) -> None:
    emotion = what.add_parser(
        "emotion", help="train the fusion on labelled films, or the reading of pictures"
    )
    add_fusion_training(emotion)
    emotion.add_argument(
        "--builtin",
        type=Path,
        metavar="DATA",
        help="train the reading of pictures on rated photographs: labels.csv, images.tar (OASIS)",
    )
    emotion.add_argument("-o", dest="out", type=Path, metavar="FILE", help="write the model here")
    emotion.add_argument(
        "--plot", type=Path, metavar="PNG", help="read against rated, as a picture"
    )
    emotion.add_argument("--json", action="store_true")


def _add_train_index(what: Commands[argparse.ArgumentParser]) -> None:
    index = what.add_parser("index", help="index the training music's melodies, for originality")
    index.add_argument("work", type=Path, metavar="WORK", help="folder that was prepared")
    index.add_argument("-o", dest="out", type=Path, required=True, metavar="FILE")
    index.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write originality.md and its picture there"
    )
    index.add_argument(
        "--takes", type=_number, default=0, metavar="N", help="compose N takes to compare (0)"
    )
    index.add_argument("--seconds", type=float, default=60.0, metavar="S", help="length of a take")
    index.add_argument("--weights", default="open", metavar="NAME")
    index.add_argument("--device", choices=DEVICES, default="auto")


def _add_train_label(what: Commands[argparse.ArgumentParser]) -> None:
    label = what.add_parser(
        "label", help="tempo, density, instruments, valence and arousal of a folder of MIDI"
    )
    label.add_argument("folder", type=Path, metavar="FOLDER")
    label.add_argument(
        "--valences", type=Path, metavar="JSON", help="Spotify's valences by the files' MD5"
    )
    label.add_argument(
        "--out", type=Path, metavar="FILE", help="JSON lines here (default: standard output)"
    )


def va_point(text: str) -> VAPoint:
    """``"0.8,-0.2"`` to a point; argparse reports what is wrong."""
    fields = text.split(",")
    try:
        valence, arousal = (float(field) for field in fields)
        return VAPoint(valence, arousal)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not two numbers from -1 to 1, such as 0.8,-0.2"
        ) from None


def _detector(text: str) -> str:
    from emsync_engine.scenes.detectors import DETECTORS, UNAVAILABLE  # decodes pictures: slow

    if text not in DETECTORS and text not in UNAVAILABLE:
        names = ", ".join(DETECTORS)
        raise argparse.ArgumentTypeError(f"there is no detector {text!r}; choose one of {names}")
    return text


def _seed(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) > 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 1000")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 64")
    return int(text)


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 15:
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage from 0 to 15")
    return value


def _key(text: str) -> str:
    try:
        return key_named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _tempo(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not SLOWEST_BPM <= value <= FASTEST_BPM:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a tempo from {SLOWEST_BPM:g} to {FASTEST_BPM:g} beats a minute"
        )
    return value


def _tacet(text: str) -> TacetRange:
    try:
        return TacetRange.written(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
