"""How do courses and choices of one client look on the client's page?"""

import streamlit as st

from attachdash import charts
from attachdash.practice.marks import REVIEWED, EventKind, add_event
from attachdash.practice.record import ClientRecord, fix_lead
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.telling import Told, summary, without_t_scores
from attachdash.practice.words import REVIEW_AT, Course, Domain, Instrument, State
from attachdash.web import browser, drawn, flagged, forms, look, made, rows, tables
from attachdash.web.tables import counted, day, last_day

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
        end = f" to {last_day(episode.ended_on)}, closed" if episode.ended_on else ""
        parts.append(
            f"Episode {number} since {day(episode.started_on)}{nominal}{end}, week {record.week}"
        )
    parts.append(", ".join(record.therapists) or "no therapist assigned today")
    last = record.last_answer_on
    parts.append(f"last answer {day(last)}" if last else "no answers yet")
    state = rows.state_of_data(
        record.as_of, record.last_import_at, zone, any_answers=last is not None
    )
    return " · ".join([*parts, state])


def lead(record: ClientRecord) -> str:
    """What to know first, its first sentence bold."""
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
        primary = _told(record, record.primary)
        parts = [
            summary({domain: _told(record, one) for domain, one in record.triad.items()}),
            primary.off_the_course if primary else "",
        ]
        said = " ".join(part for part in parts if part) or "Each picture says what it needs."
    return flagged.first_of_all(record) + said


def _told(record: ClientRecord, course: Course | None) -> Told | None:
    return record.told[made.key_of(course)] if course else None


def triad(
    viewer: Viewer, record: ClientRecord, *, pictures: bool, reach: str, as_t: bool = False
) -> None:
    """Three cards, one a domain: the leading scale's sentence and picture, or what is needed."""
    for column, (domain, course) in zip(st.columns(3), record.triad.items(), strict=True):
        with column, look.card(f"triad-{domain}"):
            told = _told(record, course)
            count = f"n {course.n if course else 0}"
            title = rows.title(domain.label, domain, count, drawn.word(told))
            if course is None:
                st.html(title + _needs(record, domain))
            else:
                bold, place, more = charts.sentence_parts(course, shared=True)
                where = f'<div class="ad-meta">{look.esc(f"{bold} {place}")}</div>'
                st.html(f'<div class="ad-lines">{title}{drawn.sentence(told)}{where}</div>')
                if pictures:
                    figure = charts.panel(
                        course, mode=browser.mode(), phone=browser.phone(), as_t=as_t,
                        overlay=drawn.overlay(record, course), since=drawn.since(course, reach),
                    )  # fmt: skip
                    said = drawn.plain_sentence(told)
                    alt = f"{domain.label}. {said} {charts.sentence(course, shared=True)}"
                    look.chart(figure, f"chart_{domain}", alt)
                else:
                    _table(course, domain.label, shared=True)
                st.html(f'<div class="ad-meta">{look.esc(more)}</div>')
                made.ways_in(course)
            if viewer.role is Role.THERAPIST and record.episode:
                _other_lead(viewer, record, domain, course)
    shown = [course for course in record.triad.values() if course]
    if pictures and shown:
        axis = "T-scores" if as_t else "Share of each scale’s own range, 0–100"
        st.html(
            f'<div class="ad-key"><b>{axis}, up is better</b>'
            f"{drawn.key(record, shown, as_t=as_t)}"
            "<span>broken line: a long gap between two answers</span>"
            "<span>pale band: usual range, mean ± 1 SD of the group named; "
            "dashed edge: unchecked</span>"
            "<span>Heights can’t be compared between scales: 60 on one isn’t 60 on another."
            "</span></div>"
        )
        if why := [said for said in map(without_t_scores, shown) if said]:
            rest = "A T-score needs a norm of a population for every scale shown."
            st.html(f'<div class="ad-meta">No T-scores: {look.esc("; ".join(why))}. {rest}</div>')
    made.panel(viewer, list(record.triad.values()), shared=True)


def _needs(record: ClientRecord, domain: Domain) -> str:
    names = []
    for instrument in record.leads[domain]:
        items = counted(len(instrument.items), "item")
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


def measures(viewer: Viewer, record: ClientRecord, *, pictures: bool, reach: str) -> None:
    """Attachment's two, then every other course on its own axis, two cards a row."""
    leading: list[Course] = []
    rest: list[Course] = []
    seen = {domain for domain, course in record.triad.items() if course}
    for course in record.others:
        (rest if course.scale.domain in seen else leading).append(course)
        seen.add(course.scale.domain)
    leading, rest = leading[:_SHOWN_AT_ONCE], [*leading[_SHOWN_AT_ONCE:], *rest]
    # What wants an eye is never in the fold.
    wanting = [course for course in rest if _wants_an_eye(record, course)]
    leading += wanting
    rest = [course for course in rest if course not in wanting]
    if not any(course.n for course in record.others if course.scale.domain is Domain.ATTACHMENT):
        _attachment_needs(record)
    cards: list[Course | None] = [*([None] if record.attachment else []), *leading]
    _grid(viewer, record, cards, pictures=pictures, reach=reach)
    if rest:
        words = f"{counted(len(rest), 'more scale')} of this episode"
        more = st.expander(words, key="more_scales", on_change="rerun")
        if more.open:
            with more:
                _grid(viewer, record, list(rest), pictures=pictures, reach=reach)


