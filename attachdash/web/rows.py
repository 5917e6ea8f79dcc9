"""The small pieces that caseload, record and a client's own page share, and their CSS."""

import re
from datetime import datetime

import streamlit as st

from attachdash.charts import domain_hue, palette
from attachdash.practice.clients import Client
from attachdash.practice.flags import Flag
from attachdash.practice.house import Settings
from attachdash.practice.record import Progress
from attachdash.practice.rules import Kind
from attachdash.practice.watched import Watched
from attachdash.practice.words import Domain
from attachdash.web import browser, look
from attachdash.web.tables import clock, last_day

LOOK_FIRST = frozenset({Kind.TALK, Kind.RED, Kind.AMBER, Kind.WORSE, Kind.WITHDREW})

# A number that can be rung is taken whole or not at all: half of one rings somebody else.
_DIGITS = re.compile(r"(?<![\w:.&#+])\+?\d(?:[ /-]?\d)*(?![\w:]|[.,/-]\d)")
_NUMBER = re.compile(r"\d{3,6}|\d{3} \d{3}|[+0][\d /-]{6,}|(?:1[ -])?\d{3}[ -]\d{3}[ -]\d{4}")

_CSS = """
[class*="st-key-flag-"] {{border-left:6px solid {text}}}
[class*="st-key-card-quiet"] {{background:{sunk}}}
[class*="st-key-row-"] {{border-bottom:1px solid {card_line};padding:.25rem 0}}
[class*="st-key-row-"] button {{min-height:28px;padding:0;justify-content:flex-start;color:{link}}}
[class*="st-key-row-"] button p {{font-size:16px;font-weight:600}}
[data-testid=stLayoutWrapper]:has(> .st-key-row-head) {{position:sticky;top:3.7rem;z-index:9;
  background:{bg}}}
.st-key-ask_rule button, .st-key-ask_rule button * {{text-decoration:underline;
  color:{link}!important}}
.st-key-client-head > :first-child {{flex:1 1 26rem;min-width:min(100%,26rem)}}
.ad-cells {{display:grid;grid-template-columns:6.4rem minmax(10rem,1fr) repeat(3,126px) 6rem;
  gap:0 1rem;align-items:center;font-size:15px;line-height:1.4}}
.ad-cells > :last-child {{text-align:right}}
.ad-head {{font-weight:600;color:{muted};font-size:14px}}
.ad-cells img {{display:block}} .ad-spark {{font-size:13px;line-height:1.3}}
.ad-say {{font-size:15px;line-height:1.4;margin-top:.35rem}}
@media (min-width:641px) {{
  :is([class*="st-key-card-triad"],[class*="st-key-card-measure"],.st-key-card-attachment)
  .ad-table td:first-child {{white-space:nowrap}}
}}
@media (min-width:641px) {{[class*="st-key-card-triad"] .ad-lines {{min-height:9.5rem}}}}
.ad-key {{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;font-size:14px;color:{muted}}}
.ad-narrow {{display:none}}
@media (max-width:1200px) {{
  .st-key-row-head {{display:none}} .ad-narrow {{display:inline}}
  .ad-cells {{grid-template-columns:repeat(3,1fr);gap:.3rem .5rem}}
  .ad-cells > :nth-child(-n+2) {{grid-column:1/-1}}
  .ad-cells > :is(:empty,:last-child) {{display:none}}
  .ad-spark img {{max-width:100%}} .ad-spark .ad-narrow {{display:block;color:{muted}}}
  [class*="st-key-row-"] [data-testid=stHorizontalBlock] {{flex-direction:column;gap:.3rem}}
  [class*="st-key-row-"] [data-testid=stColumn] {{width:100%;flex:1 1 auto}}
}}
@media (max-width:640px) {{
  [class*="st-key-row-"] button {{min-height:44px}}
  [class*="st-key-row-"] [data-testid=stElementContainer]:has(button) {{margin-bottom:-.6rem}}
}}
"""


def dress() -> None:
    """The CSS of rows and flag cards; once a run, by the page."""
    ink = palette(browser.mode())
    names = {name: getattr(ink, name) for name in ink.__slots__ if name != "hues"}
    st.html(f"<style>{_CSS.format(**names)}</style>")


