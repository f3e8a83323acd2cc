"""Files that the user has, and what verifying finds."""

import io
import os
import zipfile

import pytest

from emsync_engine.models.bringing import use_files, verify_model
from emsync_engine.models.catalogue import ModelFile, Zipped
from emsync_engine.models.faults import FileUnfitError, ModelBusyError
from emsync_engine.models.installing import download_model
from emsync_engine.models.locking import only_one
from emsync_engine.models.store import State, installed_path, read_records, state_of
from emsync_engine.monitor import Cancelled
from tests.conftest import RecordingMonitor
from tests.model_server import BY_NAME, contents, file_of, model_of, sha256

DATA, OTHER = contents(200_000), contents(200_000, seed=2)


@pytest.fixture
def mine(tmp_path):
    """A folder of the user's, with the files of the model and one that is none of them."""
    made = tmp_path / "mine"
    made.mkdir()
    (made / "weights.bin").write_bytes(DATA)
    (made / "config.json").write_bytes(b"{}")
    (made / "README.md").write_bytes(b"hello")
    return made


@pytest.fixture
def model(at, folder, monkeypatch):
    made = model_of(
        "clip", file_of(at, "config.json", b"{}", is_known=False), file_of(at, "weights.bin", DATA)
    )
    monkeypatch.setitem(BY_NAME, "clip", made)
    return made


def test_a_folder_of_the_users_is_copied_after_a_check(model, mine, folder, at):
    assert use_files("clip", [mine]).state is State.INSTALLED
    assert installed_path("clip") == folder / "clip"
    assert (folder / "clip" / "weights.bin").read_bytes() == DATA
    assert not (folder / "clip" / "README.md").exists()
    assert read_records(folder / "clip")["weights.bin"].origin == str(mine / "weights.bin")
    assert at.asked == []


def test_one_file_after_the_other(model, mine):
    state = use_files("clip", [mine / "weights.bin"])
    assert (state.state, state.missing) == (State.PARTLY, ("config.json",))
    assert use_files("clip", [mine / "config.json"]).state is State.INSTALLED


def test_a_file_is_known_by_its_contents(model, mine):
    renamed = (mine / "weights.bin").rename(mine / "downloaded (1).bin")
    assert use_files("clip", [renamed]).missing == ("config.json",)


def test_a_link_leaves_the_file_where_it_is(model, mine, folder):
    assert use_files("clip", [mine], link=True).state is State.INSTALLED
    assert (folder / "clip" / "weights.bin").is_symlink()
    (mine / "weights.bin").write_bytes(OTHER)
    os.utime(mine / "weights.bin", ns=(1, 1))
    assert installed_path("clip") is None, "what lies behind the link changed"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("weights.bin", DATA[:-1], "has 199,999 bytes"),
        ("weights.bin", OTHER, "SHA-256 differs"),
        ("else.bin", OTHER, "is no file of clip; it needs config.json, weights.bin"),
    ],
)
def test_a_wrong_file_is_not_used(model, mine, folder, name, data, sentence):
    (mine / name).write_bytes(data)
    with pytest.raises(FileUnfitError, match=sentence):
        use_files("clip", [mine / name])
    assert installed_path("clip") is None
    assert not (folder / "clip" / "weights.bin").exists()
    assert not list((folder).rglob("*.part"))


def test_a_wrong_file_does_not_take_the_place_of_a_right_one(model, mine, folder):
    use_files("clip", [mine])
    (mine / "weights.bin").write_bytes(OTHER)
    with pytest.raises(FileUnfitError):
        use_files("clip", [mine / "weights.bin"])
    assert installed_path("clip") == folder / "clip"


def test_a_folder_without_files_of_the_model_and_no_file_at_all(model, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileUnfitError, match="holds no file of clip"):
        use_files("clip", [tmp_path / "empty"])
    with pytest.raises(FileUnfitError, match="There is no file"):
        use_files("clip", [tmp_path / "missing.bin"])


def test_copying_can_be_cancelled(model, mine, folder):
    with pytest.raises(Cancelled):
        use_files("clip", [mine / "weights.bin"], monitor=RecordingMonitor(cancel_at=1))
    assert not [one for one in (folder / "clip").iterdir() if one.name != ".lock"]


def test_an_archive_of_the_catalogue_or_the_file_in_it(folder, tmp_path, monkeypatch):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../../evil.pth", b"evil")
        archive.writestr("inside/craft.pth", DATA)
    packed = held.getvalue()
    file = ModelFile(
        "craft.pth",
        "https://example.org/craft.zip",
        len(DATA),
        sha256(DATA),
        zipped=Zipped(len(packed), sha256(packed)),
    )
    monkeypatch.setitem(BY_NAME, "screen-text", model_of("screen-text", file))
    (tmp_path / "craft.zip").write_bytes(packed)
    assert use_files("screen-text", [tmp_path / "craft.zip"]).state is State.INSTALLED
    assert (folder / "screen-text" / "craft.pth").read_bytes() == DATA
    assert not list(tmp_path.rglob("evil.pth"))
    (tmp_path / "craft.pth").write_bytes(DATA)
    assert use_files("screen-text", [tmp_path / "craft.pth"]).state is State.INSTALLED


def test_verifying_finds_what_changed_and_a_download_mends_it(model, folder, at):
    download_model("clip")
    assert {one.outcome for one in verify_model("clip")} == {"whole"}
    path = folder / "clip" / "weights.bin"
    before = path.stat()
    path.write_bytes(OTHER)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a failing disk would
    assert installed_path("clip") is not None, "nobody read it yet"
    assert [one.outcome for one in verify_model("clip")] == ["whole", "damaged"]
    assert installed_path("clip") is None
    assert state_of("clip").damaged == ("weights.bin",)
    at.asked.clear()
    download_model("clip")
    assert [one.path for one in at.asked] == ["/weights.bin"]
    assert installed_path("clip") is not None


def test_verifying_takes_in_what_somebody_put_there(model, mine, folder):
    (folder / "clip").mkdir(parents=True)
    for name in ("weights.bin", "config.json"):
        (folder / "clip" / name).write_bytes((mine / name).read_bytes())
    assert {one.outcome for one in verify_model("clip")} == {"whole"}
    assert installed_path("clip") == folder / "clip"
    assert {one.outcome for one in verify_model("speech")} == {"missing"}


def test_only_one_program_at_a_time(model, mine, folder):
    (folder / "clip").mkdir(parents=True)
    with only_one("clip", folder / "clip"), pytest.raises(ModelBusyError):
        use_files("clip", [mine])
    assert use_files("clip", [mine]).state is State.INSTALLED
