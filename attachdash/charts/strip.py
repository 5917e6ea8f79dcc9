"""When did which phase of the work run, and what happened: the strip under the weeks.

How wide a plot will be only the browser knows. Words are cut to the narrowest plot that is
usual; the whole of them stands on hover.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from attachdash.change import Course
from attachdash.charts.marks import Frame, Part
from attachdash.charts.overlay import Event, Overlay, Phase
from attachdash.charts.theme import TICK_PX, Palette
from attachdash.charts.words import day, minus, safe

_TOP_PX = 22  # under the axis, below its numbers
_HIGH_PX = 16
_SIDE_PX = 8  # of a phase's width its words leave that much free
_EVENT_PX = 8  # from the strip to the middle of the first row of events
_ROW_PX = 15
_FOOT_PX = 10
_MARK_PX = 9  # a diamond
_APART_PX = 6
_LETTER_PX = 0.52 * TICK_PX  # mean width of a letter
_LEFT_FROM = 0.8  # events in the last fifth have their words on the left
_SHORTEST = 3  # letters; less of a word says nothing
_MOST_TOLD = 8  # events on one hover
_NARROWEST = 0.04  # weeks: a phase of one day is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Shapes and words under one plot, and how much of the foot they take (0: nothing)."""

    shapes: list[Part] = field(default_factory=list)
    notes: list[Part] = field(default_factory=list)
    foot_px: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Across:
    """Where a day stands on the axis, and in the narrowest plot that words must fit under."""

    started_on: date
    reach: tuple[float, float]  # weeks, both ends of the axis
    last_week: float  # where a phase that still runs ends
    plot_px: float
    left_px: float  # margins
    right_px: float

    def week(self, on: date) -> float:
        """Weeks since the start of the episode."""
        return (on - self.started_on).days / 7

    def px(self, week: float) -> float:
        """Px from the left end of the axis."""
        return (week - self.reach[0]) / (self.reach[1] - self.reach[0]) * self.plot_px


def strip(
    frame: Frame,
    overlay: Overlay,
    course: Course,
    weeks: Part,
    room_px: tuple[float, float, float],
    ink: Palette,
) -> Strip:
    """Phases as a labelled strip, events as diamonds below it with their words.

    `room_px` is the plot at its narrowest, its left and its right margin. Phases that overlap
    take a row each; one that still runs ends with the course's last week. An event whose words
    find no place in two rows is a bare diamond in a third, with its words on hover.
    """
    if not overlay.phases and not overlay.events:
        return Strip()
    across = _Across(
        started_on=course.started_on,
        reach=(weeks["range"][0], weeks["range"][1]),
        last_week=course.weeks_shown[1],
        plot_px=room_px[0],
        left_px=room_px[1],
        right_px=room_px[2],
    )
    shapes, notes, rows = _phases(frame, overlay.phases, across, ink)
    foot = _TOP_PX + rows * _HIGH_PX + _EVENT_PX
    events, deepest = _events(frame, overlay.events, across, foot)
    if events:
        foot += deepest * _ROW_PX + _FOOT_PX
    elif not shapes:
        return Strip()
    return Strip(shapes=shapes, notes=notes + events, foot_px=foot)


def _phases(
    frame: Frame, phases: Sequence[Phase], across: _Across, ink: Palette
) -> tuple[list[Part], list[Part], int]:
    """Shapes, words and how many rows they take."""
    shapes: list[Part] = []
    notes: list[Part] = []
    row_ends: list[float] = []
    in_row: list[int] = []
    left, right = across.reach
    for word, since, until in sorted(phases, key=lambda phase: phase.since):
        began = across.week(since)
        ended = across.last_week if until is None else across.week(until)
        low, high = max(left, began), min(right, max(ended, began + _NARROWEST))
        if low >= high:
            continue
        row = next((row for row, end in enumerate(row_ends) if end <= began), len(row_ends))
        row_ends[row : row + 1] = [max(ended, began)]
        in_row[row : row + 1] = [in_row[row] + 1 if row < len(in_row) else 0]
        top = _TOP_PX + row * _HIGH_PX
        shapes.append(
            {
                "type": "rect",
                "xref": frame.x,
                "yref": f"{frame.y} domain",
                "ysizemode": "pixel",
                "yanchor": 0,
                "x0": round(low, 2),
                "x1": round(high, 2),
                "y0": -top,
                "y1": -top - _HIGH_PX,
                "fillcolor": ink.phase_b if in_row[row] % 2 else ink.phase_a,
            }
        )
        wide = across.px(high) - across.px(low)
        text = _shortened(word, wide - _SIDE_PX)
        note = {
            **_under(frame, (low + high) / 2, top + _HIGH_PX / 2),
            "xanchor": "center",
            "text": safe(text),
            "font": {"color": ink.text},
        }
        if text != word:
            until_words = "still runs" if until is None else f"to {day(until)}"
            note |= {
                "text": safe(text) or " ",
                "hovertext": safe(f"{word}: {day(since)}, {until_words}"),
                "width": max(2, int(wide) - 2),  # what carries no word still answers a pointer
            }
            note["align"] = "center"
        notes.append(note)
    # Events stand where they would with a strip: cards side by side keep one line.
    return shapes, notes, max(1, len(row_ends))


