"""`attachdash outcomes` and `attachdash trend` at a terminal, by published figures."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attachdash.cli import app

COUPLES = ("--id", "subject", "--time", "time", "--first", "pre", "--last", "post")
SMALL = "id,time,phq\nA,pre,20\nA,post,8\nB,pre,16\nB,post,15\nC,pre,5\nC,post,19\nD,pre,12\n"
POINTS = ("--id", "id", "--time", "time", "--first", "pre", "--last", "post", "--measure", "phq")


def attachdash(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def small(tmp_path: Path, text: str = SMALL) -> Path:
    path = tmp_path / "march.csv"
    path.write_text(text)
    return path


def test_the_das_of_jacobson_1989(shared):
    found = attachdash(
        "outcomes", shared / "data" / "jacobson_1989.csv", *COUPLES, "--measure", "das",
        "--direction", "higher", "--reliability", ".88", "--functional", "114.7,17.8", "--json",
    )  # fmt: skip
    figures = json.loads(found.output)
    assert figures["cutoff"] == pytest.approx(94.80, abs=0.005)
    assert figures["s_diff"] == pytest.approx(2**0.5 * figures["sem"])
    assert figures["threshold"] == pytest.approx(1.96 * figures["s_diff"])
    assert figures["counts"] == {
        "recovered": 14, "improved": 5, "unchanged": 10, "deteriorated": 1, "newly_clinical": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "recovered", "improved", "unchanged"),
    # Documented output of the R package clinicalsignificance (gds, r .80, cut-off a).
    [("jt", 10, 4, 12), ("en", 12, 5, 9), ("gln", 12, 4, 10), ("nk", 12, 4, 10)],
)
def test_the_gds_by_each_index(shared, method, recovered, improved, unchanged):
    found = attachdash(
        "outcomes", shared / "data" / "jacobson_1989.csv", *COUPLES, "--measure", "gds",
        "--reliability", ".8", "--method", method, "--json",
    )  # fmt: skip
    figures = json.loads(found.output)
    assert (figures["n"], figures["without_both"], figures["cutoff_rule"]) == (26, 4, "a")
    assert figures["counts"] == {
        "recovered": recovered, "improved": improved, "unchanged": unchanged, "deteriorated": 0,
        "newly_clinical": 0,
    }  # fmt: skip


def test_beat_the_blues_as_a_long_file(shared, tmp_path):
    with (shared / "data" / "BtheB_bdi.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["id,time,phq"]
    for row in rows:
        lines += [
            f"{row['rownames']},pre,{row['bdi.pre']}",
            f"{row['rownames']},post,{row['bdi.2m']}",
        ]
    found = attachdash("outcomes", small(tmp_path, "\n".join(lines)), *POINTS,
                       "--reliability", ".93", "--json")  # fmt: skip
    figures = json.loads(found.output)
    # Worked figures: SD 10.840 of 100, threshold 7.95, 36 of 97 improved and 4 worse.
    assert figures["sd"] == pytest.approx(10.840, abs=5e-4)
    assert figures["threshold"] == pytest.approx(7.95, abs=0.005)
    counts = figures["counts"]
    assert counts["recovered"] + counts["improved"] == 36
    assert (counts["deteriorated"], figures["n"]) == (4, 97)


def test_each_person_s_class_can_be_written(tmp_path):
    out = tmp_path / "classes.csv"
    found = attachdash("outcomes", small(tmp_path), *POINTS, "--reliability", ".89", "--sd", "6.1",
                       "--clinical", "14.2,6.1", "--functional", "2.91,3.52",
                       "--out", out)  # fmt: skip
    assert found.exit_code == 0, found.output
    rows = {row["id"]: row["class"] for row in csv.DictReader(out.read_text().splitlines())}
    assert rows == {"A": "improved", "B": "unchanged", "C": "newly clinical", "D": "not told"}
    assert "newly clinical       1 (of the deteriorated)" in found.output
    assert "deteriorated         1" in found.output
    assert "3 with both scores, 1 without" in found.output


def test_a_mirrored_file_gives_the_same_counts(tmp_path):
    turned = "\n".join(
        line if n == 0 else f"{line.rpartition(',')[0]},{27 - int(line.rpartition(',')[2])}"
        for n, line in enumerate(SMALL.strip().split("\n"))
    )
    common = ("--reliability", ".89", "--json")
    here = attachdash("outcomes", small(tmp_path), *POINTS, *common)
    there = attachdash("outcomes", small(tmp_path, turned), *POINTS, *common,
                       "--direction", "higher")  # fmt: skip
    assert json.loads(here.output)["counts"] == json.loads(there.output)["counts"]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (SMALL, ("--measure", "gad"), "has no column gad; expected one of: id, time, phq."),
        (SMALL, ("--last", "end"), "no row holds end (--last); expected one of: pre, post."),
        (SMALL, ("--last", "pre"), "expected two time points"),
        (SMALL, ("--method", "hll"), "has to come from another sample"),
        (SMALL, ("--cutoff", "b"), "cut-off b needs mean and SD of a functional group"),
        (SMALL, ("--cutoff", "d"), "expected a, b or c"),
        (SMALL, ("--functional", "3"), "expected a mean and an SD above 0"),
        (SMALL, ("--functional", "30,5"), "expected the functional one to be lower"),
        (SMALL, ("--reliability", "1.2"), "expected more than 0, less than 1"),
        (SMALL, ("--sd", "0"), "expected a number above 0"),
        (SMALL, ("--direction", "neither"), "expected higher or lower"),
        (SMALL.replace("C,post,19", "C,post,lots"), (),
         "march.csv, row 7, column phq: found lots; expected a number, or empty"),
        (SMALL.replace("C,post,19", "C,post,NA"), (), "say --missing"),
        (SMALL + "A,pre,3\n", (), "march.csv, row 9, column id: found A; expected one row"),
        (SMALL.replace("C,pre,5", ",pre,5"), (), "row 6, column id: found an empty cell"),
        ("id,time,phq\nA,pre,2\nB,post,3\n", ("--sd", "6"), "nobody has a score in phq at both"),
        ("id,time,phq\nA,pre,2\nA,post,3\nB,pre,2\n", (), "have no spread"),
        ("id,time,phq\nA,pre,2,9\nA,post,3\n", (), "expected 3 cells, as in the header"),
    ],
)  # fmt: skip
def test_an_error_names_the_cure(tmp_path, text, options, said):
    found = attachdash("outcomes", small(tmp_path, text), *POINTS, "--reliability", ".8", *options)
    assert found.exit_code == 1
    assert said in found.stderr
    assert "Traceback" not in found.output


def test_missing_codes_may_be_said(tmp_path):
    path = small(tmp_path, SMALL.replace("C,post,19", "C,post,NA"))
    found = attachdash(
        "outcomes", path, *POINTS, "--reliability", ".8", "--missing", "NA", "--json"
    )
    assert json.loads(found.output)["without_both"] == 2


def test_the_single_case_of_liu_and_adrian_2019(shared):
    path = shared / "data" / "liu_adrian_2019_single_case_phq9a.csv"
    found = attachdash("trend", path, "--time", "session", "--value", "phq9a", "--sd", "6.1",
                       "--reliability", ".89", "--json")  # fmt: skip
    figures = json.loads(found.output)
    assert figures["slope"] == pytest.approx(-1.2097902, abs=5e-8)
    assert (figures["n"], figures["per"]) == (12, "unit")


def test_the_worked_trend_by_weeks_and_by_days(tmp_path):
    values = [98, 98, 98, 99, 99, 99]
    figures = ("--sd", "1", "--reliability", str(1 - 0.707**2 / 2), "--json")
    weeks = "t,v\n" + "".join(f"{n},{v}\n" for n, v in enumerate(values, 1))
    by_weeks = attachdash("trend", small(tmp_path, weeks), "--time", "t", "--value", "v", *figures)
    days = "t,v\n" + "".join(f"2026-0{1 + n // 4}-{1 + 7 * (n % 4):02},{v}\n"
                             for n, v in enumerate(values))  # fmt: skip
    by_days = attachdash("trend", small(tmp_path, days), "--time", "t", "--value", "v", *figures)
    assert json.loads(by_weeks.output)["slope"] == pytest.approx(0.2571429, abs=5e-8)
    assert json.loads(by_weeks.output)["rti"] == pytest.approx(2.151736, abs=5e-7)
    assert json.loads(by_days.output)["per"] == "week"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t,v\n1,5\n1,6\n", "expected scores of at least two moments in v, found 1"),
        ("t,v\n1,5\n,6\n", "march.csv, row 3, column t: found an empty cell"),
        ("t,v\n2026-01-01,5\nsoon,6\n", "march.csv, row 3, column t: found soon"),
        ("t,v\n1,5\n2,x\n", "march.csv, row 3, column v: found x; expected a number"),
    ],
)
def test_a_series_that_has_no_trend_says_why(tmp_path, text, said):
    found = attachdash("trend", small(tmp_path, text), "--time", "t", "--value", "v", "--sd", "6",
                       "--reliability", ".8")  # fmt: skip
    assert found.exit_code == 1
    assert said in found.stderr


def test_what_is_said_in_words(tmp_path):
    path = small(tmp_path, "t,v\n2026-01-01,5\n2026-01-08,5\n2026-01-15,5.2\n")
    found = attachdash("trend", path, "--time", "t", "--value", "v", "--sd", "6",
                       "--reliability", ".6")  # fmt: skip
    for said in ("points a week", "Within the questionnaire's own error", "trivial",
                 "from 4 scores over 3 weeks", "below 0.70"):  # fmt: skip
        assert said in found.output
    assert attachdash("trend", tmp_path / "none.csv", "--time", "t", "--value", "v", "--sd", "6",
                      "--reliability", ".8").exit_code == 1  # fmt: skip
