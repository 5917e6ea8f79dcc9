"""What every test may use: the reference files beside the repository, and how much is generated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import PROFILE
from tests.engines import engine, free_url, postgresql, store, store_url  # noqa: F401  (fixtures for every folder)

ROOT = Path(__file__).resolve().parents[1]
IN_CI = bool(os.environ.get("CI"))

# No deadline and no complaint of slowness: a busy machine is not a wrong answer.
# In CI the cases are the same each time, so that a failure there is one of this change.
settings.register_profile(
    "usual",
    max_examples=100,
    deadline=None,
    derandomize=IN_CI,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", settings.get_profile("usual"), max_examples=2_000, derandomize=False
)
settings.load_profile(PROFILE)

# Files that take longest begin first, so that no worker is left alone with one at the end. The
# second has no need of the demo practice, which the first makes meanwhile.
LONGEST = (
    "tests/browser/test_mending.py",
    "tests/practice/test_fuzz_loading.py",
    "tests/browser/",
    "tests/practice/test_loading.py",
    "tests/practice/test_kills.py",
    "tests/practice/test_nasty_imports.py",
    "tests/practice/test_several.py",
    "tests/practice/test_streaming.py",
    "tests/practice/test_leaving_flags.py",
    "tests/store/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files of LONGEST first, all else in its order."""

    def place(item: pytest.Item) -> int:
        known = (at for at, name in enumerate(LONGEST) if item.nodeid.startswith(name))
        return next(known, len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files: ATTACHDASH_SHARED, else `shared` beside the repository.

    A stranger's clone lacks it, and the tests that need it say so and skip; in CI they fail.
    """
    folder = Path(os.environ.get("ATTACHDASH_SHARED") or ROOT.parent / "shared").resolve()
    if not folder.is_dir():
        absent = f"the reference files are not at {folder}: ATTACHDASH_SHARED can name them"
        if IN_CI:
            pytest.fail(absent)
        pytest.skip(absent)
    return folder


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home (ATTACHDASH_HOME) with a fresh demo practice in it; made once for all tests."""
    from tests.demos import copy_demo

    return copy_demo(tmp_path_factory, tmp_path_factory.mktemp("home"))
