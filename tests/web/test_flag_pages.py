"""Do the pages that show flags, leave, hours and rules stand, for whom they are?"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import deciding
from attachdash.practice.rules import Kind
from tests.practice.conftest import House, _light_bcrypt, make_house, small
from tests.practice.test_caseload import WORSE, add, answered, every

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.mark.parametrize(
    ("page", "who", "said"),
    [
        ("client", "t.one", "nobody has marked it seen"),
        ("client", "s.one", "Asked to talk"),
        ("rules", "s.one", "Items that are watched"),
        ("rules", "t.one", "Alliance fallen can’t be raised by"),
        ("account", "t.one", "On leave"),
        ("settings", "a.diallo", "Working hours"),
        ("people", "a.diallo", "Add a person"),
    ],
)
def test_the_page_stands(
    small: House, monkeypatch: pytest.MonkeyPatch, page: str, who: str, said: str
) -> None:
    days = every(7, WORSE)
    add(small, "W", min(days))
    answered(small, "W", days)
    deciding.note(small.viewer("t.one"), small.clients["W"], Kind.TALK)
    monkeypatch.setattr(web, "viewer", lambda: small.viewer(who))
    monkeypatch.setattr(web, "held_client", lambda: small.clients["W"])
    tab = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60).run()
    assert not tab.exception
    texts = [one.value for kind in ("html", "markdown", "caption", "subheader", "header")
             for one in tab.get(kind)]  # fmt: skip
    assert said in " ".join([*texts, *(one.label for one in tab.expander)])
