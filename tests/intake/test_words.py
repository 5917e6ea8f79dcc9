"""Answers in words: each word is worth what a person said, and no other text is worth anything."""

import numpy as np
import pytest
from pydantic import ValidationError

from attachdash.instruments import BLANK
from attachdash.intake import ProblemKind, Unreadable, read_csv
from attachdash.intake.worded import words_in, words_unsaid
from tests.intake.conftest import HEADER, PHQ9

WORDS = {"Not at all": 0, "Several days": 1, "More than half the days": 2, "Nearly every day": 3}


def row(*cells: str, client: str = "C-1") -> str:
    """A row of these cells, the last one repeated to nine."""
    return ",".join((client, "2026-11-03", *cells, *[cells[-1]] * (9 - len(cells))))


def test_each_word_is_worth_what_was_said(check_rows):
    checked = check_rows(
        row("Not at all", "Several days", "More than half the days", "Nearly every day", ""),
        row(" NOT AT ALL ", "nearly EVERY day", client="C-2"),
        words=WORDS,
    )
    assert checked.problems == ()
    assert checked.answers.tolist() == [[0, 1, 2, 3] + [BLANK] * 5, [0] + [3] * 8]


@pytest.mark.parametrize(
    "word",
    ["Not  at all", "Not at al", "not-at-all", "Notatall", "Not at all.", "Rarely", "NA", "−", "?"],
)
def test_a_word_spelt_otherwise_is_asked_about_and_never_0(check_rows, word):
    checked = check_rows(row(word, "Not at all"), row("Not at all", client="C-2"), words=WORDS)
    [problem] = checked.problems
    assert (problem.kind, problem.row, problem.column) == (ProblemKind.WORD, 2, "phq9_1")
    assert problem.value == word
    assert "worth" in problem.cure
    assert checked.answers.tolist() == [[0] * 9]


def test_without_any_word_said_words_are_refused(check_rows):
    checked = check_rows(row("Not at all"))
    assert checked.n == 0
    assert checked.counts == {ProblemKind.NOT_A_NUMBER: 9}


def test_a_word_may_mean_not_answered(check_rows):
    said = {**WORDS, "Skipped": None, "Declined": None}
    checked = check_rows(row("skipped", "declined", "Several days"), words=said)
    assert checked.answers.tolist() == [[BLANK, -2, 1, 1, 1, 1, 1, 1, 1]]


def test_numbers_missing_codes_and_another_coding_go_on_beside_words(check_rows):
    checked = check_rows(
        row("Not at all", "1", "4", "99", "none", "", "Nearly every day"),
        words=WORDS, coding_low=1, missing=("99", "none"),
    )  # fmt: skip
    assert checked.answers.tolist() == [[0, 0, 3, BLANK, BLANK, BLANK, 3, 3, 3]]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"words": {"Always": 4}}, "Always = 4"),
        ({"words": {"Always": -1}}, "Always = -1"),
        ({"words": {"2": 1}}, "2 can be read"),
        ({"words": {"Skipped": 0}, "missing": ("SKIPPED",)}, "missing code too"),
    ],
)
def test_a_value_that_cannot_be_is_refused_before_anything_is_read(check_rows, said, words):
    with pytest.raises(Unreadable) as error:
        check_rows(row("Always"), **said)
    assert [one.kind for one in error.value.problems] == [ProblemKind.MAPPING]
    assert words in str(error.value)


def test_ready_scores_have_no_words(check_text):
    with pytest.raises(Unreadable, match="holds answers"):
        check_text("client,date,sum\nC-1,2026-11-03,5\n", scores={"total": "sum"}, words=WORDS)


@pytest.mark.parametrize("words", [{"Never": 0, " never ": 1}, {"Never": 0, "NEVER": 0}, {" ": 0}])
def test_no_word_is_worth_two_things(make_mapping, words):
    with pytest.raises(ValidationError):
        make_mapping(words=words)


def test_the_fingerprint_holds_the_words_by_their_meaning(make_mapping):
    one = make_mapping(words={"Never": 0, "Often": 3})
    assert one.sha256 == make_mapping(words={"OFTEN ": 3, "never": 0}).sha256
    assert one.sha256 != make_mapping(words={"Never": 0, "Often": 2}).sha256
    assert one.sha256 != make_mapping(words={"Never": None, "Often": 3}).sha256
    assert one.sha256 != make_mapping().sha256


def test_a_file_shows_its_words_and_how_often_each_stands_there():
    text = "\n".join(
        (HEADER, row("Never", "never ", "Often", "2", "99", "", "Often"), row("x y", "2.5"))
    )
    table = read_csv("words.csv", text.encode())
    assert words_in(table, PHQ9) == [("Often", 4), ("Never", 2), ("x y", 1)]
    assert words_in(table, PHQ9, ("often",)) == [("Never", 2), ("x y", 1)]
    assert words_unsaid(table, PHQ9, {"NEVER": 0}, ()) == [("Often", 4), ("x y", 1)]


def test_a_word_beyond_an_items_own_range_is_refused(instruments, check_text):
    """Where items differ, a word stays what it was given: it is never squeezed into the range."""
    mixed = next(
        one
        for one in instruments.values()
        if one.accepts_items and one.step == 1 and len({item.high for item in one.items}) > 1
    )
    highs = [item.high for item in mixed.items]
    columns = tuple(f"c{number}" for number in range(len(highs)))
    line = ",".join(["C-1", "2026-11-03", *["Most"] * len(highs)])
    checked = check_text(
        ",".join(["client", "date", *columns]) + f"\n{line}\n",
        instrument=mixed.id, items=columns, words={"Most": max(highs)},
        informant=mixed.informants[0],
    )  # fmt: skip
    assert checked.counts == {ProblemKind.OUT_OF_RANGE: int(np.sum(np.array(highs) < max(highs)))}
