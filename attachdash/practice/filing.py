"""Under which episode an answer is filed: the one rule for forms, imports and moved episodes."""

from datetime import timedelta

import polars as pl

BEFORE_START = timedelta(days=28)


def episodes_of(answers: pl.DataFrame, spans: pl.DataFrame) -> pl.Series:
    """The episode each answer counts to: the one its day lies in, else one about to begin.

    `answers` has client_id and answered_on; `spans` a row per span of care (client_id,
    episode_id, from_on, to_on; null: care goes on). An episode covers its first day to the end
    of its last span, gaps included; it also takes answers of up to 28 days before. The result
    has a row per answer: the episode's id, or null where the answer belongs to none.
    """
    care = spans.group_by("client_id", "episode_id").agg(
        started_on=pl.col("from_on").min(),
        ended_on=pl.when(pl.col("to_on").is_null().any()).then(None).otherwise(
            pl.col("to_on").max()
        ),
    )  # fmt: skip
    day, start, end = pl.col("answered_on"), pl.col("started_on"), pl.col("ended_on")
    covered = (start <= day) & (end.is_null() | (day < end))
    soon = (start - BEFORE_START <= day) & (day < start)
    rows = answers.select("client_id", "answered_on")
    if care["client_id"].is_unique().all():  # nothing to choose between
        with_care = rows.join(care, on="client_id", how="left", maintain_order="left")
        return with_care.select(pl.when(covered | soon).then("episode_id"))["episode_id"]
    rows = rows.with_row_index("place")
    claims = (
        rows.join(care, on="client_id")
        .with_columns(covered=covered)
        .filter(pl.col("covered") | soon)
        # Where two could claim the day, the later one is the therapy the client is in.
        .sort("place", "covered", "started_on", "episode_id", descending=[False, True, True, True])
        .unique("place", keep="first", maintain_order=True)
    )
    return rows.join(
        claims.select("place", "episode_id"), on="place", how="left", maintain_order="left"
    )["episode_id"]
