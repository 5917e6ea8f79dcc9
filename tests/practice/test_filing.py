"""Which episode an answer is filed under, against the rule told row by row."""

import random
from datetime import date, timedelta

import polars as pl

from attachdash.practice.filing import episodes_of

FIRST = date(2025, 1, 1)
SPAN = {
    "client_id": pl.Int64, "episode_id": pl.Int64, "from_on": pl.Date, "to_on": pl.Date,
}  # fmt: skip
Span = tuple[int, int, date, date | None]


def _plainly(client: int, day: date, spans: list[Span]) -> int | None:
    claims = []
    for episode in {span[1] for span in spans if span[0] == client}:
        own = [span for span in spans if span[1] == episode]
        start = min(span[2] for span in own)
        ends = [span[3] or date.max for span in own]
        covered = start <= day < max(ends)
        if covered or start - timedelta(days=28) <= day < start:
            claims.append((covered, start, episode))
    return max(claims)[2] if claims else None


def _spans(rng: random.Random, clients: int, most: int) -> list[Span]:
    spans: list[Span] = []
    for client in range(clients):
        for number in range(rng.randint(0, most)):
            start = FIRST + timedelta(days=rng.randint(0, 200))
            for _ in range(rng.randint(1, 2)):
                end = start + timedelta(days=rng.randint(1, 60))
                spans.append((client, 10 * client + number, start, rng.choice((end, end, None))))
                start = end + timedelta(days=rng.randint(1, 20))
    return spans


def test_answers_are_filed_as_the_rule_says_whether_clients_have_one_episode_or_several() -> None:
    rng = random.Random(11)
    for most in (1, 3):
        spans = _spans(rng, 40, most)
        asked = [
            (rng.randrange(42), FIRST + timedelta(days=rng.randint(-40, 300))) for _ in range(2_000)
        ]
        answers = pl.DataFrame(asked, {"client_id": pl.Int64, "answered_on": pl.Date}, orient="row")
        found = episodes_of(answers, pl.DataFrame(spans, SPAN, orient="row"))
        assert found.dtype == pl.Int64
        expected = [_plainly(client, day, spans) for client, day in asked]
        assert found.to_list() == expected
        assert any(expected)
        assert None in expected
