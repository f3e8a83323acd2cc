"""Why a segment was read as it was, in the language of the window.

The engine gives its reasons in English, made of few words; these are put together anew.
"""

from __future__ import annotations

import re

from emsync_desktop.timeline.names import tr

_BETWEEN = re.compile(r"(; |: |, | but )")


def reasons_words(explanation: str) -> str:
    """The same reasons; as they are where one of their words is not known here."""
    known = _known()
    parts = _BETWEEN.split(explanation)
    if not all(part in known for part in parts):
        return explanation
    return "".join(known[part] for part in parts)


def _known() -> dict[str, str]:
    """Every word of the engine's reasons, and what stands between them."""
    return {
        **{mark: mark for mark in ("; ", ": ", ", ")},
        " but ": tr(" but "),
        "uninviting pictures": tr("uninviting pictures"),
        "inviting pictures": tr("inviting pictures"),
        "calm pictures": tr("calm pictures"),
        "tense pictures": tr("tense pictures"),
        "dark": tr("dark"),
        "bright": tr("bright"),
        "pale": tr("pale"),
        "vivid": tr("vivid"),
        "still": tr("still"),
        "fast movement": tr("fast movement"),
        "long shots": tr("long shots"),
        "quick cuts": tr("quick cuts"),
        "quiet": tr("quiet"),
        "loud": tr("loud"),
        "dull sound": tr("dull sound"),
        "bright sound": tr("bright sound"),
        "sparse sound": tr("sparse sound"),
        "busy sound": tr("busy sound"),
        "minor harmony": tr("minor harmony"),
        "major harmony": tr("major harmony"),
        "bitter words": tr("bitter words"),
        "glad words": tr("glad words"),
        "quiet words": tr("quiet words"),
        "heated words": tr("heated words"),
        "many small signs": tr("many small signs"),
        "nothing marked": tr("nothing marked"),
        **_verdicts(),
    }


def _verdicts() -> dict[str, str]:
    return {
        "low arousal": tr("low arousal"),
        "medium arousal": tr("medium arousal"),
        "high arousal": tr("high arousal"),
        "negative valence": tr("negative valence"),
        "neutral valence": tr("neutral valence"),
        "positive valence": tr("positive valence"),
    }
