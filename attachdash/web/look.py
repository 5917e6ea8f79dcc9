"""How does a page look beyond Streamlit's own settings? The one piece of CSS, header and cards."""

import base64
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from plotly.graph_objects import Figure

from attachdash.charts.logo import wordmark
from attachdash.charts.theme import palette
from attachdash.web import browser

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 46 46" fill="none" stroke-width="6" '
    'stroke-linecap="round"><path d="M5 31A11.5 11.5 0 0 1 28 31" stroke="#670662"/>'
    '<path d="M18 31A11.5 11.5 0 0 1 41 31" stroke="#006ACA"/></svg>'
)

CSS = """
[class*="st-key-card-"] {{border-color:{card_line}}}
.stApp button[role=radio][aria-checked=true],
.stApp button[data-variant=pills][aria-pressed=true] {{background:{primary}!important;
  border-color:{primary}!important}}
.stApp button[role=radio][aria-checked=true] *,
.stApp button[data-variant=pills][aria-pressed=true] * {{color:#fff!important}}
.st-key-answers button[role=radio], .st-key-answers [data-testid=stRadioOption] {{min-height:44px}}
[class*="st-key-scale-"] button[role=radio] {{min-height:48px;padding:0}}
.stApp {{font-variant-numeric:tabular-nums}}
.ad-meta, [data-testid=stCaptionContainer] p {{color:{muted};font-size:14px}}
[data-testid=stCaptionContainer], [data-testid=stCaptionContainer] * {{opacity:1}}
h1.ad-title {{font:600 28px/1.3 "Source Serif",serif;margin:0;padding:0}}
.ad-lead {{font-size:16px;margin-top:.5rem}}
.ad-badge {{display:inline-block;font-size:13px;font-weight:700;padding:.15rem .5rem;
  border-radius:.3rem;white-space:nowrap}}
.ad-risk {{background:{text};color:{bg}}}
.ad-first {{background:{attention_ground};color:{attention_ink};border:1px solid {attention_ink}}}
.ad-soon {{background:{sunk};color:{text};border:1px solid {card_line}}}
.ad-course {{color:{muted};padding-left:0}}
.ad-name {{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;
  gap:0 1rem}}
.ad-name h2 {{font:600 19px/1.3 "Source Serif",serif;margin:0;padding:0}}
.ad-name .ad-meta {{white-space:nowrap}}
.ad-word {{font-size:15px;font-weight:700;white-space:nowrap;margin-left:auto}}
.ad-dot {{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:.5rem}}
.ad-row {{display:grid;grid-template-columns:7rem minmax(12rem,1fr) repeat(3,118px) 7rem;
  gap:0 1rem;align-items:center;font-size:15px;line-height:1.4;min-height:62px}}
.ad-row > :last-child {{text-align:right}}
.ad-line {{border-bottom:1px solid {card_line}}}
.ad-table {{width:100%;border-collapse:collapse;font-size:15px;line-height:1.4}}
.ad-table th {{text-align:left;font-size:14px;font-weight:600}}
.ad-table :is(th,td) {{border:0;border-bottom:1px solid {card_line};padding:.35rem .5rem .35rem 0;
  vertical-align:top}}
.ad-table td {{overflow-wrap:anywhere}}
[class*="st-key-card-outcomes"] .ad-table {{table-layout:fixed}}
[class*="st-key-card-outcomes"] .ad-table th:first-child {{width:45%}}
.ad-table td[data-label=Standing] {{white-space:nowrap}}
[class*="st-key-line-"] button p {{text-decoration:underline;font-weight:600}}
.ad-turn a {{color:{link};font-weight:600}}
.ad-code {{font:700 26px/2 monospace;letter-spacing:.05em;overflow-wrap:anywhere}}
.ad-wide {{overflow-x:auto}}
.ad-wide:focus-visible {{outline:2px solid {link}}}
.ad-grid {{border-collapse:collapse;line-height:1.4}}
.ad-grid :is(th,td) {{border:0;border-bottom:1px solid {card_line};padding:.3rem .9rem .3rem 0;
  font-weight:400;text-align:right;white-space:nowrap;font-size:14px}}
.ad-grid th:first-child {{text-align:left;position:sticky;left:0;background:{bg};
  white-space:normal;min-width:8rem}}
.ad-items {{width:100%}}
.ad-items :is(th,td) {{font-size:15px;text-align:left;white-space:normal;vertical-align:top;
  overflow-wrap:anywhere;hyphens:auto;padding-right:.5rem}}
.ad-items .ad-n {{overflow-wrap:normal}}
.ad-items th:first-child {{position:static;min-width:0;white-space:nowrap}}
.ad-items thead th {{font-size:14px;font-weight:600}}
.ad-items .ad-n {{text-align:right}}
.ad-items .ad-gap td {{background:{sunk}}}
.ad-items th[scope=row] {{width:6.5rem;color:{muted}}}
h3.ad-part {{font:600 17px/1.3 "Source Serif",serif;margin:.5rem 0 .35rem;padding:0}}
.ad-sums {{font-size:15px;line-height:1.6;overflow-wrap:anywhere}}
.ad-sunk {{background:{sunk};border-radius:.5rem;padding:.75rem 1rem}}
:is(.st-key-card-code,.st-key-card-crisis-empty,.st-key-card-crisis-gaps,
  [class*=st-key-card-to-do-]) {{
  border-left:6px solid {attention_ink}}}
.ad-sign-in {{text-align:center;padding-top:clamp(1rem,9vh,6rem)}}
.st-key-entry [data-testid=stFormSubmitButton] button {{background:{primary};border-color:{primary};
  color:#fff;width:100%;min-height:44px}}
.st-key-entry [data-testid=stElementContainer]:has(button) {{width:100%}}
.ad-sign-in img {{height:48px;max-width:100%}}
.ad-sign-in p {{color:{muted};margin:1rem 0 0}}
.st-key-who {{position:fixed;top:.45rem;right:1rem;width:auto;z-index:999990}}
.st-key-who button {{min-height:44px}}
.st-key-who button:is(:active,[aria-expanded=true]) {{color:{text}!important}}
:is([data-testid=stTopNavLink],[data-testid=stSidebarNavLink]):focus-visible {{
  outline:2px solid {link};outline-offset:2px}}
header [data-testid=stToolbar] {{padding-right:17rem}}
@media (max-width:640px) {{
  .ad-row {{grid-template-columns:1fr 1fr 1fr}}
  .ad-row > :nth-child(-n+2), .ad-row > :last-child {{grid-column:1/-1;text-align:left}}
  .st-key-who [data-testid=stElementContainer]:has(.ad-meta) {{display:none}}
  [data-testid=stHeaderLogo] {{width:40px;object-fit:cover;object-position:left}}
  .ad-table thead {{position:absolute;width:1px;height:1px;overflow:hidden;
    clip-path:inset(50%)}}
  .ad-table tr {{display:block;border-bottom:1px solid {card_line};padding:.4rem 0}}
  .ad-table td {{display:inline-block;border:0;padding:0 .75rem 0 0}}
  .ad-table td:first-child {{display:block;font-weight:600}}
  .ad-table td:empty {{display:none}}
  .ad-table td:not(:first-child)::before {{content:attr(data-label) ": ";color:{muted}}}
  .ad-items :is(th,td) {{font-size:14px;padding-right:.3rem}}
  .ad-items thead th {{font-size:13px}}
  .ad-items td:nth-child(2) {{overflow-wrap:break-word}}
  [data-testid=stSidebarNavLink] {{min-height:44px}}
  header [data-testid=stToolbar] {{padding-right:6rem}}
}}
@media print {{.st-key-who, [data-testid=stButton], [data-testid=stButtonGroup] {{display:none}}}}
"""

