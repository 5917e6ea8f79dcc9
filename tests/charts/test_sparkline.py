"""Is the smallest picture a valid one?"""

from base64 import b64decode
from datetime import timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest

from attachdash.change import Course
from attachdash.charts import sparkline
from attachdash.instruments import library
from tests.charts.courses import START, make_course

SVG = "{http://www.w3.org/2000/svg}"


def drawn(course: Course | None) -> Element:
    head, body = sparkline(course, mode="light").split(",", 1)
    assert head == "data:image/svg+xml;base64"
    return fromstring(b64decode(body))


@pytest.mark.parametrize("values", [[], [None], [9], [0, 27], [5] * 60], ids=str)
def test_it_is_svg_of_its_size_and_keeps_inside(values: list[float | None]) -> None:
    root = drawn(make_course(values))
    assert (root.tag, root.get("width"), root.get("height")) == (f"{SVG}svg", "118", "38")
    for dot in root.iter(f"{SVG}circle"):
        assert 3.4 <= float(dot.get("cx", "")) <= 118 - 3.4
        assert 3.4 <= float(dot.get("cy", "")) <= 38 - 3.4


def test_nothing_to_draw_is_said() -> None:
    for course in (None, make_course([]), make_course([None])):
        assert "no score yet" in "".join(drawn(course).itertext())


def test_h09_a_symptom_that_fell_goes_up() -> None:
    first, latest = drawn(make_course([20, 4])).findall(f"{SVG}circle")
    assert float(latest.get("cy", "")) < float(first.get("cy", ""))


def test_h10_an_old_answer_stands_far_from_the_right_end() -> None:
    reach = (START, START + timedelta(weeks=20))
    _, latest = drawn(make_course([20, 4], weeks=[0, 10], reach=reach)).findall(f"{SVG}circle")
    assert float(latest.get("cx", "")) == pytest.approx(59, abs=1)


def test_h10_a_gap_is_not_joined() -> None:
    root = drawn(make_course([12, 11, 9, 8], weeks=[0, 1, 15, 16]))
    assert len(root.findall(f"{SVG}polyline")) == 2


def test_a_name_with_markup_stays_text() -> None:
    odd = library()["phq9"].model_copy(update={"short_name": '</title><script>"x"&'})
    root = drawn(make_course([5, 6], definition=odd))
    assert root.find(f"{SVG}script") is None
    assert '</title><script>"x"&' in "".join(root.itertext())
