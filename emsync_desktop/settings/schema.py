"""What a user can set: one table of rows, read by the store, the dialog and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emsync_desktop.wording import tr

Kind = Literal["choice", "switch", "number", "folder"]
Value = str | bool | int


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: its key in the file, what it may be, and what it means.

    ``choices`` are the values of a ``choice`` and their names; ``limits`` those of a ``number``,
    both included, in ``unit``. ``later`` ones count from the next start of the program.
    """

    key: str
    section: str
    label: str
    kind: Kind
    default: Value
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    limits: tuple[int, int] = (0, 0)
    unit: str = ""
    later: bool = False

    def accepts(self, value: object) -> bool:
        """Whether a value, such as one from a file, is one of this setting."""
        if self.kind == "switch":
            return isinstance(value, bool)
        if self.kind == "number":
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return is_whole and self.limits[0] <= int(value) <= self.limits[1]
        if self.kind == "choice":
            return value in [name for name, _ in self.choices]
        return isinstance(value, str) and "\0" not in value


def settings_table() -> tuple[Setting, ...]:
    """All settings, in the order of the dialog."""
    looks, saving = tr("Appearance"), tr("Saving")
    engine, network = tr("Composer"), tr("Network")
    return (
        Setting(
            *("theme", looks, tr("Theme"), "choice", "system"),
            help=tr("System follows the setting of your desktop."),
            choices=(("system", tr("System")), ("dark", tr("Dark")), ("light", tr("Light"))),
        ),
        Setting(
            *("language", looks, tr("Language"), "choice", "system"),
            help=tr("Counts from the next start."),
            choices=(("system", tr("System")), ("en", "English"), ("de", "Deutsch")),
            later=True,
        ),
        Setting(
            *("hints", looks, tr("Hints on the way to the first take"), "switch", True),
            help=tr("A few words beside what can be done next; each is said once."),
        ),
        Setting(
            *(
                "scrub_sound",
                tr("Preview"),
                tr("Sound while the playhead is moved"),
                "switch",
                True,
            ),
            help=tr("Dragging the playhead and going frame by frame is heard, in short pieces."),
        ),
        Setting(
            *("autosave", saving, tr("Keep unsaved work"), "switch", True),
            help=tr("Changes are kept aside until they are saved, in case the program ends."),
        ),
        Setting(
            *("autosave_s", saving, tr("Every"), "number", 2),
            help=tr("How long after a change it is kept at the latest."),
            limits=(1, 60),
            unit=tr("seconds"),
        ),
        Setting(
            *("device", engine, tr("Device"), "choice", "auto"),
            help=tr("Where the composer works; Automatic takes a graphics card if there is one."),
            choices=(
                ("auto", tr("Automatic")),
                ("cpu", tr("Processor (CPU)")),
                ("cuda", tr("NVIDIA graphics (CUDA)")),
                ("mps", tr("Apple graphics (MPS)")),
            ),
        ),
        Setting(
            *("models_folder", engine, tr("Folder of models"), "folder", ""),
            help=tr("Where models and imported weights lie; empty for the usual place."),
        ),
        Setting(
            *("offline", network, tr("Offline"), "switch", False),
            help=tr("Nothing is downloaded; the window refuses every connection to the network."),
        ),
    )
