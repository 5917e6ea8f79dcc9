"""A therapist's clients, or those of the therapists a supervisor answers for, on one page."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from attachdash.change.course import Course
from attachdash.instruments import Domain
from attachdash.practice import clients, courses
from attachdash.practice import flags as practice_flags
from attachdash.practice.courses import TRIAD
from attachdash.practice.rights import About, Audit, Role, Viewer, opened, reach, use_case
from attachdash.store import answers, scores
from attachdash.store import clients as store_clients


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One current client."""

    client: clients.Client
    therapists: tuple[str, ...]
    week: int | None  # full weeks since the open episode began; None without one
    last_answer_on: date | None
    triad: dict[Domain, Course | None]
    flags: tuple[practice_flags.Flag, ...]  # most urgent first

    @property
    def open_flag(self) -> practice_flags.Flag | None:
        """The most urgent flag that nobody has seen."""
        return next((flag for flag in self.flags if flag.state == "open"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseload:
    """Rows sorted by who wants a person's eye first; clients without an episode last."""

    rows: tuple[Row, ...]
    as_of: datetime
    last_import_at: datetime | None


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.NOTHING, audit=Audit.OPENING)
def caseload(viewer: Viewer) -> Caseload:
    """The viewer's current clients: assigned today, those with an open episode first."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        everyone = clients.read(cursor, viewer)
        therapists = store_clients.therapists(cursor, reach(viewer))
        current = [one.open_episode.episode_id for one in everyone if one.open_episode]
        fixed = scores.leads(cursor, reach(viewer))
        wanted = sorted({*courses.lead_scale_ids(viewer), *fixed.values()})
        found = scores.courses(cursor, reach(viewer), wanted, current)
        last = scores.last_answers(cursor, reach(viewer))
        raised = practice_flags.read(cursor, viewer)
        last_import_at = answers.last_import(cursor, viewer.site_id)
    opened(viewer, "opened caseload", f"{len(everyone)} clients")
    of_client = {
        client_id: list(group) for client_id, group in groupby(found, lambda row: row.client_id)
    }
    rows = []
    for client in everyone:
        episode = client.open_episode
        own: list[Course] = []
        if episode and client.client_id in of_client:
            own = courses.from_scores(
                viewer, of_client[client.client_id], client.client_id, episode
            )
        rows.append(
            Row(
                client=client,
                therapists=tuple(therapists.get(client.client_id, ())),
                week=courses.week(episode, viewer.today),
                last_answer_on=last.get(client.client_id),
                triad={
                    domain: courses.leading(own, domain, _fixed(viewer, fixed, episode, domain))
                    for domain in TRIAD
                },
                flags=tuple(flag for flag in raised if flag.client_id == client.client_id),
            )
        )
    return Caseload(
        rows=tuple(sorted(rows, key=_place)), as_of=viewer.now, last_import_at=last_import_at
    )


def _fixed(
    viewer: Viewer,
    fixed: dict[tuple[int, str], int],
    episode: clients.Episode | None,
    domain: Domain,
) -> tuple[str, str] | None:
    scale_id = fixed.get((episode.episode_id, domain.value)) if episode else None
    if scale_id is None:
        return None
    instrument, scale = viewer.store.catalogue.scales[scale_id]
    return instrument.id, scale.id


def _place(row: Row) -> tuple[object, ...]:
    flag = row.open_flag
    return (
        row.week is None and flag is None,
        flag.urgency if flag else (9, 9, 9, 0),
        row.client.name or row.client.code,
        row.client.code,
    )
