"""Confirming a sign-in, and setting a second factor up: the pages before all others, and a card."""

from collections.abc import Callable
from functools import partial

import segno
import streamlit as st

from attachdash.errors import ForPeople
from attachdash.practice import house, second_factor
from attachdash.practice.rights import Role, Viewer, Waits
from attachdash.web import forms, look, tables
from attachdash.web.signin import waiting_room

_BEGUN = "_second_factor_begun"
_CODES = "_recovery_codes"
WRONG = (
    "That code doesn't fit, was used already, or the account is waiting. Wait for the app's next "
    "code and try that."
)
CODE_FIELD = "Code from the app, or a recovery code"


def confirm_page() -> None:
    """The only page of somebody with a second factor, until they gave a code of it."""
    with waiting_room(Waits.CODE, "Your second factor") as viewer:
        with st.form("second_factor"):
            code = st.text_input(CODE_FIELD, autocomplete="one-time-code")
            if st.form_submit_button("Go on", type="primary"):
                if second_factor.confirm(viewer, code):
                    st.rerun()
                st.error(WRONG)
        st.html(
            '<div class="ad-meta">The phone is gone, and the recovery codes too? An administrator '
            "of your practice can reset the second factor.</div>"
        )


def enrol_page() -> None:
    """The only page of an administrator without a second factor where the practice wants one."""
    with waiting_room(Waits.ENROLMENT, "Set up a second factor") as viewer:
        st.write(
            "Whoever finds out an administrator’s password could give themself every right. So "
            "your practice asks for a code from your phone as well."
        )
        _set_up(viewer)
        if viewer.role is Role.ADMINISTRATOR:
            with st.expander("Your practice goes without?"):
                st.write(
                    "You can decline for all administrators; it is written down who did. "
                    "*Settings* take it back."
                )
                # No callback: it would run before it is asked who is here.
                if st.button("Decline for this practice"):
                    house.require_second_factor(viewer, required=False)
                    st.rerun()


def shows_codes() -> bool:
    """Whether recovery codes were made that nobody has said to have kept."""
    return _CODES in st.session_state


def recovery_page() -> None:
    """The codes just made, until they are kept."""
    with waiting_room(Waits.NOTHING, "Keep these recovery codes"):
        st.write(
            "They are shown **this once**. Each lets you in once, in place of the app’s code, on "
            "the day the phone is gone. Write them down or print them, and keep them away from "
            "the phone and from this computer."
        )
        st.code("\n".join(st.session_state[_CODES]), language=None)
        st.button("I have kept them", type="primary", on_click=_let_codes_go)


def _let_codes_go() -> None:
    st.session_state.pop(_CODES, None)


def account_card(viewer: Viewer, zone: str) -> None:
    """What a person of staff has, and how to set it up, renew its codes, or end it."""
    forms.say()
    held = second_factor.mine(viewer)
    with look.card("second-factor"):
        st.header("Second factor", anchor=False)
        if held is None:
            st.write(
                "A code from an app on your phone, asked for after the password. With it the "
                "password may be shorter."
            )
            _set_up(viewer)
            return
        since = tables.day(tables.local(held.since, zone).date())
        st.write(f"In force since {since}. Recovery codes left: {held.recovery_codes}.")
        with st.expander("New recovery codes"), st.form("new_codes", border=False):
            given = _password_and_code("new_codes")
            if st.form_submit_button("Make new ones; the old ones are void"):
                _show_codes(lambda: second_factor.new_recovery_codes(viewer, *given))
        with st.expander("End the second factor"), st.form("end_factor", border=False):
            given = _password_and_code("end_factor")
            if st.form_submit_button("End it"):
                forms.attempt(partial(second_factor.end, viewer, *given), "It is ended.")


def _password_and_code(key: str) -> tuple[str, str]:
    password = st.text_input(
        "Present password", type="password", autocomplete="current-password", key=f"{key}_password"
    )
    code = st.text_input(CODE_FIELD, autocomplete="one-time-code", key=f"{key}_code")
    return password, code


def _set_up(viewer: Viewer) -> None:
    """Two steps: the secret into the app, and a first code out of it."""
    begun = st.session_state.get(_BEGUN)
    if begun is None:
        with st.form("begin_factor", border=False):
            password = st.text_input(
                "Present password", type="password", autocomplete="current-password",
                key="begin_factor_password",
            )  # fmt: skip
            if st.form_submit_button("Set it up"):
                try:
                    st.session_state[_BEGUN] = second_factor.begin(viewer, password)
                except ForPeople as error:
                    st.error(str(error))
                else:
                    st.rerun()
        return
    st.write("1. Open an authenticator app on your phone and scan this, or type the secret in.")
    # Not st.image: that would lay the secret down in a file with an address of its own.
    picture = segno.make(begun.link, micro=False).svg_data_uri(
        scale=5, border=4, light="#ffffff", dark="#000000"
    )
    st.html(f'<img alt="The secret as a QR code" src="{look.esc(picture)}">')
    groups = [begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4)]
    st.code(" ".join(groups), None, wrap_lines=True)
    st.write("2. Type the code that the app shows now.")
    with st.form("finish_factor", border=False):
        code = st.text_input("Code from the app", autocomplete="one-time-code")
        if st.form_submit_button("Put it in force", type="primary"):
            _show_codes(lambda: second_factor.finish(viewer, code))
    st.button("Begin again", type="tertiary", on_click=_begin_again)


def _begin_again() -> None:
    st.session_state.pop(_BEGUN, None)


def _show_codes(make: Callable[[], list[str]]) -> None:
    try:
        codes = make()
    except ForPeople as error:
        st.error(str(error))
        return
    st.session_state[_CODES] = codes
    st.session_state.pop(_BEGUN, None)
    st.rerun()
