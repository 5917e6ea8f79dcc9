"""What are a file's answers in words worth? One field for each different word."""

import hashlib
import math

import streamlit as st

from attachdash.practice.reading import Instrument, Mapping, words_in
from attachdash.web import look
from attachdash.web.import_draft import Draft

# A column of free text is no column of answers: more words than these are only counted.
MOST_WORDS = 40
NOT_ANSWERED = "not answered"


def ask_words(
    made: Draft, instrument: Instrument, items: tuple[str, ...], missing: tuple[str, ...],
    said: Mapping | None,
) -> dict[str, int | None]:  # fmt: skip
    """The words that were given a value; one left open is refused at the check, never 0."""
    found = words_in(made.forms, items, missing)
    if not found:
        return {}
    low = min(item.low for item in instrument.items) * instrument.step
    high = max(item.high for item in instrument.items) * instrument.step
    values = [str(value) for value in range(math.ceil(low), math.floor(high) + 1)]
    known = {word.strip().casefold(): value for word, value in (said.words if said else {}).items()}
    st.subheader("Answers in words", anchor=False)
    st.write(
        f"Say once what each word is worth, {low:g}–{high:g} as {instrument.short_name} counts. "
        "Rows with a word left open are refused, never taken as 0."
    )
    words: dict[str, int | None] = {}
    for word, count in found[:MOST_WORDS]:
        folded = word.casefold()
        first = None
        if folded in known:
            value = known[folded]
            first = NOT_ANSWERED if value is None else str(value)
        options = [*values, NOT_ANSWERED]
        mark = hashlib.sha256(folded.encode()).hexdigest()[:12]
        chosen = st.selectbox(
            f"“{look.plain(_short(word))}” ({count:,})",
            options,
            index=options.index(first) if first in options else None,
            placeholder="Choose its value",
            key=made.key(f"word_{instrument.id}_{mark}"),
        )
        if chosen is not None:
            words[word] = None if chosen == NOT_ANSWERED else int(chosen)
    if len(found) > MOST_WORDS:
        more = len(found) - MOST_WORDS
        st.warning(f"{more:,} more words have no field here: are these the right columns?")
    return words


def _short(word: str) -> str:
    return word if len(word) <= 60 else word[:59] + "…"
