"""Who is here, and which client do they have before them?

Asked of the store by the browser's cookie on each run. Streamlit's session only remembers what
may be lost at a reload, and forgets it when somebody else is here.
"""

from datetime import timedelta

import streamlit as st

from attachdash.practice import entrance
from attachdash.practice.rights import Role, Viewer
from attachdash.web import browser, house, jobs, told

WATCH_EVERY = timedelta(seconds=60)  # how soon a page is cleared after its session ended
_WHO = "_who"
_HOME = "_go_home"
_CLIENT = "_client"


def present(*, touch: bool = True) -> Viewer:
    """Whoever is signed in on this browser now, or an anonymous Viewer.

    With touch=False being asked does not count as being used.
    """
    return entrance.viewer_of(house.store(), browser.browser_token(), entrance.clock(), touch=touch)


def again(known: Viewer) -> Viewer:
    """The same Viewer, now. Raises Refused where they are here no longer."""
    return entrance.still(known, entrance.clock())


def viewer() -> Viewer:
    """The signed-in Viewer of this page; when there is none any more, the sign-in page instead."""
    found = present()
    if not found.inside or has_changed(found):
        st.rerun()
    return found


def has_changed(found: Viewer) -> bool:
    """Whether this Streamlit session was begun by somebody else, in another role or browser."""
    return _WHO in st.session_state and st.session_state[_WHO] != _mark(found)


def settle(found: Viewer) -> None:
    """Begin anew, with nothing remembered, if somebody else was here before."""
    if has_changed(found):
        if st.session_state[_WHO][1]:
            told.forget(browser.browser_token())
        to_home = st.session_state.get(_HOME, False)
        st.session_state.clear()
        st.session_state[_HOME] = to_home
    st.session_state[_WHO] = _mark(found)


def _mark(found: Viewer) -> tuple[str, int, str]:
    return found.browser_hash, found.person_id, found.role.value


def sign_out() -> None:
    """End the session of this browser in all its tabs. Use it as `on_click`."""
    found = present(touch=False)
    if found.signed_in:
        entrance.sign_out(found)
        jobs.let_go(found)
    told.forget(browser.browser_token())
    st.session_state.clear()


def switch_role(role: Role) -> None:
    """Act in another of one's roles, from its first page on. Use it as `on_click`."""
    entrance.switch_role(present(), role)
    st.session_state[_HOME] = True


def wants_home() -> bool:
    """Whether the first page should be shown next; asking answers it."""
    return bool(st.session_state.pop(_HOME, False))


def hold_client(client_id: int) -> None:
    """Have this client before oneself, in this tab, until somebody else is here."""
    st.session_state[_CLIENT] = client_id


def held_client() -> int | None:
    """The client before this Viewer in this tab; None after a reload: offer a choice then."""
    held = st.session_state.get(_CLIENT)
    return held if isinstance(held, int) else None


def let_client_go() -> None:
    """Have no client before oneself."""
    st.session_state.pop(_CLIENT, None)
