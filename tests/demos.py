"""The demo practice, made once for all workers of a run: each test gets a copy."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from attachdash.practice import demo, entrance


def copy_demo(factory: pytest.TempPathFactory, home: Path) -> Path:
    """Put a fresh demo practice into `home`, which is given back."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / "one-demo"
    with (shared / "one-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            demo.make_demo(shared / "half-demo" / "demo", entrance.clock())
            (shared / "half-demo").rename(made)
    shutil.copytree(made, home, dirs_exist_ok=True)
    return home
