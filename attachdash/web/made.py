"""How was this number made? The way in under each chart, and the panel that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from attachdash.charts import words
from attachdash.charts.theme import domain_hue
from attachdash.errors import ForPeople
from attachdash.practice.house import settings
from attachdash.practice.mending import Form, Version
from attachdash.practice.provenance import (
    Provenance,
    in_digits,
    in_words,
    provenance,
)
from attachdash.practice.record import Beside, ClientRecord
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import Answer, Course, Instrument, Scale, State
from attachdash.web import browser, look, paper, taken_apart, versions
from attachdash.web.navigation import go
from attachdash.web.tables import clock, counted, day

ASK = "How was this number made?"
Point = tuple[str, str, int, int | None]  # instrument, scale, administration, version

_CHANNELS = {"form": "paper form, typed", "file": "file", "demo": "invented for the demo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What somebody else answered, or the client about somebody: of no episode, so told by days."""

    client_id: int
    beside: Beside

    @property
    def instrument(self) -> Instrument:
        return self.beside.instrument

    @property
    def scale(self) -> Scale:
        return self.beside.scale

    @property
    def answers(self) -> tuple[Answer, ...]:
        return self.beside.answers

    @property
    def whose(self) -> str:
        """By whom, and about whom where that isn't the client: "mother, about partner"."""
        about = f"about {self.beside.about}" if self.beside.about else ""
        return ", ".join(filter(None, (self.beside.informant, about)))


Line = Course | Apart  # the answers that a number is one of


def key_of(course: Line) -> tuple[str, str]:
    """Instrument and scale of a course."""
    return course.instrument.id, course.scale.id


def ways_in(course: Course, *, named: str = "", opens: bool = True) -> None:
    """Under a card: how its latest number was made and, where it `opens`, the measure's own page.

    `named` tells two scales of one card apart.
    """
    if not course.answers:
        return
    key = "_".join(key_of(course))
    with st.container(horizontal=True, gap="small", key=f"line-ways-{key}"):
        latest = course.latest or course.answers[-1]
        asked = f"How was {named} made?" if named else ASK
        st.button(
            asked, key=f"made_{key}", type="tertiary", on_click=_hold,
            args=(course.client_id, (*key_of(course), latest.administration_id, None)),
        )  # fmt: skip
        if opens and st.button(
            f"Open {named or 'this measure'}", key=f"to_measure_{key}", type="tertiary"
        ):
            hold_measure(course)
            go("measure")


def ways_in_apart(lines: Sequence[Apart], key: str) -> None:
    """Under a card of what others answered: how each latest number was made."""
    more = st.expander("How was a number made?", key=f"made_{key}", on_change="rerun")
    if not more.open:
        return
    with more, st.container(horizontal=True, gap="small", key=f"line-ways-{key}"):
        for place, one in enumerate(lines):
            latest = one.beside.scored[-1] if one.beside.scored else one.answers[-1]
            st.button(
                look.plain(f"{one.scale.name} ({one.instrument.short_name}), {one.whose}"),
                key=f"made_{key}_{place}", type="tertiary", on_click=_hold,
                args=(one.client_id, (*key_of(one), latest.administration_id, None)),
            )  # fmt: skip


def ringed(course: Course) -> int | None:
    """The administration of this course whose number is being explained, or None."""
    point = st.session_state.get(_key(course.client_id))
    asked = point[2] if point and point[:2] == key_of(course) else None
    return asked if asked in [one.administration_id for one in course.answers] else None


def hold_measure(course: Course) -> None:
    """Have this measure of this client before the viewer."""
    st.session_state[f"measure_{course.client_id}"] = key_of(course)


def held_measure(client_id: int) -> tuple[str, str] | None:
    """Instrument and scale that the viewer opened of this client; None after a reload."""
    found = st.session_state.get(f"measure_{client_id}")
    return found if isinstance(found, tuple) else None


def panel(viewer: Viewer, courses: Sequence[Line | None], *, shared: bool = False) -> None:
    """The answer, where a number of one of these lines was asked about; otherwise nothing.

    `shared`: their pictures show the share of the range, so the title does too.
    """
    for course in courses:
        # Kept per client, and looked for among this client's own answers alone.
        point = st.session_state.get(_key(course.client_id)) if course else None
        if course is None or point is None or point[:2] != key_of(course):
            continue
        places = {one.administration_id: at for at, one in enumerate(course.answers)}
        if point[2] in places:
            with look.card("made", stretch=False):
                _panel(viewer, course, point, places[point[2]], shared=shared)


