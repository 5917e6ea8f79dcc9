"""Who answered a form, and about whom? Asked where the questionnaire leaves a choice."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from attachdash.practice.reading import (
    SELF,
    Instrument,
    informants_of,
    people_words,
    shown,
    targets_of,
)
from attachdash.practice.relations import Relation, relations
from attachdash.practice.rights import Viewer
from attachdash.practice.words import RelationKind
from attachdash.web import look
from attachdash.web.import_draft import Draft

# More different words than these say nobody who answered.
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class People:
    """Who answered a file's forms and about whom: all alike, or by columns and their words."""

    informant: str | None  # None while it is to be said
    about: str | None
    informant_column: str | None = None
    about_column: str | None = None
    words: dict[str, str] = field(default_factory=dict)  # what the columns' words mean
    person_column: str | None = None  # that tells two of a kind apart


def meanings(made: Draft, columns: tuple[str, ...], said: dict[str, str]) -> dict[str, str]:
    """What each word of these columns means, as far as it is said; never guessed to be the client.

    A word that is a kind itself stands in its field, to be confirmed with the others.
    """
    st.write(
        "Say once what each word means. Rows with a word left open are refused, never taken as "
        "the client’s own."
    )
    kinds = [SELF, *RelationKind]
    known = {word.casefold(): meaning for word, meaning in said.items()}
    words: dict[str, str] = {}
    found = people_words(made.forms, columns)
    for word, count in found[:MOST_WORDS]:
        own = word.casefold()
        first = known.get(own) or (own if own in list(RelationKind) else None)
        # Of these columns alone: the same word in another one may mean somebody else.
        mark = hashlib.sha256(repr((columns, own)).encode()).hexdigest()[:12]
        chosen = st.selectbox(
            f"“{look.plain(shown(word))}” ({count:,})" if word else f"An empty cell ({count:,})",
            kinds, index=kinds.index(first) if first else None, placeholder="Choose who that is",
            format_func=who_said, key=made.key(f"person_{mark}"),
        )  # fmt: skip
        if chosen is not None:
            words[word] = str(chosen)
    if len(found) > MOST_WORDS:
        more = len(found) - MOST_WORDS
        st.warning(f"{more:,} more words have no field here: is this the right column?")
    return words


def people(
    instrument: Instrument, informant: str | None, about: str | None, key: Callable[[str], str], *,
    by_column: bool = False, about_column: bool = False,
) -> tuple[str | None, str | None]:  # fmt: skip
    """Who answered and about whom; None while it is to be said. Asked only where there is a choice
    and no column says it.

    Nothing is chosen beforehand where a wrong choice would file the answers under somebody else.
    """
    answers, asked = informants_of(instrument), targets_of(instrument)
    if by_column:
        informant = SELF
    elif len(answers) > 1:
        informant = st.selectbox(
            "Who answered?", answers,
            index=answers.index(informant) if informant in answers else None,
            placeholder="Choose", format_func=who_said, key=key(f"informant_{instrument.id}"),
        )  # fmt: skip
    else:
        informant = answers[0]
    if about_column:
        about = SELF
    elif len(asked) > 1 and informant in (SELF, None):
        # One target: the client's view of it is their own, unless they tell people apart.
        own = asked.index(SELF) if SELF in asked else None
        about = st.selectbox(
            "About whom?", asked, index=asked.index(about) if about in asked else own,
            placeholder="Choose", format_func=_about, key=key(f"about_{instrument.id}"),
        )  # fmt: skip
    else:
        about = SELF
    if SELF not in (informant, None) or SELF not in (about, None):
        st.html(
            '<div class="ad-meta">Kept apart from the client’s own answers, under that person: '
            "where nobody of that kind is known around a client yet, one is added.</div>"
        )
    return informant, about


def which(
    viewer: Viewer, client_id: int, kind: str, day: date | None, chosen: Relation | None, key: str
) -> tuple[bool, Relation | None]:
    """Which of several people of a kind a form of that day means, and whether that is said; nobody
    is asked about where the day means at most one."""
    meant = {
        one.relation_id: one
        for one in relations(viewer, client_id)
        if one.kind == kind and (day is None or one.is_meant(day))
    }
    if len(meant) < 2:
        return True, None
    # Who is meant depends on the day: a choice made for another one doesn't stand.
    found = st.selectbox(
        f"Which {kind}?", list(meant),
        index=list(meant).index(chosen.relation_id)
        if chosen and chosen.relation_id in meant else None,
        placeholder="Choose", format_func=lambda one: meant[one].said, key=key,
    )  # fmt: skip
    return found is not None, meant.get(found) if found is not None else None


def who_said(one: str) -> str:
    """Who answered, as a choice says it."""
    return "The client themself" if one == SELF else one.capitalize()


def _about(one: str) -> str:
    return "Nobody by name: the client’s own view" if one == SELF else f"Their {one}"
