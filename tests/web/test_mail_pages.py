"""Is mail set up, tried and watched on the pages, by whom it is for?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import house, mail, notices
from attachdash.practice.mail import MailSettings
from attachdash.practice.mail_server import Security
from attachdash.web import background, nightly, who
from tests.practice.conftest import NOW, House, _light_bcrypt, make_house, small
from tests.practice.test_escalation import raised
from tests.smtp import Mailbox, serving

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
SECRET = "Plum-Kettle-91"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with serving(auth=False) as started:
        yield started


@pytest.fixture
def admin(small: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """The administrator is at the pages."""
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("a.diallo"))
    monkeypatch.setattr(who, "present", lambda **_: small.viewer("a.diallo"))
    return small


def page(name: str) -> AppTest:
    tab = AppTest.from_file(PAGES / f"{name}.py", default_timeout=60).run()
    assert not tab.exception
    return tab


def field(tab: AppTest, kind: str, label: str) -> Any:
    [found] = [one for one in tab.get(kind) if one.label.startswith(label)]
    return found


def press(tab: AppTest, key: str) -> AppTest:
    [found] = [one for one in tab.button if one.key and one.key.startswith(key)]
    found.click().run()
    assert not tab.exception
    return tab


def save(tab: AppTest, *, mail: bool = True) -> AppTest:
    saves = [one for one in tab.button if one.label == "Save"]
    [found] = [one for one in saves if ("mail" in str(one.key)) is mail]
    found.click().run()
    assert not tab.exception
    return tab


def texts(tab: AppTest) -> str:
    kinds = ("html", "markdown", "success", "error", "caption")
    found = " ".join(str(one.value) for kind in kinds for one in tab.get(kind))
    # Without what keeps it from being Markdown or a link.
    return found.replace("\\", "").replace("\u2060", "")


def plain(box: Mailbox) -> MailSettings:
    return MailSettings(
        host="localhost", port=box.port, security=Security.PLAIN, sender="dash@practice.example"
    )


def test_a_server_is_saved_and_its_password_shown_to_nobody(admin: House) -> None:
    tab = page("settings")
    field(tab, "text_input", "Mail server").set_value("smtp.practice.example")
    field(tab, "text_input", "User").set_value("dash")
    field(tab, "text_input", "Password").set_value(SECRET)
    field(tab, "text_input", "Sender").set_value("dash")
    save(tab)
    assert "no mail address" in texts(tab)
    field(tab, "text_input", "Sender").set_value("dash@practice.example")
    save(tab)
    assert "Saved." in texts(tab)
    assert field(tab, "text_input", "Password").value == ""
    assert "Kept" in field(tab, "text_input", "Password").placeholder
    assert SECRET not in str(tab.main)
    known = mail.mail_settings(admin.viewer("a.diallo"))
    assert (known.host, known.port, known.has_password) == ("smtp.practice.example", 587, True)
    again = page("settings")
    assert SECRET not in str(again.main)
    field(again, "text_input", "Mail server").set_value("smtp.evil.example")
    save(again)
    assert "Type the password again" in texts(again)
    field(again, "text_input", "Mail server").set_value("")
    save(again)
    assert "no mail is sent" in texts(again)
    assert not [one for one in again.button if one.key == "mail_test"]


def test_a_test_message_is_sent_off_the_pages_way(admin: House, box: Mailbox) -> None:
    mail.change_mail(admin.viewer("a.diallo"), plain(box))
    tab = press(page("settings"), "mail_test")
    answered(tab)
    assert "no mail address yet" in texts(tab)
    mail.set_my_address(admin.viewer("a.diallo"), "amara@practice.example")
    answered(press(tab, "mail_test"))
    assert "took the message for amara@practice.example" in texts(tab)
    assert len(box.messages) == 1


def test_whoever_is_here_no_longer_sends_no_test_message(
    admin: House, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their page is still drawn when they press: their session ended meanwhile."""
    mail.change_mail(admin.viewer("a.diallo"), plain(box))
    mail.set_my_address(admin.viewer("a.diallo"), "amara@practice.example")
    tab = page("settings")
    monkeypatch.setattr(web, "viewer", st.stop)
    press(tab, "mail_test")
    assert "_mail_test" not in tab.session_state


