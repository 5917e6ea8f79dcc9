"""How do rows of words, days and moments stand on a page? Real tables, stacked on a phone."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from attachdash.charts import words
from attachdash.practice.people import Span
from attachdash.web.look import esc

DAY = timedelta(days=1)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> None:
    """Plain text in rows under `columns`; `caption` names the table for whoever can't see it."""
    head = "".join(f'<th scope="col">{esc(one)}</th>' for one in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{esc(name)}">{esc(cell)}</td>'
            for name, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    st.html(
        f'<table class="ad-table" aria-label="{esc(caption)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def day(on: date | None, none: str = "open") -> str:
    """A day in words: 3 Mar 2026."""
    return words.day(on) if on else none


def last_day(to_on: date | None) -> str:
    """The last day of something that no longer holds on `to_on`."""
    return day(to_on - DAY if to_on else None)


def day_after(last: date | None) -> date | None:
    """The first day without something whose last day is `last`."""
    return last + DAY if last else None


def local(moment: datetime, zone: str) -> datetime:
    """A moment, in UTC without a zone, by the practice's clock."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def clock(moment: datetime, zone: str) -> str:
    """A moment by the practice's clock in words: 24 Nov 2026, 08:40."""
    there = local(moment, zone)
    return f"{day(there.date())}, {there:%H:%M}"


def counted(count: int, one: str, more: str | None = None) -> str:
    """A number with its word: 1 row, 2 rows, 3 answers or blanks."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def ago(moment: datetime | None, zone: str, today: date) -> str:
    """When something was, as short as it can be said; "never" for None."""
    if moment is None:
        return "never"
    there = local(moment, zone)
    if there.date() == today:
        return f"today, {there:%H:%M}"
    if there.date() == today - DAY:
        return f"yesterday, {there:%H:%M}"
    return day(there.date())


def spans(found: Iterable[Span], today: date) -> str:
    """Dated things in one line: therapist; supervisor from 1 Dec 2026."""
    said = []
    for one in found:
        when = f" from {day(one.from_on)}" if one.from_on > today else ""
        if one.to_on:
            when += f" until {last_day(one.to_on)}"
        said.append(one.what + when)
    return "; ".join(said) or "none"
