"""Whatever is done to answers, scores, flags or steps behind the product's back is found by the
check, and its place is named; what can't be found is written down in docs/operations.md.

Tampering is drawn at random, by somebody who can write the database but has no key. Each is tried
within a transaction that is then taken back, so that a thousand take minutes.
"""

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from attachdash.practice import checking, deciding, record, recording
from attachdash.store.engine import Cursor, Scope
from tests.practice.conftest import TODAY, House

Rng = random.Random
# What was done, and the words in which it must be said: any of them.
Done = tuple[str, ...]
SCORES = "Scores are not what the answers come to: administration"
SUMMED = "First and latest scores are not those of their episode: episode"
LIVE = "SELECT administration_id FROM administration WHERE replaced_at IS NULL"
CHANGED = {
    "administration": {
        "answered_on": "answered_on - 1",
        "answers": "answers",  # see `edited_answer`
        "client_id": "(SELECT max(client_id) FROM client WHERE client_id <> {table}.client_id)",
        "episode_id": "NULL",
        "informant_id": "informant_id + 1",
        "definition_id": "definition_id + 1",
    },
    "score": {
        "value": "value + 1",
        "answered": "answered - 1",
        "state": "'prorated'",
        "answered_on": "answered_on - 1",
        "episode_id": "NULL",
        "about_id": "about_id + 1",
    },
    "summary": {"latest": "latest + 1", "baseline": "baseline - 1", "n": "n + 1"},
}


def numbers(cursor: Cursor, sql: str) -> list[int]:
    return sorted({int(row[0]) for row in cursor.rows(sql)})


def edited_answer(cursor: Cursor, rng: Rng) -> Done:
    one = rng.choice(numbers(cursor, LIVE))
    [(answers,)] = cursor.rows(
        "SELECT answers FROM administration WHERE administration_id = $1 AND replaced_at IS NULL",
        one,
    )
    place = rng.randrange(len(answers))
    answers[place] = (answers[place] + 1) % 3
    cursor.run(
        "UPDATE administration SET answers = CAST($2 AS SMALLINT[]) WHERE administration_id = $1",
        one, answers,
    )  # fmt: skip
    return (f"{SCORES} {one}.",)


def swapped_answers(cursor: Cursor, rng: Rng) -> Done:
    """The answers of one form stand in the other, and the other way round."""
    found = cursor.rows(
        "SELECT one.administration_id, other.administration_id, one.answers, other.answers "
        "FROM administration AS one INNER JOIN administration AS other "
        "ON other.instrument_id = one.instrument_id AND one.replaced_at IS NULL "
        "AND other.replaced_at IS NULL AND other.administration_id > one.administration_id "
        "ORDER BY one.administration_id, other.administration_id"
    )
    # Of a form with items turned round another one may come to the same.
    others = [row for row in found if len(row[2]) == 9 and sum(row[2]) != sum(row[3])]
    first, second, of_first, of_second = rng.choice(others)
    for one, answers in ((first, of_second), (second, of_first)):
        cursor.run(
            "UPDATE administration SET answers = CAST($2 AS SMALLINT[]) "
            "WHERE administration_id = $1",
            one, answers,
        )  # fmt: skip
    return (f"{SCORES} {first}, {second}.",)


def hidden_risk_answer(cursor: Cursor, rng: Rng) -> Done:
    """A risk answer stands at another item now: the total is what it was."""
    one = rng.choice(numbers(
        cursor, "SELECT administration_id FROM flag WHERE kind = 'suicide_answer'"
    ))  # fmt: skip
    [(answers,)] = cursor.rows(
        "SELECT answers FROM administration WHERE administration_id = $1", one
    )
    answers[8], answers[7] = 0, answers[8]
    cursor.run(
        "UPDATE administration SET answers = CAST($2 AS SMALLINT[]) WHERE administration_id = $1",
        one, answers,
    )  # fmt: skip
    return ("Flags rest on answers that don't raise them: flag",)


def flag_of_another_kind(cursor: Cursor, rng: Rng) -> Done:
    """It is milder now, and waits longer for a look."""
    one = rng.choice(numbers(cursor, "SELECT flag_id FROM flag WHERE kind = 'suicide_answer'"))
    cursor.run("UPDATE flag SET kind = 'ask_answer' WHERE flag_id = $1", one)
    return (f"Flags rest on answers that don't raise them: flag {one}.",)


def edited(cursor: Cursor, rng: Rng) -> Done:
    """A value in a form, a score or a summary is another now."""
    table = rng.choice(list(CHANGED))
    column = rng.choice([one for one in CHANGED[table] if one != "answers"])
    key = "episode_id" if table == "summary" else "administration_id"
    live = " WHERE replaced_at IS NULL" if table == "administration" else ""
    one = rng.choice(numbers(cursor, f"SELECT {key} FROM {table}{live}"))
    to = CHANGED[table][column].format(table=table)
    cursor.run(f"UPDATE {table} SET {column} = {to} WHERE {key} = $1", one)
    return (f"{SUMMED if table == 'summary' else SCORES} {one}.",)


