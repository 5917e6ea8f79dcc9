"""Which browser is this, and what is it like? The one place that reads Streamlit's context."""

from typing import Literal

import streamlit as st

from attachdash.web.guard import COOKIE, TOKEN


def browser_token() -> str:
    """The secret cookie of this browser, from the websocket's handshake; "" when there is none."""
    token = st.context.cookies.get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


def mode() -> Literal["light", "dark"]:
    """The colours the browser shows now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def phone() -> bool:
    """Whether this is a phone, by its own account."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
