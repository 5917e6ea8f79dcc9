"""Outcomes: how did the therapies go that the viewer answers for, domain by domain?"""

import streamlit as st

from attachdash import web
from attachdash.practice.outcomes import (
    FEWEST,
    FEWEST_LINES,
    Outcome,
    mean_course,
    outcomes,
    recoveries,
)
from attachdash.practice.words import LEADS, TRIAD, Domain, signed
from attachdash.web import rows, tables

COLUMNS = (
    "Scale", "n", "First mean (SD)", "Latest mean (SD)", "Effect d (95%)", "Late starts",
)  # fmt: skip
AFTER_TRIAD = (
    Domain.ATTACHMENT, Domain.RELATIONSHIPS, Domain.UNDERSTANDING_EMOTIONS, Domain.WELLBEING,
    Domain.SYMPTOMS, Domain.MINDFULNESS, Domain.ALLIANCE,
)  # fmt: skip

viewer = web.viewer()
found = outcomes(viewer)


def is_part(row: Outcome) -> bool:
    """Whether another scale of the same instrument holds this one."""
    scale, others = row.scale, row.instrument.scales
    if (row.instrument.id, scale.id) in LEADS.get(scale.domain, ()):
        return False
    items = set(scale.items)
    return any(scale.id in one.of or (items and items < set(one.items)) for one in others)


def mean_sd(mean: float | None, sd: float | None) -> str:
    """12.3 (4.5); a dash where there is none."""
    if mean is None:
        return "–"
    return f"{mean:.1f} ({'–' if sd is None else f'{sd:.1f}'})"


def effect(row: Outcome) -> str:
    """0.54 (0.21 to 0.87); a dash where it can't be told."""
    if row.effect is None:
        return "–"
    return f"{row.effect.d:.2f} ({row.effect.low:.2f} to {row.effect.high:.2f})".replace("-", "−")


def out_of_reach(count: int) -> str:
    """Who is left out for being too few, beside an n."""
    return f", without {count} out of reach" if count else ""


def cells(row: Outcome) -> tuple[str, ...]:
    """One scale."""
    label = row.instrument.scale_label(row.scale)
    n = f"{row.compared} of {row.episodes}{out_of_reach(row.left_out)}"
    if row.too_few:
        return label, n, f"fewer than {FEWEST} clients, not shown", "", "", ""
    return (
        label,
        n,
        mean_sd(row.first_mean, row.first_sd),
        mean_sd(row.latest_mean, row.latest_sd),
        effect(row),
        str(row.late),
    )


def domain_card(domain: Domain, members: list[Outcome]) -> None:
    """What a domain's scales as a whole say; their parts are folded away."""
    parts = [row for row in members if is_part(row)]
    whole = [row for row in members if row not in parts]
    count = f"{len(members)} {'scale' if len(members) == 1 else 'scales'}"
    with web.card(f"outcomes-{domain}", stretch=False):
        st.html(rows.title(domain.label, domain, count))
        if whole:
            tables.table(COLUMNS, [cells(row) for row in whole], f"Outcomes, {domain.label}")
        if parts:
            words = f"{len(parts)} {'subscale' if len(parts) == 1 else 'subscales'}"
            with st.expander(words, expanded=not whole):
                tables.table(COLUMNS, [cells(row) for row in parts], f"Parts, {domain.label}")


def on_the_whole() -> None:
    """The mean course on one scale, in words, where it is asked for."""
    with web.card("mean-course", stretch=False):
        st.header("How courses go on the whole", anchor=False)
        known = {(row.instrument.id, row.scale.id): row for row in found}
        asked = st.selectbox(
            "Scale", list(known), index=None, placeholder="Choose a scale", width=520, key="whole",
            format_func=lambda key: known[key].instrument.scale_label(known[key].scale),
        )  # fmt: skip
        if asked is None:
            return
        one = mean_course(viewer, *asked)
        n = f"n {one.told} of {one.clients} clients with three answers or more"
        n += out_of_reach(one.left_out)
        if one.start is None or one.slope is None:
            st.write(
                f"Nothing to show yet: {n}; it takes {FEWEST_LINES}, and answers that don’t all "
                "lie on straight lines."
            )
            return
        assert one.start_se is not None
        assert one.slope_se is not None
        assert one.slope_sd is not None
        low, high = (signed(one.slope + side * 1.96 * one.slope_se) for side in (-1, 1))
        st.write(
            f"On average {signed(one.slope)} points a week (95% {low} to {high}), from "
            f"{one.start:.1f} ± {one.start_se:.1f} (standard error) at the start; {n}."
        )
        a, b = (signed(one.slope + side * one.slope_sd) for side in (-1, 1))
        st.write(
            f"Clients differ: the lines of about two thirds lie between {a} and {b} points a "
            f"week (SD {one.slope_sd:.2f})."
        )
        st.caption(
            "A straight line for each client, all estimated together (random intercept and slope, "
            "REML; Laird & Ware 1982), by weeks from the episode’s first day; each client once, "
            "with the last episode answered. Most change comes early, so a line understates the "
            "first weeks and overstates later ones; who stops early weighs little. It says "
            "nothing about any one client or therapist, and not why anything changed."
        )


