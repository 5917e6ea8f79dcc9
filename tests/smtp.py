"""A mail server for tests: one thread, real sockets and TLS, and every fault that one can have."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "practice", "s3cret words"


@dataclass
class Mailbox:
    """A running server: what came in, and what it answers."""

    port: int = 0
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)  # from, to, all bytes
    in_clear: bytearray = field(default_factory=bytearray)  # what came before any encryption
    signed_in: int = 0
    visits: int = 0
    refuse: dict[str, bytes] = field(default_factory=dict)  # by verb, or by recipient
    drop_at: str = ""  # the verb at which it hangs up


@cache
def certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate and key of its own for a name, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return path


@contextmanager
def serving(
    *, starttls: Path | None = None, tls: Path | None = None, auth: bool = True, port: int = 0
) -> Iterator[Mailbox]:
    """A server on this machine; with a certificate it offers STARTTLS, or speaks TLS at once."""
    box, stop = Mailbox(), threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if pem := starttls or tls:
        context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", port)) as listening:
        box.port = listening.getsockname()[1]
        listening.settimeout(0.05)

        def run() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    line, _ = listening.accept()
                    box.visits += 1
                    line.settimeout(5)
                    visit = _Visit(box, line, context if starttls else None, auth)
                    with suppress(OSError, EOFError):
                        if tls:
                            visit.encrypt(context)
                        visit.talk()
                    visit.line.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            stop.set()
            thread.join()


class _Visit:
    """One client's visit."""

    def __init__(
        self, box: Mailbox, line: socket.socket, context: ssl.SSLContext | None, auth: bool
    ) -> None:
        self.box, self.line, self.context, self.auth = box, line, context, auth
        self.secret, self.left, self.sender, self.to = False, b"", "", list[str]()

    def encrypt(self, context: ssl.SSLContext) -> None:
        self.line = context.wrap_socket(self.line, server_side=True, do_handshake_on_connect=False)
        self.line.do_handshake()
        self.secret, self.left = True, b""

    def talk(self) -> None:
        self.say(b"220 ready")
        while True:
            said = self.read(b"\r\n")
            verb = said.split(b" ")[0].upper().decode()
            if verb == self.box.drop_at:
                return
            if verb in self.box.refuse:
                self.say(self.box.refuse[verb])
                continue
            if verb == "QUIT":
                self.say(b"221 bye")
                return
            getattr(self, f"on_{verb.lower()}", self.on_rset)(said)

    def on_ehlo(self, said: bytes) -> None:
        offers = [b"hello"]
        if self.context and not self.secret:
            offers.append(b"STARTTLS")
        if self.auth:
            offers.append(b"AUTH PLAIN LOGIN")
        for one in offers[:-1]:
            self.say(b"250-" + one)
        self.say(b"250 " + offers[-1])

    def on_starttls(self, said: bytes) -> None:
        if self.context is None:
            self.say(b"502 no")
            return
        self.say(b"220 go on")
        self.encrypt(self.context)

    def on_auth(self, said: bytes) -> None:
        expected = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        right = said == b"AUTH PLAIN " + expected
        self.box.signed_in += right
        self.say(b"235 come in" if right else b"535 no")

    def on_mail(self, said: bytes) -> None:
        self.sender, self.to = said.split(b"<")[1].split(b">")[0].decode(), []
        self.say(b"250 ok")

    def on_rcpt(self, said: bytes) -> None:
        to = said.split(b"<")[1].split(b">")[0].decode()
        if to in self.box.refuse:
            self.say(self.box.refuse[to])
            return
        self.to.append(to)
        self.say(b"250 ok")

    def on_data(self, said: bytes) -> None:
        self.say(b"354 go on")
        body = self.read(b"\r\n.\r\n")
        self.box.messages += [(self.sender, one, body) for one in self.to]
        self.say(b"250 taken")

    def on_rset(self, said: bytes) -> None:
        self.say(b"250 ok")

    def say(self, words: bytes) -> None:
        self.line.sendall(words + b"\r\n")

    def read(self, end: bytes) -> bytes:
        while end not in self.left:
            more = self.line.recv(4096)
            if not more:
                raise EOFError
            if not self.secret:
                self.box.in_clear += more
            self.left += more
        found, self.left = self.left.split(end, 1)
        return found
