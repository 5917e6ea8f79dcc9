"""Nasty files by what stands in their cells: days, answers, codes, other questionnaires."""

from __future__ import annotations

from datetime import date

from attachdash.intake import ProblemKind
from tests.intake.conftest import HEADER, PHQ9
from tests.intake.nasty import FIRST, SECRET, Nasty, row, text

K = ProblemKind
DAY = date(2026, 11, 3)
# What is written, in which stated form, and the day or why it is refused and with what cure.
DAYS: list[tuple[str, str, object, str]] = [
    ("2026-11-03", "iso", DAY, ""),
    ("03.11.2026", "dmy", DAY, ""),
    ("3/11/2026", "dmy", DAY, ""),
    ("03-11-2026", "dmy", DAY, ""),
    ("11/03/2026", "mdy", DAY, ""),  # which it is, only a person can say
    ("11/03/2026", "dmy", date(2026, 3, 11), ""),
    ("2026/11/03", "iso", K.DATE, "how the file writes its days"),
    ("20261103", "iso", K.DATE, "how the file writes its days"),
    ("3 Nov 2026", "dmy", K.DATE, "how the file writes its days"),
    ("Tuesday", "iso", K.DATE, "how the file writes its days"),
    ("2026-W45-2", "iso", K.DATE, "how the file writes its days"),
    ("2026-307", "iso", K.DATE, "how the file writes its days"),
    ("03.11.26", "dmy", K.DATE, "four digits"),
    ("46329", "iso", K.DATE, "day number"),
    ("46329.5", "iso", K.DATE, "day number"),
    ("2026-11-03 14:30", "iso", K.DATE, "Leave out the time"),
    ("2026-11-03T14:30:00Z", "iso", K.DATE, "Leave out the time"),
    ("2025-02-29", "iso", K.DATE, "a day that exists"),
    ("2024-02-29", "iso", date(2024, 2, 29), ""),
    ("1900-02-29", "iso", K.DATE, "a day that exists"),
    ("2026-11-31", "iso", K.DATE, "a day that exists"),
    ("2026-11-25", "iso", K.DATE_OUT_OF_RANGE, "not in the future"),
    ("9999-12-31", "iso", K.DATE_OUT_OF_RANGE, "not in the future"),
    ("0001-01-01", "iso", K.DATE_OUT_OF_RANGE, "since 1900"),
    ("0000-00-00", "iso", K.DATE, "a day that exists"),
    ("1899-12-30", "iso", K.DATE_OUT_OF_RANGE, "since 1900"),
    ("٢٠٢٦-١١-٠٣", "iso", K.DATE, "2026-11-30"),
    ("2026–11–03", "iso", K.DATE, "2026-11-30"),  # dashes, not hyphens
    ("", "iso", K.DATE, "Fill in the day"),
    ("########", "iso", K.DATE, "how the file writes its days"),
]
# What stands for item 4, and what it is or why it is refused and with what cure.
ANSWERS: list[tuple[str, object, str]] = [
    ("2 ", 2, ""),
    ("02", 2, ""),
    ("2.0", 2, ""),
    ("2.5", K.DECIMAL, "answer sheet"),
    ('"2,5"', K.DECIMAL, "with a point"),
    ("4", K.OUT_OF_RANGE, "answer sheet"),
    ("-1", K.OUT_OF_RANGE, "missing code"),
    ("-9", K.OUT_OF_RANGE, "missing code"),
    ("9", K.OUT_OF_RANGE, "missing code"),
    ("99", K.OUT_OF_RANGE, "missing code"),
    ("999", K.OUT_OF_RANGE, "missing code"),
    ("65537", K.OUT_OF_RANGE, "answer sheet"),
    ("9" * 400, K.NOT_A_NUMBER, "the number itself"),
    ("NaN", K.NOT_A_NUMBER, "missing code"),
    ("inf", K.NOT_A_NUMBER, "missing code"),
    ("-inf", K.NOT_A_NUMBER, "the number itself"),
    ("-0", K.NOT_A_NUMBER, "the number itself"),
    ("+2", K.NOT_A_NUMBER, "the number itself"),
    ("1e0", K.NOT_A_NUMBER, "the number itself"),
    ("0x1", K.NOT_A_NUMBER, "the number itself"),
    ("٣", K.NOT_A_NUMBER, "the number itself"),
    ("２", K.NOT_A_NUMBER, "the number itself"),
    ("²", K.NOT_A_NUMBER, "the number itself"),
    ("½", K.NOT_A_NUMBER, "the number itself"),
    ("2\u200b", K.NOT_A_NUMBER, "the number itself"),
    ("O", K.NOT_A_NUMBER, "the number itself"),
    ("l", K.NOT_A_NUMBER, "the number itself"),
    ("1 2", K.NOT_A_NUMBER, "the number itself"),
    ("1-2", K.NOT_A_NUMBER, "the number itself"),
    ("-", K.NOT_A_NUMBER, "missing code"),
    ("N/A", K.NOT_A_NUMBER, "missing code"),
    ("#N/A", K.NOT_A_NUMBER, "missing code"),
    ("#REF!", K.NOT_A_NUMBER, "the number itself"),
    ("TRUE", K.NOT_A_NUMBER, "the number itself"),
    ("yes", K.NOT_A_NUMBER, "the number itself"),
    ("2%", K.NOT_A_NUMBER, "the number itself"),
    ("€2", K.NOT_A_NUMBER, "the number itself"),
    ("=1+1", K.NOT_A_NUMBER, "the number itself"),
    (f"{SECRET} said so", K.NOT_A_NUMBER, "the number itself"),
]
CODES: list[tuple[str, object, str]] = [
    ("007", "007", ""),
    ("1e5", "1e5", ""),
    ("2026-11-03", "2026-11-03", ""),
    ("1E+05", K.CLIENT_CODE, "right column"),
    ("", K.CLIENT_CODE, "Fill in whose"),
    *(
        (code, K.CLIENT_CODE, "give the person another")
        for code in (
            "NA",
            "na",
            "N/A",
            "n.a.",
            "#N/A",
            "<NA>",
            "NaN",
            "NULL",
            "None",
            "(blank)",
            "-",
            "--",
            "\u2013",
            ".",
            "?",
            "not available",
        )
    ),
    ("NAO", "NAO", ""),
    ("C\u200b2", K.CLIENT_CODE, "invisible"),
    ("\u200fC-2", K.CLIENT_CODE, "invisible"),
    ("C\u00ad2", K.CLIENT_CODE, "invisible"),
    ("Ｃ２", K.CLIENT_CODE, "anew"),
    ("C²", K.CLIENT_CODE, "anew"),
    ("Zoe\u0308", K.CLIENT_CODE, "anew"),
    ("C" * 41, K.CLIENT_CODE, "right column"),
    (f"{SECRET}@example.org", K.CLIENT_CODE, "right column"),
]
INJECTIONS = (
    "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.example\")", "=IMPORTXML(A1)",
    "=WEBSERVICE(A1)", "=DDE(A1;B1)", "=SUM(A1:A9)", "==1", "=-1+1", "=@SUM(1)", "+1+1",
    "+cmd|' /C calc'!A0", "+49 171 1", "-1+1", "-2+3+cmd|' /C calc'!A0", "-A1", "@SUM(1)",
    "@A1", "\t=1+1", " =1+1", "\xa0=1+1", "'=1+1", "`=1+1", "＝1+1", "＋1", "－1", "＠A1", "﹦1",
    "\u200b=1+1", "\ufeff=1+1", "\u2060@A1", "\u202e=1+1", "C;=1+1", "C\t=1+1", "C\n=1+1",
    "C|=1+1", "%0A=1+1", "{=1+1}", "<script>alert(1)</script>", "[x](javascript:alert(1))",
)  # fmt: skip


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _verdict(wanted: object, says: str) -> dict[str, object]:
    if isinstance(wanted, ProblemKind):
        return {"kept": (2,), "refused": {3: wanted}, "says": says}
    return {"kept": (2, 3), "holds": wanted}


