"""Settings: the practice's name, its clock, and what a client in danger should do."""

from datetime import date

import streamlit as st

from attachdash import web
from attachdash.practice import closed_days, entrance, house, people, rules
from attachdash.practice.escalation import Hours
from attachdash.web import asking, forms, mail, tables

START = (
    "A start: If you might hurt yourself, or someone may hurt you, don't wait for us. Call "
    "[24-hour line]. In danger now: [emergency number]. Answers are not read at once; [practice] "
    "reads them on [days]."
)

PROTOCOL = (
    "A start: Wish to act, or a plan: don't leave the client alone, call [emergency number]. Then "
    "call [doctor on duty, number]. Thoughts without a wish to act: a safety plan today, next "
    "contact within [hours]. Somebody frightens or hurts the client: alone with them, no word to "
    "those at home; call [service for violence at home], for a child [child protection]. Tell your "
    "supervisor the same day."
)

viewer = web.viewer()
known = house.settings(viewer)
web.header("Settings", "Changes are audited: who and when")
forms.say()
text = known.crisis_text.strip()
if not text:
    sign_ins = sum(
        any(role.what == "client" and role.holds(viewer.today) for role in one.roles)
        for one in people.everyone(viewer)
        if not one.disabled_at
    )
    have = "client has" if sign_ins == 1 else "clients have"
    with web.card("crisis-empty", stretch=False):
        st.html(
            '<span class="ad-badge ad-first">Blocks clients’ sign-in</span> '
            "<b>The crisis text is empty.</b><div>Until it is written no client can sign in. "
            f"{sign_ins} {have} a sign-in. Staff aren’t affected.</div>"
        )
elif "[" in text or "]" in text:
    with web.card("crisis-gaps", stretch=False):
        st.html(
            '<span class="ad-badge ad-first">Not finished</span> <b>The crisis text still has '
            "[ ] in it.</b><div>Clients see it as it stands: put your own numbers and days "
            "there.</div>"
        )

left, right = st.columns(2)
with left, web.card("settings", stretch=False), st.form("settings", border=False):
    st.subheader("Crisis text", anchor=False)
    st.write("Stands on every page a client sees. Read it aloud once, and call the numbers.")
    crisis = st.text_area(
        "What a client in danger should do", value=known.crisis_text, placeholder=START, height=200
    )
    st.subheader("Protocol for staff", anchor=False)
    st.write(
        "Stands beside each risk answer in the support tool. With names and numbers; a [ ] left in "
        "it is named there."
    )
    protocol = st.text_area(
        "What staff do when a client may be in danger", value=known.protocol,
        placeholder=PROTOCOL, height=260,
    )  # fmt: skip
    st.subheader("Practice", anchor=False)
    name = st.text_input("Name", value=known.practice_name)
    zones = sorted(entrance.time_zones())
    zone = st.selectbox(
        "Time zone",
        zones,
        index=zones.index(known.time_zone),
        format_func=lambda one: f"{one} (now {tables.local(viewer.now, one):%H:%M})",
    )
    st.html(
        '<div class="ad-meta">Changing the time zone changes what “today” is, not days already '
        "recorded.</div>"
    )
    largest = st.selectbox(
        "Largest file that may be uploaded", house.UPLOADS,
        index=house.UPLOADS.index(known.largest_upload), format_func=lambda size: f"{size} MB",
    )  # fmt: skip
    st.html(
        '<div class="ad-meta">While a file is read it takes up to 20 times its size of this '
        "computer’s memory. Larger ones come in at the terminal.</div>"
    )
    st.subheader("Working hours", anchor=False)
    st.write(
        "A risk answer that nobody has seen goes on to the supervisor after so many of them, and "
        "after as many again to you, as a number. The second number is also within how many a "
        "client who asks to talk is answered: their page and forms say so."
    )
    hours = known.hours
    days = st.pills(
        "Working days", range(7), default=hours.days, selection_mode="multi",
        format_func=lambda at: asking.DAYS[at],
    )  # fmt: skip
    opens, shuts = st.columns(2)
    first = opens.time_input("From", value=hours.first)
    last = shuts.time_input("To", value=hours.last)
    gravest, others = st.columns(2)
    soon = gravest.number_input("The gravest after, working hours", 1, rules.SOON_HOURS, hours.soon)
    later = others.number_input("Others after, working hours", 1, rules.HOURS, hours.later)
    closed = st.text_area(
        "Days closed, one a line", value=closed_days.written(hours.closed), height=120,
        placeholder="2026-12-25\n2026-12-24 to 2027-01-02",
        help="Public holidays and the like: no working hours pass on them.",
    )  # fmt: skip
    if hours.closed and hours.closed[-1][1] < viewer.today:
        st.caption("All of them have passed: write the next ones down.")
    if st.form_submit_button("Save", type="primary"):
        forms.attempt(
            lambda: house.change_settings(
                viewer,
                practice_name=name,
                time_zone=zone,
                crisis_text=crisis,
                protocol=protocol,
                largest_upload=largest,
                hours=Hours(
                    days=tuple(days),
                    first=first,
                    last=last,
                    soon=soon,
                    later=later,
                    closed=closed_days.read(closed),
                ),
            ),
            "Saved.",
        )
with right, web.card("second-factor", stretch=False):
    st.subheader("Second factor of administrators", anchor=False)
    st.write(
        "After the password, a code from an app on their phone. Others of staff may set one up on "
        "the page Account."
    )
    if known.second_factor_declined:
        st.write("This practice **declined** it: a password alone opens all rights.")
        if st.button("Require it"):
            forms.attempt(
                lambda: house.require_second_factor(viewer, True), "Required from now on."
            )
    else:
        st.write("**Required**: without one, nobody administers.")
        if st.button("Decline it for this practice"):
            forms.attempt(
                lambda: house.require_second_factor(viewer, False), "Declined, and written down."
            )
with right:
    mail.settings_card(viewer, is_demo=known.is_demo)
with right, web.card("preview", stretch=False):
    st.subheader("How it looks to a client", anchor=False)
    body = (
        web.esc(text).replace("\n", "<br>")
        if text
        else "Nothing yet. This box would be empty: that is why clients are kept out."
    )
    st.html(f'<div class="ad-sunk"><b>If you’re not safe right now</b><div>{body}</div></div>')
    if known.crisis_text_on:
        written = tables.day(date.fromisoformat(known.crisis_text_on))
        st.caption(f"As written on {written}. Call the numbers again from time to time.")
