"""How do the items of the supervision agenda stand on a page, and on paper?"""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from attachdash.charts.words import number
from attachdash.practice import support
from attachdash.practice.flags import Flag
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.supervision import Group, Item
from attachdash.web import flagged, forms, look, rows
from attachdash.web.look import esc
from attachdash.web.tables import ago, clock, counted, day

NO_RANKING = (
    "Numbers of items say how many clients somebody has and how often they are asked. They say "
    "nothing about a therapist, and no ranking is made."
)
CSS = """
.ad-item {display:grid;gap:0 1rem;font-size:15px;line-height:1.4;
  grid-template-columns:minmax(14rem,2fr) 4.5rem 7rem 6rem minmax(12rem,2fr) minmax(9rem,1.2fr)}
[class*="st-key-agenda-item-"] {
  border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent);padding:.35rem 0 .6rem}
[class*="st-key-open_"] button p {text-decoration:underline;font-weight:600;font-size:16px}
.ad-item-head {font-size:14px;font-weight:600}
@media (max-width:1200px) {
  .ad-item {grid-template-columns:1fr 1fr} .ad-item-head {display:none}
  .ad-item > :is(:nth-child(1),:nth-child(5),:nth-child(6)) {grid-column:1/-1}
  .ad-item > [data-label]::before {content:attr(data-label) ": ";opacity:.8;font-size:14px}
}
@media print {
  header, [data-testid=stHeader], .st-key-who, button, form, [data-testid=stPopover],
  [data-testid=stButtonGroup] {display:none!important}
  .stApp, [data-testid=stAppViewContainer], [data-testid=stMain] {position:static!important;
    overflow:visible!important;height:auto!important}
  .stApp, .stApp * {color:#000!important;background:#fff!important}
  [class*="st-key-agenda-item-"] {break-inside:avoid}
  [class*="st-key-agenda-item-"] .ad-print {display:block!important}
}
.ad-print {display:none;font-weight:600}
"""


def dress() -> None:
    """The CSS of the agenda; once a run, by the page."""
    st.html(f"<style>{CSS}</style>")


def lead(found: Sequence[Item], today: date) -> str:
    """What to know first, its first sentence bold."""
    if not found:
        return "Nothing is on the agenda."
    counts = {group: sum(one.group is group for one in found) for group in Group}
    said = [
        f"{counted(counts[Group.NOT_SEEN], 'item')} nobody has seen",
        f"{counts[Group.NO_DECISION]} without a decision",
        f"{sum(_is_due(one, today) for one in found)} due for another look",
    ]
    return f"{', '.join(said)}. Sorted by what is open, never by therapist."


def _is_due(one: Item, today: date) -> bool:
    """Also where nothing was decided: a risk answer that stands is looked at every four weeks."""
    return one.flag.review_on is not None and one.flag.review_on <= today


def head() -> None:
    """The names of the columns, on a wide screen."""
    names = ("Why", "Open", "Seen", "Tool", "Decision", "Since then")
    cells = "".join(f"<div>{one}</div>" for one in names)
    st.html(f'<div class="ad-item ad-item-head">{cells}</div>')


def item(viewer: Viewer, one: Item, zone: str) -> None:
    """One item: who, why, how old, seen, tool, decision, since; notes, and a place for one."""
    with st.container(key=f"agenda-item-{one.flag.flag_id}", gap=None):
        name = rows.label(one.client)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(look.plain(name), key=f"open_{one.flag.flag_id}", type="tertiary"):
                flagged.open_tool(one.flag)
            st.html(
                f'<div class="ad-print">{esc(name)}</div>'
                f"<div>{rows.badge_of(one.flag)} "
                f'<span class="ad-meta">{esc(", ".join(one.therapists))}</span></div>',
                width="content",
            )
            if viewer.role is Role.SUPERVISOR:
                _note(viewer, one)
        st.html(_cells(one, zone, viewer.today))
        for note in one.notes:
            said = look.plain(f"{note.by_whom}, {clock(note.noted_at, zone)}:")
            st.write(f"**{said}** {look.plain(note.words)}")


def _cells(one: Item, zone: str, today: date) -> str:
    flag = one.flag
    seen = ago(flag.seen_at, zone, today) if flag.seen_at else "nobody"
    seen = f"<b>{seen}</b>" if seen == "nobody" else f"{esc(seen)}, {esc(flag.seen_by)}"
    used = f"{one.answered} of {one.asked}" if one.answered else "not used"
    cells = (
        ("", esc(f"{flagged.fact(flag)}." if isinstance(flag, Flag) else one.reason)),
        ("Open", counted(one.days, "day") if one.days else "today"),
        ("Seen", seen),
        ("Tool", used),
        ("Decision", esc(_decided(one, zone, today))),
        ("Since then", esc(_since(one))),
    )
    inside = "".join(
        f'<div data-label="{label}">{cell}</div>' if label else f"<div>{cell}</div>"
        for label, cell in cells
    )
    return f'<div class="ad-item">{inside}</div>'


def _decided(one: Item, zone: str, today: date) -> str:
    if one.decision is None:
        said = "none" if one.group in (Group.NOT_SEEN, Group.LATE) else "none yet"
    else:
        done = clock(one.decision.done_at, zone)
        said = f"“{one.decision.words}” {one.decision.by_whom}, {done}."
    if (on := one.flag.review_on) is not None:
        stop = "" if said.endswith(".") else "."
        due = "Due for another look since" if on <= today else "To look at again:"
        said += f"{stop} {due} {day(on)}."
    return said


def _since(one: Item) -> str:
    said = []
    if one.since.item and isinstance(one.flag, Flag):
        answer, on = one.since.item
        what = "left blank" if answer is None else f"{answer * one.flag.instrument.step:g}"
        said.append(f"the item: {what}, {day(on)}")
    if one.since.primary:
        course, *values, on = one.since.primary
        then, now = (number(course.instrument, course.scale, value) for value in values)
        said.append(f"{course.instrument.short_name} {then} → {now}, {day(on)}")
    return "; ".join(said) or "no new answer"


def _note(viewer: Viewer, one: Item) -> None:
    name = f"note_{one.flag.flag_id}"
    key = forms.form_key(name)
    with st.popover("Add a note", type="tertiary"), st.form(key, border=False):
        said = st.text_area(
            "A note, which the therapist can read; the client isn’t shown it", key=f"{key}_words",
            max_chars=support.LONGEST_NOTE, height=90,
        )  # fmt: skip
        if st.form_submit_button("Add the note"):
            forms.attempt(
                lambda: support.add_note(viewer, one.client.client_id, one.flag.flag_id, said),
                "The note is added. The therapist sees it beside the flag.",
                name,
            )
