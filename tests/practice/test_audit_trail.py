"""The audit as an administrator reads it: to whom, in pages, and no stranger can flush it."""

from datetime import timedelta

import pandas as pd

from attachdash.practice import entrance, house, people
from tests.practice.conftest import NOW, TODAY, House

PAST_ALL = 10_000


def knock(either: House, name: str, minutes: int = 0) -> None:
    nobody = entrance.anonymous(either.store, "nobody", NOW + timedelta(minutes=minutes))
    assert entrance.sign_in(nobody, name, "wrong") is None


def trail(either: House, **asked: object) -> pd.DataFrame:
    return house.audit_trail(either.viewer("a.diallo"), PAST_ALL, **asked)  # type: ignore[arg-type]


def test_a_sign_in_says_whose_it_was(either: House) -> None:
    knock(either, "t.one")
    latest = trail(either).iloc[0]
    assert (latest["kind"], latest["whom"]) == ("tried to sign in", "T.ONE")
    assert pd.isna(latest["actor"])


def test_unknown_names_in_a_row_are_one_line_and_push_nothing_away(either: House) -> None:
    before = len(trail(either))
    for number in range(30):
        knock(either, f"guess{number}", minutes=number)
    people.unlock(either.viewer("a.diallo"), either.people["t.one"])
    knock(either, "guess")
    found = trail(either)
    assert len(found) == before + 3
    assert list(found["entries"][:3]) == [1, 1, 30]
    folded = found.iloc[2]
    assert folded["kind"] == "sign-in refused"
    assert folded["happened_at"] - folded["first_at"] == timedelta(minutes=29)
    counted = house.audit_kinds(either.viewer("a.diallo"))
    assert sum(counted.values()) == int(found["entries"].sum()) == int(found["seq"].max())


def test_a_known_name_refused_is_never_folded(either: House) -> None:
    for _ in range(3):
        knock(either, "t.one")
    assert list(trail(either)["entries"][:3]) == [1, 1, 1]


def test_pages_together_are_the_whole(either: House) -> None:
    whole = trail(either)
    admin = either.viewer("a.diallo")
    size = 7
    parts = [house.audit_trail(admin, size, skip) for skip in range(0, len(whole), size)]
    assert [seq for part in parts for seq in part["seq"]] == list(whole["seq"])
    assert {count for part in parts for count in part["all_lines"]} == {len(whole)}


def test_only_what_is_asked_for(either: House) -> None:
    knock(either, "guess")
    knock(either, "t.one")
    a, one = either.clients["A"], either.people["t.one"]
    assert set(trail(either, kind="added client")["client"]) == {"A", "B"}
    assert set(trail(either, client_id=a)["client"]) == {"A"}
    about = trail(either, person_id=one)
    assert ((about["actor"] == "T.ONE") | (about["whom"] == "T.ONE")).all()
    assert {"tried to sign in", "recorded form"} <= set(about["kind"])
    kinds = set(trail(either, sign_ins=False)["kind"])
    assert "added person" in kinds
    assert not kinds & set(house.SIGN_INS)


def test_days_are_the_practices_own(either: House) -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    assert len(trail(either, first=TODAY, last=TODAY)) == len(trail(either))
    assert trail(either, last=yesterday).empty
    house.change_settings(
        either.viewer("a.diallo"), practice_name="P", time_zone="Pacific/Kiritimati",
        crisis_text="Call 112.",
    )  # fmt: skip
    knock(either, "guess", minutes=6 * 60)  # 14:40 UTC is 04:40 of the next day there
    assert list(trail(either, first=tomorrow)["kind"]) == ["sign-in refused"]
    assert "sign-in refused" not in set(trail(either, last=TODAY)["kind"])
