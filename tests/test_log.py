"""The log of what was refused: kinds, rows and a reference, and nothing that anybody wrote."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import log, web
from attachdash.intake import Problem, ProblemKind, Unreadable, read_csv
from attachdash.intake.refusals import log_refused
from attachdash.web.import_draft import Draft
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.test_cli import SAID, attachdash, founded, home

__all__ = ["_light_bcrypt", "founded", "home", "make_house", "small"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "pages" / "import_file.py"
DAY = TODAY - timedelta(days=30)
NAME = "Xantippe"  # stands wherever somebody can write something
DAYS = ("--date-format", "iso")
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING attachdash\.\w+: .*")
REFERENCE = re.compile(r"[Rr]eference (?:<b>)?([0-9a-f]{8})")
ITEMS = [f"Q{number}" for number in range(1, 10)]
TRAP = f"{NAME}\r\n2026-11-24 reference 00000000: forged %s %d {{}}"


def hostile(*, quotes: bool = True) -> bytes:
    """A file with the name in its header, codes, days and answers; with stray quotes if said."""
    rows = [
        ["Who", "Day", *ITEMS, f"note of {NAME}"],
        ["K-1", "2026-09-01", *"000000000", NAME],
        [f"{NAME}@home", "2026-09-01", *"000000000", NAME],
        ["K-2", f"{NAME} 2026", *"000000000", NAME],
        ["K-3", "2026-09-01", *"00000000", f"{NAME} said so", NAME],
        ["K-4", "2026-09-01", *"00000000", "0", "x", NAME],
        ["K-5", "2026-09-01", *"000000000", f'"{TRAP}"'],
    ]
    text = "\n".join(",".join(row) for row in rows) + "\n"
    return (text + (f'K"{NAME},2026-09-01' if quotes else "")).encode()


def test_alike_problems_are_one_entry_with_their_count_and_first_rows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = [
        Problem(kind=ProblemKind.DATE, file=NAME, row=row, column=NAME, value=TRAP, expected=NAME)
        for row in range(2, 16)
    ]
    found.append(Problem(kind=ProblemKind.WORD, file=NAME, row=4, expected="", value=NAME))
    reference = log_refused(found, {ProblemKind.DATE: 20_000, ProblemKind.WORD: 1})
    assert caplog.messages == [
        f"reference {reference}: rows refused: date 20000 (rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 "
        "and 4 more), word 1 (row 4)"
    ]
    assert log_refused(found) != reference


def test_a_refused_file_is_logged_once_on_the_page_and_nothing_of_it(
    small: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def page() -> None:
        from attachdash.web import importing
        from tests.test_log import refused_file

        importing.refusal(refused_file())

    tab = AppTest.from_function(page).run()
    told = [one.value for one in tab.get("html")]
    tab.run()
    assert told == [one.value for one in tab.get("html")]
    [line] = logged(caplog)
    assert line.endswith(": file refused: quotes 1")
    assert REFERENCE.findall(told[-1]) == REFERENCE.findall(line)
    assert NAME not in caplog.text


def refused_file() -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        read_csv(f"{NAME}.csv", hostile())
    assert NAME in str(refusal.value)
    return refusal.value


def test_refused_rows_are_logged_when_a_file_is_checked_on_the_page(
    small: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    header = ",".join(["client_code", "date", *(f"phq9_{number}" for number in range(1, 10))])
    zeros = ",".join("0" * 8)
    text = f"{header}\nA,{DAY},{zeros},1\nA,{TODAY},{zeros},{NAME}\n{NAME}9,{DAY},{zeros},1\n"
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("t.one"))
    tab = AppTest.from_file(PAGE, default_timeout=30)
    tab.session_state["_import"] = Draft(0, read_csv(f"{NAME}.csv", text.encode()))
    tab.run()
    next(one for one in tab.button if one.label.startswith("This is right")).click().run()
    assert not tab.exception
    [line] = logged(caplog)
    assert line.endswith("rows refused: not_a_number 1 (row 3), client_code 1 (row 4)")
    told = "\n".join(str(one.value) for one in tab.get("html"))
    assert REFERENCE.findall(told) == REFERENCE.findall(line)
    assert NAME not in caplog.text


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        one.getMessage() for one in caplog.records if one.name.startswith("attachdash")
    ]  # fmt: skip


def at_the_terminal(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "attachdash.cli", *words], capture_output=True, text=True,
        check=False, cwd=ROOT, env={**os.environ, "ATTACHDASH_HOME": str(home)},
    )  # fmt: skip


def log_lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert "Traceback" not in done.stderr
    return [line for line in done.stderr.splitlines() if LINE.fullmatch(line)]


def test_a_real_run_at_the_terminal_logs_refused_rows_and_nothing_of_them(
    founded: Path, tmp_path: Path
) -> None:
    file = tmp_path / f"{NAME}.csv"
    file.write_bytes(hostile(quotes=False))
    done = at_the_terminal(founded, "import", str(file), *SAID, *DAYS, "--create-clients")
    assert done.returncode == 0, done.stderr
    [line] = log_lines(done)
    assert line.endswith(
        "rows refused: client_code 1 (row 3), date 1 (row 4), not_a_number 1 (row 5), "
        "fields 1 (row 6)"
    )
    assert REFERENCE.findall(done.stdout) == REFERENCE.findall(line)
    assert NAME in done.stdout  # whoever brought it is told what stands there
    assert NAME not in done.stderr


def test_a_real_run_at_the_terminal_logs_a_refused_file_and_nothing_of_it(
    founded: Path, tmp_path: Path
) -> None:
    file = tmp_path / f"{NAME}.csv"
    file.write_bytes(hostile())
    done = at_the_terminal(founded, "import", str(file), *SAID)
    assert done.returncode == 1
    [line] = log_lines(done)
    assert line.endswith("file refused: quotes 1")
    assert NAME not in line
    told = done.stderr.replace(line, "")
    assert REFERENCE.findall(told) == REFERENCE.findall(line)


def test_a_real_load_that_is_refused_logs_where_and_nothing_of_it(
    founded: Path, tmp_path: Path
) -> None:
    out = tmp_path / NAME
    assert attachdash("export", out, "--as", "a.diallo").exit_code == 0
    clients = out / "clients.csv"
    clients.write_text(clients.read_text() + f"=1{NAME},{NAME},1990-01-01,day,en\r\n")
    done = at_the_terminal(founded, "load", str(out), "--as", "a.diallo")
    assert done.returncode == 1
    [line] = log_lines(done)
    assert re.search(r"load refused at attachdash/practice/\w+\.py:\d+$", line)
    assert NAME not in line
    assert REFERENCE.findall(done.stderr.replace(line, "")) == REFERENCE.findall(line)


def test_the_log_is_written_once_however_often_it_is_begun() -> None:
    try:
        log.begin()
        log.begin()
        assert len(log.OURS.handlers) == 1
    finally:
        log.OURS.handlers = []
