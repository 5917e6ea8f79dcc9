"""Account: one's own password, role and sessions."""

from functools import partial

import streamlit as st

from attachdash import web
from attachdash.practice import absences, people
from attachdash.practice import mail as practice_mail
from attachdash.practice.house import settings
from attachdash.practice.rights import Role
from attachdash.web import forms, mail, person, second_factor, tables
from attachdash.web.signin import password_form

viewer = web.viewer()
zone = settings(viewer).time_zone

web.header("Account", f"{viewer.name} · signed in as {viewer.sign_in} · {viewer.role.value}")

with st.container(width=560):
    if len(viewer.roles) > 1:
        with web.card("role"):
            st.header("Role", anchor=False)
            st.write(f"You act as **{viewer.role.value}**: one role at a time.")
            for role in viewer.roles:
                if role is not viewer.role:
                    st.button(
                        f"Act as {role.value}",
                        key=f"account_act_{role}",
                        on_click=web.switch_role,
                        args=(role,),
                    )

    if viewer.role is not Role.CLIENT:
        forms.say()
        person.away_card(
            viewer, absences.my_absences(viewer), partial(absences.add_my_absence, viewer),
            partial(absences.end_my_absence, viewer),
        )  # fmt: skip
        mail.address_card(
            practice_mail.my_address(viewer), partial(practice_mail.set_my_address, viewer)
        )

    with web.card("password"):
        st.header("Password", anchor=False)
        password_form(viewer)

    if viewer.role is not Role.CLIENT:
        second_factor.account_card(viewer, zone)

    with web.card("sessions"):
        st.header("Where you are signed in", anchor=False)
        for one in people.my_sessions(viewer):
            browser = "This browser" if one.is_this_one else "Another browser"
            since, used = (tables.local(at, zone) for at in (one.created_at, one.seen_at))
            st.write(f"- {browser}, as {one.role}: since {since:%H:%M}, last used {used:%H:%M}")
        st.write(
            "A session ends 15 minutes after you last did something, 8 hours after you signed in, "
            "and when you sign out, in every tab of this browser. A new password ends the others."
        )
        st.button("Sign out", key="account_sign_out", on_click=web.sign_out)