MARKS = frozenset("\\`*_{}[]()<>#+-.!|~$:&@")
ADDRESS = re.compile(r":(?=\S)|@(?=\w)|\bwww(?=\.)", re.IGNORECASE)


def dress() -> None:
    """Bring the CSS of the mode shown; once a run, by the shell."""
    ink = palette(browser.mode())
    names = {name: getattr(ink, name) for name in ink.__slots__ if name != "hues"}
    st.html(f"<style>{CSS.format(**names)}</style>")


def svg_image(svg: str, alt: str) -> str:
    """An `img` of a drawing for st.html, which takes no svg itself."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{esc(alt)}" src="data:image/svg+xml;base64,{data}">'


def banner() -> str:
    """The wordmark as an `img`, in the mode shown."""
    return svg_image(wordmark(browser.mode()).read_text("utf-8"), "AttachDash")


def esc(text: object) -> str:
    """Text made harmless for st.html."""
    return html.escape(str(text), quote=True)


def plain(text: object) -> str:
    """Somebody's words as they stand, for where Streamlit would read them as Markdown."""
    # Addresses and icons are looked for even in escaped text: an unseen joiner breaks them.
    whole = ADDRESS.sub("\\g<0>\u2060", str(text))
    return "".join("\\" + letter if letter in MARKS else letter for letter in whole)


def header(title: str, meta: str = "", lead: str = "") -> None:
    """The page's title, a muted line, and what to know first; its first sentence stands bold.

    All three are plain text, not Markdown and not HTML.
    """
    st.html(
        f'<h1 class="ad-title">{esc(title)}</h1>'
        + (f'<div class="ad-meta">{esc(meta)}</div>' if meta else "")
        + (f'<div class="ad-lead">{_first_bold(lead)}</div>' if lead else "")
    )


def _first_bold(lead: str) -> str:
    first, stop, rest = lead.partition(". ")
    return f"<b>{esc(first + stop.strip())}</b> {esc(rest)}" if stop else f"<b>{esc(lead)}</b>"


@contextmanager
def card(key: str, *, stretch: bool = True) -> Iterator[None]:
    """A bordered card; all of one row are equally high, unless several stand in one column."""
    height: Literal["stretch", "content"] = "stretch" if stretch else "content"
    with st.container(border=True, key=f"card-{key}", height=height):
        yield


def chart(figure: Figure, key: str, alt: str) -> None:
    """Draw a figure of charts/ as it is; `alt` is its sentence, for whoever can't see it."""
    st.plotly_chart(
        figure, theme=None, key=key, alt=alt, width="stretch", config={"displayModeBar": False}
    )
