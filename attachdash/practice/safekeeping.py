"""Keeping the practice safe: check, tidy and backup, each night and when somebody asks for it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attachdash import __version__
from attachdash.errors import ForPeople, Unavailable
from attachdash.practice import checking, norms, shares, watching
from attachdash.practice.entrance import clock, today
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import Store, copies, jobs, settings
from attachdash.store.copies import Backup
from attachdash.store.engine import Scope
from attachdash.store.opening import database

CHECK, TIDY, NORMS, SHARES, BACKUP = "check", "tidy", "norms", "shares", "backup"
FLAGS = "flags"
NIGHT = time(2)  # local; a machine that sleeps then does it at the first occasion after
# In order of arrival a client's history is read 5.6 times slower; up to this many new answers
# nobody notices (measured).
TAIL = 300_000
FULL_BELOW = 2_000_000_000  # bytes free


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The last run of one step."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    result: str

    @property
    def went_well(self) -> bool:
        """Whether it came to its end and found nothing wrong."""
        return self.ended_at is not None and not self.result.startswith("failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How safe the practice's data are now."""

    backups: tuple[Backup, ...]  # newest first
    steps: dict[str, Step]  # by name
    store_bytes: int
    free_bytes: int
    disk_bytes: int
    version: str
    is_server: bool  # the store is a PostgreSQL server, with backups of its own
    data_until: datetime | None  # after a restore

    def to_do(self, now: datetime) -> list[str]:
        """What an administrator should see to, the gravest first."""
        wrong = [
            f"The last {step.name} went wrong: {step.result}."
            for step in self.steps.values()
            if not step.went_well and step.ended_at is not None
        ]
        if self.free_bytes < FULL_BELOW:
            wrong.append("The disk is nearly full: make room, or nothing more can be kept.")
        if not self.is_server:
            newest = max((one.made_at for one in self.backups if one.made_at <= now), default=None)
            if newest is None:
                wrong.append("There is no backup yet: press “Back up now”.")
            elif now - newest > timedelta(days=2):
                wrong.append(
                    f"The last backup is {(now - newest).days} days old: press “Back up now”."
                )
        check = self.steps.get("check")
        if check is None or check.ended_at is None:
            wrong.append("The store was never looked through: press “Check now”.")
        elif now - check.started_at > timedelta(days=2):
            days = (now - check.started_at).days
            wrong.append(f"The store was last looked through {days} days ago: press “Check now”.")
        return wrong


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def state(viewer: Viewer) -> State:
    """How safe the practice's data are now."""
    store = viewer.store
    with store.engine.reading(viewer.scope) as cursor:
        found = {row[0]: Step(name=row[0], started_at=row[1], ended_at=row[2], result=row[3])
                 for row in jobs.latest(cursor, viewer.site_id, clock())}  # fmt: skip
        until = settings.everything(cursor, viewer.site_id).get("data_until", "")
    disk = shutil.disk_usage(store.home)
    file = database(store.home)
    return State(
        backups=tuple(copies.kept(store.home)),
        steps=found,
        store_bytes=file.stat().st_size if file.exists() else 0,
        free_bytes=disk.free,
        disk_bytes=disk.total,
        version=__version__,
        is_server=store.engine.dialect != "duckdb",
        data_until=datetime.fromisoformat(until) if until else None,
    )


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def back_up(viewer: Viewer) -> Backup:
    """A backup of now, opened again and compared. Raises Unavailable, naming the cure."""
    made: list[Backup] = []

    def work() -> str:
        made.append(copies.make(viewer.store.engine, viewer.store.home, viewer.store.audit_key,
                                viewer.now))  # fmt: skip
        copies.rotate(viewer.store.home)
        return f"{made[0].rows:,} rows, opened again and compared: the same"

    _step(viewer, BACKUP, work)
    change(viewer, "made backup", lambda cursor: None, detail=f"{made[0].rows} rows")
    return made[0]


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def check_now(viewer: Viewer) -> list[str]:
    """Look through the whole store: words for all that is wrong."""
    wrong = checking.problems(viewer.store)
    words = " ".join(wrong)
    _step(
        viewer, CHECK,
        lambda: (
            f"failed: {words}"
            if wrong
            else "audit chain, counts, doubles, orphans, scores: all well"
        ),
    )  # fmt: skip
    change(viewer, "checked store", lambda cursor: None, detail=f"{len(wrong)} wrong")
    return wrong


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def tidy(viewer: Viewer) -> None:
    """Bring answers into the order in which pages read them. Raises Unavailable when in use."""

    def work() -> str:
        viewer.store.engine.compact()
        return "answers are in the order of reading"

    _step(viewer, TIDY, work)
    change(viewer, "tidied store", lambda cursor: None)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def end_restored_notice(viewer: Viewer) -> None:
    """What was missing after a restore has been entered again: the banner goes."""
    change(
        viewer,
        "ended notice of restore",
        lambda cursor: settings.put(cursor, viewer.site_id, "data_until", ""),
    )


def is_due(store: Store, now: datetime) -> bool:
    """Whether the nightly job has yet to run today."""
    with store.engine.reading(Scope()) as cursor:
        zone = ZoneInfo(settings.everything(cursor, 1).get("time_zone", "UTC"))
        started = {row[0]: row[1] for row in jobs.latest(cursor, 1, now)}
    night = datetime.combine(today(store, now), NIGHT, zone).astimezone(UTC).replace(tzinfo=None)
    return now >= night and started.get(CHECK, datetime.min) < night


def nightly(store: Store, now: datetime) -> bool:
    """Check, tidy if it is worth it, take the practice's own norms and shares anew, judge all
    courses by them, back up: each whatever became of the one before.

    Whether it ran: no other process did it at the same time.
    """
    keeper = Viewer(
        store=store, name="nightly job", role=Role.ADMINISTRATOR, now=now,
        today=today(store, now), session_ref="nightly",
    )  # fmt: skip
    with store.engine.only_one("nightly") as mine:
        if not mine:
            return False
        with store.engine.reading(Scope()) as cursor:
            tidied = {row[0]: row[2] for row in jobs.latest(cursor, 1, now)}.get(TIDY)
            tail = jobs.recorded_since(cursor, 1, tidied)
        for work in (check_now, *([tidy] if tail > TAIL else []), _norms, _shares, _flags, back_up):
            try:
                work(keeper)
            except ForPeople:
                continue  # its step says what went wrong
    return True


def _norms(viewer: Viewer) -> None:
    _step(viewer, NORMS, lambda: f"{norms.take_own_answers(viewer)} scales taken anew")


def _shares(viewer: Viewer) -> None:
    _step(viewer, SHARES, lambda: f"{shares.take_own_shares(viewer)} scales estimated anew")


def _flags(viewer: Viewer) -> None:
    _step(viewer, FLAGS, lambda: f"{watching.refresh_all(viewer)} clients judged anew")


def _step(viewer: Viewer, name: str, work: Callable[[], str]) -> None:
    """Run one step and write down how it went, also when it fails."""
    engine, began = viewer.store.engine, clock()
    engine.writing(viewer.scope, lambda cursor: jobs.begin(cursor, viewer.site_id, name, began))
    try:
        result = work()
    except Unavailable as error:
        _ended(viewer, name, began, f"failed: {error}")
        raise
    _ended(viewer, name, began, result)


def _ended(viewer: Viewer, name: str, began: datetime, result: str) -> None:
    viewer.store.engine.writing(
        viewer.scope,
        lambda cursor: jobs.end(cursor, viewer.site_id, name, began, clock(), result),
    )
