"""What happens after a form is sent? Errors in words with all kept; or done, said, and empty."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.web.look import plain

T = TypeVar("T")
_SAID = "_said"


def form_key(name: str) -> str:
    """The key of a form; another one once it was done, so that it is empty again."""
    return f"{name}_{st.session_state.get(f'_done_{name}', 0)}"


def attempt(work: Callable[[], T], done: str | Callable[[T], str], name: str = "") -> None:
    """Do it; then say `done` on the page drawn anew. What can't be done is said in its words."""
    try:
        result = work()
    except ForPeople as error:
        st.error(plain(error))
        return
    st.session_state[_SAID] = done if isinstance(done, str) else done(result)
    if name:
        st.session_state[f"_done_{name}"] = st.session_state.get(f"_done_{name}", 0) + 1
    st.rerun()


def say() -> None:
    """Show what was done just now, once."""
    # The place is there in any case: else all below moves up, and what stood open shuts.
    with st.container():
        if words := st.session_state.pop(_SAID, ""):
            st.success(plain(words))


def from_to(key: str, today: date) -> tuple[date, date | None]:
    """Two fields side by side: the first day, and the last one where it is known."""
    left, right = st.columns(2)
    first = left.date_input("From", value=today, format="DD/MM/YYYY", key=f"{key}_from")
    last = right.date_input("Last day, if known", value=None, format="DD/MM/YYYY", key=f"{key}_to")
    return first, last
