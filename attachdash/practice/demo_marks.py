"""Invented phases and events of the demo's therapies, from a seed: nothing here knows the store."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from attachdash.practice.demo_courses import SEED, Spell
from attachdash.practice.marks import PHASE, EventKind, Technique

WORKS = (
    (Technique.CBT, Technique.MINDFULNESS),
    (Technique.PSYCHODYNAMIC, Technique.INTERPERSONAL),
    (Technique.INTERPERSONAL, Technique.CBT),
    (Technique.OTHER, Technique.PSYCHODYNAMIC),
)
WORDS = {
    Technique.CBT: "Thought records and small experiments",
    Technique.PSYCHODYNAMIC: "What is expected of others when closeness grows",
    Technique.INTERPERSONAL: "A dispute with the partner, and how it is spoken of",
    Technique.MINDFULNESS: "Short daily practice",
    Technique.OTHER: "Emotion-focused work with letters",
}
HAPPENED = (
    (EventKind.RUPTURE, "Withdrew after the break was announced; spoken of a week later"),
    (EventKind.LOSS, "A grandmother died"),
    (EventKind.MOVE, "Moved into a flat alone"),
    (EventKind.MEDICATION, "The GP started an antidepressant"),
    (EventKind.LIFE_EVENT, "A new job"),
    (EventKind.OTHER, "Six weeks of sick leave began"),
)


@dataclass(frozen=True, slots=True)
class Marked:
    """One phase or event: its days, words, and whether the client may see it."""

    kind: str
    technique: str | None
    from_on: date
    to_on: date | None
    words: str
    shared: bool


def marked(number: int, spell: Spell, today: date) -> list[Marked]:
    """What the therapist noted of one client's therapy; of every third, nothing."""
    weeks = ((spell.last_day or today) - spell.started_on).days // 7
    # Every client who signs in has something to see.
    if (number > 2 and number % 3 == 2) or weeks < 6:
        return []
    rng = np.random.default_rng((SEED, number, spell.started_on.toordinal()))

    def day(share: float) -> date:
        return spell.started_on + timedelta(weeks=int(weeks * share))

    first, second = WORKS[number % len(WORKS)]
    after = spell.last_day + timedelta(days=1) if spell.last_day else None
    found = [
        Marked(PHASE, first, day(0.05), day(0.55), WORDS[first], number % 2 == 0),
        # A while both go on side by side.
        Marked(PHASE, second, day(0.45), after, WORDS[second], number % 4 == 0),
    ]
    places = rng.choice(len(HAPPENED), size=int(rng.integers(1, 4)), replace=False)
    for place in places.tolist():
        kind, words = HAPPENED[place]
        on = day(float(rng.uniform(0.1, 0.95))) + timedelta(days=2)
        shared = kind in (EventKind.MOVE, EventKind.LIFE_EVENT) and number % 2 == 0
        found.append(Marked(kind, None, on, on + timedelta(days=1), words, shared))
    return found
