"""Mail on pages: the server that sends it, people's addresses, and how it fares."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.practice import mail, notices
from attachdash.practice.mail import MailSettings
from attachdash.practice.mail_server import PORTS, Security
from attachdash.practice.notices import MailState
from attachdash.practice.rights import Viewer
from attachdash.web import forms, look, tables, who

SECURITY = {
    Security.STARTTLS: f"STARTTLS, most often port {PORTS[Security.STARTTLS]}",
    Security.TLS: f"TLS from the start, most often port {PORTS[Security.TLS]}",
    Security.PLAIN: "None: only for a server on this machine",
}
_TEST = "_mail_test"
# A server that doesn't answer takes its time, and no page waits for it.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="test-message")


def settings_card(viewer: Viewer, *, is_demo: bool) -> None:
    """Which server sends mail, and a message to try it."""
    known = mail.mail_settings(viewer)
    with look.card("mail", stretch=False):
        st.subheader("Mail", anchor=False)
        st.write(
            "Whoever a risk answer newly waits for is told that something waits: at most once in "
            "four hours, and never whose or what. Addresses stand on *People* and *Account*."
        )
        if is_demo:
            st.write("The demo sends no mail.")
            return
        key = forms.form_key("mail")
        with st.form(key, border=False):
            wanted, password = _asked(key, known)
            if st.form_submit_button("Save", key=f"{key}_save"):
                done = "Saved." if wanted.host.strip() else "Saved: no mail is sent."
                forms.attempt(lambda: mail.change_mail(viewer, wanted, password), done, "mail")
        if known.host:
            _test(viewer)


def _asked(key: str, known: MailSettings) -> tuple[MailSettings, str]:
    """The fields of the form: what is wanted, and a password where one was typed."""
    host = st.text_input(
        "Mail server; empty: no mail", value=known.host, placeholder="smtp.example.org",
        key=f"{key}_host",
    )  # fmt: skip
    kinds = list(SECURITY)
    security = st.selectbox(
        "Encryption", kinds, index=kinds.index(known.security), format_func=SECURITY.__getitem__,
        key=f"{key}_security",
    )  # fmt: skip
    port = st.number_input("Port", 1, 65535, known.port, key=f"{key}_port")
    user = st.text_input(
        "User, if it wants one", value=known.user, autocomplete="off", key=f"{key}_user"
    )
    password = st.text_input(
        "Password", type="password", autocomplete="new-password", key=f"{key}_password",
        placeholder="Kept; type it to change it" if known.has_password else "",
        help="Kept sealed, and shown to nobody again.",
    )  # fmt: skip
    sender = st.text_input(
        "Sender’s address", value=known.sender, placeholder="dash@example.org", key=f"{key}_sender"
    )
    site = st.text_input(
        "Address where people sign in, for the message", value=known.site_address,
        placeholder="https://dash.example.org", key=f"{key}_site",
    )  # fmt: skip
    wanted = MailSettings(
        host=host, port=int(port), security=security, user=user, sender=sender, site_address=site
    )
    return wanted, password


def _test(viewer: Viewer) -> None:
    """A message to one's own address, and what came of it."""
    running: Future[str] | None = st.session_state.get(_TEST)
    if running is not None and not running.done():
        _wait()
        return
    if running is not None:
        try:
            st.success(look.plain(f"The server took the message for {running.result()}."))
        except ForPeople as error:
            st.error(look.plain(error))
    # No callback: it would run before it is asked who is here, as whoever was here at the last run.
    if st.button("Send a test message", key="mail_test"):
        st.session_state[_TEST] = _pool.submit(notices.send_test, viewer)
        st.rerun()


@st.fragment(run_every=1.0)
def _wait() -> None:
    """Draw the page anew once the test message went, or not."""
    found = who.present(touch=False)
    running = st.session_state.get(_TEST)
    if not found.inside or running is None or running.done():
        st.rerun()
    st.write("The server is being asked …")


def address_card(held: str, save: Callable[[str], None]) -> None:
    """Where one person is told that something waits."""
    with look.card("mail-address", stretch=False):
        st.subheader("Mail", anchor=False)
        st.html(
            '<div class="ad-meta">Told there: that something waits, never whose or what. Without '
            "an address, nothing.</div>"
        )
        key = forms.form_key("mail_address")
        with st.form(key, border=False):
            address = st.text_input(
                "Mail address", value=held, autocomplete="off", key=f"{key}_address"
            )
            if st.form_submit_button("Save", key=f"{key}_save"):
                done = "The address is kept." if address.strip() else "No address any more."
                forms.attempt(lambda: save(address), done, "mail_address")


def to_do(state: MailState, zone: str) -> list[str]:
    """What an administrator should see to."""
    return state.to_do(lambda moment: tables.clock(moment, zone))


def state_card(viewer: Viewer, state: MailState, zone: str) -> None:
    """How mail fares."""
    with look.card("mail-state"):
        st.header("Mail", anchor=False)
        if not state.is_on:
            st.write("None is sent. *Settings* say by which server it would be.")
            return
        fares = (
            f"failed since {tables.clock(state.failing_since, zone)}"
            if state.failing_since
            else "no fault known"
        )
        tables.table(
            ("What", "How"),
            [
                ("Server", fares),
                ("Last message", tables.ago(state.last_sent_at, zone, viewer.today)),
                ("Waiting now", tables.counted(state.waiting, "message")),
                ("Staff without address", ", ".join(state.without_address) or "nobody"),
            ],
            "State of mail",
        )
