"""The commands on a practice, at a real terminal where it matters."""

import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attachdash.cli import app
from attachdash.practice import passwords
from tests.intake.books import book

ROOT = Path(__file__).resolve().parents[1]
ITEMS = [f"Q{n}" for n in range(1, 10)]


@contextmanager
def at_home(folder: Path) -> Iterator[Path]:
    """While this lasts the commands have this ATTACHDASH_HOME, and passwords cost little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTACHDASH_HOME", str(folder))
        patch.delenv("ATTACHDASH_STORE", raising=False)
        patch.setattr(passwords, "ROUNDS", 4)
        yield folder


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty ATTACHDASH_HOME."""
    with at_home(tmp_path / "home") as folder:
        yield folder


_once: list[Path] = []


@pytest.fixture
def founded(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with its administrator: founded once, then copied."""
    if not _once:
        with at_home(tmp_path_factory.mktemp("founded") / "home") as made:
            assert attachdash(*INIT).exit_code == 0
        _once.append(made)
    return Path(shutil.copytree(_once[0], home))


INIT = (
    "init", "--sign-in", "a.diallo", "--name", "Amara Diallo", "--practice-name", "North",
    "--time-zone", "Europe/Berlin",
)  # fmt: skip
SAID = (
    "--instrument", "phq9", "--client", "Who", "--date", "Day", "--items", "Q1..Q9",
    "--as", "a.diallo",
)  # fmt: skip


def attachdash(*words: str) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answers(path: Path, *rows: str) -> str:
    path.write_text("\n".join([",".join(["Who", "Day", *ITEMS]), *rows]) + "\n")
    return str(path)


def a_file(tmp_path: Path) -> str:
    return answers(
        tmp_path / "phq9.csv",
        "K-1,2026-09-01,2,2,1,0,1,2,1,0,1",
        "K-1,2026-09-15,1,1,1,0,1,,1,0,0",
        "K-2,2026-09-02,1,1,1,0,1,9,1,0,0",
    )


def test_init_prints_a_code_that_expires_and_what_comes_next(home: Path) -> None:
    done = attachdash(*INIT)
    assert done.exit_code == 0, done.output
    assert re.search(r"One-time code for a.diallo: \w{4}-\w{4}-\w{4}\n", done.output)
    assert "UTC" in done.output
    assert "attachdash run" in done.output
    assert (home / "practice" / "practice.duckdb").stat().st_mode & 0o777 == 0o600
    again = attachdash(*INIT)
    assert again.exit_code == 1
    assert "already" in again.output


def test_init_refuses_a_time_zone_that_is_none_before_anything_is_made(home: Path) -> None:
    done = attachdash(*INIT[:-1], "Mars/Olympus")
    assert done.exit_code == 1
    assert "Europe/Berlin" in done.output
    assert not home.exists()


def test_a_file_goes_in_and_comes_out_again(founded: Path, tmp_path: Path) -> None:
    file = a_file(tmp_path)
    done = attachdash("import", file, *SAID, "--create-clients", "--open-episodes")
    assert done.exit_code == 0, done.output
    assert "Kept 2, already held 0, refused 1; clients created 1, episodes opened 1." in done.output
    assert re.search(r"phq9.csv.*row 4.*Q6", done.output)

    again = attachdash("import", file, *SAID, "--create-clients", "--open-episodes")
    assert "Kept 0, already held 2, refused 1; clients created 0" in again.output

    out = tmp_path / "out"
    assert attachdash("export", "--as", "a.diallo", out).exit_code == 0
    written = out / "phq9.csv"
    assert written.stat().st_mode & 0o777 == 0o600
    assert out.stat().st_mode & 0o777 == 0o700
    with written.open(newline="") as text:
        rows = sorted(csv.DictReader(text), key=lambda row: row["answered_on"])
    assert [row["answered_on"] for row in rows] == ["2026-09-01", "2026-09-15"]
    assert [rows[0][f"phq9_{n}"] for n in range(1, 10)] == list("221012101")
    assert rows[1]["phq9_6"] == ""
    assert {row["client"] for row in rows} == {"K-1"}

    refused = attachdash("export", "--as", "a.diallo", out)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    written.write_text("mine")
    assert attachdash("export", "--as", "a.diallo", out, "--force").exit_code == 0
    assert written.read_text() != "mine"
    assert written.stat().st_mode & 0o777 == 0o600

    checked = attachdash("check")
    assert checked.exit_code == 0, checked.output


def test_a_workbook_gives_the_scores_of_the_same_csv(founded: Path, tmp_path: Path) -> None:
    rows = [line.split(",") for line in Path(a_file(tmp_path)).read_text().splitlines()]
    file = tmp_path / "phq9.xlsx"
    file.write_bytes(
        book(
            rows[0],
            *[(who, date.fromisoformat(day), *[int(one) if one else None for one in given])
              for who, day, *given in rows[1:]],
            sheets={"Notes": [("a", "b")]},
        )
    )  # fmt: skip
    words = ("import", file, *SAID, "--create-clients", "--open-episodes")
    refused = attachdash(*words)
    assert refused.exit_code == 1
    assert '--sheet "Answers" --names-row 1' in refused.output
    done = attachdash(*words, "--sheet", "Answers", "--names-row", "1")
    assert "Kept 2, already held 0, refused 1; clients created 1" in done.output, done.output
    assert re.search(r"phq9.xlsx, sheet Answers.*row 4.*Q6", done.output)
    again = attachdash("import", a_file(tmp_path), *SAID)
    assert "Kept 0, already held 2, refused 1" in again.output


def test_a_dry_run_changes_nothing(founded: Path, tmp_path: Path) -> None:
    done = attachdash("import", a_file(tmp_path), *SAID, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Would keep 2 of 2" in done.output
    assert "--create-clients" in done.output
    attachdash("export", "--as", "a.diallo", tmp_path / "out")
    assert not (tmp_path / "out" / "phq9.csv").exists()
    assert (tmp_path / "out" / "clients.csv").read_text().count("\n") == 1


def test_what_the_file_shows_is_taken_only_when_agreed_to(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    columns = ["client", "date", *(f"phq9_{n}" for n in range(1, 10))]
    file.write_text(",".join(columns) + "\nK-1,2026-09-01,2,2,1,0,1,2,1,0,1\n")
    words = ("import", file, "--as", "a.diallo", "--create-clients", "--open-episodes")
    refused = attachdash(*words)
    assert refused.exit_code == 1
    assert "--instrument phq9 --client client --date date" in refused.output
    assert "--yes" in refused.output
    done = attachdash(*words, "--yes")
    assert done.exit_code == 0, done.output
    assert "Kept 1" in done.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--score", "total"), "scale=column"),
        (("--date-format", "american"), "--date-format can't be taken"),
        (("--as", "nobody"), "Nobody called 'nobody'"),
        (("--as", "a.diallo", "--role", "therapist"), "may act here"),
        (("--instrument", "phq"), "There is no instrument phq. Did you mean"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    founded: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    done = attachdash("import", a_file(tmp_path), *SAID, *words)
    assert done.exit_code in (1, 2)
    assert expected in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


HOLDS = """
import sys
from pathlib import Path
from attachdash.practice.opening import open_practice
store = open_practice(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_while_the_store_is_held_they_name_the_process_and_the_page(
    founded: Path, tmp_path: Path
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(founded / "practice")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for words, page in (
            (("import", a_file(tmp_path), *SAID), "The page Import does the same"),
            (("export", "--as", "a.diallo", tmp_path / "out"), "The page Export has"),
            (("check",), "The page Audit"),
        ):
            done = attachdash(*(str(word) for word in words))
            assert done.exit_code == 1
            assert f"process {holder.pid}" in done.output
            assert page in done.output
    finally:
        holder.communicate(b"")


def test_run_says_what_is_wrong_before_it_serves(home: Path) -> None:
    done = attachdash("run", "--port", str(free_port()))
    assert done.exit_code == 1
    assert "attachdash init" in done.output
    assert not home.exists()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = attachdash("run", "--port", port)
    assert done.exit_code == 1
    assert f"Port {port} is taken" in done.output


def test_run_demo_serves_the_demo_and_never_touches_the_practice(
    demo_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    practice = home / "practice"
    practice.mkdir(parents=True)
    (practice / "practice.duckdb").write_bytes(b"not to be touched")
    (home / "demo").mkdir()
    for file in (demo_home / "demo").iterdir():
        (home / "demo" / file.name).write_bytes(file.read_bytes())
    before = (practice / "practice.duckdb").stat().st_mtime_ns
    port = free_port()
    # ATTACHDASH_STORE names the practice's store: the demo must not go there either.
    environment = {
        **os.environ,
        "ATTACHDASH_HOME": str(home),
        "ATTACHDASH_STORE": "postgresql://127.0.0.1:1/never",
    }
    with (tmp_path / "told").open("wb") as told:
        server = subprocess.Popen(
            [sys.executable, "-m", "attachdash.cli", "run", "--demo", "--port", str(port)],
            cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=told,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        assert answers_at(f"http://127.0.0.1:{port}/_stcore/health", server), (
            tmp_path / "told"
        ).read_text()
    finally:
        server.terminate()
        server.wait(20)
    said = (tmp_path / "told").read_text()
    assert f"http://127.0.0.1:{port}" in said
    assert "a.okafor" in said
    assert "postgresql" not in said
    assert [one.name for one in practice.iterdir()] == ["practice.duckdb"]
    assert (practice / "practice.duckdb").stat().st_mtime_ns == before


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers_at(url: str, server: subprocess.Popen[bytes]) -> bool:
    for _ in range(120):
        if server.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(url, timeout=1):
                return True
        except OSError:
            time.sleep(0.25)  # polled: a server says by answering that it is ready
    return False
