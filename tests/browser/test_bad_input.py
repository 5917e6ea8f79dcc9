"""Copied links and forged page names: nobody sees a page that isn't theirs."""

import asyncio
import re
import secrets
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, expect

from attachdash.practice import entrance
from attachdash.practice.rights import Role
from attachdash.web.navigation import PAGES, entries_of
from tests.browser.driver import Seen, Tab
from tests.browser.people import settled, sign_in, someone, unexpected
from tests.browser.served import Served, cookies, start

OF_ROLE = {
    Role.THERAPIST: "m.sand",
    Role.SUPERVISOR: "h.marsh",
    Role.CLIENT: "m.lindqvist",
    Role.ADMINISTRATOR: "a.diallo",
}
T = TypeVar("T")
CODE = re.compile(r"C-\d{4}")
TITLE = re.compile(r'<h1 class="ad-title">(.*?)</h1>')


@pytest.fixture(scope="module")
def served(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, with one signed-in browser of each role and a stranger's."""
    made = cookies(demo_home, list(OF_ROLE.values()))
    one = start(demo_home, tmp_path_factory.mktemp("log") / "log")
    one.cookies.update({name: tokens[0] for name, tokens in made.items()})
    one.cookies[""] = secrets.token_urlsafe(32)
    yield one
    one.process.terminate()
    one.process.wait(20)


async def opened(served: Served, name: str, page: str) -> Seen:
    """What a new tab of theirs shows that names this page."""
    tab = Tab(served.url, served.cookies[name])
    try:
        return await tab.open(page)
    finally:
        await tab.close()


async def hashes(served: Served) -> dict[str, str]:
    """The page hash of every page, as those whose page it is are told it."""
    found = {}
    for role, name in OF_ROLE.items():
        tab = Tab(served.url, served.cookies[name])
        try:
            home = await tab.open()
            for entry in entries_of(role):
                if entry.file not in found:
                    seen = await tab.named(entry.url_path)
                    assert seen.errors == []
                    assert TITLE.findall(seen.text), entry.file
                    found[entry.file] = seen.page_hash
            again = await tab.go(home.page_hash)
            assert TITLE.findall(again.text) == TITLE.findall(home.text) != TITLE.findall(seen.text)
        finally:
            await tab.close()
    assert set(found) == {entry.file for entry in PAGES}
    assert len(set(found.values())) == len(found)
    return found


async def forged(
    served: Served, name: str, known: dict[str, str], own: set[str]
) -> list[tuple[str, str, Seen]]:
    """Every page of others', asked for by name and by hash."""
    found = []
    for entry in PAGES:
        if entry.file in own:
            continue
        tab, file = Tab(served.url, served.cookies[name]), f"pages/{entry.file}"
        try:
            found.append((entry.file, entry.url_path, await tab.open(entry.url_path)))
            found.append((entry.file, file, await tab.named(file)))
            found.append((entry.file, "its hash", await tab.go(known[entry.file])))
        finally:
            await tab.close()
    return found


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own: the real browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def known(served: Served) -> dict[str, str]:
    """The page hashes, by file."""
    return apart(hashes(served))


@pytest.mark.parametrize("role", [Role.ANONYMOUS, *OF_ROLE])
def test_h01_a_forged_page_name_or_hash_shows_nothing_foreign(
    served: Served, known: dict[str, str], role: Role
) -> None:
    name = OF_ROLE.get(role, "")
    own = {entry.file for entry in entries_of(role)}

    async def all_of_it() -> tuple[Seen, list[tuple[str, str, Seen]]]:
        return await opened(served, name, ""), await forged(served, name, known, own)

    home, found = apart(all_of_it())
    assert len(found) == 3 * (len(PAGES) - len(own))
    for file, asked, seen in found:
        # At most one's own first page, and "Page not found" over it.
        assert set(TITLE.findall(seen.text)) <= set(TITLE.findall(home.text)), (file, asked)
        assert set(CODE.findall(seen.text)) <= set(CODE.findall(home.text)), (file, asked)
        assert set(seen.buttons) <= set(home.buttons), (file, asked)
        assert seen.errors == [], (file, asked)
    if role is Role.ANONYMOUS:
        assert {tuple(seen.buttons) for _, _, seen in found} == {("Sign in",)}


@pytest.mark.parametrize(
    "of", [slice(3, None, 5), pytest.param(slice(None), marks=pytest.mark.long)]
)
def test_h01_a_copied_link_leads_a_stranger_to_sign_in_and_another_role_nowhere(
    served: Served, browser: Browser, of: slice
) -> None:
    foreign = [entry for entry in PAGES if Role.CLIENT not in entry.roles][of]
    assert len(foreign) >= 3
    with someone(browser) as (_, page, wrong):
        for entry in foreign:
            page.goto(f"{served.url}/{entry.url_path}")
            expect(page.get_by_label("Sign-in name")).to_be_visible()
            assert not CODE.search(page.get_by_test_id("stApp").inner_text())
        sign_in(page, served.url, OF_ROLE[Role.CLIENT], served.passwords[OF_ROLE[Role.CLIENT]])
        for entry in foreign:
            page.goto(f"{served.url}/{entry.url_path}")
            expect(page.get_by_text("Sign out").first).to_be_visible()
            settled(page)
            assert page.get_by_role("heading", name=entry.title, exact=True).count() == 0
            assert not CODE.search(page.get_by_test_id("stApp").inner_text())
        assert [one for one in unexpected(wrong) if "does not seem to exist" not in one] == []


def test_a_page_is_for_those_who_are_named_here() -> None:
    """The table of pages holds somebody for each, and every role has somebody above."""
    assert {role for entry in PAGES for role in entry.roles} == set(OF_ROLE)
    assert set(OF_ROLE) == set(entrance.ALL_SIGNED_IN)
