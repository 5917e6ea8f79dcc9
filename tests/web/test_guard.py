"""What may reach Streamlit at all? The guard alone, with a stand-in for Streamlit behind it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from attachdash.practice.entrance import clock
from attachdash.web import door, guard, house, told
from attachdash.web.guard import COOKIE, Guard, content_policy
from tests.apart import apart

MINE, THEIRS = "m" * 43, "t" * 43
FILE = "0123456789abcdef" * 2
SESSION = "11111111-2222-4333-8444-555555555555"
UPLOAD = f"{SESSION}/66666666-7777-4888-9999-aaaaaaaaaaaa"


def began(page: str = "", session: str = SESSION) -> bytes:
    """How a session begins: with its id, and the page that the browser asked for."""
    message = ForwardMsg()
    message.new_session.initialize.session_id = session
    message.new_session.name = page
    return message.SerializeToString()


def offered(file: str, label: str = "Save") -> bytes:
    """A button that saves a file."""
    message = ForwardMsg()
    message.delta.new_element.download_button.url = f"/media/{file}.csv"
    message.delta.new_element.download_button.label = label
    return message.SerializeToString()


def upload_to(place: str) -> bytes:
    """Where a file may be sent."""
    message = ForwardMsg()
    one = message.file_urls_response.file_urls.add()
    one.upload_url = f"/_stcore/upload_file/{place}"
    return message.SerializeToString()


class Behind:
    """Stands for Streamlit: answers a page, tells a file, keeps what reached it."""

    def __init__(self) -> None:
        self.reached: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            for message in (began(), offered(FILE), upload_to(UPLOAD)):
                await send({"type": "websocket.send", "bytes": message})
            return
        kind = b"text/html; charset=utf-8" if scope["path"] in {"/", "/client"} else b"text/plain"
        headers = [(b"content-type", kind), (b"cache-control", b"public")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"behind"})


class Asker:
    """Asks the guard as a browser would."""

    def __init__(self) -> None:
        self.behind = Behind()
        self.guard = Guard(self.behind, hosts={"127.0.0.1", "practice.example", "::1"})

    def _ask(self, kind: str, path: str, cookie: str, headers: dict[str, str]) -> list[Message]:
        named = {"host": "127.0.0.1:8501", **headers}
        if cookie:
            named["cookie"] = f"theme=x; {COOKIE}={cookie}"
        scope = {
            "type": kind,
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        apart(lambda: self.guard(scope, receive, send))
        return sent

    def get(self, path: str, cookie: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of a request; `sec_fetch_site=` becomes that header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        start, *bodies = self._ask("http", path, cookie, named)
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], found, b"".join(one.get("body", b"") for one in bodies).decode()

    def connect(self, cookie: str, path: str = "/_stcore/stream", **headers: str) -> list[str]:
        """The kinds of message that came back on a websocket."""
        named = {"origin": "http://127.0.0.1:8501", **headers}
        named = {name.replace("_", "-"): value for name, value in named.items() if value}
        return [one["type"] for one in self._ask("websocket", path, cookie, named)]


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asker]:
    monkeypatch.setattr(guard, "is_signed_in", lambda token: True)
    monkeypatch.setattr(guard, "largest_upload", lambda: 10 * 2**20)
    yield Asker()
    for token in (MINE, THEIRS):
        told.forget(token)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_stcore/stream", 403),
        (f"/_stcore/upload_file/{UPLOAD}", 403),
        (f"/media/{FILE}.csv", 403),
        ("/_stcore/metrics", 404),
        ("/_stcore/agent", 404),
        ("/_stcore/agent/runs", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/anything-new", 404),
        ("/component/x/index.html", 404),
        ("/auth/login", 404),
        ("/oauth2callback", 404),
        ("/client/_stcore/health", 404),
        ("/pages/client.py", 303),
        ("/client/", 303),
        ("/media/deep/file", 303),
    ],
)
def test_without_a_cookie_nothing_but_the_page_is_reached(
    asker: Asker, path: str, status: int
) -> None:
    got, headers, _ = asker.get(path)
    assert got == status
    assert not asker.behind.reached
    assert "set-cookie" not in headers
    assert headers["content-security-policy"] == content_policy()


@pytest.mark.parametrize("path", ["/", "/client"])
def test_a_page_gives_each_browser_a_cookie_of_its_own(asker: Asker, path: str) -> None:
    cookies = {asker.get(path)[1]["set-cookie"] for _ in range(3)}
    assert len(cookies) == 3
    for cookie in cookies:
        assert re.fullmatch(
            r"__Host-ad=[\w-]{43}; Path=/; HttpOnly; Secure; SameSite=Strict", cookie
        )


@pytest.mark.parametrize("path", ["/caseload", "/progress", "/people"])
@pytest.mark.parametrize("cookie", ["", MINE])
def test_the_address_of_a_home_leads_to_the_home(asker: Asker, path: str, cookie: str) -> None:
    status, headers, _ = asker.get(path, cookie)
    assert (status, headers["location"]) == (303, "/")
    assert "set-cookie" not in headers
    assert not asker.behind.reached


def test_a_browser_with_a_cookie_keeps_it(asker: Asker) -> None:
    assert "set-cookie" not in asker.get("/", MINE)[1]


@pytest.mark.parametrize("cookie", ["short", "m" * 42 + "!", "m" * 44])
def test_a_malformed_cookie_is_none(asker: Asker, cookie: str) -> None:
    assert "set-cookie" in asker.get("/", cookie)[1]
    assert asker.connect(cookie) == ["websocket.close"]


@pytest.mark.parametrize("path", ["/", "/static/x.js", "/pages/x.py", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(asker: Asker, path: str) -> None:
    headers = asker.get(path, MINE)[1]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_policy_allows_the_inline_script_by_its_hash_and_no_other() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    script_rule = re.search(r"script-src ([^;]*);", content_policy())
    assert script_rule is not None
    assert script_rule[1] == f"'self' 'sha256-{digest}'"
    assert "unsafe-eval" not in content_policy()
    assert content_policy().startswith("default-src 'none'")


def test_a_link_from_another_site_is_asked_again_and_signs_nobody_out(asker: Asker) -> None:
    status, headers, body = asker.get("/", sec_fetch_site="cross-site", sec_fetch_dest="document")
    assert (status, "set-cookie" in headers) == (200, False)
    assert 'http-equiv="refresh"' in body
    assert not asker.behind.reached


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "practice.example@evil.example", "", "["]
)
def test_a_strange_host_is_refused(asker: Asker, host: str) -> None:
    status, _, body = asker.get("/", MINE, host=host)
    assert status == 400
    assert "ATTACHDASH_HOSTS" in body
    assert not asker.behind.reached
    assert asker.connect(MINE, host=host, origin=f"http://{host}") == ["websocket.close"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "PRACTICE.example", "[::1]:8501"])
def test_a_known_host_is_answered_on_any_port(asker: Asker, host: str) -> None:
    assert asker.get("/", MINE, host=host)[0] == 200


@pytest.mark.parametrize(
    ("cookie", "path", "origin"),
    [
        ("", "/_stcore/stream", "http://127.0.0.1:8501"),  # no cookie
        (MINE, "/_stcore/stream", "http://evil.example"),  # from another site
        (MINE, "/_stcore/stream", "http://127.0.0.1:9999"),  # from another port
        (MINE, "/_stcore/stream", ""),  # from no page at all
        (MINE, "/_stcore/other", "http://127.0.0.1:8501"),
    ],
)
def test_a_strange_websocket_is_closed_unopened(
    asker: Asker, cookie: str, path: str, origin: str
) -> None:
    assert asker.connect(cookie, path, origin=origin) == ["websocket.close"]
    assert not asker.behind.reached


def test_a_file_is_given_to_the_browser_that_was_told_of_it_only(asker: Asker) -> None:
    assert asker.get(f"/media/{FILE}.csv", MINE)[0] == 403
    assert asker.connect(MINE)[0] == "websocket.accept"
    status, headers, _ = asker.get(f"/media/{FILE}.csv", MINE)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert asker.get(f"/media/{FILE}.csv", THEIRS)[0] == 403
    told.forget(MINE)  # as at sign-out
    assert asker.get(f"/media/{FILE}.csv", MINE)[0] == 403


def test_a_file_is_taken_from_the_browser_that_was_told_where_to_only(asker: Asker) -> None:
    asker.connect(MINE)
    assert asker.get(f"/_stcore/upload_file/{UPLOAD}", MINE)[0] == 200
    assert asker.get(f"/_stcore/upload_file/{UPLOAD}", THEIRS)[0] == 403
    assert asker.get(f"/_stcore/upload_file/{SESSION}/other", MINE)[0] == 403


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"content_length": f"{10 * 2**20 + 100_000}"}, 200),
        ({"content_length": f"{10 * 2**20 + 100_001}"}, 413),
        ({"transfer_encoding": "chunked"}, 413),
        ({"transfer_encoding": "chunked", "content_length": "5"}, 413),
        ({"content_length": "-1"}, 413),
    ],
)
def test_no_larger_file_is_taken_than_the_settings_say(
    asker: Asker, said: dict[str, str], status: int
) -> None:
    asker.connect(MINE)
    assert asker.get(f"/_stcore/upload_file/{UPLOAD}", MINE, **said)[0] == status


@pytest.mark.parametrize(("cookie", "resumed"), [(MINE, True), (THEIRS, False)])
def test_a_stolen_session_id_resumes_nothing(asker: Asker, cookie: str, resumed: bool) -> None:
    asker.connect(MINE)
    asker.connect(cookie, sec_websocket_protocol=f"streamlit, x, {SESSION}")
    headers: Any = dict(asker.behind.reached[-1]["headers"])
    assert (SESSION.encode() in headers[b"sec-websocket-protocol"]) is resumed


def test_what_a_browser_says_itself_opens_nothing() -> None:
    """A message repeats the page asked for and what people wrote; neither is the server's word."""
    said = ForwardMsg()
    said.delta.new_element.markdown.body = f"/media/{FILE}.csv /_stcore/upload_file/{UPLOAD}"
    for message in (
        began(page=f"/media/{FILE}", session=UPLOAD[-36:]),
        began(page=SESSION, session=UPLOAD[-36:]),
        offered("f" * 32, label=f"/media/{FILE}.csv"),
        said.SerializeToString(),
        b"\xff no message at all /media/" + FILE.encode(),
    ):
        told.remember(MINE, message, first=True)
    assert not told.was_told(MINE, FILE)
    assert not told.was_told(MINE, UPLOAD)
    assert not told.was_told(MINE, SESSION)
    assert told.was_told(MINE, "f" * 32)
    assert told.was_told(MINE, UPLOAD[-36:])
    told.forget(MINE)


