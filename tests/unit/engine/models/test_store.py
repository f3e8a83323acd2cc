"""What is installed, and what is not used before it is checked again."""

import json
import os
import re

import pytest

from emsync_engine.models.catalogue import CATALOGUE, PUBLISHED, ModelFile
from emsync_engine.models.faults import UnknownModelError, size_text
from emsync_engine.models.installing import download_model
from emsync_engine.models.store import (
    RECORD,
    State,
    discard_parts,
    installed_path,
    models_folder,
    read_records,
    remove_model,
    state_of,
)
from emsync_engine.monitor import Cancelled
from tests.conftest import REPOSITORY, RecordingMonitor
from tests.model_server import (
    BY_NAME,
    contents,
    dropped,
    file_of,
    model_of,
    slow,
    status,
    whole,
)

DATA = contents(200_000)


@pytest.fixture
def model(at, folder, monkeypatch):
    made = model_of(
        "clip", file_of(at, "config.json", b"{}", is_known=False), file_of(at, "weights.bin", DATA)
    )
    monkeypatch.setitem(BY_NAME, "clip", made)
    return made


def test_the_catalogue_is_whole():
    assert list(CATALOGUE) == [
        *("clip", "audio-events", "face-detector", "face-expression"),
        *("speech", "screen-text", "text-sentiment"),
    ]
    for model in CATALOGUE.values():
        assert model.purpose
        assert model.licence
        assert model.page.startswith("https://")
        names = [file.name for file in model.files]
        assert len(names) == len(set(names))
        for file in model.files:
            assert file.address.startswith("https://")
            assert "/main/" not in file.address, "an address that may lead elsewhere tomorrow"
            assert model.revision in file.address or model.name == "screen-text"
            for known in (file.sha256, file.zipped and file.zipped.sha256):
                assert known is None or (len(known) == 64 and set(known) <= set("0123456789abcdef"))
            assert file.expected_bytes > 0


def test_the_page_lists_what_the_catalogue_does():
    page = (REPOSITORY / "docs" / "models" / "catalogue.md").read_text(encoding="utf-8")
    known = set()
    for model in CATALOGUE.values():
        assert f"(`{model.name}`)" in page
        assert f"`{model.revision}`, <{model.page}>" in page
        for file in model.files:
            known |= {file.sha256, file.zipped.sha256 if file.zipped else None}
            assert f"| `{file.name}` | " in page
            assert file.size_bytes is None or f"| {file.size_bytes:,} |" in page
    assert set(re.findall(r"[0-9a-f]{64}", page)) == known - {None}
    assert all(f"`{one.how}`" in page and one.page in page for one in PUBLISHED)


def test_everything_large_has_a_checksum():
    for model in CATALOGUE.values():
        assert all(file.expected_bytes < 10_000 for file in model.unpinned), model.name


def test_nothing_is_installed_at_first(folder):
    assert models_folder() == folder
    for name in CATALOGUE:
        assert installed_path(name) is None
        assert state_of(name).state is State.NOT_INSTALLED
    assert not folder.exists(), "asking makes no folder"
    with pytest.raises(UnknownModelError, match="there are: clip, audio-events"):
        state_of("glip")


def test_a_download_is_recorded(model, folder):
    assert download_model("clip") == folder / "clip" == installed_path("clip")
    assert state_of("clip").state is State.INSTALLED
    assert state_of("clip").share == 1.0
    records = read_records(folder / "clip")
    assert records["weights.bin"].known == "catalogue"
    assert records["config.json"].known == "first"
    assert sorted(one.name for one in (folder / "clip").iterdir()) == [
        *(".lock", "config.json", RECORD, "weights.bin"),
    ]


def test_progress_is_of_the_whole_model(model):
    monitor = RecordingMonitor()
    download_model("clip", monitor=monitor)
    told = [(done, total) for stage, done, total in monitor.reports if stage == "download"]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (model.download_bytes, model.download_bytes)
    assert "check" in [stage for stage, _, _ in monitor.reports]


def test_waiting_for_another_attempt_is_told(at, folder, monkeypatch):
    file = file_of(at, "weights.bin", DATA, status(500), dropped(DATA, 50_000), whole(DATA))
    monkeypatch.setitem(BY_NAME, "clip", model_of("clip", file))
    monitor = RecordingMonitor()
    download_model("clip", monitor=monitor)
    waits = {(done, total) for stage, done, total in monitor.reports if stage == "retry"}
    assert waits == {(0, len(DATA)), (50_000, len(DATA))}


