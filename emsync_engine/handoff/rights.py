"""Where a score comes from, under what licences, and whether money may be made with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from emsync_engine import __version__
from emsync_engine.errors import WeightsCorruptError
from emsync_engine.project.model import Project, Take

if TYPE_CHECKING:
    from emsync_engine.render.soundfont import Soundfont

Verdict = Literal["yes", "ask", "no"]

_FORBIDDING = ("non-commercial", "noncommercial", "-nc", "nc-", "research only", "personal use")
_PERMITTING = (
    *("apache", "mit", "bsd", "cc0", "public domain", "isc", "unlicense", "generaluser"),
    *("cc by 4", "cc-by-4", "cc by 3", "cc-by-3"),
)
_COPYLEFT = ("gpl", "cc by-sa", "cc-by-sa")
_ORDER: tuple[Verdict, ...] = ("yes", "ask", "no")


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something that the music was made with: what it is, its licence, and what that permits."""

    what: str
    name: str
    licence: str
    sha256: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Rights:
    """The ingredients of a score and the answer that they give together."""

    ingredients: tuple[Ingredient, ...]
    take: Take
    film_name: str
    film_hash: str

    @property
    def verdict(self) -> Verdict:
        return max((one.verdict for one in self.ingredients), key=_ORDER.index)


def rights_of(project: Project, soundfont: Soundfont) -> Rights:
    """What is known of a project's chosen take and the soundfont that plays it.

    ValueError for a project without a take.
    """
    take = project.take
    if take is None:
        raise ValueError("a project without a take has nothing to license")
    film = project.video.path.replace("\\", "/").rpartition("/")[2]
    return Rights(
        (_weights(take), _soundfont(soundfont)),
        take,
        film.encode(errors="replace").decode(),
        project.video.content_hash,
    )


def _weights(take: Take) -> Ingredient:
    from emsync_engine.weights import known_weights

    name, sha256 = take.settings.weights, take.weights_sha256
    try:
        known = known_weights()
    except WeightsCorruptError:
        known = {}
    entry = known.get(name)
    if entry is None:
        return Ingredient(
            "composer weights",
            name,
            "not known: these weights are not on this machine",
            sha256,
            "ask",
            "Nothing is known here of the weights that wrote it; ask whoever made them.",
        )
    verdict, reason = verdict_of(entry.licence)
    if entry.is_shipped and verdict == "yes":
        reason = (
            "They were trained by this project on public-domain and permissively licensed music "
            f"only; {entry.card} lists all of it."
        )
    if entry.sha256 != sha256:
        reason += " (The take was written by another version of these weights.)"
    return Ingredient("composer weights", name, entry.licence, sha256, verdict, reason)


def _soundfont(soundfont: Soundfont) -> Ingredient:
    verdict, reason = verdict_of(soundfont.licence)
    if verdict == "ask" and any(one in soundfont.licence.lower() for one in _COPYLEFT):
        reason = (
            "Its licence is one for programs and says nothing of music that is played with it. "
            "Many use it for paid work; to be free of doubt, install FluidR3 GM (MIT) and export "
            "again."
        )
    return Ingredient(
        "soundfont", soundfont.name, soundfont.licence, soundfont.sha256, verdict, reason
    )


def verdict_of(licence: str) -> tuple[Verdict, str]:
    """What a licence says of earning money, and why; ``ask`` where that is not plain."""
    text = licence.lower()
    if any(word in text for word in _FORBIDDING):
        return "no", "Its licence forbids commercial use."
    if any(word in text for word in _COPYLEFT) or "not known" in text or "no licence" in text:
        return "ask", "Its licence does not say; ask whoever made it."
    if any(word in text for word in _PERMITTING):
        return "yes", "Its licence permits commercial use and asks nothing of the music."
    return "ask", "This licence is not known here; read it, or ask whoever made it."


_ANSWERS: dict[Verdict, str] = {
    "yes": (
        "YES, as far as the music goes. You may publish it, sell it and monetise the film with it "
        "on YouTube and elsewhere. Nobody has to be paid or named for it."
    ),
    "ask": (
        "NOT WITHOUT ASKING. At least one thing that this music was made with does not plainly "
        "permit it; see below which, and what to do."
    ),
    "no": (
        "NO. At least one thing that this music was made with forbids commercial use; see below "
        "which. Compose and export again without it."
    ),
}


def licence_sheet(rights: Rights) -> str:
    """The answer in plain words, and everything that it rests on; plain text of 78 columns."""
    take = rights.take
    lines = [
        "MAY I MONETISE THIS?",
        "",
        *_wrapped(_ANSWERS[rights.verdict]),
        "",
        *_wrapped(
            "This is about the music alone. The pictures and the original sound of the film have "
            "owners of their own. Music that a machine wrote may not be protected by copyright "
            "everywhere, so that you may be unable to forbid others its use. This is information, "
            "not legal advice."
        ),
        "",
        "WHAT IT WAS MADE WITH",
    ]
    for one in rights.ingredients:
        lines += [
            "",
            f"{one.what}: {one.name}",
            f"  licence   {one.licence}",
            f"  SHA-256   {one.sha256}",
            f"  monetise  {one.verdict}",
            *_wrapped(one.reason, indent="  "),
        ]
    lines += [
        "",
        "PROVENANCE",
        "",
        f"  film          {rights.film_name}",
        f"  film hash     {rights.film_hash}",
        f"  take          {take.name or take.id}",
        f"  seed          {take.seed}",
        f"  ensemble      {take.settings.ensemble}",
        f"  written by    EMSYNC Desktop {take.engine_version}",
        f"  exported by   EMSYNC Desktop {__version__}",
        "",
        *_wrapped(_originality(take)),
        "",
    ]
    return "\n".join(lines)


def _originality(take: Take) -> str:
    shared, usual = take.measures.get("originality"), take.measures.get("originality_human")
    if shared is None:
        return "Originality: not measured."
    text = (
        f"Originality: the longest run of melody that it shares with the music that the weights "
        f"learned from has {shared:.0f} notes"
    )
    if usual is None:
        return f"{text}."
    return f"{text}; 95 of 100 pieces by people share {usual:.0f} at most with such music."


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(text, 78, initial_indent=indent, subsequent_indent=indent)


def provenance_data(rights: Rights) -> dict[str, object]:
    """The same for programs, as JSON values."""
    take, settings = rights.take, rights.take.settings
    return {
        "may_monetise": rights.verdict,
        "film": {"name": rights.film_name, "content_hash": rights.film_hash},
        "take": {
            "id": take.id,
            "name": take.name,
            "seed": take.seed,
            "ensemble": settings.ensemble,
            "ending": settings.ending,
            "engine_version": take.engine_version,
            "originality_notes": take.measures.get("originality"),
        },
        "ingredients": [
            {
                "what": one.what,
                "name": one.name,
                "licence": one.licence,
                "sha256": one.sha256,
                "may_monetise": one.verdict,
            }
            for one in rights.ingredients
        ],
        "exported_by": f"EMSYNC Desktop {__version__}",
    }
