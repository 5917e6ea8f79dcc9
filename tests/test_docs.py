"""Do README and docs/ name what exists, and all of it: commands, verbs, settings, pictures?"""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SETTING = re.compile(r"\bATTACHDASH_[A-Z][A-Z_]*[A-Z]\b")
COMMAND = re.compile(r"(?:^|(?<=[\s`/(]))attachdash +([a-z][a-z-]*)(?![\w.])", re.MULTILINE)
VERB = re.compile(r"(?:^|(?<=[\s`(]))make +([a-z][a-z-]*)(?![\w.])", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:src|srcset|href)=\"([^\"]+)\"")
PICTURES = {".png", ".svg", ".jpg", ".webp", ".gif"}


def pages() -> list[Path]:
    return [page for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")) if page.is_file()]


def prose(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code(text: str) -> str:
    """What a page sets as code, fenced or in a line, without the comments of a shell."""
    fences = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return re.sub(r"(^|\s)#.*$", "", "\n".join([*fences, *lines]), flags=re.MULTILINE)


def named(pattern: re.Pattern[str]) -> set[str]:
    return {name for page in pages() for name in pattern.findall(code(prose(page)))}


def commands() -> set[str]:
    """The commands of the terminal, as the program itself lists them; none before it exists."""
    if importlib.util.find_spec("attachdash.cli") is None:
        return set()
    import typer

    program = typer.main.get_command(importlib.import_module("attachdash.cli").app)
    listed = getattr(program, "commands", {})
    return {name for name, command in listed.items() if not command.hidden}


def verbs() -> set[str]:
    """The targets of the Makefile that `make help` lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def settings() -> set[str]:
    """Every ATTACHDASH_ name that a file of ours reads or sets."""
    tops = ("attachdash", "pages", "tests", "benchmarks", "tools", ".ci")
    found = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file()]
    found += [path for name in ("app.py", "Makefile") if (path := ROOT / name).is_file()]
    texts = [
        path.read_text(encoding="utf-8")
        for path in found
        if path.suffix in {".py", ".sh", ""} and path != Path(__file__).resolve()
    ]
    return {name for text in texts for name in SETTING.findall(text)}


def targets(page: Path) -> set[Path]:
    """The files of ours that a page links to or shows."""
    links = {first or second for first, second in LINK.findall(prose(page))}
    within = {link.split("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)}
    return {(page.parent / link).resolve() for link in within}


@pytest.mark.parametrize(
    ("what", "exist", "pattern"),
    [
        ("commands", commands, COMMAND),
        ("verbs of make", verbs, VERB),
        ("settings", settings, SETTING),
    ],
    ids=["commands", "verbs", "settings"],
)
def test_the_docs_name_what_exists_and_all_of_it(
    what: str, exist: Callable[[], set[str]], pattern: re.Pattern[str]
) -> None:
    if not pages():
        return  # Nothing is said, so nothing said is wrong.
    there, said = exist(), named(pattern)
    assert not said - there, f"{what} that the docs name and nobody made"
    assert not there - said, f"{what} that no page names"


def test_every_link_of_the_docs_leads_somewhere() -> None:
    missing = {
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in targets(page)
        if not target.exists()
    }
    assert not missing


def test_every_picture_in_docs_is_shown_on_a_page() -> None:
    pictures = {path for path in (ROOT / "docs").rglob("*") if path.suffix in PICTURES}
    assert not pictures - {target for page in pages() for target in targets(page)}


def test_both_locks_hold_what_the_project_asks_for_in_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M)
        return {package.lower().replace("_", "-"): version for package, version in lines}

    def asked(wishes: list[str]) -> set[str]:
        return {re.split(r"[\[=<>~! ;]", wish)[0].lower().replace("_", "-") for wish in wishes}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    to_run, to_test = pins("requirements.txt"), pins("requirements-dev.txt")
    assert asked(project["project"]["dependencies"]) | {"setuptools"} <= to_run.keys()
    assert asked(project["project"]["optional-dependencies"]["dev"]) <= to_test.keys()
    assert to_run.items() <= to_test.items()


def test_a_name_in_plain_prose_or_in_a_comment_is_not_a_command() -> None:
    page = (
        "We make sure attachdash helps.\n```sh\nmake run  # make tea\n```\nThen `attachdash init`."
    )
    assert VERB.findall(code(page)) == ["run"]
    assert COMMAND.findall(code(page)) == ["init"]
    assert not COMMAND.findall(code("```\nattachdash/\n  charts/\n```"))
