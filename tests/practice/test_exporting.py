"""What leaves the practice says what was answered, and can be read back in."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest

from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE
from attachdash.intake import Mapping, read_csv
from attachdash.practice import clients, entrance, exporting, house, recording
from attachdash.practice.rights import Viewer
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import preview_one

DAY = TODAY - timedelta(days=1)


def exported(practice: House, instrument: str) -> list[dict[str, str]]:
    text = exporting.export(practice.viewer("t.one"))[f"{instrument}.csv"]
    return [one for one in csv.DictReader(io.StringIO(text)) if one["answered_on"] == str(DAY)]


def test_answers_marked_in_tenths_leave_as_they_were_marked(small: House) -> None:
    mine = small.viewer("t.one")
    recording.record_administration(mine, small.clients["A"], "ors", DAY, [73, 70, 69, 80])
    [row] = exported(small, "ors")
    assert [row[f"ors_{n}"] for n in range(1, 5)] == ["7.3", "7", "6.9", "8"]
    assert float(row["ors_total"]) == pytest.approx(29.2)


def test_why_there_is_no_answer_leaves_and_comes_back(either: House) -> None:
    mine = either.viewer("t.one")
    given = [1, 1, BLANK, DECLINED, NOT_APPLICABLE, 1, 1, 1, 0]
    recording.record_administration(mine, either.clients["A"], "phq9", DAY, given)
    [row] = exported(either, "phq9")
    items = [f"phq9_{n}" for n in range(1, 10)]
    assert [row[one] for one in items] == [
        "1", "1", "", "declined", "not applicable", "1", "1", "1", "0",
    ]  # fmt: skip
    text = exporting.export(mine)["phq9.csv"]
    mapping = Mapping(
        instrument="phq9", client="client", answered_on="answered_on", date_format="iso",
        items=tuple(items), missing=("declined", "not applicable"),
    )  # fmt: skip
    shown = preview_one(mine, read_csv("phq9.csv", text.encode()), mapping)
    assert (shown.rows, shown.already_held, shown.problems) == (2, 2, [])


def rows(files: dict[str, str], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name])))


def whole(practice: House) -> Viewer:
    return entrance.at_terminal(practice.store, "a.diallo", NOW)


def test_a_row_per_answer_says_the_value_or_why_there_is_none(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    given = [1, 1, BLANK, DECLINED, NOT_APPLICABLE, 1, 1, 1, 0]
    recording.record_administration(mine, a, "phq9", DAY, given)
    recording.record_administration(mine, a, "ors", DAY, [73, 70, 69, 80])
    files = exporting.export(mine)
    long = [row for row in rows(files, "answers.csv") if row["answered_on"] == str(DAY)]
    assert [(row["item"], row["value"], row["no_answer"]) for row in long] == [
        ("1", "7.3", ""), ("2", "7", ""), ("3", "6.9", ""), ("4", "8", ""),
        ("1", "1", ""), ("2", "1", ""), ("3", "", "blank"), ("4", "", "declined"),
        ("5", "", "not applicable"), ("6", "1", ""), ("7", "1", ""), ("8", "1", ""),
        ("9", "0", ""),
    ]  # fmt: skip
    [ors] = [row for row in rows(files, "scores.csv") if row["instrument"] == "ors"]
    assert (float(ors["value"]), ors["answered"], ors["asked"], ors["state"]) == (
        pytest.approx(29.2), "4", "4", "complete",
    )  # fmt: skip
    assert ors["definition"] == either.store.library["ors"].sha256


def test_each_file_is_for_whoever_may_see_it(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", DAY, [0] * 8 + [2])
    clients.close_episode(mine, either.episodes["A"], DAY, "stayed away")
    clients.open_episode(mine, a, TODAY, "what it is for")
    theirs, own = exporting.export(mine), exporting.export(either.viewer("c.a"))
    assert [row["kind"] for row in rows(theirs, "flags.csv")] == ["suicide_answer"]
    assert [(row["problem"], row["close_reason"]) for row in rows(theirs, "episodes.csv")] == [
        ("", "stayed away"), ("what it is for", ""),
    ]  # fmt: skip
    # H11: a client's copy has all that they answered, and nothing that staff wrote or look at.
    assert own["answers.csv"] == theirs["answers.csv"]
    assert "flags.csv" not in own
    assert {(row["problem"], row["close_reason"]) for row in rows(own, "episodes.csv")} == {
        ("", "")
    }
    for files in (theirs, own):
        for name in ("clients.csv", "episodes.csv", "answers.csv", "scores.csv"):
            assert {row["client"] for row in rows(files, name)} == {"A"}, name
        assert not {"people.csv", "assignments.csv", "settings.csv"} & set(files)


def test_the_whole_practice_leaves_with_its_people_and_without_a_secret(either: House) -> None:
    hashes = {"$2b$", "password"}
    files = exporting.export(whole(either))
    assert {row["client"] for row in rows(files, "clients.csv")} == {"A", "B"}
    listed = rows(files, "people.csv")
    assert [(row["sign_in"], row["role"], row["client"]) for row in listed if row["client"]] == [
        ("c.a", "client", "A"), ("c.b", "client", "B"),
    ]  # fmt: skip
    assert [row["body"] for row in rows(files, "settings.csv")] == [
        "Small practice", "UTC", "Call 112.", "10", "", "declined", "0,1,2,3,4", "09:00", "17:00",
        "4", "24", *[""] * 7,
    ]  # fmt: skip
    assert not [name for name, text in files.items() if any(one in text for one in hashes)]


def test_an_export_says_who_took_it_when_and_the_audit_knows(either: House) -> None:
    files = exporting.export(either.viewer("t.one"))
    about = files["about.txt"]
    assert "By: T.ONE (t.one), as therapist" in about
    assert "When: 2026-11-24 08:40 UTC" in about
    assert "Export of Small practice" in about
    assert "1 client, 3 administrations" in about
    last = house.audit_trail(either.viewer("a.diallo"), 1).iloc[0]
    assert (last["kind"], last["detail"]) == ("exported", "1 client, 3 administrations")


def test_the_codebook_names_every_column_of_each_instrument(small: House) -> None:
    files = exporting.export(small.viewer("t.one"))
    told = rows(files, "codebook.csv")
    for code in ("phq9", "rses"):
        header = files[f"{code}.csv"].split("\r\n")[0].split(",")[4:]
        own = [row for row in told if row["instrument"] == code]
        assert [row["column"] for row in own] == header
        [total] = [row for row in own if row["id"] == "total"]
        scale = small.store.library[code].scale("total")
        assert (float(total["low"]), float(total["high"])) == scale.range
        assert total["reverse_items"].split() == [str(one) for one in scale.reverse]
        assert total["direction"] == scale.direction.label
        assert total["method"] == scale.method.value
        assert total["source"]


def test_a_cell_that_a_spreadsheet_would_run_is_escaped_in_every_file(small: House) -> None:
    admin, a = small.viewer("a.diallo"), small.clients["A"]
    clients.change_client(admin, a, "=1+1", None, None, "en")
    files = exporting.export(whole(small))
    assert [row["name"] for row in rows(files, "clients.csv")] == ["'=1+1", "Client B"]


def test_the_files_fit_in_one_zip(small: House) -> None:
    files = exporting.export(small.viewer("t.one"))
    with zipfile.ZipFile(io.BytesIO(exporting.zipped(files, NOW))) as archive:
        assert {one: archive.read(one).decode() for one in archive.namelist()} == files
        assert {one.date_time for one in archive.infolist()} == {NOW.timetuple()[:6]}