def _key(client_id: int) -> str:
    return f"_made_{client_id}"


def _hold(client_id: int, point: Point | None) -> None:
    st.session_state[_key(client_id)] = point


def _when(line: Line, answer: Answer) -> str:
    """The week of a course that an answer lies in; its day where there is no course."""
    if isinstance(line, Apart):
        return day(answer.answered_on)
    return f"week {words.minus(str(line.week(answer)))}"


def _panel(viewer: Viewer, course: Line, point: Point, at: int, *, shared: bool) -> None:
    answer = course.answers[at]
    hue = domain_hue(course.scale.domain, browser.mode())
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        value = ""
        if answer.value is not None:
            shown = words.number(course.instrument, course.scale, answer.value)
            value = f": {shown} ({words.range_of(course.scale)})"
            if shared:
                value = f": {course.scale.share(answer.value):.0f} of 100"
        whose = f", {course.whose}" if isinstance(course, Apart) else ""
        title = f"{ASK} {course.scale.name}{whose}, {_when(course, answer)}{value}"
        st.html(
            f'<div class="ad-name"><h2><span class="ad-dot" style="background:{hue}"></span>'
            f"{look.esc(title)}</h2></div>"
        )
        with st.container(horizontal=True, width="content"):
            _walk(course, at - 1, "‹ {}", "earlier")
            _walk(course, at + 1, "{} ›", "later")
            st.button("Close", key="made_close", on_click=_hold, args=(course.client_id, None))
    try:
        found = provenance(viewer, course.client_id, point[2], course.scale.id, point[3])
    except ForPeople as error:
        st.error(look.plain(error))
        return
    assert found.client_id == course.client_id, "a number of another client"
    zone = settings(viewer).time_zone
    _said(found, zone)
    left, right = st.columns([6, 7], gap="medium")
    with left:
        if found.steps.items:
            taken_apart.items(found)
        _came_in(found, course, answer, zone)
        _acts(viewer, course, found, point)
    with right:
        if found.steps.lines:
            st.html(
                taken_apart.heading("The formula, with these numbers")
                + taken_apart.formula(found.steps.lines)
                + taken_apart.no_noise(found)
            )
        st.html(
            taken_apart.heading("Where each figure comes from")
            + taken_apart.table_of(found.grounds)
            + taken_apart.rests_on(found.grounds)
        )
        if found.beware:
            st.html(
                taken_apart.heading("What to beware of")
                + "".join(f'<div class="ad-say">{look.esc(one)}</div>' for one in found.beware)
            )


def _walk(course: Line, at: int, label: str, way: str) -> None:
    there = 0 <= at < len(course.answers)
    name = _when(course, course.answers[at]) if there else way
    name = name[0].upper() + name[1:] if there else name
    point: Point | None = None
    if there:
        point = (*key_of(course), course.answers[at].administration_id, None)
    st.button(
        label.format(name), key=f"made_{way}", disabled=not there, on_click=_hold,
        args=(course.client_id, point),
    )  # fmt: skip


def _said(found: Provenance, zone: str) -> None:
    """The answer in two sentences, and loudly where something doesn't fit."""
    made, short = found.steps, found.form.instrument.short_name
    if made.value is None:
        bold = made.why_none
    else:
        bold = f"{short} {in_digits(made.value, 2)} ({words.range_of(made.scale)})"
        bold += ", a ready score." if made.state is State.GIVEN else (
            f", from {made.answered} of {made.asked} answers."
        )  # fmt: skip
    more = []
    if made.turned:
        verb = "counts" if made.turned == 1 else "count"
        more.append(f"{_count(made.turned)} {verb} the other way round.")
    gaps = made.asked - made.answered
    if made.state is State.PRORATED:
        how = "counts" if gaps == 1 else "each count"
        more.append(
            f"{in_words(gaps).capitalize()} without an answer {how} as the mean of the others."
        )
    if made.state is State.GIVEN:
        more.append("Nothing is known here of its answers.")
    st.html(
        f'<div class="ad-lead"><b>{look.esc(bold)}</b> {look.esc(" ".join(more))}</div>'
    )  # fmt: skip
    if not found.agrees:
        st.error(
            "These steps don’t come to the score that is kept. Rely on neither, and tell whoever "
            "keeps the server."
        )
    version = found.version
    if version.replaced_at:
        st.warning(
            f"This is version {version.version}. It no longer counts since "
            f"{clock(version.replaced_at, zone)}."
        )


