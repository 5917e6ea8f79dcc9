"""Nasty files truly imported: what is held after is what was accepted, and nothing halved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from attachdash.intake import Checked, Mapping, Unreadable
from attachdash.practice import batches, entrance, exporting, founding
from attachdash.practice.rights import Viewer
from tests.intake.nasty import READERS, USUAL, Nasty, all_cases
from tests.practice.conftest import NOW
from tests.practice.imports import import_one, preview_one
from tests.practice.test_loading import sum_of

SMALL = [nasty for nasty in all_cases() if isinstance(nasty.data, bytes) and not nasty.asked]
WHOLE = [nasty for nasty in SMALL if nasty.whole]
COME_IN = [nasty for nasty in SMALL if not nasty.whole]
TAKEN = [*COME_IN[::5], *COME_IN[2::5]]

Held = dict[tuple[str, str, str], dict[str, str]]


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """The administrator of a practice without clients, to which each case brings it back."""
    store, _ = founding.found(tmp_path_factory.mktemp("nasty"), "a.diallo", "Amara Diallo", NOW)
    yield entrance.at_terminal(store, "a.diallo", NOW)
    store.close()


def held(viewer: Viewer) -> Held:
    """Each form held, by client, day and occasion: its answers by item, ready scores by scale."""
    files, found = exporting.export(viewer), Held()
    for name, what in (("answers.csv", "item"), ("scores.csv", "scale")):
        for row in csv.DictReader(io.StringIO(files[name], newline="")):
            if row.get("state", "given") == "given":
                key = (row["client"], row["answered_on"], row["occasion"])
                found.setdefault(key, {})[row[what]] = row["value"]
    return found


def accepted(checked: Checked) -> Held:
    """The same of what was accepted."""
    found = Held()
    for at, (_, code, day, occasion) in enumerate(checked.rows.iter_rows()):
        own = found.setdefault((code, str(day), occasion), {})
        if checked.answers is not None:
            for item, step in enumerate(checked.answers[at].tolist(), start=1):
                own[str(item)] = "" if step < 0 else str(step)
        elif checked.scores is not None:
            for scale, value in zip(checked.scale_ids, checked.scores[at].tolist(), strict=True):
                own[scale] = str(value)
    return found


def test_at_least_a_third_of_those_that_come_in_are_imported() -> None:
    rows = [nasty for nasty in all_cases() if not nasty.whole and not nasty.asked]
    assert 3 * len(TAKEN) >= len(rows)
    assert {nasty.group for nasty in TAKEN} == {nasty.group for nasty in COME_IN}


@pytest.mark.parametrize("nasty", TAKEN, ids=lambda nasty: nasty.id)
def test_what_is_held_after_is_what_was_accepted(nasty: Nasty, admin: Viewer) -> None:
    before = sum_of(admin)
    table = READERS[nasty.file.rsplit(".", 1)[-1]](nasty.file, nasty.body())
    mapping = Mapping.model_validate(USUAL | nasty.said)
    preview = preview_one(admin, table, mapping)
    assert sum_of(admin) == before
    assert tuple(preview.first.row_number.to_list()) == nasty.kept
    assert preview.refused == len(nasty.refused)
    done = import_one(admin, table, mapping, create_clients=True, open_episodes=True)
    assert (done.kept, done.refused) == (len(nasty.kept), len(nasty.refused))
    assert held(admin) == accepted(preview.first)
    again = import_one(admin, table, mapping, create_clients=True, open_episodes=True)
    assert (again.kept, again.created, again.episodes) == (0, 0, 0)
    if done.kept:
        batches.undo_batch(admin, done.batch_id, "a test")
    assert sum_of(admin) == before


@pytest.mark.parametrize("nasty", WHOLE, ids=lambda nasty: nasty.id)
def test_what_is_refused_whole_leaves_the_state_as_it_was(nasty: Nasty, admin: Viewer) -> None:
    before = sum_of(admin)
    mapping = Mapping.model_validate(USUAL | nasty.said)
    for use in (preview_one, import_one):
        with pytest.raises(Unreadable):
            use(admin, READERS[nasty.file.rsplit(".", 1)[-1]](nasty.file, nasty.body()), mapping)
    assert sum_of(admin) == before
