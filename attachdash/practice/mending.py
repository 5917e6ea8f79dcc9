"""One form put right, withdrawn, or brought back.

Nothing is deleted: what no longer counts is kept with who, when and why, out of every figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.errors import Invalid, Refused
from attachdash.instruments import Instrument, RelationKind
from attachdash.practice import relations
from attachdash.practice.clients import OLDEST, one_client
from attachdash.practice.flagging import raise_flags, settle_flags
from attachdash.practice.keeping import FILED, ROW, Given, Prepared, laid_down, prepare
from attachdash.practice.lines import one_line
from attachdash.practice.relations import Relation
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
from attachdash.practice.traces import Trace, traces
from attachdash.practice.watching import refresh, watch
from attachdash.store import answers as store_answers
from attachdash.store import versions
from attachdash.store.engine import Cursor

LONGEST_REASON = 300
# Of any one form; flags of a batch are counted before and may grow by this many meanwhile.
MOST_FLAGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a form: how it stood, from whom, and why it no longer does."""

    version: int
    answered_on: date
    answers: tuple[int, ...] | None  # whole steps; None: ready scores
    recorded_at: datetime
    recorded_by: str
    is_nominal: bool
    replaced_at: datetime | None
    replaced_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a client with all its versions, the last one first."""

    administration_id: int
    client_id: int
    instrument: Instrument
    occasion: str
    channel: str
    batch_id: int | None
    came_undone: bool  # with the import that brought it
    about_id: int  # the client's own id where it is themself
    informant_id: int
    about: str  # in words; empty: the client
    informant: str
    informant_kind: RelationKind | None
    versions: tuple[Version, ...]

    @property
    def last(self) -> Version:
        """How it stands, or stood last."""
        return self.versions[0]

    @property
    def counts(self) -> bool:
        """Whether it is in the figures."""
        return self.last.replaced_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """All forms of a client by day, newest first, and what became of flags when some changed."""

    forms: tuple[Form, ...]
    traces: tuple[Trace, ...]


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def forms(viewer: Viewer, client_id: int) -> Forms:
    """Every form of a client, with its versions, newest day first."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        rows = versions.forms(cursor, reach(viewer), client_id)
        return Forms(
            forms=tuple(_forms(cursor, viewer, rows)),
            traces=traces(cursor, viewer, client_id),
        )


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def correct_administration(
    viewer: Viewer, client_id: int, administration_id: int, answered_on: date,
    answers: Sequence[int], reason: str, version: int | None = None,
) -> None:  # fmt: skip
    """Put one form right: a new version counts from now on, the one before is kept.

    Answers as in record_administration. `version` is the one that was looked at. Raises Invalid:
    no reason, nothing different, changed or withdrawn meanwhile, other answers held for that day,
    and what record_administration refuses.
    """
    reason = checked_reason(reason)
    form = _form(viewer, client_id, administration_id)
    if form.last.answers is None:
        raise Invalid("These are ready scores: they can be withdrawn, and imported or typed anew.")
    if all(one < 0 for one in answers):
        raise Invalid("Nothing is answered: withdraw the form if it was never filled in.")
    if answered_on > viewer.today:
        raise Invalid("The day lies in the future.")
    if answered_on < (one_client(viewer, client_id).born_on or OLDEST):
        raise Invalid("The day lies before the client was born.")
    if (answered_on, tuple(answers)) == (form.last.answered_on, form.last.answers):
        raise Invalid("Nothing is different from what is held.")
    try:
        steps = np.array([answers], np.int16)
    except OverflowError:
        raise Invalid("An answer lies far outside its range.") from None
    prepared = _prepared(viewer, form, answered_on, steps, {})
    step_ids = viewer.store.engine.new_ids("flag_step", MOST_FLAGS)

    def work(cursor: Cursor) -> None:
        before = _live(cursor, viewer, form, version)
        versions.replace(
            cursor, viewer.site_id, [administration_id], viewer.person_id, viewer.now, reason
        )
        _add(cursor, viewer, form, prepared, before)
        settle_flags(cursor, viewer, [administration_id], reason, step_ids)
        refresh(cursor, viewer, [client_id], prepared.watch)

    change(
        viewer, "corrected form", work, object_kind="administration", object_id=administration_id,
        detail=form.instrument.id,
    )  # fmt: skip


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def withdraw_administration(
    viewer: Viewer, client_id: int, administration_id: int, reason: str
) -> None:
    """Take one form out of every figure; it is kept, and restore_administration brings it back.

    Raises Invalid without a reason, and where it was withdrawn already.
    """
    reason = checked_reason(reason)
    form = _form(viewer, client_id, administration_id)
    step_ids, taken = viewer.store.engine.new_ids("flag_step", MOST_FLAGS), watch(viewer, 1)

    def work(cursor: Cursor) -> None:
        _live(cursor, viewer, form, None)
        versions.replace(
            cursor, viewer.site_id, [administration_id], viewer.person_id, viewer.now, reason
        )
        store_answers.summarise(cursor, viewer.site_id, [client_id])
        settle_flags(cursor, viewer, [administration_id], reason, step_ids)
        refresh(cursor, viewer, [client_id], taken)

    change(
        viewer, "withdrew form", work, object_kind="administration", object_id=administration_id,
        detail=form.instrument.id,
    )  # fmt: skip


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def restore_administration(viewer: Viewer, client_id: int, administration_id: int) -> None:
    """Bring a withdrawn form back as it was, as a new version; its risk answers count as new.

    Raises Invalid where it isn't withdrawn, where its whole import was undone, and where other
    answers are held for its day by now.
    """
    form = _form(viewer, client_id, administration_id)
    last = form.last
    if form.came_undone:
        raise Invalid("It went with the import that brought it. Import the file again instead.")
    steps = None if last.answers is None else np.array([last.answers], np.int16)
    prepared = _prepared(viewer, form, last.answered_on, steps, _ready(viewer, form))

    def work(cursor: Cursor) -> None:
        now = read_form(cursor, viewer, form.client_id, administration_id)
        if now.counts or now.last.version != last.version or now.came_undone:
            raise Invalid("It changed meanwhile, or was never withdrawn. Reload the page.")
        _add(cursor, viewer, form, prepared, None)
        refresh(cursor, viewer, [client_id], prepared.watch)

    change(
        viewer, "restored form", work, object_kind="administration", object_id=administration_id,
        detail=form.instrument.id,
    )  # fmt: skip


