"""Telling people by mail that something waits for them, and nothing else.

Who is to be told follows at each pass from the flags that nobody has seen and from what was told
before, so that nothing is lost by a kill, a fault of the mail server or a stop: the next pass finds
it again. A kill between sending and noting it sends one message more.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTP

from attachdash.errors import Invalid
from attachdash.practice.entrance import today
from attachdash.practice.escalation import Awaited, awaited
from attachdash.practice.mail import server_of
from attachdash.practice.mail_server import Reason, Server, Unsent, connected, letter, post
from attachdash.practice.people import ADMINISTRATOR
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import Store
from attachdash.store import mail as store_mail
from attachdash.store.engine import Cursor
from attachdash.store.mail import SERVER, Try

LOG = logging.getLogger("attachdash.mail")
EVERY = timedelta(hours=4)  # at most one message to anybody
WAITS = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60))  # between tries; then the last

SUBJECT = "AttachDash: something waits for you"
TEST_SUBJECT = "AttachDash: a test message"
WAITING = "Something waits for you in AttachDash. Please sign in and look."
TEST = "This is a test message of AttachDash: its mail arrives here."
# Whoever reads a mail on its way learns nothing from it.
FOOT = (
    "This message says no more on purpose. Mail is not an emergency channel,\n"
    "and no answer to it is read."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Somebody whose address the mail server refuses, since when and why."""

    name: str
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MailState:
    """How mail fares."""

    is_on: bool
    failing_since: datetime | None = None
    reason: Reason | None = None
    waiting: int = 0  # people for whom a message waits
    refused: tuple[Refused, ...] = ()
    without_address: tuple[str, ...] = ()  # names of staff whom mail can't tell
    last_sent_at: datetime | None = None

    def to_do(self, local: Callable[[datetime], str]) -> list[str]:
        """What an administrator should see to; `local` says a moment by the practice's clock."""
        wrong = []
        if self.failing_since and self.reason:
            wait = f"{self.waiting} message{'' if self.waiting == 1 else 's'} waiting"
            wrong.append(
                f"Mail has failed since {local(self.failing_since)}, {wait}. {self.reason.words}"
            )
        wrong += [
            f"Mail to {one.name} has failed since {local(one.since)}. {one.reason.words}"
            for one in self.refused
        ]
        return wrong


def send_waiting(store: Store, now: datetime) -> int:
    """Tell whoever a flag newly waits for; how many messages that was.

    At most one each EVERY. What can't be sent is tried again after WAITS.
    """
    keeper = Viewer(
        store=store, name="mail job", role=Role.ADMINISTRATOR, now=now, today=today(store, now),
        session_ref="mail",
    )  # fmt: skip
    with store.engine.only_one("mail") as mine:
        if not mine:
            return 0
        with store.engine.reading(keeper.scope) as cursor:
            known = server_of(cursor, keeper)
            if known is None:
                return 0
            tries = store_mail.tries(cursor, keeper.site_id)
            if _is_early(tries.get(SERVER), now):
                return 0
            due = _due(cursor, keeper)
            addresses = store_mail.addresses(cursor, keeper.site_id)
        due = {one: waits for one, waits in due.items() if not _is_early(tries.get(one), now)}
        if not due and SERVER not in tries:
            return 0
        # Noted before anything goes out: where nothing can be noted, nothing is sent again and
        # again either.
        _note_try(keeper, tries.get(SERVER), SERVER, Reason.UNFINISHED, begins=True)
        return _sent(keeper, *known, due, addresses, tries)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.NONE)
def state(viewer: Viewer) -> MailState:
    """How mail fares: since when it fails and why, and whom it can't tell."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        if server_of(cursor, viewer) is None:
            return MailState(is_on=False)
        tries = store_mail.tries(cursor, viewer.site_id)
        addresses = store_mail.addresses(cursor, viewer.site_id)
        sent = store_mail.last_sent(cursor, viewer.site_id).values()
        due = _due(cursor, viewer)
        without = store_mail.without_address(cursor, viewer.site_id, viewer.today)
    server = tries.get(SERVER)
    failing = server is not None and (server.reason or server.tries > 1)
    return MailState(
        is_on=True,
        failing_since=server.since_at if server and failing else None,
        reason=Reason(server.reason or Reason.UNFINISHED) if server and failing else None,
        waiting=len(due),
        refused=tuple(
            Refused(name=addresses[one][0], since=found.since_at, reason=Reason(found.reason))
            for one, found in sorted(tries.items())
            if one in addresses and found.reason
        ),
        without_address=tuple(without),
        last_sent_at=max(sent, default=None),
    )


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def send_test(viewer: Viewer) -> str:
    """Send a message to the viewer's own address, and say which that is. Raises Invalid, saying
    what went wrong; where it goes well, what failed before is tried again at once."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = server_of(cursor, viewer)
        mine = store_mail.address(cursor, viewer.site_id, viewer.person_id)
    if known is None:
        raise Invalid("The practice sends no mail yet: save a mail server first.")
    if not mine:
        raise Invalid("You have no mail address yet: give yours on the page Account.")
    server, site = known
    try:
        with connected(server) as line:
            post(line, server, mine, letter(server, mine, TEST_SUBJECT, _body(TEST, site)))
    except Unsent as error:
        change(
            viewer, "sent test message", lambda cursor: None, detail=f"failed: {error.reason}"
        )  # fmt: skip
        raise Invalid(error.reason.words) from error
    change(
        viewer, "sent test message",
        lambda cursor: store_mail.try_at_once(cursor, viewer.site_id, viewer.now), detail="sent",
    )  # fmt: skip
    return mine


