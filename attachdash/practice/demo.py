"""The demo practice: invented people whose answers come in by the same path as real ones."""

import os
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments import BLANK, Direction, Instrument, Scale
from attachdash.practice import clients, founding, house, passwords, people
from attachdash.practice.entrance import at_terminal
from attachdash.practice.keeping import Given, keep, prepare
from attachdash.practice.rights import Role, Viewer, change
from attachdash.store import people as store_people
from attachdash.store import settings
from attachdash.store.engine import Cursor

FOLDER = Path(__file__).resolve().parents[2] / "data" / "demo"
SEED = 1969  # the year of the first volume on attachment
CURRENT, ENDED = 40, 120
SHOWN = (0, 5, 14)  # current clients with something for everybody to see
SIGN_INS = "sign-ins.txt"
WORDS = [
    "amber",
    "anchor",
    "basil",
    "birch",
    "canyon",
    "cedar",
    "comet",
    "copper",
    "coral",
    "cricket",
    "delta",
    "ember",
    "fern",
    "fjord",
    "garnet",
    "harbour",
    "hazel",
    "indigo",
    "ivory",
    "juniper",
    "kelp",
    "lagoon",
    "lantern",
    "larch",
    "linden",
    "maple",
    "meadow",
    "mango",
    "nectar",
    "nutmeg",
    "olive",
    "orchid",
    "otter",
    "pebble",
    "pepper",
    "pine",
    "quartz",
    "quince",
    "raven",
    "river",
    "saffron",
    "sage",
    "sierra",
    "sparrow",
    "spruce",
    "tundra",
    "velvet",
    "walnut",
    "willow",
]


@dataclass(frozen=True, slots=True)
class Course:
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


def make_demo(home: Path, now: datetime) -> Path:
    """Make the demo practice in `home`, once; the file with its sign-ins.

    Raises Invalid where the folder holds anything that is not a finished demo.
    """
    told = home / SIGN_INS
    if told.exists():
        return told
    if home.exists() and any(home.iterdir()):
        raise Invalid(f"{home} holds something that is not a finished demo. Remove it first.")
    plan = yaml.safe_load((FOLDER / "practice.yaml").read_text())
    chief = plan["administrator"]
    store, _ = founding.found(
        home, chief["sign_in"], chief["name"], now, practice_name=plan["name"],
        time_zone=plan["time_zone"],
    )  # fmt: skip
    try:
        admin = at_terminal(store, chief["sign_in"], now)
        known = _fill(admin, plan)
    finally:
        store.close()
    descriptor = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name:<14}{password}  ({what})\n" for name, what, password in known)
    return told


