"""Several questionnaires of one file come in at the terminal in one run, by saved mappings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from attachdash import cli_stream
from tests.test_cli import INIT, at_home, attachdash, home

__all__ = ["home"]
ITEMS = [f"Q{n}" for n in range(1, 10)]
ALL = ("--mapping", "phq", "--mapping", "GAD", "--mapping", "who", "--as", "a.diallo")
NEW = ("--create-clients", "--open-episodes")


def visits(path: Path, rows: int, bad: str = "") -> Path:
    lines = [f"K-{n % 3},2026-0{1 + n % 8}-{1 + n // 8:02},{','.join('1' * 9)},{n % 21},{n}"
             for n in range(rows)]  # fmt: skip
    names = ",".join(["Who", "Day", *ITEMS, "Gad", "Who5"])
    path.write_text("\n".join([names, *lines, *([bad] if bad else [])]) + "\n")
    return path


@pytest.fixture(scope="module")
def saved_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where three mappings of one file's columns are saved, by importing another."""
    folder = tmp_path_factory.mktemp("saved")
    first = visits(folder / "first.csv", 1)
    who = ("--client", "Who", "--date", "Day", "--as", "a.diallo", *NEW)
    with at_home(folder / "home") as made:
        assert attachdash(*INIT).exit_code == 0
        for name, said in (
            ("PHQ", ("--instrument", "phq9", "--items", "Q1..Q9")),
            ("GAD", ("--instrument", "gad7", "--score", "total=Gad")),
            ("WHO", ("--instrument", "who5", "--score", "total=Who5")),
        ):
            done = attachdash("import", first, *who, *said, "--save-as", name)
            assert f"Saved as {name}, version 1." in done.output, done.output
    return made


@pytest.fixture
def saved(home: Path, saved_once: Path) -> Path:
    """A copy of that practice."""
    return Path(shutil.copytree(saved_once, home))


@pytest.mark.parametrize("large", [False, True], ids=["whole", "in blocks"])
def test_three_questionnaires_come_in_at_once(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    monkeypatch.setenv(cli_stream.LARGE_SAID, "100" if large else "1000000")
    file = visits(tmp_path / "visits.csv", 30, "K-1,2026-09-09,1,1,1,1,1,1,1,1,9,soon,40")
    dry = attachdash("import", file, *ALL, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "PHQ-9: Would keep 29 of 30 rows that pass; already held 1, refused 1." in dry.stdout
    assert ("30 of 31 rows checked" in dry.stderr or "31 of 31 rows checked" in dry.stderr) is large
    done = attachdash("import", file, *ALL, *NEW)
    assert done.exit_code == 0, done.output
    told = [line for line in done.stdout.splitlines() if ": Kept" in line]
    assert told == [
        "PHQ-9: Kept 29, already held 1, refused 1; clients created 2, episodes opened 2.",
        "GAD-7: Kept 29, already held 1, refused 1; clients created 0, episodes opened 0.",
        "WHO-5: Kept 30, already held 1, refused 0; clients created 0, episodes opened 0.",
    ]
    assert "visits.csv, row 32, column Gad: found soon" in done.stdout
    assert done.stdout.index("PHQ-9: what its rows show.") < done.stdout.index("GAD-7: what")
    again = attachdash("import", file, *ALL, *NEW).stdout.splitlines()
    assert [line.split(", refused")[0] for line in again if ": Kept" in line] == [
        "PHQ-9: Kept 0, already held 30", "GAD-7: Kept 0, already held 30",
        "WHO-5: Kept 0, already held 31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--items", "Q1..Q9"), "but --items is. Save it in the mappings"),
        (("--save-as", "All", "--start", "2020-01-01"), "but --save-as, --start is"),
        (("--mapping", "phq"), "visits.csv: expected each questionnaire once, but PHQ-9 can come"),
        (("--mapping", "pcl"), "No mapping is saved as pcl. There are: GAD, PHQ, WHO."),
    ],
)
def test_what_cannot_be_said_of_several_is_refused_and_keeps_nothing(
    saved: Path, tmp_path: Path, said: tuple[str, ...], told: str
) -> None:
    file = visits(tmp_path / "visits.csv", 5)
    done = attachdash("import", file, *ALL, *said)
    assert (done.exit_code, told in done.output) == (1, True), done.output
    assert "Kept" not in done.output
    assert "already held 1" in attachdash("import", file, *ALL, "--dry-run").output


def test_a_file_that_lacks_the_columns_of_one_is_kept_for_none(saved: Path, tmp_path: Path) -> None:
    file = visits(tmp_path / "visits.csv", 5)
    file.write_text(file.read_text().replace("Gad", "Bad"))
    done = attachdash("import", file, *ALL)
    assert done.exit_code == 1
    assert "visits.csv, GAD-7: expected the column Gad" in done.output
    assert "Kept" not in done.output
