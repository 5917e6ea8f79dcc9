"""A therapist's clients, or those of the therapists a supervisor answers for, on one page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from attachdash.change.course import Course
from attachdash.instruments import Domain
from attachdash.practice import clients, courses, marks, needs, telling, watching
from attachdash.practice import flags as practice_flags
from attachdash.practice import watched as practice_watched
from attachdash.practice.courses import TRIAD
from attachdash.practice.needs import Need, Reason
from attachdash.practice.rights import About, Audit, Role, Viewer, opened, reach, use_case
from attachdash.practice.rules import SILENT_DAYS, Kind
from attachdash.practice.telling import Told
from attachdash.practice.watched import Watched
from attachdash.store import answers, audit, scores
from attachdash.store import clients as store_clients
from attachdash.store import marks as store_marks

LOOKS_BACK = timedelta(days=180)  # for when a record was last opened: the audit is never short
JUDGED = (*TRIAD, Domain.SYMPTOMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One current client."""

    client: clients.Client
    therapists: tuple[str, ...]
    week: int | None  # full weeks since the open episode began; None without one
    last_answer_on: date | None
    triad: dict[Domain, Course | None]
    told: dict[Domain, Told]  # of what leads the triad and, for symptoms, of the primary scale
    flags: tuple[practice_flags.Flag, ...]  # most urgent first
    others: tuple[Watched, ...]  # flags that rest on no single item
    reasons: tuple[Reason, ...]  # the first says where the row stands; never empty
    opened_at: datetime | None  # by anybody of staff, within LOOKS_BACK
    review_due: bool  # together, for everybody after the sixth answer; it moves nobody in the order
    is_unseen: bool  # not opened since the latest of the client's own answers came in

    @property
    def open_flag(self) -> practice_flags.Flag | None:
        """The most urgent flag that nobody has seen."""
        return next((flag for flag in self.flags if flag.state == "open"), None)

    @property
    def need(self) -> Need:
        """The first step of the rule that holds."""
        return self.reasons[0].need

    @property
    def primary(self) -> Told | None:
        """The one symptom scale that says whether the episode is off its course."""
        return self.told.get(Domain.SYMPTOMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseload:
    """Rows sorted by the rule of `needs`; within a step who was not looked at for longest."""

    rows: tuple[Row, ...]
    as_of: datetime
    last_import_at: datetime | None


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.NOTHING, audit=Audit.OPENING)
def caseload(viewer: Viewer) -> Caseload:
    """The viewer's current clients: assigned today, sorted by who wants a person's eye."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        everyone = clients.read(cursor, viewer)
        therapists = store_clients.therapists(cursor, reach(viewer))
        current = [one.open_episode.episode_id for one in everyone if one.open_episode]
        fixed = scores.leads(cursor, reach(viewer))
        wanted = sorted({*courses.lead_scale_ids(viewer), *fixed.values()})
        found = scores.courses(cursor, reach(viewer), wanted, current)
        last = scores.last_answers(cursor, reach(viewer))
        looked = audit.last_openings(cursor, reach(viewer), viewer.now - LOOKS_BACK, viewer.now)
        raised = practice_flags.read(cursor, viewer)
        reviewed = store_marks.episodes_saying(cursor, reach(viewer), marks.REVIEWED)
        others = practice_watched.read(cursor, viewer)
        last_import_at = answers.last_import(cursor, viewer.site_id)
    opened(viewer, "opened caseload", f"{len(everyone)} clients")
    if silent := _newly_silent(viewer, everyone, last, others):
        watching.refresh_now(viewer, silent)
        with viewer.store.engine.reading(viewer.scope) as cursor:
            others = practice_watched.read(cursor, viewer)
    of_client = {
        client_id: list(group) for client_id, group in groupby(found, lambda row: row.client_id)
    }
    leading: list[tuple[clients.Client, Domain, Course]] = []
    for client in everyone:
        episode = client.open_episode
        if episode and client.client_id in of_client:
            own = courses.from_scores(
                viewer, of_client[client.client_id], client.client_id, episode
            )
            for domain in JUDGED:
                course = courses.leading(own, domain, _fixed(viewer, fixed, episode, domain))
                if course is not None:
                    leading.append((client, domain, course))
    # All of them in one pass: what the engine costs is per pass, hardly per course.
    judged = telling.tell([(client, course) for client, _, course in leading])
    told: dict[int, dict[Domain, Told]] = {}
    for (client, domain, _), one in zip(leading, judged, strict=True):
        told.setdefault(client.client_id, {})[domain] = one
    rows = [
        _row(
            viewer, client, tuple(therapists.get(client.client_id, ())),
            told.get(client.client_id, {}), last.get(client.client_id),
            tuple(flag for flag in raised if flag.client_id == client.client_id),
            looked.get(client.client_id), reviewed,
            tuple(flag for flag in others if flag.client_id == client.client_id),
        )
        for client in everyone
    ]  # fmt: skip
    return Caseload(
        rows=tuple(sorted(rows, key=_place)), as_of=viewer.now, last_import_at=last_import_at
    )


def _row(
    viewer: Viewer, client: clients.Client, therapists: tuple[str, ...], told: dict[Domain, Told],
    last: scores.Last | None, flags: tuple[practice_flags.Flag, ...], opened_at: datetime | None,
    reviewed: set[int], others: tuple[Watched, ...],
) -> Row:  # fmt: skip
    episode = client.open_episode
    primary = told.get(Domain.SYMPTOMS)
    facts = needs.Facts(
        has_episode=episode is not None, told=told, flags=flags,
        silent_days=_silent_days(viewer, client, last),
        asked_to_talk=any(one.kind is Kind.TALK and one.state == "open" for one in others),
    )  # fmt: skip
    return Row(
        client=client,
        therapists=therapists,
        week=courses.week(episode, viewer.today),
        last_answer_on=last.answered_on if last else None,
        triad={domain: told[domain].course if domain in told else None for domain in TRIAD},
        told=told,
        flags=flags,
        others=others,
        reasons=needs.reasons(facts),
        opened_at=opened_at,
        review_due=episode is not None
        and primary is not None
        and primary.review_is_due(reviewed=episode.episode_id in reviewed),
        is_unseen=last is not None and (opened_at is None or opened_at < last.came_in_at),
    )


def _silent_days(viewer: Viewer, client: clients.Client, last: scores.Last | None) -> int | None:
    episode = client.open_episode
    if episode is None:
        return None
    since = max(last.answered_on, episode.started_on) if last else episode.started_on
    return (viewer.today - since).days


def _newly_silent(
    viewer: Viewer, everyone: list[clients.Client], last: dict[int, scores.Last],
    others: list[Watched],
) -> list[int]:  # fmt: skip
    """Whose answers are overdue without a flag that says so: the night has not come yet."""
    told = {one.client_id for one in others if one.kind is Kind.OVERDUE}
    days = {one.client_id: _silent_days(viewer, one, last.get(one.client_id)) for one in everyone}
    return [
        client_id
        for client_id, silent in days.items()
        if silent is not None and silent >= SILENT_DAYS and client_id not in told
    ]


def _fixed(
    viewer: Viewer,
    fixed: dict[tuple[int, str], int],
    episode: clients.Episode,
    domain: Domain,
) -> tuple[str, str] | None:
    scale_id = fixed.get((episode.episode_id, domain.value))
    if scale_id is None:
        return None
    instrument, scale = viewer.store.catalogue.scales[scale_id]
    return instrument.id, scale.id


def _place(row: Row) -> tuple[object, ...]:
    return (
        needs.place(row.reasons[0]),
        row.opened_at or datetime.min,
        row.client.name or row.client.code,
        row.client.code,
    )