def _fill(admin: Viewer, plan: dict[str, Any]) -> list[tuple[str, str, str]]:
    rng = np.random.default_rng(SEED)
    house.change_settings(
        admin, practice_name=plan["name"], time_zone=plan["time_zone"],
        crisis_text=plan["crisis_text"].strip(),
    )  # fmt: skip
    change(admin, "made demo", lambda cursor: settings.put(cursor, 1, "is_demo", "yes"))
    since = admin.today - timedelta(days=1200)
    known = [(plan["administrator"]["sign_in"], "administrator", _password(admin, admin.person_id))]

    def add(sign_in: str, name: str, role: Role) -> int:
        person_id = people.add_person(admin, sign_in, name, [role], since)
        known.append((sign_in, role.value, _password(admin, person_id)))
        return person_id

    therapists = {
        one["sign_in"]: add(one["sign_in"], one["name"], Role.THERAPIST)
        for one in plan["therapists"]
    }
    for one in plan["supervisors"]:
        supervisor_id = add(one["sign_in"], one["name"], Role.SUPERVISOR)
        for therapist in one["of"]:
            people.assign_supervisor(admin, therapists[therapist], supervisor_id, since)
    forms: dict[str, list[tuple[int, date, NDArray[np.int16]]]] = {}
    ids = list(therapists.values())
    for number in range(CURRENT + ENDED):
        first = plan["first_names"][number % len(plan["first_names"])]
        last = plan["last_names"][(number * (1 + number // 40) + number // 40) % 40]
        young = number == 7
        born = admin.today.year - (
            plan["adolescent"]["born"] if young else int(rng.integers(20, 68))
        )
        client_id = clients.add_client(
            admin, f"C-{100 + number * 5:04d}", f"{first} {last}", date(born, 6, 30), "year"
        )
        episodes = _care(admin, rng, client_id, ids[number % len(ids)], ids, number)
        for started, ended in episodes:
            _answers(admin, rng, plan, forms, client_id, started, ended, number, young)
        if number < len(plan["clients_who_sign_in"]):
            person_id = add(plan["clients_who_sign_in"][number], f"{first} {last}", Role.CLIENT)
            people.link_sign_in(admin, client_id, person_id)
    for instrument_id, rows in forms.items():
        _keep(admin, admin.store.library[instrument_id], rows)
    return known


def _password(admin: Viewer, person_id: int) -> str:
    words = "-".join(secrets.choice(WORDS) for _ in range(5))
    hashed = passwords.hashed(words)
    change(
        admin,
        "set demo password",
        lambda cursor: store_people.set_password(cursor, 1, person_id, hashed, False),
        object_kind="person",
        object_id=person_id,
    )
    return words


def _care(
    admin: Viewer, rng: np.random.Generator, client_id: int, therapist: int, all_ids: list[int],
    number: int,
) -> list[tuple[date, date]]:  # fmt: skip
    """Assignments and episodes of one client; each episode's first and last day."""
    today = admin.today
    if number < CURRENT:
        weeks = [22, 9, 30, 13, 17, 29, 7, 15][number % 8] + int(rng.integers(0, 6))
        started = today - timedelta(days=7 * weeks)
        spans = [(started, today)]
        if number in (4, 19):  # an earlier therapy, ended two years ago
            before = today - timedelta(days=820)
            spans.insert(0, (before, before + timedelta(days=140)))
    else:
        started = today - timedelta(days=int(rng.integers(200, 1000)))
        weeks = int(rng.integers(5, 10)) if rng.random() < 0.2 else int(rng.integers(12, 40))
        spans = [(started, min(started + timedelta(days=7 * weeks), today - timedelta(days=10)))]
    first = spans[0][0]
    if number % 13 == 5 and number < CURRENT:  # a change of therapist half-way
        middle = spans[-1][0] + (spans[-1][1] - spans[-1][0]) // 2
        other = all_ids[(number + 1) % len(all_ids)]
        people.assign_client(admin, client_id, other, first, middle)
        people.assign_client(admin, client_id, therapist, middle)
    else:
        ended = None if number < CURRENT else spans[-1][1] + timedelta(days=28)
        people.assign_client(
            admin, client_id, therapist, first, None if ended and ended > today else ended
        )
    for index, (begins, ends) in enumerate(spans):
        episode_id = clients.open_episode(admin, client_id, begins)
        if number >= CURRENT or index < len(spans) - 1:
            clients.close_episode(admin, episode_id, ends, "agreed ending")
    return spans


def _answers(
    admin: Viewer, rng: np.random.Generator, plan: dict[str, Any],
    forms: dict[str, list[tuple[int, date, NDArray[np.int16]]]], client_id: int, started: date,
    ended: date, number: int, young: bool,
) -> None:  # fmt: skip
    kinds = list(plan["courses"].values())
    shares = np.array([kind["share"] for kind in kinds], float)
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    asked = (
        {one: {"weeks": 2 + 2 * (one != "phq9a"), "share": 100} for one in
         plan["adolescent"]["instruments"]}
        if young else plan["instruments"]
    )  # fmt: skip
    total = max((ended - started).days, 1)
    gap = rng.random() < 0.15
    for instrument_id, when in asked.items():
        if rng.random() * 100 >= when["share"] and not (
            instrument_id == "phq9" and number in SHOWN
        ):
            continue
        instrument = admin.store.library[instrument_id]
        level = rng.normal(0, 0.06)
        course = Course(
            kind["from"] + level, kind["to"] + level + rng.normal(0, 0.05), kind["shape"]
        )
        days = np.arange(0, total, 7 * when["weeks"]) + rng.integers(0, 3)
        days = days[days < total]
        if gap:
            days = days[(days < total * 0.45) | (days > total * 0.75)]
        if number in (9, 23) and total > 60:  # nothing came in lately
            days = days[days < total - 50]
        for day, true in zip(days.tolist(), course.at(days / total).tolist(), strict=True):
            state = float(np.clip(true + rng.normal(0, 0.05), 0.02, 0.98))
            answers = _form(rng, instrument, state)
            _risk(rng, instrument, answers, state, recent=(ended - started).days - day < 14,
                  number=number)  # fmt: skip
            forms.setdefault(instrument_id, []).append(
                (client_id, started + timedelta(days=int(day)), answers)
            )


def _form(rng: np.random.Generator, instrument: Instrument, state: float) -> NDArray[np.int16]:
    """Answers to every item that fit a state, as a share of the range where 1 is best."""
    worse = {
        item: (scale.direction is Direction.LOWER) != (item in scale.reverse)
        for scale in _keyed(instrument)
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


def _keyed(instrument: Instrument) -> list[Scale]:
    # The last to speak for an item decides its key: totals come last.
    return sorted(instrument.scales, key=lambda scale: len(scale.items))


def _risk(
    rng: np.random.Generator, instrument: Instrument, answers: NDArray[np.int16], state: float,
    *, recent: bool, number: int,
) -> None:  # fmt: skip
    """Risk answers are rare, and rarer the better somebody is; three are there for all to see."""
    for risk in instrument.risk_items:
        place = risk.item - 1
        low = instrument.item(risk.item).low
        answers[place] = low + int(rng.random() < max(0.0, 0.3 - state) * 0.8)
        if recent:
            answers[place] = low
            if instrument.id == "phq9" and number in SHOWN:
                answers[place] = BLANK if number == 5 else 1


def _keep(
    admin: Viewer, instrument: Instrument, rows: list[tuple[int, date, NDArray[np.int16]]]
) -> None:
    client_ids, days, answers = zip(*rows, strict=True)
    given = Given(
        instrument=instrument,
        client_ids=np.array(client_ids, np.int64),
        days=list(days),
        occasions=[""] * len(rows),
        answers=np.vstack(answers).astype(np.int16),
        scores={},
        channel="demo",
    )
    prepared = prepare(admin, given)

    def work(cursor: Cursor) -> int:
        return keep(cursor, admin, prepared)

    change(admin, "imported demo answers", work, detail=lambda kept: f"{kept} kept")
