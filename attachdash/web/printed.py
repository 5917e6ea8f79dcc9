"""An empty form of our own words, to print: a file that any browser opens."""

from attachdash.practice.house import Settings
from attachdash.practice.reading import Instrument, Item, span
from attachdash.web import asking
from attachdash.web.look import esc

_STEPS = {
    (0, 10): {0: "not at all", 10: "completely"},
    (1, 5): {1: "not at all", 2: "a little", 3: "in between", 4: "a lot", 5: "completely"},
}
_WEEK = "Think of the last seven days. For each line ring one number; leave out what you like."
_SESSION = "Think of the meeting that ends now. Ring one number, or leave it out."
_SEEN_BY = "Your therapist reads this, and so may the person who advises them."
_CARER_SEEN_BY = (
    "Put what you could see. The child’s therapist reads this, and so may the person who advises "
    "them."
)
_STYLE = """
@page{size:A4;margin:12mm 16mm}
body{font:11pt/1.3 system-ui,sans-serif;color:#000;background:#fff;max-width:178mm;
  margin:0 auto;padding:0}
h1{font-size:16pt;margin:0 0 2mm} p{margin:2mm 0} ol{list-style:none;padding:0;margin:3mm 0}
li{break-inside:avoid;margin:0 0 2.6mm} .steps{display:flex;gap:2mm;margin-top:1mm}
.steps span{flex:1;text-align:center;border:1px solid #000;border-radius:5mm;padding:1mm 0}
.ends{display:flex;justify-content:space-between;font-size:9.5pt}
.worded{display:flex;gap:2mm;font-size:10pt} .worded span{flex:1;text-align:center}
.box{border:2px solid #000;padding:3mm;margin:3mm 0;break-inside:avoid}
.square{display:inline-block;width:4.5mm;height:4.5mm;border:2px solid #000;vertical-align:-1mm;
  margin-right:2mm}
.foot{font-size:9pt;margin-top:3mm}
"""


def form(instrument: Instrument, practice: Settings) -> str:
    """The form as HTML, with nothing selected: its lines, the box to ask to talk with the time by
    which somebody answers, who reads it, and where to turn in danger."""
    assert instrument.in_own_words, "the official sentences are not ours to ship"
    by_carer = "self" not in instrument.informants
    asked = {scale.items[0]: scale.asked or "" for scale in instrument.scales}
    lines = "".join(
        f"<li><b>{item.number}. {esc(asked[item.number])}</b>{_choices(instrument, item)}</li>"
        for item in instrument.items
    )
    crisis = esc(practice.crisis_text).replace("\n", "<br>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{esc(instrument.name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{esc(instrument.name)}</h1>"
        "<p>Code: ______________ &nbsp; Day: ______________"
        + (" &nbsp; I am the child’s: ______________" if by_carer else "")
        + f"</p><p>{_SESSION if instrument.is_of_session else _WEEK}</p><ol>{lines}</ol>"
        f'<div class="box"><span class="square"></span><b>{asking.LINE}.</b> '
        f"{esc(asking.within(practice))}.</div>"
        f"<p>{_CARER_SEEN_BY if by_carer else _SEEN_BY}</p>"
        + (f"<p><b>Not safe right now?</b> {crisis}</p>" if crisis else "")
        + f'<p class="foot">{esc(practice.practice_name)} · {esc(instrument.citation)}, version '
        f"{instrument.version}. No test, no diagnosis; lines are never added up.</p></body></html>"
    )


def _choices(instrument: Instrument, item: Item) -> str:
    words = _STEPS.get((item.low, item.high), {})
    numbers = "".join(f"<span>{n}</span>" for n in range(item.low, item.high + 1))
    shown = f'<div class="steps" role="group" aria-label="{span(instrument, item)}">{numbers}</div>'
    if len(words) > 2:
        return (
            shown
            + ('<div class="worded">' + "".join(f"<span>{word}</span>" for word in words.values()))
            + "</div>"
        )
    ends = (words.get(item.low, ""), words.get(item.high, ""))
    return shown + '<div class="ends">' + "".join(f"<span>{end}</span>" for end in ends) + "</div>"
