"""Backup, restore, tidying and the nightly job: nothing confirmed is ever lost in silence."""

import json
import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from attachdash.errors import Invalid, Refused, Unavailable
from attachdash.practice import (
    checking,
    entrance,
    founding,
    house,
    record,
    recording,
    restoring,
    safekeeping,
)
from attachdash.store import Store, copies, migrate, open_store
from attachdash.store.copy_duckdb import sums_of
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House

LATER = NOW + timedelta(hours=3)


def answer(small: House, days_ago: int, value: int = 1) -> None:
    recording.record_administration(
        small.viewer("t.one"), small.clients["A"], "rses", TODAY - timedelta(days_ago), [value] * 10
    )


def administrations(store: Store) -> int:
    with store.engine.reading(Scope()) as cursor:
        row = cursor.one("SELECT count(*) FROM administration")
    assert row is not None
    return int(row[0])


def test_a_backup_holds_all_that_is_committed_while_others_write(small: House) -> None:
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set() and len(written) < 30:
            answer(small, 40 + len(written))
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = safekeeping.back_up(small.viewer("a.diallo"))
    finally:
        stop.set()
        writer.join()
    assert copies.verified(made.folder) == made
    assert made.rows > 0
    assert checking.problems(small.store) == []
    assert {path.stat().st_mode & 0o077 for path in [made.folder, *made.folder.iterdir()]} == {0}


def test_h12_a_restored_practice_is_what_it_was_and_says_so_on_every_page(small: House) -> None:
    made = safekeeping.back_up(small.viewer("a.diallo"))
    before = administrations(small.store)
    answer(small, 33)
    home = small.store.home
    small.store.close()
    done = restoring.restore(home, made.folder, "a.diallo", LATER)
    assert done.aside is not None
    assert (done.aside / "practice.duckdb").exists()
    store = open_store(home, LATER)
    try:
        assert administrations(store) == before
        assert checking.problems(store) == []
        admin = entrance.at_terminal(store, "a.diallo", LATER)
        assert house.settings(admin).data_until == NOW.isoformat()
        safekeeping.end_restored_notice(admin)
        assert house.settings(admin).data_until == ""
    finally:
        store.close()


def test_a_backup_goes_to_a_clean_machine(small: House, tmp_path: Path) -> None:
    made = safekeeping.back_up(small.viewer("a.diallo"))
    elsewhere = shutil.copytree(made.folder, tmp_path / "stick" / made.folder.name)
    restoring.restore(tmp_path / "new" / "practice", Path(elsewhere), "a.diallo", LATER)
    store = open_store(tmp_path / "new" / "practice", LATER)
    try:
        assert checking.problems(store) == []
        therapist = entrance.at_terminal(store, "t.one", LATER)
        assert record.client_record(therapist, small.clients["A"]).client.code == "A"
    finally:
        store.close()


def test_a_home_with_an_apostrophe_is_backed_up_and_tidied(tmp_path: Path) -> None:
    home = tmp_path / "Anna's; practice"
    founding.found(home, "a.diallo", "Amara Diallo", NOW)[0].close()
    store = open_store(home, NOW)
    try:
        admin = entrance.at_terminal(store, "a.diallo", NOW)
        assert copies.verified(safekeeping.back_up(admin).folder).rows
        safekeeping.tidy(admin)
        assert checking.problems(store) == []
    finally:
        store.close()


@pytest.mark.parametrize("what", ["byte", "cut", "manifest", "key", "missing"])
def test_a_damaged_backup_is_refused_and_the_practice_stays(small: House, what: str) -> None:
    made = safekeeping.back_up(small.viewer("a.diallo"))
    file = made.folder / "practice.duckdb"
    if what == "byte":
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif what == "cut":
        file.write_bytes(file.read_bytes()[:-4096])
    elif what == "manifest":
        body = json.loads((made.folder / "manifest.json").read_text())
        body["seq"] += 1
        (made.folder / "manifest.json").write_text(json.dumps(body))
    elif what == "key":
        (made.folder / "audit.key").write_text("00" * 32)
    else:
        (made.folder / "manifest.json").unlink()
    home = small.store.home
    small.store.close()
    kept = sums_of(home / "practice.duckdb")
    with pytest.raises(Invalid):
        restoring.restore(home, made.folder, "a.diallo", LATER)
    assert sums_of(home / "practice.duckdb") == kept
    assert not (home / "restoring").exists()


