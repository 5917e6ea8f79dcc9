"""How does a client see their own check-in? Line by line, each against its own start."""

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from attachdash.charts import sparkline
from attachdash.practice.record import Progress
from attachdash.practice.telling import Told
from attachdash.web import browser, look, rows

CSS = """
ul.ad-own{list-style:none;padding:0!important;margin:0}
ul.ad-own li{display:grid;grid-template-columns:minmax(0,1fr) 118px 13rem;gap:.1rem 1rem;
  align-items:center;margin:0;padding:.35rem 0;font-size:15px;line-height:1.4}
ul.ad-own img{display:block}
@media (max-width:640px){
  ul.ad-own li{grid-template-columns:118px minmax(0,1fr)}
  ul.ad-own li>:first-child{grid-column:1/-1}
}
"""
# Stands under the lines whatever was answered: so it tells nothing of them.
_KEY = (
    "Each line for itself, from your own answers: the ring is where you began, the large dot your "
    "latest answer. Higher is better. How much of a change is chance isn’t known."
)


def lines(progress: Progress) -> None:
    """The check-in's lines and, apart, that of the session's end; nothing where there are none."""
    if not progress.told_lines:
        return
    st.html(f"<style>{CSS}</style>")
    with look.card("own-lines"):
        st.html(rows.heading("Your check-in"))
        for apart, own in groupby(progress.told_lines, lambda told: _is_apart(told)):
            if apart:
                st.html(rows.say("At the end of your sessions"))
            st.html(_list(own))
        st.html(f'<div class="ad-meta">{_KEY}</div>')


def _is_apart(told: Told) -> bool:
    return told.course.instrument.recall_days is None


def _list(found: Iterable[Told]) -> str:
    items = "".join(_line(told) for told in found)
    return f'<ul class="ad-own">{items}</ul>'


def _line(told: Told) -> str:
    asked, said = look.esc(told.course.scale.asked or ""), look.esc(told.line_words)
    address = sparkline(told.course, mode=browser.mode(), for_client=True)
    picture = f'<img alt="Your answers to this line." width="118" src="{address}">'
    if not told.course.n:
        picture = "<span></span>"
    return f'<li class="ad-line"><span>{asked}</span>{picture}<b>{said}</b></li>'
