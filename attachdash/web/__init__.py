"""Streamlit only: shell, guard, sign-in, and what every page shares."""

from attachdash.web.browser import mode, phone
from attachdash.web.look import card, chart, esc, header, plain, svg_image
from attachdash.web.navigation import go
from attachdash.web.who import (
    held_client,
    hold_client,
    let_client_go,
    sign_out,
    switch_role,
    viewer,
)

__all__ = [
    "card",
    "chart",
    "esc",
    "go",
    "header",
    "held_client",
    "hold_client",
    "let_client_go",
    "mode",
    "phone",
    "plain",
    "sign_out",
    "svg_image",
    "switch_role",
    "viewer",
]
