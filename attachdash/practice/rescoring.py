"""Whether the scores held are still those that the answers come to."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import SELF, Instrument, State, answered_as, score
from attachdash.store import Store, checks, definitions
from attachdash.store.engine import Cursor

AT_ONCE = 5_000  # clients
_STATES = np.array([state.value for state in State])


def otherwise_scored(cursor: Cursor, store: Store, site_id: int = 1) -> list[int]:
    """The forms (administration_id) with a score that is missing, too many, or another than its
    answers come to, or that is filed otherwise than its form.

    Ready scores stand nowhere else and can't be compared. Forms of a definition that no version
    can read any more are left out.
    """
    known = definitions.by_number(cursor, site_id)
    clients = checks.clients(cursor, site_id)
    found: set[int] = set()
    for start in range(0, len(clients), AT_ONCE):
        some = clients[start : start + AT_ONCE]
        answered, made = checks.answered_and_made(cursor, site_id, some[0], some[-1])
        readable = pl.col("definition_id").is_in(list(known))
        parts = list(_made_anew(store, known, answered.filter(readable)))
        anew = pl.concat(parts) if parts else made.clear()
        found |= _differing(anew.select(made.columns).cast(made.schema), made)
        found -= set(answered.filter(~readable)["administration_id"].to_list())
    return sorted(found)


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
