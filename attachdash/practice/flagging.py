"""Which answers raise a flag, and what a flag becomes when more of the same comes in.

One flag per client, kind and cause; what somebody else answered is a cause of its own. New
evidence makes a flag open again, also one that was seen: nobody has looked at that answer yet.
Answers that are older than 14 days when they come in raise a historic flag, which is listed but
not shown first; they never close an open one, and a seen one that moves to such an answer is
historic again. Where its evidence is put right or taken back, a flag rests on what is left of it,
or is withdrawn with its reason.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, risk_answers
from attachdash.practice.rights import Viewer
from attachdash.practice.rules import HISTORIC_AFTER
from attachdash.store import flags
from attachdash.store.engine import Cursor

CAUSE = ["client_id", "kind", "cause"]
# One answer, or one blank, that wants a person's eye. `kind` is e.g. suicide_answer,
# suicide_blank, harm_to_others_answer; `cause` is instrument and item, e.g. phq9:9.
EVIDENCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "administration_id": pl.Int64, "client_id": pl.Int64, "kind": pl.String,
    "cause": pl.String, "answered_on": pl.Date,
}  # fmt: skip

RENEWED: dict[str, pl.DataType | type[pl.DataType]] = {
    "flag_id": pl.Int64, "episode_id": pl.Int64, "administration_id": pl.Int64,
    "state": pl.String, "raised_at": pl.Datetime("us"), "client_id": pl.Int64,
    "kind": pl.String, "cause": pl.String,
}  # fmt: skip


def evidence_of(
    instrument: Instrument, rows: pl.DataFrame, answers: NDArray[np.signedinteger[Any]]
) -> pl.DataFrame:
    """Each positive or blank answer to a risk item: the columns of EVIDENCE.

    `rows` has administration_id, client_id and answered_on, a row per row of `answers`.
    """
    found = pl.DataFrame(schema=EVIDENCE)
    for risk, positive, blank in risk_answers(instrument, answers):
        told = rows.with_columns(positive=pl.Series(positive)).filter(pl.Series(positive | blank))
        kind = risk.kind.value
        found.extend(
            told.select(
                "administration_id",
                "client_id",
                pl.when("positive").then(pl.lit(f"{kind}_answer")).otherwise(
                    pl.lit(f"{kind}_blank")
                ).alias("kind"),
                pl.lit(f"{instrument.id}:{risk.item}").alias("cause"),
                "answered_on",
            )
        )  # fmt: skip
    return found


def told_apart(evidence: pl.DataFrame) -> pl.DataFrame:
    """What others answer, or of others, has causes of its own (rcads25:18:7:3): one person's
    answer never stands for another's that nobody has looked at."""
    own = (pl.col("about_id") == pl.col("client_id")) & (
        pl.col("informant_id") == pl.col("client_id")
    )
    longer = pl.format("{}:{}:{}", "cause", "informant_id", "about_id")
    return evidence.with_columns(cause=pl.when(own).then("cause").otherwise(longer))


def raise_flags(
    cursor: Cursor,
    viewer: Viewer,
    evidence: pl.DataFrame,
    flag_ids: Sequence[int],
    step_ids: Sequence[int],
) -> None:
    """Write the flags that this evidence raises or renews.

    `evidence` has the columns of EVIDENCE and the episode_id, about_id and informant_id of each;
    there are at least as many ids of flags and of steps as it has rows.
    """
    if evidence.is_empty():
        return
    evidence = told_apart(evidence)
    known = flags.known(cursor, viewer.site_id, evidence["client_id"].unique().to_list())
    found = (
        evidence.sort("answered_on", maintain_order=True)
        .join(known.drop("administration_id"), on=CAUSE, how="left", maintain_order="left")
        .with_columns(
            historic=pl.lit(viewer.today) - pl.col("answered_on") > HISTORIC_AFTER,
            is_first=pl.int_range(pl.len()).over(CAUSE) == 0,
        )
    )
    # The last evidence stands for the flag.
    causes = found.group_by(CAUSE, maintain_order=True).agg(
        pl.col("flag_id", "state", "held_on", "raised_at").first(),
        pl.col("episode_id", "administration_id", "answered_on").last(),
        any_recent=(~pl.col("historic")).any(),
    )
    known_before = pl.col("flag_id").is_not_null()
    # Seen was said of another answer: an old one that comes after it was not looked at.
    is_open = pl.col("any_recent") | (pl.col("state") == "open").fill_null(value=False)
    state = pl.when(is_open).then(pl.lit("open")).otherwise(pl.lit("historic")).alias("state")
    raised = causes.filter(~known_before).drop("raised_at").with_columns(state)
    raised = raised.with_columns(flag_id=pl.Series(flag_ids, dtype=pl.Int64).head(raised.height))
    # An old answer never makes a flag urgent, and never hides a newer one that is held already.
    newer = (pl.col("answered_on") >= pl.col("held_on")).fill_null(value=True)
    reopens = pl.col("any_recent") & (pl.col("state") != "open")
    # One that nobody has seen waits since it was opened: more of the same is no new patience.
    waits = pl.when(pl.col("state") == "open").then("raised_at").otherwise(pl.lit(viewer.now))
    renewed = causes.filter(known_before & (newer | reopens)).with_columns(
        waits.alias("raised_at"), state
    )
    steps = found.join(
        raised.select(*CAUSE, new_id="flag_id"), on=CAUSE, how="left", maintain_order="left"
    ).select(
        pl.coalesce("flag_id", "new_id").alias("flag_id"),
        step_id=pl.Series(step_ids, dtype=pl.Int64).head(found.height),
        kind=pl.when(pl.col("new_id").is_not_null() & pl.col("is_first"))
        .then(pl.lit("raised"))
        .when("historic")
        .then(pl.lit("historic evidence"))
        .otherwise(pl.lit("new evidence")),
        words=pl.format("administration {}", "administration_id"),
    )
    flags.write(
        cursor, viewer.site_id, viewer.now, raised=raised, renewed=renewed, steps=steps,
        by_person_id=viewer.person_id,
    )  # fmt: skip


