"""Is whoever a flag waits for told by mail: once, in time, and nothing but that?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes

import pytest

from attachdash.errors import Invalid
from attachdash.practice import (
    absences,
    assignments,
    clients,
    closed_days,
    deciding,
    house,
    mail,
    notices,
    people,
    recording,
)
from attachdash.practice.mail import MailSettings
from attachdash.practice.mail_server import Security
from attachdash.practice.notices import EVERY, MailState, send_waiting
from attachdash.practice.rights import Role
from attachdash.store import mail as store_mail
from tests.engines import past_the_audit
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_escalation import raised
from tests.smtp import Mailbox, serving

SITE = "https://dash.practice.example"
SENDER = "dash@practice.example"
NOON = NOW.replace(hour=12)  # Tuesday; the practice works from 9 to 17
ONE = NOW.replace(hour=13, minute=0)  # four working hours after a flag of before 9
FIVE = NOW.replace(hour=17, minute=0)  # eight


def at(sign_in: str) -> str:
    return f"{sign_in}@practice.example"


def settings(port: int, **changed: object) -> MailSettings:
    plain = MailSettings(
        host="localhost", port=port, security=Security.PLAIN, sender=SENDER, site_address=SITE
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def told(box: Mailbox) -> list[str]:
    """To whom messages went since this was asked last."""
    found = [to for _, to, _ in box.messages]
    box.messages.clear()
    return [one.split("@")[0] for one in found]


def with_addresses(house_: House, *sign_ins: str) -> None:
    for sign_in in sign_ins:
        mail.set_my_address(house_.viewer(sign_in), at(sign_in))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with serving(auth=False) as started:
        yield started


@pytest.fixture
def wired(small: House, box: Mailbox) -> House:
    """The small practice, whose staff have addresses and whose mail goes to `box`."""
    return wire(small, box)


def wire(house_: House, box: Mailbox) -> House:
    mail.change_mail(house_.viewer("a.diallo"), settings(box.port))
    with_addresses(house_, "t.one", "t.two", "s.one", "s.two", "a.diallo")
    return house_


def kinds(house_: House, kind: str) -> int:
    return len(house.audit_trail(house_.viewer("a.diallo"), kind=kind))


def state(house_: House, now: datetime = NOW) -> MailState:
    return notices.state(house_.viewer("a.diallo", now))


def test_h05_therapist_supervisor_and_administrator_are_told_as_it_comes_to_them(
    either: House, box: Mailbox
) -> None:
    wire(either, box)
    assert send_waiting(either.store, NOW) == 0
    raised(either)
    assert send_waiting(either.store, NOW) == 1
    assert told(box) == ["t.one"]
    assert send_waiting(either.store, ONE - timedelta(minutes=1)) == 0
    assert send_waiting(either.store, ONE) == 1
    assert told(box) == ["s.one"]
    assert send_waiting(either.store, FIVE - timedelta(minutes=1)) == 0
    assert send_waiting(either.store, FIVE) == 1
    assert told(box) == ["a.diallo"]
    # Nobody is told the same twice, however long it stays unseen.
    assert send_waiting(either.store, NOW + timedelta(days=30)) == 0
    assert state(either).last_sent_at == FIVE
    assert kinds(either, "mail failed") == kinds(either, "mail works again") == 0


def test_a_message_says_nothing_but_that_something_waits(wired: House, box: Mailbox) -> None:
    clients.change_client(
        wired.viewer("t.one"), wired.clients["A"], "Aurelie Quist", None, None, "en"
    )
    raised(wired)
    send_waiting(wired.store, NOW)
    [(sender, to, raw)] = box.messages
    assert (sender, to) == (SENDER, at("t.one"))
    made = message_from_bytes(raw)
    assert made["Subject"] == "AttachDash: something waits for you"
    assert set(made.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    body = made.get_payload()
    assert body.splitlines() == [
        "Something waits for you in AttachDash. Please sign in and look.", "",
        f"Sign in here: {SITE}", "",
        "This message says no more on purpose. Mail is not an emergency channel,",
        "and no answer to it is read.",
    ]  # fmt: skip
    # Whatever of it could tell on somebody is nowhere in it.
    assert not any(letter.isdigit() for letter in body)
    said = raw.lower()
    for word in (
        b"Aurelie", b"Quist", b"Client A", b"T.ONE", b"Small practice", b"phq", b"death",
        b"self-harm", b"suicid", b"risk", b"flag", b"answer:", b"score", b"episode", b"item",
        b"client", b"patient", b"therap", b"supervis", b"administ", b"Okafor",
    ):  # fmt: skip
        assert word.lower() not in said.replace(at("t.one").encode(), b""), word


def test_no_name_finds_its_way_into_a_message(wired: House, box: Mailbox) -> None:
    admin, evil = wired.viewer("a.diallo"), "X\r\nBcc: evil@practice.example"
    house.change_settings(admin, practice_name=evil, time_zone="UTC", crisis_text="")
    people.add_person(admin, "t.evil", "X", [Role.THERAPIST])
    # Of a name that was kept before names had to stand on one line.
    past_the_audit(
        wired.store,
        lambda cursor: cursor.run("UPDATE person SET name = $1 WHERE sign_in = 't.evil'", evil),
    )
    mail.set_my_address(wired.viewer("t.evil"), at("t.evil"))
    assignments.assign_client(
        admin, wired.clients["A"], wired.viewer("t.evil").person_id, TODAY
    )  # fmt: skip
    raised(wired)
    send_waiting(wired.store, NOW)
    assert [to for _, to, _ in box.messages] == [at("t.one"), at("t.evil")]
    assert not any(b"evil@practice" in raw.replace(at("t.evil").encode(), b"")
                   for _, _, raw in box.messages)  # fmt: skip


def test_without_an_address_of_the_site_it_names_none(wired: House, box: Mailbox) -> None:
    mail.change_mail(wired.viewer("a.diallo"), settings(box.port, site_address=""))
    raised(wired)
    send_waiting(wired.store, NOW)
    assert b"Sign in at the address that you know." in box.messages[0][2]
    assert b"http" not in box.messages[0][2]


def test_nobody_gets_more_than_one_message_in_some_hours(wired: House, box: Mailbox) -> None:
    mine, a = wired.viewer("t.one"), wired.clients["A"]
    raised(wired, 1)
    recording.record_administration(mine, a, "core10", TODAY, [0] * 5 + [1] + [0] * 4)
    assert send_waiting(wired.store, NOW) == 1  # two flags, one message
    later = NOW + timedelta(minutes=30)
    deciding.note(wired.viewer("s.one", later), a, deciding.Kind.TALK)
    assert send_waiting(wired.store, later) == 0
    assert send_waiting(wired.store, NOW + EVERY - timedelta(seconds=1)) == 0
    told(box)
    send_waiting(wired.store, NOW + EVERY)
    assert told(box).count("t.one") == 1
    send_waiting(wired.store, NOW + EVERY * 2)
    assert "t.one" not in told(box)


def test_what_was_seen_meanwhile_is_told_nobody(wired: House, box: Mailbox) -> None:
    flag = raised(wired)
    deciding.mark_seen(
        wired.viewer("t.one"), flag.client_id, flag.flag_id, flag.administration_id, flag.version
    )
    assert send_waiting(wired.store, NOW) == 0
    # A new answer opens it again: that was told nobody.
    again = NOW + timedelta(hours=1)
    recording.record_administration(
        wired.viewer("t.one", again), wired.clients["A"], "phq9", TODAY, [0] * 8 + [3], "evening"
    )
    assert send_waiting(wired.store, again) == 1
    assert told(box) == ["t.one"]


def test_h05_closed_days_and_leave_decide_who_is_told(wired: House, box: Mailbox) -> None:
    raised(wired)
    admin = wired.viewer("a.diallo")
    known = house.settings(admin)
    house.change_settings(
        admin, practice_name=known.practice_name, time_zone="UTC", crisis_text=known.crisis_text,
        hours=replace(known.hours, closed=closed_days.read(f"{TODAY}")),
    )  # fmt: skip
    send_waiting(wired.store, FIVE)
    assert told(box) == ["t.one"]
    send_waiting(wired.store, ONE + timedelta(days=1))
    assert told(box) == ["s.one"]
    # A therapist who is away isn't written to; the supervisor is, at once.
    absences.add_absence(admin, wired.people["t.two"], TODAY, None)
    recording.record_administration(
        wired.viewer("t.two"), wired.clients["B"], "phq9", TODAY, [0] * 8 + [3]
    )
    send_waiting(wired.store, NOW)
    assert told(box) == ["s.two"]
    # Back again, it waits for them too.
    absences.end_absence(admin, wired.people["t.two"], TODAY, TODAY)
    send_waiting(wired.store, NOW)
    assert told(box) == ["t.two"]


def test_where_no_administrator_is_there_all_of_them_are_told(wired: House, box: Mailbox) -> None:
    admin = wired.viewer("a.diallo")
    with wired.store.engine.reading(admin.scope) as cursor:
        row = people.people.by_sign_in(cursor, 1, "a.diallo")
    assert row is not None
    absences.add_absence(admin, int(row[0]), TODAY, None)
    raised(wired)
    send_waiting(wired.store, FIVE)
    assert sorted(told(box)) == ["a.diallo", "s.one", "t.one"]


def test_who_practises_alone_is_told_again_as_administrator(wired: House, box: Mailbox) -> None:
    admin = wired.viewer("a.diallo")
    people.give_role(admin, wired.people["t.one"], Role.ADMINISTRATOR, TODAY)
    people.disable(admin, wired.people["s.one"])
    raised(wired)
    send_waiting(wired.store, NOW)
    assert told(box) == ["t.one"]
    send_waiting(wired.store, ONE)
    assert sorted(told(box)) == ["a.diallo", "t.one"]


def store_tries(house_: House) -> dict[int, store_mail.Try]:
    with house_.store.engine.reading(house_.viewer("a.diallo").scope) as cursor:
        return store_mail.tries(cursor, 1)


def test_a_kill_between_sending_and_noting_sends_one_more_at_most(
    wired: House, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(wired)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_mail, "note_sent", killed)
        with pytest.raises(KeyboardInterrupt):
            send_waiting(wired.store, NOW)
    assert told(box) == ["t.one"]
    # Where nothing can be noted again and again, the waits grow all the same.
    assert send_waiting(wired.store, NOW + timedelta(seconds=30)) == 0
    assert send_waiting(wired.store, NOW + timedelta(minutes=1)) == 1
    assert send_waiting(wired.store, NOW + timedelta(minutes=2)) == 0
    assert told(box) == ["t.one"]
    assert store_tries(wired) == {}


def test_one_process_at_a_time_sends(either: House, box: Mailbox) -> None:
    wire(either, box)
    raised(either)
    with either.store.engine.only_one("mail"):
        assert send_waiting(either.store, NOW) == 0
    assert send_waiting(either.store, NOW) == 1


def test_a_clock_that_had_gone_ahead_silences_nobody(wired: House, box: Mailbox) -> None:
    raised(wired)
    send_waiting(wired.store, NOW + timedelta(days=400))
    told(box)
    recording.record_administration(
        wired.viewer("t.one"), wired.clients["A"], "core10", TODAY, [0] * 5 + [1] + [0] * 4
    )
    send_waiting(wired.store, NOW)
    assert "t.one" in told(box)


def test_a_test_message_goes_to_ones_own_address(wired: House, box: Mailbox) -> None:
    admin = wired.viewer("a.diallo")
    assert notices.send_test(admin) == at("a.diallo")
    [(_, to, raw)] = box.messages
    assert to == at("a.diallo")
    assert b"Subject: AttachDash: a test message" in raw
    mail.set_my_address(admin, "")
    with pytest.raises(Invalid, match="no mail address"):
        notices.send_test(admin)
    mail.set_my_address(admin, at("a.diallo"))
    box.refuse = {at("a.diallo"): b"550 no"}
    with pytest.raises(Invalid, match="refused the address"):
        notices.send_test(admin)
    assert list(house.audit_trail(admin, kind="sent test message")["detail"]) == [
        "failed: address refused", "sent",
    ]  # fmt: skip
    mail.change_mail(admin, MailSettings())
    with pytest.raises(Invalid, match="sends no mail"):
        notices.send_test(admin)


def test_without_a_server_or_in_the_demo_nothing_is_sent(wired: House, box: Mailbox) -> None:
    raised(wired)
    admin = wired.viewer("a.diallo")
    mail.change_mail(admin, MailSettings())
    assert send_waiting(wired.store, NOW) == 0
    assert state(wired) == MailState(is_on=False)
    mail.change_mail(admin, settings(box.port))
    wired.store.engine.writing(
        admin.scope, lambda cursor: house.store_settings.put(cursor, 1, "is_demo", "yes")
    )
    assert send_waiting(wired.store, NOW) == 0
    with pytest.raises(Invalid, match="demo"):
        mail.change_mail(admin, settings(box.port))
    assert not box.messages


def test_who_of_staff_has_no_address_is_named(wired: House) -> None:
    assert state(wired).without_address == ("T.FORMER",)
