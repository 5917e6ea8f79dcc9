"""The second factor: asked for after the password, good once, guessed at no better than a password.

Codes are made by pyotp, as a phone's app would.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import caseload, entrance, house, passwords, people, second_factor
from attachdash.practice.rights import Role, Viewer, Waits
from attachdash.store import people as store_people
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, House

PASSWORD, SHORT = "four words in a row", "kept brief"
MINUTE = timedelta(minutes=1)


@dataclass
class Phone:
    """Somebody's app, and the recovery codes that they wrote down."""

    secret: str
    codes: list[str]

    def code(self, now: datetime) -> str:
        return pyotp.TOTP(self.secret).at(now.replace(tzinfo=UTC))


def let_in(house_: House, sign_in: str, now: datetime = NOW, password: str = PASSWORD) -> Viewer:
    """Whoever gave their password on a browser of their own."""
    nobody = entrance.anonymous(house_.store, sign_in, now)
    assert entrance.sign_in(nobody, sign_in, password)
    return entrance.viewer_of(house_.store, sign_in, now)


def with_password(house_: House, sign_in: str) -> Viewer:
    hashed = passwords.hashed(PASSWORD)
    person_id = house_.viewer(sign_in).person_id
    house_.store.engine.writing(
        Scope(), lambda cursor: store_people.set_password(cursor, 1, person_id, hashed, False)
    )
    return let_in(house_, sign_in)


def enrolled(house_: House, sign_in: str = "t.one") -> Phone:
    mine = with_password(house_, sign_in)
    phone = Phone(second_factor.begin(mine, PASSWORD).secret, [])
    phone.codes = second_factor.finish(mine, phone.code(NOW))
    return phone


def again(house_: House, sign_in: str = "t.one", now: datetime = NOW) -> Viewer:
    return entrance.viewer_of(house_.store, sign_in, now)


def test_the_password_alone_opens_nothing_any_more(either: House) -> None:
    phone = enrolled(either)
    assert again(either).inside  # where it was set up
    waiting = let_in(either, "t.one", NOW + MINUTE)
    assert waiting.waits_for is Waits.CODE
    with pytest.raises(Refused):
        caseload.caseload(waiting)
    with pytest.raises(Refused):
        entrance.set_password(waiting, "x" * 20, "x" * 20, PASSWORD)
    assert second_factor.confirm(waiting, phone.code(NOW + MINUTE))
    assert caseload.caseload(again(either, now=NOW + MINUTE)).rows


def test_a_code_is_good_once_and_for_a_minute_and_a_half(either: House) -> None:
    phone = enrolled(either)  # used the code of NOW
    assert not second_factor.confirm(let_in(either, "t.one"), phone.code(NOW))
    for late, fits in ((-60, False), (-30, True), (30, True), (61, False)):
        now = NOW + timedelta(hours=1, seconds=late)
        # 08:40:00 begins a half-minute, so that each of these lies in one of its own.
        waiting = let_in(either, "t.one", NOW + timedelta(hours=1))
        people.unlock(either.viewer("a.diallo"), either.people["t.one"])
        assert second_factor.confirm(waiting, phone.code(now)) is fits, late
    # One that was shown before the last one used is old as well.
    waiting = let_in(either, "t.one", NOW + timedelta(hours=1))
    assert not second_factor.confirm(waiting, phone.code(NOW + timedelta(hours=1)))


def test_a_clock_set_back_locks_nobody_out(either: House) -> None:
    phone = enrolled(either)
    ahead = NOW + timedelta(days=400)
    assert second_factor.confirm(let_in(either, "t.one", ahead), phone.code(ahead))
    now = NOW + timedelta(hours=1)
    assert second_factor.confirm(let_in(either, "t.one", now), phone.code(now))


@pytest.mark.parametrize(
    "wrong", ["", "000000", "12345", "１２３４５６", "ABCD-EFGH-JKMN", "' OR 1"]
)
def test_what_is_no_code_fits_nowhere(either: House, wrong: str) -> None:
    enrolled(either)
    assert not second_factor.confirm(let_in(either, "t.one"), wrong)


def test_guesses_end_the_session_and_have_the_account_wait(either: House) -> None:
    """Also when each few of them begin with the right password anew."""
    enrolled(either)
    waiting = let_in(either, "t.one")
    second_factor.confirm(waiting, "000000")
    second_factor.confirm(waiting, "000000")
    waiting = let_in(either, "t.one")
    second_factor.confirm(waiting, "000000")
    second_factor.confirm(waiting, "000000")
    assert not again(either).signed_in
    assert entrance.sign_in(entrance.anonymous(either.store, "b", NOW), "t.one", PASSWORD) is None
    late = NOW + timedelta(seconds=31)
    assert let_in(either, "t.one", late).must_confirm


def test_a_one_time_code_is_not_a_way_around_it(either: House) -> None:
    phone = enrolled(either)
    code = people.new_code(either.viewer("a.diallo"), either.people["t.one"]).code
    waiting = let_in(either, "t.one", NOW + MINUTE, code)
    assert waiting.waits_for is Waits.CODE
    assert second_factor.confirm(waiting, phone.code(NOW + MINUTE))
    assert again(either, now=NOW + MINUTE).waits_for is Waits.PASSWORD


def test_a_recovery_code_is_good_once_and_for_its_person_only(either: House) -> None:
    mine, hers = enrolled(either), enrolled(either, "t.two")
    assert not second_factor.confirm(let_in(either, "t.one"), hers.codes[0])
    assert second_factor.confirm(let_in(either, "t.one"), mine.codes[0].lower().replace("-", " "))
    assert not second_factor.confirm(let_in(either, "t.one"), mine.codes[0])
    # It is no one-time code: it lets nobody in without the password.
    nobody = entrance.anonymous(either.store, "b", NOW)
    assert entrance.sign_in(nobody, "t.one", mine.codes[1]) is None


