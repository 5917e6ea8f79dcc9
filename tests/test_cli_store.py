"""Backup, restore and tidying at the terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import HOLDS, ROOT, SAID, a_file, attachdash, founded, home

__all__ = ["founded", "home"]


def exported(tmp_path: Path, name: str) -> str:
    assert attachdash("export", tmp_path / name, "--as", "a.diallo").exit_code == 0
    return (tmp_path / name / "phq9.csv").read_text()


def test_what_was_backed_up_comes_back_and_the_rest_is_kept_aside(
    founded: Path, tmp_path: Path
) -> None:
    keep = (*SAID, "--create-clients", "--open-episodes")
    assert attachdash("import", a_file(tmp_path), *keep).exit_code == 0
    before = exported(tmp_path, "before")
    done = attachdash("backup", "--as", "a.diallo")
    assert "opened again and compared: the same" in done.output
    more = tmp_path / "more.csv"
    more.write_text((tmp_path / "phq9.csv").read_text().replace("K-1", "K-9"))
    assert attachdash("import", more, *keep).exit_code == 0
    assert attachdash("compact", "--as", "a.diallo").exit_code == 0
    assert exported(tmp_path, "after") != before
    done = attachdash("restore", "--as", "a.diallo")
    assert done.exit_code == 0, done.output
    assert "What was there before lies in" in done.output
    assert exported(tmp_path, "restored") == before
    assert attachdash("check").exit_code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("restore", "--as", "a.diallo"), "There is no backup in"),
        (("restore", "/nowhere", "--as", "a.diallo"), "put the right key there"),
        (("restore", "x", "--what-is-left", "--as", "a.diallo"), "Either a backup"),
        (("backup", "--as", "nobody"), "Nobody called"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    founded: Path, words: tuple[str, ...], expected: str
) -> None:
    done = attachdash(*words)
    assert done.exit_code == 1
    assert expected in done.output
    assert "Traceback" not in done.output


def test_a_practice_that_is_served_is_not_replaced(founded: Path) -> None:
    assert attachdash("backup", "--as", "a.diallo").exit_code == 0
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(founded / "practice")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for words in (("restore",), ("backup",), ("compact",)):
            done = attachdash(*words, "--as", "a.diallo")
            assert done.exit_code == 1
            assert f"process {holder.pid}" in done.output
    finally:
        holder.communicate(b"")
