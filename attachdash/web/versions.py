"""How do taking back and putting right look: one import, and the forms of a client?"""

import streamlit as st

from attachdash.practice.batches import Batch, undo_batch
from attachdash.practice.lines import is_seen
from attachdash.practice.mending import (
    Form,
    Forms,
    Version,
    forms,
    restore_administration,
    withdraw_administration,
)
from attachdash.practice.rights import Role, Viewer
from attachdash.web import forms as sending
from attachdash.web import look, paper, tables
from attachdash.web.navigation import go
from attachdash.web.tables import clock, counted, day

_BATCH = "_batch"
MOST_ITEMS = 6  # named one by one as changed


def hold_batch(batch_id: int) -> None:
    """Have this import before the viewer."""
    st.session_state[_BATCH] = batch_id


def held_batch() -> int | None:
    """The import before the viewer."""
    found = st.session_state.get(_BATCH)
    return found if isinstance(found, int) else None


def now_of(one: Batch, zone: str) -> str:
    """What became of an import, in a sentence."""
    if one.undone_at is not None:
        return (
            f"It was undone on {clock(one.undone_at, zone)} by {one.undone_by}. Its forms are "
            "kept, marked, and in no figure; the file can be imported again."
        )
    if one.changed:
        return f"{counted(len(one.changed), 'form')} changed since."
    return "Nothing of it was changed since."


def changed(one: Batch, zone: str) -> None:
    """What of an import no longer counts as it came in, each with who and when."""
    st.header("Changed since", anchor=False)
    told = any(form.instrument for form in one.changed)
    tables.table(
        ("Client", *(("Form",) if told else ()), "What", "When", "By"),
        [
            (
                form.code,
                *((_named(form.instrument.short_name, day(form.answered_on)),)
                  if form.instrument else ()),
                form.what,
                clock(form.changed_at, zone),
                form.by_whom,
            )
            for form in one.changed
        ],
        "Forms of this import that changed since",
    )  # fmt: skip


def what_goes(one: Batch) -> None:
    """What undoing takes along and what stands in its way."""
    if one.strangers:
        st.write(
            f"{counted(one.strangers, 'client')} of this import "
            f"{'is' if one.strangers == 1 else 'are'} not yours now: an administrator can undo it."
        )
        return
    if one.changed:
        st.write(
            "It can’t be undone while forms of it are corrected or withdrawn. On the client’s "
            "record, bring back what was withdrawn and set back what was corrected; or withdraw "
            "the others there one by one."
        )
        return
    lines = [
        f"{counted(one.counts, 'form')} of {counted(one.clients, 'client')}: kept and marked, "
        "out of every figure, with the flags that rest on nothing else."
    ]
    if one.goes_clients:
        shown = ", ".join(one.goes_clients[:8])
        more = f" and {len(one.goes_clients) - 8:,} more" if len(one.goes_clients) > 8 else ""
        lines.append(
            f"{counted(len(one.goes_clients), 'client')} that this import created and nobody used "
            f"since: removed for good ({shown}{more})."
        )
    if one.goes_episodes:
        lines.append(
            f"{counted(one.goes_episodes, 'episode')} that this import opened and nobody used "
            "since: removed for good."
        )
    st.html(
        "<div>What goes:</div><ul style='margin:.25rem 0'>"
        + "".join(f"<li>{look.esc(line)}</li>" for line in lines)
        + "</ul>"
    )


def undo(viewer: Viewer, batch_id: int, reason: str) -> None:
    """Take the import back, and say so on the page drawn anew."""
    sending.attempt(
        lambda: undo_batch(viewer, batch_id, reason),
        lambda was: f"{counted(was.counts, 'form')} taken back. The file can be imported again.",
    )


def card(viewer: Viewer, client_id: int, zone: str) -> None:
    """The forms of a client behind an expander: correct one, withdraw one, see its versions."""
    words = "Correct or withdraw a form" if viewer.role is Role.THERAPIST else "Forms and versions"
    shown = st.expander(words, key="versions", on_change="rerun")
    if not shown.open:
        return
    with shown:
        found = forms(viewer, client_id)
        if not found.forms:
            st.write("No form is held yet.")
            return
        known = {one.administration_id: one for one in found.forms}
        chosen = st.selectbox(
            "Which form? Newest day first", list(known), index=None,
            format_func=lambda one: _line(known[one]), placeholder="Choose a form by its day",
            key=f"version_{client_id}", width=520,
        )  # fmt: skip
        if chosen is not None:
            one = known[chosen]
            _history(one, zone)
            if viewer.role is Role.THERAPIST:
                _acts(viewer, one)
        _traces(found, zone)