def state_of_data(
    as_of: datetime, last_import_at: datetime | None, zone: str, *, any_answers: bool
) -> str:
    """When this was read, and when a file last came in."""
    if last_import_at:
        last = f"last import {clock(last_import_at, zone)}"
    else:
        last = "answers typed or loaded, no file yet" if any_answers else "no file yet"
    return f"as of {clock(as_of, zone)} · {last}"


def label(client: Client) -> str:
    """The client's name and code, or the code alone, to choose by."""
    return f"{client.name} · {client.code}" if client.name else client.code


def badge(flag: Flag | None) -> str:
    """The badge of a flag as HTML; nothing without one."""
    if flag is None:
        return ""
    if flag.is_risk:
        words = "! Risk blank" if flag.is_blank else "! Risk answer"
        return f'<span class="ad-badge ad-risk">{words}</span>'
    words = "Ask: blank" if flag.is_blank else "Ask about it"
    return f'<span class="ad-badge ad-soon">{words}</span>'


def badge_of(flag: Flag | Watched) -> str:
    """The badge of a flag of any kind as HTML."""
    if isinstance(flag, Flag):
        return badge(flag)
    style = "ad-first" if flag.kind in LOOK_FIRST else "ad-soon"
    return f'<span class="ad-badge {style}">{look.esc(flag.kind.rule.name)}</span>'


def given(flag: Flag) -> str:
    """What was answered, in the item's own steps, with their range; nothing for a blank."""
    if flag.answer is None:
        return ""
    item, step = flag.instrument.item(flag.item), flag.instrument.step
    return f"{flag.answer * step:g} (of {item.low * step:g}–{item.high * step:g})"


def by_whom(flag: Flag) -> str:
    """Who answered, where it wasn't the client about themself: " by mother (Anna)"."""
    return (f" by {flag.informant}" if flag.informant else "") + (
        f" about {flag.about}" if flag.about else ""
    )


def title(words: str, domain: Domain, count: str, word: str = "") -> str:
    """A card's title with its domain's dot, and at the right `word` (HTML) and n, as HTML."""
    hue = domain_hue(domain, browser.mode())
    return (
        f'<div class="ad-name"><h2><span class="ad-dot" style="background:{hue}"></span>'
        f'{look.esc(words)}</h2>{word}<span class="ad-meta">{look.esc(count)}</span></div>'
    )


def answer_by(flag: Watched, zone: str) -> str:
    """By when who asked to talk is to be answered, or was; nothing for anything else."""
    if flag.answer_by is None:
        return ""
    return f"{'an answer was due' if flag.is_late else 'answer'} by {clock(flag.answer_by, zone)}"


def say(bold: str, rest: str = "") -> str:
    """A card's sentence as HTML, its first clause bold."""
    return f'<div class="ad-say"><b>{look.esc(bold)}</b> {look.esc(rest)}</div>'


def therapy(progress: Progress) -> str:
    """For the client: which week with whom, or when the therapy ended."""
    if progress.client.open_episode is None:
        ends = [one.ended_on for one in progress.client.episodes if one.ended_on]
        if not ends:
            return "No therapy is open here just now"
        return f"Your therapy here ended on {last_day(max(ends))}"
    by = f" with {', '.join(progress.therapists)}" if progress.therapists else ""
    return f"Week {progress.week}{by}"


def heading(words: str) -> str:
    """A card's title without a domain, as HTML."""
    return f'<div class="ad-name"><h2>{look.esc(words)}</h2></div>'


def where_to_turn(practice: Settings) -> str:
    """What a person in danger should do, as the practice wrote it, as HTML; numbers can be rung."""
    said = practice.crisis_text or (
        "This is no emergency service. In danger, call the emergency number of where you are."
    )
    return ringing(said)


def ringing(words: str) -> str:
    """A practice's own text as HTML, line by line; its numbers can be rung."""
    lines = [_DIGITS.sub(_ringing, look.esc(line)) for line in words.splitlines()]
    return f'<div class="ad-say ad-turn">{"<br>".join(lines)}</div>'


def _ringing(found: re.Match[str]) -> str:
    if not _NUMBER.fullmatch(found[0]):
        return found[0]
    return f'<a href="tel:{re.sub("[^+0-9]", "", found[0])}">{found[0]}</a>'