def by_talking_therapies() -> None:
    """Recoveries as NHS Talking Therapies counts them, where both its questionnaires are used."""
    one = recoveries(viewer)
    if not one.ended:
        return
    with web.card("recoveries", stretch=False):
        st.header("Recovery by the rules of NHS Talking Therapies", anchor=False)
        n = f"{one.told} of {one.ended} ended therapies have both PHQ-9 and GAD-7 twice"
        n += out_of_reach(one.left_out)
        if one.cases is None:
            st.write(f"Not shown: {n}, of fewer than {FEWEST} clients.")
        else:
            few = f"fewer than {FEWEST} clients, not shown"
            lines = [
                ("Recovered: below both lines at last", one.recovered, one.cases),
                ("Reliably recovered: and reliably improved", one.reliably_recovered, one.cases),
                ("Reliably improved", one.reliably_improved, one.told),
                ("Reliably deteriorated", one.reliably_deteriorated, one.told),
            ]
            tables.table(
                ("What became of them", "n", "Share"),
                [
                    (words, few, "") if count is None
                    else (words, f"{count} of {of}", f"{100 * count / of:.0f}%")
                    for words, count, of in lines
                ],
                "Recoveries",
            )  # fmt: skip
            st.write(f"{n}; {one.cases} of them began at caseness.")
        st.caption(
            "Caseness: PHQ-9 10 or more, or GAD-7 8 or more. Reliable: PHQ-9 by 6 or GAD-7 by 4, "
            "and the other not reliably the other way (NHS England). Recoveries are shares of "
            "those at caseness at first, the others of all. The NHS counts a therapy with two "
            "contacts or more as finished; here it is one that has ended and has two answers to "
            "each, so who stopped early is left out and the shares may flatter."
        )


web.header(
    "Outcomes",
    f"The therapies of the therapists you supervise now · as of {tables.day(viewer.today)}",
    "First against latest, not yet corrected for noise. A difference may be chance: single "
    "courses are read on the client’s page."
    if found
    else "No answers yet. As soon as a therapist you supervise has answers to show, they are "
    "counted here.",
)
if found:
    for domain in (*TRIAD, *AFTER_TRIAD):
        if members := [row for row in found if row.scale.domain is domain]:
            domain_card(domain, members)
    by_talking_therapies()
    on_the_whole()
    st.header("How this is counted", anchor=False)
    st.markdown(
        "- In: every episode, open or ended, with at least one score, of clients whom a therapist "
        "treats whom you supervise now. An ended therapy counts if its last therapist is "
        "supervised by you now.\n"
        "- Means and SDs are over episodes with two or more answers only: n 38 of 52 says that "
        "38 of 52 have them. The others count nowhere else, so the means may flatter. With "
        f"fewer than {FEWEST} clients nothing is shown: it would tell of single people.\n"
        f"- Out of reach are clients whose records you can’t open now, or never could to their "
        f"last answer. Where they are fewer than {FEWEST} they are left out: who knows the others’ "
        "records could work theirs out of the whole.\n"
        "- Effect d: mean change over the SD at first of those with both, positive where it is "
        "better, with its 95% interval (Becker 1988). Without a group that was not treated it says "
        "nothing about why.\n"
        "- A late start is a first answer more than 28 days after the episode began: it may not "
        "show where things stood then.\n"
        "- The check-in’s single lines are no outcome: nobody has validated them.\n"
        "- Each scale says which way is better. Scales with most episodes stand first in their "
        "domain. No ranking of therapists can be read from this, and none is drawn."
    )
