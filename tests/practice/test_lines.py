"""Words that nobody can see are none, and a name stands on one line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from attachdash.errors import Invalid
from attachdash.practice import (
    clients,
    deciding,
    entrance,
    founding,
    house,
    mending,
    people,
    record,
    recording,
    release,
    support,
)
from attachdash.practice.lines import checked_name, is_seen, one_line
from attachdash.practice.rights import Role
from tests.practice.conftest import NOW, TODAY, House

# Blanks, a zero-width space and joiners, a mark without a letter, letters that are blank.
UNSEEN = [
    "",
    " \t\n",
    "\u200b",
    " \u2060\ufeff\u200d",
    "\u0301\ufe0f",
    "\u3164\u2800\u115f",
    "\U0001d159\ufffc",
]


def test_what_shows_nothing_is_no_word_and_what_shows_stays() -> None:
    assert [one_line(text) for text in UNSEEN] == [""] * len(UNSEEN)
    assert not any(map(is_seen, UNSEEN))
    for kept in ("A.", "7", "?", "Ж", "漢", "می\u200cخواهم", "e\u0301te", "👩\u200d🦰"):
        assert one_line(f" {kept}\n ") == kept
    assert one_line("two\n lines\u00a0and  more") == "two lines and more"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_required_word_that_nobody_sees_is_refused(small: House, unseen: str) -> None:
    a, mine = small.clients["A"], small.viewer("t.one")
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 9)
    [flag] = record.client_record(mine, a).flags
    [form, *_] = mending.forms(mine, a).forms
    number, day = form.administration_id, TODAY - timedelta(days=1)
    place = a, flag.flag_id, flag.administration_id, flag.version
    acts: dict[str, Callable[[], object]] = {
        "hold": lambda: release.hold_back(mine, a, "phq9", TODAY, unseen),
        "correct": lambda: mending.correct_administration(mine, a, number, day, [0] * 9, unseen),
        "withdraw": lambda: mending.withdraw_administration(mine, a, number, unseen),
        "close episode": lambda: clients.close_episode(mine, small.episodes["A"], TODAY, unseen),
        "decide": lambda: deciding.act(mine, *place, unseen),
        "close flag": lambda: deciding.close(mine, *place, unseen),
        "note": lambda: support.add_note(small.viewer("s.one"), a, flag.flag_id, unseen),
        "person": lambda: people.add_person(
            small.viewer("a.diallo"), "n.new", unseen, [Role.THERAPIST]
        ),
        "code": lambda: clients.add_client(mine, unseen),
        "code with": lambda: clients.add_client(mine, f"N{unseen}\u115f"),
        "code like another": lambda: clients.add_client(mine, "N\uff17"),
    }
    for act in acts.values():
        with pytest.raises(Invalid):
            act()
    assert clients.add_client(mine, "N1", unseen)  # a client needs no name


@pytest.mark.parametrize(
    "between", ["\n", "\r", "\t", "\x00", "\x1b[2J", "\x85", "\u2028", "\u202e"]
)
def test_a_name_of_two_lines_or_with_a_control_character_is_refused(
    small: House, between: str, tmp_path: Path
) -> None:
    name, admin = f"Amara{between}Diallo", small.viewer("a.diallo")
    with pytest.raises(Invalid, match="one line"):
        people.add_person(admin, "n.new", name, [Role.THERAPIST])
    with pytest.raises(Invalid, match="one line"):
        clients.add_client(admin, "N1", name)
    with pytest.raises(Invalid, match="one line"):
        clients.change_client(admin, small.clients["A"], name, None, None, "en")
    with pytest.raises(Invalid, match="one line"):
        founding.found(tmp_path / "new", "a.new", name, NOW)
    with pytest.raises(Invalid, match="A client's code has"):
        clients.add_client(admin, f"N{between}1")


def test_a_name_keeps_its_letters() -> None:
    assert checked_name(" Zoë  O’Brien-Çelik ") == "Zoë O’Brien-Çelik"
    assert checked_name("می\u200cخواهم") == "می\u200cخواهم"


def test_h28_a_crisis_text_that_nobody_sees_lets_no_client_in(small: House) -> None:
    admin = small.viewer("a.diallo")
    code = people.new_code(admin, small.people["c.a"]).code
    house.change_settings(admin, practice_name="P", time_zone="UTC", crisis_text="\u200b\n\u3164")
    assert house.settings(admin).crisis_text == ""
    assert entrance.sign_in(entrance.anonymous(small.store, "b", NOW), "c.a", code) is None
