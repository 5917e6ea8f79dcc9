"""Which Chromium do the browser tests drive? Run with --install, this also fetches one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CURE = "Install Chromium (Debian: apt-get install chromium) or name one: CHROME=/path/to/chromium"

# Asked in a process of its own: the test tool refuses to start twice in one.
OF_THE_TEST_TOOL = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class ChromiumMissing(Exception):
    """No Chromium starts here; the message is one line with the cure."""


def chromium(*, install: bool = False) -> str:
    """The path of a Chromium that starts: CHROME's, else the system's, else the test tool's.

    With `install`, Debian's package (as root) and then the test tool's own download are tried
    when there is none. Raises ChromiumMissing.
    """
    if named := os.environ.get("CHROME"):
        if path := _starting(named):
            return path
        raise ChromiumMissing(f"CHROME={named} does not start. Name a Chromium that does.")
    found = _of_the_system() or _of_the_test_tool()
    if not found and install:
        found = _from_debian() or _downloaded()
    if not found:
        raise ChromiumMissing(f"Chromium is missing. {CURE}")
    return found


def _starting(name: str) -> str | None:
    # Ubuntu's chromium-browser can be a mere notice, and a download can lack its libraries.
    path = shutil.which(name)
    return path if path and _done([path, "--version"], seconds=60) else None


def _of_the_system() -> str | None:
    return next((path for name in NAMES if (path := _starting(name))), None)


def _of_the_test_tool() -> str | None:
    asked = subprocess.run(
        [sys.executable, "-c", OF_THE_TEST_TOOL], capture_output=True, text=True, check=False
    )
    return _starting(asked.stdout.strip()) if asked.returncode == 0 else None


def _from_debian() -> str | None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    print("Installing Debian's chromium", file=sys.stderr, flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    # An update may fail for one list of many and the package still be there.
    _done(["apt-get", "update", "-qq"], seconds=300)
    _done(["apt-get", "install", "-y", "-qq", "chromium"], seconds=1200)
    return _of_the_system()


def _downloaded() -> str | None:
    print("Downloading the test tool's own Chromium", file=sys.stderr, flush=True)
    _done([sys.executable, "-m", "playwright", "install", "chromium"], seconds=600)
    return _of_the_test_tool()


def _done(command: list[str], *, seconds: float) -> bool:
    try:
        quiet = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return quiet.returncode == 0


if __name__ == "__main__":
    try:
        print(f"Chromium: {chromium(install='--install' in sys.argv[1:])}", flush=True)
    except ChromiumMissing as missing:
        sys.exit(str(missing))
