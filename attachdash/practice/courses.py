"""From rows of scores to courses, and which of them stands for a domain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from attachdash.change.course import Answer, Course
from attachdash.instruments import LEADS, Domain, State
from attachdash.practice.clients import Episode
from attachdash.practice.norms import scale_of
from attachdash.practice.rights import Viewer
from attachdash.store.scores import Scored

TRIAD = (Domain.COMMUNICATION, Domain.REGULATION, Domain.SELF_ESTEEM)


def from_scores(
    viewer: Viewer, rows: Sequence[Scored], client_id: int, episode: Episode
) -> list[Course]:
    """One course per scale that the client answered about themself in the episode.

    The rows are ordered by scale and day.

    All reach over the same days: from the first day of episode or answers to today, or to the
    last day of a closed episode.

    Rows of another client, or by or about anybody else, are never drawn: their presence is our
    mistake and stops everything.
    """
    whose = {one for row in rows for one in (row.client_id, row.about_id, row.informant_id)}
    assert whose <= {client_id}, "scores of another client"
    mine = [row for row in rows if row.episode_id == episode.episode_id]
    days = [episode.started_on, last_day(episode, viewer.today), *(row.answered_on for row in mine)]
    courses = []
    for scale_id, group in groupby(mine, key=lambda row: row.scale_id):
        instrument, scale = scale_of(viewer, scale_id)
        courses.append(
            Course(
                client_id=client_id,
                episode_id=episode.episode_id,
                instrument=instrument,
                scale=scale,
                started_on=episode.started_on,
                start_is_nominal=episode.start_is_nominal,
                reach=(min(days), max(days)),
                answers=tuple(map(answer, group)),
            )
        )
    return courses


def answer(row: Scored) -> Answer:
    """One row of scores as a course holds it."""
    return Answer(
        administration_id=row.administration_id,
        answered_on=row.answered_on,
        value=row.value,
        answered=row.answered,
        asked=row.asked,
        state=State(row.state),
        is_nominal=row.is_nominal,
    )


def last_day(episode: Episode, today: date) -> date:
    """Today, or the last day of an episode that is closed."""
    return episode.ended_on - timedelta(days=1) if episode.ended_on else today


def week(episode: Episode | None, today: date) -> int | None:
    """Full weeks from the episode's first day to its last_day; None without an episode."""
    return (last_day(episode, today) - episode.started_on).days // 7 if episode else None


def leading(
    courses: Iterable[Course], domain: Domain, fixed: tuple[str, str] | None = None
) -> Course | None:
    """The course that stands for a domain: the fixed one, else the first of the lead list.

    Only a course with a score can lead.
    """
    scored: Mapping[tuple[str, str], Course] = {
        (course.instrument.id, course.scale.id): course for course in courses if course.n
    }
    order = ((fixed,) if fixed else ()) + tuple(LEADS[domain])
    return next((scored[key] for key in order if key in scored), None)


def lead_scale_ids(viewer: Viewer) -> list[int]:
    """The numbers of every scale that may lead one of the triad's domains, or the symptoms."""
    known = viewer.store.catalogue.scale_ids
    domains = (*TRIAD, Domain.SYMPTOMS)
    return [known[key] for domain in domains for key in LEADS[domain] if key in known]
