"""A new cookie at each sign-in, so that who read the old one on this browser gets nothing by it.

A websocket can't set a cookie. Somebody who is let in therefore gets a ticket, which only their
own page holds; the browser brings it to the guard, which answers with the cookie that the session
was begun for. A ticket fits the browser it was made for, for half a minute.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from attachdash.web import house

VALID = timedelta(seconds=30)
_TICKET = re.compile(r"[A-Za-z0-9_-]{22}\.([0-9]{10,12})")


class Entry(NamedTuple):
    """What somebody who is let in gets."""

    ticket: str  # part of an address
    token: str  # the secret of the browser from then on


def entry(browser_token: str, now: datetime) -> Entry:
    """A ticket for this browser, and the secret that it will be worth."""
    until = int((now + VALID).replace(tzinfo=UTC).timestamp())
    ticket = f"{secrets.token_urlsafe(16)}.{until}"
    return Entry(ticket, _worth(ticket, browser_token))


def redeemed(ticket: str, browser_token: str, now: datetime) -> str | None:
    """The secret that a ticket is worth on this browser; None where it is none, or too old."""
    found = _TICKET.fullmatch(ticket)
    if found is None or now.replace(tzinfo=UTC).timestamp() > int(found[1]):
        return None
    return _worth(ticket, browser_token)


def _worth(ticket: str, browser_token: str) -> str:
    # Of another browser's cookie it is worth something else, which opens nothing.
    key = hmac.digest(house.store().audit_key, b"cookies", hashlib.sha256)
    secret = hmac.digest(key, f"{ticket} {browser_token}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
