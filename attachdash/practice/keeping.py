"""Keeping answers: scores, summary and risk flags in the transaction of the answers themselves.

A typed form is a batch of one; a million imported rows take the same path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, State, risk_answers, score
from attachdash.practice.filing import care_of, episode_of
from attachdash.practice.flagging import Evidence, raise_flags
from attachdash.practice.rights import Viewer
from attachdash.store import answers as store_answers
from attachdash.store import clients
from attachdash.store.answers import ADMINISTRATION, SCORE
from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What came in for one instrument, a row per administration, by the clients themselves."""

    instrument: Instrument
    client_ids: NDArray[np.int64]
    days: Sequence[date]
    occasions: Sequence[str]
    answers: NDArray[np.int16] | None  # whole steps, negative where there is no answer
    scores: dict[str, NDArray[np.float64]]  # ready scores by scale; NaN where there is none
    nominal: bool = False
    channel: str = "form"

    def __len__(self) -> int:
        return len(self.client_ids)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Answers with their scores and with ids taken, before the transaction begins."""

    given: Given
    administration_ids: NDArray[np.int64]
    scores: dict[str, tuple[NDArray[np.float64], NDArray[np.int16], int, list[str]]]
    evidence: list[Evidence]
    flag_ids: list[int]
    step_ids: list[int]


def prepare(viewer: Viewer, given: Given) -> Prepared:
    """Score the answers and take every id that keeping them may need.

    Raises Invalid for an instrument that clients do not answer themselves.
    """
    if "self" not in given.instrument.informants:
        raise Invalid(
            f"{given.instrument.short_name} is answered by {given.instrument.informants[0]}, "
            "not by the client: such answers can't be kept yet."
        )
    engine = viewer.store.engine
    ids = np.fromiter(engine.new_ids("administration", len(given)), np.int64, len(given))
    scores: dict[str, tuple[NDArray[np.float64], NDArray[np.int16], int, list[str]]] = {}
    evidence: list[Evidence] = []
    if given.answers is not None:
        for scale_id, found in score(given.instrument, given.answers, informant="self").items():
            scores[scale_id] = (
                found.value, found.answered, found.asked, [state.value for state in found.states()]
            )  # fmt: skip
        for risk, positive, blank in risk_answers(given.instrument, given.answers):
            for place in np.flatnonzero(positive | blank).tolist():
                evidence.append(
                    Evidence(
                        place=place,
                        administration_id=int(ids[place]),
                        client_id=int(given.client_ids[place]),
                        kind=f"{risk.kind.value}_{'answer' if positive[place] else 'blank'}",
                        cause=f"{given.instrument.id}:{risk.item}",
                        answered_on=given.days[place],
                    )
                )
    for scale_id, values in given.scores.items():
        asked = len(given.instrument.scale(scale_id).items)
        none = np.zeros(len(given), np.int16)
        scores[scale_id] = (values, none, asked, [State.GIVEN.value] * len(given))
    flags = len(evidence)
    return Prepared(
        given, ids, scores, evidence,
        list(engine.new_ids("flag", flags)) if flags else [],
        list(engine.new_ids("flag_step", flags)) if flags else [],
    )  # fmt: skip


def keep(cursor: Cursor, viewer: Viewer, prepared: Prepared, batch_id: int | None = None) -> int:
    """Keep what is new of the prepared answers; how many administrations that was."""
    given, ids = prepared.given, prepared.administration_ids
    if not len(given):
        return 0
    catalogue, n = viewer.store.catalogue, len(given)
    spans = clients.spans_of(
        cursor, viewer.site_id, [int(one) for one in np.unique(given.client_ids)]
    )
    care = care_of(spans)
    episodes = [
        episode_of(day, care.get(int(client_id), ()))
        for client_id, day in zip(given.client_ids, given.days, strict=True)
    ]
    definition_id = catalogue.definition_ids[given.instrument.id]
    same = {
        "site_id": viewer.site_id, "version": 1, "definition_id": definition_id,
        "instrument_id": catalogue.instrument_ids[given.instrument.id],
        "is_nominal": given.nominal, "channel": given.channel, "batch_id": batch_id,
        "by_person_id": viewer.person_id, "recorded_at": viewer.now,
    }  # fmt: skip
    each: dict[str, pa.Array] = {
        "administration_id": pa.array(ids),
        "client_id": pa.array(given.client_ids),
        "about_id": pa.array(given.client_ids),
        "informant_id": pa.array(given.client_ids),
        "episode_id": pa.array(episodes, pa.int64()),
        "answered_on": pa.array(given.days, pa.date32()),
        "occasion": pa.array(given.occasions, pa.string()),
        "answers": _lists(given.answers, n),
    }
    administrations = pa.table(
        [
            each[field.name] if field.name in each else pa.array([same[field.name]] * n, field.type)
            for field in ADMINISTRATION
        ],
        schema=ADMINISTRATION,
    )
    parts = []
    for scale_id, (values, answered, asked, states) in prepared.scores.items():
        scale = given.instrument.scale(scale_id)
        # A ready score that the file leaves empty was not given: it leaves no row.
        there = np.array([s != State.GIVEN.value for s in states]) | ~np.isnan(values)
        columns: dict[str, pa.Array] = {
            **{name: each[name] for name in (
                "administration_id", "client_id", "episode_id", "about_id", "informant_id",
                "answered_on",
            )},
            "site_id": pa.array([viewer.site_id] * n, pa.int16()),
            "scale_id": pa.array([catalogue.scale_id(given.instrument, scale)] * n, pa.int32()),
            "value": pa.array(values, from_pandas=True),
            "answered": pa.array(answered, pa.int16()),
            "asked": pa.array([asked] * n, pa.int16()),
            "state": pa.array(states, pa.string()),
            "definition_id": pa.array([definition_id] * n, pa.int32()),
        }  # fmt: skip
        part = pa.table([columns[field.name] for field in SCORE], schema=SCORE)
        parts.append(part.filter(pa.array(there)))
    scores = pa.concat_tables(parts) if parts else SCORE.empty_table()
    kept = store_answers.keep(cursor, viewer.site_id, administrations, scores)
    raise_flags(
        cursor, viewer,
        [
            (one, episodes[one.place])
            for one in prepared.evidence
            if one.administration_id in kept
        ],
        prepared.flag_ids, prepared.step_ids,
    )  # fmt: skip
    return len(kept)


def _lists(answers: NDArray[np.int16] | None, rows: int) -> pa.Array:
    if answers is None:
        return pa.nulls(rows, pa.list_(pa.int16()))
    items = answers.shape[1]
    offsets = np.arange(0, rows * items + 1, items, dtype=np.int32)
    values = pa.array(np.ascontiguousarray(answers).reshape(-1), pa.int16())
    return pa.ListArray.from_arrays(pa.array(offsets), values)