@pytest.mark.parametrize("who", ["t.one", "nobody"])
def test_only_an_administrator_of_the_backup_restores(small: House, who: str) -> None:
    made = safekeeping.back_up(small.viewer("a.diallo"))
    home = small.store.home
    small.store.close()
    kept = sums_of(home / "practice.duckdb")
    with pytest.raises(Refused):
        restoring.restore(home, made.folder, who, LATER)
    assert sums_of(home / "practice.duckdb") == kept


def test_h15_an_older_copy_put_back_is_found_and_never_opened_in_silence(
    small: House, tmp_path: Path
) -> None:
    home = small.store.home
    made = safekeeping.back_up(small.viewer("a.diallo"))
    answer(small, 33)
    small.store.close()
    shutil.copyfile(made.folder / "practice.duckdb", home / "practice.duckdb")
    with pytest.raises(Unavailable, match="had been confirmed"):
        open_store(home, LATER)
    with pytest.raises(Refused):
        restoring.keep_what_is_left(home, "t.one", LATER)
    with pytest.raises(Unavailable):
        open_store(home, LATER)
    restoring.keep_what_is_left(home, "a.diallo", LATER)
    store = open_store(home, LATER)
    assert house.settings(entrance.at_terminal(store, "a.diallo", LATER)).data_until
    store.close()
    (home / "mark.json").unlink()
    with pytest.raises(Invalid, match="Nothing is known"):
        restoring.keep_what_is_left(home, "a.diallo", LATER)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.99])
def test_h15_a_cut_log_is_found(small: House, tmp_path: Path, share: float) -> None:
    """The store as a kill leaves it, file and log, with the log cut at several places."""
    home, other = small.store.home, tmp_path / "cut"
    answer(small, 33)
    other.mkdir()
    for path in home.iterdir():
        if path.is_file():
            shutil.copyfile(path, other / path.name)
    log = other / "practice.duckdb.wal"
    assert log.stat().st_size > 1000
    whole = open_store(Path(shutil.copytree(other, tmp_path / "whole")), NOW)
    assert checking.problems(whole) == []
    whole.close()
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * share)])
    with pytest.raises((Unavailable, duckdb.Error)):
        open_store(other, NOW)


def test_a_store_ahead_of_its_mark_was_killed_in_between_and_opens(small: House) -> None:
    home = small.store.home
    mark = (home / "mark.json").read_text()
    answer(small, 33)
    small.store.close()
    (home / "mark.json").write_text(mark)
    open_store(home, NOW).close()


def test_a_mark_that_somebody_wrote_is_refused(small: House) -> None:
    home = small.store.home
    small.store.close()
    body = json.loads((home / "mark.json").read_text())
    (home / "mark.json").write_text(json.dumps({**body, "seq": 1}))
    with pytest.raises(Unavailable, match="not written by this practice"):
        open_store(home, NOW)
    (home / "mark.json").write_text("{")
    with pytest.raises(Unavailable, match="can't be read"):
        open_store(home, NOW)


def test_tidying_keeps_every_row_and_waits_for_nobody_who_reads_on(small: House) -> None:
    admin = small.viewer("a.diallo")
    for number in range(5):
        answer(small, 40 + number)
    before = administrations(small.store)
    found = record.client_record(small.viewer("t.one"), small.clients["A"])
    safekeeping.tidy(admin)
    assert administrations(small.store) == before
    assert checking.problems(small.store) == []
    assert record.client_record(small.viewer("t.one"), small.clients["A"]) == found
    answer(small, 50)
    assert administrations(small.store) == before + 1
    home = small.store.home
    small.store.close()
    again = open_store(home, NOW)
    assert administrations(again) == before + 1
    again.close()


