"""Whether scores and flags are still those of the answers, and summaries those of the scores."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import SELF, Instrument, State, answered_as, score
from attachdash.practice.flagging import CAUSE, EVIDENCE, evidence_of, told_apart
from attachdash.store import Store, checks, definitions
from attachdash.store.engine import Cursor

AT_ONCE = 5_000  # clients
_STATES = np.array([state.value for state in State])


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What does not follow from what it rests on."""

    forms: list[int]  # with a score missing, too many, another, or filed otherwise than its form
    episodes: list[int]  # whose first and latest scores are not those of their scores
    unflagged: list[int]  # forms with an answer, or a blank, that wants a flag and has none
    flags: list[int]  # that rest on a form whose answers raise no such flag


def otherwise(cursor: Cursor, store: Store, site_id: int = 1) -> Otherwise:
    """All scores, summaries and flags on answers made anew, some clients at a time, and held
    against those kept.

    Ready scores stand nowhere else and can't be compared. Forms of a definition that no version
    can read any more are left out.
    """
    known = definitions.by_number(cursor, site_id)
    clients = checks.clients(cursor, site_id)
    forms: set[int] = set()
    episodes: set[int] = set()
    unflagged: set[int] = set()
    flags: set[int] = set()
    for start in range(0, len(clients), AT_ONCE):
        some = clients[start : start + AT_ONCE]
        answered, made = checks.answered_and_made(cursor, site_id, some[0], some[-1])
        readable = pl.col("definition_id").is_in(list(known))
        legible = answered.filter(readable)
        parts = list(_made_anew(store, known, legible))
        anew = pl.concat(parts) if parts else made.clear()
        forms |= _differing(anew.select(made.columns).cast(made.schema), made)
        forms -= set(answered.filter(~readable)["administration_id"].to_list())
        episodes.update(checks.otherwise_summed(cursor, site_id, some[0], some[-1]))
        held = checks.on_items(cursor, site_id, some[0], some[-1])
        found = _evidence(known, legible)
        without = found.join(held, on=CAUSE, how="anti")
        unflagged |= set(without["administration_id"].to_list())
        resting = held.join(legible, on="administration_id", how="semi")
        idle = resting.join(found, on=[*CAUSE, "administration_id"], how="anti")
        flags |= set(idle["flag_id"].to_list())
    return Otherwise(sorted(forms), sorted(episodes), sorted(unflagged), sorted(flags))


def _evidence(known: dict[int, Instrument], answered: pl.DataFrame) -> pl.DataFrame:
    """All that raises a flag in these forms, with its cause."""
    parts = [pl.DataFrame(schema=EVIDENCE)]
    for (definition_id,), forms in answered.group_by("definition_id"):
        rows = forms.select("administration_id", "client_id", "answered_on")
        try:
            found = evidence_of(known[int(str(definition_id))], rows, _matrix(forms["answers"]))
        except (Invalid, ValueError, IndexError):
            continue  # of a length that no answers have: their scores say so
        parts.append(found)
    whose = answered.select("administration_id", "about_id", "informant_id")
    return told_apart(pl.concat(parts).join(whose, on="administration_id"))


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> set[int]:
    """The forms of the rows that only one of them has."""
    by = one.columns
    left, right = (
        a.join(b, on=by, how="anti", nulls_equal=True) for a, b in ((one, other), (other, one))
    )
    # A row that is there twice is as wrong as one that is missing.
    twice = other.filter(other.select("administration_id", "scale_id").is_duplicated())
    return {
        int(number) for part in (left, right, twice) for number in part["administration_id"]
    }  # fmt: skip


def _made_anew(
    store: Store, known: dict[int, Instrument], answered: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    for (definition_id, informant), forms in answered.group_by("definition_id", "informant"):
        instrument = known[int(str(definition_id))]
        word = answered_as(instrument, str(informant) if informant else SELF)
        filed = forms.drop("answers", "informant")
        try:
            scores = score(instrument, _matrix(forms["answers"]), informant=word)
        except (Invalid, ValueError):
            # Not one of these can be told from the others by scoring them at once.
            if forms.height > 1:
                alone = (forms[place : place + 1] for place in range(forms.height))
                yield from (part for form in alone for part in _made_anew(store, known, form))
            continue
        for scale_id, made in scores.items():
            number = store.catalogue.scale_ids.get((instrument.id, scale_id))
            yield filed.with_columns(
                scale_id=pl.lit(number, pl.Int32), value=pl.Series(made.value).fill_nan(None),
                answered=pl.Series(made.answered), asked=pl.lit(made.asked),
                state=pl.Series(_STATES[made.state]),
            )  # fmt: skip


def _matrix(answers: pl.Series) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """The lists of answers as rows. Raises ValueError where they are not equally long."""
    flat = answers.explode().to_numpy()
    return flat.astype(np.int16).reshape(len(answers), -1)
