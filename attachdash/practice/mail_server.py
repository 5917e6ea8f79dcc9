"""The practice's mail server: what it is reached by, and how a message is handed to it.

Nothing ever goes out in clear: a certificate that doesn't fit, or a server without encryption, is a
failure. What a server answers may hold addresses, so that only the kind of a failure leaves here.
"""

import re
import secrets
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from enum import StrEnum

from attachdash.errors import Invalid

TIMEOUT = 15.0  # seconds that a server may take for an answer
MOST_LINES = 100  # of one answer
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
# No name of this machine, which would be a look into the practice's network.
OWN_NAME = "[127.0.0.1]"
WANTS_SIGN_IN = 530  # RFC 4954, 6
# Words with dots between them. "=?" would begin an encoded word, which is read as what it stands
# for: a line break, say.
ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)(?!.*=\?)"
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:localhost|(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
LONGEST_ADDRESS = 254


class Security(StrEnum):
    """How the line to the server is kept secret."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"  # to this very machine only


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.PLAIN: 25}


class Reason(StrEnum):
    """Why a message could not be handed over; the value is what the store and the log hold."""

    UNREACHABLE = "not reached"
    CERTIFICATE = "certificate refused"
    NO_TLS = "no encryption"
    PASSWORD = "password refused"  # noqa: S105
    NO_PASSWORD = "no password"  # noqa: S105
    SENDER = "sender refused"
    RECIPIENT = "address refused"
    LATER = "asked to wait"
    BROKEN = "broken off"
    UNFINISHED = "not finished"

    @property
    def words(self) -> str:
        """What happened and what to do about it."""
        return _WORDS[self]


_WORDS = {
    Reason.UNREACHABLE: "The mail server can’t be reached: check its name, the port, and whether "
    "this machine may go out to it.",
    Reason.CERTIFICATE: "The mail server’s certificate was refused, and nothing was sent: give the "
    "name that stands in the certificate, or have it renewed.",
    Reason.NO_TLS: "The mail server offered no encryption that fits, and nothing was sent: choose "
    "the other kind of TLS with its port.",
    Reason.PASSWORD: "The mail server refused user or password, or wants them: type both again.",
    Reason.NO_PASSWORD: "The password of the mail server can’t be opened here: type it again.",
    Reason.SENDER: "The mail server refused the sender’s address: give one that it may send for.",
    Reason.RECIPIENT: "The mail server refused the address: correct it, or ask whoever runs the "
    "server whether it passes mail on there.",
    Reason.LATER: "The mail server asked to try again later; that happens by itself.",
    Reason.BROKEN: "The mail server broke off; it is tried again by itself. If it goes on, ask "
    "whoever runs it.",
    Reason.UNFINISHED: "A try came to no end; it is made again by itself. If it goes on, the log "
    "says where it stopped.",
}


class Unsent(Exception):
    """A message was not handed over."""

    def __init__(self, reason: Reason, *, one_address: bool = False) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.one_address = one_address  # others may still be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, and how one signs in to it; without a user nobody does."""

    host: str
    port: int
    security: Security
    user: str
    sender: str
    password: str | None = field(default=None, repr=False)


def checked_address(text: str) -> str:
    """A mail address as it may stand in a header. Raises Invalid for anything else."""
    address = text.strip(" ")
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise Invalid("That is no mail address that can be written to, such as name@example.org.")
    return address


def letter(server: Server, to: str, subject: str, body: str) -> EmailMessage:
    """A message in plain ASCII. Raises Invalid where the sender's address would be more than one
    header, Unsent where that of whom it is to would."""
    made = EmailMessage(policy=SMTP)
    made["From"] = f"AttachDash <{checked_address(server.sender)}>"
    try:
        made["To"] = checked_address(to)
    except (Invalid, ValueError) as error:
        raise Unsent(Reason.RECIPIENT, one_address=True) from error
    made["Subject"] = subject
    made["Date"] = formatdate()
    # Python's own would hold this machine's name, the process and the time.
    made["Message-ID"] = f"<{secrets.token_hex(16)}@{server.sender.rpartition('@')[2]}>"
    # So that nothing answers by itself.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(body, cte="7bit")
    return made


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A line to the server, encrypted, signed in, and allowed to send. Raises Unsent."""
    if server.security is Security.PLAIN and server.host not in LOCAL:
        raise Unsent(Reason.NO_TLS)
    if server.user and server.password is None:
        raise Unsent(Reason.NO_PASSWORD)
    line = _opened(server)
    try:
        with _told_by_kind():
            _signed_in(line, server)
            code, _ = line.mail(server.sender)
            if code == WANTS_SIGN_IN:
                raise Unsent(Reason.PASSWORD)
            if code != 250:
                raise Unsent(_later(code, Reason.SENDER))
            line.rset()
        yield line
        with suppress(smtplib.SMTPException, OSError):
            line.quit()
    finally:
        line.close()


def post(line: smtplib.SMTP, server: Server, to: str, message: EmailMessage) -> None:
    """Hand a message over. Raises Unsent; `one_address` where the line is still of use."""
    with _told_by_kind():
        line.send_message(message, from_addr=server.sender, to_addrs=[to])


class _Answer:
    """What a server answers, read up to an end: else whoever stands before the encryption could
    have this go on for ever, or fill the memory."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._held = sock, b""
        self.begin()

    def begin(self) -> None:
        """Another answer comes."""
        self._lines, self._until = 0, time.monotonic() + TIMEOUT

    def readline(self, most: int) -> bytes:
        self._lines += 1
        if self._lines > MOST_LINES:
            raise OSError("an answer without end")
        while b"\n" not in self._held and len(self._held) < most:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            if not (more := self._sock.recv(most)):
                break
            self._held += more
        self._sock.settimeout(TIMEOUT)
        end = min(self._held.find(b"\n") + 1 or most, most)
        line, self._held = self._held[:end], self._held[end:]
        return line

    def close(self) -> None:
        """Nothing: the line closes what it reads from."""


class _Line(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.file = self.file or _Answer(self.sock)
            self.file.begin()
        return super().getreply()


class _TlsLine(_Line, smtplib.SMTP_SSL):
    pass


def _opened(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    with _told_by_kind():
        if server.security is Security.TLS:
            return _TlsLine(
                server.host, server.port, local_hostname=OWN_NAME, timeout=TIMEOUT,
                context=context,
            )  # fmt: skip
        line = _Line(server.host, server.port, local_hostname=OWN_NAME, timeout=TIMEOUT)
        if server.security is Security.STARTTLS:
            try:
                line.starttls(context=context)
            except BaseException as error:
                line.close()
                if isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPNotSupportedError):
                    raise Unsent(Reason.NO_TLS) from error
                raise
        return line


def _signed_in(line: smtplib.SMTP, server: Server) -> None:
    if not server.user:
        line.ehlo_or_helo_if_needed()
        return
    try:
        line.login(server.user, server.password or "")
    except smtplib.SMTPNotSupportedError as error:
        raise Unsent(Reason.PASSWORD) from error
    except smtplib.SMTPAuthenticationError as error:
        raise Unsent(_later(error.smtp_code, Reason.PASSWORD)) from error


@contextmanager
def _told_by_kind() -> Iterator[None]:
    """What goes wrong inside becomes Unsent."""
    try:
        yield
    # The library's own errors are OSErrors too, as are those of TLS.
    except (OSError, UnicodeError) as error:
        raise _unsent(error) from error


def _unsent(error: Exception) -> Unsent:
    match error:
        case ssl.SSLCertVerificationError():
            return Unsent(Reason.CERTIFICATE)
        case ssl.SSLError():
            return Unsent(Reason.NO_TLS)
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            codes = [int(code) for code, _ in refused.values()]
            return Unsent(_later(max(codes), Reason.RECIPIENT), one_address=True)
        case smtplib.SMTPDataError(smtp_code=code):
            return Unsent(_later(code, Reason.RECIPIENT), one_address=True)
        case smtplib.SMTPSenderRefused(smtp_code=code):
            return Unsent(_later(code, Reason.SENDER))
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPConnectError):
            return Unsent(Reason.BROKEN)
        case UnicodeError():
            return Unsent(Reason.BROKEN)
    return Unsent(Reason.UNREACHABLE)


def _later(code: int, refused: Reason) -> Reason:
    """What an answer of the server means: only from 500 on it is meant for good."""
    return Reason.LATER if code < 500 else refused
