"""Which answers raise a flag, and what a flag becomes when more of the same comes in.

One flag per client, kind and cause. New evidence makes a flag open again, also one that was
seen: nobody has looked at that answer yet. Answers that are older than 14 days when they come in
raise a historic flag, which is listed but not shown first.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from attachdash.practice.rights import Viewer
from attachdash.store import flags
from attachdash.store.engine import Cursor, Row

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
    site, now = viewer.site_id, viewer.now
    touched = sorted({one.client_id for one, _ in evidence})
    there = {
        (int(row[1]), str(row[2]), str(row[3])): (int(row[0]), str(row[4]), row[5])
        for row in flags.known(cursor, site, touched)
    }
    held = {flag_id for flag_id, _, _ in there.values()}
    new_flags = iter(flag_ids)
    written: dict[int, Row] = {}
    steps: list[Row] = []
    in_order = sorted(evidence, key=lambda pair: pair[0].answered_on)
    for (one, episode_id), step_id in zip(in_order, step_ids, strict=False):
        key = (one.client_id, one.kind, one.cause)
        historic = viewer.today - one.answered_on > HISTORIC_AFTER
        if key not in there:
            flag_id, state, last_on = next(new_flags), "historic", None
            step = "raised"
        else:
            flag_id, state, last_on = there[key]
            step = "historic evidence" if historic else "new evidence"
        # An old answer never makes a flag urgent, and never hides a newer one.
        newer = last_on is None or one.answered_on >= last_on
        reopens = not historic and state != "open"
        if newer or reopens:
            state = state if historic else "open"
            there[key] = (flag_id, state, one.answered_on)
            written[flag_id] = (
                site, flag_id, one.client_id, episode_id, one.kind, one.cause,
                one.administration_id, now, state,
            )  # fmt: skip
        words = f"administration {one.administration_id}"
        steps.append((site, step_id, flag_id, step, viewer.person_id, now, words))
    flags.write(
        cursor, site,
        [row for flag_id, row in written.items() if flag_id not in held],
        [row for flag_id, row in written.items() if flag_id in held],
        steps,
    )  # fmt: skip
