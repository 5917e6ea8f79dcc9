"""How does somebody get in? Streamlit-authenticator's form over our own check.

Of that library only the form is used: users, waiting times and sessions are the practice's own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.views import Authenticate

from attachdash.errors import Invalid
from attachdash.practice import entrance, passwords
from attachdash.practice.house import settings
from attachdash.practice.rights import Role, Viewer, Waits
from attachdash.web import browser, door, house, look, rows, who

Check = Callable[[str, str], bool]

# The same for every reason, so that nobody learns which names exist.
REFUSED = (
    "That name and password don't go together, or the account is waiting. "
    "Try again later or ask your administrator."
)
FORGOTTEN = "Forgotten your password? Ask your practice: it can’t be reset by mail."
FIELDS = {
    "Form name": "Sign in",
    "Username": "Sign-in name",
    "Password": "Password or one-time code",
    "Login": "Sign in",
}


_TICKET = "_ticket"


class _NoCookies:
    """Stands where the library would set a cookie of its own by a frame and script."""

    def get_cookie(self) -> None:
        """Nobody comes back by it."""

    def set_cookie(self) -> None:
        """Nothing is set."""

    def delete_cookie(self) -> None:
        """Nothing is there."""


class SignIn(Authenticate):  # type: ignore[misc]  # the library has no types
    """The library's form, asking `check` whether a name and a secret go together."""

    def __init__(self, check: Check) -> None:
        # No super().__init__: it would make the cookie's frame and load users.
        self.api_key = self.path = None
        self.secret_key = "unused"  # noqa: S105  # signs nothing: there is no cookie
        self.attrs = {"login_sleep_time": 0}
        self.cookie_controller = _NoCookies()
        self.authentication_controller = AuthenticationController(
            {"usernames": {}}, auto_hash=False
        )
        model: Any = self.authentication_controller.authentication_model

        def check_credentials(name: str, secret: str) -> bool:
            fits = check(name, secret)
            if fits:
                model.credentials["usernames"][name] = {"name": name, "email": "", "roles": []}
            return fits

        model.check_credentials = check_credentials


def sign_in_page() -> None:
    """The page of a browser where nobody is signed in."""
    welcome()
    if ticket := st.session_state.pop(_TICKET, None):
        _go_in(ticket)
        return
    # Left by a session that ended meanwhile; the library would then draw no form.
    if st.session_state.get("authentication_status"):
        del st.session_state["authentication_status"]
    with st.container(horizontal_alignment="center"), st.container(key="entry", width=400):
        SignIn(_check).login(key="sign_in", fields=FIELDS)
        status = st.session_state["authentication_status"]
        if status:
            st.rerun()
        if status is False:
            st.error(REFUSED)
        st.html(f'<div class="ad-meta">{FORGOTTEN}</div>')
    where_to_turn()


def where_to_turn() -> None:
    """Somebody in danger may stand before this door, and need not come in."""
    with st.container(horizontal_alignment="center"), st.container(key="turn", width=400):
        st.html(rows.where_to_turn(settings(who.present(touch=False))))


def _check(name: str, secret: str) -> bool:
    now = entrance.clock()
    entry = door.entry(browser.browser_token(), now)
    nobody = entrance.anonymous(house.store(), browser.browser_token(), now)
    fits = entrance.sign_in(nobody, name, secret, browser_token=entry.token) is not None
    if fits:
        st.session_state[_TICKET] = entry.ticket
    return fits


def _go_in(ticket: str) -> None:
    """Load the page anew, under the cookie that this sign-in is for."""
    address = f"/enter/{ticket}/{browser.page_name() or 'home'}"
    browser.load(address)
    with st.container(horizontal_alignment="center"):
        st.html(f'<a href="{look.esc(address)}" target="_self">You are in: go on</a>')


def welcome() -> None:
    """The wordmark and what this is."""
    st.html(
        f'<div class="ad-sign-in">{look.banner()}'
        "<p>How therapy is going, in pictures you can trust.</p></div>"
    )


@contextmanager
def waiting_room(waits: Waits, title: str) -> Iterator[Viewer]:
    """The one page of somebody let in who must do this before anything else."""
    welcome()
    viewer = who.present()
    if not viewer.signed_in or viewer.waits_for is not waits:
        st.rerun()
    with st.container(horizontal_alignment="center"), st.container(width=480):
        st.header(title, anchor=False)
        yield viewer
        st.button("Sign out", key="sign_out_instead", type="tertiary", on_click=who.sign_out)
    where_to_turn()


def password_page() -> None:
    """The only page of somebody let in by a one-time code, until they set a password."""
    with waiting_room(Waits.PASSWORD, "Set your own password") as viewer:
        st.html(
            f'<div class="ad-meta">Welcome, {look.esc(viewer.name)}. The code is used up.</div>'
        )
        password_form(viewer)


def password_form(viewer: Viewer) -> None:
    """Old (if there is one), new and repeated password; the rules in words; sets it."""
    least = passwords.least_length(
        is_client=set(viewer.roles) == {Role.CLIENT}, confirmed=viewer.has_second_factor
    )
    # On the account page a card stands around it.
    with st.form("set_password", border=viewer.must_change):
        st.write(
            f"At least {least} characters: four or five words in a row do well. "
            "No other rules, but passwords that strangers try first are refused."
        )
        old = None
        if not viewer.must_change:
            old = st.text_input(
                "Present password", type="password", autocomplete="current-password"
            )
        new = st.text_input("New password", type="password", autocomplete="new-password")
        again = st.text_input("New password again", type="password", autocomplete="new-password")
        pressed = st.form_submit_button("Set password", type="primary")
    if not pressed:
        return
    try:
        entrance.set_password(viewer, new, again, old)
    except Invalid as error:
        st.error(str(error))
        return
    if viewer.must_change:
        st.rerun()
    st.success("The password is changed, and you are signed out everywhere else.")
