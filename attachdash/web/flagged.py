"""What wants a person's eye: the fact, what went before it, the next step."""

from datetime import date
from functools import partial

import streamlit as st

from attachdash.practice import deciding, flags
from attachdash.practice.escalation import Level
from attachdash.practice.record import ClientRecord
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.rules import Kind
from attachdash.practice.watched import Watched
from attachdash.practice.words import Domain, Word
from attachdash.web import browser, forms, look, rows, support, who
from attachdash.web.navigation import go
from attachdash.web.tables import ago, clock, counted, day

NEXT_STEP = (
    "Ask directly, today where you can: don’t wait for the next session. The total says nothing "
    "about it, and this product is no emergency service."
)
ALONE = (
    "Ask soon, by a way of contact that is safe for them, alone and unheard: never in front of a "
    "partner, parent or other carer. This product is no emergency service."
)
_DECISION = "what-you-decide"  # the place that the way leads to


def first_of_all(record: ClientRecord) -> str:
    """The sentence that stands before all others while a risk answer is unseen; else nothing."""
    risk = [one for one in record.flags if one.state == "open" and one.is_risk]
    if not risk:
        return ""
    blanks = sum(one.is_blank for one in risk)
    answers = len(risk) - blanks
    what = [counted(answers, "risk answer")] if answers else []
    what += [counted(blanks, "risk blank")] if blanks else []
    verb = "wants" if len(risk) == 1 else "want"
    return f"{' and '.join(what)} nobody has seen {verb} you first. "


