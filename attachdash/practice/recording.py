"""Recording one form that was filled in on paper."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from attachdash.errors import Invalid, Refused
from attachdash.instruments import SELF, RelationKind
from attachdash.intake.mapping import people_wrong
from attachdash.practice import asking
from attachdash.practice.clients import OLDEST, one_client
from attachdash.practice.held import differing
from attachdash.practice.keeping import ROW, Given, keep, prepare
from attachdash.practice.relations import read
from attachdash.practice.rights import NOT_THERE, About, Audit, Role, Viewer, change, use_case
from attachdash.practice.rules import Kind
from attachdash.store.engine import Cursor


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def record_administration(
    viewer: Viewer, client_id: int, instrument_id: str, answered_on: date, answers: Sequence[int],
    occasion: str = "", informant: str = SELF, about: str = SELF, person_id: int | None = None, *,
    wants_to_talk: bool = False,
) -> bool:  # fmt: skip
    """Keep one form: answers in whole steps, in item order, negative where there is none.

    `informant` and `about` are a kind of relation where they aren't the client themself; of several
    of that kind, `person_id` says which. `wants_to_talk`: on the form it is ticked that they would
    like to talk before the next meeting, which raises its flag with the answers, also of a form
    that is held already. Whether it was new; False where the same form of that day
    is already held. Raises Invalid: nothing answered, too few or too many answers, a value outside
    its range, a day in the future or before birth, other answers held for the same day, people whom
    the form isn't for or can't tell apart, one who isn't meant on that day. Raises Refused for a
    person who is none of the client's.
    """
    instrument = viewer.store.library.get(instrument_id)
    if instrument is None or not instrument.accepts_items:
        raise Invalid("That questionnaire can't be typed in by its items.")
    if all(one < 0 for one in answers):
        raise Invalid("Nothing is answered yet: at least one answer is needed.")
    if wrong := people_wrong(instrument, informant, about):
        raise Invalid("; ".join(f"expected {expected}. {cure}" for expected, cure in wrong))
    client = one_client(viewer, client_id)
    if answered_on > viewer.today:
        raise Invalid("The day lies in the future.")
    if answered_on < (client.born_on or OLDEST):
        raise Invalid("The day lies before the client was born.")
    try:
        steps = np.array([answers], np.int16)
    except OverflowError:
        raise Invalid("An answer lies far outside its range.") from None
    rows = pl.DataFrame([(client_id, answered_on, occasion)], ROW, orient="row")
    if person_id is not None:
        whose = "informant_id" if about == SELF else "about_id"
        rows = rows.with_columns(pl.lit(person_id, pl.Int64).alias(whose))
    given = Given(
        instrument=instrument,
        rows=rows,
        answers=steps,
        scores={},
        about=None if about == SELF else RelationKind(about),
        informant=None if informant == SELF else RelationKind(informant),
    )
    prepared = prepare(viewer, given)
    taken = asking.ids(viewer) if wants_to_talk else None

    def work(cursor: Cursor) -> bool:
        if person_id is not None:
            person = read(cursor, viewer, client_id).get(person_id)
            if person is None or person.kind not in (informant, about):
                raise Refused(NOT_THERE)
            if not person.is_meant(answered_on):
                raise Invalid(
                    f"{person.said[:1].upper()}{person.said[1:]} is not meant on that day."
                )
        kept = keep(cursor, viewer, prepared)
        if not kept and differing(cursor, viewer, given):
            raise Invalid(
                f"Other answers to {instrument.short_name} are held for that day. Check the day; "
                "a second form of one day needs a word that tells them apart."
            )
        if taken:
            asking.raised(cursor, viewer, client_id, Kind.TALK, asking.TALK, taken, answered_on)
        return bool(kept)

    return change(
        viewer, "recorded form", work, client_id=client_id,
        detail=lambda new: f"{instrument.id}{'' if new else ', already held'}",
    )  # fmt: skip
