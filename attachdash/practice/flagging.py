"""Which answers raise a flag, and what a flag becomes when more of the same comes in.

One flag per client, kind and cause. New evidence makes a flag open again, also one that was
seen: nobody has looked at that answer yet. Answers that are older than 14 days when they come in
raise a historic flag, which is listed but not shown first.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from attachdash.practice.rights import Viewer
from attachdash.store import flags
from attachdash.store.engine import Cursor

HISTORIC_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One answer, or one blank, that wants a person's eye."""

    place: int
    administration_id: int
    client_id: int
    kind: str  # e.g. suicide_answer, suicide_blank, harm_to_others_answer, ask_answer
    cause: str  # instrument and item, e.g. phq9:9
    answered_on: date


def step_ids_needed(evidence: int) -> int:
    """How many step ids raising that much evidence can take."""
    return evidence


def raise_flags(
    cursor: Cursor,
    viewer: Viewer,
    evidence: list[tuple[Evidence, int | None]],
    flag_ids: list[int],
    step_ids: list[int],
) -> None:
    """Write the flags that this evidence (with its episode) raises or renews."""
    if not evidence:
        return
    touched = sorted({one.client_id for one, _ in evidence})
    there = {
        (int(row[1]), str(row[2]), str(row[3])): (int(row[0]), str(row[4]), row[5])
        for row in flags.known(cursor, viewer.site_id, touched)
    }
    new_flags, new_steps = iter(flag_ids), iter(step_ids)
    for one, episode_id in sorted(evidence, key=lambda pair: pair[0].answered_on):
        historic = viewer.today - one.answered_on > HISTORIC_AFTER
        key = (one.client_id, one.kind, one.cause)
        site, now = viewer.site_id, viewer.now
        if key not in there:
            flag_id, state, step = next(new_flags), "historic" if historic else "open", "raised"
            flags.raise_flag(
                cursor, site, flag_id, one.client_id, episode_id, one.kind, one.cause,
                one.administration_id, state, now,
            )  # fmt: skip
            there[key] = (flag_id, state, one.answered_on)
        else:
            flag_id, state, last_on = there[key]
            step = "historic evidence" if historic else "new evidence"
            # An old answer never hides a newer one, and never makes a flag urgent.
            if last_on is None or one.answered_on >= last_on:
                state = state if historic else "open"
                flags.renew(
                    cursor, site, flag_id, episode_id, one.administration_id, state, now
                )
                there[key] = (flag_id, state, one.answered_on)
            elif not historic and state != "open":
                flags.renew(
                    cursor, site, flag_id, episode_id, one.administration_id, "open", now
                )
                there[key] = (flag_id, "open", one.answered_on)
        flags.add_step(
            cursor, site, next(new_steps), flag_id, step, viewer.person_id, now,
            f"administration {one.administration_id}",
        )  # fmt: skip
