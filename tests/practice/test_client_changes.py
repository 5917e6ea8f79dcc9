"""Who a client is can be corrected: never the code, and never against what is held of them."""

from datetime import date, timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.practice import clients, house, recording
from attachdash.practice.clients import Client
from tests.practice.conftest import TODAY, House


def client(either: House) -> Client:
    return clients.one_client(either.viewer("t.one"), either.clients["A"])


def change(either: House, name: str, born_on: date | None, language: str = "en") -> list[str]:
    precision = "day" if born_on else None
    return clients.change_client(
        either.viewer("a.diallo"), either.clients["A"], name, born_on, precision, language
    )


def test_name_birth_and_language_change_and_the_code_stays(either: House) -> None:
    before = client(either)
    assert change(either, " Mara Lindqvist ", date(1987, 2, 3), "de") == [
        "name", "birth", "language",
    ]  # fmt: skip
    now = client(either)
    assert (now.name, now.born_on, now.language) == ("Mara Lindqvist", date(1987, 2, 3), "de")
    assert (now.code, now.person_id, now.episodes) == (
        before.code, before.person_id, before.episodes,
    )  # fmt: skip
    latest = house.audit_trail(either.viewer("a.diallo")).iloc[0]
    assert (latest["kind"], latest["client"], latest["detail"]) == (
        "changed client", "A", "name, birth, language",
    )  # fmt: skip


def test_a_birth_date_may_be_taken_back(either: House) -> None:
    assert change(either, client(either).name, None) == ["birth"]
    assert (client(either).born_on, client(either).born_precision) == (None, None)


def test_nobody_is_born_after_their_answers_or_their_therapy(either: House) -> None:
    before = client(either)
    first = TODAY - timedelta(days=100)  # the episode's first day
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "rses", first - timedelta(days=9), [2] * 10)
    with pytest.raises(Invalid, match="answers from"):
        change(either, "X", first - timedelta(days=8))
    assert change(either, "X", first - timedelta(days=9)) == ["name", "birth"]
    change(either, before.name, before.born_on)
    clients.move_episode(mine, either.episodes["A"], first - timedelta(days=20))
    with pytest.raises(Invalid, match="episode began"):
        change(either, "X", first - timedelta(days=19))
    for day in (TODAY + timedelta(days=1), date(1899, 12, 31)):
        with pytest.raises(Invalid, match="future or before 1900"):
            change(either, "X", day)
    assert client(either).name == before.name
