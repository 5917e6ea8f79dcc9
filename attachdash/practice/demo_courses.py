"""Invented clients and their answers, from a seed: nothing here knows the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attachdash.instruments import BLANK, Direction, Instrument

SEED = 1969  # the year of the first volume on attachment
CURRENT, ENDED = 40, 120
SHOWN = {0: 1, 5: BLANK, 14: 2}  # current clients and their latest answer to the risk item
ADOLESCENT = 7
EARLIER_THERAPY = (4, 19)
QUIET_LATELY = (9, 23)
# Who checks in each fortnight, and who once felt unsafe, at their third check-in.
CHECKED_IN, ONCE_UNSAFE = (0, 1, 2, 6, ADOLESCENT, 10, 12, 16), 6
SAFE = 3  # the place of the line on feeling safe
JUST_ENDED = 40  # still assigned: listed without an episode
WEEKS = (22, 9, 30, 13, 17, 29, 7, 15)  # that therapies now going on have lasted, at least


@dataclass(frozen=True, slots=True)
class Spell:
    """A therapy from its first day; `last_day` is None where it goes on."""

    started_on: date
    last_day: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One filled-in form; answers in item order, whole steps."""

    instrument_id: str
    day: date
    came_in_on: date
    answers: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """One invented client."""

    code: str
    name: str
    born_on: date  # only the year is meant
    sign_in: str | None
    spells: tuple[Spell, ...]
    treated: tuple[tuple[int, date, date | None], ...]  # therapist's place, from, to
    forms: list[Form] = field(default_factory=list)


