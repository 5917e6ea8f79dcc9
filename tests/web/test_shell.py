"""Who sees which page, and what a session forgets? The shell, run without a browser."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from attachdash.errors import Refused
from attachdash.practice import entrance
from attachdash.practice.rights import Role
from attachdash.web import browser, door, errors, house, navigation, who
from attachdash.web.look import plain
from attachdash.web.signin import REFUSED
from tests.web.staffed import CODE, PASSWORD, staff

SHELL = Path(who.__file__).parent / "shell.py"


class Browser:
    """One browser's cookie, and tabs opened in it."""

    def __init__(self) -> None:
        self.token = "a" * 43
        self.loading: list[str] = []  # addresses that the page had it load

    def tab(self, at: AppTest | None = None) -> AppTest:
        """A new tab, or the given one, run."""
        tab = at or AppTest.from_file(SHELL, default_timeout=20)
        tab.run()
        assert not tab.exception
        return tab

    def signed_in(self, name: str, secret: str = PASSWORD) -> AppTest:
        tab = self.tab()
        fill(tab, name, secret)
        if not self.loading:
            return tab
        ticket = self.loading.pop().split("/")[2]
        self.token = door.redeemed(ticket, self.token, entrance.clock()) or ""
        return self.tab()


def fill(tab: AppTest, name: str, secret: str) -> None:
    tab.text_input[0].set_value(name)
    tab.text_input[1].set_value(secret)
    tab.button[0].click().run()
    assert not tab.exception


def labels(tab: AppTest) -> list[str]:
    return [one.label for one in tab.button]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    house.close()
    house._store = staff(tmp_path_factory.mktemp("home") / "demo")
    yield
    house.close()


@pytest.fixture
def here(practice: None, monkeypatch: pytest.MonkeyPatch) -> Browser:
    one = Browser()
    monkeypatch.setattr(browser, "browser_token", lambda: one.token)
    monkeypatch.setattr(browser, "load", one.loading.append)
    # So that each test begins with nobody signed in on this browser.
    one.token = f"{id(one):043d}"
    return one


def test_a_stranger_sees_the_sign_in_page_only(here: Browser) -> None:
    assert labels(here.tab()) == ["Sign in"]


@pytest.mark.parametrize(
    ("name", "secret"),
    [("ada", "wrong"), ("nobody", PASSWORD), ("ada", ""), ("nora", PASSWORD), ("ada", CODE)],
)
def test_every_refusal_has_the_same_words(here: Browser, name: str, secret: str) -> None:
    tab = here.signed_in(name, secret)
    assert [one.value for one in tab.error] == [REFUSED]
    assert labels(tab) == ["Sign in"]


def test_a_new_tab_of_the_same_browser_is_signed_in(here: Browser) -> None:
    here.signed_in(" ADA ")
    assert "Sign out" in labels(here.tab())


def test_who_knew_the_cookie_before_sign_in_gets_nothing_by_it(here: Browser) -> None:
    before = here.token
    tab = here.signed_in("ada")
    assert "Sign out" in labels(tab)
    here.token = before
    assert labels(here.tab()) == ["Sign in"]
    assert labels(here.tab(tab)) == ["Sign in"]


def test_another_browser_with_the_same_session_is_asked_to_sign_in(here: Browser) -> None:
    tab = here.signed_in("ada")
    tab.session_state["_client"] = 7
    here.token = "stranger".rjust(43, "x")
    here.tab(tab)
    assert labels(tab) == ["Sign in"]
    assert "_client" not in tab.session_state


def test_signing_out_ends_every_tab_and_forgets_the_client(here: Browser) -> None:
    first, second = here.signed_in("ada"), here.tab()
    second.session_state["_client"] = 7
    first.button(key="sign_out").click().run()
    assert labels(first) == ["Sign in"]
    assert labels(here.tab(second)) == ["Sign in"]
    assert "_client" not in second.session_state


def test_a_one_time_code_leads_to_setting_a_password_and_nowhere_else(here: Browser) -> None:
    tab = here.signed_in("nora", CODE.lower())
    assert [one.label for one in tab.text_input] == ["New password", "New password again"]
    for field in tab.text_input:
        field.set_value("too short")
    tab.button[0].click().run()
    assert "15 characters" in tab.error[0].value
    for field in tab.text_input:
        field.set_value("seven brave otters swim")
    tab.button[0].click().run()
    assert "Set your own password" not in [one.value for one in tab.header]
    assert "sign_out" in [one.key for one in tab.button]


def test_one_acts_in_one_role_and_can_switch(here: Browser) -> None:
    tab = here.signed_in("ada")
    assert "Act as administrator" in labels(tab)
    tab.session_state["_client"] = 7
    tab.button(key="act_administrator").click().run()
    assert "Act as therapist" in labels(tab)
    assert "_client" not in tab.session_state


def test_a_client_has_no_other_role_offered_but_help_on_every_page(here: Browser) -> None:
    tab = here.signed_in("cleo")
    assert not [label for label in labels(tab) if label.startswith("Act as")]
    tab.switch_page("../../pages/account.py").run()
    assert not tab.exception
    assert any("tel:112" in one.proto.body for one in tab.get("html"))


def test_a_page_of_another_role_is_not_there(here: Browser) -> None:
    tab = here.signed_in("cleo")
    with pytest.raises(ValueError, match="people"):
        tab.switch_page("../../pages/people.py").run()


def test_being_watched_does_not_count_as_use(here: Browser) -> None:
    here.signed_in("ada")
    late = entrance.clock() + entrance.IDLE * 0.9
    assert entrance.viewer_of(house.store(), here.token, late, touch=False).signed_in
    later = entrance.clock() + entrance.IDLE * 1.1
    assert not entrance.viewer_of(house.store(), here.token, later, touch=False).signed_in


@pytest.mark.parametrize("role", entrance.ALL_SIGNED_IN)
def test_every_role_has_an_account_page_and_a_home_of_its_own(role: Role) -> None:
    pages = [entry for entry in navigation.PAGES if role in entry.roles]
    assert pages[-1].file == "account.py"
    assert not pages[0].hidden
    homes = {"therapist": "caseload", "supervisor": "caseload", "client": "progress"}
    assert pages[0].url_path == homes.get(role.value, "people")


def test_no_page_is_open_to_a_stranger() -> None:
    assert not navigation.entries_of(Role.ANONYMOUS)
    assert len({entry.url_path for entry in navigation.PAGES}) == len(navigation.PAGES)


def test_an_error_for_people_is_shown_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand: a name in them is no Markdown."""
    words = "Not here, or not yours: [a](http://b.c)"
    assert shown(monkeypatch, Refused(words)) == [plain(words)]


def test_any_other_error_becomes_a_reference_and_its_words_go_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        (words,) = shown(monkeypatch, ValueError("Marta Lindqvist"))
    reference = words.split("**")[1]
    assert len(reference) == 8
    assert f"reference {reference}: ValueError" in caplog.text
    assert "Marta" not in words + caplog.text


def test_streamlits_own_log_of_an_error_holds_no_message(caplog: pytest.LogCaptureFixture) -> None:
    errors.quieten()
    for name in errors.TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = True
        logger.addHandler(caplog.handler)
        logger.error("Uncaught", exc_info=ValueError("Marta Lindqvist"))
        logger.removeHandler(caplog.handler)
    assert "Uncaught" in caplog.text
    assert "Marta" not in caplog.text


def shown(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr(errors, "st", SimpleNamespace(error=words.append))
    assert errors.on_script_error(error)
    return words
