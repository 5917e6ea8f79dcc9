"""Which answers raise a flag, and what a flag becomes when more of the same comes in.

One flag per client, kind and cause. New evidence makes a flag open again, also one that was
seen: nobody has looked at that answer yet. Answers that are older than 14 days when they come in
raise a historic flag, which is listed but not shown first; they never close an open one, and a
seen one that moves to such an answer is historic again.
"""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from attachdash.practice.rights import Viewer
from attachdash.store import flags
from attachdash.store.engine import Cursor

HISTORIC_AFTER = timedelta(days=14)
CAUSE = ["client_id", "kind", "cause"]
# One answer, or one blank, that wants a person's eye. `kind` is e.g. suicide_answer,
# suicide_blank, harm_to_others_answer; `cause` is instrument and item, e.g. phq9:9.
EVIDENCE = {
    "administration_id": pl.Int64, "client_id": pl.Int64, "kind": pl.String,
    "cause": pl.String, "answered_on": pl.Date,
}  # fmt: skip


def raise_flags(
    cursor: Cursor,
    viewer: Viewer,
    evidence: pl.DataFrame,
    flag_ids: Sequence[int],
    step_ids: Sequence[int],
) -> None:
    """Write the flags that this evidence raises or renews.

    `evidence` has the columns of EVIDENCE and the episode_id of each; there are at least as many
    ids of flags and of steps as it has rows.
    """
    if evidence.is_empty():
        return
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
        pl.col("flag_id", "state", "held_on").first(),
        pl.col("episode_id", "administration_id", "answered_on").last(),
        any_recent=(~pl.col("historic")).any(),
    )
    known_before = pl.col("flag_id").is_not_null()
    # Seen was said of another answer: an old one that comes after it was not looked at.
    is_open = pl.col("any_recent") | (pl.col("state") == "open").fill_null(value=False)
    state = pl.when(is_open).then(pl.lit("open")).otherwise(pl.lit("historic")).alias("state")
    raised = causes.filter(~known_before).with_columns(state)
    raised = raised.with_columns(flag_id=pl.Series(flag_ids, dtype=pl.Int64).head(raised.height))
    # An old answer never makes a flag urgent, and never hides a newer one that is held already.
    newer = (pl.col("answered_on") >= pl.col("held_on")).fill_null(value=True)
    reopens = pl.col("any_recent") & (pl.col("state") != "open")
    renewed = causes.filter(known_before & (newer | reopens)).with_columns(state)
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
