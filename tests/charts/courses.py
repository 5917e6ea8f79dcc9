"""Courses made for tests: no arguments needed."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from attachdash.change import Answer, Course
from attachdash.instruments import Direction, Domain, Instrument, Scale, State, library

START = date(2026, 6, 20)


def make_answer(
    number: int = 1, week: float = 0, value: float | None = 12, **changes: object
) -> Answer:
    state = State.INCOMPLETE if value is None else State.COMPLETE
    fields: dict[str, object] = {
        "administration_id": number,
        "answered_on": START + timedelta(days=round(7 * week)),
        "value": value,
        "answered": 2 if value is None else 9,
        "asked": 9,
        "state": state,
        "is_nominal": False,
    }
    return Answer(**(fields | changes))  # type: ignore[arg-type]


def make_course(
    values: Sequence[float | None] = (17, 16, 18, 15, 13),
    *,
    instrument: str = "phq9",
    scale: str | Scale = "total",
    weeks: Sequence[float] | None = None,
    hollow: Collection[int] = (),
    definition: Instrument | None = None,
    **changes: object,
) -> Course:
    """A course of one scale; `weeks` default to every second, `hollow` are places prorated."""
    weeks = weeks if weeks is not None else [2 * place for place in range(len(values))]
    answers = tuple(
        make_answer(
            place + 1, week, value, **({"state": State.PRORATED} if place in hollow else {})
        )
        for place, (value, week) in enumerate(zip(values, weeks, strict=True))
    )
    definition = definition or library()[instrument]
    fields: dict[str, object] = {
        "client_id": 1,
        "episode_id": 1,
        "instrument": definition,
        "scale": definition.scale(scale) if isinstance(scale, str) else scale,
        "started_on": START,
        "answers": answers,
    }
    return Course(**(fields | changes))  # type: ignore[arg-type]


def turned(scale: Scale, direction: Direction) -> Scale:
    """The same scale with another direction."""
    return scale.model_copy(update={"direction": direction})


WEEKS = (0, 2, 4, 6, 8, 10, 12, 14, 18, 20, 22)


def make_triad() -> dict[Domain, Course | None]:
    """Eleven answers to each of three leading scales."""
    return {
        Domain.COMMUNICATION: make_course(
            (58, 61, 57, 62, 64, 63, 67, 66, 70, 69, 71), instrument="spcc", weeks=WEEKS
        ),
        Domain.REGULATION: make_course(
            (52, 54, 50, 51, 48, 46, 47, 41, 40, 36, 38),
            instrument="ders16",
            weeks=WEEKS,
            hollow={3},
        ),
        Domain.SELF_ESTEEM: make_course(
            (15, 17, 14, 13, 16, 17, 15.6, 18, 16, 17, 17), instrument="rses", weeks=WEEKS
        ),
    }
