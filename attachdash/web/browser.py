"""Which browser is this, and what is it like? The one place that reads Streamlit's context."""

from typing import Literal
from urllib.parse import urlsplit

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from attachdash.web.guard import COOKIE, TOKEN


def browser_token() -> str:
    """The secret cookie of this browser, from the websocket's handshake; "" when there is none."""
    token = st.context.cookies.get(COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""


def page_name() -> str:
    """The page that the browser's address names; "" for the first one."""
    return urlsplit(st.context.url or "").path.strip("/")


def load(address: str) -> None:
    """Have the browser load an address of ours, as Streamlit's own sign-in does."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = address
        context.enqueue(message)


def mode() -> Literal["light", "dark"]:
    """The colours the browser shows now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def phone() -> bool:
    """Whether this is a phone, by its own account."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