def _days() -> list[Nasty]:
    firsts = {"iso": "2026-11-02", "dmy": "02.11.2026", "mdy": "11/02/2026"}
    return [
        Nasty(group="Days", name=f"“{cell}”, stated as {written}", cell=cell,
              data=text(row(client="C-1", day=firsts[written]), row(day=cell)).encode(),
              said={"date_format": written}, **_verdict(wanted, says))  # type: ignore[arg-type]
        for cell, written, wanted, says in DAYS
    ]  # fmt: skip


def _answers() -> list[Nasty]:
    return [
        Nasty(group="Answers", name=f"“{cell if len(cell) < 30 else '999…'}” for 0 to 3",
              cell=cell.strip('"'), data=text(FIRST, row(cell)).encode(),
              **_verdict(wanted, says))  # type: ignore[arg-type]
        for cell, wanted, says in ANSWERS
    ]  # fmt: skip


def _codes() -> list[Nasty]:
    return [
        Nasty(group="Codes", name=f"“{cell}” as a code", cell=cell,
              data=text(FIRST, row(client=cell)).encode(),
              **_verdict(wanted, says))  # type: ignore[arg-type]
        for cell, wanted, says in CODES
    ]  # fmt: skip


def _injections() -> list[Nasty]:
    found = []
    for cell in INJECTIONS:
        # The other way round: a spreadsheet may run the name of a column or a file too.
        found += [
            Nasty(group="Formulas in codes", name=f"“{cell}” as a code", cell=cell,
                  data=text(FIRST, row(client=quoted(cell))).encode(),
                  kept=(2,), refused={3: K.CLIENT_CODE}),
            Nasty(group="Formulas in names", name=f"“{cell}” as name of a column and of the file",
                  data=text(f"{FIRST},x", header=f"{HEADER},{quoted(cell)}").encode(),
                  file=f"{cell}.csv", kept=(2,)),
        ]  # fmt: skip
    return found