def checked_reason(reason: str) -> str:
    """The reason in one line. Raises Invalid where there is none, or a very long one."""
    reason = one_line(reason)
    if not reason:
        raise Invalid("Please say why: the reason stays with what is taken back.")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"Please say why in at most {LONGEST_REASON} characters.")
    return reason


def read_form(cursor: Cursor, viewer: Viewer, client_id: int, administration_id: int) -> Form:
    """One form with its versions. Raises Refused where it isn't this client's, or out of reach."""
    rows = versions.forms(cursor, reach(viewer), client_id, administration_id)
    if not rows:
        raise Refused(NOT_THERE)
    return _forms(cursor, viewer, rows)[0]


def _form(viewer: Viewer, client_id: int, administration_id: int) -> Form:
    """The form before the transaction. Raises Refused where it isn't this client's."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return read_form(cursor, viewer, client_id, administration_id)


def _live(cursor: Cursor, viewer: Viewer, form: Form, version: int | None) -> Version:
    """The version that counts, in the transaction. Raises Invalid where it is another by now."""
    now = read_form(cursor, viewer, form.client_id, form.administration_id)
    if not now.counts:
        gone = "went with its import, which was undone" if now.came_undone else "was withdrawn"
        raise Invalid(f"This form {gone}. Reload the page.")
    if now.last.version != (form.last.version if version is None else version):
        raise Invalid("This form was corrected meanwhile. Look at it again before you change it.")
    return now.last


def _ready(viewer: Viewer, form: Form) -> dict[str, NDArray[np.float64]]:
    """The ready scores that the form's last version had; none where it has answers."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        rows = versions.ready_scores(
            cursor, viewer.site_id, form.administration_id, form.last.version
        )
    scales = viewer.store.catalogue.scales
    return {
        scales[scale_id][1].id: np.array([value], np.float64)
        for scale_id, value in rows.select("scale_id", "value").iter_rows()
    }


def _prepared(
    viewer: Viewer, form: Form, answered_on: date, answers: NDArray[np.int16] | None,
    scores: dict[str, NDArray[np.float64]],
) -> Prepared:  # fmt: skip
    row = (form.client_id, answered_on, form.occasion, form.about_id, form.informant_id)
    given = Given(
        instrument=form.instrument,
        rows=pl.DataFrame(
            [row], {**ROW, "about_id": pl.Int64, "informant_id": pl.Int64}, orient="row"
        ),
        informant=form.informant_kind,
        answers=answers,
        scores=scores if answers is None else {},
        # A day that somebody read from the form stands for none.
        nominal=form.last.is_nominal and answered_on == form.last.answered_on,
        channel=form.channel,
    )
    return prepare(viewer, given, [form.administration_id])


