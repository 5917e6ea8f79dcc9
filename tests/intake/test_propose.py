"""What is guessed from a file's names and values, and what is left for a person to say (H8)."""

import pytest

from attachdash.intake import propose, read_csv
from tests.intake.checked import check as check_file
from tests.intake.conftest import HEADER, PHQ9, ROW, TODAY


@pytest.fixture
def proposal(instruments):
    def run(text, name="march.csv", **said):
        return propose(read_csv(name, text.encode()), instruments, TODAY, **said)

    return run


def items_file(*names, cells="1", rows=2, day="2026-11-03"):
    """A file with a code, a day and the named columns, all holding the same."""
    lines = [",".join(("client", "date", *names))]
    lines += [",".join((f"C-{i}", day, *[cells] * len(names))) for i in range(rows)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("pattern", "count", "name", "instrument"),
    [
        ("phq9_{}", 9, "march.csv", "phq9"),
        ("PHQ9-{}", 9, "march.csv", "phq9"),
        ("PHQ-9 {}", 9, "march.csv", "phq9"),
        ("phq9_{:02d}", 9, "march.csv", "phq9"),
        ("phq9_q{}", 9, "march.csv", "phq9"),
        ("PHQ-9 item {}", 9, "march.csv", "phq9"),
        ("gad7.{}", 7, "march.csv", "gad7"),
        ("ecr_r_{}", 36, "march.csv", "ecr_r"),  # the ECR-R and not the ECR
        ("Q{}", 9, "phq9_november.csv", "phq9"),  # the file's name tells
        ("Item {}", 10, "2026 RSES.csv", "rses"),
        ("{}", 10, "core-10.csv", "core10"),
        ("phq_{}", 9, "PHQ-9 2021.csv", "phq9"),
    ],
)
def test_items_are_found_by_name(proposal, pattern, count, name, instrument):
    columns = [pattern.format(number) for number in range(1, count + 1)]
    # The order in the file doesn't matter, the numbers do.
    found = proposal(items_file(*reversed(columns)), name)
    assert found.instrument == instrument
    assert found.mapping.items == tuple(columns)
    assert (found.mapping.client, found.mapping.answered_on) == ("client", "date")
    assert any("confirm" in note for note in found.notes)


@pytest.mark.parametrize(
    ("pattern", "numbers", "name"),
    [
        ("Q{}", range(1, 10), "march.csv"),  # nine columns of anything
        ("phq_{}", range(1, 10), "march.csv"),  # the PHQ-9, or another of its family?
        ("phq_{}", range(1, 11), "phq9.csv"),  # phq_9 is no total of the PHQ-9
        ("phq8_{}", range(1, 9), "march.csv"),  # no definition of that name
        ("phq9_{}", range(1, 9), "march.csv"),  # eight of nine: the PHQ-8?
        ("phq9_{}", range(1, 11), "march.csv"),
        ("phq9_{}", range(9), "march.csv"),  # counted from 0
        ("phq9_{}", [1, 2, 3, 4, 5, 6, 7, 8, 10], "march.csv"),
        ("Q{}", range(1, 9), "phq9.csv"),
        ("ders_{}", range(1, 17), "march.csv"),  # sixteen of the DERS's 36
        ("k10_{}", range(1, 12), "march.csv"),
        ("tas20_{}", range(1, 22), "march.csv"),
        ("tas20_{}", range(1, 21), "march.csv"),  # takes ready scores only
    ],
)
def test_h08_look_alikes_are_never_guessed(proposal, pattern, numbers, name):
    found = proposal(items_file(*(pattern.format(number) for number in numbers)), name)
    assert found.mapping is None
    assert found.items == ()
    assert found.scores == {}
    assert found.notes


def test_h08_a_file_of_two_instruments_asks_which(proposal, instruments):
    text = items_file(*PHQ9, *(f"gad7_{i}" for i in range(1, 8)))
    found = proposal(text)
    assert found.mapping is None
    assert set(found.candidates) == {"phq9", "gad7"}
    assert any("PHQ-9" in note and "GAD-7" in note for note in found.notes)
    chosen = proposal(text, instrument="gad7")
    assert chosen.mapping.items == tuple(f"gad7_{i}" for i in range(1, 8))


