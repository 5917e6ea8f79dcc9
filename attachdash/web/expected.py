"""Similar clients: how did those who began alike go on, over a measure's picture when asked for?"""

from dataclasses import replace

import streamlit as st

from attachdash import charts
from attachdash.charts import words
from attachdash.practice import expected
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import Course
from attachdash.web import look, rows, tables

_STAFF = (Role.THERAPIST, Role.SUPERVISOR)


def over(viewer: Viewer, course: Course, overlay: charts.Overlay) -> charts.Overlay:
    """The switch, off at first, with its words; the overlay with the expected course once on.

    Without closed episodes enough, the words say so and the overlay stays as it is. Never for a
    client: others' courses are no yardstick for oneself.
    """
    if viewer.role not in _STAFF or not course.n:
        return overlay
    key = f"{course.client_id}_{course.instrument.id}_{course.scale.id}"
    asked = st.toggle(
        "Similar clients", key=f"similar_{key}",
        help="The middle half of closed episodes here that began with a like score",
    )  # fmt: skip
    if not asked:
        return overlay
    found = expected.course(
        viewer, course.client_id, course.episode_id, (course.instrument.id, course.scale.id)
    )
    if found.course is None:
        st.caption(look.plain(f"No similar clients: {found.why_none}"))
        return overlay
    known = found.course
    st.html(
        rows.say(
            f"Dotted: {known.n} closed episodes here that began {expected.in_words(known.band)}.",
            "A quarter of them lay below the lowest line, half below the middle one, a quarter "
            "above the highest. Each client counts once, none of this client’s own episodes do. "
            f"Weeks with fewer than {expected.FEWEST_A_WEEK} are left out. Who is still in therapy "
            "later are others than those who began: it is no forecast, and no goal.",
        )
    )
    more = st.expander("Similar clients week by week", key=f"similar_weeks_{key}",
                       on_change="rerun")  # fmt: skip
    if more.open:
        with more:
            tables.table(
                ("Week", "A quarter below", "Half below", "A quarter above", "n"),
                [
                    (
                        words.minus(str(week)),
                        *(f"{one:.1f}" for one in (low, middle, high)),
                        str(count),
                    )
                    for week, low, middle, high, count in zip(
                        known.weeks.tolist(), known.low.tolist(), known.middle.tolist(),
                        known.high.tolist(), known.counts.tolist(), strict=True,
                    )
                ],
                "Similar clients, by week since the start",
            )  # fmt: skip
    return replace(
        overlay,
        expected=charts.Expected(
            known.weeks.astype(float), known.low, known.middle, known.high, known.n
        ),
    )
