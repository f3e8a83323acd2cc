"""How much the transition detector hangs on each threshold, and what leaving a film out does.

    python -m tests.benchmarks.cut_settings FILMS

FILMS holds films and ``cuts/NAME.csv``. Every threshold is moved down and up, one at a time. Then
each film is scored with the settings that are best on the others; where several are, with the
worst of them.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from emsync_engine.scenes.comparison import labelled_films
from emsync_engine.scenes.evaluation import CutScores, read_labels, score_cuts
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.scenes.tuning import Tuning
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe

MOVED = {
    "cut_change": (0.6, 0.9),
    "cut_excess": (0.3, 0.5),
    "comes_back": (0.6, 1.0),
    "sudden_share": (0.5, 0.7),
    "steady": (0.35, 0.55),
    "mixed": (0.7, 0.9),
    "mix_change": (0.6, 0.7, 0.95),
    "mix_excess": (0.2, 0.4, 0.5),
    "mix_share": (0.4, 0.6),
}
NOTHING = CutScores(0, 0, 0)


def main():
    """Score every setting on every film, then each film by what the others choose."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path)
    options = parser.parse_args()
    settings = {"as shipped": Tuning()} | {
        f"{name} {value}": replace(Tuning(), **{name: value})
        for name, values in MOVED.items()
        for value in values
    }
    scores = {name: {} for name in settings}
    for film, labels_path in labelled_films(options.films, options.films / "cuts"):
        video, labels = decode(probe(film)), read_labels(labels_path)
        for name, tuning in settings.items():
            cuts = TransitionDetector(tuning, cache=None).detect(video)
            scores[name][film.name] = score_cuts([cut.frame for cut in cuts], labels)
    for name, by_film in scores.items():
        total = sum(by_film.values(), start=NOTHING)
        sys.stdout.write(f"{name:<20}{total.hits}/{total.false_alarms}/{total.misses} ")
        sys.stdout.write(f"{total.f1:.3f}\n")
    left_out = NOTHING
    for film in scores["as shipped"]:
        others = {
            name: sum((one for other, one in by_film.items() if other != film), start=NOTHING).f1
            for name, by_film in scores.items()
        }
        chosen = [name for name in scores if others[name] == max(others.values())]
        left_out += min((scores[name][film] for name in chosen), key=lambda one: one.f1)
    sys.stdout.write(f"leaving one film out, at worst: {left_out}, F1 {left_out.f1:.3f}\n")


if __name__ == "__main__":
    main()
