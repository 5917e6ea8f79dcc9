"""docs/support.md, written from the content itself: `make support`."""

from collections.abc import Iterator

from attachdash.support.content import Content, Entry, Question, content
from attachdash.support.pattern import ABOVE_BY, SURE

UNSIGNED = (
    "**A draft. No clinician has signed it off.** Whoever does writes name and day into "
    "`signed_off` of `data/support/sources.yaml`; until then every page of the tool says that it "
    "is pending."
)
EDITING = (
    "To edit the words, change the YAML files in `data/support/` and raise the `version` of what "
    "changed. They are checked when AttachDash starts: a fault stops it and is named by file and "
    "field. Answers that were given keep the words they were given to."
)


def as_markdown(words: Content) -> str:
    """The whole page."""
    return "\n".join(_lines(words))


def _lines(words: Content) -> Iterator[str]:
    yield "# What helps with a flag"
    yield ""
    yield (
        "Written by `make support` from `data/support`, not by hand. Which flag has which tool "
        "stands in [rules.md](rules.md)."
    )
    yield ""
    yield f"Signed off by {words.signed_off}." if words.signed_off else UNSIGNED
    yield ""
    yield (
        "These are possibilities to consider, never instructions. Nothing is summed. The wording "
        "is our own; no questionnaire's sentence is used. It is no emergency service and no risk "
        "assessment. What is answered stays with staff: it is in no client's view and in no copy "
        "that a client takes, because it is what staff were thinking while a flag stood, and "
        "clients are shown no flags. It does leave with the export of staff."
    )
    yield ""
    yield EDITING
    yield ""
    yield "## How each tool begins"
    for tool in words.tools.values():
        yield from _entry(words, tool, tool.title)
        how = "the steps of safety" if tool.begins_with == "safety" else "the look"
        yield f"- Begins with {how}; asks: {', '.join(tool.asks)}"
    yield ""
    yield "## The look at what may hold a client back"
    yield ""
    yield (
        "Answered with the client in the session, or by the therapist from knowledge. The first "
        "two matter most when somebody is off course, and come first there; where the alliance or "
        "a silence is the reason, trust is asked about before them."
    )
    for question in words.questions.values():
        yield from _question(words, question)
    yield ""
    yield "## Where somebody may not be safe with those close to them"
    yield ""
    yield (
        "Asked after a low answer, or none, to the check-in's line on feeling safe: with the "
        "client alone, unheard, and not in a couple session first. Nothing of it is told to a "
        "carer or a partner. Answers marked **protocol first** lift the practice's own protocol to "
        "the top."
    )
    for question in words.unsafe.values():
        yield from _question(words, question)
    yield ""
    yield "## The steps of safety"
    yield ""
    yield (
        "Where an answer about suicide, or its blank, is the reason; one click away in any other "
        "tool. The practice's own protocol and crisis text (*Settings*) stand beside them, and "
        "the page says so while they are empty. Answers marked **protocol first** lift it to the "
        "top."
    )
    for step in words.steps.values():
        yield from _question(words, step)
    yield ""
    yield "## With an attachment pattern"
    yield ""
    yield (
        f"Shown only where the latest attachment anxiety or avoidance is above the norm's mean "
        f"plus {ABOVE_BY:g} SD with a probability of {SURE:g} or more. The probability is that of "
        "the likely true level ([architecture.md](architecture.md)), with the drift since the "
        "latest answer added. With both high, only the prompts for both are shown: safety and "
        "pacing come first. What is mixed or uncertain is said as such, and nothing is fitted to "
        "it. Threshold and probability are judged."
    )
    for prompt in words.prompts:
        yield from _entry(words, prompt, prompt.id)
    yield ""
    yield "## Within the technique in use"
    yield ""
    yield (
        f"{words.why_not_by_score.words} *{words.sources_of(words.why_not_by_score)}* The moves "
        "go by the phase that is noted for today, and by nothing else."
    )
    for move in words.moves:
        yield from _entry(words, move, move.id)
    yield ""
    yield "## Children"
    yield from _entry(words, words.never, "Never")
    for child in words.children:
        yield from _entry(words, child, child.id)
    yield ""
    yield "## Sources"
    yield ""
    yield (
        "*Abstract*: its abstract was opened while this was written. *Memory*: it was not opened, "
        "and is to be checked before signing."
    )
    yield ""
    yield "| source | kind | opened |"
    yield "|---|---|---|"
    for source in words.sources.values():
        yield f"| {source.words} | {source.kind} | {source.seen} |"
    yield ""


def _entry(words: Content, entry: Entry, title: str) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield f"{entry.prompt}"
    yield ""
    yield f"- When: {entry.when} (version {entry.version})"
    yield f"- Why: {entry.rationale} *{words.sources_of(entry)}*"


def _question(words: Content, question: Question) -> Iterator[str]:
    yield from _entry(words, question, question.topic)
    for answer in question.answers:
        urgent = " **Protocol first.**" if answer.urgent else ""
        consider = f": {answer.consider}" if answer.consider else ""
        yield f"- *{answer.answer}*{consider}{urgent}"


if __name__ == "__main__":
    print(as_markdown(content()), end="")
