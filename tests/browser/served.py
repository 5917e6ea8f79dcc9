"""A real server on a free port, and people already signed in on browsers of their own."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from attachdash.practice import entrance
from attachdash.store import open_store

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """A running server and, per sign-in name, the cookie of a browser that is signed in."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    cookies: dict[str, str]
    passwords: dict[str, str]


def sign_ins(home: Path) -> dict[str, str]:
    """Names and passwords from the demo's own file."""
    found = {}
    for line in (home / "demo" / "sign-ins.txt").read_text().splitlines():
        parts = line.split()
        if len(parts) >= 2 and "." in parts[0]:
            found[parts[0]] = line[len(parts[0]) :].strip().split("  ")[0].strip()
    return found


def cookies(home: Path, names: list[str], each: int = 1) -> dict[str, list[str]]:
    """Tokens of browsers where these people are signed in; the server must not run yet."""
    now = entrance.clock()
    store, known = open_store(home / "demo", now), sign_ins(home)
    made: dict[str, list[str]] = {name: [] for name in names}
    for name in names:
        for _ in range(each):
            token = secrets.token_urlsafe(32)
            nobody = entrance.anonymous(store, token, now)
            assert entrance.sign_in(nobody, name, known[name]) is not None, name
            made[name].append(token)
    store.close()
    return made


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(home: Path, log: Path, *, program: list[str] | None = None) -> Served:
    """Serve the demo in `home`; ready when this returns. Fails with the server's own words."""
    port = free_port()
    command = program or [sys.executable, "-m", "streamlit"]
    environment = {
        **os.environ,
        "ATTACHDASH_HOME": str(home),
        "ATTACHDASH_PRACTICE": "demo",
        "ATTACHDASH_STORE": "",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "run", "app.py", "--server.port", str(port), "--server.headless", "true"],
            cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return Served(url, process, log, {}, sign_ins(home))
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # polled: a server says by answering that it is ready
    process.kill()
    raise AssertionError(f"the server did not answer: {log.read_text()[-2000:]}")
