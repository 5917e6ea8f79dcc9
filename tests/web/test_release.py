"""What is sent to a client, and what a therapist sets on the record: release and holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import entrance, record, release
from attachdash.practice.keeping import ROW, Given, keep, prepare
from attachdash.practice.rights import change
from attachdash.web import browser, house, navigation
from attachdash.web.look import plain
from tests.access.asked import viewer
from tests.practice.conftest import NOW, TODAY, House, _light_bcrypt, make_house, small
from tests.web.test_phases import of, press, words

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
SHELL = Path(browser.__file__).parent / "shell.py"
LATER = NOW + timedelta(hours=2)
EARLY = TODAY - timedelta(days=117)  # before the episode: it would stretch every picture
SOON = TODAY + timedelta(days=9)
# A total as it was given, as a share of its range and turned, and its day.
PLANTED = ("43.717", "54.64", "45.35", EARLY.isoformat(), f"{EARLY:%d %b}", "PCL", "Living with")


def plant(practice: House) -> None:
    """A ready score of the PCL-5, as an import keeps it."""
    admin = practice.viewer("a.diallo", NOW + timedelta(minutes=1))
    given = Given(
        instrument=admin.store.library["pcl5"],
        rows=pl.DataFrame([(practice.clients["A"], EARLY, "")], ROW, orient="row"),
        answers=None, scores={"total": np.array([43.717])}, channel="file",
    )  # fmt: skip
    prepared = prepare(admin, given)
    assert change(admin, "imported file", lambda cursor: keep(cursor, admin, prepared)) == 1


def sent(practice: House, monkeypatch: pytest.MonkeyPatch, at: datetime = LATER) -> str:
    """Everything that the client's page sends to the browser at that moment."""
    monkeypatch.setattr(web, "viewer", lambda: practice.viewer("c.a", at))
    tab = AppTest.from_file(PAGES / "progress.py", default_timeout=30).run()
    assert not tab.exception
    return "\n".join(str(node.proto) for node in elements(tab))


def elements(tab: AppTest) -> Iterator[object]:
    return (node for node in tab.main if getattr(node, "proto", None))


def found(planted: tuple[str, ...], text: str) -> list[str]:
    return [one for one in planted if one in text]


def test_h11_nothing_of_an_answer_that_waits_is_sent_to_the_client(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sent(small, monkeypatch)
    assert "Your mood" in before  # typed in by the therapist: seen by that
    plant(small)
    waiting = sent(small, monkeypatch)
    assert found(PLANTED, waiting) == []
    assert waiting == before
    record.client_record(small.viewer("t.one", LATER), small.clients["A"])
    shown = sent(small, monkeypatch)
    assert "Living with what happened.</b> Not enough answers to say anything yet." in shown
    # Words alone, also now: no number of it, and no day.
    assert found(PLANTED[:-1], shown) == []


def test_h11_a_hold_leaves_no_trace_in_what_is_sent(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sent(small, monkeypatch)
    plant(small)
    mine, a = small.viewer("t.one", LATER), small.clients["A"]
    record.client_record(mine, a)
    assert sent(small, monkeypatch) != before
    release.hold_back(mine, a, "pcl5", SOON, "ZQREASON")
    held = sent(small, monkeypatch)
    assert held == before
    assert "shown only after your therapist has looked at them" in held
    assert "ZQREASON" not in held
    # The sentence stands for whoever has nothing that waits, too, and for whoever isn't linked.
    monkeypatch.setattr(record, "my_progress", lambda viewer: None)
    assert "shown only after your therapist" in sent(small, monkeypatch)


def test_a_therapist_holds_back_and_shows_again_and_a_supervisor_reads(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = small.clients["A"]

    def opened(who: str) -> AppTest:
        monkeypatch.setattr(web, "viewer", lambda: small.viewer(who))
        tab = AppTest.from_file(PAGES / "client.py", default_timeout=30)
        tab.session_state["_client"] = a
        tab.session_state[f"holds_{a}"] = True
        tab.run()
        assert not tab.exception
        return tab

    tab = opened("t.one")
    assert "Nothing is held back" in words(tab)
    tab = press(tab, "Hold it back")
    assert [one.value for one in tab.error] == ["Choose first which measure, and the last day."]
    of(tab.selectbox, "Measure").select("phq9")  # type: ignore[attr-defined]
    [last] = [one for one in tab.date_input if one.label.startswith("Last day (needed")]
    assert last.value is None
    last.set_value(SOON)
    tab = press(tab, "Hold it back")
    assert "say why" in tab.error[0].value
    [why] = [one for one in tab.text_input if one.label.startswith("Why? (needed; staff")]
    why.set_value("<b>Bad news</b>")
    tab = press(tab, "Hold it back")
    assert [one.value for one in tab.success] == [plain(f"PHQ-9 is held back up to {_day(SOON)}.")]
    assert "&lt;b&gt;Bad news&lt;/b&gt;" in words(tab)

    tab = opened("s.one")
    assert "&lt;b&gt;Bad news&lt;/b&gt;" in words(tab)
    labels = [one.label for one in [*tab.button, *tab.expander]]
    assert not [one for one in labels if "Hold" in one or "Show" in one]

    tab = press(opened("t.one"), "Show PHQ-9 again now")
    said = words(tab)
    assert "Nothing is held back" in said
    assert "Over" in said
    labels = [one.label for one in opened("s.one").expander]
    assert "Holds that are over" in labels


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def test_h11_every_page_of_a_client_says_where_to_turn(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In plain sight under the page, beside what opens at its top."""
    seen = viewer(small, "client_a")
    monkeypatch.setattr(house, "_store", small.store)
    monkeypatch.setattr(browser, "browser_token", lambda: "client_a")
    monkeypatch.setattr(entrance, "clock", lambda: seen.now)
    tab = AppTest.from_file(SHELL, default_timeout=30).run()
    pages = navigation.entries_of(seen.role)
    assert {entry.file for entry in pages} == {"progress.py", "my_data.py", "account.py"}
    for entry in pages:
        tab.switch_page(f"../../pages/{entry.file}").run()
        assert not tab.exception
        said = words(tab)
        assert said.count("Call <a href=") >= 2, entry.file
        assert "If you’re not safe right now" in said, entry.file


def test_my_data_says_you_of_ones_own_looks_a_line_a_day(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (0, 1, 2):
        record.my_progress(small.viewer("c.a", NOW + timedelta(hours=hours)))
    later = NOW + timedelta(days=1)
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("c.a", later))
    tab = AppTest.from_file(PAGES / "my_data.py", default_timeout=30).run()
    [table] = [one.value for one in tab.get("html") if 'aria-label="Who looked"' in one.value]
    assert table.count("<tr>") == 2
    assert ">You</td>" in table
    assert "Nothing you answered is ever left out" in words(tab)
