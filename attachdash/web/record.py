"""How do flags, courses and choices of one client look on the client's page?"""

import streamlit as st

from attachdash import charts
from attachdash.charts.words import day
from attachdash.practice import flags
from attachdash.practice.clients import Client
from attachdash.practice.reading import instrument as questionnaire
from attachdash.practice.record import ClientRecord, fix_lead
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import LEADS, Course, Domain, Instrument, State
from attachdash.web import browser, forms, look, rows

NEXT_STEP = (
    "Ask directly at the next contact. The total says nothing about it, and this product is no "
    "emergency service."
)
_SHOWN_AT_ONCE = 6


def meta(record: ClientRecord, zone: str) -> str:
    """The muted line under the client's identity."""
    episode = record.episode
    parts = []
    if episode is None:
        parts.append("no episode")
    else:
        number = record.client.episodes.index(episode) + 1
        nominal = " (nominal)" if episode.start_is_nominal else ""
        end = f" to {day(episode.ended_on)}, closed" if episode.ended_on else ""
        parts.append(
            f"Episode {number} since {day(episode.started_on)}{nominal}{end}, week {record.week}"
        )
    parts.append(", ".join(record.therapists) or "no therapist assigned today")
    last = record.last_answer_on
    parts.append(f"last answer {day(last)}" if last else "no answers yet")
    return " · ".join([*parts, rows.state_of_data(record.as_of, record.last_import_at, zone)])


def lead(record: ClientRecord) -> str:
    """What to know first, its first sentence bold."""
    waiting = [one for one in record.flags if one.state == "open"]
    risk = sum(one.is_risk for one in waiting)
    if record.last_answer_on is None:
        said = "Nothing has been answered yet. Each picture says what it needs."
    elif record.episode is None:
        said = (
            "There are answers but no episode. Open one under Clients: pictures count weeks from "
            "its first day."
        )
    elif not (any(record.triad.values()) or record.others or record.attachment):
        said = "Nothing was answered in this episode. Each picture says what it needs."
    else:
        counts = [course.n if course else 0 for course in record.triad.values()]
        spread = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)}–{max(counts)}"
        said = (
            f"{spread} answers to each of the three leading scales. First and latest are shown as "
            "they are: whether a difference is more than noise isn’t computed yet."
        )
    if risk:
        verb = "wants" if risk == 1 else "want"
        what = rows.plural(risk, "risk answer or blank", "risk answers or blanks")
        return f"{what} nobody has seen {verb} you first. {said}"
    return said


