"""A mapping that does not fit is refused whole; codings and ready scores are read as it says."""

import numpy as np
import pytest
from pydantic import ValidationError

from attachdash.instruments import BLANK
from attachdash.intake import Mapping, ProblemKind, Unreadable, read_csv
from tests.intake.checked import check as check_file
from tests.intake.conftest import HEADER, PHQ9, ROW, TODAY
from tests.intake.test_check import row


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"items": PHQ9[:8]}, "9 answer columns for PHQ-9"),  # the PHQ-8
        ({"items": (*PHQ9, "other")}, "another instrument"),
        ({"instrument": "bdi2", "items": PHQ9}, "21 answer columns"),
        ({"instrument": "tas20", "items": PHQ9}, "ready scores"),  # takes scores only
        ({"scores": {"total": "other"}, "items": PHQ9}, "either answers or ready scores"),
        ({"items": ()}, "columns with answers or ready scores"),
        ({"scores": {"nonsense": "other"}}, "scales of PHQ-9"),
        ({"items": (*PHQ9[:8], "phq9_10")}, "column phq9_10, which the file doesn't have"),
        ({"client": "who"}, "column who, which"),
        ({"client": "date"}, "one meaning for each column"),
        ({"items": (*PHQ9[:8], "phq9_1")}, "one meaning for each column"),
        ({"date_format": None}, "how the days are written"),
        ({"informant": "teacher"}, "answered by"),
        ({"missing": ("3",)}, "3 is also an answer"),
        ({"missing": ("0.0",)}, "also an answer"),
        ({"scores": {"total": "other"}, "missing": ("9",)}, "also an answer"),
        ({"scores": {"total": "other"}, "coding_low": 1}, "no coding for ready scores"),
    ],
)
def test_h08_a_mapping_that_does_not_fit_is_refused_whole(check_text, said, says):
    with pytest.raises(Unreadable) as refusal:
        check_text(f"other,{HEADER}\n9,{ROW}\n", **said)
    assert {problem.kind for problem in refusal.value.problems} == {ProblemKind.MAPPING}
    assert says in str(refusal.value)


def test_all_that_is_wrong_with_a_mapping_is_said_at_once(check_rows):
    with pytest.raises(Unreadable) as refusal:
        check_rows(ROW, items=PHQ9[:8], client="who", date_format=None)
    assert len(refusal.value.problems) == 3


def test_a_coding_once_stated_is_turned_into_the_definitions(check_rows):
    checked = check_rows("C-1,2026-11-03,1,2,3,4,1,2,3,4,", coding_low=1, missing=("0",))
    assert checked.answers.tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, BLANK]]
    checked = check_rows("C-1,2026-11-03,1,2,3,4,1,2,3,4,0", coding_low=1)
    (problem,) = checked.problems
    assert problem.expected == "1 to 4, or empty if not answered"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["1,2,3,4,1,2,3,4,1"], {}),  # 1 to 4: 0 is not there, 4 is
        (["1,2,3,4,1,2,3,4,0"] * 5, {}),  # 1 to 4, and 0 for no answer
        (
            ["0,1,2,3,4,0,1,2,3,4"],
            {"instrument": "k10", "items": tuple(f"k{i}" for i in range(10))},
        ),
    ],
)
def test_h08_answers_that_look_coded_from_another_number_are_asked_about(check_text, rows, said):
    items = said.get("items", PHQ9)
    text = ",".join(("client", "date", *items)) + "\n"
    text += "".join(f"C-{i},2026-11-03,{cells}\n" for i, cells in enumerate(rows))
    with pytest.raises(Unreadable) as refusal:
        check_text(text, **said)
    (problem,) = refusal.value.problems
    assert problem.kind is ProblemKind.CODING
    assert "lowest answer" in problem.cure
    # Stated, it is believed, and cells that don't fit are problems of their rows.
    low = 1 if said else 0
    assert check_text(text, coding_low=low, **said).problems


def test_a_slip_next_to_the_range_is_a_problem_of_its_row(check_rows):
    checked = check_rows(ROW, row("4", "C-2"))
    assert [(p.row, p.value) for p in checked.problems] == [(3, "4")]


