"""Under which episode an answer is filed: the one rule for forms, imports and moved episodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

BEFORE_START = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Care:
    """An episode from its first day to the end of its last span; open: no end."""

    episode_id: int
    started_on: date
    ended_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies within the episode, or in a gap between its spans."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)

    def shortly_after(self, day: date) -> bool:
        """Whether the episode began at most 28 days after that day."""
        return self.started_on - BEFORE_START <= day < self.started_on


def episode_of(day: date, care: Sequence[Care]) -> int | None:
    """The episode a day's answers count to: the one it lies in, else one about to begin."""
    for rule in (Care.covers, Care.shortly_after):
        # Where two could claim the day, the later one is the therapy the client is in.
        for one in sorted(care, key=lambda one: one.started_on, reverse=True):
            if rule(one, day):
                return one.episode_id
    return None


def care_of(spans: pd.DataFrame) -> dict[int, list[Care]]:
    """Each client's episodes, from their spans (store.clients.spans_of)."""
    found: dict[int, list[Care]] = {}
    for key, group in spans.groupby(["client_id", "episode_id"]):
        client_id, episode_id = (int(str(part)) for part in key)
        ends = [None if pd.isna(end) else end for end in group["to_on"]]
        known = [end for end in ends if end is not None]
        ended = None if len(known) < len(ends) else max(known)
        found.setdefault(client_id, []).append(Care(episode_id, min(group["from_on"]), ended))
    return found
