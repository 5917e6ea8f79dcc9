"""An administrator ends one browser's session, or all but the one they sit at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.practice import entrance, people
from attachdash.practice.rights import Viewer
from tests.practice.conftest import NOW, House


def come_in(either: House, sign_in: str, browser: str) -> None:
    """As after a code was used and a password set."""
    admin = either.viewer("a.diallo")
    person_id = admin.person_id if sign_in == "a.diallo" else either.people[sign_in]
    code = people.new_code(admin, person_id).code
    assert entrance.sign_in(entrance.anonymous(either.store, browser, NOW), sign_in, code)


def at(either: House, browser: str) -> Viewer:
    return entrance.viewer_of(either.store, browser, NOW + timedelta(minutes=1))


def test_one_session_ends_and_the_persons_other_one_goes_on(either: House) -> None:
    for sign_in, browser in (("t.one", "desk"), ("t.two", "hers")):
        come_in(either, sign_in, browser)
    admin = either.viewer("a.diallo")
    [hers] = [one for one in people.open_sessions(admin) if one.name == "T.TWO"]
    people.end_session(admin, hers.web_session_id)
    assert not at(either, "hers").signed_in
    assert at(either, "desk").signed_in
    with pytest.raises(Invalid, match="ended already"):
        people.end_session(admin, hers.web_session_id)


def test_all_sessions_end_but_ones_own(either: House) -> None:
    for sign_in, browser in (("t.one", "desk"), ("t.two", "hers"), ("a.diallo", "mine")):
        come_in(either, sign_in, browser)
    people.end_other_sessions(replace(at(either, "mine"), must_change=False))
    assert [at(either, one).signed_in for one in ("desk", "hers", "mine")] == [False, False, True]
