"""The terminal takes a large file in blocks, says how far it is, and stops when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from attachdash import cli_stream
from tests.test_cli import ITEMS, ROOT, attachdash, founded, home

__all__ = ["founded", "home"]
SAID = (
    "--instrument", "phq9", "--client", "Who", "--date", "Day", "--items", "Q1..Q9",
    "--as", "a.diallo", "--create-clients", "--open-episodes",
)  # fmt: skip
ROWS = 300


def large(folder: Path, rows: int = ROWS) -> Path:
    path = folder / "large.csv"
    lines = [f"K-{n % 9},2026-0{1 + n % 8}-{1 + n // 9 % 28:02},0,1,2,0,1,1,0,1,{n % 2}"
             for n in range(rows)]  # fmt: skip
    lines[50:50] = ["K-0,soon,1,1,1,1,1,1,1,1,1", lines[0]]
    path.write_text("\n".join([",".join(["Who", "Day", *ITEMS]), *lines]) + "\n")
    return path


@pytest.fixture(autouse=True)
def _large_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cli_stream.LARGE_SAID, "1000")


def test_a_large_file_says_the_same_as_a_small_one(
    founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large(tmp_path)
    monkeypatch.setenv(cli_stream.LARGE_SAID, "1000000")
    small = attachdash("import", path, *SAID, "--dry-run")
    monkeypatch.setenv(cli_stream.LARGE_SAID, "1000")
    dry = attachdash("import", path, *SAID, "--dry-run")
    told = [re.sub(r"Reference \w+", "Reference", one.stdout) for one in (dry, small)]
    assert told[0] == told[1]
    assert "Would keep 300 of 300 rows that pass; already held 0, refused 1." in dry.stdout
    assert "302 of 302 rows checked (100%)" in dry.stderr
    done = attachdash("import", path, *SAID, "--save-as", "Clinic")
    assert done.exit_code == 0, done.output
    assert "Kept 300, already held 0, refused 1; clients created 9, episodes opened 9." in (
        done.stdout
    )
    assert "Saved as Clinic, version 1." in done.stdout
    assert "302 of 302 rows kept (100%)" in done.stderr
    assert "\r" not in done.stderr
    assert "Kept 0, already held 300" in attachdash("import", path, *SAID).stdout


def test_what_the_first_rows_show_is_proposed(founded: Path, tmp_path: Path) -> None:
    path = large(tmp_path)
    path.write_text(path.read_text().replace("Who,Day,", "client,date,").replace("Q", "phq9_"))
    shown = attachdash("import", path, "--as", "a.diallo", "--create-clients", "--yes")
    assert "large.csv shows: --instrument phq9" in shown.stdout
    assert "Kept 300" in shown.stdout


def test_a_large_file_with_a_row_an_answer_is_taken_whole(founded: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    lines = [f"K-{n // 9},2026-03-04,{1 + n % 9},1" for n in range(90)]
    path.write_text("\n".join(["Who,Day,item,value", *lines]) + "\n")
    items = ",".join(f"item {n}" for n in range(1, 10))
    done = attachdash(
        "import", path, "--shape", "answers", "--item", "item", "--value", "value", "--form",
        "Who,Day", "--instrument", "phq9", "--client", "Who", "--date", "Day", "--items", items,
        "--as", "a.diallo", "--create-clients",
    )  # fmt: skip
    assert "Kept 10" in done.output


def test_ctrl_c_leaves_nothing_and_says_so(founded: Path, tmp_path: Path) -> None:
    path = large(tmp_path, 40_000)
    # As a person would: the key is pressed when the first figure of keeping is told.
    script = (
        "import os, signal\n"
        "from attachdash import cli_stream\n"
        "from attachdash.cli import app\n"
        "told = cli_stream.Progress.__call__\n"
        "def pressed(self, what, row):\n"
        "    if what == 'kept':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    told(self, what, row)\n"
        "cli_stream.Progress.__call__ = pressed\n"
        "app()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "import", str(path), *SAID], cwd=ROOT, check=False,
        capture_output=True, text=True, env=os.environ.copy(),
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert "Stopped. Nothing was kept." in done.stderr
    assert "Traceback" not in done.stderr
    assert "Kept" not in done.stdout
    shown = attachdash("import", path, *SAID, "--dry-run")
    assert "already held 0" in shown.stdout


def test_a_terminal_sees_one_line_that_is_rewritten(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress = cli_stream.Progress(200)
    for row in (0, 100, 200):
        progress("checked", row)
    progress.end()
    told = capsys.readouterr().err
    assert told.startswith("\r0 of 200 rows checked (0%)")
    assert told.endswith("\r200 of 200 rows checked (100%)\x1b[K\n")
    assert told.count("\n") == 1


def test_a_key_pressed_is_heeded_before_the_next_block() -> None:
    progress = cli_stream.Progress(10)
    progress("checked", 1)
    progress.stop = True
    with pytest.raises(cli_stream.Stopped):
        progress("checked", 2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
