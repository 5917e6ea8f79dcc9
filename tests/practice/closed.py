"""Many closed episodes at once, for what only many can tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa

from attachdash.store.engine import Cursor
from tests.engines import past_the_audit
from tests.practice.conftest import TODAY, House

PHQ9 = ("phq9", "total")
ENDED = TODAY - timedelta(days=60)


def plant(
    house: House, therapist: str, courses: Sequence[Sequence[float]], *, ended: date | None = ENDED,
    scale: tuple[str, str] = PHQ9, site: int = 1, treated_until: date | None = None,
    client_id: int | None = None, every: int = 7,
) -> list[int]:  # fmt: skip
    """A client of that therapist for each course: a score each `every` days, then the end.

    Written into the tables as they are: recording would take minutes. The ids of the clients;
    all are `client_id` where one is named. `ended` None: their episodes go on.
    """
    store, known = house.store, house.store.catalogue
    number, who = known.scale_ids[scale], house.people[therapist]
    ids = list(store.engine.new_ids("client", len(courses)))
    episodes = list(store.engine.new_ids("episode", len(courses)))
    forms = iter(store.engine.new_ids("administration", sum(map(len, courses))))
    people = [client_id or one for one in ids]
    tables: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("client", "treats", "episode", "episode_span", "score", "summary")
    }
    for person, episode, values in zip(people, episodes, courses, strict=True):
        began = (ended or TODAY) - timedelta(days=every * len(values) + 1)
        days = [began + timedelta(days=every * week) for week in range(len(values))]
        own = {"about_id": person, "informant_id": person, "client_id": person,
               "episode_id": episode, "scale_id": number}  # fmt: skip
        if client_id is None:
            tables["client"].append(
                {"client_id": person, "code": f"P-{site}-{person}", "name": "", "language": "en"}
            )
            tables["treats"].append(
                {"therapist_id": who, "client_id": person, "from_on": began - timedelta(days=9),
                 "to_on": treated_until}
            )  # fmt: skip
        tables["episode"].append(
            {"episode_id": episode, "client_id": person, "started_on": began,
             "start_is_nominal": False, "problem": ""}
        )  # fmt: skip
        tables["episode_span"].append({"episode_id": episode, "from_on": began, "to_on": ended})
        tables["score"] += [
            own | {"administration_id": next(forms), "answered_on": on, "value": float(value),
                   "answered": 9, "asked": 9, "state": "complete", "definition_id": 1}
            for on, value in zip(days, values, strict=True)
        ]  # fmt: skip
        tables["summary"].append(
            own | {"n": len(values), "baseline_on": days[0], "baseline": float(values[0]),
                   "baseline_is_late": False, "latest_on": days[-1], "latest": float(values[-1])}
        )  # fmt: skip

    def work(cursor: Cursor) -> None:
        for name, rows in tables.items():
            if rows:
                cursor.bulk(name, pa.Table.from_pylist([{"site_id": site} | row for row in rows]))

    past_the_audit(store, work)
    return people
