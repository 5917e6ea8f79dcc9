"""Clients and their episodes: adding, opening, closing, reopening, moving."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from attachdash.errors import Invalid
from attachdash.intake.codes import CODE, EXPECTED, LOOKS_LIKE_OTHERS, is_no_code, is_plain
from attachdash.practice.filing import episodes_of
from attachdash.practice.lines import checked_name, one_line
from attachdash.practice.rights import About, Audit, Role, Viewer, change, reach, use_case
from attachdash.practice.verdicts import age_on
from attachdash.practice.watching import refresh, watch
from attachdash.store import answers, clients, people
from attachdash.store.engine import Cursor, Row

STAFF = (Role.THERAPIST, Role.ADMINISTRATOR)
OLDEST = date(1900, 1, 1)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One therapy of a client."""

    episode_id: int
    started_on: date
    start_is_nominal: bool
    spans: tuple[tuple[date, date | None], ...]
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Whether no end is set; one that is closed today has its last day today."""
        return any(to_on is None for _, to_on in self.spans)

    @property
    def ended_on(self) -> date | None:
        """The first day without care, where the episode is closed."""
        ends = [to_on for _, to_on in self.spans if to_on is not None]
        return None if self.is_open else max(ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who a client is, and their episodes, oldest first. Nothing of what they answered."""

    client_id: int
    code: str
    name: str
    born_on: date | None
    born_precision: str | None
    language: str
    person_id: int | None
    episodes: tuple[Episode, ...]

    @property
    def identity(self) -> str:
        """Code, name and year of birth, as every header shows them."""
        born = f"born {self.born_on.year}" if self.born_on else ""
        return " · ".join(part for part in (self.code, self.name, born) if part)

    @property
    def open_episode(self) -> Episode | None:
        """The therapy that goes on."""
        return next((one for one in reversed(self.episodes) if one.is_open), None)

    def age(self, on: date) -> int | None:
        """Full years on a day; from the year alone it can be one too many."""
        return age_on(self.born_on, on)


def from_rows(who: list[Row], spans: list[Row]) -> list[Client]:
    """Clients with their episodes, from what the store gives."""
    episodes: dict[int, dict[int, Episode]] = {}
    for client_id, episode_id, started_on, is_nominal, problem, from_on, to_on, _ in spans:
        own = episodes.setdefault(client_id, {})
        before = own[episode_id].spans if episode_id in own else ()
        own[episode_id] = Episode(
            episode_id=episode_id,
            started_on=started_on,
            start_is_nominal=is_nominal,
            problem=problem,
            spans=(*before, (from_on, to_on)),
        )
    return [
        Client(
            client_id=client_id,
            code=code,
            name=name,
            born_on=born_on,
            born_precision=born_precision,
            language=language,
            person_id=person_id,
            episodes=tuple(episodes.get(client_id, {}).values()),
        )
        for client_id, code, name, born_on, born_precision, language, person_id in who
    ]


