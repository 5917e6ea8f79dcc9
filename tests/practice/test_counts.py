"""How many rows there are is sealed with each commit: whoever changes it past the audit is found
at the start, and a store or mark of an earlier version goes on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attachdash.errors import Invalid, Unavailable
from attachdash.practice import checking, mending, recording, release, restoring, safekeeping
from attachdash.store import counts, open_store
from attachdash.store.engine import COUNTED, Cursor, Scope
from attachdash.store.engine_postgresql import PostgresCursor, PostgresEngine
from attachdash.store.seals import seal
from tests.engines import past_the_audit
from tests.practice.conftest import NOW, TODAY, House
from tests.store.test_sql import STORE, sql_of


def marked(home: Path) -> dict[str, int]:
    """The counts that the mark outside the store says."""
    return dict(json.loads((home / "mark.json").read_text())["counts"])


def there(house: House) -> dict[str, int]:
    with house.store.engine.reading(Scope()) as cursor:
        return counts.of_tables(cursor, 1)


def answer(house: House) -> None:
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], "phq9", TODAY, [1] * 9
    )
    release.hold_back(house.viewer("t.one"), house.clients["A"], "phq9", TODAY, "Not yet")


def test_h15_each_commit_marks_how_many_rows_there_are(either: House) -> None:
    answer(either)
    before = marked(either.store.home)
    assert before == there(either)
    [form] = [
        one
        for one in mending.forms(either.viewer("t.one"), either.clients["A"]).forms
        if one.last.answered_on == TODAY
    ]
    mending.withdraw_administration(
        either.viewer("t.one"), either.clients["A"], form.administration_id, "Twice"
    )
    after = marked(either.store.home)
    assert after == there(either)
    assert after["administration"] == before["administration"]
    assert after["score"] < before["score"]


@pytest.mark.parametrize("table", ["administration", "score", "flag", "flag_step", "hold"])
def test_h15_a_row_that_went_past_the_audit_is_found_when_the_store_opens(
    small: House, table: str
) -> None:
    answer(small)
    safekeeping.back_up(small.viewer("a.diallo"))
    home, had = small.store.home, there(small)[table]
    past_the_audit(
        small.store,
        lambda cursor: cursor.run(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) "
                                  f"FROM {table})"),
    )  # fmt: skip
    tampered = safekeeping.back_up(small.viewer("a.diallo"))
    small.store.close()
    said = rf"\({table}\) are held where {had} were confirmed.*attachdash restore"
    with pytest.raises(Unavailable, match=f"{had - 1} {COUNTED[table]} {said}"):
        open_store(home, NOW)
    # A backup of it says the same, and takes the place of nothing.
    with pytest.raises(Invalid, match=r"are held where .* Take an earlier one"):
        restoring.restore(home, tampered.folder, "a.diallo", NOW)
    with pytest.raises(Unavailable):
        open_store(home, NOW)
    # Whoever goes on with what is left says so on every page, and it opens.
    restoring.keep_what_is_left(home, "a.diallo", NOW)
    store = open_store(home, NOW)
    try:
        assert not any("were confirmed" in one for one in checking.problems(store))
        assert marked(home)[table] == had - 1
    finally:
        store.close()


def test_a_store_and_mark_of_an_earlier_version_go_on_and_are_counted(either: House) -> None:
    home, url = either.store.home, getattr(either.store.engine, "_url", None)
    past_the_audit(either.store, lambda cursor: cursor.run("UPDATE head SET counts = NULL"))
    body = json.loads((home / "mark.json").read_text())
    del body["counts"], body["seal"]
    body["seal"] = seal(either.store.audit_key, body)
    (home / "mark.json").write_text(json.dumps(body))
    either.store.close()
    store = open_store(home, NOW, url=url)
    try:
        assert checking.problems(store) == []
        again = House(store, either.people, either.clients, either.episodes)
        answer(again)
        assert marked(home) == there(again)
        assert checking.problems(store) == []
    finally:
        store.close()


@pytest.mark.parametrize("to", ["NULL", "'{}'", "'x'"])
def test_h15_counts_that_were_taken_out_or_written_over_are_found(small: House, to: str) -> None:
    answer(small)
    home = small.store.home
    past_the_audit(small.store, lambda cursor: cursor.run(f"UPDATE head SET counts = {to}"))
    small.store.close()
    with pytest.raises(Unavailable, match=r"[Cc]ounts of"):
        open_store(home, NOW)


@pytest.mark.parametrize("to", ["less", "none"])
def test_h15_what_is_done_while_the_store_is_open_is_not_sealed_with_the_next_entry(
    either: House, to: str
) -> None:
    """Rows are taken out, and from the counts too, under a running server."""
    answer(either)
    home, url = either.store.home, getattr(either.store.engine, "_url", None)

    def work(cursor: Cursor) -> None:
        cursor.run("DELETE FROM flag_step")
        [(text,)] = cursor.rows("SELECT counts FROM head")
        less = json.loads(text)
        less["counts"]["flag_step"] = 0
        cursor.run("UPDATE head SET counts = $1", json.dumps(less) if to == "less" else None)

    past_the_audit(either.store, work)
    for _ in range(2):
        release.hold_back(either.viewer("t.one"), either.clients["A"], "phq9", TODAY, "Not yet")
        assert any("counts of rows" in one for one in checking.problems(either.store))
    either.store.close()
    with pytest.raises(Unavailable, match=r"ounts of"):
        open_store(home, NOW, url=url)
    restoring.keep_what_is_left(home, "a.diallo", NOW, url)
    store = open_store(home, NOW, url=url)
    try:
        assert not any("past the audit" in one for one in checking.problems(store))
    finally:
        store.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_process_that_starts_while_another_commits_finds_the_store_whole(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's entry, and its mark, come after this one's look at the store began."""
    reading, busy = PostgresEngine.reading, either.store.engine

    @contextmanager
    def late(self: PostgresEngine, scope: Scope) -> Iterator[PostgresCursor]:
        with reading(self, scope) as cursor:
            if self is not busy:
                monkeypatch.setattr(PostgresEngine, "reading", reading)
                answer(either)
            yield cursor

    monkeypatch.setattr(PostgresEngine, "reading", late)
    open_store(either.store.home, NOW, url=getattr(busy, "_url", None)).close()
    assert PostgresEngine.reading is reading


def test_rows_without_an_audit_entry_are_not_kept(either: House) -> None:
    """Nobody could tell them from tampering afterwards."""
    before = there(either)

    def work(cursor: Cursor) -> None:
        cursor.run("DELETE FROM flag_step")
        cursor.run("DELETE FROM score")

    with pytest.raises(AssertionError, match="score"):
        either.store.engine.writing(Scope(), work)
    assert there(either) == before


def test_every_statement_that_moves_counted_rows_is_seen_as_one() -> None:
    """The counting looks at how a statement begins."""
    moving = [
        sql
        for path in STORE.glob("*.py")
        if not path.name.startswith("engine")
        for sql in sql_of(path)
        for table in COUNTED
        for begin in (f"INSERT INTO {table} ", f"INSERT INTO {table}\n", f"DELETE FROM {table}")
        if begin in sql and not sql.lstrip().startswith(begin)
    ]
    assert moving == []