def test_marks_in_tenths_become_whole_steps(instruments):
    text = b"client,date,a,b,c,d\nC-1,2026-11-03,7.3,0,10,0.1\nC-2,2026-11-03,7.35,10.1,,x\n"
    mapping = Mapping(
        instrument="ors",
        client="client",
        answered_on="date",
        date_format="iso",
        items=tuple("abcd"),
    )
    checked = check_file(read_csv("a.csv", text), mapping, instruments["ors"], TODAY)
    assert checked.answers.tolist() == [[73, 0, 100, 1]]
    assert [p.kind for p in checked.problems] == [
        ProblemKind.DECIMAL,
        ProblemKind.OUT_OF_RANGE,
        ProblemKind.NOT_A_NUMBER,
    ]
    assert "0 to 10 in steps of 0.1" in checked.problems[0].expected


SCORES = {"scores": {"anxiety": "anx", "avoidance": "avo"}, "instrument": "ecr_r"}


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("3.5", 3.5),
        ("7", 7.0),
        (" 1.00 ", 1.0),
        ("", None),
        ("99", None),  # named as missing
        ("0.99", ProblemKind.OUT_OF_RANGE),
        ("7.01", ProblemKind.OUT_OF_RANGE),
        ("NaN", ProblemKind.NOT_A_NUMBER),
        ("inf", ProblemKind.NOT_A_NUMBER),
        ("1e0", ProblemKind.NOT_A_NUMBER),
        ('"3,5"', ProblemKind.DECIMAL),  # in a file separated by commas it may be two cells
        ("=3", ProblemKind.NOT_A_NUMBER),
        ("-", ProblemKind.NOT_A_NUMBER),
    ],
)
def test_ready_scores_are_kept_as_they_are_or_refused(check_text, cell, score):
    checked = check_text(
        f"client,date,anx,avo\nC-1,2026-11-03,{cell},2.5\n", missing=("99",), **SCORES
    )
    if isinstance(score, ProblemKind):
        (problem,) = checked.problems
        assert (problem.kind, problem.column) == (score, "anx")
        assert problem.expected == "1 to 7, or empty if there is no score"
    else:
        assert checked.scale_ids == ("anxiety", "avoidance")
        np.testing.assert_array_equal(checked.scores, [[np.nan if score is None else score, 2.5]])
        assert checked.answers is None


def test_decimal_commas_are_read_where_semicolons_separate(check_text):
    checked = check_text("client;date;anx;avo\nC-1;2026-11-03;3,5;1.234,5\n", **SCORES)
    assert [p.value for p in checked.problems] == ["1.234,5"]
    checked = check_text("client;date;anx;avo\nC-1;2026-11-03;3,5;2\n", **SCORES)
    assert checked.scores.tolist() == [[3.5, 2.0]]
    assert any("decimal comma" in note for note in checked.notes)


def test_decimal_commas_are_no_answers_to_an_item(check_text):
    text = f"{HEADER}\n{ROW}".replace(",", ";").replace("2026-11-03;0", "2026-11-03;2,0")
    (problem,) = check_text(text).problems
    assert (problem.kind, problem.value) == (ProblemKind.DECIMAL, "2,0")


def test_scores_with_nothing_in_a_row_or_said_twice(check_text):
    text = "client,date,anx,avo\nC-1,2026-11-03,,\nC-2,2026-11-03,2,\nC-2,2026-11-03,2,\n"
    checked = check_text(text, **SCORES)
    assert [p.kind for p in checked.problems] == [ProblemKind.NOTHING_ANSWERED]
    assert (checked.n, checked.repeated_same) == (1, 1)


def test_messages_hold_no_trace_of_the_program(check_rows):
    checked = check_rows(
        *(row(cell, f"C-{i}") for i, cell in enumerate(("nan", "None", "1.5", "x" * 99))),
        row("0", "=1"),
        row("0", "C-8", "soon"),
        row("1", "C-9"),
        row("2", "C-9"),
        "C-10,2026-11-03" + "," * 9,
    )
    words = "\n".join(str(problem) for problem in checked.problems)
    for trace in ("<", ">", "{", "[", "ProblemKind", "Wrong(", "array", "None;", "float"):
        assert trace not in words.replace("found None", "")
    assert "x" * 39 + "…" in words  # shortened


def test_the_same_meaning_has_the_same_fingerprint(make_mapping):
    one = make_mapping(missing=("99", " NA"))
    assert one.sha256 == make_mapping(missing=("NA", "99")).sha256
    assert one.sha256 != make_mapping(missing=("98", "NA")).sha256
    assert one.sha256 != make_mapping(missing=("99", "NA"), items=PHQ9[::-1]).sha256


@pytest.mark.parametrize(
    "said", [{"items": (*PHQ9[:8], " ")}, {"client": ""}, {"date_format": "ymd"}]
)
def test_a_mapping_names_columns_and_known_formats(make_mapping, said):
    with pytest.raises(ValidationError):
        make_mapping(**said)
