"""What may reach Streamlit at all? Asked of each request and websocket, before Streamlit sees it.

A session id is no secret and a file's address is only a hash, so neither opens anything by itself:
every browser carries a random cookie that no script can read, and is held to it.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from attachdash.practice import entrance
from attachdash.practice.house import settings
from attachdash.web import door, house, navigation, told

COOKIE = "__Host-ad"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# All that a browser needs of Streamlit's own addresses; metrics, agents and the rest are not there.
CORE = frozenset({"health", "host-config", "stream", "upload_file"})
GONE = frozenset({"auth", "component", "oauth2callback"})
FIRST_MESSAGES = 3
AROUND = 100_000  # bytes that a form puts around the file it sends

AGAIN = HTMLResponse(
    '<!doctype html><title>AttachDash</title><meta http-equiv="refresh" content="0">'
)
WRONG_HOST = (
    "This server does not answer under that name. "
    "An administrator can add the name to ATTACHDASH_HOSTS.\n"
)


@cache
def content_policy() -> str:
    """The Content-Security-Policy: our own files, and Streamlit's one inline script by its hash."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'; object-src 'none'"
    )


def browser_token_of(headers: Headers) -> str:
    """The secret of the browser that sent these headers, or "" for none or a malformed one."""
    token = cookie_parser("; ".join(headers.getlist("cookie"))).get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


class Guard:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None = None) -> None:
        self.app = app
        self.hosts = frozenset(hosts) if hosts is not None else house.hosts()
        self.policy = content_policy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _knows_host(self, headers: Headers) -> bool:
        named = headers.getlist("host")
        try:
            return len(named) == 1 and urlsplit(f"//{named[0]}").hostname in self.hosts
        except ValueError:
            return False

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        token = browser_token_of(headers)
        parts = scope["path"].split("/")[1:]
        answer = self._refusal(headers, token, parts)
        no_store = parts[0] == "media" or parts[:2] == ["_stcore", "upload_file"]

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), token, answer, no_store)
            await send(message)

        await (answer or self.app)(scope, receive, dressed)

    def _refusal(self, headers: Headers, token: str, parts: list[str]) -> Response | None:
        """The answer that Streamlit is spared, or None."""
        if not self._knows_host(headers):
            return PlainTextResponse(WRONG_HOST, 400)
        refused = PlainTextResponse("Forbidden\n", 403)
        missing = PlainTextResponse("Not Found\n", 404)
        match parts:
            case ["_stcore", "upload_file", *rest]:
                if not _may_ask(token, "/".join(rest)):
                    return refused
                return None if _fits(headers) else PlainTextResponse("Too Large\n", 413)
            case ["_stcore", "stream", *_] if not token:
                return refused
            case ["_stcore", name, *_] if name not in CORE:
                return missing
            case ["media", name]:
                return None if _may_ask(token, name.split(".")[0]) else refused
            case ["enter", ticket, page]:
                return _entered(token, ticket, page)
            case ["_stcore" | "static", *_]:
                return None
            case [first, *_] if first in GONE or "_stcore" in parts:
                # The browser probes /client/_stcore/… after a deep link and expects to miss.
                return missing
            case [_, _, *_]:
                # /pages/client.py would be a blank page.
                return RedirectResponse("/", 303)
            case [home] if home in navigation.HOMES:
                return RedirectResponse("/", 303)
        if not token and headers.get("sec-fetch-site") == "cross-site":
            # A link from elsewhere comes without the strict cookie. A fresh one would sign this
            # browser out in every tab; asked again from here, it brings the one it has.
            return AGAIN if headers.get("sec-fetch-dest") == "document" else None
        return None

    def _dress(
        self, headers: MutableHeaders, token: str, answer: Response | None, no_store: bool
    ) -> None:
        headers["content-security-policy"] = self.policy
        headers["x-content-type-options"] = "nosniff"
        headers["x-frame-options"] = "DENY"
        headers["referrer-policy"] = "no-referrer"
        headers["cross-origin-opener-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
        if no_store:
            headers["cache-control"] = "no-store"
        is_page = answer is None and headers.get("content-type", "").startswith("text/html")
        if is_page and not token:
            headers.append("set-cookie", _cookie(secrets.token_urlsafe(32)))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        token = browser_token_of(headers)
        host = headers.get("host", "")
        here = headers.get("origin", "") in {f"http://{host}", f"https://{host}"}
        if not (
            token and here and self._knows_host(headers) and scope["path"] == "/_stcore/stream"
        ):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        sent = 0

        async def listening(message: Message) -> None:
            nonlocal sent
            if message["type"] == "websocket.send" and message.get("bytes"):
                sent += 1
                told.remember(token, message["bytes"], first=sent <= FIRST_MESSAGES)
            await send(message)

        await self.app(_without_strange_session(scope, headers, token), receive, listening)


def _cookie(token: str) -> str:
    return f"{COOKIE}={token}; Path=/; HttpOnly; Secure; SameSite=Strict"


def _may_ask(token: str, name: str) -> bool:
    """Whether this browser was told the file, and somebody is still signed in on it."""
    return bool(token) and told.was_told(token, name) and is_signed_in(token)


def _fits(headers: Headers) -> bool:
    """Whether a body is as small as uploads may be; one that doesn't say is not."""
    if "transfer-encoding" in headers:
        return False
    length = headers.get("content-length", "0")
    return length.isdecimal() and int(length) <= largest_upload() + AROUND


def largest_upload() -> int:
    """Bytes of the largest file that the practice's settings let in."""
    nobody = entrance.viewer_of(house.store(), "", entrance.clock(), touch=False)
    return settings(nobody).largest_upload * 2**20


def is_signed_in(token: str) -> bool:
    """Whether anybody is signed in, to the end, on the browser with this secret."""
    return entrance.viewer_of(house.store(), token, entrance.clock(), touch=False).inside


def _entered(token: str, ticket: str, page: str) -> Response:
    """On to the page, with the cookie that the ticket is worth on this browser."""
    known = page in {entry.url_path for entry in navigation.PAGES} - navigation.HOMES
    answer = RedirectResponse(f"/{page}" if known else "/", 303)
    if token and (worth := door.redeemed(ticket, token, entrance.clock())):
        told.forget(token)
        answer.headers["set-cookie"] = _cookie(worth)
    return answer


def _without_strange_session(scope: Scope, headers: Headers, token: str) -> Scope:
    """The scope, asking to resume a session only if this very browser was told of it."""
    protocols = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    if len(protocols) < 3 or told.was_told(token, protocols[2]):
        return scope
    changed = MutableHeaders(raw=list(scope["headers"]))
    changed["sec-websocket-protocol"] = ", ".join(protocols[:2])
    return {**scope, "headers": changed.raw, "subprotocols": protocols[:2]}
