"""Which mark means what? Small pictures with their words, for the line under a row of charts."""

from base64 import b64encode

from attachdash.charts.layers import BAND, NO_CLEAR_CHANGE, SIMILAR
from attachdash.charts.overlay import Overlay
from attachdash.charts.theme import Mode, palette

WIDE, HIGH = 32, 14


def key(
    overlay: Overlay | None, *, mode: Mode, hollow: bool = True, as_t: bool = False
) -> list[tuple[str, str]]:
    """Pairs of a `data:` address of an SVG, 32 x 14 px, for an img, and its words.

    Only marks that the overlay brings are named, after the dots; `hollow` names dots with items
    missing. All in one ink, for it holds for charts of every domain. The words stand beside the
    picture, so the img's own alt is empty.
    """
    ink = palette(mode)
    hue = ink.muted
    entries = [(f'<circle cx="16" cy="7" r="4" fill="{hue}"/>', "answers")]
    if hollow:
        ring = f'<circle cx="16" cy="7" r="3.5" fill="{ink.bg}" stroke="{hue}" stroke-width="2"/>'
        entries.append((ring, "answer with items missing"))
    if overlay is not None and overlay.level is not None:
        level = (
            f'<rect width="{WIDE}" height="{HIGH}" fill="{hue}" fill-opacity="{BAND}"/>'
            f'<path d="M0 7H{WIDE}" stroke="{hue}" stroke-width="2.5"/>'
        )
        entries.append((level, "likely true level, 95%"))
    if overlay is not None and overlay.zone is not None:
        lines = "".join(f"M{x} {HIGH}L{x + HIGH} 0" for x in range(-HIGH, WIDE, 7))
        entries.append(
            (f'<path d="{lines}" stroke="{ink.hatch}"/>', f"{NO_CLEAR_CHANGE} from the start")
        )
    if overlay is not None and overlay.expected is not None:
        dots = f'<path d="M0 3H{WIDE}M0 7H{WIDE}M0 11H{WIDE}" stroke="{hue}" '
        entries.append((f'{dots}stroke-dasharray="1 3"/>', f"{SIMILAR}, n {overlay.expected.n}"))
    if as_t:
        edge = f'<path d="M16 12L11 3H21Z" fill="{hue}"/>'
        entries.append((edge, "beyond the axis, at its edge"))
    return [(_address(drawn), words) for drawn, words in entries]


def _address(drawn: str) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" '
        f'viewBox="0 0 {WIDE} {HIGH}">{drawn}</svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
