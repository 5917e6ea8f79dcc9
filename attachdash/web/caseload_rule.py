"""By which rule the caseload is sorted, behind one click."""

import streamlit as st

from attachdash.practice.marks import REVIEWED
from attachdash.practice.needs import RATES, RULES, Group
from attachdash.practice.words import NOT_MOVING_FROM, REVIEW_AT
from attachdash.web import look
from attachdash.web.caseload import BADGES
from attachdash.web.tables import table


def rule() -> None:
    """The whole rule, with how often each step is wrong as far as that was measured."""
    with look.card("rule", stretch=False):
        st.header("How is this sorted?", anchor=False)
        st.write(
            "By the first step that holds. Within a step: answers before blanks, red before "
            "amber, then whose record nobody has opened for longest. A row names what else holds."
        )
        columns = ["Step", "Needs", "From which data", "Holds when", "How sure", "Next step"]
        table(
            [*columns, "False alarms", "Missed"],
            [_line(place) for place in range(len(RULES))],
            "The rule, step by step",
        )
        st.write(
            f"After the {REVIEW_AT}th answer on the primary symptom scale, and until the "
            f"{NOT_MOVING_FROM}th, a row says that it is time to look back together, as for "
            "everybody: it moves nobody in this order. It goes once the record has the event "
            f"“{REVIEWED}”."
        )
        st.caption(
            '"Likely true level": what all answers together say, passing states and the '
            "questionnaire’s own error set aside. Symptoms have no picture here; the reason names "
            "the scale. False alarms and misses are of simulated courses (PHQ-9, weekly answers), "
            "not of your clients; – was not measured."
        )


def _line(place: int) -> list[str]:
    step = RULES[place]
    kind = {Group.RISK: "Risk answer", Group.PROMPT: "Ask about it"}
    needs = kind.get(step.group) or BADGES[step.group][1]
    line = [
        f"{place + 1}. {step.need.value}", needs, step.data, step.threshold, step.certainty,
        step.next_step.format(month="the month it began"),
    ]  # fmt: skip
    rates = RATES.get(step.need)
    return [*line, rates.false_alarms, rates.misses] if rates else [*line, "–", "–"]
