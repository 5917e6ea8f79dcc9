"""The terminal takes a file of another layout as docs/importing.md says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.test_cli import attachdash, founded, home

__all__ = ["founded", "home"]
DOCS = Path(__file__).parents[1] / "docs" / "importing.md"
KEPT = {
    "BtheB_bdi.csv": [380],
    "jacobson_1989.csv": [60, 56],
    "liu_adrian_2019_single_case_phq9a.csv": [12],
    "rse_openpsychometrics_items_6000.csv": [5995],
    "ecr_openpsychometrics_items_6000.csv": [5993],
}


def written(name: str) -> list[list[str]]:
    """The commands of docs/importing.md that import this file."""
    text = DOCS.read_text().replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^attachdash (import .*)$", text, re.M)
            if name in line]  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_each_real_file_comes_in_by_the_command_that_is_documented(
    founded: Path, shared: Path, name: str
) -> None:
    commands = written(name)
    assert len(commands) == len(KEPT[name])
    for words, kept in zip(commands, KEPT[name], strict=True):
        done = attachdash(
            *(str(shared / "data" / name) if word == name else word for word in words)
        )
        assert done.exit_code == 0, done.output
        assert f"Kept {kept}, already held 0" in done.output


def test_what_the_layout_needs_is_asked_for(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("who,time,gad7\nA,pre,3\nA,post,4\n")
    usual = ("import", file, "--as", "a.diallo", "--instrument", "gad7", "--client", "who",
             "--score", "total=gad7", "--dry-run")  # fmt: skip
    for more, told in (
        (("--shape", "square"), "expected forms, answers, times"),
        (("--shape", "times"), "time point"),
        (("--time", "time"), "need --start"),
        (("--time", "time", "--start", "2024-01-01"), "say the days of post"),
        (("--time", "time", "--start", "soon", "--occasions", "post=84"), "can't be taken"),
    ):
        done = attachdash(*usual, *more)
        assert done.exit_code == 1
        assert told in done.output
    done = attachdash(*usual, "--time", "time", "--start", "2024-01-01", "--occasions", "post=84")
    assert "Would keep 2 of 2" in done.output
