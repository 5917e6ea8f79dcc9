"""What is written down of the things people do, and about whom, on both engines."""

from datetime import timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import Domain
from attachdash.practice import clients, house, record
from tests.practice.conftest import TODAY, House


def test_each_try_of_a_taken_code_is_written_down(either: House) -> None:
    """That it can't be used says that somebody has it, so asking leaves a trace."""
    mine = either.viewer("t.one")
    for code in ("B", "b"):
        with pytest.raises(Invalid, match="can't be used"):
            clients.add_client(mine, code)
    trail = house.audit_trail(either.viewer("a.diallo")).head(3)
    told = list(zip(trail["kind"], trail["actor"], trail["client"], strict=True))
    assert told[:2] == [("refused client code", "T.ONE", "B")] * 2
    assert told[2][0] != "refused client code"


def test_every_entry_about_a_clients_episode_names_the_client(either: House) -> None:
    mine, e = either.viewer("t.one"), either.episodes["A"]
    record.fix_lead(mine, e, Domain.SELF_ESTEEM, None)
    clients.close_episode(mine, e, TODAY, "ended")
    clients.reopen_episode(mine, e, TODAY)
    clients.move_episode(mine, e, TODAY - timedelta(days=99))
    trail = house.audit_trail(either.viewer("a.diallo")).head(4)
    assert list(zip(trail["kind"], trail["client"], strict=True)) == [
        ("moved episode", "A"), ("reopened episode", "A"), ("closed episode", "A"),
        ("fixed lead scale", "A"),
    ]  # fmt: skip
