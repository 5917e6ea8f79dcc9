"""Does a message reach the mail server encrypted, or not at all?"""

import platform
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from attachdash.errors import Invalid
from attachdash.practice import mail_server
from attachdash.practice.mail_server import (
    Reason,
    Security,
    Server,
    Unsent,
    checked_address,
    connected,
    letter,
    post,
)
from tests.smtp import PASSWORD, USER, Mailbox, certificate, serving

TO = "t.one@practice.example"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate of the test's server is one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return pem


@pytest.fixture
def started(trusted: Path) -> Iterator[Mailbox]:
    """A server that offers STARTTLS."""
    with serving(starttls=trusted) as box:
        yield box


def server(box: Mailbox, **changed: object) -> Server:
    usual = Server(
        host="localhost", port=box.port, security=Security.STARTTLS, user=USER, password=PASSWORD,
        sender="dash@practice.example",
    )  # fmt: skip
    return replace(usual, **changed)  # type: ignore[arg-type]


def send(to: Server) -> None:
    with connected(to) as line:
        post(line, to, TO, letter(to, TO, "Subject", "Body"))


def reason(to: Server) -> Reason:
    with pytest.raises(Unsent) as failed:
        send(to)
    return failed.value.reason


def test_a_message_is_handed_over_by_starttls(started: Mailbox) -> None:
    send(server(started))
    [(sender, to, body)] = started.messages
    assert (sender, to, started.signed_in) == ("dash@practice.example", TO, 1)
    assert b"Body" in body
    # Before the line was encrypted it said hello, and no name of this machine.
    assert bytes(started.in_clear) == b"ehlo [127.0.0.1]\r\nSTARTTLS\r\n"


def test_a_message_is_handed_over_by_tls(trusted: Path) -> None:
    with serving(tls=trusted) as box:
        send(server(box, security=Security.TLS))
        assert len(box.messages) == 1
        assert not box.in_clear


def test_without_encryption_it_goes_to_this_machine_only() -> None:
    with serving(auth=False) as box:
        send(server(box, security=Security.PLAIN, user=""))
        assert len(box.messages) == 1
        elsewhere = server(box, security=Security.PLAIN, host="smtp.example.org")
        assert reason(elsewhere) is Reason.NO_TLS


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("trust", [False, True])
def test_a_certificate_that_does_not_fit_is_refused_and_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: Security, trust: bool
) -> None:
    """One that nobody trusts, and one of another name that is trusted."""
    pem = certificate(tmp_path, "other.example" if trust else "localhost")
    if trust:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    tls = {"starttls": pem} if security is Security.STARTTLS else {"tls": pem}
    with serving(**tls) as box:
        assert reason(server(box, security=security)) is Reason.CERTIFICATE
        assert (box.messages, box.signed_in) == ([], 0)
        assert bytes(box.in_clear) in (b"", b"ehlo [127.0.0.1]\r\nSTARTTLS\r\n")


def test_a_server_without_starttls_gets_nothing(trusted: Path) -> None:
    with serving() as box:
        assert reason(server(box)) is Reason.NO_TLS
        assert bytes(box.in_clear) == b"ehlo [127.0.0.1]\r\n"
    with serving() as box:  # nor one that speaks no TLS where it should at once
        assert reason(server(box, security=Security.TLS)) in (Reason.NO_TLS, Reason.UNREACHABLE)
        assert (box.messages, box.signed_in) == ([], 0)