def test_a_store_that_is_being_read_is_not_tidied(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attachdash.store.engine_duckdb.LONGEST_WAIT", 0.2)
    reading, finish = threading.Event(), threading.Event()

    def read() -> None:
        with small.store.engine.reading(Scope()):
            reading.set()
            finish.wait(10)

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(10)
    try:
        with pytest.raises(Unavailable, match="still reading"):
            safekeeping.tidy(small.viewer("a.diallo"))
    finally:
        finish.set()
        reader.join()
    answer(small, 33)
    steps = safekeeping.state(small.viewer("a.diallo")).steps
    assert steps["tidy"].result.startswith("failed")


def test_the_nightly_job_runs_once_a_night_and_says_what_it_found(small: House) -> None:
    admin = small.viewer("a.diallo")
    assert safekeeping.nightly(small.store, entrance.clock())
    steps = safekeeping.state(admin).steps
    assert {name: step.went_well for name, step in steps.items()} == {
        "check": True, "norms": True, "shares": True, "flags": True, "backup": True,
    }  # fmt: skip
    assert not safekeeping.is_due(small.store, entrance.clock())


def test_it_is_due_after_two_by_the_practices_clock(small: House) -> None:
    house.change_settings(
        small.viewer("a.diallo"), practice_name="P", time_zone="Asia/Tokyo", crisis_text="x"
    )
    # 02:00 in Tokyo is 17:00 UTC of the day before.
    assert safekeeping.is_due(small.store, datetime(2026, 11, 24, 17, 1))
    with small.store.engine.reading(Scope()) as cursor:
        assert not cursor.rows("SELECT 1 FROM job")


def test_rotation_keeps_two_weeks_and_the_first_of_each_month(small: House) -> None:
    made = safekeeping.back_up(small.viewer("a.diallo"))
    folder = made.folder.parent
    key = copies.key_of(made.folder)
    body = json.loads((made.folder / "manifest.json").read_text())
    body.pop("seal")
    first = datetime(2026, 1, 1, 2)
    for number in range(200):
        day = first + timedelta(days=number)
        other = Path(shutil.copytree(made.folder, folder / f"{day:%Y%m%dT%H%M%SZ}"))
        dated = {**body, "made_at": day.isoformat()}
        (other / "manifest.json").write_text(json.dumps({**dated, "seal": copies.seal(key, dated)}))
    copies.rotate(small.store.home)
    days = sorted(one.made_at for one in copies.kept(small.store.home))
    assert days[-1] == NOW
    assert len(days) == 14 + 7  # the newest, and the first of January to July
    assert all(one.day == 1 for one in days[:7])


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies, "_write", full)
    with pytest.raises(Unavailable, match="No space left"):
        safekeeping.back_up(small.viewer("a.diallo"))
    assert not list((small.store.home / "backups").glob("*"))
    state = safekeeping.state(small.viewer("a.diallo"))
    assert any("backup went wrong" in one for one in state.to_do(NOW))


def test_all_is_well_only_after_a_backup_and_a_check_and_for_two_days(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safekeeping, "clock", lambda: NOW)
    admin = small.viewer("a.diallo")
    assert [one.partition(":")[0] for one in safekeeping.state(admin).to_do(NOW)] == [
        "There is no backup yet",
        "The store was never looked through",
    ]
    safekeeping.back_up(admin)
    safekeeping.check_now(admin)
    state = safekeeping.state(admin)
    assert state.to_do(NOW) == []
    assert [one.partition(":")[0] for one in state.to_do(NOW + timedelta(days=3))] == [
        "The last backup is 3 days old",
        "The store was last looked through 3 days ago",
    ]


def test_clients_and_therapists_are_told_nothing_of_it(small: House) -> None:
    for who in ("t.one", "s.one", "c.a"):
        with pytest.raises(Refused):
            safekeeping.state(small.viewer(who))


def test_the_backup_before_an_upgrade_can_be_restored_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies beside the practice and is of an earlier step: the one that a restore picks first."""
    home, earlier = tmp_path / "practice", tmp_path / "migrations"
    earlier.mkdir()
    for path in sorted(migrate.FOLDER.glob("0*.sql")):
        if not path.name.startswith("0006"):
            (earlier / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "FOLDER", earlier)
        founding.found(home, "a.diallo", "Amara Diallo", NOW)[0].close()
    for _ in range(3):  # a start that is tried again keeps no further copy
        open_store(home, NOW).close()
    [before] = copies.kept(home)
    done = restoring.restore(home, restoring.newest(home), "a.diallo", NOW)
    assert done.backup.folder == before.folder
    open_store(home, NOW).close()
    assert copies.kept(home)