def columns(names: list[str], *cells: str, days: str = "2026-11-03") -> bytes:
    rows = [f"C-{number},{days},{line}" for number, line in enumerate(cells, start=1)]
    return text(*rows, header=",".join(("client", "date", *names))).encode()


def named(stem: str, count: int) -> list[str]:
    return [f"{stem}_{number}" for number in range(1, count + 1)]


def _others(group: str = "Other questionnaires and codings") -> list[Nasty]:
    def case(name: str, data: bytes, **verdict: object) -> Nasty:
        return Nasty(group=group, name=name, data=data, **verdict)  # type: ignore[arg-type]

    eight, ten = PHQ9[:8], (*PHQ9, "phq9_10")
    shifted = "1,2,3,4,1,2,3,4,1"
    mixed = named("rses", 10)[::-1]
    rses = {"instrument": "rses", "items": tuple(named("rses", 10))}
    return [
        case("8 columns for the 9 of the PHQ-9", columns(list(eight), "0,1,2,3,0,1,2,3"),
             said={"items": eight}, whole=K.MAPPING, says="another instrument"),
        case("10 columns for the 9 of the PHQ-9", columns(list(ten), "0,1,2,3,0,1,2,3,0,1"),
             said={"items": ten}, whole=K.MAPPING, says="another instrument"),
        case("8 columns named PHQ-9", columns(list(eight), "0,1,2,3,0,1,2,3"), asked=True,
             says="is it another instrument"),
        case("10 columns named PHQ-9", columns(list(ten), "0,1,2,3,0,1,2,3,0,1"), asked=True,
             says="is it another instrument"),
        case("the PHQ-8", columns(named("phq8", 8), "0,1,2,3,0,1,2,3"), asked=True,
             says="choose it"),
        case("the GAD-2, named GAD-7", columns(named("gad7", 2), "0,1"), asked=True,
             says="is it another instrument"),
        case("the GAD-2", columns(named("gad2", 2), "0,1"), asked=True, says="choose it"),
        case("nine columns of no name", columns(named("q", 9), "0,1,2,3,0,1,2,3,0"), asked=True,
             says="choose it"),
        case("the RSES with its columns in another order",
             columns(mixed, "0,1,2,3,0,1,2,3,0,1"), said=rses, kept=(2,), holds=2),
        case("1 to 4 for 0 to 3", columns(list(PHQ9), shifted), whole=K.CODING,
             says="lowest answer"),
        case("1 to 4 for 0 to 3, as 1.0 to 4.0",
             columns(list(PHQ9), ",".join(f"{n}.0" for n in shifted.split(",")),
                     "1.0,2.0,3.0,1.0,2.0,3.0,1.0,2.0,3.0"),
             whole=K.CODING, says="lowest answer"),
        case("1 to 4 for 0 to 3, with blanks around",
             columns(list(PHQ9), shifted.replace(",", " , "), "1 ,2 ,3 ,1 ,2 ,3 ,1 ,2 ,3 "),
             whole=K.CODING, says="lowest answer"),
        case("1 to 4 for 0 to 3, once said", columns(list(PHQ9), shifted),
             said={"coding_low": 1}, kept=(2,), holds=3),
        case("a missing code that is an answer", columns(list(PHQ9), "0,1,2,3,0,1,2,3,0"),
             said={"missing": ("3",)}, whole=K.MAPPING, says="also an answer"),
        case("days first and months first mixed",
             text(row(client="C-1", day="28.10.2026"), row(day="10.28.2026")).encode(),
             said={"date_format": "dmy"}, whole=K.DATE_ORDER, says="row 2 can only be day first"),
        case("nothing answered", text(FIRST, "C-2,2026-11-03" + "," * 9).encode(), kept=(2,),
             refused={3: K.NOTHING_ANSWERED}, says="at least one answer"),
        case("a row twice", text(FIRST, FIRST).encode(), kept=(2,)),
        case("two rows of a day that differ", text(FIRST, row("2", client="C-1")).encode(),
             refused={2: K.CONFLICT, 3: K.CONFLICT}, says="Keep the right one"),
        case("scores with decimal commas and semicolons",
             b"client;date;anx\nC-1;2026-11-03;3,5\nC-2;2026-11-03;1.234,5\n",
             said={"instrument": "ecr_r", "items": (), "scores": {"anxiety": "anx"}},
             kept=(2,), refused={3: K.NOT_A_NUMBER}),
        case("scores with all the digits a program holds",
             b"client,date,anx\nC-1,2026-11-03,3.3333333333333335\n",
             said={"instrument": "ecr_r", "items": (), "scores": {"anxiety": "anx"}}, kept=(2,)),
    ]  # fmt: skip


CASES = (*_days(), *_answers(), *_codes(), *_injections(), *_others())