def _events(
    frame: Frame, events: Sequence[Event], across: _Across, top_px: float
) -> tuple[list[Part], int]:
    """Words with their diamonds, and the deepest row they took (0 is the first)."""
    notes: list[Part] = []
    taken: tuple[list[tuple[float, float]], ...] = ([], [])
    bare: list[tuple[float, list[Event]]] = []
    deepest = 0
    left, right = across.reach
    for event in sorted(events, key=lambda event: event.on):
        week = across.week(event.on)
        if not left <= week <= right:
            continue
        at = across.px(week)
        to_left = at > _LEFT_FROM * across.plot_px
        room = at + across.left_px if to_left else across.plot_px + across.right_px - at
        word = _shortened(event.word, room - _MARK_PX)
        wide = (len(word) + 1) * _LETTER_PX + _MARK_PX / 2
        ends = (at - wide, at + _MARK_PX / 2) if to_left else (at - _MARK_PX / 2, at + wide)
        row = next((row for row, held in enumerate(taken) if _free(ends, held)), None)
        if row is None or not word:
            if bare and at - bare[-1][0] < _MARK_PX:
                bare[-1][1].append(event)
            else:
                bare.append((at, [event]))
            continue
        taken[row].append(ends)
        deepest = max(deepest, row)
        text = f"{safe(word)} ◆" if to_left else f"◆ {safe(word)}"
        notes.append(
            {
                **_under(frame, week, top_px + row * _ROW_PX),
                "xanchor": "right" if to_left else "left",
                "xshift": _MARK_PX / 2 if to_left else -_MARK_PX / 2,
                "text": text,
                "hovertext": _told([event], across),
            }
        )
    for _, together in bare:
        deepest = len(taken)
        notes.append(
            {
                **_under(frame, across.week(together[0].on), top_px + deepest * _ROW_PX),
                "xanchor": "center",
                "text": "◆",
                "hovertext": _told(together, across),
            }
        )
    return notes, deepest


def _free(ends: tuple[float, float], held: Sequence[tuple[float, float]]) -> bool:
    return all(ends[1] + _APART_PX < low or high + _APART_PX < ends[0] for low, high in held)


def _told(events: Sequence[Event], across: _Across) -> str:
    """The events of one diamond for its hover, a line each."""
    lines = [
        safe(
            f"{event.word} ({event.kind}) · week {minus(str(int(across.week(event.on) // 1)))}"
            f" · {day(event.on)}"
        )
        for event in events[:_MOST_TOLD]
    ]
    if len(events) > _MOST_TOLD:
        lines.append(f"and {len(events) - _MOST_TOLD} more")
    return "<br>".join(lines)


def _shortened(word: str, room_px: float) -> str:
    """The word as far as the room lets it be said; empty where too little would be left."""
    word = " ".join(word.split())
    letters = int(room_px / _LETTER_PX)
    if len(word) <= letters:
        return word
    return f"{word[: letters - 1].rstrip()}…" if letters > _SHORTEST else ""


def _under(frame: Frame, week: float, px: float) -> Part:
    return {
        "xref": frame.x,
        "yref": f"{frame.y} domain",
        "x": round(week, 2),
        "y": 0,
        "yanchor": "middle",
        "yshift": -px,
    }