def test_what_is_there_is_not_fetched_again(model, at):
    download_model("clip")
    at.asked.clear()
    download_model("clip")
    assert at.asked == []


def test_a_model_whose_file_was_changed_is_not_used(model, folder):
    download_model("clip")
    path = folder / "clip" / "weights.bin"
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(1, 1))
    assert installed_path("clip") is None
    assert state_of("clip").state is State.UNCHECKED


def test_a_model_that_was_only_touched_is_checked_again_and_used(model, folder):
    download_model("clip")
    path = folder / "clip" / "weights.bin"
    os.utime(path, ns=(1, 1))
    assert state_of("clip").state is State.UNCHECKED
    assert installed_path("clip") == folder / "clip"
    assert state_of("clip").state is State.INSTALLED


def test_a_file_that_somebody_put_there_is_not_used_unchecked(model, folder):
    (folder / "clip").mkdir(parents=True)
    (folder / "clip" / "weights.bin").write_bytes(DATA)
    (folder / "clip" / "config.json").write_bytes(b"{}")
    assert installed_path("clip") is None
    assert state_of("clip").state is State.UNCHECKED
    assert state_of("clip").unchecked == ("config.json", "weights.bin")


def test_a_file_that_was_cut_short_is_damaged(model, folder):
    download_model("clip")
    (folder / "clip" / "weights.bin").write_bytes(DATA[:-1])
    assert installed_path("clip") is None
    assert state_of("clip").state is State.DAMAGED
    assert download_model("clip") == installed_path("clip"), "a download mends it"


@pytest.mark.parametrize("held", ["{broken", "[]", '{"files": {"a": {"size": 1}}}', '{"files": 3}'])
def test_a_damaged_record_counts_as_none(model, folder, held):
    download_model("clip")
    (folder / "clip" / RECORD).write_text(held)
    assert installed_path("clip") is None
    assert state_of("clip").state is State.UNCHECKED


def test_a_missing_file_makes_it_partly_there(model, folder):
    download_model("clip")
    (folder / "clip" / "config.json").unlink()
    state = state_of("clip")
    assert (state.state, state.missing) == (State.PARTLY, ("config.json",))
    assert installed_path("clip") is None


def test_a_pause_is_seen_and_thrown_away(at, folder, monkeypatch):
    file = file_of(at, "weights.bin", DATA, slow(DATA, 20_000, 0.002, at.is_over), whole(DATA))
    monkeypatch.setitem(BY_NAME, "clip", model_of("clip", file))

    class Impatient:
        def advance(self, stage, done, total=None):
            if total and done / total > 0.3:
                raise Cancelled

    with pytest.raises(Cancelled):
        download_model("clip", monitor=Impatient())
    state = state_of("clip")
    assert state.state is State.PARTLY
    assert 0.3 < state.share < 1
    discard_parts("clip")
    assert state_of("clip").state is State.NOT_INSTALLED
    assert not (folder / "clip").exists()


def test_removing_leaves_nothing(model, folder):
    download_model("clip")
    assert remove_model("clip")
    assert not (folder / "clip").exists()
    assert not remove_model("clip")
    discard_parts("clip")


def test_the_host_vouches_for_small_files_by_their_git_id(at, folder, monkeypatch):
    blob = "9e26dfeeb6e641a33dae4961196235bdb965b21b"  # of b"{}", as git hash-object tells
    more = {"X-Repo-Commit": "f" * 40}
    address = at.serve("/config.json", whole(b"{}", etag=f'"{blob}"', more=more))
    monkeypatch.setitem(BY_NAME, "clip", model_of("clip", ModelFile("config.json", address)))
    download_model("clip")
    record = json.loads((folder / "clip" / RECORD).read_text())["files"]["config.json"]
    assert (record["known"], record["revision"]) == ("host", "f" * 40)


def test_sizes_are_told_as_people_read_them():
    told = [size_text(size) for size in (0, 999, 232_589, 9_940_000, 605_143_284, 3_087_284_237)]
    assert told == ["0 B", "999 B", "233 kB", "9.9 MB", "605 MB", "3.1 GB"]
