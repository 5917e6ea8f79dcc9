"""What therapists and supervisors of the demo decided, answered and noted beside flags."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from itertools import cycle

import polars as pl

from attachdash.practice.rights import Viewer, change
from attachdash.practice.support import How
from attachdash.store import absences, flags, support
from attachdash.store.engine import Cursor
from attachdash.support import content

AGO = timedelta(days=5)  # when it was decided
# Step, words, days until the next look, and what was answered to the questions of the tool.
Decided = tuple[str, str, int | None, Mapping[str, str]]
DECISIONS: tuple[Decided, ...] = (
    (
        "acted", "Asked directly: thoughts that come and go, no plan. A safety plan was made.", 4,
        {"ask_directly": "asked: thoughts, no wish to act", "means": "none at hand", "plan": "no",
         "people": "somebody knows", "safety_plan": "made, copy taken", "family_ear": "at times"},
    ),
    (
        "closed", "Talked over twice: a misread question, and nought since.", None,
        {"ask_directly": "asked: no thoughts"},
    ),
    (
        "acted", "The week after a quarrel. Two calls are agreed, and the plan stands.", 14,
        {"ask_directly": "asked: thoughts, no wish to act", "means": "put out of reach",
         "pushed_away": "yes", "carried_outside": "one, thinly"},
    ),
    ("seen", "", None, {}),
)  # fmt: skip
NOTE = "Let us look at the safety plan together on Thursday."


def decide(viewer: Viewer, client_ids: list[int]) -> None:
    """Decide, as whoever treats the client now, on what was seen and stands undecided."""
    site, on = viewer.site_id, viewer.today
    at = datetime.combine(on - AGO, time(10))
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = flags.known(cursor, site, client_ids)
        treating = absences.treating(cursor, site, on, client_ids)
        supervising = absences.supervising(cursor, site, on)
    seen = known.filter(
        (pl.col("state") == "seen") & pl.col("client_id").is_in(list(treating))
    ).sort("flag_id")
    plan = list(zip(seen.iter_rows(named=True), cycle(DECISIONS)))
    new_ids = viewer.store.engine.new_ids
    step_ids = iter(new_ids("flag_step", max(len(plan), 1)))
    answers = sum(len(given) for _, (*_, given) in plan)
    look_ids = iter(new_ids("look_answer", max(answers, 1)))
    note_ids = iter(new_ids("agenda_note", max(len(supervising), 1)))

    def work(cursor: Cursor) -> int:
        noted: set[int] = set()
        for flag, (step, words, days, given) in plan:
            if step == "seen":
                continue
            who, flag_id = int(flag["client_id"]), int(flag["flag_id"])
            therapist = min(treating[who])
            for question_id, answer in given.items():
                question = content().question(question_id)
                assert question is not None
                support.add_look(
                    cursor, site, int(next(look_ids)), who, flag_id, question_id, question.version,
                    question.prompt, answer, How.WITH_CLIENT.value, therapist, at,
                )  # fmt: skip
            flags.move(
                cursor, site, int(next(step_ids)), flag_id, step, int(flag["administration_id"]),
                therapist, at, words, None if days is None else (at + timedelta(days=days)).date(),
            )  # fmt: skip
            for supervisor in supervising.get(therapist, set()) - noted if step == "acted" else ():
                noted.add(supervisor)
                support.add_note(
                    cursor, site, int(next(note_ids)), who, flag_id, NOTE, supervisor,
                    at + timedelta(days=1),
                )  # fmt: skip
        return sum(step != "seen" for _, (step, *_) in plan)

    change(viewer, "played demo", work, detail=lambda count: f"{count} flags decided")
