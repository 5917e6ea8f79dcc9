"""Words of a file stand on a page as words: no link, no picture, no formatting."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from attachdash.web.look import plain


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)", "![x](y)", "<b>x</b>", "*q1*", "`q1`", "# q", "$a$",
        ":red[q]", "a|b", "~~q~~", "\\[x](y)",
    ],
)  # fmt: skip
def test_no_mark_is_left_to_markdown(text: str) -> None:
    told = plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]()<>#!|~$:]", told.replace("\\\\", ""))
    assert re.sub(r"\\(.)", r"\1", told).replace("\u2060", "") == text


@pytest.mark.parametrize("address", ["https://evil.example", "www.evil.example", "me@evil.example"])
def test_an_address_is_no_link(address: str) -> None:
    """Streamlit looks for addresses in the text that comes out of the escapes."""
    seen = re.sub(r"\\(.)", r"\1", plain(address))
    assert not re.search(r"https?://|www\.|@\w", seen)


def _page(name: str) -> None:
    """What stands beneath a run of columns whose first is `name`, and odd cells."""
    from dataclasses import replace
    from datetime import date

    from attachdash.instruments import library
    from attachdash.intake import propose, read_csv
    from attachdash.web import importing, meaning

    columns = [name, *(f"q{n}" for n in range(2, 10))]
    row = ["`[x](y)`"] + ["1"] * 8
    table = read_csv("x.csv", "\n".join([",".join(columns), ",".join(row)]).encode())
    made = importing.Draft(1, table)
    instrument = library()["phq9"]
    guess = propose(table, library(), date(2026, 11, 24), instrument="phq9")
    guess = replace(guess, strange=(("`[x](y)`", 1),))
    meaning._items(made, instrument, tuple(columns))
    meaning._coding(made, instrument, guess, None, by_items=True)


@pytest.mark.parametrize("name", ["[win](https://evil.example)", "`q1`"])
def test_a_files_column_names_and_cells_are_escaped(name: str) -> None:
    shown: Any = AppTest.from_function(_page, args=(name,), default_timeout=30).run()
    assert not shown.exception
    said = "".join(one.value for one in shown.markdown)
    assert plain(name) in said
    assert name not in said
    assert plain("`[x](y)`") in said
    assert "`[x](y)`" not in said
