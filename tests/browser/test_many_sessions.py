"""H1: many people at once, each switching clients, and nobody sees a stranger's row."""

import asyncio
import re
import sys
from pathlib import Path

from attachdash.practice import caseload, entrance
from attachdash.store import open_store
from tests.apart import apart
from tests.browser.driver import Tab
from tests.browser.served import Served, cookies, start

THERAPISTS = ["a.okafor", "b.kaya", "l.adeyemi", "m.sand"]
EACH = 7  # 28 browsers
SWITCHES = 2
CODE = re.compile(r"C-\d{4}")


def own_clients(home: Path) -> dict[str, dict[str, str]]:
    """The codes of each therapist's clients, by the name on their button."""
    now = entrance.clock()
    store = open_store(home / "demo", now)
    found = {}
    for name in THERAPISTS:
        rows = caseload.caseload(entrance.at_terminal(store, name, now)).rows
        found[name] = {row.client.name: row.client.code for row in rows}
    store.close()
    return found


async def one_browser(
    served: Served, cookie: str, own: dict[str, str], seed: int
) -> tuple[int, int, list[str]]:
    """Pages looked at, foreign or wrong rows in them, and errors."""
    tab, looked, foreign, errors = Tab(served.url, cookie), 0, 0, []
    try:
        home = await tab.open()
        errors += home.errors
        foreign += len(set(CODE.findall(home.text)) - set(own.values()))
        names = [name for name in home.buttons if name in own]
        for step in range(SWITCHES if names else 0):
            name = names[(seed * 3 + step * 5) % len(names)]
            shown = await tab.press(home.buttons[name])
            errors += shown.errors
            looked += 1
            # The record shows this client, and this client only.
            foreign += set(CODE.findall(shown.text)) != {own[name]}
            home = await tab.go(home.page_hash)
            errors += home.errors
            foreign += len(set(CODE.findall(home.text)) - set(own.values()))
    finally:
        await tab.close()
    return looked, foreign, errors


def everybody(home: Path, served: Served, made: dict[str, list[str]],
              own: dict[str, dict[str, str]]) -> tuple[int, int, list[str]]:  # fmt: skip
    """All browsers at once: pages looked at, foreign rows, errors."""

    async def at_once() -> list[tuple[int, int, list[str]] | BaseException]:
        return await asyncio.wait_for(
            asyncio.gather(
                *(
                    one_browser(served, cookie, own[name], seed)
                    for name in THERAPISTS
                    for seed, cookie in enumerate(made[name])
                ),
                return_exceptions=True,
            ),
            240,
        )

    looked, foreign, errors = 0, 0, []
    for one in apart(at_once):
        if isinstance(one, BaseException):
            errors.append(repr(one))
            continue
        looked += one[0]
        foreign += one[1]
        errors += one[2]
    return looked, foreign, errors


def test_h01_many_browsers_at_once_see_no_foreign_row(demo_home: Path, tmp_path: Path) -> None:
    own, made = own_clients(demo_home), cookies(demo_home, THERAPISTS, EACH)
    served = start(demo_home, tmp_path / "log")
    try:
        looked, foreign, errors = everybody(demo_home, served, made, own)
    finally:
        served.process.terminate()
        served.process.wait(20)
    assert errors == []
    assert (looked, foreign) == (len(THERAPISTS) * EACH * SWITCHES, 0)


def test_h01_a_shared_connection_would_be_found(demo_home: Path, tmp_path: Path) -> None:
    """The test above can fail: with the fault planted it sees strangers' rows or broken pages."""
    own, made = own_clients(demo_home), cookies(demo_home, THERAPISTS, EACH)
    served = start(
        demo_home, tmp_path / "log", program=[sys.executable, "-m", "tests.browser.planted"]
    )
    try:
        looked, foreign, errors = everybody(demo_home, served, made, own)
    finally:
        served.process.kill()
        served.process.wait(20)
    assert foreign > 0, (looked, errors[:3])
