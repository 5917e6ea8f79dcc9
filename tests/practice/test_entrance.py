"""Signing in: by the book for those who may, with the same words and work for all others."""

from dataclasses import replace
from datetime import timedelta

import bcrypt
import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import entrance, house, passwords, people
from attachdash.practice.rights import Role
from tests.practice.conftest import NOW, House

LONG = "four words in a row"


def come_in(small: House, sign_in: str, browser: str = "browser") -> None:
    """Sign somebody in by a code and set their password."""
    admin = small.viewer("a.diallo", role=Role.ADMINISTRATOR)
    code = people.new_code(admin, small.people.get(sign_in, admin.person_id))
    nobody = entrance.anonymous(small.store, browser, NOW)
    assert entrance.sign_in(nobody, sign_in, code.code.lower())
    entrance.set_password(entrance.viewer_of(small.store, browser, NOW), LONG, LONG)


def test_a_code_works_once_and_wants_a_password_at_once(small: House) -> None:
    admin = small.viewer("a.diallo")
    code = people.new_code(admin, small.people["t.one"]).code
    nobody = entrance.anonymous(small.store, "b1", NOW)
    first = entrance.sign_in(nobody, "t.one", code)
    assert first is not None
    assert first.must_change
    assert entrance.sign_in(nobody, "t.one", code) is None
    here = entrance.viewer_of(small.store, "b1", NOW)
    assert here.must_change
    entrance.set_password(here, LONG, LONG)
    assert not entrance.viewer_of(small.store, "b1", NOW).must_change


def test_a_code_expires_and_a_newer_one_voids_it(small: House) -> None:
    admin = small.viewer("a.diallo")
    old = people.new_code(admin, small.people["t.one"]).code
    new = people.new_code(admin, small.people["t.one"]).code
    assert entrance.sign_in(entrance.anonymous(small.store, "b", NOW), "t.one", old) is None
    late = NOW + timedelta(hours=48)
    assert entrance.sign_in(entrance.anonymous(small.store, "b", late), "t.one", new) is None


def test_a_session_belongs_to_its_browser(small: House) -> None:
    come_in(small, "t.one", "mine")
    assert entrance.viewer_of(small.store, "mine", NOW).role is Role.THERAPIST
    for other in ("theirs", "", entrance.browser_hash("mine")):
        assert not entrance.viewer_of(small.store, other, NOW).signed_in


def test_h16_a_session_ends_idle_and_at_the_latest_after_eight_hours(small: House) -> None:
    come_in(small, "t.one")
    assert not entrance.viewer_of(
        small.store, "browser", NOW + timedelta(minutes=15, seconds=1)
    ).signed_in
    come_in(small, "t.one")
    for minutes in range(10, 8 * 60 + 1, 10):
        moment = NOW + timedelta(minutes=minutes)
        assert entrance.viewer_of(small.store, "browser", moment).signed_in
    assert not entrance.viewer_of(small.store, "browser", NOW + timedelta(minutes=481)).signed_in


def test_looking_without_touching_does_not_keep_a_session_alive(small: House) -> None:
    come_in(small, "t.one")
    for minutes in range(1, 15):
        moment = NOW + timedelta(minutes=minutes)
        assert entrance.viewer_of(small.store, "browser", moment, touch=False).signed_in
    late = NOW + timedelta(minutes=16)
    assert not entrance.viewer_of(small.store, "browser", late, touch=False).signed_in


@pytest.mark.parametrize("how", ["sign out", "password", "disabled", "role", "administrator"])
def test_a_session_is_revoked_at_once(small: House, how: str) -> None:
    come_in(small, "t.one", "first")
    entrance.sign_in(entrance.anonymous(small.store, "second", NOW), "t.one", LONG)
    second = entrance.viewer_of(small.store, "second", NOW)
    admin, person = small.viewer("a.diallo"), small.people["t.one"]
    if how == "sign out":
        entrance.sign_out(entrance.viewer_of(small.store, "first", NOW))
    elif how == "password":
        entrance.set_password(second, "another " + LONG, "another " + LONG, LONG)
    elif how == "disabled":
        people.disable(admin, person)
    elif how == "role":
        people.end_role(admin, person, Role.THERAPIST, admin.today)
    else:
        people.end_sessions(admin, person)
    assert not entrance.viewer_of(small.store, "first", NOW).signed_in
    still = entrance.viewer_of(small.store, "second", NOW).signed_in
    assert still is (how in ("sign out", "password"))