def _named(what: str, when: str) -> str:
    return f"{what}, {when}"


def _day(version: Version) -> str:
    return day(version.answered_on) + (" (nominal)" if version.is_nominal else "")


def _line(one: Form) -> str:
    said = _named(_day(one.last), one.instrument.short_name)
    if one.occasion:
        said += f" ({one.occasion})"
    said += f", by {one.informant}" if one.informant else ""
    said += f", about {one.about}" if one.about else ""
    if not one.counts:
        return f"{said} · {'import undone' if one.came_undone else 'withdrawn'}"
    return said + (f" · version {one.last.version}" if one.last.version > 1 else "")


def _history(one: Form, zone: str) -> None:
    tables.table(
        ("Which", "Day", "Answers", "Changed", "Came in", "What became of it"),
        [
            (
                f"Version {version.version}",
                _day(version),
                _answers(one, version),
                differs(one, version),
                f"{clock(version.recorded_at, zone)}, {version.recorded_by}",
                _became(version, zone),
            )
            for version in one.versions
        ],
        f"Versions of {_line(one)}, newest first",
    )


def _answers(one: Form, version: Version) -> str:
    if version.answers is None:
        return "ready scores"
    return " ".join(_cells(one, version.answers))


def _cells(one: Form, answers: tuple[int, ...]) -> list[str]:
    step = one.instrument.step
    return ["–" if answer < 0 else f"{answer * step:g}" for answer in answers]


def differs(one: Form, version: Version) -> str:
    """What a version changed in the answers of the one before it; empty for the first."""
    before = next((old for old in one.versions if old.version == version.version - 1), None)
    if before is None or before.answers is None or version.answers is None:
        return ""
    pairs = enumerate(
        zip(_cells(one, before.answers), _cells(one, version.answers), strict=True), start=1
    )
    items = [f"item {item}: {was} → {now}" for item, (was, now) in pairs if was != now]
    more = f", {len(items) - MOST_ITEMS} more" if len(items) > MOST_ITEMS else ""
    return ", ".join(items[:MOST_ITEMS]) + more or "no answer"


def _became(version: Version, zone: str) -> str:
    if version.replaced_at is None:
        return "counts"
    who = f", {version.replaced_by}" if version.replaced_by else ""
    return f"no longer counts since {clock(version.replaced_at, zone)}{who}: {version.reason}"


def _acts(viewer: Viewer, one: Form) -> None:
    key = one.administration_id
    if not one.counts:
        if one.came_undone:
            st.write("It went with its import. Import the file again to bring it back.")
        elif st.button("Bring it back", key=f"restore_{key}"):
            sending.attempt(
                lambda: restore_administration(viewer, one.client_id, key),
                "The form counts again. A risk answer in it wants an eye again.",
            )
        return
    side_by_side = st.container(horizontal=True)
    if one.last.answers is not None and side_by_side.button(
        "Correct it on the paper form", key=f"correct_{key}"
    ):
        paper.correct(one)
        go("paper_form")
    with side_by_side.popover("Withdraw it", key=f"withdraw_{key}"):
        st.write(
            "It is kept with its reason, and leaves every picture, score and export. A flag that "
            "rests on it alone is withdrawn. It can be brought back."
        )
        reason = st.text_input("Why? (needed)", max_chars=300, key=f"withdraw_why_{key}")
        if st.button("Withdraw this form", disabled=not is_seen(reason), key=f"withdraw_now_{key}"):
            sending.attempt(
                lambda: withdraw_administration(viewer, one.client_id, key, reason),
                "The form is withdrawn. It is kept, and can be brought back.",
            )


def _traces(found: Forms, zone: str) -> None:
    if not found.traces:
        return
    tables.table(
        ("Flag", "What became of it", "Why", "When", "Said before"),
        [
            (
                f"{one.instrument.short_name} item {one.item}",
                "withdrawn: no such answer is left" if one.withdrawn
                else "rests on another answer now",
                one.reason,
                f"{clock(one.done_at, zone)}, {one.by_whom}",
                "; ".join(f"“{words}” ({name})" for words, name in one.said) or "–",
            )
            for one in found.traces
        ],
        "What corrections did to flags, newest first",
    )  # fmt: skip
