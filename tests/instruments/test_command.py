"""`attachdash score` and `attachdash instruments`: real files, dirty files, no tracebacks."""

import csv
import json
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from attachdash.cli import app

GAD7 = "a,b,c,d,e,f,g"
LISTED = ["--instrument", "gad7", "--items", GAD7]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def scales(*arguments: object) -> dict[str, Any]:
    result = run("score", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)["scales"]
    return found


def refused(*arguments: object) -> str:
    """The words of a refusal; fails on a traceback or another exit code."""
    result = run("score", *arguments)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    return result.stderr


def made(folder: Path, text: str | bytes, name: str = "march.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


RSE = "rse_openpsychometrics_items_6000.csv"
ORDER_OF_1965 = "Q7,Q10,Q2,Q4,Q5,Q9,Q1,Q8,Q3,Q6"


def test_the_open_rosenberg_file_gives_its_known_figures(shared: Path) -> None:
    arguments = [shared / "data" / RSE, "--instrument", "rses", "--items", ORDER_OF_1965]
    total = scales(*arguments, "--coding", "1-4", "--missing", "0", "--complete")["total"]
    assert total["n"] == 5824
    assert total["alpha"] == pytest.approx(0.9120, abs=5e-5)
    assert total["mean"] == pytest.approx(16.138, abs=5e-4)
    assert total["mean"] + 10 == pytest.approx(26.138, abs=5e-4)  # the same on 10-40
    assert total["sd"] == pytest.approx(6.935, abs=5e-4)
    # Without --complete up to two blanks are taken in; alpha stays that of complete rows.
    prorated = scales(*arguments, "--coding", "1-4", "--missing", "0")["total"]
    assert prorated["n"] == 5824 + prorated["prorated"]
    assert prorated["n"] + prorated["incomplete"] == 6000
    assert prorated["alpha"] == total["alpha"]


def test_the_rosenberg_file_in_the_wrong_order_is_far_less_reliable(shared: Path) -> None:
    arguments = [shared / "data" / RSE, "--instrument", "rses", "--items", "Q1..Q10"]
    total = scales(*arguments, "--coding", "1-4", "--missing", "0", "--complete")["total"]
    assert total["alpha"] < 0.8


def test_the_open_ecr_file_gives_its_known_figures(shared: Path) -> None:
    path = shared / "data" / "ecr_openpsychometrics_items_6000.csv"
    found = scales(
        path, "--instrument", "ecr_brennan_5", "--items", "Q1..Q36", "--missing", 0, "--complete"
    )
    # Each row: scale, n, alpha, mean, SD, as published with the file.
    for scale, n, alpha, mean, sd in (
        ("avoidance", 5661, 0.9358, 2.563, 0.827),
        ("anxiety", 5699, 0.9173, 3.093, 0.808),
    ):
        assert found[scale]["n"] == n
        assert found[scale]["alpha"] == pytest.approx(alpha, abs=5e-5)
        assert found[scale]["mean"] == pytest.approx(mean, abs=5e-4)
        assert found[scale]["sd"] == pytest.approx(sd, abs=5e-4)


ROWS = ["1,1,1,1,1,1,1", "2,2,2,2,2,2,2", "0,1,2,3,0,1,"]


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_delimiters_marks_and_line_ends_are_all_read(
    mark: str, encoding: str, end: str, tmp_path: Path
) -> None:
    text = end.join([GAD7, *ROWS, "", ""]).replace(",", mark)
    total = scales(made(tmp_path, text.encode(encoding)), *LISTED)["total"]
    assert total == {
        "n": 3,
        "prorated": 1,
        "incomplete": 0,
        "mean": pytest.approx((7 + 14 + 7 * 7 / 6) / 3),
        "sd": pytest.approx(stdev([7, 14, 7 * 7 / 6])),
        "alpha": pytest.approx(1.0),
    }


# Each row: what the file holds, words the refusal must have.
DIRTY = [
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,x\n", "march.csv, row 2, column g: found x; expected 0 to 3"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,1\n\n1,4,1,1,1,1,1\n", "row 4, column b: found 4"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,1.5\n", "found 1.5"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,NaN\n", "found NaN"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,-1\n", "found -1"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,1e400\n", "found 1e400"),
    ("a,b,c,d,e,f,g\n1,1,1,1\n", "row 2: found 4 cells; expected 7"),
    ("a,b,c,d,e,f,g\n1,1,1,1,1,1,1,1\n", "row 2: found 8 cells; expected 7"),
    ("a,b,c,d,e,f,h\n1,1,1,1,1,1,1\n", "g is not there"),
    ("a,b,c,d,e,f,g,g\n1,1,1,1,1,1,1,1\n", "g is there 2 times"),
    ("", "expected column names"),
    ("\n\n", "expected column names"),
    (b"\x00\x01\x02PK", "not a text file"),
    (b"PK\x03\x04\x14\x00\x00\x00", "not a text file"),
    (b"\xff\xfe\x61", "not a text file"),
]


