"""Mappings saved by name: everybody who imports sees them, and no version is lost."""

from datetime import timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.intake import Mapping, read_csv
from attachdash.practice import house
from attachdash.practice.mappings import save_mapping, saved_mappings
from tests.practice.conftest import NOW, House
from tests.practice.test_one_path import PHQ9, phq9_file

WORDED = PHQ9.model_copy(update={"words": {"Never": 0, "Skipped": None}})


def test_a_saved_mapping_says_the_same_again_to_everybody_who_imports(either: House) -> None:
    assert save_mapping(either.viewer("t.one"), "  Clinic   export ", WORDED) == 1
    for who in ("t.one", "t.two", "a.diallo"):
        [found] = saved_mappings(either.viewer(who))
        assert (found.name, found.version, found.saved_at) == ("Clinic export", 1, NOW)
        assert found.mapping == WORDED
        assert found.mapping.sha256 == WORDED.sha256
    for who in ("s.one", "c.a"):
        with pytest.raises(Refused):
            saved_mappings(either.viewer(who))
        with pytest.raises(Refused):
            save_mapping(either.viewer(who), "Mine", PHQ9)


def test_a_name_again_is_a_new_version_and_the_old_one_stays(either: House) -> None:
    save_mapping(either.viewer("t.one"), "Clinic export", PHQ9)
    later = NOW + timedelta(days=1)
    again = either.viewer("t.two", later)
    assert save_mapping(again, "clinic EXPORT", WORDED, "Words came in") == 2
    assert save_mapping(again, "Clinic export", WORDED) == 2  # the same again adds none
    [found] = saved_mappings(again)
    assert (found.version, found.saved_at, found.mapping) == (2, later, WORDED)
    with either.store.engine.reading(again.scope) as cursor:
        rows = cursor.rows(
            "SELECT version, body, recorded_at, replaced_at, reason FROM mapping "
            "WHERE site_id = 1 ORDER BY version NULLS LAST"
        )
    assert [(row[0], *row[2:]) for row in rows] == [
        (1, NOW, later, ""), (2, later, None, "Words came in")
    ]  # fmt: skip
    assert Mapping.model_validate_json(rows[0][1]) == PHQ9
    trail = house.audit_trail(either.viewer("a.diallo"), kind="saved mapping")
    assert list(trail["detail"]) == [
        "Clinic export, version 2, phq9", "clinic EXPORT, version 2, phq9",
        "Clinic export, version 1, phq9",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "  ", "a\u200bb", "x" * 61])
def test_a_name_that_cannot_be_shown_is_refused(small: House, name: str) -> None:
    with pytest.raises(Invalid, match="A name has"):
        save_mapping(small.viewer("t.one"), name, PHQ9)


def test_an_unfinished_mapping_is_not_saved(small: House) -> None:
    with pytest.raises(Invalid, match="days"):
        save_mapping(small.viewer("t.one"), "x", PHQ9.model_copy(update={"date_format": None}))
    with pytest.raises(Invalid, match="questionnaire"):
        save_mapping(small.viewer("t.one"), "x", PHQ9.model_copy(update={"instrument": "gone"}))


def test_it_fits_a_file_that_has_all_its_columns(small: House) -> None:
    mine = small.viewer("t.one")
    save_mapping(mine, "Clinic export", PHQ9)
    save_mapping(mine, "Other", PHQ9.model_copy(update={"client": "patient"}))
    table = read_csv("a.csv", phq9_file(("A", NOW.date(), [1] * 9)))
    assert [one.name for one in saved_mappings(mine) if one.fits(table)] == ["Clinic export"]


def test_one_that_this_version_cannot_read_is_left_out_and_can_be_said_anew(small: House) -> None:
    mine = small.viewer("t.one")
    save_mapping(mine, "Clinic export", PHQ9)
    small.store.engine.writing(
        mine.scope,
        lambda cursor: cursor.run('UPDATE mapping SET body = \'{"of": "tomorrow"}\''),
    )
    assert saved_mappings(mine) == []
    assert save_mapping(mine, "Clinic export", PHQ9) == 2