def _due(cursor: Cursor, viewer: Viewer) -> dict[int, list[Awaited]]:
    """What each person with an address is to be told of now: what newly waits for them, unless
    they were told of something a little while ago."""
    addresses = store_mail.addresses(cursor, viewer.site_id)
    if not addresses:
        return {}
    told = store_mail.told(cursor, viewer.site_id)
    last = store_mail.last_sent(cursor, viewer.site_id)
    due: dict[int, list[Awaited]] = {}
    for one in awaited(cursor, viewer):
        before = last.get(one.person_id)
        # Also in the other direction: a clock that had gone ahead must not silence anybody.
        lately = before is not None and abs(viewer.now - before) < EVERY
        if one.person_id in addresses and tuple(one) not in told and not lately:
            due.setdefault(one.person_id, []).append(one)
    return due


def _sent(
    keeper: Viewer, server: Server, site: str, due: Mapping[int, list[Awaited]],
    addresses: Mapping[int, tuple[str, str]], tries: Mapping[int, Try],
) -> int:  # fmt: skip
    """Hand the messages over, noting each; how many. With none, ask whether the server is there."""
    sent = 0
    try:
        with connected(server) as line:
            for person_id, waits in due.items():
                to = addresses[person_id][1]
                if _told(keeper, line, server, site, to, waits, tries.get(person_id)):
                    sent += 1
    except Unsent as error:
        _note_try(keeper, tries.get(SERVER), SERVER, error.reason)
        return sent
    _well(keeper, tries.get(SERVER), SERVER)
    return sent


def _told(
    keeper: Viewer, line: SMTP, server: Server, site: str, to: str, waits: list[Awaited],
    before: Try | None,
) -> bool:  # fmt: skip
    """Whether somebody was told; else noted why not. Raises Unsent where nobody can be."""
    person_id, now = waits[0].person_id, keeper.now
    try:
        post(line, server, to, letter(server, to, SUBJECT, _body(WAITING, site)))
    except Unsent as error:
        if not error.one_address:
            raise
        _note_try(keeper, before, person_id, error.reason)
        return False
    what = [(one.flag_id, one.raised_at, int(one.level)) for one in waits]
    keeper.store.engine.writing(
        keeper.scope,
        lambda cursor: store_mail.note_sent(cursor, keeper.site_id, person_id, what, now),
    )
    _well(keeper, before, person_id)
    return True


def _body(first: str, site: str) -> str:
    where = f"Sign in here: {site}" if site else "Sign in at the address that you know."
    return f"{first}\n\n{where}\n\n{FOOT}\n"


def _note_try(
    keeper: Viewer, before: Try | None, person_id: int, reason: Reason, *, begins: bool = False
) -> None:
    """A try begins, or has failed: when it is made again, and, once an outage, the audit."""
    made = (before.tries if before else 0) + 1
    held = before.reason if before else ""
    one = Try(
        before.since_at if before else keeper.now,
        made,
        keeper.now + WAITS[min(made, len(WAITS)) - 1],
        held if begins else reason.value,
    )

    def work(cursor: Cursor) -> None:
        store_mail.put_try(cursor, keeper.site_id, person_id, one)

    if begins:
        keeper.store.engine.writing(keeper.scope, work)
        return
    LOG.warning("mail: %s, try %d", reason.value, made)
    if held:
        keeper.store.engine.writing(keeper.scope, work)
    else:
        _audited(keeper, "mail failed", work, person_id, reason.value)


def _well(keeper: Viewer, before: Try | None, person_id: int) -> None:
    """It went well: whatever failed before is over."""

    def work(cursor: Cursor) -> None:
        store_mail.end_try(cursor, keeper.site_id, person_id)

    if before and before.reason:
        _audited(keeper, "mail works again", work, person_id, "")
    elif before or person_id == SERVER:
        keeper.store.engine.writing(keeper.scope, work)


def _audited(
    keeper: Viewer, kind: str, work: Callable[[Cursor], None], person_id: int, detail: str
) -> None:
    whom = None if person_id == SERVER else person_id
    change(
        keeper, kind, work, object_kind="person" if whom else None, object_id=whom, detail=detail
    )  # fmt: skip


def _is_early(one: Try | None, now: datetime) -> bool:
    """Whether it is too early to try again. A wait longer than the longest was begun before the
    clock was set back."""
    return one is not None and now < one.next_at <= now + 2 * WAITS[-1]
