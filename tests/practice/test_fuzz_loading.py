"""A damaged export is the same state, or is refused in words and leaves nothing behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.practice import (
    absences,
    assignments,
    clients,
    deciding,
    entrance,
    exporting,
    founding,
    loading,
    marks,
    people,
    record,
)
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.rules import Kind
from tests.fuzzing import fuzz
from tests.practice.conftest import NOW, TODAY, _light_bcrypt
from tests.practice.test_loading import put, sum_of

__all__ = ["_light_bcrypt"]

# Most of what is loaded is sealed by the state's sum; people aren't.
NAMES = ["clients.csv", "episodes.csv", "marks.csv", "answers.csv", "scores.csv", "flags.csv",
         "flag_steps.csv"] * 2 + [
         "people.csv", "assignments.csv", "absences.csv", "settings.csv", "about.txt"]  # fmt: skip
CELLS = [
    *("", "A", "B", "'=1", "=1", "NA", "phq9", "rses", "yes", "no", "0", "1", "-1", "9", "99"),
    *(
        "2026-11-03",
        "2026-11-31",
        "0001-01-01",
        "9999-12-31",
        "99999-01-01",
        "day",
        "year",
        "1e400",
    ),
    *("nan", "inf", "-inf", "1_0", "٣", "0x1", "9" * 30, "declined", "given", "complete", "total"),
    *("phase", "rupture", "cbt", "client", "seen", "closed", "suicide_blank", "red", "course:1"),
    *("worse:1:rses.total", "worse:1:no", "rcads25:18:mother:", "removed 1", "removed 99999999"),
    *("phq9 1", "ors 1", "2026-11-24T08:40:00", "2026-11-24T08:40:00+01:00"),
    *("admin", "t.one", "therapist", "anonymous", "Europe/Berlin", "x\r\ny", 'a"b', "\u202e"),
    *("1.5", " 1", "2026-W45-2", "20261103", "99999-01-01", "5e-324", "0.1", "32768", "-0.0"),
]


TABLES = ("person", "client", "episode", "treats", "administration", "score", "flag", "mark")
HELD = "SELECT " + " + ".join(f"(SELECT count(*) FROM {name})" for name in TABLES)

Wound = tuple[str, str, int, int, str]


class CameIn(Exception):
    """All came in: it is taken back, so that the store is empty for the next case."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A small practice's export."""
    store, _ = founding.found(tmp_path_factory.mktemp("one"), "a.diallo", "Amara Diallo", NOW)
    try:
        admin = entrance.at_terminal(store, "a.diallo", NOW)
        since = TODAY - timedelta(days=200)
        therapist = people.add_person(admin, "t.one", "Theo One", [Role.THERAPIST], since)
        for code in "AB":
            who = clients.add_client(admin, code, f"=Client {code}", date(1990, 5, 4), "day")
            assignments.assign_client(admin, who, therapist, since)
            episode = clients.open_episode(admin, who, TODAY - timedelta(days=90), "since; spring")
            own = entrance.at_terminal(store, "t.one", NOW)
            marks.add_phase(own, episode, marks.Technique.OTHER, TODAY, None, "=1; letters")
            put(admin, who, "phq9", day=TODAY, answers=[0, 1, 2, 3, -1, -2, -3, 1, 1])
            [flag] = record.client_record(own, who).flags
            deciding.act(own, who, flag.flag_id, flag.administration_id, 1, "=1; asked", TODAY)
            deciding.note(own, who, Kind.TALK)
        absences.add_absence(admin, therapist, TODAY, None)
        put(admin, who, "ors", day=TODAY, scores={"total": 21.3}, nominal=True)
        return exporting.export(admin)
    finally:
        store.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """The administrator of an empty practice, in which nothing that is loaded stays."""
    store, _ = founding.found(tmp_path_factory.mktemp("other"), "l.admin", "Lena Admin", NOW)
    put_there = loading._put

    def put_and_take_back(*given: Any) -> Any:
        put_there(*given)
        raise CameIn

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_put", put_and_take_back)
        yield entrance.at_terminal(store, "l.admin", NOW)
    store.close()


def held(empty: Viewer) -> int:
    """How many people, clients and answers there are: cheap enough for each case."""
    with empty.store.engine.reading(empty.scope) as cursor:
        counts = cursor.rows(HELD)
    return int(counts[0][0])


@st.composite
def damage(draw: st.DrawFn) -> Wound:
    """Which file, what is done to it, where, and what is put there."""
    return (
        draw(st.sampled_from(NAMES)),
        draw(st.sampled_from(["cell", "cell", "row", "twice", "swap", "cut", "put", "gone"])),
        draw(st.integers(0, 60)), draw(st.integers(0, 11)), draw(st.sampled_from(CELLS)),
    )  # fmt: skip


def damaged(files: dict[str, str], wound: Wound) -> dict[str, str]:
    name, kind, row, column, text = wound
    if name not in files:
        return files
    body = files[name]
    if kind == "gone":
        return {one: text for one, text in files.items() if one != name}
    if kind == "cut":
        return files | {name: body[: row * 12]}
    if kind == "put":
        at = (row * 7) % (len(body) + 1)
        return files | {name: body[:at] + (text or '"') + body[at:]}
    rows = list(csv.reader(io.StringIO(body, newline="")))
    if not rows:
        return files
    at = row % len(rows)
    if kind == "row":
        del rows[at]
    elif kind == "twice":
        rows.insert(at, rows[at])
    elif kind == "swap":
        rows[at], rows[-1] = rows[-1], rows[at]
    elif rows[at]:
        rows[at][column % len(rows[at])] = text
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return files | {name: out.getvalue()}


@fuzz
@given(wounds=st.lists(damage(), min_size=1, max_size=2))
def test_a_damaged_export_is_the_same_state_or_refused_in_words_and_leaves_nothing(
    exported: dict[str, str],
    empty: Viewer,
    wounds: list[Wound],
) -> None:
    files = exported
    for wound in wounds:
        files = damaged(files, wound)
    # What comes in has the sum of the whole: rows in another order, or people and settings.
    with pytest.raises((Invalid, CameIn)) as refusal:
        loading.load(empty, files)
    assert str(refusal.value) or refusal.type is CameIn
    assert held(empty) == 1  # the administrator


def test_what_is_whole_comes_in_and_leaves_nothing_when_it_is_taken_back(
    exported: dict[str, str], empty: Viewer
) -> None:
    before = sum_of(empty)
    with pytest.raises(CameIn):
        loading.load(empty, exported)
    assert sum_of(empty) == before
    assert len(people.everyone(empty)) == 1
