"""Answers item by item: is each one there, as it was given, and readable?"""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from attachdash import charts
from attachdash.charts import Administration, heat_note, heat_strip, heat_table
from attachdash.charts.theme import PALETTES, Mode, mixed, palette
from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE, Domain, library
from tests.charts.overlays import on, plain, texts
from tests.charts.test_theme import contrast

PHQ9, RSES, ORS = (library()[name] for name in ("phq9", "rses", "ors"))


def make_administration(answers: Sequence[int], week: int = 0) -> Administration:
    return Administration(week, on(week), answers)


def cells(figure: dict[str, Any]) -> dict[tuple[int, int], tuple[str | None, str, str]]:
    """By column and row: the cell's colour (None: empty), its digit and the digit's ink."""
    heat, digits = figure["data"]
    colours = dict(enumerate(colour for _, colour in heat["colorscale"]))
    return {
        (x, y): (None if (z := heat["z"][y][x]) is None else colours[z], text, ink)
        for x, y, text, ink in zip(
            digits["x"], digits["y"], digits["text"], digits["textfont"]["color"], strict=True
        )
    }


def test_each_answer_is_a_cell_with_its_digit() -> None:
    rows = [[0, 1, 2, 3, 0, 1, 2, 3, 0], [3, 2, 1, 0, 3, 2, 1, 0, 1]]
    figure = plain(heat_strip(PHQ9, [make_administration(row) for row in rows], mode="light"))
    ink, hue = palette("light"), charts.domain_hue(Domain.SYMPTOMS, "light")
    found = cells(figure)
    assert len(found) == 18
    for column, row in enumerate(rows):
        for place, answer in enumerate(row):
            colour, digit, letters = found[column, place]
            assert digit == str(answer)
            assert colour == mixed(hue, ink.bg, (0.06, 0.2, 0.44, 1)[answer])
            assert letters == (ink.bg if answer == 3 else ink.text)
    assert figure["layout"]["height"] == 9 * 32 + 36
    assert figure["layout"]["yaxis"]["range"] == [8.5, -0.5]  # the first item on top


def test_an_item_that_counts_the_other_way_round_is_marked_and_shaded_so() -> None:
    turned = RSES.scale("total").reverse
    assert turned
    row = [3] * 10
    figure = plain(heat_strip(RSES, [make_administration(row)], mode="light"))
    ink, hue = palette("light"), charts.domain_hue(Domain.SELF_ESTEEM, "light")
    for place, name in enumerate(figure["layout"]["yaxis"]["ticktext"]):
        is_turned = place + 1 in turned
        assert name.endswith("↕") is is_turned
        colour, digit, _ = cells(figure)[0, place]
        assert digit == "3"
        assert colour == mixed(hue, ink.bg, 0.06 if is_turned else 1)
    assert "↕ counts the other way round" in heat_note(RSES, [make_administration(row)])


def test_what_is_missing_is_told_apart_and_never_a_nought() -> None:
    row = [BLANK, DECLINED, NOT_APPLICABLE, 0, 0, 0, 0, 0, 0]
    given = [make_administration(row)]
    figure = plain(heat_strip(PHQ9, given, mode="light"))
    found = cells(figure)
    assert [found[0, place][:2] for place in range(3)] == [(None, "–"), (None, "d"), (None, "n/a")]
    assert [said[0] for said in figure["data"][1]["customdata"][:3]] == [
        "not answered",
        "declined",
        "not applicable",
    ]
    assert heat_note(PHQ9, given) == "– not answered, d declined, n/a not applicable."
    assert heat_note(PHQ9, [make_administration([0] * 9)]) == ""
    assert list(heat_table(PHQ9, given).iloc[:4, 1]) == [
        "not answered",
        "declined",
        "not applicable",
        "0",
    ]
    nothing = plain(heat_strip(PHQ9, [make_administration([BLANK] * 9)], mode="light"))
    assert {colour for colour, _, _ in cells(nothing).values()} == {None}


def test_risk_items_are_framed_and_words_are_the_caller_s() -> None:
    given = [make_administration([0] * 8 + [1])]
    bare = plain(heat_strip(PHQ9, given, mode="light"))
    (frame,) = bare["layout"]["shapes"]
    assert (frame["y0"], frame["y1"]) == (7.5, 8.5)
    assert frame["line"]["width"] == 1.5
    assert not re.search("worse|risk", texts(bare))
    words = {3: "▼ worse", 9: "! risk"}
    said = plain(heat_strip(PHQ9, given, mode="light", words=words))["layout"]["annotations"]
    assert {n["y"]: n["text"] for n in said if n["yref"] == "y"} == {2: "▼ worse", 8: "! risk"}


