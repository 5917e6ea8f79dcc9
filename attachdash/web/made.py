"""How was this number made? The way in under each chart, and the panel that answers it."""

from datetime import date

import streamlit as st

from attachdash.charts import words
from attachdash.charts.theme import domain_hue
from attachdash.errors import ForPeople
from attachdash.practice.house import settings
from attachdash.practice.mending import Version
from attachdash.practice.provenance import (
    Ground,
    ItemStep,
    Line,
    Provenance,
    Standing,
    Use,
    in_digits,
    in_words,
    provenance,
)
from attachdash.practice.record import ClientRecord
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import Course, State
from attachdash.web import browser, look, paper, versions
from attachdash.web.navigation import go
from attachdash.web.tables import clock, counted, day

ASK = "How was this number made?"
Point = tuple[str, str, int, int | None]  # instrument, scale, administration, version

_BADGES = {
    Standing.CHECKED: "ad-soon",
    Standing.HOUSE: "ad-soon",
    Standing.UNCHECKED: "ad-first",
}
_CHANNELS = {"form": "paper form, typed", "file": "file", "demo": "invented for the demo"}


def key_of(course: Course) -> tuple[str, str]:
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


def ringed(course: Course) -> int | None:
    """The administration of this course whose number is being explained, or None."""
    point = st.session_state.get(_key(course.client_id))
    return point[2] if point and point[:2] == key_of(course) else None


def hold_measure(course: Course) -> None:
    """Have this measure of this client before the viewer."""
    st.session_state[f"measure_{course.client_id}"] = key_of(course)


def held_measure(client_id: int) -> tuple[str, str] | None:
    """Instrument and scale that the viewer opened of this client; None after a reload."""
    found = st.session_state.get(f"measure_{client_id}")
    return found if isinstance(found, tuple) else None