def _add(
    cursor: Cursor, viewer: Viewer, form: Form, prepared: Prepared, before: Version | None
) -> None:
    """Keep the next version with scores, summary and the flags of what differs from `before`."""
    given = prepared.given
    row, kept = laid_down(cursor, viewer, prepared, form.batch_id, form.last.version + 1)
    if kept.is_empty():
        raise Invalid(
            f"Other answers to {form.instrument.short_name} are held for that day. Check the day, "
            "or look at the other form first."
        )
    evidence = prepared.evidence.join(row.select(*FILED), on="administration_id")
    if before and before.answers is not None and before.answered_on == row["answered_on"][0]:
        # What the item says is as it was: nobody has to look at it again.
        now = [] if given.answers is None else given.answers[0].tolist()
        items = [int(cause.split(":")[1]) - 1 for cause in evidence["cause"]]
        new = [now[item] != before.answers[item] for item in items]
        evidence = evidence.filter(pl.Series(new, dtype=pl.Boolean))
    raise_flags(cursor, viewer, evidence, prepared.flag_ids, prepared.step_ids)


def _forms(cursor: Cursor, viewer: Viewer, rows: list[dict[str, object]]) -> list[Form]:
    """The forms of these rows of a client's versions, in their order."""
    whose = {int(str(row["client_id"])) for row in rows}
    people: dict[int, Relation] = {}
    if {int(str(row[who])) for row in rows for who in ("about_id", "informant_id")} - whose:
        [client_id] = whose
        people = relations.read(cursor, viewer, client_id)
    found: dict[int, list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(int(str(row["administration_id"])), []).append(row)
    made = []
    for administration_id, own in found.items():
        # A correction may have moved the day: versions of one form can stand apart.
        last, *_ = own = sorted(own, key=lambda row: -int(str(row["version"])))
        held = last["batch_id"]
        about_id, informant_id = int(str(last["about_id"])), int(str(last["informant_id"]))
        own_id = int(str(last["client_id"]))
        informant = people.get(informant_id)
        made.append(
            Form(
                administration_id=administration_id,
                client_id=own_id,
                instrument=viewer.store.catalogue.instrument(str(last["instrument"])),
                occasion=str(last["occasion"]),
                channel=str(last["channel"]),
                batch_id=None if held is None else int(str(held)),
                came_undone=last["undone_at"] is not None,
                about_id=about_id,
                informant_id=informant_id,
                about=_whom(own_id, about_id, people),
                informant=_whom(own_id, informant_id, people),
                informant_kind=informant.kind if informant else None,
                versions=tuple(_version(row) for row in own),
            )
        )
    return sorted(made, key=lambda one: (one.last.answered_on, one.administration_id), reverse=True)


def _whom(client_id: int, person_id: int, people: dict[int, Relation]) -> str:
    """Who answered, or about whom, in words; empty for the client."""
    if person_id == client_id:
        return ""
    # Undoing an import removes the people whom it alone added; its forms stay theirs.
    return people[person_id].said if person_id in people else "somebody who was removed since"


def _version(row: dict[str, object]) -> Version:
    answers, replaced_at = row["answers"], row["replaced_at"]
    assert answers is None or isinstance(answers, list)
    return Version(
        version=int(str(row["version"])),
        answered_on=day(row["answered_on"]),
        answers=None if answers is None else tuple(answers),
        recorded_at=moment(row["recorded_at"]),
        recorded_by=text(row["recorded_by"]),
        is_nominal=bool(row["is_nominal"]),
        replaced_at=None if replaced_at is None else moment(replaced_at),
        replaced_by=text(row["replaced_by"]),
        reason=text(row["reason"]),
    )


def moment(cell: object) -> datetime:
    """A cell of the store that is a moment."""
    assert isinstance(cell, datetime)
    return cell


def day(cell: object) -> date:
    """A cell of the store that is a day."""
    assert isinstance(cell, date)
    return cell


def text(cell: object) -> str:
    """A cell of the store as text; nothing for NULL."""
    return cell if isinstance(cell, str) else ""