def test_the_whole_proposal_of_a_plain_file(proposal, instruments):
    text = f"{HEADER},note\n{ROW},a\n\n{ROW.replace('0087', '2')},=1+1\n"
    found = proposal(text)
    means = {guess.column: guess.means for guess in found.columns}
    assert means["client"] == "client"
    assert means["date"] == "answered_on"
    assert means["phq9_9"] == "item 9"
    assert means["note"] == ""
    assert {guess.column: guess.first_values for guess in found.columns}["note"] == ("a", "=1+1")
    assert found.entries == (("0", 6), ("1", 4), ("2", 4), ("3", 4))
    assert found.strange == ()
    table = read_csv("march.csv", text.encode())
    assert check_file(table, found.mapping, instruments["phq9"], TODAY).n == 2


@pytest.mark.parametrize(
    ("days", "written"),
    [
        (("2026-11-03", "2026-11-12"), "iso"),
        (("03.11.2026", "28.10.2026"), "dmy"),
        (("11/03/2026", "10/28/2026"), "mdy"),
        (("03.11.2026", "12.10.2026"), None),  # both could be either: a person must say
        (("03/11/2026", "28/10/2026", "10/28/2026"), None),  # a mix
        (("2026-11-03", "28.10.2026"), None),
    ],
)
def test_h06_the_format_of_days_is_only_proposed_where_the_days_decide(proposal, days, written):
    rows = "".join(f"C-{i},{day}" + ",0" * 9 + "\n" for i, day in enumerate(days))
    found = proposal(f"{HEADER}\n{rows}")
    assert found.date_format == written
    assert found.mapping.date_format == written
    assert any("day" in note.lower() for note in found.notes)


@pytest.mark.parametrize(
    ("header", "client", "day"),
    [
        ("case_no,datum,birth_date,age", "case_no", "datum"),
        ("Client ID,Date,Session start,age", "Client ID", "Date"),
        ("CODE,completed,dob,age", "CODE", "completed"),
        ("name,date,birth,age", None, "date"),  # a name is no code
        ("client,date,answered on,age", "client", None),  # two days: which?
        ("client,first,second,age", "client", None),
    ],
)
def test_client_and_day_columns_are_found_or_asked_for(proposal, header, client, day):
    found = proposal(f"{header}\n87,03.11.2025,28.10.1990,30\n88,28.10.2025,03.11.1991,31\n")
    assert (found.client, found.answered_on) == (client, day)
    assert (client is None) == any("client codes" in note for note in found.notes)


@pytest.mark.parametrize(
    ("header", "name", "scores"),
    [
        ("phq9_total", "a.csv", {"total": "phq9_total"}),
        ("PHQ-9", "a.csv", {"total": "PHQ-9"}),
        ("gad7,age", "a.csv", {"total": "gad7"}),
        (
            "ecr_r_anxiety,ecr_r_avoidance",
            "a.csv",
            {"anxiety": "ecr_r_anxiety", "avoidance": "ecr_r_avoidance"},
        ),
        ("anxiety,avoidance", "ECR-R 2026.csv", {"anxiety": "anxiety", "avoidance": "avoidance"}),
        ("tas20_total", "a.csv", {"total": "tas20_total"}),
        ("anxiety,avoidance", "a.csv", {}),  # of which instrument?
    ],
)
def test_ready_scores_are_found_by_name(proposal, header, name, scores):
    found = proposal(items_file(*header.split(","), cells="5"), name)
    assert found.scores == scores
    assert (found.mapping is None) == (not scores)


def test_h08_a_shifted_coding_is_proposed_for_confirmation(proposal):
    rows = "C-1,2026-11-03,1,2,3,4,1,2,3,4,1\n"
    found = proposal(f"{HEADER}\n{rows}")
    assert found.mapping.coding_low == 1
    assert any("1 to 4" in note and "confirm" in note for note in found.notes)
    # With a 0 it may mean "no answer" or be an answer: not guessed.
    found = proposal(f"{HEADER}\n{rows}{rows.replace('C-1', 'C-2').replace(',1', ',0')}")
    assert found.mapping.coding_low is None
    assert any("lowest answer" in note for note in found.notes)


def test_what_is_no_answer_is_shown_with_its_count(proposal):
    found = proposal(items_file(*PHQ9, cells="n/a") + ROW + "\n")
    assert found.strange == (("n/a", 18),)
    assert ("n/a", 18) in found.entries
    assert any("n/a (18)" in note and "missing codes" in note for note in found.notes)
    assert found.mapping.missing == ()  # never believed unsaid


def test_an_occasion_column_is_found(proposal):
    found = proposal(f"occasion,{HEADER}\npre,{ROW}\n")
    assert found.mapping.occasion == "occasion"
