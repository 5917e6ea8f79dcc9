"""How does one measure look on a page of its own: its picture, every answer, every figure?"""

import streamlit as st

from attachdash import charts
from attachdash.charts import words
from attachdash.practice.provenance import BLANK, ItemAnswers, grounds, item_answers
from attachdash.practice.record import ClientRecord
from attachdash.practice.rights import Viewer
from attachdash.practice.statistics import statistics_of
from attachdash.practice.words import Course
from attachdash.web import browser, drawn, expected, look, made, rows, tables, taken_apart
from attachdash.web.tables import counted

_STANDING = {None: "computed", True: "checked", False: "unchecked"}


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


def picture(viewer: Viewer, record: ClientRecord, course: Course) -> None:
    """The scale on its own axis, in its own direction, and all that is told of it."""
    told = record.told[made.key_of(course)]
    with look.card("measure-page", stretch=False):
        bold, place, more = charts.sentence_parts(course)
        domain = course.scale.domain
        count = f"{domain.label} · n {course.n}"
        title = rows.title(course.scale.name, domain, count, drawn.word(told))
        first, *rest = told.sentences
        st.html(
            title + rows.say(first, " ".join(rest))
            + f'<div class="ad-meta">{look.esc(f"{bold} {place}")}</div>'
        )  # fmt: skip
        reach = drawn.chosen_range(course.client_id)
        on = course.latest.answered_on if course.latest else course.started_on
        figure = charts.measure(
            course, mode=browser.mode(), phone=browser.phone(), age=record.client.age(on),
            overlay=expected.over(viewer, course, drawn.overlay(record, course)),
            since=drawn.since(course, reach),
        )  # fmt: skip
        said = drawn.plain_sentence(told)
        look.chart(
            figure, "chart_measure", f"{course.scale.name}. {said} {charts.sentence(course)}"
        )
        st.html(
            f'<div class="ad-key"><b>In points of the scale</b>{drawn.key(record, [course])}</div>'
            f'<div class="ad-meta">{look.esc(more)}</div>'
        )
        made.ways_in(course, opens=False)


def told(record: ClientRecord, course: Course) -> None:
    """Every statistic with its figure and source."""
    found = statistics_of(record.told[made.key_of(course)])
    with look.card("measure-statistics", stretch=False):
        st.html(rows.heading("Every statistic"))
        if not found:
            st.html(
                rows.say("Nothing to compute yet.", record.told[made.key_of(course)].sentences[0])
            )
            return
        tables.table(
            ("Statistic", "Figure", "How it comes about", "Standing"),
            [(one.name, one.value, one.source, _STANDING[one.checked]) for one in found],
            f"Statistics of {course.scale.name}",
        )


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
            _strip(course, found)
        if found.left_out:
            st.html(
                f'<div class="ad-meta">{counted(found.left_out, "form")} of another version of '
                "this questionnaire left out: its items may be others.</div>"
            )


def _strip(course: Course, found: ItemAnswers) -> None:
    only = [one.item.number for one in found.rows]
    forms = []
    for at, on in enumerate(found.days):
        given = [BLANK] * len(found.instrument.items)
        for row in found.rows:
            given[row.item.number - 1] = row.answers[at]
        week = (on - course.started_on).days // 7
        forms.append(charts.Administration(week, on, given))
    risky = {one.item.number for one in found.rows if one.is_risk}
    figure = charts.heat_strip(
        found.instrument, forms, mode=browser.mode(), phone=browser.phone(), only=only,
        words=dict.fromkeys(risky, "! risk"),
    )  # fmt: skip
    name = f"{found.instrument.short_name} item by item"
    look.chart(figure, "chart_items", f"{name}; the table below has the same.")
    st.html(f'<div class="ad-meta">{look.esc(charts.heat_note(found.instrument, forms))}</div>')
    more = st.expander("The same as a table", key="items_table", on_change="rerun")
    if more.open:
        frame = charts.heat_table(found.instrument, forms, only=only)
        with more:
            tables.table(list(frame.columns), frame.to_numpy().tolist(), name)


def figures(course: Course) -> None:
    """Every statistic on record for the scale, with its source and standing."""
    known = course.instrument
    with look.card("measure-figures", stretch=False):
        st.html(rows.heading("Where each figure comes from"))
        st.html(taken_apart.table_of(grounds(known, course.scale)))
        notes = [course.scale.why, *course.scale.notes, known.caution, *known.traps]
        st.html(
            "".join(f'<div class="ad-say">{look.esc(one)}</div>' for one in notes if one)
            + f'<div class="ad-meta">{look.esc(known.citation)}. {look.esc(known.licence.text)}. '
            f"Range {words.range_of(course.scale)}, {course.scale.direction.label}.</div>"
        )