@pytest.mark.parametrize(("phone", "most"), [(False, 16), (True, 6)])
def test_only_the_latest_are_shown_and_that_is_said(phone: bool, most: int) -> None:
    given = [make_administration([0] * 9, week) for week in range(40)]
    figure = plain(heat_strip(PHQ9, given, mode="light", phone=phone))
    assert figure["layout"]["xaxis"]["ticktext"] == [str(week) for week in range(40)][-most:]
    assert f"The last {most} of 40 answers" in texts(figure)
    few = plain(heat_strip(PHQ9, given[:most], mode="light", phone=phone))
    assert "The last" not in texts(few)
    table = heat_table(PHQ9, given, phone=phone)
    assert table.shape == (9, most + 1)
    assert table.columns[-1] == "Week 39, 20 Mar 2027"


def test_nothing_to_show_is_said() -> None:
    assert "no answers yet" in texts(plain(heat_strip(PHQ9, [], mode="light")))
    ready = next(i for i in library().values() if not i.items)
    assert "ready scores only" in texts(plain(heat_strip(ready, [], mode="dark")))


@pytest.mark.parametrize("answers", [[0] * 8, [0] * 8 + [4], [0] * 8 + [-4]], ids=str)
def test_what_does_not_fit_the_items_is_refused(answers: list[int]) -> None:
    with pytest.raises(ValueError, match="phq9"):
        heat_strip(PHQ9, [make_administration(answers)], mode="light")


def test_answers_in_tenths_keep_their_tenths() -> None:
    figure = plain(heat_strip(ORS, [make_administration([100, 99, 3, 0])], mode="light"))
    assert figure["data"][1]["text"] == ["10", "9.9", "0.3", "0"]


@pytest.mark.parametrize("phone", [False, True])
def test_every_instrument_on_record_can_be_drawn(phone: bool) -> None:
    for instrument in library().values():
        rows = [[item.low for item in instrument.items], [item.high for item in instrument.items]]
        given = [make_administration(row, week) for week, row in enumerate(rows) if row]
        figure = plain(heat_strip(instrument, given, mode="light", phone=phone))
        assert figure["layout"]["height"] == 32 * max(1, len(instrument.items)) + 36
        for name in figure["layout"]["yaxis"]["ticktext"]:
            lines = name.split("<br>")
            assert len(lines) <= 2
            assert max(map(len, lines)) <= 19
        for risk in instrument.risk_items:  # what is asked there is read whole
            assert "…" not in figure["layout"]["yaxis"]["ticktext"][risk.item - 1]


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("domain", Domain)
def test_each_digit_has_the_ink_of_higher_contrast(domain: Domain, mode: Mode) -> None:
    ink = PALETTES[mode]
    instrument = ORS.model_copy(update={"domain": domain})
    rows = [[ten, ten, ten, ten] for ten in range(101)]
    seen = set()
    for start in range(0, 101, 16):
        given = [make_administration(row) for row in rows[start : start + 16]]
        seen |= {
            cell[::2] for cell in cells(plain(heat_strip(instrument, given, mode=mode))).values()
        }
    assert len(seen) > 20
    for ground, letters in seen:
        assert ground is not None
        other = ink.bg if letters == ink.text else ink.text
        assert contrast(letters, ground) >= 4.07
        assert contrast(letters, ground) >= contrast(other, ground)


@pytest.mark.parametrize("mode", PALETTES)
def test_the_words_of_phases_and_signs_of_blanks_read(mode: Mode) -> None:
    ink = PALETTES[mode]
    for ground in (ink.phase_a, ink.phase_b):
        assert contrast(ink.text, ground) >= 4.5
    assert contrast(ink.muted, ink.bg) >= 4.5


def test_markup_in_words_is_shown_and_not_obeyed() -> None:
    given = [make_administration([0] * 9)]
    figure = plain(heat_strip(PHQ9, given, mode="light", words={1: "<b>x</b>"}))
    assert "<b>x" not in json.dumps(figure)
    assert "&lt;b&gt;x" in json.dumps(figure)
