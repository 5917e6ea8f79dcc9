"""Files and circumstances that could lose a risk answer: refused, asked about, or flagged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.intake import Mapping, read_csv
from attachdash.practice import (
    assignments,
    caseload,
    deciding,
    escalation,
    record,
    supervision,
)
from attachdash.practice.flags import Flag
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_mending import rows
from tests.practice.test_one_path import PHQ9

DAY = TODAY - timedelta(days=1)
HEADER = "code,date," + ",".join(f"q{n}" for n in range(1, 10))


def bring(house: House, lines: list[str], mapping: Mapping = PHQ9, header: str = HEADER) -> Any:
    data = "\n".join([header, *lines]).encode()
    return import_one(house.viewer("t.one"), read_csv("bad.csv", data), mapping)


def of_a(house: House, who: str = "t.one") -> list[Flag]:
    return list(record.client_record(house.viewer(who), house.clients["A"]).flags)


def held(house: House) -> int:
    return int(rows(house, "SELECT count(*) FROM administration")[0][0])


def test_h04_without_the_column_of_the_risk_item_nothing_comes_in(either: House) -> None:
    eight = replace_items(PHQ9, 8)
    for header in (HEADER, HEADER.removesuffix(",q9")):
        cells = ",".join("1" * header.count("q"))
        with pytest.raises(Invalid, match=r"another instrument|columns"):
            bring(either, [f"A,{DAY},{cells}"], eight, header)
    assert held(either) == 6


def replace_items(mapping: Mapping, many: int) -> Mapping:
    return mapping.model_copy(update={"items": mapping.items[:many]})


@pytest.mark.parametrize(
    ("line", "kept", "kinds"),
    [
        (f"A,{DAY},0,0,0,0,0,0,0,0,0,3", 0, []),  # a number of the row in front: ten answers
        (f"A,{DAY},0,0,0,0,0,0,0,3", 0, []),  # the first answer lost: eight
        (f"A,{DAY},0,0,0,0,0,0,0,3,", 1, ["suicide_blank"]),  # to the left, the last cell empty
        (f"A,{DAY},,0,0,0,0,0,0,0,0", 1, []),  # to the right: the answer of item 9 is cut off, …
        (f"A,{DAY},0,0,0,0,0,0,0,0,12", 0, []),  # the total where item 9 should be
        (f",A,{DAY},0,0,0,0,0,0,0,0", 0, []),  # the whole row to the right
        (f"A,{DAY},0,0,0,0,0,0,0,0,  ", 1, ["suicide_blank"]),
        (f"A,{DAY},0,0,0,0,0,0,0,0,2", 1, ["suicide_answer"]),
    ],
)
def test_h04_a_row_that_is_shifted_is_refused_or_says_that_the_item_is_blank(
    small: House, line: str, kept: int, kinds: list[str]
) -> None:
    try:
        done = bring(small, [line])
        assert (done.kept, done.refused) == (kept, 1 - kept)
    except Invalid:
        assert not kept
    assert [one.kind for one in of_a(small)] == kinds


def test_h08_one_to_four_is_refused_unless_said_and_then_flags_what_it_means(
    either: House,
) -> None:
    lines = [f"A,{DAY},1,2,3,4,1,2,3,4,1", f"A,{TODAY},1,1,1,1,1,1,1,1,2"]
    with pytest.raises(Invalid, match="lowest answer"):
        bring(either, lines)
    assert of_a(either) == []
    bring(either, lines, PHQ9.model_copy(update={"coding_low": 1}))
    [flag] = of_a(either)
    assert (flag.answer, flag.answered_on) == (1, TODAY)


@pytest.mark.parametrize("risky_first", [True, False])
def test_h04_of_two_forms_of_one_day_neither_is_dropped_without_a_word(
    either: House, risky_first: bool
) -> None:
    both = [f"A,{DAY},0,0,0,0,0,0,0,0,3", f"A,{DAY},0,0,0,0,0,0,0,0,0"]
    lines = both if risky_first else both[::-1]
    done = bring(either, lines)
    # Which of them is meant nobody can know: both are refused, by name.
    assert (done.kept, done.refused) == (0, 2)
    assert of_a(either) == []
    told = PHQ9.model_copy(update={"occasion": "when"})
    words = ["morning", "evening"]
    done = bring(either, [f"{line},{word}" for line, word in zip(lines, words, strict=True)],
                 told, f"{HEADER},when")  # fmt: skip
    assert done.kept == 2
    [flag] = of_a(either)
    assert (flag.state, flag.answer) == ("open", 3)


def test_h14_an_open_flag_goes_with_its_client_and_is_the_formers_no_more(either: House) -> None:
    admin, a = either.viewer("a.diallo"), either.clients["A"]
    bring(either, [f"A,{DAY},0,0,0,0,0,0,0,0,3"])
    [flag] = of_a(either)
    place = a, flag.flag_id, flag.administration_id, flag.version
    assignments.end_assignment(admin, a, either.people["t.one"], TODAY)
    assignments.assign_client(admin, a, either.people["t.two"], TODAY)
    for who in ("t.one", "s.one"):
        viewer = either.viewer(who)
        assert [row for row in caseload.caseload(viewer).rows if row.client.code == "A"] == []
        assert supervision.agenda(viewer).items == ()
        with pytest.raises(Refused):
            record.client_record(viewer, a)
        with pytest.raises(Refused):
            deciding.act(viewer, *place, "Too late")
    assert [one.flag_id for one in of_a(either, "t.two")] == [flag.flag_id]
    [item] = supervision.agenda(either.viewer("s.two")).items
    assert (item.flag.flag_id, item.therapists) == (flag.flag_id, ("T.TWO",))
    deciding.act(either.viewer("t.two"), *place, "Called")
    [flag] = of_a(either, "t.two")
    assert (flag.state, flag.seen_by) == ("acted", "T.TWO")


def test_h05_with_the_clock_set_back_a_flag_is_neither_hidden_nor_kept_waiting(
    either: House,
) -> None:
    ahead = NOW + timedelta(days=2)
    table = read_csv("bad.csv", f"{HEADER}\nA,{DAY},0,0,0,0,0,0,0,0,1".encode())
    import_one(either.viewer("t.one", ahead), table, PHQ9)
    [flag] = of_a(either)
    # Nobody knows how long it has waited: it goes to all.
    assert escalation.unseen(either.viewer("a.diallo")).flags == 1
    mine, a = either.viewer("t.one"), either.clients["A"]
    deciding.act(mine, a, flag.flag_id, flag.administration_id, flag.version, "Called", TODAY)
    [flag] = of_a(either)
    assert (flag.state, flag.seen_by, flag.review_on) == ("acted", "T.ONE", TODAY)
    bring(either, [f"A,{TODAY},0,0,0,0,0,0,0,0,3"])
    [flag] = of_a(either)
    assert (flag.state, flag.answer, flag.raised_at) == ("open", 3, NOW)
    assert escalation.unseen(either.viewer("a.diallo", ahead + timedelta(days=9))).flags == 1
