"""The crisis text as a page shows it: a number can be rung, and never half of one."""

import re

import pytest

from attachdash.practice.house import Settings
from attachdash.web.rows import where_to_turn


@pytest.mark.parametrize(
    ("text", "rung"),
    [
        ("Call 112 or 116 123.", ["112", "116123"]),
        ("In danger now: 000.", ["000"]),
        ("Samaritans 0800 111 0 111, day and night", ["08001110111"]),
        ("+49 30/1234567", ["+49301234567"]),
        ("988, or 1-800-273-8255", ["988", "18002738255"]),
        # Nobody can tell where these numbers end: better no link than a stranger's number.
        ("Call 112 24/7", []),
        ("112 116123", []),
        ("Mon 08:00-17:00, 9-17, on 24.11.2026 or 2026-11-24, 24-hour line", []),
    ],
)
def test_numbers_that_can_be_rung(text: str, rung: list[str]) -> None:
    assert re.findall(r'href="tel:([^"]*)"', where_to_turn(Settings(crisis_text=text))) == rung


def test_what_the_practice_wrote_is_text_and_never_html() -> None:
    shown = where_to_turn(Settings(crisis_text="<b>Call\n112</b> & wait"))
    assert "&lt;b&gt;Call<br>" in shown
    assert "<b>" not in shown
    assert "&amp; wait" in shown


def test_without_a_text_the_page_says_that_it_is_no_emergency_service() -> None:
    assert "no emergency service" in where_to_turn(Settings())