def cards(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """Open flags as cards, then those seen, then the historic ones, quietly."""
    for one in record.flags:
        if one.state == "open":
            _open(viewer, one, zone)
    seen = [one for one in record.flags if one.state in ("seen", "acted", "closed")]
    if seen:
        st.caption("**Seen**")
    for one in seen:
        with st.container(horizontal=True, vertical_alignment="center", key=f"seen-{one.flag_id}"):
            st.caption(look.plain(_quietly(one, zone, viewer.today)))
            _deciding(viewer, one)
            _help(one)
    late = [one for one in record.flags if one.state == "historic"]
    if late:
        st.caption("**Older than 14 days when they came in**")
    for one in late:
        with st.container(horizontal=True, vertical_alignment="center", key=f"late-{one.flag_id}"):
            st.caption(look.plain(_quietly(one, zone, viewer.today)))
            _seen(viewer, one, loud=False)
            _help(one)


def others(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """Flags of courses, of silence and of what was noted; and a way to note something."""
    for one in record.watched:
        box = st.container(border=one.state == "open", key=f"watched-{one.flag_id}")
        name, what = one.kind.rule.name, _reason(record, one)
        # Some reasons begin with the name of their kind.
        lead = f"**{name}**" if what.startswith(name) else f"**{name}.** "
        rest = (
            what.removeprefix(name),
            _answer_by(one, zone),
            _standing(one, zone, viewer.today),
        )
        said = lead + look.plain(" ".join(filter(None, rest)))
        if one.state == "open":
            box.write(said)
        with box, st.container(horizontal=True, vertical_alignment="center"):
            if one.state == "open":
                _seen(viewer, one, loud=False)
            else:
                st.caption(said)
            _deciding(viewer, one)
            _help(one)
    if viewer.role not in (Role.THERAPIST, Role.SUPERVISOR):
        return
    with st.popover("Note: asked to talk, pauses, withdrew", type="tertiary", key="note-open"):
        for kind in deciding.NOTED:
            if st.button(kind.rule.name, key=f"note_{kind}", help=kind.rule.threshold):
                forms.attempt(
                    partial(deciding.note, viewer, record.client.client_id, kind), "Noted."
                )


def _reason(record: ClientRecord, one: Watched) -> str:
    """On what it rests, in the sentences of the courses; what is not of this episode, by rule."""
    if one.kind in (Kind.RED, Kind.AMBER, Kind.NOT_MOVING):
        course = record.primary
        if course and (said := record.told[course.instrument.id, course.scale.id].off_the_course):
            return said
    of = [
        told
        for told in record.told.values()
        if told.course.latest and told.course.latest.administration_id == one.administration_id
    ]
    if one.kind is Kind.TALK:
        return "Asked to talk before the next meeting."
    if one.kind is Kind.WORSE:
        of = [told for told in of if told.word is Word.RELIABLY_WORSE]
    elif one.kind in (Kind.ALLIANCE_FALLEN, Kind.ALLIANCE_LOW):
        of = [told for told in of if told.course.scale.domain is Domain.ALLIANCE]
        if one.kind is Kind.ALLIANCE_LOW and of and of[0].course.latest:
            course, latest = of[0].course, of[0].course.latest
            return f"{course.instrument.short_name} {latest.value:g} on {day(latest.answered_on)}."
    else:
        of = []
    return of[0].sentences[0] if of and of[0].sentences else f"{one.kind.rule.threshold}."


def _answer_by(one: Watched, zone: str) -> str:
    """By when somebody who asked to talk is to be answered; nothing for anything else."""
    said = rows.answer_by(one, zone)
    return said and f"{said[:1].upper()}{said[1:]}: that is what their page and form say."


def _standing(one: Watched, zone: str, today: date) -> str:
    """Since when it waits, who has looked, what was decided."""
    since = f"Raised {ago(one.raised_at, zone, today)}"
    if not one.seen_at:
        old = "; its answer was older than 14 days" if one.state == "historic" else ""
        return f"{since}; nobody has marked it seen{old}."
    return " ".join((f"{since}; seen by {one.seen_by}.", *_decided(one, zone, today)))


def _decided(one: flags.Flag | Watched, zone: str, today: date) -> list[str]:
    said = []
    if one.decisions:
        last = one.decisions[0]
        done = "Closed" if last.closed else "Decided"
        said.append(f"{done} by {last.by_whom}, {clock(last.done_at, zone)}: {last.words}")
    if (on := one.review_on) is not None:
        said.append(f"To look at again: {'due since ' if on <= today else ''}{day(on)}.")
    return said


def _open(viewer: Viewer, one: flags.Flag, zone: str) -> None:
    with (
        st.container(border=True, key=f"flag-{one.flag_id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.html(
            f"<div>{rows.badge(one)} <b>{look.esc(fact(one))}; "
            f"came in {clock(one.came_in_at, zone)}.</b></div>"
            f'<div class="ad-say">{look.esc(history(one, zone))} Nobody has marked this answer '
            f"seen. {ALONE if one.is_for_alone else NEXT_STEP}{look.esc(_came(viewer, one))}</div>"
        )
        _seen(viewer, one, loud=True)
        _deciding(viewer, one)
        _help(one)


def reason(
    record: ClientRecord, one: flags.Flag | Watched, zone: str, today: date
) -> None:  # fmt: skip
    """The reason with its numbers, what went before, who looked, and what was decided."""
    with st.container(border=True, key=f"flag-reason-{one.flag_id}"):
        if isinstance(one, flags.Flag):
            what = f"{fact(one)}; came in {clock(one.came_in_at, zone)}."
            rest = [history(one, zone), _seen_by(one, zone)]
        else:
            what = _reason(record, one)
            rest = [_answer_by(one, zone), _standing(one, zone, today)]
        st.html(
            f"<div>{rows.badge_of(one)} <b>{look.esc(what)}</b></div>"
            f'<div class="ad-say">{look.esc(" ".join(filter(None, rest)))}</div>'
        )
        if rates := Kind(one.kind).rule.measured:
            st.caption(
                "How often is this flag wrong? In trials with made-up clients: "
                + look.plain(f"{rates.in_vain_words}; {rates.missed_words}.")
            )
        if isinstance(one, flags.Flag):
            for line in _decided(one, zone, today):
                st.write(look.plain(line))


def way_to_the_decision() -> None:
    """On a phone a link, before all the questions, to what is decided at their end."""
    if browser.phone():
        st.markdown(f"[To the decision ↓](#{_DECISION})")


def decision(viewer: Viewer, one: flags.Flag | Watched) -> None:
    """What is decided, in one's own words; for whom it isn't to decide, that it isn't."""
    with look.card("quiet-decision", stretch=False):
        st.subheader("What you decide", anchor=_DECISION)
        if one.state in ("open", "historic"):
            _seen(viewer, one, loud=False)
        if _may_decide(viewer, one):
            _form(viewer, one)
            st.caption(
                "Shown when this page or the record is next opened, and on the supervision "
                "agenda. It is never deleted. The client isn’t shown it."
            )
        elif one.state == "closed":
            st.write("It is closed. A new answer opens it again.")
        else:
            st.write("It waits for the therapist. You can leave a note on the agenda.")


def _seen_by(one: flags.Flag, zone: str) -> str:
    if one.state not in ("open", "historic") and one.seen_at:
        return f"Seen by {one.seen_by}, {clock(one.seen_at, zone)}."
    return "Nobody has marked this answer seen."


def _help(one: flags.Flag | Watched) -> None:
    if st.button("What may help", key=f"help_{one.flag_id}"):
        open_tool(one)


def open_tool(one: flags.Flag | Watched) -> None:
    """Go to the support tool of a flag."""
    who.hold_client(one.client_id)
    support.hold_flag(one.flag_id)
    go("support")


def _may(viewer: Viewer, one: flags.Flag | Watched) -> bool:
    """Whether it is the viewer's to see: the therapist's, or a supervisor's to whom it came."""
    return viewer.role is Role.THERAPIST or one.came >= Level.SUPERVISOR


def _came(viewer: Viewer, one: flags.Flag) -> str:
    if viewer.role is Role.THERAPIST or one.came < Level.SUPERVISOR:
        return ""
    return " It has come to you: its therapist has not looked in time, or is not there."


def _deciding(viewer: Viewer, one: flags.Flag | Watched) -> None:
    """A form for what was decided, or why the flag can be closed, behind a click."""
    if _may_decide(viewer, one):
        with st.popover("Decide or close", type="tertiary", key=f"decide_open_{one.flag_id}"):
            _form(viewer, one)


def _may_decide(viewer: Viewer, one: flags.Flag | Watched) -> bool:
    return one.state != "closed" and (_may(viewer, one) or one.seen_by == viewer.name)


def _form(viewer: Viewer, one: flags.Flag | Watched) -> None:
    key = forms.form_key(f"decide_{one.flag_id}")
    with st.form(key, border=False):
        words = st.text_area(
            "What was decided, or why it can be closed, in your own words", key=f"{key}_words",
            max_chars=deciding.LONGEST_WORDS, height=90,
        )  # fmt: skip
        on = st.date_input(
            "Look again on, if you want", value=None, format="DD/MM/YYYY", key=f"{key}_on"
        )
        place = viewer, one.client_id, one.flag_id, one.administration_id, one.version
        if st.form_submit_button("Log the decision", type="primary"):
            forms.attempt(
                lambda: deciding.act(*place, words, on), "The decision is logged.",
                f"decide_{one.flag_id}",
            )  # fmt: skip
        if st.form_submit_button("Close with this reason"):
            forms.attempt(
                lambda: deciding.close(*place, words), "Closed. A new answer opens it again.",
                f"decide_{one.flag_id}",
            )  # fmt: skip


def _seen(viewer: Viewer, one: flags.Flag | Watched, *, loud: bool) -> None:
    if not _may(viewer, one):
        return
    pressed = st.button(
        "I have seen this", key=f"seen_{one.flag_id}", type="primary" if loud else "secondary"
    )
    if pressed:
        forms.attempt(
            lambda: deciding.mark_seen(
                viewer, one.client_id, one.flag_id, one.administration_id, one.version
            ),
            "Marked as seen.",
        )


def history(one: flags.Flag, zone: str) -> str:
    """What was answered to the item before, and who looked at what wanted an eye."""
    if not one.before:
        return f"It is the first answer to this item{rows.by_whom(one)}."
    risks = [risk for risk in one.instrument.risk_items if risk.item == one.item]
    steps = one.instrument.steps_per_unit
    quiet = [
        e.answer is not None and not any(risk.wants_an_eye(e.answer, steps) for risk in risks)
        for e in one.before
    ]
    said = []
    calm = quiet.index(False) if False in quiet else len(quiet)
    if calm:
        values = {e.answer for e in one.before[:calm] if e.answer is not None}
        low, high = (f"{value * one.instrument.step:g}" for value in (min(values), max(values)))
        what = low if low == high else f"{low} to {high}"
        many = "the answer" if calm == 1 else f"the {calm} answers"
        said.append(f"It was {what} at {many} before.")
    if calm < len(quiet):
        last = one.before[calm]
        what = "left blank" if last.answer is None else f"{last.answer * one.instrument.step:g}"
        look_at = (
            f"seen by {last.seen_by}, {clock(last.seen_at, zone)}"
            if last.seen_at
            else "not marked as seen"
        )
        when = "Before that" if calm else "Before"
        said.append(f"{when}: {what} on {day(last.answered_on)}, {look_at}.")
    return " ".join(said)


def fact(one: flags.Flag) -> str:
    """What was answered, or left blank, by whom and when."""
    what = f"{one.instrument.short_name} item {one.item} ({one.topic})"
    if one.answer is None:
        return f"{what} was left blank{rows.by_whom(one)} on {day(one.answered_on)}"
    how = f", {one.grade}" if one.grade else ""
    given = f"{rows.given(one)}{how}{rows.by_whom(one)}"
    return f"{what} was answered {given} on {day(one.answered_on)}"


def _quietly(one: flags.Flag, zone: str, today: date) -> str:
    if one.state in ("seen", "acted", "closed") and one.seen_at:
        said = [f"{fact(one)}; seen by {one.seen_by}, {clock(one.seen_at, zone)}."]
        said += _decided(one, zone, today)
        return " ".join(said)
    return f"{fact(one)}; came in {clock(one.came_in_at, zone)}. {history(one, zone)}"