def panel(viewer: Viewer, courses: list[Course | None], *, shared: bool = False) -> None:
    """The answer, where a number of one of these courses was asked about; otherwise nothing.

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


def _panel(viewer: Viewer, course: Course, point: Point, at: int, *, shared: bool) -> None:
    answer, week = course.answers[at], words.minus(str(course.week(course.answers[at])))
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
        title = f"{ASK} {course.scale.name}, week {week}{value}"
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
            items(found)
        _came_in(found, answer.answered_on, week, zone)
        _acts(viewer, course, found, point)
    with right:
        if found.steps.lines:
            st.html(
                rows_heading("The formula, with these numbers")
                + formula(found.steps.lines)
                + _no_noise(found)
            )
        st.html(
            rows_heading("Where each figure comes from")
            + table_of(found.grounds)
            + _rests_on(found.grounds)
        )
        if found.beware:
            st.html(
                rows_heading("What to beware of")
                + "".join(f'<div class="ad-say">{look.esc(one)}</div>' for one in found.beware)
            )


def _walk(course: Course, at: int, label: str, way: str) -> None:
    there = 0 <= at < len(course.answers)
    name = f"Week {words.minus(str(course.week(course.answers[at])))}" if there else way
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


def rows_heading(text: str) -> str:
    """A heading within a card, as HTML."""
    return f'<h3 class="ad-part">{look.esc(text)}</h3>'


def items(found: Provenance) -> None:
    """Every item: as answered, what it counts as, and why where the two differ."""
    made, step = found.steps, found.steps.instrument.step
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Item", "Topic"))
    head += "".join(f'<th scope="col" class="ad-n">{one}</th>' for one in ("Answer", "Counts as"))
    body = "".join(_item(one) for one in made.items)
    ranges = {(item.low, item.high) for item in made.instrument.items}
    low, high = min(one[0] for one in ranges) * step, max(one[1] for one in ranges) * step
    span = f"Answers run {in_digits(low)}–{in_digits(high)}"
    span += "." if len(ranges) == 1 else ", not every item over the whole of it."
    st.html(
        f'<table class="ad-grid ad-items" aria-label="Items of this score"><thead><tr>{head}'
        f'<th scope="col">How</th></tr></thead><tbody>{body}</tbody></table>'
        f'<div class="ad-meta">{span} Item topics are ours: the questionnaire’s sentences are not '
        "stored here.</div>"
    )


def _item(one: ItemStep) -> str:
    answer = "–" if one.answer is None else in_digits(one.answer)
    counts = "–" if one.counts_as is None else in_digits(one.counts_as, 2)
    how = f"{one.part}: {one.how}" if one.part and one.how and not one.absent else one.how
    how = how or one.part
    shade = ' class="ad-gap"' if one.absent else ""
    return (
        f"<tr{shade}><td>{one.number}</td>"
        f"<td>{look.esc(one.topic)}</td>"
        f'<td class="ad-n">{answer}</td>'
        f'<td class="ad-n"><b>{counts}</b></td>'
        f"<td>{look.esc(how)}</td></tr>"
    )


def formula(lines: tuple[Line, ...]) -> str:
    """The lines of the formula as HTML."""
    said = []
    for line in lines:
        sums = "" if line.is_plain else f"{look.esc(line.sum)} = "
        said.append(
            f"<div>{look.esc(line.says)}: {sums}<b>{look.esc(line.shown)}</b> "
            f"{look.esc(line.unit)}</div>"
        )
    return f'<div class="ad-sunk ad-sums">{"".join(said)}</div>'


def _no_noise(found: Provenance) -> str:
    if found.scale.sem is not None:
        return ""
    return '<div class="ad-meta">How much of it is noise isn’t known: no SD is on record.</div>'


def table_of(grounds: tuple[Ground, ...]) -> str:
    """Every figure with its source and standing, as HTML."""
    columns = ("Figure", "Value", "Source", "Standing")
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "".join(
        f'<tr><td data-label="Figure">{look.esc(one.name)}</td>'
        f'<td data-label="Value">{look.esc(one.value)}</td>'
        f'<td data-label="Source">{look.esc(one.source)}</td>'
        f'<td data-label="Standing"><span class="ad-badge {_BADGES[one.standing]}">'
        f"{one.standing.value}</span></td></tr>"
        for one in grounds
    )
    return (
        '<table class="ad-table" aria-label="Where each figure comes from"><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _rests_on(grounds: tuple[Ground, ...]) -> str:
    unchecked = {one.use for one in grounds if one.standing is Standing.UNCHECKED}
    if not unchecked:
        return ""
    if Use.SCORE in unchecked:
        said = "of these the score itself rests on one: hold it against the questionnaire’s manual."
    elif Use.NOISE in unchecked:
        said = "they enter only the noise and the lines drawn beside it, not the score."
    else:
        said = "they enter only the lines drawn beside the score."
    return f'<div class="ad-say"><b>Unchecked figures:</b> {look.esc(said)}</div>'


def _came_in(found: Provenance, on: date, week: str, zone: str) -> None:
    form, version = found.form, found.version
    whom = f"about {form.about or 'themself'}, by {form.informant or 'the client'}"
    channel = _CHANNELS.get(form.channel, form.channel)
    if found.file_name:
        channel = f"file {found.file_name}"
    nominal = " (nominal)" if version.is_nominal else ""
    weeks = "" if version.answered_on != on else f", week {week}"
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
        rows_heading("When and how it came in")
        + f'<table class="ad-grid ad-items" aria-label="When and how it came in">{body}</table>'
    )


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


def _acts(viewer: Viewer, course: Course, found: Provenance, point: Point) -> None:
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
    if form.counts and form.last.answers is None:
        st.html(
            f'<div class="ad-meta">{counted(1, "ready score")} can’t be corrected: withdraw the '
            "form below, and import or type it anew.</div>"
        )


def of_record(record: ClientRecord) -> list[Course]:
    """Every course of the record that has an answer, the triad's first."""
    found = [*filter(None, record.triad.values()), *(record.attachment or ()), *record.others]
    return [course for course in found if course.answers]
