"""Does the server refuse to start on every unsafe setting?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attachdash.errors import Unavailable
from attachdash.web import house, selftest, serving
from attachdash.web.selftest import SAFE, problems
from tests.apart import apart

ROOT = Path(__file__).resolve().parents[2]

UNSAFE: dict[str, Any] = {
    "client.showErrorDetails": "full",
    "client.disableDataExport": False,
    "browser.gatherUsageStats": True,
    "server.enableXsrfProtection": False,
    "server.enableCORS": False,
    "server.corsAllowedOrigins": ["https://evil.example"],
    "server.enableStaticServing": True,
    "server.fileWatcherType": "auto",
    "server.runOnSave": True,
    "server.scriptHealthCheckEnabled": True,
    "server.enableAgentApi": True,
    "server.baseUrlPath": "below",
    "server.trustedUserHeaders": {"X-Person": "name"},
    "global.developmentMode": True,
    "logger.level": "debug",
    "logger.enableRich": True,
    "server.maxUploadSize": 201,
    "server.address": "0.0.0.0",
}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ATTACHDASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)  # put back afterwards


def settings(**changed: Any) -> Callable[[str], Any]:
    safe = {name: values[0] for name, (values, _) in SAFE.items()}
    safe |= {"server.maxUploadSize": 10, "server.address": "127.0.0.1"}
    return (safe | changed).__getitem__


def test_every_setting_watched_over_has_its_unsafe_value_here() -> None:
    assert set(SAFE) <= set(UNSAFE)


def test_safe_settings_are_no_problem() -> None:
    assert problems(settings()) == []


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_setting_is_named_with_its_cure(name: str) -> None:
    (problem,) = problems(settings(**{name: UNSAFE[name]}))
    assert name in problem
    assert "et it to" in problem


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", None, ""])
def test_an_address_others_reach_needs_a_proxy_with_a_name(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings(**{"server.address": address})
    assert len(problems(asked)) == 1
    monkeypatch.setenv("ATTACHDASH_BEHIND_PROXY", "1")
    assert "ATTACHDASH_HOSTS" in problems(asked)[0]
    monkeypatch.setenv("ATTACHDASH_HOSTS", "practice.example")
    assert problems(asked) == []
    monkeypatch.setenv("ATTACHDASH_HOSTS", "*.example")
    assert len(problems(asked)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("ATTACHDASH_PRACTICE", "other"), ("ATTACHDASH_STORE", "mysql://somewhere")],
)
def test_a_practice_or_store_of_another_kind_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    (problem,) = problems(settings())
    assert name in problem


def test_the_server_does_not_start_on_an_unsafe_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(selftest, "problems", lambda: ["server.enableCORS is False: …"])
    with pytest.raises(Unavailable):
        apart(_enter)
    assert "server.enableCORS" in capsys.readouterr().err


def test_the_server_does_not_start_without_a_practice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(selftest, "problems", list)
    monkeypatch.setenv("ATTACHDASH_HOME", str(tmp_path))
    house.close()
    with pytest.raises(Unavailable):
        apart(_enter)
    assert "attachdash init" in capsys.readouterr().err


async def _enter() -> None:
    async with serving.lifespan(None):
        pytest.fail("it started")


@pytest.mark.parametrize(
    ("changed", "code"), [({}, 0), ({"STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full"}, 1)]
)
def test_the_check_reads_the_settings_shipped_from_any_folder(
    changed: dict[str, str], code: int, tmp_path: Path
) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    done = subprocess.run(
        [sys.executable, "-m", "attachdash.web.check"],
        cwd=tmp_path,
        env=environment | changed | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("showErrorDetails" in done.stdout) is bool(code)