def answered(tab: AppTest) -> None:
    """Wait for the server's answer and draw the page anew."""
    running = tab.session_state["_mail_test"]
    assert running.exception(timeout=20) is None or running.exception() is not None
    tab.run()
    assert not tab.exception


def test_days_closed_are_saved_and_a_wrong_line_is_named(admin: House) -> None:
    tab = page("settings")
    field(tab, "text_area", "Days closed").set_value("2026-12-25\n26.12.2026")
    save(tab, mail=False)
    assert "line 2: “26.12.2026” can’t be read" in texts(tab)
    field(tab, "text_area", "Days closed").set_value("2026-12-25 to 2026-12-26")
    save(tab, mail=False)
    assert "Saved." in texts(tab)
    assert len(house.settings(admin.viewer("a.diallo")).hours.closed) == 1


def test_system_says_since_when_mail_fails_and_what_to_do(admin: House, box: Mailbox) -> None:
    assert "None is sent" in texts(page("system"))
    viewer = admin.viewer("a.diallo")
    mail.change_mail(viewer, plain(box))
    mail.set_address(viewer, admin.people["t.one"], "one@practice.example")
    assert "S.ONE, S.TWO" in texts(page("system"))
    raised(admin)
    box.refuse = {"MAIL": b"550 not you"}
    notices.send_waiting(admin.store, NOW)
    said = texts(page("system"))
    assert last_message(said) == "never"
    assert "Mail has failed since 24 Nov 2026, 08:40, 1 message waiting." in said
    assert "refused the sender’s address" in said
    box.refuse = {}
    notices.send_waiting(admin.store, NOW + timedelta(minutes=1))
    said = texts(page("system"))
    assert "Mail has failed" not in said
    assert last_message(said) == "today, 08:41"


def last_message(said: str) -> str:
    """What stands on *System* beside that."""
    [found] = re.findall(r"Last message</t[hd]>\s*<td[^>]*>([^<]*)<", said)
    return str(found)


def test_an_address_is_given_on_account_and_on_people(
    admin: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "viewer", lambda: admin.viewer("t.one"))
    tab = page("account")
    field(tab, "text_input", "Mail address").set_value("one@practice.example\r\nBcc: x@y.example")
    save(tab)
    assert "no mail address" in texts(tab)
    field(tab, "text_input", "Mail address").set_value("one@practice.example")
    save(tab)
    assert "The address is kept." in texts(tab)
    monkeypatch.setattr(web, "viewer", lambda: admin.viewer("a.diallo"))
    tab = AppTest.from_file(PAGES / "people.py", default_timeout=60)
    tab.session_state["person"] = admin.people["t.one"]
    tab.run()
    assert field(tab, "text_input", "Mail address").value == "one@practice.example"
    field(tab, "text_input", "Mail address").set_value("")
    save(tab)
    assert mail.my_address(admin.viewer("t.one")) == ""
    # A client has no such field.
    tab.session_state["person"] = admin.people["c.a"]
    tab.run()
    assert not [one for one in tab.text_input if one.label == "Mail address"]
    monkeypatch.setattr(web, "viewer", lambda: admin.viewer("c.a"))
    assert not [one for one in page("account").text_input if one.label == "Mail address"]


def test_the_server_looks_by_itself_and_goes_on_after_a_fault(
    small: House, box: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = small.viewer("a.diallo")
    mail.change_mail(viewer, plain(box))
    mail.set_address(viewer, small.people["t.one"], "one@practice.example")
    raised(small)
    monkeypatch.setattr(nightly, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(nightly, "clock", lambda: NOW)
    monkeypatch.setattr(nightly, "is_due", lambda *_: False)
    found, send = [], notices.send_waiting

    def faulty(*given: Any) -> int:
        if not found:
            found.append(-1)
            raise RuntimeError("one@practice.example")
        found.append(send(*given))
        return found[-1]

    monkeypatch.setattr(nightly, "send_waiting", faulty)
    stop = nightly.start(small.store)
    try:
        for _ in range(500):
            if 1 in found:
                break
            background.threading.Event().wait(0.02)
    finally:
        stop()
    assert found[:2] == [-1, 1]
    assert len(box.messages) == 1
    assert "mail job: RuntimeError" in caplog.text
    assert "practice.example" not in caplog.text
