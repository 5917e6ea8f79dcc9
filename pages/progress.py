"""My progress: a client's own answers, in everyday words, and what staff share. No numbers.

Of a measure with a risk item there are words alone, of the check-in each line but the one on
feeling safe, and nothing of either before it is released to them.
"""

import streamlit as st

from attachdash import charts, web
from attachdash.practice.record import Progress, my_progress
from attachdash.practice.telling import client_summary
from attachdash.practice.words import Domain
from attachdash.web import asking, forms, own_lines, phases, rows

NAMES = {
    Domain.COMMUNICATION: "Talking and being heard",
    Domain.REGULATION: "Handling strong feelings",
    Domain.SELF_ESTEEM: "How you see yourself",
}
# Of those with a risk item, by what is better where there is more of it.
MEASURES = {
    "bdi2": "Your mood",
    "core10": "How you’ve been on the whole",
    "dar5": "Keeping calm when angry",
    "pcl5": "Living with what happened",
    "phq9": "Your mood",
    "phq9a": "Your mood",
    "psc17": "How things have been",
    "rcads25": "Feeling calm and in good spirits",
}
NONE_YET = "Nothing to show here yet."
# Stands on every client's page alike, whatever they answered: so it tells nothing of them.
RELEASE = (
    "Some of your answers are shown only after your therapist has looked at them. All that you "
    "answered is in your own copy under My data, whenever you want it."
)

viewer = web.viewer()
found = my_progress(viewer)
rows.dress()


def hello() -> None:
    """Who, which week, with whom, and what to know first."""
    name = viewer.name.split()[0] if viewer.name.strip() else ""
    if found is None:
        lead = (
            "Your sign-in isn’t linked to your record yet. Ask your therapist or the practice: "
            "once it is, your pictures stand here."
        )
        web.header(f"Hello {name}", "", lead)
        return
    own = client_summary({NAMES[domain]: told for domain, told in found.told.items()})
    if any(course and course.n for course in found.triad.values()):
        lead = f"{own} These are your own answers: one alone says little.".strip()
    else:
        lead = "No pictures yet. Each one begins with answers."
    web.header(f"Hello {name}", rows.therapy(found), lead)


def pictures(progress: Progress) -> None:
    """One card for each of the three."""
    for domain, course in progress.triad.items():
        with web.card(f"mine-{domain}"):
            told = progress.told.get(domain)
            said = told.client_sentence if told else NONE_YET
            st.html(rows.title(NAMES[domain], domain, "") + rows.say("", said))
            if course and course.n > 1:
                figure = charts.client_panel(course, mode=web.mode(), phone=web.phone())
                web.chart(figure, f"mine_{domain}", f"{NAMES[domain]}. {said}")
    st.html(
        '<div class="ad-meta">Dots are your answers; a hollow one had something left '
        "blank. The dashed line is where you began.</div>"
    )


def in_words(progress: Progress) -> None:
    """What may be told of measures with a risk item; nothing where that is nothing."""
    if not progress.told_measures:
        return
    with web.card("in-words"):
        st.html(rows.heading("In words"))
        for told in progress.told_measures:
            name = MEASURES.get(told.course.instrument.id, "How things have been")
            st.html(rows.say(f"{name}.", told.client_words))
        st.html(
            '<div class="ad-meta">Each from all answers of one questionnaire together. Higher is '
            "better.</div>"
        )


hello()
forms.say()
st.html(
    '<div class="ad-say">Not safe right now? “Need help now?” at the top of every page says '
    "whom to call.</div>"
)
if found is not None:
    asking.card(viewer)
    pictures(found)
    own_lines.lines(found)
    in_words(found)
    phases.shared(found)
with web.card("quiet-limits"):
    st.html(
        rows.heading("What this can’t tell you")
        + rows.say(
            "",
            "It can’t say who you are or how a day will go, and it doesn’t see what happened this "
            "week. If a picture doesn’t fit, bring it to your session: you know more than the "
            "chart.",
        )
        + rows.say("", RELEASE)
    )