@pytest.mark.parametrize(("content", "words"), DIRTY)
def test_dirty_files_are_refused_in_words(content: str | bytes, words: str, tmp_path: Path) -> None:
    assert words in refused(made(tmp_path, content), *LISTED)


def test_the_first_twenty_problems_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    told = refused(made(tmp_path, GAD7 + "\n" + "9,1,1,1,1,1,1\n" * 1_025), *LISTED)
    assert told.count("found 9") == 20
    assert "and 1,005 more" in told


@pytest.mark.parametrize("content", [GAD7, GAD7 + "\n", GAD7 + "\n,,,,,,\n"])
def test_a_file_without_answers_has_no_figures(content: str, tmp_path: Path) -> None:
    total = scales(made(tmp_path, content), *LISTED)["total"]
    assert total["n"] == 0
    assert total["mean"] is total["sd"] is total["alpha"] is None


def test_quoted_cells_spaces_and_other_letters_are_read(tmp_path: Path) -> None:
    text = 'wer,a,b,c,d,e,f,g\n"Mü;ller, ""X""\nY", 1,"2",3.0,0,1,1,\xa0\n'
    total = scales(made(tmp_path, text.encode("cp1252")), *LISTED)["total"]
    assert total["prorated"] == 1


def test_blank_codes_that_are_answers_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path, GAD7 + "\n")
    assert "0 can't mean missing" in refused(path, *LISTED, "--missing", "0")
    assert scales(path, *LISTED, "--missing", "9,99,NA")["total"]["n"] == 0


def test_tenths_may_be_written_with_a_comma(tmp_path: Path) -> None:
    path = made(tmp_path, "w;x;y;z\n6,2;6,2;6,2;6,5\n")
    total = scales(path, "--instrument", "ors", "--items", "w,x,y,z")["total"]
    assert total["mean"] == pytest.approx(25.1)
    path = made(tmp_path, "w;x;y;z\n6,25;6,2;6,2;6,5\n")
    assert "steps of 0.1" in refused(path, "--instrument", "ors", "--items", "w,x,y,z")


