"""Keeping answers: scores, summary and risk flags in the transaction of the answers themselves.

A typed form is a batch of one; a million imported rows take the same path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments import (
    SELF,
    Instrument,
    RelationKind,
    State,
    StateCode,
    answered_as,
    informants_of,
    score,
)
from attachdash.practice.filing import episodes_of
from attachdash.practice.flagging import EVIDENCE, evidence_of, raise_flags
from attachdash.practice.relations import add_missing, named
from attachdash.practice.rights import Viewer
from attachdash.practice.watching import Watch, refresh, watch
from attachdash.store import answers as store_answers
from attachdash.store import clients
from attachdash.store.engine import Cursor

Answers = NDArray[np.signedinteger[Any]]
FILED = ("administration_id", "episode_id", "about_id", "informant_id")
ROW = {"client_id": pl.Int64, "answered_on": pl.Date, "occasion": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What came in for one instrument, a row per administration, all by the same kind of person.

    Whom they are about and from is looked up by kind when they are kept; None is the client.
    Where the rows have about_id and informant_id, those are meant; where they have `person`, the
    one of the kind who is called so (relations.meant).
    """

    instrument: Instrument
    rows: pl.DataFrame  # the columns of ROW
    answers: Answers | None  # whole steps, negative where there is no answer
    scores: dict[str, NDArray[np.float64]]  # ready scores by scale; NaN where there is none
    nominal: bool = False
    channel: str = "form"
    about: RelationKind | None = None
    informant: RelationKind | None = None

    def __len__(self) -> int:
        return self.rows.height

    @property
    def unnamed(self) -> list[RelationKind]:
        """The kinds of people that have to be looked up."""
        asked = (("about_id", self.about), ("informant_id", self.informant))
        return [kind for column, kind in asked if kind and column not in self.rows.columns]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Answers with their scores and with ids taken, before the transaction begins."""

    given: Given
    administration_ids: pl.Series
    scores: pl.DataFrame  # place of the row, scale_id, value, answered, asked, state
    evidence: pl.DataFrame  # the columns of EVIDENCE
    flag_ids: Sequence[int]
    step_ids: Sequence[int]
    relation_ids: Sequence[int]  # for people who may have to be added
    watch: Watch


def prepare(
    viewer: Viewer, given: Given, known: Sequence[int] = (), *, and_sum_up: bool = True
) -> Prepared:
    """Score the answers and take every id that keeping them may need, as `keep` is told.

    `known` are the administrations that these are new versions of; else each gets an id.
    Raises Invalid for an instrument that this informant does not answer, and for answers that do
    not fit it.
    """
    if answered_as(given.instrument, given.informant or SELF) is None:
        raise Invalid(
            f"{given.instrument.short_name} is answered by "
            f"{' or '.join(informants_of(given.instrument))}, not by {given.informant or SELF}."
        )
    engine = viewer.store.engine
    taken = known or engine.new_ids("administration", len(given))
    ids = pl.Series("administration_id", taken, pl.Int64)
    scores = _scores(viewer, given)  # first: scoring checks what comes in
    evidence = _evidence(given, ids)
    flags = evidence.height
    clients_of = given.rows["client_id"].n_unique()
    people = clients_of * len(given.unnamed)
    return Prepared(
        given, ids, scores, evidence,
        engine.new_ids("flag", flags) if flags else [],
        engine.new_ids("flag_step", flags) if flags else [],
        engine.new_ids("client", people) if people else [],
        watch(viewer, clients_of if and_sum_up else 0),
    )  # fmt: skip


def keep(
    cursor: Cursor, viewer: Viewer, prepared: Prepared, batch_id: int | None = None, *,
    and_sum_up: bool = True,
) -> int:  # fmt: skip
    """Keep what is new of the prepared answers; how many administrations that was.

    Whoever keeps many parts in one transaction sums up once, at its end, and refreshes the flags of
    all their courses.
    """
    if not len(prepared.given):
        return 0
    rows, kept = laid_down(cursor, viewer, prepared, batch_id, and_sum_up=and_sum_up)
    evidence = prepared.evidence
    if len(kept) < len(prepared.given):
        evidence = evidence.filter(pl.col("administration_id").is_in(kept.implode()))
    raise_flags(
        cursor, viewer,
        evidence.join(rows.select(*FILED), on="administration_id"),
        prepared.flag_ids, prepared.step_ids,
    )  # fmt: skip
    if and_sum_up and len(kept):
        refresh(cursor, viewer, rows["client_id"].unique().to_list(), prepared.watch)
    return len(kept)


def laid_down(
    cursor: Cursor, viewer: Viewer, prepared: Prepared, batch_id: int | None, version: int = 1, *,
    and_sum_up: bool = True,
) -> tuple[pl.DataFrame, pl.Series]:  # fmt: skip
    """Keep the answers that are new, with scores and summary, under the episodes of their days.

    The rows with administration_id and episode_id, and the ids of those that were kept.
    """
    given, catalogue = prepared.given, viewer.store.catalogue
    spans = clients.spans_of(
        cursor, viewer.site_id, given.rows["client_id"].unique().to_list()
    )  # fmt: skip
    for place, kind in enumerate(given.unnamed):
        ids = prepared.relation_ids[place :: len(given.unnamed)]
        add_missing(cursor, viewer, given.rows, kind, ids, batch_id)
    rows = named(cursor, viewer.site_id, given.rows, given.about, given.informant).with_columns(
        prepared.administration_ids,
        episode_id=episodes_of(given.rows, spans),
    )
    if rows["about_id"].null_count() or rows["informant_id"].null_count():
        raise Invalid(
            f"There are several whom the form can mean ({', '.join(given.unnamed)}). Say which, or "
            "end those who are not meant: under Clients, People around them."
        )
    same = {
        "site_id": viewer.site_id, "version": version,
        "definition_id": catalogue.definition_ids[given.instrument.id],
        "instrument_id": catalogue.instrument_ids[given.instrument.id],
        "is_nominal": given.nominal, "channel": given.channel, "batch_id": batch_id,
        "by_person_id": viewer.person_id, "recorded_at": viewer.now, "answers": None,
    }  # fmt: skip
    lists = [] if given.answers is None else [pl.Series("answers", given.answers).arr.to_list()]
    kept = store_answers.keep(
        cursor, viewer.site_id, rows.with_columns(lists), prepared.scores, same,
        and_sum_up=and_sum_up,
    )  # fmt: skip
    return rows, kept


def _scores(viewer: Viewer, given: Given) -> pl.DataFrame:
    words = pl.Series("state", [state.value for state in State], pl.Enum(State))
    place = pl.int_range(len(given), dtype=pl.UInt32, eager=True).alias("place")
    none = np.zeros(len(given), np.int16)
    ready = words.gather(none + StateCode.GIVEN)
    parts = [(scale_id, values, none, ready) for scale_id, values in given.scores.items()]
    if given.answers is not None:
        word = answered_as(given.instrument, given.informant or SELF)
        for scale_id, found in score(given.instrument, given.answers, informant=word).items():
            parts.append((scale_id, found.value, found.answered, words.gather(found.state)))
    frames = []
    for scale_id, value, answered, state in parts:
        scale = given.instrument.scale(scale_id)
        frame = pl.DataFrame([place, state]).with_columns(
            value=pl.Series(value).fill_nan(None),
            scale_id=pl.lit(viewer.store.catalogue.scale_id(given.instrument, scale), pl.Int32),
            answered=pl.lit(answered, pl.Int16),
            asked=pl.lit(len(scale.items), pl.Int16),
        )
        # A ready score that the file leaves empty was not given: it leaves no row.
        if state is ready:
            frame = frame.drop_nulls("value")
        frames.append(frame)
    return pl.concat(frames)


def _evidence(given: Given, ids: pl.Series) -> pl.DataFrame:
    """Each positive or blank answer to a risk item; ready scores hold none."""
    if given.answers is None:
        return pl.DataFrame(schema=EVIDENCE)
    rows = given.rows.select("client_id", "answered_on").with_columns(ids)
    return evidence_of(given.instrument, rows, given.answers)
