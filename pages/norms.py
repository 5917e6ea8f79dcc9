"""Norms: which questionnaires lack the figures that change is told by, and what stands in?"""

from functools import partial

import streamlit as st

from attachdash import web
from attachdash.practice import norms, shares
from attachdash.practice.norms import LocalNorm, OfWhom, ReliabilityKind
from attachdash.web import forms, tables

OF_WHOM: dict[OfWhom, str] = {"clients": "people in therapy", "community": "people outside therapy"}
KINDS: dict[ReliabilityKind, str] = {
    "alpha": "alpha, of one occasion",
    "retest": "retest, over some weeks",
}

viewer = web.viewer()
lacking = norms.lacking(viewer)
held = [one for one in lacking if one.holds]
web.header(
    "Norms",
    "What tells change from noise where no figure is published",
    f"{len(held)} of {tables.counted(len(lacking), 'scale')} that lack a figure have one here. On "
    "the others no change is called real: their pages say which figure is missing.",
)
forms.say()


def said(norm: LocalNorm | None) -> str:
    """The figures of a norm with their group and source."""
    if norm is None:
        return "–"
    many = f", n {norm.n}" if norm.n else ""
    return (
        f"mean {norm.mean:.4g}, SD {norm.sd:.3g}, {norm.reliability_kind} "
        f"{norm.reliability:.2f}{many}: {norm.group_name} ({norm.source})"
    )


def beside(share: float, at_first: float) -> str:
    """A share of the SD, and the judged one that it was drawn to."""
    return f"{norms.in_share(share)} ({norms.in_share(at_first)})"


left, right = st.columns(2)
with left, web.card("enter", stretch=False):
    st.subheader("Enter figures", anchor=False)
    labels = {
        (one.instrument.id, one.scale.id): one.instrument.scale_label(one.scale) for one in lacking
    }
    picked = st.selectbox(
        "Scale", list(labels), index=None, format_func=labels.__getitem__, key="norm_scale",
        placeholder="Type a questionnaire’s name",
    )  # fmt: skip
    chosen = next((one for one in lacking if (one.instrument.id, one.scale.id) == picked), None)
    if picked and chosen:
        st.html(
            f'<div class="ad-meta">Not published: {web.esc(" and ".join(chosen.missing))}. Both '
            "come from one and the same group, so that they fit together.</div>"
        )
        with st.form(forms.form_key(f"norm_{'_'.join(picked)}"), border=False):
            group = st.text_input("Whose answers", placeholder="adults, first session, Bergen")
            of_whom = st.selectbox("They were", list(OF_WHOM), format_func=OF_WHOM.__getitem__)
            first, second, third = st.columns(3)
            span = f"{chosen.scale.low:g}–{chosen.scale.high:g}"
            mean = first.number_input(f"Mean ({span})", value=None, step=0.1, format="%.2f")
            sd = second.number_input("SD (points)", value=None, step=0.1, format="%.2f")
            n = third.number_input("n, if known", value=None, step=1, min_value=2)
            fourth, fifth = st.columns(2)
            reliability = fourth.number_input("Reliability (0–1)", value=None, step=0.01)
            kind = fifth.selectbox("It is", list(KINDS), format_func=KINDS.__getitem__)
            source = st.text_input("Source", placeholder="author, year, table or page")
            if st.form_submit_button("Save", type="primary"):
                if mean is None or sd is None or reliability is None:
                    st.error("Mean, SD and reliability are needed: each is used together.")
                else:
                    forms.attempt(
                        partial(
                            norms.enter_norm,
                            viewer, picked, group=group, of_whom=of_whom, mean=mean, sd=sd,
                            reliability=reliability, reliability_kind=kind, source=source, n=n,
                        ),
                        f"Saved: {labels[picked]}. It holds from now on, shown as unchecked.",
                        f"norm_{'_'.join(picked)}",
                    )  # fmt: skip
        if chosen.entered and st.button("Take back what was entered"):
            forms.attempt(partial(norms.take_back_norm, viewer, picked), "Taken back; it is kept.")
with right, web.card("how", stretch=False):
    st.subheader("Where they come from", anchor=False)
    st.write(
        f"Each night, a scale on which {norms.FEWEST} clients or more have answered gets the mean, "
        "SD and alpha of their first answers here. Wherever such figures are used they are named "
        "as this practice’s own. What is entered on this page goes before them."
    )
    st.write(
        "A reliability under .70 tells of groups, not of one person: such a scale still gets no "
        "word for change."
    )

if held:
    tables.table(
        ("Scale", "Entered here", "This practice’s own first answers"),
        [(one.instrument.scale_label(one.scale), said(one.entered), said(one.own)) for one in held],
        "Figures that stand in for unpublished ones",
    )
else:
    st.html('<div class="ad-meta">No figure was entered or taken yet.</div>')

st.subheader("How far this practice’s own clients drift and waver", anchor=False)
st.write(
    f"A true level drifts, and a bad week passes: both must not be read as change. How far is "
    f"judged at first. Each night, a scale answered on three days or more in {shares.FEWEST} "
    "episodes gets shares of its SD of its own, drawn to the starting values and never beyond "
    f"{shares.FARTHEST:g} times or below half of them. Wherever they are used they are named."
)
if own := shares.own_shares(viewer):
    tables.table(
        ("Scale", "Drift in a week (at first)", "Passing state (at first)", "n", "Since"),
        [
            (
                one.instrument.scale_label(one.scale),
                beside(one.own.drift, one.own.default_drift),
                beside(one.own.transient, one.own.default_transient),
                f"{one.own.series:,} of {tables.counted(one.own.of_series, 'episode')}, "
                f"{tables.counted(one.own.occasions, 'answer')}",
                tables.day(one.own.taken_on),
            )
            for one in own
        ],
        "Shares of the SD re-estimated over this practice’s own episodes",
    )
else:
    st.html('<div class="ad-meta">No scale has episodes enough yet: the judged ones hold.</div>')