def test_other_browsers_have_to_confirm_once_it_is_set_up(either: House) -> None:
    with_password(either, "t.one")
    nobody = entrance.anonymous(either.store, "other", NOW)
    assert entrance.sign_in(nobody, "t.one", PASSWORD)
    mine = again(either)
    begun = second_factor.begin(mine, PASSWORD)
    second_factor.finish(mine, Phone(begun.secret, []).code(NOW))
    assert again(either).inside
    assert again(either, "other").waits_for is Waits.CODE


def test_a_stolen_database_gives_no_codes(either: House) -> None:
    """Neither the secret nor a recovery code stands in it; another person's row opens nothing."""
    phone, hers = enrolled(either), enrolled(either, "t.two")
    with either.store.engine.reading(Scope()) as cursor:
        held = str(cursor.rows("SELECT * FROM second_factor"))
        held += str(cursor.rows("SELECT * FROM recovery_code"))
        rows = cursor.rows("SELECT person_id, secret FROM second_factor")
    for secret in (phone.secret, *phone.codes, *(code.replace("-", "") for code in phone.codes)):
        assert secret not in held
    sealed = {int(person): str(secret) for person, secret in rows}
    either.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run(
            "UPDATE second_factor SET secret = $2 WHERE person_id = $1",
            either.people["t.one"],
            sealed[either.people["t.two"]],
        ),
    )
    late = NOW + MINUTE
    assert not second_factor.confirm(let_in(either, "t.one", late), hers.code(late))


def test_setting_it_up_wants_the_password_and_ending_it_both(either: House) -> None:
    mine = with_password(either, "t.one")
    with pytest.raises(Invalid, match="not right"):
        second_factor.begin(mine, "wrong")
    phone = enrolled(either)
    late, mine = NOW + MINUTE, again(either, now=NOW + MINUTE)
    with pytest.raises(Invalid, match="already"):
        second_factor.begin(mine, PASSWORD)
    with pytest.raises(Invalid, match="not right"):
        second_factor.end(mine, "wrong", phone.code(late))
    with pytest.raises(Invalid, match="doesn't fit"):
        second_factor.end(mine, PASSWORD, "000000")
    second_factor.end(mine, PASSWORD, phone.code(late))
    assert second_factor.mine(mine) is None
    assert let_in(either, "t.one", late).inside


def test_with_it_eight_characters_do_and_without_it_never(either: House) -> None:
    phone = enrolled(either)
    with pytest.raises(Invalid, match="8 characters"):
        entrance.set_password(again(either), "seven 7", "seven 7", PASSWORD)
    entrance.set_password(again(either), SHORT, SHORT, PASSWORD)
    late = NOW + MINUTE
    mine = again(either, now=late)
    with pytest.raises(Invalid, match="longer one first"):
        second_factor.end(mine, SHORT, phone.code(late))
    # The phone is lost: what is left would be the short password alone.
    assert second_factor.reset(either.viewer("a.diallo"), either.people["t.one"])
    nobody = entrance.anonymous(either.store, "b", late)
    assert entrance.sign_in(nobody, "t.one", SHORT) is None


def test_a_long_password_outlives_the_reset_and_sessions_do_not(either: House) -> None:
    enrolled(either)
    admin = either.viewer("a.diallo")
    assert not second_factor.reset(admin, either.people["t.one"])
    assert not again(either).signed_in
    assert let_in(either, "t.one").inside
    with pytest.raises(Invalid, match="no second factor"):
        second_factor.reset(admin, either.people["t.one"])
    with pytest.raises(Invalid, match="page Account"):
        second_factor.reset(admin, admin.person_id)


def test_administrators_need_one_unless_the_practice_declines(either: House) -> None:
    admin = with_password(either, "a.diallo")
    assert admin.inside
    house.require_second_factor(admin, True)
    waiting = again(either, "a.diallo")
    assert waiting.waits_for is Waits.ENROLMENT
    with pytest.raises(Refused):
        people.everyone(waiting)
    # Whatever role they are in: they could change into that one.
    person_id = admin.person_id
    people.give_role(either.viewer("a.diallo"), person_id, Role.THERAPIST, NOW.date())
    waiting = with_password(either, "a.diallo")
    assert (waiting.role, waiting.waits_for) == (Role.THERAPIST, Waits.ENROLMENT)
    begun = second_factor.begin(waiting, PASSWORD)
    second_factor.finish(waiting, Phone(begun.secret, []).code(NOW))
    assert again(either, "a.diallo").inside
    assert with_password(either, "t.two").inside


def test_each_step_is_in_the_audit(either: House) -> None:
    phone = enrolled(either)
    second_factor.confirm(let_in(either, "t.one"), "000000")
    second_factor.confirm(let_in(either, "t.one"), phone.codes[0])
    second_factor.reset(either.viewer("a.diallo"), either.people["t.one"])
    told = house.audit_trail(either.viewer("a.diallo"), 20)
    kinds = list(zip(told["kind"], told["detail"], strict=True))
    for expected in (
        ("began second factor", ""), ("set second factor", "taken"),
        ("gave second factor", "refused"), ("second factor not given", "the code was wrong"),
        ("gave second factor", "by recovery code"), ("reset second factor", ""),
    ):  # fmt: skip
        assert expected in kinds, expected
    assert told[told["kind"] == "reset second factor"]["whom"].item() == "T.ONE"
