"""The frame of every page: who is here, which pages are theirs, how to leave."""

from datetime import datetime

import streamlit as st

from attachdash.charts.logo import wordmark
from attachdash.practice.house import settings
from attachdash.practice.rights import Role, Viewer, Waits
from attachdash.web import (
    browser,
    jobs,
    look,
    navigation,
    rows,
    second_factor,
    signin,
    tables,
    who,
)

BEFORE = {
    Waits.CODE: (second_factor.confirm_page, "Second factor"),
    Waits.PASSWORD: (signin.password_page, "Set your password"),
    Waits.ENROLMENT: (second_factor.enrol_page, "Set up a second factor"),
    Waits.NOTHING: (second_factor.recovery_page, "Recovery codes"),
}


def _entrance(viewer: Viewer) -> st.Page:
    """The page before the others: sign-in, or what must be done first."""
    page, title = signin.sign_in_page, "Sign in"
    if viewer.signed_in:
        page, title = BEFORE[viewer.waits_for]
    # Under every address, so that a bookmark leads to sign-in and from there on to its page.
    others = [
        st.Page(page, title=title, url_path=entry.url_path, visibility="hidden")
        for entry in navigation.PAGES
    ]
    first = st.Page(page, title=title, url_path="sign-in", default=True)
    return st.navigation([first, *others], position="hidden")


def _menu(viewer: Viewer) -> st.Page:
    """The page asked for, out of those of the viewer's role."""
    pages = [
        st.Page(
            entry.path,
            title=entry.title,
            url_path=entry.url_path,
            default=number == 0,
            visibility="hidden" if entry.hidden else "visible",
        )
        for number, entry in enumerate(navigation.entries_of(viewer.role))
    ]
    page = st.navigation(pages, position="top")
    if who.wants_home():
        st.switch_page(pages[0])
    return page


def _help_now(viewer: Viewer) -> None:
    """Where to turn in danger, on every page of a client's."""
    with st.popover("Need help now?"):
        st.html(rows.where_to_turn(settings(viewer)))


def _where_to_turn(viewer: Viewer) -> None:
    """The same in plain sight, under every page of a client's."""
    rows.dress()
    with look.card("quiet-crisis"):
        st.html(
            rows.heading("If you’re not safe right now")
            + rows.say("", "Nobody watches this page as it changes.")
            + rows.where_to_turn(settings(viewer))
        )


def _say_restored(viewer: Viewer) -> None:
    """After a restore each page says from when the data are, until an administrator ends it."""
    practice = settings(viewer)
    if practice.data_until:
        there = tables.local(datetime.fromisoformat(practice.data_until), practice.time_zone)
        st.warning(
            f"A backup was put back: these are the data of {tables.day(there.date())}, "
            f"{there:%H:%M}. What came in later is missing."
        )


def _who_is_here(viewer: Viewer) -> None:
    """Name, role and the way out, at the top of every page."""
    with st.container(key="who", horizontal=True, vertical_alignment="center", gap="small"):
        if viewer.role is Role.CLIENT:
            _help_now(viewer)
        others = [role for role in viewer.roles if role is not viewer.role]
        if others:
            # Of another key in each role, so that it is shut again after a switch.
            key = f"role_{viewer.role}"
            with st.popover(viewer.role.value.capitalize(), type="tertiary", key=key):
                st.write(f"**{look.esc(viewer.name)}** acts as {viewer.role.value}.")
                for role in others:
                    st.button(
                        f"Act as {role.value}", key=f"act_{role}", on_click=who.switch_role,
                        args=(role,),
                    )  # fmt: skip
        else:
            st.html(f'<span class="ad-meta">{look.esc(viewer.name)}</span>')
        st.button("Sign out", key="sign_out", type="tertiary", on_click=who.sign_out)


@st.fragment(run_every=who.WATCH_EVERY)
def _watch(drawn_in: str, waits: str) -> None:
    """Draw anew when somebody left or came on this browser, or its colours changed.

    So a page left open is cleared within a minute of the end of its session, without a touch.
    """
    found = who.present(touch=False)
    if who.has_changed(found) or found.waits_for != waits or browser.mode() != drawn_in:
        st.rerun()


def _draw() -> None:
    viewer = who.present()
    who.settle(viewer)
    outside = not viewer.inside or second_factor.shows_codes()
    st.set_page_config(
        page_icon=look.ICON,
        layout="centered" if outside or viewer.role is Role.CLIENT else "wide",
        initial_sidebar_state="collapsed",
    )
    look.dress()
    if outside:
        page = _entrance(viewer)
    else:
        st.logo(str(wordmark(browser.mode())), size="large")
        page = _menu(viewer)
        _who_is_here(viewer)
        _say_restored(viewer)
    _watch(browser.mode(), viewer.waits_for)
    page.run()
    if viewer.inside and viewer.role is Role.CLIENT and not outside:
        _where_to_turn(viewer)


with jobs.page_drawn():
    _draw()
