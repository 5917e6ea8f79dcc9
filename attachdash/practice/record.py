"""One client's record: who they are, what was answered, what wants a person's eye."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from attachdash.change.course import Answer, Course
from attachdash.errors import Invalid, Refused
from attachdash.instruments import LEADS, Direction, Domain, Instrument, Scale
from attachdash.practice import clients, courses, marks, relations, release, watched
from attachdash.practice import flags as practice_flags
from attachdash.practice.clients import Client, Episode
from attachdash.practice.courses import TRIAD
from attachdash.practice.marks import Event, Phase
from attachdash.practice.relations import Relation
from attachdash.practice.release import Hold
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    change,
    opened,
    reach,
    use_case,
)
from attachdash.practice.telling import Told, tell
from attachdash.practice.watching import refresh, watch
from attachdash.store import clients as store_clients
from attachdash.store import flags, scores
from attachdash.store.engine import Cursor

# The one instrument of the list whose two dimensions are drawn as a pair comes first.
PAIRS = ("ecr_r", "ecr_s", "ecr_brennan", "ecr_brennan_5", "ecr_rs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What one person answered on one scale about one person, where one of them isn't the client.

    Of every episode and of none: it is nobody's course.
    """

    instrument: Instrument
    scale: Scale
    informant: str  # in words; empty: the client
    about: str
    answers: tuple[Answer, ...]  # oldest first

    @property
    def scored(self) -> tuple[Answer, ...]:
        """The answers that have a value."""
        return tuple(one for one in self.answers if one.value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """What a therapist or supervisor sees of one client, in one episode."""

    client: Client
    therapists: tuple[str, ...]
    episode: Episode | None  # the one shown
    week: int | None
    last_answer_on: date | None
    triad: dict[Domain, Course | None]
    choices: dict[Domain, tuple[Course, ...]]  # what could lead each domain instead
    leads: dict[Domain, tuple[Instrument, ...]]  # which questionnaires could speak for a domain
    fixed: dict[Domain, tuple[str, str]]  # instrument and scale that a therapist fixed
    attachment: tuple[Course, Course] | None  # anxiety, avoidance of one instrument
    others: tuple[Course, ...]  # every other course, by domain
    # Of each course, by instrument and scale; it follows from the course.
    told: dict[tuple[str, str], Told] = field(compare=False)
    primary: Course | None  # the one symptom scale that says whether the episode is off its course
    review_due: bool  # together, for everybody after the sixth answer on it
    beside: tuple[Beside, ...]  # by or about others, apart from all the above
    flags: tuple[practice_flags.Flag, ...]
    watched: tuple[watched.Watched, ...]  # flags that rest on no single item
    phases: tuple[Phase, ...]  # of the episode, oldest first, as are the events
    events: tuple[Event, ...]
    holds: tuple[Hold, ...]  # what was held back from the client, newest first, also what is over
    without_episode: int  # scores of answers that belong to no episode
    as_of: datetime
    last_import_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a client sees of themself: the triad, the check-in's lines, measures in words, and what
    staff share with them."""

    client: Client
    therapists: tuple[str, ...]
    week: int | None
    last_answer_on: date | None
    triad: dict[Domain, Course | None]
    told: dict[Domain, Told] = field(compare=False)  # of those of the triad that were answered
    # With a risk item, as far as they are released: for words, never for pictures.
    measures: tuple[Course, ...]
    told_measures: tuple[Told, ...] = field(compare=False)  # one each
    # Single lines in our own words, each a course of its own and never summed; in their order.
    lines: tuple[Course, ...]
    told_lines: tuple[Told, ...] = field(compare=False)
    phases: tuple[Phase, ...]  # shared ones alone, as are the events
    events: tuple[Event, ...]


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def client_record(viewer: Viewer, client_id: int, episode_id: int | None = None) -> ClientRecord:
    """The record of a client in reach; without an episode named, the open or else the last one."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        head = _head(cursor, viewer, client_id)
        history, beside = scores.own_and_beside(cursor, reach(viewer), client_id)
        people = relations.read(cursor, viewer, client_id) if beside else {}
        steps = flags.of_client(cursor, reach(viewer), client_id)
        raised = practice_flags.read(cursor, viewer, client_id, people, steps)
        others = watched.read(cursor, viewer, steps)
        held = release.holds(cursor, viewer, client_id)
    [client], fixed_ids = clients.from_rows([head.who], head.spans), head.leads
    episode = _episode(client, episode_id)
    found = courses.from_scores(viewer, history, client_id, episode) if episode else []
    fixed = {
        domain: _code(viewer, fixed_ids[episode.episode_id, domain.value])
        for domain in Domain
        if episode and (episode.episode_id, domain.value) in fixed_ids
    }
    triad = {domain: courses.leading(found, domain, fixed.get(domain)) for domain in TRIAD}
    pair = _pair(found)
    drawn = {id(course) for course in (*triad.values(), *(pair or ()))}
    told = tell([(client, course) for course in found])
    told_of = {(one.course.instrument.id, one.course.scale.id): one for one in told}
    primary = courses.leading(found, Domain.SYMPTOMS, fixed.get(Domain.SYMPTOMS))
    phases, events = marks.of_episode(head.marks, episode)
    order, known = list(Domain), viewer.store.library
    return ClientRecord(
        client=client,
        therapists=head.therapists,
        episode=episode,
        week=courses.week(episode, viewer.today),
        last_answer_on=max(
            (row.answered_on for row in (*history, *beside) if row.informant_id == client_id),
            default=None,
        ),
        triad=triad,
        choices={
            domain: tuple(
                course
                for course in found
                if course.scale.domain == domain
                and course.n
                and course.scale.direction is not Direction.NEITHER
                and not course.instrument.in_own_words
            )
            for domain in TRIAD
        },
        leads={
            domain: tuple(dict.fromkeys(known[one] for one, _ in LEADS[domain] if one in known))
            for domain in (*TRIAD, Domain.ATTACHMENT)
        },
        fixed=fixed,
        attachment=pair,
        others=tuple(
            sorted(
                (course for course in found if id(course) not in drawn),
                key=lambda course: (order.index(course.scale.domain), _lead_place(course)),
            )
        ),
        told=told_of,
        primary=primary,
        review_due=primary is not None
        and episode is not None
        and episode.ended_on is None
        and told_of[primary.instrument.id, primary.scale.id].review_is_due(
            reviewed=any(map(marks.is_review, events))
        ),
        beside=tuple(_beside(viewer, beside, people)),
        flags=tuple(raised),
        watched=tuple(others),
        phases=phases,
        events=events,
        holds=tuple(held),
        without_episode=len({row.administration_id for row in history if row.episode_id is None}),
        as_of=viewer.now,
        last_import_at=head.last_import_at,
    )


@use_case(roles=[Role.CLIENT], about=About.NOTHING, audit=Audit.OPENING)
def my_progress(viewer: Viewer) -> Progress | None:
    """A client's own triad in their open or last episode, the check-in's lines and the measures
    with a risk item that are released, and what is shared with them; None while no record is
    linked.

    What isn't shown to them yet, or is held back, leaves no trace in any of it.
    """
    if viewer.client_id is None:
        return None
    opened(viewer, "opened record")
    with viewer.store.engine.reading(viewer.scope) as cursor:
        head = _head(cursor, viewer, viewer.client_id)
        history = scores.history(cursor, reach(viewer), viewer.client_id)
        history = release.shown(cursor, viewer, viewer.client_id, history)
    [client], fixed_ids = clients.from_rows([head.who], head.spans), head.leads
    episode = _episode(client, None)
    found = courses.from_scores(viewer, history, client.client_id, episode) if episode else []
    lines = _lines(found)
    others = [course for course in found if not course.instrument.in_own_words]
    pictured = [course for course in others if not course.instrument.risk_items]
    triad: dict[Domain, Course | None] = {}
    for domain in TRIAD:
        key = (episode.episode_id, domain.value) if episode else None
        fixed = _code(viewer, fixed_ids[key]) if key in fixed_ids else None
        triad[domain] = courses.leading(pictured, domain, fixed)
    measures = sorted(
        (course for course in others if course.instrument.risk_items),
        key=lambda course: (list(Domain).index(course.scale.domain), _lead_place(course)),
    )
    phases, events = marks.of_episode(head.marks, episode)
    shown = [course.latest.answered_on for course in triad.values() if course and course.latest]
    drawn = {domain: course for domain, course in triad.items() if course}
    told = tell([(client, course) for course in (*drawn.values(), *lines, *measures)])
    after = len(drawn) + len(lines)
    return Progress(
        client=client,
        therapists=head.therapists,
        week=courses.week(episode, viewer.today),
        last_answer_on=max(shown, default=None),
        triad=triad,
        told=dict(zip(drawn, told, strict=False)),
        measures=tuple(measures),
        told_measures=tuple(told[after:]),
        lines=tuple(lines),
        told_lines=tuple(told[len(drawn) : after]),
        phases=phases,
        events=events,
    )


@use_case(roles=[Role.THERAPIST], about=About.EPISODE, audit=Audit.CHANGE)
def fix_lead(viewer: Viewer, episode_id: int, domain: Domain, lead: tuple[str, str] | None) -> None:
    """Let another scale of the domain stand for it; None: the first of the list again."""
    catalogue = viewer.store.catalogue
    if lead is not None:
        if lead not in catalogue.scale_ids:
            raise Invalid("There is no such scale.")
        _, scale = catalogue.scales[catalogue.scale_ids[lead]]
        # A single line of our own leads nothing.
        unfit = scale.direction is Direction.NEITHER or scale.asked is not None
        if scale.domain != domain or unfit:
            raise Invalid(f"That scale can't stand for {domain.label.lower()}.")
    scale_id = catalogue.scale_ids[lead] if lead else None
    taken = watch(viewer, 1)

    def work(cursor: Cursor) -> None:
        scores.fix_lead(
            cursor, viewer.site_id, episode_id, domain.value, scale_id, viewer.person_id, viewer.now
        )
        if whose := store_clients.client_of_episode(cursor, reach(viewer), episode_id):
            refresh(cursor, viewer, [whose], taken)

    change(
        viewer, "fixed lead scale", work, object_kind="episode", object_id=episode_id,
        detail=domain.value,
    )  # fmt: skip


def _beside(
    viewer: Viewer, rows: list[scores.Scored], people: dict[int, Relation]
) -> Iterator[Beside]:
    def key(row: scores.Scored) -> tuple[int, int, int]:
        return row.informant_id, row.about_id, row.scale_id

    for (informant_id, about_id, scale_id), group in groupby(sorted(rows, key=key), key):
        instrument, scale = viewer.store.catalogue.scales[scale_id]
        yield Beside(
            instrument=instrument,
            scale=scale,
            informant=people[informant_id].said if informant_id in people else "",
            about=people[about_id].said if about_id in people else "",
            answers=tuple(map(courses.answer, group)),
        )


def _head(cursor: Cursor, viewer: Viewer, client_id: int) -> store_clients.Head:
    head = store_clients.head(cursor, reach(viewer), client_id)
    if head is None:  # left the reach since the use-case began
        raise Refused(NOT_THERE)
    return head


def _episode(client: Client, episode_id: int | None) -> Episode | None:
    if episode_id is not None:
        return next((one for one in client.episodes if one.episode_id == episode_id), None)
    return client.open_episode or (client.episodes[-1] if client.episodes else None)


def _code(viewer: Viewer, scale_id: int) -> tuple[str, str]:
    instrument, scale = viewer.store.catalogue.scales[scale_id]
    return instrument.id, scale.id


def _pair(found: list[Course]) -> tuple[Course, Course] | None:
    by_scale = {(course.instrument.id, course.scale.id): course for course in found if course.n}
    for instrument in PAIRS:
        anxiety, avoidance = (by_scale.get((instrument, one)) for one in ("anxiety", "avoidance"))
        if anxiety and avoidance:
            return anxiety, avoidance
    return None


def _lines(found: list[Course]) -> list[Course]:
    """The courses of single lines, those of the form that was answered last first."""
    lines = [course for course in found if course.instrument.in_own_words]

    def place(course: Course) -> tuple[bool, int, int]:
        own = [one for one in lines if one.instrument.id == course.instrument.id]
        last = max(answer.answered_on for one in own for answer in one.answers)
        scales = [scale.id for scale in course.instrument.scales]
        return course.instrument.is_of_session, -last.toordinal(), scales.index(course.scale.id)

    return sorted(lines, key=place)


def _lead_place(course: Course) -> tuple[int, str, int]:
    key = (course.instrument.id, course.scale.id)
    order = list(LEADS.get(course.scale.domain, ()))
    place = order.index(key) if key in order else len(order)
    return (
        place,
        course.instrument.short_name,
        [s.id for s in course.instrument.scales].index(course.scale.id),
    )