def test_failures_make_an_account_wait_and_the_right_password_waits_too(small: House) -> None:
    come_in(small, "t.one")
    nobody = entrance.anonymous(small.store, "other", NOW)
    for _ in range(entrance.FREE_FAILURES):
        assert entrance.sign_in(nobody, "t.one", "wrong") is None
    assert entrance.sign_in(nobody, "t.one", LONG) is None
    later = entrance.anonymous(small.store, "other", NOW + timedelta(seconds=31))
    assert entrance.sign_in(later, "t.one", LONG) is not None
    # And an administrator can end the wait.
    for _ in range(entrance.FREE_FAILURES):
        entrance.sign_in(nobody, "t.one", "wrong")
    people.unlock(small.viewer("a.diallo"), small.people["t.one"])
    assert entrance.sign_in(nobody, "t.one", LONG) is not None


def test_many_guesses_at_once_are_no_way_past_the_wait(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(small, "t.one")
    nobody = entrance.anonymous(small.store, "other", NOW)
    real = passwords.matches

    def slowly(secret: str, password_hash: str | None) -> bool:
        # While this right guess is being looked at, four wrong ones come in and are counted.
        if secret == LONG:
            for _ in range(entrance.FREE_FAILURES):
                entrance.sign_in(nobody, "t.one", "wrong")
        return real(secret, password_hash)

    monkeypatch.setattr(passwords, "matches", slowly)
    assert entrance.sign_in(nobody, "t.one", LONG) is None


def test_a_password_that_is_changed_meanwhile_lets_nobody_in(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(small, "t.one")
    mine = entrance.viewer_of(small.store, "browser", NOW)
    real = passwords.matches

    def slowly(secret: str, password_hash: str | None) -> bool:
        fits = real(secret, password_hash)
        monkeypatch.setattr(passwords, "matches", real)
        entrance.set_password(mine, "another long one", "another long one", LONG)
        return fits

    monkeypatch.setattr(passwords, "matches", slowly)
    nobody = entrance.anonymous(small.store, "other", NOW)
    assert entrance.sign_in(nobody, "t.one", LONG) is None


def test_who_guesses_the_present_password_at_an_open_session_is_signed_out(small: House) -> None:
    come_in(small, "t.one")
    mine = entrance.viewer_of(small.store, "browser", NOW)
    for _ in range(entrance.FREE_FAILURES):
        assert entrance.viewer_of(small.store, "browser", NOW).signed_in
        with pytest.raises(Invalid, match="not right"):
            entrance.set_password(mine, "another long one", "another long one", "a guess")
    assert not entrance.viewer_of(small.store, "browser", NOW).signed_in
    told = house.audit_trail(small.viewer("a.diallo"))
    assert (told["kind"] == "password not changed").sum() == entrance.FREE_FAILURES


def test_a_session_can_be_for_the_secret_that_a_browser_is_about_to_get(small: House) -> None:
    come_in(small, "t.one", "old")
    nobody = entrance.anonymous(small.store, "old", NOW)
    assert entrance.sign_in(nobody, "t.one", LONG, browser_token="new")
    assert entrance.viewer_of(small.store, "new", NOW).signed_in
    assert not entrance.viewer_of(small.store, "old", NOW).signed_in


def test_an_unknown_name_costs_the_same_work(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    come_in(small, "t.one")
    passwords.matches("warm", None)
    checks: list[bytes] = []
    real = bcrypt.checkpw

    def counted(given: bytes, against: bytes) -> bool:
        checks.append(against[:7])
        return real(given, against)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    nobody = entrance.anonymous(small.store, "other", NOW)
    assert entrance.sign_in(nobody, "t.one", "wrong") is None
    known = list(checks)
    checks.clear()
    assert entrance.sign_in(nobody, "no.such.person", "wrong") is None
    assert checks == known  # as often, with the same work factor


def test_h28_no_client_signs_in_while_the_crisis_text_is_empty(small: House) -> None:
    come_in(small, "c.a")
    admin = small.viewer("a.diallo")
    house.change_settings(admin, practice_name="P", time_zone="UTC", crisis_text=" ")
    assert not entrance.viewer_of(small.store, "browser", NOW).signed_in
    nobody = entrance.anonymous(small.store, "again", NOW)
    assert entrance.sign_in(nobody, "c.a", LONG) is None
    house.change_settings(admin, practice_name="P", time_zone="UTC", crisis_text="Call 112.")
    assert entrance.sign_in(nobody, "c.a", LONG) is not None


def test_a_solo_therapist_switches_roles_and_sees_one_role_at_a_time(small: House) -> None:
    admin = small.viewer("a.diallo")
    people.give_role(admin, admin.person_id, Role.THERAPIST, admin.today)
    come_in(small, "a.diallo")
    here = entrance.viewer_of(small.store, "browser", NOW)
    other = next(role for role in here.roles if role is not here.role)
    entrance.switch_role(here, other)
    assert entrance.viewer_of(small.store, "browser", NOW).role is other
    with pytest.raises(Refused):
        entrance.switch_role(here, Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("password", "cure"),
    [
        ("short words", "15 characters"),
        ("passwordpassword", "first that strangers try"),
        ("Password1234567890!", "first that strangers try"),
        ("aaaaaaaaaaaaaaaaaaaa", "first that strangers try"),
        ("31415926535897932384", "Digits alone"),
        ("é" * 37 + "abcdef", "72 bytes"),
        ("               blank", "15 characters"),
    ],
)
def test_weak_passwords_are_refused_with_the_cure(password: str, cure: str) -> None:
    with pytest.raises(Invalid, match=cure):
        passwords.check_password(password, "t.one", is_client=False)


def test_clients_may_use_twelve_characters() -> None:
    passwords.check_password("three words x", "c.a", is_client=True)
    with pytest.raises(Invalid):
        passwords.check_password("two words x", "c.a", is_client=True)


def test_the_only_administrator_cannot_be_shut_out(small: House) -> None:
    admin = small.viewer("a.diallo")
    with pytest.raises(Invalid, match="only administrator"):
        people.disable(admin, admin.person_id)
    with pytest.raises(Invalid, match="only administrator"):
        people.end_role(admin, admin.person_id, Role.ADMINISTRATOR, admin.today)


def test_an_administrator_sees_who_can_sign_in(small: House) -> None:
    admin, one = small.viewer("a.diallo"), small.people["t.one"]

    def seen() -> tuple[bool, bool]:
        [person] = [each for each in people.everyone(admin) if each.person_id == one]
        return person.code_waits, person.has_password

    assert seen() == (False, False)
    people.new_code(admin, one)
    assert seen() == (True, False)
    come_in(small, "t.one")
    assert seen() == (False, True)
    # A new code for somebody who forgot: the old password holds until the code is used.
    people.new_code(admin, one)
    assert seen() == (True, True)


def test_the_largest_upload_is_one_of_a_few_sizes_and_stays_when_nothing_is_said(
    small: House,
) -> None:
    admin = small.viewer("a.diallo")
    same = {"practice_name": "P", "time_zone": "UTC", "crisis_text": "Call 112."}
    assert house.settings(admin).largest_upload == 10
    house.change_settings(admin, **same, largest_upload=200)
    house.change_settings(admin, **same)
    assert house.settings(admin).largest_upload == 200
    with pytest.raises(Invalid, match="no size to choose"):
        house.change_settings(admin, **same, largest_upload=201)


def test_a_viewer_is_still_here_in_the_same_session_and_role_alone(small: House) -> None:
    come_in(small, "t.one")
    later = NOW + timedelta(minutes=2)
    mine = entrance.viewer_of(small.store, "browser", NOW)
    assert entrance.still(mine, later).now == later
    with pytest.raises(Refused):
        entrance.still(replace(mine, role=Role.SUPERVISOR), later)
    with pytest.raises(Refused):
        entrance.still(replace(mine, web_session_id=mine.web_session_id + 1), later)
    people.disable(small.viewer("a.diallo"), small.people["t.one"])
    with pytest.raises(Refused):
        entrance.still(mine, later)


def test_of_many_tries_at_once_none_slips_past_the_longest_wait(small: House) -> None:
    """Each looked at the clock a moment before the one whose failure set the wait."""
    come_in(small, "t.one")
    for minutes in range(0, 200, 16):
        then = NOW + timedelta(minutes=minutes)
        assert entrance.sign_in(entrance.anonymous(small.store, "x", then), "t.one", "no") is None
    for seconds in range(1, 20):
        before = then - timedelta(seconds=seconds)
        nobody = entrance.anonymous(small.store, "x", before)
        assert entrance.sign_in(nobody, "t.one", LONG) is None


def test_h28_the_crisis_text_bears_the_day_on_which_it_was_written(small: House) -> None:
    admin, late = small.viewer("a.diallo"), small.viewer("a.diallo", NOW + timedelta(days=40))
    same = {"practice_name": "P", "time_zone": "UTC"}
    house.change_settings(late, **same, crisis_text="Call 112.")  # as it was
    assert house.settings(admin).crisis_text_on == f"{NOW:%Y-%m-%d}"
    house.change_settings(late, **same, crisis_text="Call 999.")
    assert house.settings(admin).crisis_text_on == f"{late.today}"
