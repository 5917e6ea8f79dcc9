"""Is every kind of flag declared, with somebody who sees it and something that helps?"""

from pathlib import Path

from attachdash.instruments import RiskKind, library
from attachdash.practice import rules
from attachdash.practice.rights import Role
from attachdash.practice.rules import RULES, SOONEST, Kind, Tool

ROOT = Path(__file__).resolve().parents[2]


def test_h19_every_kind_has_one_rule_with_a_tool_and_somebody_who_sees_it() -> None:
    assert [rule.kind for rule in RULES] == list(Kind)
    for rule in RULES:
        assert rule.data, rule.kind
        assert rule.threshold, rule.kind
        assert rule.certainty, rule.kind
        assert rule.cause, rule.kind
        assert isinstance(rule.tool, Tool)
        assert Role.THERAPIST in rule.for_whom
        assert Role.CLIENT not in rule.for_whom
        assert rule.kind.rule is rule
    assert {rule.tool for rule in RULES} == set(Tool)


def test_h04_every_watched_item_has_its_kinds_and_those_of_suicide_go_on() -> None:
    for kind in RiskKind:
        for what in ("answer", "blank"):
            assert Kind(f"{kind.value}_{what}").rule.goes_on
    watched = {
        (one.id, risk.item)
        for one in library().values()
        for risk in one.risk_items
        if risk.kind is RiskKind.SUICIDE
    }
    assert set(SOONEST) == watched


def test_the_docs_are_written_from_the_rules() -> None:
    held = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert held == rules.as_markdown(), "run `make rules`"