def _grid(
    viewer: Viewer, record: ClientRecord, cards: list[Course | None], *, pictures: bool, reach: str
) -> None:
    for start in range(0, len(cards), 2):
        pair = cards[start : start + 2]
        for column, course in zip(st.columns(len(pair)), pair, strict=True):
            with column:
                if course is None:
                    _attachment(record, pictures=pictures, reach=reach)
                else:
                    _measure(record, course, pictures=pictures, reach=reach)
        made.panel(viewer, [*(record.attachment or ()), *pair] if None in pair else pair)


def _wants_an_eye(record: ClientRecord, course: Course) -> bool:
    """Whether an open flag rests on this measure; of single lines, on this line."""
    return any(
        one.state == "open"
        and one.instrument == course.instrument
        and (course.scale.asked is None or one.item in course.scale.items)
        for one in record.flags
    )


def _attachment_needs(record: ClientRecord) -> None:
    if record.attachment is None:
        with look.card("attachment", stretch=False):
            title = rows.title("Attachment in close relationships", Domain.ATTACHMENT, "n 0")
            st.html(title + _needs(record, Domain.ATTACHMENT))


def _attachment(record: ClientRecord, *, pictures: bool, reach: str) -> None:
    assert record.attachment is not None
    anxiety, avoidance = record.attachment
    said = charts.pair_sentence(anxiety, avoidance)
    with look.card("attachment"):
        count = f"n {max(anxiety.n, avoidance.n)}"
        title = rows.title("Attachment in close relationships", anxiety.scale.domain, count)
        st.html(title + f'<div class="ad-meta">{look.esc(said)}</div>')
        if pictures:
            figure = charts.two_lines(
                anxiety, avoidance, mode=browser.mode(), phone=browser.phone(),
                overlay=(drawn.overlay(record, anxiety), drawn.overlay(record, avoidance)),
                since=drawn.since(anxiety, reach),
            )  # fmt: skip
            look.chart(figure, "chart_attachment", said)
        else:
            for course in record.attachment:
                st.html(f'<div class="ad-say"><b>{look.esc(course.scale.name)}</b></div>')
                _table(course, course.scale.name)
        for course in record.attachment:
            told = _told(record, course)
            st.html(f'<div class="ad-lines">{drawn.sentence(told)}</div>')
        st.html('<div class="ad-meta">It moves slowly: every 7 to 12 weeks is enough.</div>')
        for word, course in (("anxiety", anxiety), ("avoidance", avoidance)):
            made.ways_in(course, named=word)


def _measure(record: ClientRecord, course: Course, *, pictures: bool, reach: str) -> None:
    key = f"{course.instrument.id}_{course.scale.id}"
    with look.card(f"measure-{key}"):
        domain, told = course.scale.domain, _told(record, course)
        count = f"{domain.label} · n {course.n}"
        title = rows.title(course.scale.name, domain, count, drawn.word(told))
        bold, place, more = charts.sentence_parts(course)
        where = f'<div class="ad-meta">{look.esc(f"{bold} {place}")}</div>'
        st.html(f'<div class="ad-lines">{title}{drawn.sentence(told)}{where}</div>')
        if pictures:
            on = course.latest.answered_on if course.latest else course.started_on
            figure = charts.measure(
                course, mode=browser.mode(), phone=browser.phone(), age=record.client.age(on),
                overlay=drawn.overlay(record, course), since=drawn.since(course, reach),
            )  # fmt: skip
            said = drawn.plain_sentence(told)
            alt = f"{course.scale.name}. {said} {charts.sentence(course)}"
            look.chart(figure, f"chart_{key}", alt)
        else:
            _table(course, course.scale.name)
        st.html(f'<div class="ad-meta">{look.esc(more)}</div>')
        made.ways_in(course)


def _table(course: Course, caption: str, *, shared: bool = False) -> None:
    frame = charts.table(course, shared=shared)[::-1]
    tables.table(list(frame.columns), frame.to_numpy().tolist(), f"{caption}, newest first")


def without_episode(record: ClientRecord) -> None:
    """How many answers the pictures leave out because no episode reaches over their days."""
    if record.without_episode:
        st.html(
            f'<div class="ad-meta">Answers without an episode: {record.without_episode}. They are '
            "kept, and drawn once an episode reaches over their days.</div>"
        )


def not_asked(record: ClientRecord) -> None:
    """Which risk items nobody asked, or came in as ready scores: no flag can say so."""
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


def review(viewer: Viewer, record: ClientRecord) -> None:
    """That it is time to look back together, as it is for everybody after the sixth answer."""
    if not record.review_due or record.primary is None or record.episode is None:
        return
    name = record.primary.instrument.short_name
    with look.card("review", stretch=False):
        st.html(
            rows.say(
                "A good time to look back together.",
                f"{name} was answered {record.primary.n} times; a review at about session "
                f"{REVIEW_AT} is for everybody and says nothing about how it goes. Sessions are "
                "not counted here, answers are. Ask what helps, what doesn’t, and what should "
                "come next.",
            )
        )
        if viewer.role is Role.THERAPIST and st.button(
            "We have looked back together", key="reviewed"
        ):
            episode_id = record.episode.episode_id
            forms.attempt(
                lambda: add_event(viewer, episode_id, EventKind.OTHER, viewer.today, REVIEWED),
                "Noted among the events.",
            )


def _short(instruments: set[Instrument]) -> str:
    return ", ".join(sorted(one.short_name for one in instruments))


def _quiet(bold: str, rest: str) -> None:
    st.html(f'<div class="ad-sunk">{rows.say(bold, rest)}</div>')
