"""What was typed stays text: in what a form says, and in labels."""

import pytest
from streamlit.testing.v1 import AppTest

from attachdash.web.look import plain

NASTY = "[Ann](https://evil.example) **B** :red[C] `d` ![e](https://evil.example/e.png)"


def sends(words: str, *, fails: bool) -> None:
    """A page with one form that is always sent."""
    import streamlit as st

    from attachdash.errors import Invalid
    from attachdash.web import forms

    def work() -> None:
        if fails:
            raise Invalid(words)

    forms.say()
    if not st.session_state.get("sent"):
        st.session_state["sent"] = True
        forms.attempt(work, words)


@pytest.fixture(params=[False, True], ids=["done", "refused"])
def said(request: pytest.FixtureRequest) -> str:
    tab = AppTest.from_function(
        sends, kwargs={"words": NASTY, "fails": request.param}, default_timeout=20
    ).run()
    assert not tab.exception
    [one] = tab.error if request.param else tab.success
    value: str = one.value
    return value


def test_a_name_that_looks_like_markdown_is_said_as_it_was_typed(said: str) -> None:
    assert said == plain(NASTY)


def test_plain_leaves_no_letter_that_markdown_reads() -> None:
    escaped = plain(NASTY)
    assert escaped.replace("\\", "").replace("\u2060", "") == NASTY
    for place, letter in enumerate(escaped):
        if letter in "[]()*`:!":
            assert escaped[place - 1] == "\\"
