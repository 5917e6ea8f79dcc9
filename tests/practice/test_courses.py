"""How far do a client's pictures reach?"""

from datetime import timedelta

from attachdash.instruments import LEADS, Domain, library
from attachdash.practice import caseload, clients, courses, record
from tests.practice.conftest import TODAY, House


def test_h10_pictures_reach_to_today_and_of_a_closed_episode_to_its_last_day(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    shown = record.client_record(mine, a)
    start = TODAY - timedelta(days=100)
    drawn = [*shown.others, *(one for one in shown.triad.values() if one)]
    assert len(drawn) > 1
    assert {one.reach for one in drawn} == {(start, TODAY)}
    row = next(row for row in caseload.caseload(mine).rows if row.client.client_id == a)
    course = row.triad[Domain.SELF_ESTEEM]
    assert course is not None
    assert course.reach == (start, TODAY)

    last = TODAY - timedelta(days=9)
    clients.close_episode(mine, small.episodes["A"], last, "ended")
    shown = record.client_record(mine, a)
    course = shown.triad[Domain.SELF_ESTEEM]
    assert course is not None
    assert course.reach == (start, last)
    assert shown.week == (last - start).days // 7


def test_h11_no_measure_with_a_risk_item_is_drawn_for_a_client() -> None:
    """None of the three pictures comes from one: of such a measure a client is told in words alone,
    so that giving one a domain of the three would leave that picture empty for clients."""
    known = library()
    drawn = {
        name
        for name in known
        if known[name].risk_items
        and any(
            (name, scale.id) in LEADS[domain]
            for domain in courses.TRIAD
            for scale in known[name].scales
        )
    }
    assert drawn == set()
