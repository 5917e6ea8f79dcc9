"""How does one measure look on a page of its own: its picture, every answer, every figure?"""

import streamlit as st

from attachdash import charts
from attachdash.charts import words
from attachdash.practice.clients import Client
from attachdash.practice.provenance import (
    DECLINED,
    NOT_APPLICABLE,
    ItemAnswers,
    ItemRow,
    grounds,
    in_digits,
    item_answers,
)
from attachdash.practice.rights import Viewer
from attachdash.practice.words import Course
from attachdash.web import browser, expected, look, made, rows, tables
from attachdash.web.tables import counted, day

_UNANSWERED = {DECLINED: "declined", NOT_APPLICABLE: "n/a"}


def choose(courses: list[Course]) -> None:
    """None is chosen: let the viewer say which."""
    known = {made.key_of(one): one for one in courses}
    if not known:
        st.write("Nothing was answered in this episode yet.")
        return
    chosen = st.selectbox(
        "Measure", list(known), index=None, placeholder="Choose a measure", width=520,
        format_func=lambda one: known[one].instrument.scale_label(known[one].scale),
        key=f"measure_of_{courses[0].client_id}",
    )  # fmt: skip
    if chosen is not None:
        made.hold_measure(known[chosen])
        st.rerun()


def picture(viewer: Viewer, client: Client, course: Course) -> None:
    """The scale on its own axis, in its own direction."""
    with look.card("measure-page", stretch=False):
        bold, place, more = charts.sentence_parts(course)
        domain = course.scale.domain
        title = rows.title(course.scale.name, domain, f"{domain.label} · n {course.n}")
        st.html(title + rows.say(bold, place))
        on = course.latest.answered_on if course.latest else course.started_on
        figure = charts.measure(
            course, mode=browser.mode(), phone=browser.phone(), age=client.age(on),
            overlay=expected.over(viewer, course, charts.Overlay()),
        )  # fmt: skip
        look.chart(figure, "chart_measure", f"{course.scale.name}. {charts.sentence(course)}")
        st.html(f'<div class="ad-meta">{look.esc(more)}</div>')
        made.ways_in(course, opens=False)


def answers(course: Course) -> None:
    """Every answer with its score, newest first."""
    with look.card("measure-answers", stretch=False):
        st.html(rows.heading("Every answer"))
        frame = charts.table(course, shared=True)[::-1]
        caption = f"{course.scale.name}, newest first"
        tables.table(list(frame.columns), frame.to_numpy().tolist(), caption)


def items(viewer: Viewer, course: Course) -> None:
    """Every item over time: one worsening answer is seen under a steady total."""
    found = item_answers(
        viewer, course.client_id, course.episode_id, course.instrument.id, course.scale.id
    )
    assert found.client_id == course.client_id, "answers of another client"
    with look.card("measure-items", stretch=False):
        st.html(rows.heading(f"{course.instrument.short_name} item by item"))
        if not found.days:
            st.html(rows.say("No answers by item:", "what came in were ready scores."))
        else:
            st.html(_strip(found))
        if found.left_out:
            st.html(
                f'<div class="ad-meta">{counted(found.left_out, "form")} of another version of '
                "this questionnaire left out: its items may be others.</div>"
            )


def _strip(found: ItemAnswers) -> str:
    head = "".join(f'<th scope="col" class="ad-n">{day(on)}</th>' for on in found.days)
    body = "".join(_row(one, found) for one in found.rows)
    step = found.instrument.step
    low = min(one.item.low for one in found.rows) * step
    high = max(one.item.high for one in found.rows) * step
    return (
        '<div class="ad-wide" tabindex="0" role="region" aria-label="Item by item, scrolls">'
        '<table class="ad-grid" aria-label="Items over time, oldest form first"><thead><tr>'
        f'<th scope="col">Item</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<div class="ad-meta">As answered, {in_digits(low)}–{in_digits(high)}; “turned” items '
        "count the other way round. – is blank; declined and not applicable (n/a) say so.</div>"
    )


def _row(one: ItemRow, found: ItemAnswers) -> str:
    marks = [word for word, on in (("turned", one.is_turned), ("! risk", one.is_risk)) if on]
    name = f"{one.item.number}. {one.item.label}" + (f" ({', '.join(marks)})" if marks else "")
    cells = "".join(
        f'<td class="ad-n">{_cell(answer, found.instrument.step)}</td>' for answer in one.answers
    )
    return f'<tr><th scope="row">{look.esc(name)}</th>{cells}</tr>'


def _cell(answer: int, step: float) -> str:
    if answer < 0:
        return _UNANSWERED.get(answer, "–")
    return in_digits(answer * step)


def figures(course: Course) -> None:
    """Every statistic on record for the scale, with its source and standing."""
    known = course.instrument
    with look.card("measure-figures", stretch=False):
        st.html(rows.heading("Where each figure comes from"))
        st.html(made.table_of(grounds(known, course.scale)))
        notes = [course.scale.why, course.scale.note, known.caution, *known.traps]
        st.html(
            "".join(f'<div class="ad-say">{look.esc(one)}</div>' for one in notes if one)
            + f'<div class="ad-meta">{look.esc(known.citation)}. {look.esc(known.licence.text)}. '
            f"Range {words.range_of(course.scale)}, {course.scale.direction.label}.</div>"
        )