def test_after_a_session_ended_its_files_are_gone(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker.connect(MINE)
    assert asker.get(f"/media/{FILE}.csv", MINE)[0] == 200
    monkeypatch.setattr(guard, "is_signed_in", lambda token: False)
    assert asker.get(f"/media/{FILE}.csv", MINE)[0] == 403
    assert asker.get(f"/_stcore/upload_file/{UPLOAD}", MINE)[0] == 403


class _Key:
    audit_key = b"k" * 32


def _cookie_of(headers: dict[str, str]) -> str:
    return headers.get("set-cookie", "").partition("=")[2].partition(";")[0]


def test_who_is_let_in_gets_a_new_cookie_and_nobody_else_does(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "store", _Key)
    entry = door.entry(MINE, clock())
    status, headers, _ = asker.get(f"/enter/{entry.ticket}/account", MINE)
    assert (status, headers["location"]) == (303, "/account")
    assert _cookie_of(headers) == entry.token != MINE
    assert "HttpOnly; Secure; SameSite=Strict" in headers["set-cookie"]
    # Somebody who saw the address but sits at another browser gets a cookie that opens nothing.
    other = _cookie_of(asker.get(f"/enter/{entry.ticket}/account", THEIRS)[1])
    assert other not in ("", entry.token)
    assert not _cookie_of(asker.get(f"/enter/{entry.ticket}/account")[1])
    late = door.entry(MINE, clock() - 2 * door.VALID).ticket
    for ticket in (late, "x", "x" * 22 + ".99999999999999", entry.ticket.replace(".", ".1")):
        assert _cookie_of(asker.get(f"/enter/{ticket}/account", MINE)[1]) != entry.token
    assert not asker.behind.reached


@pytest.mark.parametrize("page", ["home", "caseload", "evil.example", "..", "//evil.example"])
def test_the_way_in_leads_to_pages_of_ours_only(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(house, "store", _Key)
    ticket = door.entry(MINE, clock()).ticket
    assert asker.get(f"/enter/{ticket}/{page}", MINE)[1]["location"] == "/"


def test_what_was_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MOST_NAMES", 2)
    names = [f"{number:032x}" for number in range(3)]
    for name in names:
        told.remember(MINE, offered(name))
    assert [told.was_told(MINE, name) for name in names] == [False, True, True]
    told.forget(MINE)