def flag_cards(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """Open flags as cards, then those seen, then the historic ones, quietly."""
    for one in record.flags:
        if one.state == "open":
            _open_flag(viewer, one, zone)
    for state, heading in (("seen", "Seen"), ("historic", "Older than 14 days when they came in")):
        quiet = [one for one in record.flags if one.state == state]
        if not quiet:
            continue
        lines = "".join(f"<div>{look.esc(_quietly(one, zone))}</div>" for one in quiet)
        st.html(f'<div class="ad-meta"><b>{heading}</b>{lines}</div>')


def _open_flag(viewer: Viewer, one: flags.Flag, zone: str) -> None:
    with (
        st.container(border=True, key=f"flag-{one.flag_id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.html(
            f"<div>{rows.badge(one)} <b>{look.esc(_fact(one))}; "
            f"came in {rows.local(one.came_in_at, zone)}.</b></div>"
            f'<div class="ad-say">Nobody has marked it seen. {NEXT_STEP}</div>'
        )
        if viewer.role is Role.THERAPIST:
            pressed = st.button("I have seen this", key=f"seen_{one.flag_id}", type="primary")
            if pressed:
                forms.attempt(
                    lambda: flags.mark_seen(
                        viewer, one.client_id, one.flag_id, one.administration_id
                    ),
                    "Marked as seen.",
                )


def _fact(one: flags.Flag) -> str:
    what = f"{one.instrument.short_name} item {one.item} ({one.topic})"
    if one.answer is None:
        return f"{what} was left blank on {day(one.answered_on)}"
    return f"{what} was answered {rows.given(one)} on {day(one.answered_on)}"


def _quietly(one: flags.Flag, zone: str) -> str:
    if one.state == "seen" and one.seen_at:
        return f"{_fact(one)}; seen by {one.seen_by}, {rows.local(one.seen_at, zone)}."
    return f"{_fact(one)}; came in {rows.local(one.came_in_at, zone)}."


def triad(viewer: Viewer, record: ClientRecord, *, pictures: bool) -> None:
    """Three cards, one a domain: the leading scale's sentence and picture, or what is needed."""
    for column, (domain, course) in zip(st.columns(3), record.triad.items(), strict=True):
        with column, look.card(f"triad-{domain}"):
            title = rows.title(domain.label, domain, f"n {course.n if course else 0}")
            if course is None:
                st.html(title + _needs(viewer, domain))
            else:
                st.html(title + rows.say(*charts.sentence_parts(course, shared=True)))
                if pictures:
                    look.chart(
                        charts.panel(course, mode=browser.mode(), phone=browser.phone()),
                        f"chart_{domain}",
                        f"{domain.label}. {charts.sentence(course, shared=True)}",
                    )
                else:
                    st.html(rows.table(charts.table(course)))
            if viewer.role is Role.THERAPIST and record.episode:
                _other_lead(viewer, record, domain, course)
    if pictures and any(record.triad.values()):
        st.html(
            '<div class="ad-key"><b>Share of each scale’s own range, 0–100, up is better</b>'
            "<span>● answers</span><span>○ items missing</span>"
            "<span>pale band: usual range, mean ± 1 SD of the group named; "
            "dashed edge: unchecked</span>"
            "<span>Heights can’t be compared between scales: 60 on one isn’t 60 on another."
            "</span></div>"
        )


def _needs(viewer: Viewer, domain: Domain) -> str:
    names = []
    for instrument_id, _ in LEADS[domain]:
        instrument = questionnaire(viewer, instrument_id)
        items = rows.plural(len(instrument.items), "item")
        how = items if instrument.accepts_items else "ready scores"
        names.append(f"{instrument.short_name} ({how})")
    first, *others = dict.fromkeys(names)
    return rows.say("Needs one answer for a dot, two for a line:", f"{first}.") + (
        f'<div class="ad-meta">Or {look.esc(", ".join(others))}.</div>' if others else ""
    )


def _other_lead(
    viewer: Viewer, record: ClientRecord, domain: Domain, leading: Course | None
) -> None:
    fixed = domain in record.fixed
    others = [course for course in record.choices[domain] if course is not leading]
    if record.episode is None or not (others or fixed):
        return
    with st.popover("Another scale", type="tertiary", key=f"lead_{domain}"):
        st.write(f"Which scale stands for {domain.label.lower()} in this episode?")
        for course in others:
            key = (course.instrument.id, course.scale.id)
            words = f"{course.instrument.scale_label(course.scale)}, n {course.n}"
            if st.button(words, key=f"lead_{domain}_{'_'.join(key)}"):
                fix_lead(viewer, record.episode.episode_id, domain, key)
                st.rerun()
        if fixed and st.button("Back to the first of the list", key=f"lead_{domain}_list"):
            fix_lead(viewer, record.episode.episode_id, domain, None)
            st.rerun()


def measures(record: ClientRecord, *, pictures: bool) -> None:
    """Attachment's two, then every other course on its own axis, two cards a row."""
    leading: list[Course] = []
    rest: list[Course] = []
    seen = {domain for domain, course in record.triad.items() if course}
    for course in record.others:
        (rest if course.scale.domain in seen else leading).append(course)
        seen.add(course.scale.domain)
    leading, rest = leading[:_SHOWN_AT_ONCE], [*leading[_SHOWN_AT_ONCE:], *rest]
    cards: list[Course | None] = [*([None] if record.attachment else []), *leading]
    _grid(record, cards, pictures=pictures)
    if rest:
        words = f"{rows.plural(len(rest), 'more scale')} of this episode"
        more = st.expander(words, key="more_scales", on_change="rerun")
        if more.open:
            with more:
                _grid(record, list(rest), pictures=pictures)


def _grid(record: ClientRecord, cards: list[Course | None], *, pictures: bool) -> None:
    for start in range(0, len(cards), 2):
        for column, course in zip(st.columns(2), cards[start : start + 2], strict=False):
            with column:
                if course is None:
                    _attachment(record, pictures=pictures)
                else:
                    _measure(record.client, course, pictures=pictures)


def _attachment(record: ClientRecord, *, pictures: bool) -> None:
    assert record.attachment is not None
    anxiety, avoidance = record.attachment
    said = charts.pair_sentence(anxiety, avoidance)
    with look.card("attachment"):
        count = f"n {max(anxiety.n, avoidance.n)}"
        title = rows.title("Attachment in close relationships", anxiety.scale.domain, count)
        bold, mark, rest = said.partition(" on ")
        st.html(title + rows.say(bold, mark.strip() + " " + rest))
        if pictures:
            figure = charts.two_lines(
                anxiety, avoidance, mode=browser.mode(), phone=browser.phone()
            )
            look.chart(figure, "chart_attachment", said)
        else:
            for course in record.attachment:
                st.html(f'<div class="ad-say"><b>{look.esc(course.scale.name)}</b></div>')
                st.html(rows.table(charts.table(course)))
        st.html('<div class="ad-meta">It moves slowly: every 7 to 12 weeks is enough.</div>')


def _measure(client: Client, course: Course, *, pictures: bool) -> None:
    key = f"{course.instrument.id}_{course.scale.id}"
    with look.card(f"measure-{key}"):
        domain = course.scale.domain
        title = rows.title(course.scale.name, domain, f"{domain.label} · n {course.n}")
        st.html(title + rows.say(*charts.sentence_parts(course)))
        if pictures:
            on = course.latest.answered_on if course.latest else course.started_on
            figure = charts.measure(
                course, mode=browser.mode(), phone=browser.phone(), age=client.age(on)
            )
            look.chart(figure, f"chart_{key}", f"{course.scale.name}. {charts.sentence(course)}")
        else:
            st.html(rows.table(charts.table(course)))


def notes(record: ClientRecord) -> None:
    """What the pictures leave out: answers without an episode, risk items that nobody asked."""
    if record.without_episode:
        st.html(
            f'<div class="ad-meta">Answers without an episode: {record.without_episode}. They are '
            "kept, and drawn once an episode reaches over their days.</div>"
        )
    courses = [*record.others, *(record.attachment or ()), *filter(None, record.triad.values())]
    asked = {course.instrument for course in courses if course.instrument.risk_items}
    ready = {
        course.instrument
        for course in courses
        if course.instrument in asked
        and any(answer.state is State.GIVEN for answer in course.answers)
    }
    if ready:
        _quiet(
            "Ready scores hide risk items.",
            f"{_short(ready)} came in as ready scores, for some answers at least: what was "
            "answered to the risk items isn’t known here. Ask in person.",
        )
    if not any(r.kind == "suicide" for one in asked for r in one.risk_items):
        _quiet(
            "Nothing on this page asks about suicide.",
            "No questionnaire of this episode has such an item, so no risk answer can appear: "
            "ask in person.",
        )


def _short(instruments: set[Instrument]) -> str:
    return ", ".join(sorted(one.short_name for one in instruments))


def _quiet(bold: str, rest: str) -> None:
    with look.card(f"quiet-{bold.split()[0].lower()}"):
        st.html(rows.say(bold, rest))
