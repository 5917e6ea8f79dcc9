"""Can everything be read?"""

import pytest

from attachdash.charts import wordmark
from attachdash.charts.theme import PALETTES, Mode, faded, template
from attachdash.instruments import Domain


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("mode", PALETTES)
def test_text_reads_on_every_ground(mode: Mode) -> None:
    ink = PALETTES[mode]
    for ground in (ink.bg, ink.sunk, ink.usual):
        assert contrast(ink.text, ground) >= 4.5
        assert contrast(ink.muted, ground) >= 4.5
    for ground in (ink.bg, ink.sunk):
        assert contrast(ink.link, ground) >= 4.5
    assert contrast("#FFFFFF", ink.primary) >= 4.5
    assert contrast(ink.attention_ink, ink.attention_ground) >= 4.5


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("domain", Domain)
def test_every_domain_has_a_hue_that_reads(domain: Domain, mode: Mode) -> None:
    ink = PALETTES[mode]
    assert contrast(ink.hues[domain], ink.bg) >= 4.5
    assert contrast(ink.hues[domain], ink.sunk) >= 4.5
    assert contrast(ink.hues[domain], ink.usual) >= 4.2


@pytest.mark.parametrize("mode", PALETTES)
def test_no_two_domains_share_a_hue(mode: Mode) -> None:
    assert len(set(PALETTES[mode].hues.values())) == len(Domain)


@pytest.mark.parametrize("mode", PALETTES)
def test_the_template_names_its_own_letters_and_ten_colours(mode: Mode) -> None:
    layout = template(mode)["layout"]
    assert layout["font"]["family"] == '"Source Sans", system-ui, sans-serif'
    assert len(layout["colorway"]) == 10


def test_a_faded_colour_keeps_its_hue() -> None:
    assert faded("#670662", 0.45) == "rgba(103,6,98,0.45)"


@pytest.mark.parametrize("mode", PALETTES)
def test_the_wordmark_is_there_in_both_modes(mode: Mode) -> None:
    assert wordmark(mode).read_text().startswith("<svg")
