"""What answers mean, said at the terminal: words."""

from pathlib import Path

import pytest

from tests.test_cli import SAID, answers, attachdash, founded, home

__all__ = ["founded", "home"]

KEEP = ("--create-clients", "--open-episodes")


def test_words_are_said_at_the_terminal_and_the_others_are_asked_about(
    founded: Path, tmp_path: Path
) -> None:
    file = answers(
        tmp_path / "phq9.csv",
        "K-1,2026-09-01," + ",".join(["Never", "Often"] + ["Never"] * 7),
        "K-1,2026-09-08," + ",".join(["Nevr"] + ["Never"] * 8),
    )
    said = ("--word", "never=0", "--word", "Often = 3", *KEEP)
    done = attachdash("import", file, *SAID, *said)
    assert done.exit_code == 0, done.output
    assert "Words without a value: Nevr (1)." in done.output
    assert "Kept 1, already held 0, refused 1" in done.output
    attachdash("export", "--as", "a.diallo", tmp_path / "out")
    assert ",0,3,0,0,0,0,0,0,0," in (tmp_path / "out" / "phq9.csv").read_text()


@pytest.mark.parametrize(
    "words", [("Never",), ("=0",), ("Never=x",), ("Never=1.5",), ("Never=0", "never=1")]
)
def test_a_word_said_wrongly_is_refused(
    founded: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = answers(tmp_path / "phq9.csv", "K-1,2026-09-01,0,0,0,0,0,0,0,0,0")
    done = attachdash("import", file, *SAID, *(p for word in words for p in ("--word", word)))
    assert done.exit_code == 1
    assert f'--word "{words[-1]}"' in done.output


def test_a_lowest_answer_that_no_file_writes_is_refused(founded: Path, tmp_path: Path) -> None:
    file = answers(tmp_path / "phq9.csv", "K-1,2026-09-01,0,0,0,0,0,0,0,0,0")
    done = attachdash("import", file, *SAID, "--date-format", "iso", "--coding-low", "40000")
    assert done.exit_code == 1
    assert "--coding-low can't be taken: Input should be less than" in done.output


def test_a_mapping_is_saved_and_named_again_at_the_terminal(founded: Path, tmp_path: Path) -> None:
    row = ",".join(["Never"] * 9)
    first = answers(tmp_path / "one.csv", f"K-1,2026-09-01,{row}")
    done = attachdash("import", first, *SAID, *KEEP, "--word", "Never=0", "--save-as", "Ours")
    assert "Saved as Ours, version 1." in done.output
    second = answers(tmp_path / "two.csv", f"K-1,2026-09-08,{row}")
    done = attachdash("import", second, "--mapping", "ours", "--as", "a.diallo")
    assert done.exit_code == 0, done.output
    assert "Kept 1, already held 0, refused 0" in done.output
    done = attachdash("import", second, "--mapping", "Theirs", "--as", "a.diallo")
    assert done.exit_code == 1
    assert "No mapping is saved as Theirs. There are: Ours." in done.output


def test_totals_that_differ_and_rows_said_twice_are_told(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "phq9.csv"
    zeros = ",".join(["0"] * 9)
    names = ",".join(f"Q{number}" for number in range(1, 10))
    file.write_text(
        f"Who,Day,{names},Sum\nK-1,2026-09-01,{zeros},0\nK-1,2026-09-08,{zeros},7\n"
        f"K-1,2026-09-01,{zeros},0\n"
    )
    done = attachdash("import", file, *SAID, "--total", "total=Sum", *KEEP)
    assert done.exit_code == 0, done.output
    assert "phq9.csv, row 3, column Sum: total 7, our total 0." in done.output
    assert "1 totals differ" in done.output
    assert "counted once: 4 (as 2)." in done.output
    assert "Kept 2, already held 0, refused 0" in done.output


def test_a_second_header_row_is_asked_about_at_the_terminal(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "phq9.csv"
    names = ",".join(["Who", "Day", *(f"Q{number}" for number in range(1, 10))])
    texts = ",".join(["Code?", "When?", *(f"Question {number}?" for number in range(1, 10))])
    zeros = ",".join(["0"] * 9)
    file.write_text(f"{texts}\n{names}\nK-1,2026-09-01,{zeros}\n")
    done = attachdash("import", file, *SAID, *KEEP)
    assert done.exit_code == 1
    assert "row 2 looks like" in done.output
    done = attachdash("import", file, *SAID, *KEEP, "--names-row", "2")
    assert "Kept 1, already held 0, refused 0" in done.output


def test_who_answered_about_whom_is_said_at_the_terminal(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "rcads.csv"
    names = ",".join(f"Q{number}" for number in range(1, 26))
    file.write_text(f"Who,Day,{names}\nK-1,2026-09-01,{','.join(['1'] * 25)}\n")
    asked = (
        "--instrument", "rcads25", "--client", "Who", "--date", "Day", "--date-format", "iso",
        "--items", "Q1..Q25", "--as", "a.diallo",
    )  # fmt: skip
    done = attachdash("import", file, *asked, *KEEP)
    assert "RCADS-25: --informant self (it could also be mother, father, parent, carer)." in (
        done.output
    )
    for kept in (1, 0):
        done = attachdash("import", file, *asked, "--informant", "mother")
        assert done.exit_code == 0, done.output
        assert f"Kept {kept}, already held {1 - kept}, refused 0" in done.output
    done = attachdash("import", file, *asked, "--informant", "teacher")
    assert done.exit_code == 1
    assert "expected RCADS-25 answered by: self or mother or father or parent or carer" in (
        done.output
    )
    attachdash("export", "--as", "a.diallo", tmp_path / "out")
    assert "K-1,2026-09-01,,,,,mother,," in (tmp_path / "out" / "rcads25.csv").read_text()
    assert "K-1,mother,,,," in (tmp_path / "out" / "relations.csv").read_text()


def test_names_below_a_title_are_taken_only_when_somebody_agrees(
    founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(answers(tmp_path / "phq9.csv", "K-1,2026-09-01,0,0,0,0,0,0,0,0,0"))
    file.write_text(f"Praxis Muster, PHQ-9 2025\n\n{file.read_text()}")
    for most in ("1000000", "10"):  # whole, and in blocks
        monkeypatch.setenv("ATTACHDASH_LARGE_FILE", most)
        done = attachdash("import", file, *SAID, *KEEP)
        assert done.exit_code == 1
        assert "shows: --names-row 3" in done.output
        assert "Nothing was changed" in done.output
        done = attachdash("import", file, *SAID, *KEEP, "--names-row", "3", "--dry-run")
        assert "Would keep 1 of 1" in done.output, done.output
    done = attachdash("import", file, *SAID, *KEEP, "--yes")
    assert "Kept 1, already held 0" in done.output, done.output


def test_names_of_groups_are_joined_when_somebody_says_so(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    lower = ",".join(f"q{number}" for number in range(1, 10))
    file.write_text(
        f"Who,Day,PHQ-9,,,,,,,,,GAD-7,\n,,{lower},q1,q2\nK-1,2026-09-01{',1' * 9},3,3\n"
    )
    said = ("--instrument", "phq9", "--client", "Who", "--date", "Day", "--as", "a.diallo", *KEEP,
            "--items", ",".join(f"PHQ-9 q{number}" for number in range(1, 10)))  # fmt: skip
    done = attachdash("import", file, *said)
    assert done.exit_code == 1
    assert "shows: --groups-row 1 --names-row 2" in done.output
    done = attachdash("import", file, *said, "--groups-row", "1", "--names-row", "2")
    assert "Kept 1, already held 0, refused 0" in done.output, done.output


def test_a_column_of_informants_is_asked_about_at_the_terminal(
    founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rcads25.csv"
    items = ",".join(f"rcads25_{number}" for number in range(1, 26))
    rows = [f"K-1,2026-09-01,{who}{',1' * 25}" for who in ("Mutter", "Kind", "Oma")]
    file.write_text("\n".join([f"client,date,informant,{items}", *rows, ""]))
    said = ("import", file, "--as", "a.diallo", "--instrument", "rcads25", "--client", "client",
            "--date", "date", "--items", "rcads25_1..rcads25_25", *KEEP)  # fmt: skip
    done = attachdash(*said)
    assert done.exit_code == 1
    assert "shows: --informant-column informant" in done.output
    column = (*said, "--informant-column", "informant")
    for most in ("1000000", "10"):  # whole, and in blocks
        monkeypatch.setenv("ATTACHDASH_LARGE_FILE", most)
        done = attachdash(*column, "--who", "mutter=mother", "--dry-run")
        told = done.output
        assert "Words for people without a meaning: Kind (1), Oma (1)." in told
        assert "Would keep 1 of 1 rows that pass; already held 0, refused 2." in told, told
    words = ("--who", "Mutter=mother", "--who", "Kind=self", "--who", "Oma=carer")
    done = attachdash(*column, *words, "--save-as", "Family")
    assert "Kept 3, already held 0, refused 0" in done.output, done.output
    again = attachdash("import", file, "--as", "a.diallo", "--mapping", "Family")
    assert "Kept 0, already held 3, refused 0" in again.output, again.output
    wrong = attachdash(*column, "--who", "Oma=grandmother")
    assert wrong.exit_code == 1
    assert '--who "Oma=grandmother": expected word=kind' in wrong.output


def test_which_of_two_is_named_by_a_column_at_the_terminal(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "rcads.csv"
    names = ",".join(f"Q{number}" for number in range(1, 26))
    ones = ",".join(["1"] * 25)
    file.write_text(f"Who,Day,Name,{names}\nK-1,2026-09-01,Anna,{ones}\nK-2,2026-09-01,,{ones}\n")
    asked = (
        "--instrument", "rcads25", "--client", "Who", "--date", "Day", "--date-format", "iso",
        "--items", "Q1..Q25", "--person-column", "Name", "--as", "a.diallo", *KEEP,
    )  # fmt: skip
    done = attachdash("import", file, *asked, "--informant", "mother")
    assert done.exit_code == 0, done.output
    assert "row 2, column Name: found anna; expected a row that names nobody" in done.output
    assert "Kept 1, already held 0, refused 1" in done.output
    done = attachdash("import", file, *asked)
    assert done.exit_code == 1
    assert "all rows are by and about the client" in done.output