def read(cursor: Cursor, viewer: Viewer, client_id: int | None = None) -> list[Client]:
    """Every client in the viewer's reach by code, or the one named."""
    asked = reach(viewer)
    return from_rows(
        clients.who(cursor, asked, client_id), clients.episodes(cursor, asked, client_id)
    )


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.NONE)
def register(viewer: Viewer) -> list[Client]:
    """The clients a therapist treats now; for an administrator all, without any answers."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return read(cursor, viewer)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def add_client(
    viewer: Viewer, code: str, name: str = "", born_on: date | None = None,
    born_precision: str | None = None, language: str = "en",
) -> int:  # fmt: skip
    """Add a client; a therapist treats them from today. The new client's id.

    Raises Invalid: the code is missing, taken, a sign for none or would run as a formula; a name
    that isn't one line; birth in the future. A taken code says that somebody has it, so each such
    try is written down, with whose it is.
    """
    code, name = code.strip(), checked_name(name)
    check_code(code)
    if not is_plain(code):
        raise Invalid(LOOKS_LIKE_OTHERS)
    if is_no_code(code):
        raise Invalid(f"{code} stands for no code in many files: give the person another.")
    if born_on and not OLDEST <= born_on <= viewer.today:
        raise Invalid("The birth date lies in the future or before 1900.")
    client_id = int(viewer.store.engine.new_ids("client", 1)[0])

    def work(cursor: Cursor) -> int:
        if (other := clients.with_code(cursor, viewer.site_id, code)) is not None:
            raise _Taken(other)
        clients.add(
            cursor, viewer.site_id, client_id, code, name, born_on,
            born_precision or ("day" if born_on else None), language,
        )  # fmt: skip
        if viewer.role is Role.THERAPIST:
            people.assign_client(
                cursor, viewer.site_id, viewer.person_id, client_id, viewer.today, None
            )
        return client_id

    try:
        return change(viewer, "added client", work, client_id=client_id)
    except _Taken as taken:
        change(viewer, "refused client code", lambda cursor: None, client_id=taken.client_id)
        raise Invalid(f"The code {code} can't be used: choose another one.") from None


class _Taken(Exception):
    """The code belongs to a client already."""

    def __init__(self, client_id: int) -> None:
        super().__init__()
        self.client_id = client_id


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def change_client(
    viewer: Viewer, client_id: int, name: str, born_on: date | None, born_precision: str | None,
    language: str,
) -> list[str]:  # fmt: skip
    """Correct who a client is; the code stays. What was changed, in words; nothing is an answer.

    Raises Invalid: birth in the future, or after a day with answers or of a therapy.
    """
    name, born_precision = checked_name(name), (born_precision or "day") if born_on else None
    if born_on and not OLDEST <= born_on <= viewer.today:
        raise Invalid("The birth date lies in the future or before 1900.")

    def work(cursor: Cursor) -> list[str]:
        [client] = read(cursor, viewer, client_id)
        held = answers.days_of(cursor, viewer.site_id, [client_id])["answered_on"].to_list()
        if born_on and any(day < born_on for day in held):
            raise Invalid(
                f"There are answers from {min(held)}, before that birth date. Check the date, or "
                "whose answers they are."
            )
        if born_on and any(one.started_on < born_on for one in client.episodes):
            raise Invalid("An episode began before that birth date. Check the date.")
        changed = [
            word
            for word, before, now in (
                ("name", client.name, name),
                ("birth", (client.born_on, client.born_precision), (born_on, born_precision)),
                ("language", client.language, language),
            )
            if before != now
        ]
        clients.change(cursor, viewer.site_id, client_id, name, born_on, born_precision, language)
        return changed

    return change(
        viewer, "changed client", work, client_id=client_id,
        detail=lambda changed: ", ".join(changed) or "nothing",
    )  # fmt: skip


def check_code(code: str) -> None:
    """Raise Invalid unless this can be a client's code."""
    if not CODE.fullmatch(code):
        raise Invalid(f"A client's code has {EXPECTED}.")


@use_case(roles=STAFF, about=About.CLIENT, audit=Audit.CHANGE)
def open_episode(
    viewer: Viewer, client_id: int, started_on: date, problem: str = "", *, nominal: bool = False
) -> int:
    """Begin a therapy; answers near it are filed under it. The new episode's id.

    Raises Invalid: another episode is open, the day lies in one, in the future or before birth.
    """
    episode_id, taken = int(viewer.store.engine.new_ids("episode", 1)[0]), watch(viewer, 1)

    def work(cursor: Cursor) -> int:
        [client] = read(cursor, viewer, client_id)
        _check_start(viewer, client, started_on, None)
        if client.open_episode:
            raise Invalid("An episode is open already. Close it first, or go on in it.")
        clients.open_episode(
            cursor, viewer.site_id, episode_id, client_id, started_on, nominal, problem.strip()
        )
        refile(cursor, viewer, client_id)
        refresh(cursor, viewer, [client_id], taken)
        return episode_id

    return change(viewer, "opened episode", work, object_kind="episode", object_id=episode_id)


@use_case(roles=STAFF, about=About.EPISODE, audit=Audit.CHANGE)
def close_episode(viewer: Viewer, episode_id: int, last_day: date, reason: str) -> None:
    """End a therapy after its last day. Raises Invalid: closed already, no day of it, no reason."""
    reason = one_line(reason)
    if not reason:
        raise Invalid("A reason is needed, such as: ended as planned.")

    def decide(cursor: Cursor, client: Client, episode: Episode) -> None:
        if not episode.is_open:
            raise Invalid("This episode is closed already.")
        if last_day < episode.spans[-1][0] or last_day > viewer.today:
            raise Invalid("The last day lies between the start (or reopening) and today.")
        clients.close_span(cursor, viewer.site_id, episode_id, last_day + A_DAY, reason)

    _change_episode(viewer, "closed episode", episode_id, decide)