# Each row: arguments after the file, words the refusal must have.
WRONG = [
    (["--instrument", "gad8", "--items", GAD7], "gad7"),
    (["--instrument", "zzzz", "--items", GAD7], "attachdash instruments"),
    (["--instrument", "das", "--items", GAD7], "ready scores"),
    (["--instrument", "gad7", "--items", "a,b"], "7 items; found 2"),
    (["--instrument", "gad7", "--items", "a,b,c,d,e,f,f"], "f is named twice"),
    (["--instrument", "gad7", "--items", "Q1..P7"], "a range such as Q1..Q10"),
    (["--instrument", "gad7", "--items", "Q7..Q1"], "lower number first"),
    (["--instrument", "gad7", "--items", ""], "7 items"),
    (["--instrument", "gad7", "--items", "Q1..Q99999999999"], "items"),
    ([*LISTED, "--coding", "1-5"], "4 answers, 0 to 3"),
    ([*LISTED, "--coding", "4-1"], "such as 1-4"),
    ([*LISTED, "--coding", "one"], "such as 1-4"),
    (["--instrument", "csi4", "--items", "a,b,c,d", "--coding", "1-6"], "different ranges"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_arguments_are_refused_in_words(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    assert words in refused(made(tmp_path, GAD7 + "\n1,1,1,1,1,1,1\n"), *arguments)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "can't be opened" in refused(tmp_path / "none.csv", *LISTED)
    assert "can't be opened" in refused(tmp_path, *LISTED)


def test_padded_ranges_name_padded_columns(tmp_path: Path) -> None:
    header = ",".join(f"q{number:02d}x" for number in range(1, 8)).replace("x", "")
    path = made(tmp_path, header + "\n1,1,1,1,1,1,1\n")
    assert scales(path, "--instrument", "gad7", "--items", "q01..q07")["total"]["mean"] == 7


def test_scores_are_written_row_by_row(tmp_path: Path) -> None:
    path = made(tmp_path, "\n".join([GAD7, *ROWS, "", "1,,,1,1,1,1"]))
    out = tmp_path / "scores.csv"
    assert run("score", path, *LISTED, "--out", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["2", "3", "4", "6"]
    assert [row["total_state"] for row in rows] == ["complete"] * 2 + ["prorated", "incomplete"]
    assert [row["total"] for row in rows] == ["7", "14", "8.166666667", ""]
    assert rows[3]["total_answered"] == "5"


def test_written_scores_are_for_their_owner_only_and_whole(tmp_path: Path) -> None:
    path, out = made(tmp_path, "\n".join([GAD7, *ROWS])), tmp_path / "scores.csv"
    out.write_text("earlier")
    out.chmod(0o644)
    assert run("score", path, *LISTED, "--out", out).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["march.csv", "scores.csv"]


def test_complete_leaves_prorated_scores_out_of_the_written_file_too(tmp_path: Path) -> None:
    path, out = made(tmp_path, "\n".join([GAD7, *ROWS])), tmp_path / "scores.csv"
    assert run("score", path, *LISTED, "--complete", "--out", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["total"] for row in rows] == ["7", "14", ""]
    assert [row["total_state"] for row in rows] == ["complete"] * 2 + ["prorated"]


def test_a_letter_that_only_looks_like_a_line_end_ends_no_row(tmp_path: Path) -> None:
    path = made(tmp_path, f"note,{GAD7}\nx\u2028y,1,1,1,1,1,1,1\nz,1,1,1,1,1,1,9\n")
    assert "row 3, column g: found 9" in refused(path, *LISTED)


def test_a_decimal_comma_is_read_only_between_semicolons(tmp_path: Path) -> None:
    path = made(tmp_path, GAD7 + '\n1,1,1,1,1,1,"2,0"\n')
    assert "found 2,0" in refused(path, *LISTED)


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    path = made(tmp_path, GAD7 + "\n1,1,1,1,1,1,1\n")
    assert "name another" in refused(path, *LISTED, "--out", path)
    assert "can't be written" in refused(path, *LISTED, "--out", tmp_path / "no" / "x.csv")


def test_words_say_who_has_no_score_and_why(tmp_path: Path) -> None:
    path = made(tmp_path, "\n".join([GAD7, *ROWS, "1,,,1,1,1,1"]))
    said = run("score", path, *LISTED).stdout
    assert "scored 3" in said
    assert "without a score: 1 (1 of 7 items may be blank: 1 with 2 blank)" in said
    assert "left out" in run("score", path, *LISTED, "--complete").stdout


def test_instruments_are_listed_and_shown() -> None:
    assert run("instruments").stdout.count("\n") == 71
    listed = json.loads(run("instruments", "--json").stdout)
    assert {"id", "name", "scales"} <= set(listed[0])
    assert "Thoughts of self-harm" in run("instruments", "phq9").stdout
    assert json.loads(run("instruments", "phq9", "--json").stdout)["id"] == "phq9"
    wrong = run("instruments", "phq8")
    assert wrong.exit_code == 1
    assert "phq9" in wrong.stderr
    for one in listed:
        assert run("instruments", one["id"]).exit_code == 0
