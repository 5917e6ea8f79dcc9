"""A course as small as a word, for one row of the caseload."""

from base64 import b64encode
from html import escape

from attachdash.change import Answer, Course
from attachdash.charts.references import UsualRange, usual_range
from attachdash.charts.theme import Mode, Palette, domain_hue, palette

WIDE, HIGH = 118, 38
_EDGE = 5  # keeps whole dots inside the picture
_SHORTEST_WEEKS = 6


def sparkline(course: Course | None, *, mode: Mode, for_client: bool = False) -> str:
    """A `data:` address of an SVG, 118 x 38 px, for an img: share of range, up is better.

    For a client without a usual range and without numbers.

    The first answer is hollow, the latest large; the axis is the whole range, and across it the
    weeks that all pictures of the episode show. Pages must give
    the img its own alt text: what is inside an img isn't read aloud.
    """
    svg = _svg(course, palette(mode), mode, for_client)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _svg(course: Course | None, ink: Palette, mode: Mode, for_client: bool) -> str:
    parts: list[str] = []
    title = "no answers"
    if course is None or not course.scored:
        parts.append(
            f'<text x="2" y="23" font-family="sans-serif" font-size="12" fill="{ink.muted}">'
            f"no score yet</text>"
        )
    else:
        title = "your answers" if for_client else f"{course.instrument.short_name}, n {course.n}"
        usual = None if for_client else usual_range(course.scale)
        parts = _course(course, ink, domain_hue(course.scale.domain, mode), usual)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" '
        f'viewBox="0 0 {WIDE} {HIGH}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _course(course: Course, ink: Palette, hue: str, usual: UsualRange | None) -> list[str]:
    scale = course.scale
    parts: list[str] = []
    if usual is not None:
        low, high = sorted((_down(scale.share(usual.low)), _down(scale.share(usual.high))))
        parts.append(
            f'<rect x="0" y="{low:.1f}" width="{WIDE}" height="{high - low:.1f}" '
            f'fill="{ink.usual}"/>'
        )
    first, last = course.weeks_shown
    across = (WIDE - 2 * _EDGE) / max(_SHORTEST_WEEKS, last - first)

    def place(answer: Answer) -> tuple[float, float]:
        assert answer.value is not None
        return _EDGE + (course.weeks(answer) - first) * across, _down(scale.share(answer.value))

    for run in course.segments():
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, run))
        if len(run) > 1:
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{hue}" stroke-width="1.5" '
                f'stroke-linejoin="round"/>'
            )
        else:  # an answer that no line joins is still seen
            x, y = place(run[0])
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.5" fill="{hue}"/>')
    x, y = place(course.scored[0])
    parts.append(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{ink.bg}" stroke="{hue}" '
        f'stroke-width="1.4"/>'
    )
    x, y = place(course.scored[-1])
    if course.n > 1:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{hue}"/>')
    return parts


def _down(share: float) -> float:
    """A share of the range as px from the top of the picture."""
    return _EDGE + (100 - share) / 100 * (HIGH - 2 * _EDGE)
