"""The support content: all there, sourced, in our own order, and refused by name where it isn't."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path

import pytest

from attachdash.instruments.library import DATA
from attachdash.practice import opening
from attachdash.practice.marks import Technique
from attachdash.support import ContentError, Move, content, read_content
from attachdash.support import content as content_of
from attachdash.support.content import Content, Entry, Question
from attachdash.support.written import as_markdown

FOLDER = DATA / "support"
README = (DATA.parent / "README.md").read_text()
EACH = [pytest.param(one, id=one.id) for one in content().entries]


@pytest.mark.parametrize("entry", EACH)
def test_everything_that_is_said_names_why_and_its_source(entry: Entry) -> None:
    assert entry.when
    assert entry.prompt
    assert entry.rationale
    assert entry.version >= 1
    assert content().sources_of(entry)


def test_every_source_is_used_and_says_what_it_is_worth() -> None:
    used = {source for one in content().entries for source in one.sources}
    used |= set(content().why_not_by_score.sources)
    assert used == set(content().sources)
    for one in content().sources.values():
        assert (one.seen == "none") is (one.kind == "judgement" or one.id == "clinical_review")
        assert one.kind in one.told


def test_the_look_is_short_and_covers_what_may_hold_somebody_back() -> None:
    asked = list(content().questions)
    assert 6 <= len(asked) <= 12
    # The two signs that matter most come first, then trust, aims and motivation, support, events.
    assert asked[:2] == ["pushed_away", "family_ear"]
    assert asked[2:8] == ["could_tell_you", "same_work", "wants_change", "carried_outside",
                          "happened", "strong_feelings"]  # fmt: skip
    assert set(asked[8:]) == {"own_feelings", "others_feelings"}
    assert content().tools["course"].asks == tuple(asked)
    for tool in content().tools.values():
        asks = [one for one in tool.asks if one in content().questions]
        assert {"pushed_away", "family_ear"} <= set(asks)
        # Where the alliance or a silence is the reason, trust is asked about before them.
        if tool.id not in {"alliance", "overdue", "paused"}:
            first = asks.index("pushed_away"), asks.index("family_ear")
            assert sorted(first) == [0, 1], tool.id


def test_whoever_does_not_know_is_never_left_without_a_next_step() -> None:
    for one in (content().questions | content().unsafe).values():
        unknown = one.answer("don't know")
        assert unknown is not None, one.id
        assert unknown.consider
        # The first answer is the one that needs nothing, but for who says that nobody frightens
        # them; every other has something to consider.
        easy = {"pushed_away": "no", "happened": "no", "frightened": None}.get(
            one.id, one.answers[0].answer
        )
        for answer in one.answers:
            assert bool(answer.consider) is (answer.answer != easy), (one.id, answer.answer)


def test_where_somebody_may_be_unsafe_they_are_alone_before_anything_is_asked() -> None:
    tool, asked = content().tools["unsafe"], list(content().unsafe)
    assert asked == ["alone_unheard", "frightened", "safer_today", "who_could_help"]
    assert tool.asks[:4] == tuple(asked)
    for words in ("alone and unheard", "partner, parent or other carer", "not in a couple"):
        assert words in tool.prompt
    urgent = {
        (one.id, each.answer)
        for one in content().unsafe.values() for each in one.answers if each.urgent
    }  # fmt: skip
    assert urgent == {("frightened", "yes"), ("safer_today", "nothing yet")}
    for one in content().tools.values():
        assert one.id == "unsafe" or not set(asked) & set(one.asks)


def test_safety_is_asked_in_order_and_the_grave_answers_lift_the_protocol() -> None:
    steps = content().steps
    assert list(steps) == ["ask_directly", "means", "plan", "people", "safety_plan"]
    urgent = {
        (one.id, each.answer) for one in steps.values() for each in one.answers if each.urgent
    }
    assert urgent == {("ask_directly", "asked: wish to act"), ("ask_directly", "could not ask"),
                      ("means", "at hand"), ("plan", "some"), ("plan", "yes")}  # fmt: skip
    assert set(content().tools) == {
        "safety", "blank", "unsafe", "ask", "course", "alliance", "overdue", "paused", "talk",
    }  # fmt: skip
    for tool in ("safety", "blank"):
        assert content().tools[tool].begins_with == "safety"


def test_moves_depend_on_nothing_but_the_technique_that_is_in_use() -> None:
    assert list(inspect.signature(Content.moves_for).parameters) == ["self", "technique"]
    assert set(Move.model_fields) == {*Entry.model_fields, "technique"}
    told = [one.technique for one in content().moves]
    assert set(told) == set(Technique) - {Technique.OTHER}
    assert {told.count(one) for one in told} <= {1, 2}
    for one in content().moves:
        assert not re.search(r"anxi|avoid|attachment", f"{one.when} {one.prompt} {one.rationale}")
    # Nor does a prompt that goes by a score name a technique.
    named = "|".join((*Technique, "cognitive|analytic|exposure|thought record|meditat"))
    for prompt in content().prompts:
        assert not re.search(named.replace("|other", ""), prompt.prompt, re.IGNORECASE), prompt.id


def test_h27_coercion_is_rejected_in_the_content_and_the_readme() -> None:
    never = content().never
    for words in (never.prompt, README):
        for told in ("holding", "rebirthing", "killed children"):
            assert told in words
    assert never.prompt.startswith("Never coercion")
    assert "chaffin_2006" in never.sources
    for one in content().entries:
        if one is not never:
            assert not re.search(r"\bhold (the child|them) |rebirth|regress", one.prompt)


def test_children_are_helped_through_their_carer_and_given_no_disorder() -> None:
    said = " ".join(one.prompt for one in content().children)
    assert "carer's sensitivity is the lever" in said
    assert "no attachment disorder" in said


def said_by(one: Entry) -> str:
    """All that an entry says to a therapist."""
    answers = one.answers if isinstance(one, Question) else ()
    return " ".join([one.prompt, one.rationale, *(each.consider or "" for each in answers)])


def test_nobody_is_called_high_or_low_risk_and_nothing_commands() -> None:
    for one in content().entries:
        # "Nobody is at high or low risk" is the one place that may say it.
        said = said_by(one).replace("Nobody is at high or low risk", "")
        assert not re.search(r"(high|low)[- ]risk|\bmust\b", said), one.id


def test_no_answer_about_suicide_or_danger_reassures() -> None:
    steps, unsafe = content().steps, content().unsafe
    for question, answer in (
        (steps["ask_directly"], "asked: no thoughts"), (steps["means"], "none at hand"),
        (steps["plan"], "no"), (unsafe["frightened"], "no"),
    ):  # fmt: skip
        found = question.answer(answer)
        assert found is not None, question.id
        assert found.consider, question.id
    assert "alone" in steps["ask_directly"].prompt.lower()
    assert "day and night" in steps["safety_plan"].prompt
    for topic in ("hopelessness", "thoughts of death", "taking risks"):
        assert topic in content().tools["ask"].prompt.lower()
    assert "ask directly about suicide" in content().tools["ask"].prompt
    assert "thoughts of suicide before anything else" in content().tools["course"].prompt


def test_nobody_is_pressed_nearer_and_no_harm_is_explained_away() -> None:
    prompts = {one.id: one.prompt for one in content().prompts}
    assert "a no is as welcome as a yes. Questions of safety" in prompts["avoidance_distance"]
    for one in ("family_ear", "carried_outside"):
        said = said_by(content().questions[one])
        assert "If your client wants it" in said
    assert "excuse it" in said_by(content().questions["others_feelings"])
    for one in ("overdue", "paused"):
        assert "safe for them" in content().tools[one].prompt
    sensitivity = next(one for one in content().children if one.id == "carer_sensitivity")
    assert "Once it is known that the child is safe with them" in sensitivity.prompt
    assert content().children[0].id == "young_alone"


def planted(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "support"))
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("look.yaml", "version: 2", "version: one", "look.yaml, questions.0.version"),
        ("look.yaml", "    rationale:", "    why:", "look.yaml, questions.0.rationale"),
        ("look.yaml", "[clinical_review]", "[]", "questions.0.sources"),
        ("look.yaml", "[clinical_review]", "[nobody]", "has no nobody"),
        ("look.yaml", "id: family_ear", "id: pushed_away", "pushed_away is there twice"),
        ("look.yaml", "id: family_ear", "id: means", "means is the id of two things"),
        ("look.yaml", '- answer: "no"', "- answer: no", "answers.0.answer"),
        ("look.yaml", "- answer: a little", '- answer: "no"', "an answer is there twice"),
        ("tools.yaml", "asks: [pushed_away,", "asks: [pushed,", "nor unsafe.yaml has pushed"),
        ("tools.yaml", "[could_tell_you, wants_change,", "[wants_change,", "overdue: asks 6 to 12"),
        ("patterns.yaml", "pattern: both", "pattern: fearful", "prompts.0.pattern"),
        ("sources.yaml", "signed_off: null", "signed: null", "signed_off"),
        ("moves.yaml", "moves:", "moves: [", "moves.yaml can't be read"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_and_field(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(ContentError, match=re.escape(said)):
        read_content(planted(tmp_path, name, old, new))


def test_a_clinician_can_edit_the_words(tmp_path: Path) -> None:
    folder = planted(
        tmp_path, "look.yaml", "rationale: Feeling rejected", "rationale: Being rejected"
    )
    assert read_content(folder).questions["pushed_away"].rationale.startswith("Being")
    assert content_of() is content_of()


def test_no_practice_opens_with_content_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Content:
        return read_content(planted(tmp_path, "look.yaml", "version: 2", "version: one"))

    monkeypatch.setattr(opening, "content", broken)
    with pytest.raises(ContentError, match="look"):
        opening.open_practice(tmp_path / "home", create=True)
    assert not (tmp_path / "home").exists()


def test_the_docs_are_written_from_the_content_and_say_that_nobody_signed_it() -> None:
    held = (DATA.parent / "docs" / "support.md").read_text(encoding="utf-8")
    assert held == as_markdown(content()), "run `make support`"
    assert content().signed_off is None
    assert "No clinician has signed it off" in held
    for one in content().sources.values():
        assert one.words in held
