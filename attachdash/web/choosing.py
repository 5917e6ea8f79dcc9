"""How does one find somebody in a long list? A filter, a find box, and twenty at a time."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from attachdash.web import browser, look

T = TypeVar("T")
AT_ONCE = 20


def found(key: str, lists: dict[str, list[T]], words: Callable[[T], str]) -> list[T]:
    """Those of the list chosen whose words hold what was typed; draws the filter and find box."""
    afresh = partial(st.session_state.pop, f"{key}_most", None)
    first = next(iter(lists))
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            "Show", list(lists), default=first, required=True, wrap=True, key=f"{key}_shown",
            format_func=lambda one: f"{one} {len(lists.get(one, ()))}",
            label_visibility="collapsed", on_change=afresh,
        )  # fmt: skip
        sought = st.text_input(
            "Find code or name", placeholder="Find code or name", width=220, key=f"{key}_find",
            label_visibility="collapsed", on_change=afresh,
        )  # fmt: skip
    wanted = sought.strip().casefold()
    return [one for one in lists.get(kind or first, []) if wanted in words(one).casefold()]


def in_parts(
    key: str, rows: list[T], draw: Callable[[T], None], at_first: int = AT_ONCE
) -> None:  # fmt: skip
    """Draw the first rows, and more of them when asked."""
    most = st.session_state.get(f"{key}_most", at_first)
    with st.container(gap=None):
        for one in rows[:most]:
            draw(one)
    if not rows:
        st.write("Nobody fits. Choose another list, or empty the find box.")
    if len(rows) > most:
        st.caption(f"{most} of {len(rows)}")
        st.button(
            f"Show {min(AT_ONCE, len(rows) - most)} more", key=f"{key}_more",
            on_click=lambda: st.session_state.update({f"{key}_most": most + AT_ONCE}),
        )  # fmt: skip


def row(key: str, name: str, rest: str, choose: Callable[[], None], mark: str = "") -> None:
    """One of them: the name opens; beside it, on a phone below, `mark` in bold and `rest`.

    All three are plain text.
    """
    with st.container(key=f"line-{key}", gap=None):
        left, right = (
            (st.container(), st.container())
            if browser.phone()
            else st.columns([2, 5], gap="small", vertical_alignment="center")
        )
    left.button(look.plain(name), key=key, type="tertiary", on_click=choose)
    bold = f"<b>{look.esc(mark)}</b> · " if mark else ""
    right.html(f'<div class="ad-meta ad-line">{bold}{look.esc(rest)}</div>')
