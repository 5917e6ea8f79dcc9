"""Long work on a file: it goes on by itself, and only its own browser session gets the result."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.errors import Refused
from attachdash.practice import record
from attachdash.practice.rights import Role, Viewer
from attachdash.web import import_draft, jobs, who
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "import_file.py"
DAY = TODAY - timedelta(days=30)


@pytest.fixture(autouse=True)
def _nothing_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    monkeypatch.setattr(jobs, "_fetched", {})


def until(true: Callable[[], object]) -> None:
    """Wait until it is true."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)  # the work is another thread's: nothing tells when it is done
    raise AssertionError("it never came true")


def ended(viewer: Viewer) -> jobs.Job:
    """The viewer's job, once it is done."""
    job = jobs.of(viewer)
    assert job is not None
    until(lambda: job.is_done)
    return job


def test_only_the_browser_session_and_role_that_began_it_sees_a_work(small: House) -> None:
    mine = dataclasses.replace(small.viewer("t.one"), web_session_id=7)
    others = [
        dataclasses.replace(mine, web_session_id=8),
        dataclasses.replace(mine, role=Role.ADMINISTRATOR),
        dataclasses.replace(small.viewer("t.two"), web_session_id=9),
    ]
    assert jobs.start(mine, "Reading", "a.csv", None, lambda: "what was read")
    job = ended(mine)
    assert [jobs.of(one) for one in others] == [None] * 3
    assert not any(jobs.fetched(one, job) for one in others)
    assert jobs.fetched(mine, job)
    assert jobs.of(mine) is None
    assert not jobs.fetched(mine, job)


def test_one_work_at_a_time(small: House) -> None:
    mine = small.viewer("t.one")
    go_on = threading.Event()
    assert jobs.start(mine, "Reading", "a.csv", None, go_on.wait)
    assert not jobs.start(mine, "Reading", "b.csv", None, lambda: "never")
    job = jobs.of(mine)
    assert job is not None
    assert job.file_name == "a.csv"
    assert not jobs.fetched(mine, job)
    go_on.set()
    assert jobs.fetched(mine, ended(mine))