@use_case(roles=STAFF, about=About.EPISODE, audit=Audit.CHANGE)
def reopen_episode(viewer: Viewer, episode_id: int, from_on: date) -> None:
    """Go on with a therapy from a day: another span of the same episode.

    From its last day, or the day after, care never paused: the closing is taken back. Raises
    Invalid: an episode is open, or the day lies before the last one or in the future.
    """

    def decide(cursor: Cursor, client: Client, episode: Episode) -> None:
        if client.open_episode:
            raise Invalid("An episode is open already. Close it first.")
        ended = episode.ended_on
        if ended is None or not ended - A_DAY <= from_on <= viewer.today:
            raise Invalid("An episode goes on between its last day and today.")
        if from_on <= ended:
            clients.unclose_span(cursor, viewer.site_id, episode_id, ended)
        else:
            clients.add_span(cursor, viewer.site_id, episode_id, from_on)

    _change_episode(viewer, "reopened episode", episode_id, decide)


@use_case(roles=STAFF, about=About.EPISODE, audit=Audit.CHANGE)
def move_episode(viewer: Viewer, episode_id: int, started_on: date) -> None:
    """Correct the day a therapy began; answers, scores and summary follow."""

    def decide(cursor: Cursor, client: Client, episode: Episode) -> None:
        _check_start(viewer, client, started_on, episode)
        clients.move_start(cursor, viewer.site_id, episode_id, started_on)

    _change_episode(viewer, "moved episode", episode_id, decide)


def _change_episode(
    viewer: Viewer, kind: str, episode_id: int, decide: Callable[[Cursor, Client, Episode], None]
) -> None:
    """Let `decide` change an episode, or refuse, by what holds in the same transaction."""
    taken = watch(viewer, 1)

    def work(cursor: Cursor) -> None:
        client_id = clients.client_of_episode(cursor, reach(viewer), episode_id)
        [client] = read(cursor, viewer, client_id)
        decide(cursor, client, next(e for e in client.episodes if e.episode_id == episode_id))
        refile(cursor, viewer, client.client_id)
        refresh(cursor, viewer, [client.client_id], taken)

    change(viewer, kind, work, object_kind="episode", object_id=episode_id)


def refile(cursor: Cursor, viewer: Viewer, *client_ids: int) -> None:
    """File clients' answers anew under their episodes as they are now, in this transaction."""
    held = answers.days_of(cursor, viewer.site_id, list(client_ids))
    if held.is_empty():
        return
    theirs = held["client_id"].unique().to_list()
    spans = clients.spans_of(cursor, viewer.site_id, theirs)
    moves = held.with_columns(episode_id=episodes_of(held, spans)).filter(
        pl.col("episode_id").ne_missing(pl.col("filed"))
    )
    answers.refile(cursor, viewer.site_id, theirs, moves.select("administration_id", "episode_id"))


def one_client(viewer: Viewer, client_id: int) -> Client:
    """A client in the viewer's reach."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return read(cursor, viewer, client_id)[0]


def _check_start(viewer: Viewer, client: Client, started_on: date, moving: Episode | None) -> None:
    if started_on > viewer.today:
        raise Invalid("An episode can't begin in the future.")
    if client.born_on and started_on < client.born_on:
        raise Invalid("An episode can't begin before the client was born.")
    for other in client.episodes:
        if moving is not None and other.episode_id == moving.episode_id:
            first_end = other.spans[0][1]
            if first_end is not None and started_on >= first_end:
                raise Invalid("An episode can't begin after it ended.")
            continue
        end = other.ended_on
        if started_on >= other.started_on and (end is None or started_on < end):
            raise Invalid(f"That day lies in the episode that began on {other.started_on}.")
        if moving is not None and moving.started_on > other.started_on > started_on:
            raise Invalid(f"An episode began on {other.started_on}; this one can't reach over it.")
        if moving is None and other.started_on > started_on:
            raise Invalid(
                f"A later episode began on {other.started_on}: move that one's start instead."
            )
