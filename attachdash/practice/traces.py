"""What became of flags whose answers were put right or taken back, with what was decided before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attachdash.instruments import Instrument
from attachdash.practice.rights import Viewer, reach
from attachdash.store import flags, support
from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What correcting or withdrawing a form, or undoing its import, did to a flag."""

    instrument: Instrument
    item: int
    withdrawn: bool  # otherwise it rests on another answer
    reason: str
    done_at: datetime
    by_whom: str
    # What had been decided by then, and noted on the agenda, each with by whom; oldest first.
    said: tuple[tuple[str, str], ...]


def traces(cursor: Cursor, viewer: Viewer, client_id: int) -> tuple[Trace, ...]:
    """What became of the flags of a client in reach, newest first."""
    steps = flags.steps(cursor, reach(viewer), client_id).to_dict("records")
    said = [
        (int(one["flag_id"]), one["done_at"].to_pydatetime(), str(one["said"]), _name(one))
        for one in steps
        if one["said"]
    ] + [
        (one.flag_id or 0, one.noted_at, one.words, one.by_whom or "")
        for one in support.notes(cursor, reach(viewer), client_id)
    ]
    return tuple(
        Trace(
            instrument=viewer.store.catalogue.instrument(one["cause"].split(":")[0]),
            item=int(one["cause"].split(":")[1]),
            withdrawn=one["kind"] == "withdrawn",
            reason=str(one["words"]).partition(": ")[2],
            done_at=one["done_at"].to_pydatetime(),
            by_whom=_name(one),
            said=tuple(
                (words, name)
                for flag_id, at, words, name in sorted(said, key=lambda each: each[1])
                if flag_id == one["flag_id"] and at <= one["done_at"]
            ),
        )
        for one in reversed(steps)
        if one["kind"] in ("withdrawn", "evidence withdrawn")
    )


def _name(step: dict[Any, Any]) -> str:
    return step["by_whom"] if isinstance(step["by_whom"], str) else ""