def test_what_nobody_fetches_is_forgotten(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WAITS", 0.01)
    mine = small.viewer("t.one")
    jobs.start(mine, "Reading", "a.csv", None, lambda: "answers")
    until(lambda: jobs.of(mine) is None)


@contextmanager
def busy(viewer: Viewer) -> Iterator[None]:
    """What is begun inside is under way until the end, and done after it."""
    go_on = threading.Event()
    jobs._pool.submit(go_on.wait)
    try:
        yield
    finally:
        go_on.set()
    ended(viewer)


def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page Import in a tab of its own; every work is a long one."""
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("t.one"))
    monkeypatch.setattr(who, "present", lambda *, touch=True: house.viewer("t.one"))
    monkeypatch.setattr(who, "again", lambda viewer: viewer)
    monkeypatch.setattr(import_draft, "BYTES_AT_ONCE", -1)
    monkeypatch.setattr(import_draft, "CELLS_AT_ONCE", -1)
    tab = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not tab.exception
    return tab


def press(tab: AppTest, words: str) -> None:
    next(one for one in tab.button if one.label.startswith(words)).click().run()
    assert not tab.exception


def file(*days: int, answers: str = "1,1,1,1,1,1,1,1,0") -> tuple[str, bytes, str]:
    """A file of the PHQ-9 of client A."""
    names = ",".join(f"phq9_{number}" for number in range(1, 10))
    rows = "".join(f"A,{DAY + timedelta(days=day)},{answers}\n" for day in days)
    return "march.csv", f"client,date,{names}\n{rows}".encode(), "text/csv"


def test_a_long_import_survives_a_reload_at_every_step(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = small.viewer("t.one")
    tab = opened(small, monkeypatch)
    with busy(mine):
        tab.file_uploader[0].set_value(file(0, 7)).run()
    tab = opened(small, monkeypatch)
    with busy(mine):
        press(tab, "This is right: check 2 rows")
    tab = opened(small, monkeypatch)
    with busy(mine):
        press(tab, "Keep 2 rows")
    tab = opened(small, monkeypatch)
    assert any(one.label == "Import another file" for one in tab.button)
    shown = record.client_record(mine, small.clients["A"])
    [course] = [one for one in shown.others if one.instrument.id == "phq9"]
    assert {DAY, DAY + timedelta(days=7)} <= {one.answered_on for one in course.scored}


def test_what_a_tab_fetched_as_it_went_is_there_when_it_is_loaded_anew(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = small.viewer("t.one")
    tab = opened(small, monkeypatch)
    with busy(mine):
        tab.file_uploader[0].set_value(file(0, 7)).run()
    tab.run()  # fetches it, and is gone
    tab = opened(small, monkeypatch)
    press(tab, "Go on with march")
    with busy(mine):
        press(tab, "This is right: check 2 rows")
    tab.run()
    tab = opened(small, monkeypatch)
    assert tab.file_uploader
    press(tab, "Go on with march")
    assert any(one.label == "Keep 2 rows" for one in tab.button)
    press(tab, "Keep none")
    tab = opened(small, monkeypatch)
    assert not any(one.label.startswith("Go on") for one in tab.button), "it was let go"
    others = dataclasses.replace(mine, web_session_id=8)
    assert jobs.last_fetched(others) is None


def test_two_tabs_that_go_on_with_a_file_go_their_own_ways(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one would keep under what the other said of the columns meanwhile."""
    tab = opened(small, monkeypatch)
    tab.file_uploader[0].set_value(file(0, 7)).run()
    until(lambda: any(one.label.startswith("This is right") for one in tab.run().button))
    with busy(small.viewer("t.one")):
        press(tab, "This is right: check 2 rows")
    tab.run()
    tabs = [opened(small, monkeypatch) for _ in range(2)]
    for one in tabs:
        press(one, "Go on with march")
        assert any(button.label == "Keep 2 rows" for button in one.button)
    press(tabs[1], "Back to the columns")
    tabs[0].run()
    assert any(button.label == "Keep 2 rows" for button in tabs[0].button)


def test_what_was_fetched_is_forgotten(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WAITS", 0.2)
    mine = small.viewer("t.one")
    jobs.start(mine, "Reading", "a.csv", None, lambda: "answers")
    job = ended(mine)
    assert jobs.fetched(mine, job)
    assert jobs.last_fetched(mine) is job
    until(lambda: jobs.last_fetched(mine) is None)


def test_while_it_works_the_page_says_so_and_then_why_nothing_came(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch)
    with busy(small.viewer("t.one")):
        tab.file_uploader[0].set_value(("a.csv", b"\0\0", "text/csv")).run()
        assert any("Reading for" in one.value for one in tab.markdown)
    tab.run()
    assert tab.error
    tab.run()
    assert tab.error, "the words stay until another file is chosen"


def test_a_tab_with_its_own_file_keeps_it(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(small, monkeypatch)
    first.file_uploader[0].set_value(file(0)).run()
    until(lambda: any(one.label.startswith("This is") for one in first.run().button))
    second = opened(small, monkeypatch)
    with busy(small.viewer("t.one")):
        second.file_uploader[0].set_value(("other.csv", file(1, 2)[1], "text/csv")).run()
        press(first, "This is right: check 1 row")
        assert "Another file is being worked on" in first.error[0].value
    first.run()
    assert any(one.label == "This is right: check 1 row" for one in first.button)
    second.run()
    assert any(one.label == "This is right: check 2 rows" for one in second.button)


def test_a_work_that_is_done_and_was_never_fetched_makes_room(small: House) -> None:
    mine = small.viewer("t.one")
    assert jobs.start(mine, "Reading", "a.csv", None, lambda: "first")
    ended(mine)
    assert jobs.start(mine, "Reading", "b.csv", None, lambda: "second")
    assert ended(mine).future.result() == "second"


def test_a_file_that_another_tab_took_can_be_chosen_again(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(small, monkeypatch)
    with busy(small.viewer("t.one")):
        first.file_uploader[0].set_value(file(0)).run()
    assert any(one.label.startswith("This is right") for one in opened(small, monkeypatch).button)
    first.run()
    first.file_uploader[0].set_value(file(0)).run()
    until(lambda: any(one.label.startswith("This is right") for one in first.run().button))


def test_a_queued_work_is_not_begun_for_somebody_who_left_meanwhile(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(viewer: Viewer) -> Viewer:
        raise Refused("You signed out before this began.")

    tab = opened(small, monkeypatch)
    monkeypatch.setattr(who, "again", left)
    with busy(small.viewer("t.one")):
        tab.file_uploader[0].set_value(file(0)).run()
    tab.run()
    assert "signed out" in tab.error[0].value


def test_a_work_lets_the_pages_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(jobs._pages, "_since", time.monotonic() - 600)  # it went on for long

    def work() -> None:
        jobs.give_way()
        order.append("work")

    working = threading.Thread(target=work, name=jobs.THREADS)
    with jobs.page_drawn(), jobs.page_drawn():
        working.start()
        working.join(0.2)
        order.append("pages")
    working.join(60)
    assert order == ["pages", "work"]


def test_a_page_that_waits_for_a_work_does_not_stop_it() -> None:
    """It may wait for the store, which the work holds: neither would ever end."""
    with jobs.page_drawn():
        jobs.give_way()
        jobs.give_way()


def test_a_page_never_waits_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does while it is drawn is no work beside it, however long ago the last one was."""
    monkeypatch.setattr(jobs._pages, "_since", time.monotonic() - 3600)
    monkeypatch.setattr(jobs._pages, "wait", lambda: pytest.fail("waited for itself"))
    with jobs.page_drawn():
        jobs.give_way()


def test_a_work_waits_no_longer_than_a_moment_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LONGEST", 0.05)
    monkeypatch.setattr(jobs._pages, "_since", time.monotonic() - 3600)
    working = threading.Thread(target=jobs.give_way, name=jobs.THREADS)
    with jobs.page_drawn():
        working.start()
        working.join(60)
        assert not working.is_alive()


def test_a_long_work_gives_way_at_every_step(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    gave: list[str] = []
    tab = opened(small, monkeypatch)
    monkeypatch.setattr(jobs, "give_way", lambda: gave.append("way"))
    for step in (
        lambda: tab.file_uploader[0].set_value(file(0, 7)).run(),
        lambda: press(tab, "This is right: check 2 rows"), lambda: press(tab, "Keep 2 rows"),
    ):  # fmt: skip
        gave.clear()
        with busy(small.viewer("t.one")):
            step()
        assert gave
        tab.run()