def invent(
    plan: Mapping[str, Any], library: Mapping[str, Instrument], today: date
) -> list[Invented]:
    """All clients of the demo as of a day, the current ones first."""
    rng = np.random.default_rng(SEED)
    therapists = len(plan["therapists"])
    found = []
    for number in range(CURRENT + ENDED):
        first = plan["first_names"][number % len(plan["first_names"])]
        last = plan["last_names"][(number * (1 + number // 40) + number // 40) % 40]
        age = int(rng.integers(20, 68))
        spells = _spells(rng, number, today)
        one = Invented(
            code=f"C-{100 + number * 5:04d}",
            name=f"{first} {last}",
            born_on=date(
                today.year - (plan["adolescent"]["age"] if number == ADOLESCENT else age), 6, 30
            ),
            sign_in=dict(enumerate(plan["clients_who_sign_in"])).get(number),
            spells=spells,
            treated=_treated(number, therapists, spells, today),
        )
        for spell in spells:
            # An earlier therapy was kept on paper, and typed in when the next one began.
            late = None if spell is spells[-1] else spells[-1].started_on
            one.forms.extend(_forms(rng, plan, library, number, spell, late, today))
        if number in CHECKED_IN:
            one.forms.extend(_check_ins(number, spells[-1], today))
        found.append(one)
    return found


def _spells(rng: np.random.Generator, number: int, today: date) -> tuple[Spell, ...]:
    if number < CURRENT:
        weeks = WEEKS[number % len(WEEKS)] + int(rng.integers(0, 6))
        spells: tuple[Spell, ...] = (Spell(today - timedelta(weeks=weeks), None),)
        if number in EARLIER_THERAPY:
            before = today - timedelta(days=820)
            spells = (Spell(before, before + timedelta(days=140), "agreed ending"), *spells)
        return spells
    started = today - timedelta(days=int(rng.integers(200, 1000)))
    dropped_out = rng.random() < 0.2
    weeks = int(rng.integers(4, 10)) if dropped_out else int(rng.integers(12, 40))
    ended = min(started + timedelta(weeks=weeks), today - timedelta(days=35))
    if number == JUST_ENDED:
        started, ended = today - timedelta(weeks=31), today - timedelta(days=10)
    return (Spell(started, ended, "stayed away" if dropped_out else "agreed ending"),)


def _treated(
    number: int, therapists: int, spells: tuple[Spell, ...], today: date
) -> tuple[tuple[int, date, date | None], ...]:
    therapist, first, last = number % therapists, spells[0].started_on, spells[-1]
    if number < CURRENT and number % 13 == 5:  # a change of therapist half-way
        middle = last.started_on + (today - last.started_on) // 2
        return (((number + 1) % therapists, first, middle), (therapist, middle, None))
    until = None
    if last.last_day and number != JUST_ENDED:
        until = last.last_day + timedelta(days=28)
    return ((therapist, first, until),)


@dataclass(frozen=True, slots=True)
class Level:
    """How a client's level runs over an episode, as a share of a scale's range; 1 is best."""

    begins: float
    ends: float
    shape: str

    def at(self, progress: NDArray[np.float64]) -> NDArray[np.float64]:
        """The level at each share of the episode."""
        if self.shape == "levelling":
            progress = 1 - (1 - progress) ** 2.2
        elif self.shape == "sudden":
            progress = 0.15 * progress + 0.85 * (progress > 0.4)
        return self.begins + (self.ends - self.begins) * progress


def _forms(
    rng: np.random.Generator, plan: Mapping[str, Any], library: Mapping[str, Instrument],
    number: int, spell: Spell, late: date | None, today: date,
) -> list[Form]:  # fmt: skip
    """What one client filled in over one therapy."""
    kinds = list(plan["courses"].values())
    shares = np.array([kind["share"] for kind in kinds], float)
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    asked = plan["adolescent"]["instruments"] if number == ADOLESCENT else plan["instruments"]
    total = max(((spell.last_day or today) - spell.started_on).days, 1)
    shown = SHOWN.get(number) if spell.last_day is None else None
    gap = rng.random() < 0.15 and shown is None
    own = rng.normal(0, 0.1)  # how far this client lies from others on the same course
    with_risk = shown is not None or late is not None
    found = []
    for instrument_id, how in asked.items():
        always = with_risk and instrument_id == "phq9"
        if rng.random() * 100 >= how.get("share", 100) and not always:
            continue
        instrument = library[instrument_id]
        begins = kind["from"] + own + rng.normal(0, 0.06) + how.get("above", 0)
        ends = begins + (kind["to"] - kind["from"]) * how.get("moves", 1) + rng.normal(0, 0.05)
        days = np.arange(0, total, 7 * how["weeks"]) + rng.integers(0, 3)
        days = days[days < total]
        if gap:
            days = days[(days < total * 0.45) | (days > total * 0.75)]
        if number in QUIET_LATELY and total > 60:
            days = days[days < total - 50]
        if always and shown is not None:
            days = np.append(days[days < total - 4], total - 2)
        levels = Level(begins, ends, kind["shape"]).at(days / total)
        for day, level in zip(days.tolist(), levels.tolist(), strict=True):
            state = float(np.clip(level + rng.normal(0, 0.05), 0.02, 0.98))
            answers = _answers(rng, instrument, state)
            # Nothing else is left for anybody to see on the day the demo is made.
            recent = spell.last_day is None and (total - day < 21 or number in EARLIER_THERAPY)
            _risk(rng, instrument, answers, state, quiet=recent)
            if always and shown is not None and day == total - 2:
                answers[8] = shown
            elif always and late is not None and day == days[0]:
                answers[8] = 1
            answered_on = spell.started_on + timedelta(days=int(day))
            found.append(Form(instrument_id, answered_on, late or answered_on, answers))
    return found


def _check_ins(number: int, spell: Spell, today: date) -> list[Form]:
    """The check-ins of a therapy that goes on, each with the session's line a day later. From a
    seed of their own, so that nothing else changes by them."""
    rng, who = np.random.default_rng((SEED, number)), "teen" if number == ADOLESCENT else "adult"
    total, found = (today - spell.started_on).days, list[Form]()
    begins, moves = rng.uniform(2.5, 6, 8), rng.uniform(-2.5, 4.5, 8)
    for place, day in enumerate(range(1, total, 14)):
        level = begins + moves * day / total + rng.normal(0, 0.8, 8)
        answers = np.clip(np.rint(level), 0, 10).astype(np.int16)
        answers[SAFE] = 1 if (number, place) == (ONCE_UNSAFE, 2) else 5 + answers[SAFE] // 2
        session = np.clip(np.rint([rng.normal(7, 1.2)]), 0, 10).astype(np.int16)
        on = spell.started_on + timedelta(days=day)
        found.append(Form(f"checkin_{who}", on, on, answers))
        if on < today:
            found.append(
                Form(f"session_{who}", on + timedelta(days=1), on + timedelta(days=1), session)
            )
    return found


def _answers(rng: np.random.Generator, instrument: Instrument, state: float) -> NDArray[np.int16]:
    """Answers to every item that fit a state, as a share of the range where 1 is best."""
    # The last to speak for an item decides its key: totals come last.
    worse = {
        item: (scale.direction is Direction.LOWER) != (item in scale.reverse)
        for scale in sorted(instrument.scales, key=lambda scale: len(scale.items))
        for item in scale.items
    }
    answers = np.empty(len(instrument.items), np.int16)
    for place, item in enumerate(instrument.items):
        share = float(np.clip(state + rng.normal(0, 0.16), 0, 1))
        share = 1 - share if worse.get(item.number, False) else share
        answers[place] = round(item.low + share * (item.high - item.low))
    if rng.random() < 0.06:
        answers[int(rng.integers(0, len(answers)))] = BLANK
    return answers


def _risk(
    rng: np.random.Generator, instrument: Instrument, answers: NDArray[np.int16], state: float,
    *, quiet: bool,
) -> None:  # fmt: skip
    """Risk answers are rare, rarer the better somebody is, and now and then left blank."""
    for risk in instrument.risk_items:
        if risk.max is not None:
            continue  # a low answer comes about by the level alone
        low = instrument.item(risk.item).low
        positive, blank = rng.random() < max(0.0, 0.55 - state) * 0.8, rng.random() < 0.004
        answers[risk.item - 1] = low
        if not quiet and (positive or blank):
            answers[risk.item - 1] = BLANK if blank else low + 1
