"""How was a number made? One score taken apart, and one measure's answers item by item."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import isclose

from attachdash.errors import Invalid, Refused
from attachdash.instruments import (
    BLANK,
    DECLINED,
    NOT_APPLICABLE,
    DefinitionError,
    Instrument,
    Item,
    Method,
    Scale,
    parse,
)
from attachdash.instruments.grounds import Ground, Standing, Use, grounds
from attachdash.instruments.steps import (
    ItemStep,
    Line,
    Steps,
    in_digits,
    in_words,
    steps,
    steps_of_ready,
)
from attachdash.practice.mending import Form, Version, read_form
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    reach,
    use_case,
)
from attachdash.store import provenance as store_provenance
from attachdash.store.engine import Cursor
from attachdash.store.provenance import Made

__all__ = [
    "BLANK",
    "DECLINED",
    "NOT_APPLICABLE",
    "Ground",
    "ItemAnswers",
    "ItemRow",
    "ItemStep",
    "Line",
    "Provenance",
    "Standing",
    "Steps",
    "Use",
    "grounds",
    "in_digits",
    "in_words",
    "item_answers",
    "provenance",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """All that is known of how one version of one form came to a score."""

    client_id: int
    form: Form
    version: Version  # the one shown
    steps: Steps
    grounds: tuple[Ground, ...]  # by the definition that made the score
    beware: tuple[str, ...]  # what that definition warns of
    sha256: str
    loaded_at: datetime
    is_todays: bool  # the definition is the one in use now
    file_name: str  # empty: no file
    agrees: bool  # the steps come to the score as it is kept
    values: dict[int, float | None]  # of every version, by its number

    @property
    def scale(self) -> Scale:
        """The scale as it was when the score was made."""
        return self.steps.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item over all forms of an episode, in whole steps; below nought where unanswered."""

    item: Item
    is_turned: bool
    is_risk: bool
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswers:
    """What a client answered to each item of a scale about themself, oldest form first."""

    client_id: int
    instrument: Instrument
    scale: Scale
    days: tuple[date, ...]
    rows: tuple[ItemRow, ...]
    left_out: int  # forms of another version of the questionnaire: their items may be others


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def provenance(
    viewer: Viewer, client_id: int, administration_id: int, scale: str, version: int | None = None
) -> Provenance:
    """How a form of this client came to its score on a scale; `version`: an earlier one of it.

    By the definition that made it, whatever the library holds today. Raises Refused where this
    client has no such form, or it no such score; Invalid where that definition can't be read.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        form = read_form(cursor, viewer, client_id, administration_id)
        scale_id = viewer.store.catalogue.scale_ids.get((form.instrument.id, scale))
        if scale_id is None:
            raise Refused(NOT_THERE)
        rows = store_provenance.made(
            cursor, reach(viewer), client_id, administration_id, scale_id
        )  # fmt: skip
    assert {row.client_id for row in rows} <= {client_id}, "answers of another client"
    wanted = [row for row in rows if (row.counts if version is None else row.version == version)]
    if not wanted:
        raise Refused(NOT_THERE)
    [row] = wanted
    definition = _definition(viewer, form.instrument.id, row)
    made = _steps(definition, scale, row)
    if made is None:
        raise Refused(NOT_THERE)
    return Provenance(
        client_id=client_id,
        form=form,
        version=next(one for one in form.versions if one.version == row.version),
        steps=made,
        grounds=grounds(definition, made.scale),
        beware=tuple(filter(None, (definition.caution, *made.scale.notes, *definition.traps))),
        sha256=row.sha256,
        loaded_at=row.loaded_at,
        is_todays=_is_todays(viewer, form.instrument.id, row.sha256),
        file_name=row.file_name or "",
        agrees=not row.counts or _same(made, row),
        values=dict(_values(viewer, form.instrument.id, scale, rows)),
    )


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def item_answers(
    viewer: Viewer, client_id: int, episode_id: int, instrument: str, scale: str
) -> ItemAnswers:
    """What the client answered to each item of a scale in an episode, none for ready scores."""
    catalogue = viewer.store.catalogue
    if (instrument, scale) not in catalogue.scale_ids:
        raise Refused(NOT_THERE)
    known, its = catalogue.scales[catalogue.scale_ids[instrument, scale]]
    with viewer.store.engine.reading(viewer.scope) as cursor:
        given = store_provenance.answers(
            cursor, reach(viewer), client_id, catalogue.instrument_ids[instrument], episode_id
        )  # fmt: skip
        assert {row.client_id for row in given} <= {client_id}, "answers of another client"
        fitting = set(_with_these_items(viewer, cursor, known, given))
    if its.method is Method.GIVEN:
        given = []
    shown = [row for row in given if row.definition_id in fitting]
    parts = [known.scale(one) for one in its.of] or [its]
    risk = {one.item for one in known.risk_items}
    return ItemAnswers(
        client_id=client_id,
        instrument=known,
        scale=its,
        days=tuple(row.answered_on for row in shown),
        rows=tuple(
            ItemRow(
                item=known.item(number),
                is_turned=any(number in part.reverse for part in parts),
                is_risk=number in risk,
                answers=tuple(row.answers[number - 1] for row in shown),
            )
            for number in its.items
        ),
        left_out=len(given) - len(shown),
    )


def _is_todays(viewer: Viewer, code: str, sha256: str) -> bool:
    known = viewer.store.library.get(code)
    return known is not None and known.sha256 == sha256


def _definition(viewer: Viewer, code: str, row: Made) -> Instrument:
    """The definition of a version. Raises Invalid where this program can't read it any more."""
    if _is_todays(viewer, code, row.sha256):
        return viewer.store.library[code]
    try:
        return parse(row.body, f"definition {row.sha256[:8]}")
    except DefinitionError:
        raise Invalid(
            "The definition that made this score was written by another version of AttachDash and "
            "can’t be read by this one. The score is kept as it was."
        ) from None


def _steps(definition: Instrument, code: str, row: Made) -> Steps | None:
    """How a version came to its score; None where it has none on this scale."""
    scale = next((one for one in definition.scales if one.id == code), None)
    if scale is None or (row.counts and row.state is None):
        return None
    if row.answers is None:
        return None if row.value is None else steps_of_ready(definition, scale, row.value)
    return None if scale.method is Method.GIVEN else steps(definition, scale, row.answers)


def _same(made: Steps, row: Made) -> bool:
    if made.value is None or row.value is None:
        return made.value is row.value and made.state.value == row.state
    return made.state.value == row.state and isclose(made.value, row.value, abs_tol=1e-9)


def _values(
    viewer: Viewer, code: str, scale: str, rows: Iterable[Made]
) -> Iterator[tuple[int, float | None]]:
    for row in rows:
        try:
            made = _steps(_definition(viewer, code, row), scale, row)
        except Invalid:
            made = None
        yield row.version, made.value if made else None


def _with_these_items(
    viewer: Viewer, cursor: Cursor, known: Instrument, given: Iterable[store_provenance.Given]
) -> Iterator[int]:
    """The definitions among those of the answers that have the same items as the one shown."""
    for definition_id, sha256 in {(row.definition_id, row.sha256) for row in given}:
        if sha256 == known.sha256:
            yield definition_id
            continue
        try:
            was = parse(store_provenance.body(cursor, viewer.site_id, definition_id), sha256[:8])
        except DefinitionError:
            continue
        if was.items == known.items and was.step == known.step:
            yield definition_id
