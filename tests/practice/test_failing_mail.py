"""Is it said once that mail fails, and does nobody else go without because of it?"""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from attachdash.practice import (
    deciding,
    house,
    mail,
)
from attachdash.practice.mail_server import Reason, Security
from attachdash.practice.notices import send_waiting
from attachdash.store import mail as store_mail
from tests.practice.conftest import NOW, House
from tests.practice.test_escalation import raised, shown
from tests.practice.test_notices import (
    ONE,
    at,
    box,
    kinds,
    settings,
    state,
    store_tries,
    told,
    wire,
    wired,
)
from tests.smtp import PASSWORD, USER, Mailbox, certificate, serving

__all__ = ["box", "wired"]


def test_a_server_that_is_down_is_tried_with_growing_waits_and_said_once(
    either: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(auth=False) as box:
        port = box.port
    wire(either, box)
    raised(either)
    waits = [0, 1, 5, 15, 60, 60, 60]
    for made, minutes in enumerate(waits, 1):
        now = NOW + timedelta(minutes=sum(waits[:made]))
        if made > 1:
            send_waiting(either.store, now - timedelta(seconds=1))
            assert store_tries(either)[0].tries == made - 1
        assert send_waiting(either.store, now) == 0
        tried = store_tries(either)[0]
        assert (tried.since_at, tried.tries) == (NOW, made), minutes
    now = ONE + timedelta(minutes=1)
    found = state(either, now)
    # By now it has come to the supervisor too.
    assert (found.failing_since, found.reason, found.waiting) == (NOW, Reason.UNREACHABLE, 2)
    [words] = found.to_do(lambda moment: f"{moment:%H:%M}")
    assert words.startswith("Mail has failed since 08:40, 2 messages waiting. The mail server")
    assert (kinds(either, "mail failed"), kinds(either, "mail works again")) == (1, 0)
    with serving(auth=False, port=port) as box:
        assert send_waiting(either.store, now) == 2
        assert told(box) == ["t.one", "s.one"]
    assert state(either, now).to_do(str) == []
    assert (kinds(either, "mail failed"), kinds(either, "mail works again")) == (1, 1)
    last = house.audit_trail(either.viewer("a.diallo"), kind="mail failed").iloc[0]
    assert last["detail"] == "not reached"
    # Neither the log nor the audit has an address.
    trail = house.audit_trail(either.viewer("a.diallo"), 1000).to_string()
    assert "practice.example" not in caplog.text + trail
    assert caplog.text.count("mail: not reached") == len(waits)


def test_that_it_works_again_is_found_also_when_nothing_waits_any_more(wired: House) -> None:
    admin = wired.viewer("a.diallo")
    with serving(auth=False) as box:
        port = box.port
    mail.change_mail(admin, settings(port))
    flag = raised(wired)
    send_waiting(wired.store, NOW)
    assert state(wired).reason is Reason.UNREACHABLE
    deciding.mark_seen(
        wired.viewer("t.one"), flag.client_id, flag.flag_id, flag.administration_id, flag.version
    )
    with serving(auth=False, port=port) as box:
        assert send_waiting(wired.store, NOW + timedelta(minutes=1)) == 0
        assert not box.messages
    assert state(wired).reason is None
    assert kinds(wired, "mail works again") == 1


def test_an_address_that_is_refused_keeps_nobody_else_from_being_told(
    wired: House, box: Mailbox
) -> None:
    box.refuse = {at("t.one"): b"550 no such user"}
    raised(wired)
    assert send_waiting(wired.store, ONE) == 1
    assert told(box) == ["s.one"]
    found = state(wired)
    assert found.failing_since is None
    [refused] = found.refused
    assert (refused.name, refused.reason) == ("T.ONE", Reason.RECIPIENT)
    assert "Mail to T.ONE" in found.to_do(str)[0]
    assert send_waiting(wired.store, ONE + timedelta(seconds=30)) == 0
    send_waiting(wired.store, ONE + timedelta(minutes=1))
    assert kinds(wired, "mail failed") == 1
    box.refuse = {}
    mail.set_address(wired.viewer("a.diallo"), wired.people["t.one"], "one@practice.example")
    assert state(wired).refused == ()
    assert send_waiting(wired.store, ONE + timedelta(minutes=2)) == 1
    assert told(box) == ["one"]


def test_an_address_that_no_message_can_be_written_to_keeps_nobody_else_from_being_told(
    wired: House, box: Mailbox
) -> None:
    """An encoded line break, which somebody found a way to have kept as theirs."""
    wired.store.engine.writing(
        wired.viewer("t.one").scope,
        lambda cursor: store_mail.set_address(
            cursor, 1, wired.people["t.one"], "=?utf-8?q?=0d=0aBcc:?=@x.example"
        ),
    )
    raised(wired)
    assert send_waiting(wired.store, ONE) == 1
    assert told(box) == ["s.one"]
    [refused] = state(wired).refused
    assert refused.reason is Reason.RECIPIENT


def test_by_starttls_with_a_password_and_with_a_wrong_one(
    small: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(starttls=pem) as box:
        wire(small, box)
        admin = small.viewer("a.diallo")
        wanted = settings(box.port, security=Security.STARTTLS, user=USER)
        mail.change_mail(admin, wanted, "wrong")
        raised(small)
        assert send_waiting(small.store, NOW) == 0
        assert state(small).reason is Reason.PASSWORD
        mail.change_mail(admin, wanted, PASSWORD)
        # Changed settings are tried at once.
        assert send_waiting(small.store, NOW) == 1
        assert (told(box), box.signed_in) == (["t.one"], 1)
    assert shown(small, "t.one").state == "open"


def test_a_refused_certificate_is_a_failure_and_nothing_goes_in_clear(
    small: House, tmp_path: Path
) -> None:
    with serving(starttls=certificate(tmp_path)) as box:
        wire(small, box)
        mail.change_mail(
            small.viewer("a.diallo"), settings(box.port, security=Security.STARTTLS, user=USER),
            PASSWORD,
        )  # fmt: skip
        raised(small)
        for minutes in (0, 1, 6):
            assert send_waiting(small.store, NOW + timedelta(minutes=minutes)) == 0
        assert (box.messages, box.signed_in) == ([], 0)
        assert b"AUTH" not in box.in_clear
        assert b"MAIL" not in box.in_clear
        assert box.visits == 3
    found = state(small)
    assert found.reason is Reason.CERTIFICATE
    assert "nothing was sent" in found.to_do(str)[0]