def deleted(cursor: Cursor, rng: Rng) -> Done:
    """Rows are gone; half the time with all that would tell of it."""
    table, key, rest = rng.choice([
        ("administration", "administration_id", ("score",)),
        ("score", "administration_id", ()),
        ("summary", "episode_id", ()),
        ("flag", "flag_id", ("flag_step",)),
        ("flag_step", "step_id", ()),
    ])  # fmt: skip
    one = rng.choice(numbers(cursor, f"SELECT {key} FROM {table}"))
    for each in (table, *(rest if rng.random() < 0.5 else ())):
        cursor.run(f"DELETE FROM {each} WHERE {key} = $1", one)
    return (f"({table}) are held where",)


def inserted(cursor: Cursor, rng: Rng) -> Done:
    """A row is there that nobody kept: a copy of another, under a number of its own."""
    table, key = rng.choice([
        ("administration", "administration_id"), ("score", "administration_id"),
        ("summary", "episode_id"), ("flag", "flag_id"), ("flag_step", "step_id"),
    ])  # fmt: skip
    one = rng.choice(numbers(cursor, f"SELECT {key} FROM {table}"))
    cursor.run(f"CREATE TEMPORARY TABLE forged AS SELECT * FROM {table} WHERE {key} = $1", one)
    cursor.run(f"UPDATE forged SET {key} = 999999")
    cursor.run(f"INSERT INTO {table} SELECT * FROM forged")
    return (f"({table}) are held where",)


def one_for_another(cursor: Cursor, rng: Rng) -> Done:
    """A form is gone and another one there, with its scores: as many as before."""
    one = rng.choice(numbers(cursor, LIVE))
    for table in ("administration", "score"):
        cursor.run(
            f"UPDATE {table} SET client_id = (SELECT max(client_id) FROM client "
            f"WHERE client_id <> {table}.client_id) WHERE administration_id = $1",
            one,
        )
    return (SUMMED, "are filed under an episode of somebody else")


def looked_at_by_nobody(cursor: Cursor, rng: Rng) -> Done:
    """A flag that waits says that somebody looked, or decided."""
    one = rng.choice(numbers(cursor, "SELECT flag_id FROM flag WHERE state = 'open'"))
    state = rng.choice(["seen", "acted", "closed"])
    cursor.run("UPDATE flag SET state = $2 WHERE flag_id = $1", one, state)
    return (f"No step says how flags came to stand as they do: flag {one}.",)


def counts_changed(cursor: Cursor, rng: Rng) -> Done:
    """Rows are gone, and so they are from the counts, which he can't seal; or the counts are."""
    one = rng.choice(numbers(cursor, LIVE))
    cursor.run("DELETE FROM administration WHERE administration_id = $1", one)
    [(text,)] = cursor.rows("SELECT counts FROM head WHERE name = 'audit'")
    less = re.sub(
        r'("administration": )(\d+)', lambda found: f"{found[1]}{int(found[2]) - 1}", text
    )
    assert less != text
    cursor.run("UPDATE head SET counts = $1 WHERE name = 'audit'", rng.choice([less, "{}", ""]))
    return ("the sealed counts of rows, or the end of the audit they belong to, were changed",)


TAMPERINGS: list[Callable[[Cursor, Rng], Done]] = [
    edited_answer, swapped_answers, edited, edited, deleted, deleted, inserted, one_for_another,
    looked_at_by_nobody, counts_changed, hidden_risk_answer, flag_of_another_kind,
]  # fmt: skip


class _TakeBack(Exception):
    """Ends a transaction as if it had never been."""


def lived_in(house: House) -> None:
    """Risk answers that wait, one that was seen, one that was decided about."""
    for code, therapist in (("A", "t.one"), ("B", "t.two")):
        who, client_id = house.viewer(therapist), house.clients[code]
        for days, answers in ((20, [2] * 9), (9, [0] * 8 + [1])):
            day = TODAY - timedelta(days=days)
            recording.record_administration(who, client_id, "phq9", day, answers)
    one, client_id = house.viewer("t.one"), house.clients["A"]
    [flag, *_] = record.client_record(one, client_id).flags
    deciding.mark_seen(one, client_id, flag.flag_id, flag.administration_id, flag.version)


def tried(house: House, rng: Rng, times: int) -> None:
    lived_in(house)
    store = house.store
    assert checking.problems(store) == []
    if store.engine.dialect == "postgresql":
        # Its own keys would refuse some of this; whoever can do it can drop the keys.
        def drop(cursor: Cursor) -> None:
            cursor.run("ALTER TABLE score DROP CONSTRAINT score_pkey")
            cursor.run("ALTER TABLE summary DROP CONSTRAINT summary_pkey")
            cursor.run("DROP INDEX administration_natural_key")

        store.engine.writing(Scope(), drop)
    for number in range(times):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]

        def work(
            cursor: Cursor, tamper: Callable[..., Done] = tamper, number: int = number
        ) -> None:
            words = tamper(cursor, rng)
            found = " ".join(checking.seen_by(cursor, store))
            assert any(one in found for one in words), (number, tamper.__name__, words, found)
            raise _TakeBack

        with pytest.raises(_TakeBack):
            store.engine.writing(Scope(), work)
    assert checking.problems(store) == []


def test_h15_what_is_done_to_answers_scores_and_flags_is_found(either: House) -> None:
    tried(either, Rng(20_26), 24)


@pytest.mark.long
def test_h15_a_thousand_tamperings_with_answers_scores_and_flags_are_found(either: House) -> None:
    tried(either, Rng(5), 1000)
