"""What others answered, and what the client answered about others: apart from their own course."""

from collections.abc import Sequence

import streamlit as st

from attachdash.charts import words
from attachdash.practice.record import Beside, ClientRecord
from attachdash.practice.rights import Viewer
from attachdash.web import look, made, rows, tables
from attachdash.web.tables import counted, day

COLUMNS = ("Scale", "n", "First", "Latest")


def cards(viewer: Viewer, record: ClientRecord) -> None:
    """A card for what others answered and one for what the client did about others, if any."""
    by = [one for one in record.beside if one.informant]
    about = [one for one in record.beside if not one.informant]
    if by:
        with look.card("by-others", stretch=False):
            _card(
                "Answered by others", "Answered by", by, [one.informant for one in by],
                "Different people see different things: this is their view, beside the client’s "
                "own and in none of the pictures above. Parents and their children agree only "
                "loosely; neither is wrong.",
            )  # fmt: skip
            made.ways_in_apart(_apart(record, by), "by_others")
        made.panel(viewer, _apart(record, by))
    if about:
        with look.card("about-others", stretch=False):
            _card(
                "About others", "About", about, [one.about for one in about],
                "What the client answered about somebody, each person by themself and in none of "
                "the pictures above.",
            )  # fmt: skip
            made.ways_in_apart(_apart(record, about), "about_others")
        made.panel(viewer, _apart(record, about))


def _apart(record: ClientRecord, found: Sequence[Beside]) -> list[made.Apart]:
    return [made.Apart(client_id=record.client.client_id, beside=one) for one in found]


def _card(
    title: str, who: str, found: Sequence[Beside], names: Sequence[str], meaning: str
) -> None:
    forms = len({answer.administration_id for one in found for answer in one.answers})
    st.html(
        f'<div class="ad-name"><h2>{look.esc(title)}</h2>'
        f'<span class="ad-meta">{counted(forms, "form")}</span></div>{rows.say("", meaning)}'
    )
    tables.table((who, *COLUMNS), map(_line, names, found), f"{title}: first and latest")
    key = title.replace(" ", "_").lower()
    more = st.expander("Each form", key=f"beside_{key}", on_change="rerun")
    if more.open:
        with more:
            lines = sorted(
                (
                    (answer.answered_on, name, one, answer)
                    for name, one in zip(names, found, strict=True)
                    for answer in one.answers
                ),
                key=lambda line: (-line[0].toordinal(), line[1], line[2].scale.id),
            )
            tables.table(
                (who, "Scale", "Day", "Score", "Items answered"),
                [
                    (
                        name,
                        one.instrument.scale_label(one.scale),
                        day(on) + (" (nominal)" if answer.is_nominal else ""),
                        "no score: too little answered"
                        if answer.value is None
                        else words.number(one.instrument, one.scale, answer.value),
                        f"{answer.answered} of {answer.asked}"
                        if answer.answered
                        else "ready score",
                    )
                    for on, name, one, answer in lines
                ],
                f"{title}: each form, newest first",
            )


def _line(name: str, one: Beside) -> tuple[str, ...]:
    scored = one.scored
    ends = [
        f"{words.number(one.instrument, one.scale, answer.value)} on {day(answer.answered_on)}"
        for answer in scored[:1] + scored[1:][-1:]
        if answer.value is not None
    ]
    first, latest = [*ends, "–", "–"][:2] if ends else ("no score", "–")
    return name, one.instrument.scale_label(one.scale), str(len(scored)), first, latest
