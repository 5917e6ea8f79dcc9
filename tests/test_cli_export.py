"""A practice leaves by one command and comes back by another, at a real terminal."""

import shutil
from pathlib import Path

import pytest

from attachdash.practice import entrance
from attachdash.practice.opening import open_practice
from attachdash.practice.rights import whole_practice
from attachdash.store.export import state_hash
from tests.test_cli import INIT, SAID, a_file, at_home, attachdash, home

__all__ = ["home"]


@pytest.fixture(scope="module")
def left_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose practice has two answered forms, and beside it an export of that."""
    folder = tmp_path_factory.mktemp("left")
    with at_home(folder / "home"):
        assert attachdash(*INIT).exit_code == 0
        done = attachdash("import", a_file(folder), *SAID, "--create-clients", "--open-episodes")
        assert done.exit_code == 0, done.output
        done = attachdash("export", "--as", "a.diallo", folder / "out")
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def left(home: Path, left_once: Path, tmp_path: Path) -> Path:
    """The folder of an export of a practice with two answered forms."""
    shutil.copytree(left_once / "home", home)
    return Path(shutil.copytree(left_once / "out", tmp_path / "out"))


def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the practice is another one, with nobody in it but an administrator."""
    monkeypatch.setenv("ATTACHDASH_HOME", str(tmp_path / "new home"))
    assert attachdash(*INIT).exit_code == 0


def sum_of(home: Path) -> str:
    store = open_practice(home / "practice")
    admin = entrance.at_terminal(store, "a.diallo", entrance.clock())
    with store.engine.reading(admin.scope) as cursor:
        found = state_hash(cursor, whole_practice(admin))
    store.close()
    return found


def test_a_practice_leaves_and_comes_back_with_the_same_sum(
    home: Path, left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in left.iterdir())
    before = sum_of(home)
    assert f"State: {before}" in (left / "about.txt").read_text()
    elsewhere(tmp_path, monkeypatch)
    done = attachdash("load", left, "--as", "a.diallo")
    assert done.exit_code == 0, done.output
    assert "Loaded 1 clients, 2 administrations" in done.output
    assert sum_of(tmp_path / "new home") == before
    assert attachdash("check").exit_code == 0
    again = attachdash("load", left, "--as", "a.diallo")
    assert again.exit_code == 1
    assert "clients in this practice already" in again.output


def test_what_is_no_export_is_refused_in_words(
    left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(tmp_path, monkeypatch)
    for folder in (tmp_path / "nowhere", tmp_path):
        done = attachdash("load", folder, "--as", "a.diallo")
        assert done.exit_code == 1
        assert "attachdash export" in done.output
    shutil.copytree(left, tmp_path / "edited")
    (tmp_path / "edited" / "clients.csv").write_bytes(b"\xff\xfe")
    done = attachdash("load", tmp_path / "edited", "--as", "a.diallo")
    assert done.exit_code == 1
    assert "can't be read" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_only_an_administrator_loads(left: Path) -> None:
    done = attachdash("load", left, "--as", "nobody")
    assert done.exit_code == 1
    assert "Nobody called" in done.output
