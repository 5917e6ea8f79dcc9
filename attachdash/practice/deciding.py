"""What somebody does about a flag: look at it, decide something, close it. Nothing is deleted."""

from datetime import date

from attachdash.errors import Invalid, Refused
from attachdash.practice import asking, escalation
from attachdash.practice.escalation import Level
from attachdash.practice.lines import one_line
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
)
from attachdash.practice.rules import Kind
from attachdash.store import flags
from attachdash.store.engine import Cursor

STAFF = (Role.THERAPIST, Role.SUPERVISOR)
LONGEST_WORDS = 500


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def mark_seen(
    viewer: Viewer, client_id: int, flag_id: int, administration_id: int | None,
    version: int | None,
) -> None:  # fmt: skip
    """Note that somebody has looked at what a flag of this client showed.

    A supervisor may where it came to them. Raises Invalid where a newer answer has come in since,
    or the form was put right: nobody has looked at that.
    """
    _moved(viewer, client_id, flag_id, administration_id, version, "seen")


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def act(
    viewer: Viewer, client_id: int, flag_id: int, administration_id: int | None,
    version: int | None, decision: str, review_on: date | None = None,
) -> None:  # fmt: skip
    """Log what was decided, in one's own words, and when to look again; it is seen by that.

    Raises Invalid without a decision, with a day to look again that has passed, and as mark_seen.
    """
    decision = _in_words(decision, "what was decided")
    if review_on is not None and review_on < viewer.today:
        raise Invalid("The day to look again has passed: choose today or a later one.")
    _moved(
        viewer, client_id, flag_id, administration_id, version, "acted", decision, review_on
    )  # fmt: skip


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def close(
    viewer: Viewer, client_id: int, flag_id: int, administration_id: int | None,
    version: int | None, reason: str,
) -> None:  # fmt: skip
    """Close a flag with a reason; it stays on record, and new evidence opens it again.

    Raises Invalid without a reason, and as mark_seen.
    """
    reason = _in_words(reason, "why it can be closed")
    _moved(viewer, client_id, flag_id, administration_id, version, "closed", reason)


# What staff note of a client, by cause: of one cause there is one flag.
NOTED = {Kind.TALK: asking.TALK, Kind.PAUSED: "pause", Kind.WITHDREW: "pause"}


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def note(viewer: Viewer, client_id: int, kind: Kind) -> None:
    """Note that the client asked to talk, wants a pause or broke off.

    Whoever treats them has seen it by that; a supervisor's note waits for them. Raises Invalid for
    any other kind.
    """
    if kind not in NOTED:
        raise Invalid("That is not something to note.")
    taken, [seen_id] = asking.ids(viewer), viewer.store.engine.new_ids("flag_step", 1)

    def work(cursor: Cursor) -> None:
        flag_id = asking.raised(cursor, viewer, client_id, kind, NOTED[kind], taken)
        if viewer.role is Role.THERAPIST:
            flags.move(
                cursor, viewer.site_id, int(seen_id), flag_id, "seen", None, viewer.person_id,
                viewer.now,
            )  # fmt: skip

    change(viewer, "noted of client", work, client_id=client_id, object_kind="flag")


def _in_words(said: str, what: str) -> str:
    said = one_line(said)
    if not said:
        raise Invalid(f"Please say {what}: it stays with the flag.")
    if len(said) > LONGEST_WORDS:
        raise Invalid(f"Please say {what} in at most {LONGEST_WORDS} characters.")
    return said


def _moved(
    viewer: Viewer, client_id: int, flag_id: int, administration_id: int | None,
    version: int | None, to: str, said: str | None = None, review_on: date | None = None,
) -> None:  # fmt: skip
    """The flag's new state, with its step, and one before it where nobody had seen it yet."""
    step_ids = [int(one) for one in viewer.store.engine.new_ids("flag_step", 2)]

    def work(cursor: Cursor) -> None:
        if flags.client_of(cursor, reach(viewer), flag_id) != client_id:
            raise Refused(NOT_THERE)
        before = flags.stands(cursor, viewer.site_id, flag_id, administration_id, version)
        if before is None:
            raise Invalid("A newer answer came in meanwhile. Reload the page and look at it first.")
        if viewer.role is Role.SUPERVISOR:
            _check_came(cursor, viewer, flag_id)
        steps = ["seen"] if before in ("open", "historic") else []  # whoever decides has seen it
        for step_id, state in zip(step_ids, [*steps, *({to} - {"seen"})], strict=False):
            own = (said, review_on) if state == to else ()
            flags.move(
                cursor, viewer.site_id, step_id, flag_id, state, administration_id,
                viewer.person_id, viewer.now, *own,
            )  # fmt: skip

    change(viewer, _DONE[to], work, client_id=client_id, object_kind="flag", object_id=flag_id)


_DONE = {"seen": "saw flag", "acted": "acted on flag", "closed": "closed flag"}


def _check_came(cursor: Cursor, viewer: Viewer, flag_id: int) -> None:
    """Raise Invalid unless the flag came to this supervisor, or they saw it when it had."""
    come = escalation.levels(cursor, viewer).get(flag_id, Level.THERAPIST)
    if come < Level.SUPERVISOR and (
        flags.last_look(cursor, viewer.site_id, flag_id) != viewer.person_id
    ):
        raise Invalid("It waits for the therapist, and comes to you if it stays unseen.")