def settle_flags(
    cursor: Cursor, viewer: Viewer, administration_ids: Sequence[int], reason: str,
    step_ids: Sequence[int],
) -> None:  # fmt: skip
    """After answers were put right or taken back: flags that rest on them rest on what is left.

    A flag moves to the latest answer of its kind and cause that still counts; where there is none
    it is withdrawn, never deleted. Seen stays seen only where that very answer was looked at.
    Raises Invalid where there are more flags than ids of steps.
    """
    resting = flags.resting_on(cursor, viewer.site_id, list(administration_ids))
    if resting.is_empty():
        return
    left = _evidence_left(cursor, viewer, resting)
    seen = flags.looked_at(cursor, viewer.site_id, resting["flag_id"].to_list())
    renewed, steps = [], []
    for flag in resting.iter_rows(named=True):
        theirs = left.get(tuple(flag[one] for one in CAUSE), [])
        gone = flag["administration_id"]
        if any(one["administration_id"] == gone for one in theirs):
            continue  # put right, and still of the same kind
        state = _state_left(theirs, flag["flag_id"], seen) if theirs else "withdrawn"
        if state == "seen" and flag["state"] in ("acted", "closed"):
            state = flag["state"]  # what was decided stands
        last = theirs[-1] if theirs else {"administration_id": gone, "episode_id": None}
        renewed.append(
            (flag["flag_id"], last["episode_id"], last["administration_id"], state,
             last.get("recorded_at", flag["raised_at"]), *(flag[one] for one in CAUSE))
        )  # fmt: skip
        kind = "evidence withdrawn" if theirs else "withdrawn"
        steps.append((flag["flag_id"], kind, f"administration {gone}: {reason}"))
    if len(steps) > len(step_ids):
        raise Invalid("More came in meanwhile. Nothing was changed; please try again.")
    flags.write(
        cursor,
        viewer.site_id,
        viewer.now,
        raised=pl.DataFrame(schema=RENEWED),
        renewed=pl.DataFrame(renewed, RENEWED, orient="row"),
        steps=pl.DataFrame(
            steps, {"flag_id": pl.Int64, "kind": pl.String, "words": pl.String}, orient="row"
        ).with_columns(step_id=pl.Series(step_ids, dtype=pl.Int64).head(len(steps))),
        by_person_id=viewer.person_id,
    )


def _state_left(theirs: list[dict[str, Any]], flag_id: int, seen: set[tuple[int, str]]) -> str:
    """What a flag is that rests on this evidence, by day: whoever saw one saw those before it."""
    state = "seen"
    for one in reversed(theirs):
        if (flag_id, f"administration {one['administration_id']}") in seen:
            break
        if one["recorded_at"].date() - one["answered_on"] <= HISTORIC_AFTER:
            return "open"
        state = "historic"
    return state


def _evidence_left(
    cursor: Cursor, viewer: Viewer, resting: pl.DataFrame
) -> dict[tuple[int, str, str], list[dict[str, Any]]]:
    """What still counts of each client, kind and cause, by day."""
    instruments = sorted({str(cause).split(":")[0] for cause in resting["cause"]})
    forms = flags.left(cursor, viewer.site_id, resting["client_id"].unique().to_list(), instruments)
    left: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
    for code in instruments:
        # Forms of an older definition may be of another length.
        own = forms.filter(pl.col("instrument") == code)
        for length in own["answers"].list.len().unique().to_list():
            part = own.filter(pl.col("answers").list.len() == length)
            found = evidence_of(
                viewer.store.catalogue.instrument(code),
                part.select("administration_id", "client_id", "answered_on"),
                np.array(part["answers"].to_list(), np.int16),
            ).join(part.select("administration_id", "episode_id", "recorded_at", "about_id",
                               "informant_id"), on="administration_id")  # fmt: skip
            for one in (
                told_apart(found).sort("answered_on", "administration_id").iter_rows(named=True)
            ):
                left.setdefault((one["client_id"], one["kind"], one["cause"]), []).append(one)
    return left
