"""kill -9 while risk answers are kept, put right or taken back: never an answer without its flag.

The process is killed at random moments, and by itself at planted points: between the answers and
the flags, between the flags and the audit, and just before the commit.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from attachdash.practice import checking
from attachdash.practice.entrance import clock
from attachdash.store import open_store
from attachdash.store.engine import Scope
from tests.practice.conftest import House

# Does one kind of thing again and again; kills itself at a planted point when it comes there for
# the n-th time, or waits to be killed.
WORKS = """
import os, random, signal, sys
from datetime import timedelta
from pathlib import Path
from attachdash.intake import Mapping, read_csv
from attachdash.practice import batches, importing, mending, recording
from attachdash.practice.entrance import at_terminal, clock
from attachdash.practice.rights import Role
from attachdash.store import answers, audit, flags, open_store, versions, watched

home, url, what, point = Path(sys.argv[1]), sys.argv[2] or None, *sys.argv[3:5]
nth = int(sys.argv[5])
store = open_store(home, clock(), url=url)
POINTS = {"answers": (answers, "keep"), "summary": (answers, "summarise"),
          "replaced": (versions, "replace"), "flags": (flags, "write"),
          "courses": (watched, "write"), "audit": (audit, "append")}
if point:
    name, when = point.split("-")
    module, function = POINTS[name]
    real, left = getattr(module, function), [nth]

    def planted(*given, **named):
        left[0] -= 1
        if not left[0] and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*given, **named)
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(module, function, planted)
admin = at_terminal(store, "a.diallo", clock(), Role.ADMINISTRATOR)
mine = at_terminal(store, "t.one", clock(), Role.THERAPIST)
with store.engine.reading(mine.scope) as cursor:
    number, = cursor.one("SELECT count(*) FROM administration")
    a, = cursor.one("SELECT client_id FROM client WHERE code = 'A'")
items = tuple(f"q{n}" for n in range(1, 10))
mapping = Mapping(instrument="phq9", client="code", answered_on="day", date_format="iso",
                  items=items)
form = lambda last: [1] * 8 + [last]

def file(code):
    global number
    number += 8
    lines = [",".join(["code", "day", *items])]
    lines += [f"{code}{n % 3},{mine.today - timedelta(days=number + n)},1,1,1,1,1,1,1,1,"
              f"{('0', '1', '2', '')[(number + n // 2) % 4]}" for n in range(8)]
    [(done, _)] = importing.import_file(admin, read_csv("k.csv", "\\n".join(lines).encode()),
                                        [mapping], create_clients=True, open_episodes=True)
    return done.batch_id

print("ready", flush=True)
while True:
    if what == "file":
        file("F")
    elif what == "undo":
        batches.undo_batch(admin, file("U"), "Wrong")
    else:
        number += 1
        day = mine.today - timedelta(days=random.randrange(5000))
        if what == "form":
            last = random.choice([0, 1, 3, -1])
            try:
                recording.record_administration(mine, a, "phq9", day, form(last))
            except mending.Invalid:
                continue  # held with other answers
        else:
            one = random.choice([f for f in mending.forms(mine, a).forms
                                 if f.instrument.id == "phq9" and f.counts])
            other = random.choice([n for n in (0, 1, 3, -1) if n != one.last.answers[8]])
            mending.correct_administration(mine, a, one.administration_id, one.last.answered_on,
                                           form(other), "Misread")
    print("done", flush=True)
"""
WHAT = ("form", "file", "correct", "undo")
AT = tuple(
    f"{name}-{when}" for name in ("answers", "summary", "replaced", "flags", "courses", "audit")
    for when in ("before", "after")
)  # fmt: skip
NEVER = {("form", "replaced"), ("file", "replaced")}
LONGEST = 30.0  # seconds
# Item 9 of the PHQ-9 as it stands, with the flags of its client and kind that are not withdrawn.
ANSWERED = """
SELECT administration.administration_id, administration.client_id, administration.answers
FROM administration
INNER JOIN instrument ON instrument.instrument_id = administration.instrument_id
WHERE instrument.code = 'phq9' AND administration.replaced_at IS NULL
"""
FLAGGED = (
    "SELECT flag_id, client_id, kind, state, administration_id FROM flag WHERE cause = 'phq9:9'"
)
STEPS = "SELECT flag_id, words FROM flag_step"


def wrong(home: Path, url: str | None) -> list[str]:
    """What is amiss once it is opened again: answers without flag, flags without answer."""
    store = open_store(home, clock(), url=url)
    try:
        with store.engine.reading(Scope()) as cursor:
            answered, flagged = cursor.rows(ANSWERED), cursor.rows(FLAGGED)
            steps = {
                (int(flag), str(words).partition(":")[0]) for flag, words in cursor.rows(STEPS)
            }
        found = list(checking.problems(store))
    finally:
        store.close()
    kinds = {
        number: "suicide_answer" if answers[8] > 0 else "suicide_blank" if answers[8] < 0 else ""
        for number, _, answers in answered
    }
    flags = {(client, kind): (flag, state, rests) for flag, client, kind, state, rests in flagged}
    if len(flags) < len(flagged):
        found.append("two flags of one cause")
    for number, client, _ in answered:
        if kind := kinds[number]:
            flag, state, _ = flags.get((client, kind), (0, "none", 0))
            if state in ("none", "withdrawn", "over"):
                found.append(f"{kind} of {number} without a flag: {state}")
            elif (flag, f"administration {number}") not in steps:
                found.append(f"{kind} of {number} raised nothing")
    for (_, kind), (flag, state, rests) in flags.items():
        if state != "withdrawn" and kinds.get(rests) != kind:
            found.append(f"flag {flag} ({kind}, {state}) rests on {rests}: {kinds.get(rests)}")
    return found


def killed(home: Path, url: str | None, what: str, point: str, nth: int, wait: float) -> int:
    """Let it work until it dies at the point, or for a while after it is ready; what it did."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKS, str(home), url or "", what, point, str(nth)],
        stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        # No condition to wait for: any moment must do, and some work never comes by a point.
        last = threading.Timer(LONGEST if point else wait, child.kill)
        last.start()
        did = len(child.stdout.read().splitlines())
        last.cancel()
    assert child.returncode == -9
    return did


def drill(house: House, url: str | None, plan: list[tuple[str, str, int]]) -> None:
    home = house.store.home
    house.store.close()
    did: Counter[str] = Counter()
    for what, point, nth in plan:
        did[what] += killed(home, url, what, point, nth, random.uniform(0.0, 2.0))
        assert wrong(home, url) == [], (what, point, nth)
    assert sum(did.values()), "nothing was kept at all"


def test_h04_a_kill_never_parts_an_answer_from_its_flag(
    make_house: Callable[[str | None], House],
) -> None:
    plan = [
        ("file", "flags-before", 2), ("form", "audit-after", 3), ("correct", "flags-after", 2),
        ("undo", "replaced-after", 2), ("file", "", 0),
    ]  # fmt: skip
    drill(make_house(None), None, plan)


@pytest.mark.long
def test_h04_many_kills_never_part_an_answer_from_its_flag(
    make_house: Callable[[str | None], House], free_url: str | None
) -> None:
    points = [(what, at) for what in WHAT for at in AT if (what, at.partition("-")[0]) not in NEVER]
    plan = [("form", "", 0), *((what, at, random.randint(1, 6)) for what, at in points)]
    plan += [(random.choice(WHAT), "", 0) for _ in range(50 - len(plan))]
    drill(make_house(free_url), free_url, plan)