def test_old_kinds_of_tls_are_not_spoken() -> None:
    assert ssl.create_default_context().minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("refuse", "told", "one_address"),
    [
        ({"MAIL": b"550 not you"}, Reason.SENDER, False),
        ({"MAIL": b"421 busy"}, Reason.LATER, False),
        ({"MAIL": b"530 sign in first"}, Reason.PASSWORD, False),
        ({"AUTH": b"454 can't tell"}, Reason.LATER, False),
        ({"EHLO": b"500 what", "HELO": b"500 what"}, Reason.NO_TLS, False),
        ({"STARTTLS": b"454 not now"}, Reason.NO_TLS, False),
        ({TO: b"550 no such user"}, Reason.RECIPIENT, True),
        ({TO: b"450 come again"}, Reason.LATER, True),
        ({"DATA": b"554 no"}, Reason.RECIPIENT, True),
        ({"DATA": b"451 later"}, Reason.LATER, True),
    ],
)
def test_each_refusal_has_its_reason(
    started: Mailbox, refuse: dict[str, bytes], told: Reason, one_address: bool
) -> None:
    started.refuse = refuse
    with pytest.raises(Unsent) as failed:
        send(server(started))
    assert (failed.value.reason, failed.value.one_address) == (told, one_address)
    assert str(failed.value) == told.value
    assert not started.messages


@pytest.mark.parametrize("at", ["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_is_told_so(started: Mailbox, at: str) -> None:
    started.drop_at = at
    assert reason(server(started)) in (Reason.BROKEN, Reason.NO_TLS)


def test_a_wrong_password_and_one_that_is_lost(started: Mailbox) -> None:
    assert reason(server(started, password="wrong")) is Reason.PASSWORD
    assert reason(server(started, password=None)) is Reason.NO_PASSWORD
    assert not started.signed_in


def test_no_server_and_no_such_host(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as box:
        gone = server(box)
    assert reason(gone) is Reason.UNREACHABLE

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert reason(replace(gone, host="nowhere.invalid")) is Reason.UNREACHABLE


def test_a_server_that_says_nothing_is_not_waited_for(
    trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = Mailbox(port=silent.getsockname()[1])
        assert reason(server(box)) in (Reason.UNREACHABLE, Reason.BROKEN)


@pytest.mark.parametrize("part", [b"250-" + b"x" * 1000 + b"\r\n", b"250-x\r\n", b"2"])
def test_an_answer_without_end_is_not_read_to_the_end(
    part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As fast as can be, line by line, or letter by letter."""
    monkeypatch.setattr(mail_server, "TIMEOUT", 0.4)
    over = threading.Event()

    def answer(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.sendall(b"220 here\r\n")
            while not over.wait(0 if len(part) > 10 else 0.1):
                line.sendall(part)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer, args=(listening,), daemon=True).start()
        begun = time.monotonic()
        try:
            assert reason(server(Mailbox(port=listening.getsockname()[1]))) is Reason.BROKEN
        finally:
            over.set()
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example", "a@b.example\nX: y", "a@b.example,c@d.example",
        "A <a@b.example>", "a b@c.example", "a@b", "@b.example", "a@.example", "a@b..example",
        "ä@b.example", "a@b.example\x00", "a@b.example\u2028", "a" * 65 + "@b.example", "",
        "a@" + "b." * 130 + "example", "\ta@b.example", "a@-b.example",
        "=?utf-8?b?DQpCY2M6IGFAeC5leGFtcGxl?=@b.example", "=?utf-8?q?=0d=0a?=@b.example",
        "a..b@c.example", ".a@b.example", "a.@b.example",
    ],
)  # fmt: skip
def test_what_is_no_address_or_more_than_one_header_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        checked_address(address)
    with pytest.raises(Unsent) as told:
        letter(server(Mailbox()), address, "Subject", "Body")
    assert told.value.one_address
    with pytest.raises(Invalid):
        letter(server(Mailbox(), sender=address), TO, "Subject", "Body")


def test_a_message_says_nothing_of_this_machine_and_wants_no_answer() -> None:
    made = letter(server(Mailbox()), TO, "Subject", "Body")
    assert platform.node() not in made.as_string()
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["From"] == "AttachDash <dash@practice.example>"
    assert PASSWORD not in repr(server(Mailbox()))
    assert all(one.words for one in Reason)
