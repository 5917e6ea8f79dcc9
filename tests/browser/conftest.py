"""One demo practice, one server and one Chromium for all browser tests of a worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.served import Served, cookies, start
from tests.chromium import chromium
from tests.demos import copy_demo

# Who comes in again and again; see come_in.
REGULARS = ["a.okafor", "b.kaya", "m.sand", "h.marsh", "m.lindqvist", "a.diallo"]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds a fresh demo practice."""
    return copy_demo(tmp_path_factory, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo practice, served, and the cookies of some who are signed in."""
    home = copy_demo(tmp_path_factory, tmp_path_factory.mktemp("served"))
    inside = cookies(home, REGULARS)
    served = start(home, home / "server.log")
    served.cookies.update({name: tokens[0] for name, tokens in inside.items()})
    yield served
    served.process.terminate()
    served.process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield one
        one.close()