def _count(turned: int) -> str:
    return f"{in_words(turned).capitalize()} answer{'' if turned == 1 else 's'}"


def _came_in(found: Provenance, line: Line, answer: Answer, zone: str) -> None:
    form, version = found.form, found.version
    whom = _whom(form)
    channel = _CHANNELS.get(form.channel, form.channel)
    if found.file_name:
        channel = f"file {found.file_name}"
    nominal = " (nominal)" if version.is_nominal else ""
    same_day = version.answered_on == answer.answered_on
    weeks = f", {_when(line, answer)}" if same_day and not isinstance(line, Apart) else ""
    lines = [
        (
            "Answered",
            f"{day(version.answered_on)}{nominal}{weeks}, {whom}",
        ),
        ("Came in", f"{clock(version.recorded_at, zone)}, {channel}, by {version.recorded_by}"),
        *(("Corrected", _corrected(found, one, zone)) for one in form.versions if one.replaced_at),
        (
            "Scored by",
            f"definition {form.instrument.short_name}, loaded {clock(found.loaded_at, zone)}, "
            f"mark {found.sha256[:4]} {found.sha256[4:8]}"
            + ("" if found.is_todays else "; another one is in use now"),
        ),
    ]
    body = "".join(
        f'<tr><th scope="row">{what}</th><td>{look.esc(said)}</td></tr>' for what, said in lines
    )
    st.html(
        taken_apart.heading("When and how it came in")
        + f'<table class="ad-grid ad-items" aria-label="When and how it came in">{body}</table>'
    )


def _whom(form: Form) -> str:
    """Who answered, and about whom: "by mother, about the client"."""
    by = form.informant or "the client"
    about = form.about or "the client"
    return f"by {by}, about {'themself' if form.about_id == form.informant_id else about}"


def _corrected(found: Provenance, one: Version, zone: str) -> str:
    """What became of an earlier version, and what it came to."""
    assert one.replaced_at is not None
    after = next((v for v in found.form.versions if v.version == one.version + 1), None)
    what = versions.differs(found.form, after) if after else ""
    value = found.values.get(one.version)
    was = "had no score" if value is None else f"was {in_digits(value, 2)}"
    return (
        f"{clock(one.replaced_at, zone)}, {one.replaced_by}: "
        f"{what + ', ' if what else ''}“{one.reason}”. Version {one.version} is kept and {was}."
    )


def _acts(viewer: Viewer, course: Line, found: Provenance, point: Point) -> None:
    form = found.form
    with st.container(horizontal=True):
        if (
            viewer.role is Role.THERAPIST
            and form.counts
            and form.last.answers is not None
            and st.button("Correct this answer", key="made_correct")
        ):
            paper.correct(form)
            go("paper_form")
        for one in form.versions:
            if one.version != found.version.version:
                name = "See what counts now" if one is form.last else f"See version {one.version}"
                wanted = None if one is form.last else one.version
                st.button(
                    name, key=f"made_version_{one.version}", on_click=_hold,
                    args=(course.client_id, (*point[:3], wanted)),
                )  # fmt: skip
    # Streamlit has no button for it, and lays a page out for paper by itself.
    st.caption("To print this: Ctrl+P, or ⌘P; buttons are left out.")
    if form.counts and form.last.answers is None:
        st.html(
            f'<div class="ad-meta">{counted(1, "ready score")} can’t be corrected: withdraw the '
            "form below, and import or type it anew.</div>"
        )


def of_record(record: ClientRecord) -> list[Course]:
    """Every course of the record that has an answer, the triad's first."""
    found = [*filter(None, record.triad.values()), *(record.attachment or ()), *record.others]
    return [course for course in found if course.answers]
