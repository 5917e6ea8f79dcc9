"""How a file is written: its letters, its separator, where its rows begin and end."""

import codecs
import contextlib
import csv
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attachdash.intake.problems import Problem, ProblemKind, Unreadable, listed

MOST_BYTES = 200_000_000
SAVE_AS = "Save it as CSV UTF-8 in the program that made it, and choose that file."
ABOVE_HEADER = "Delete the lines above the column names, and choose the file again."
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# How many of the first rows show the separator, and how far they are looked for.
ROWS_LOOKED_AT = 20
LETTERS_LOOKED_AT = 262_144
# What other kinds of file begin with, and what to call them.
OTHER_KINDS = (
    (b"PK\x03\x04", "a spreadsheet (.xlsx, .ods) or another zipped file"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (.gz)"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a text document (.rtf)"),
)
OTHER_TEXTS = (
    (re.compile(rb"\s*<(!doctype|!--|html|head|body|table|div|\?xml)", re.I), "a web page or XML"),
    (re.compile(rb"\s*(\{|\[\s*[\[{])\s*[\"\[{\]}]"), "JSON"),
)
LETTERS_OF_KIND = 200
BYTE_ORDER_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BYTE_ORDER_MARKS_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
QUOTE = ord('"')
NEWLINE = ord("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Where each row of a file stands; a line break inside quotation marks ends none."""

    starts: NDArray[np.int64]  # first byte of each row
    ends: NDArray[np.int64]  # one past its last byte, the line break excluded
    fields: NDArray[np.int32]  # how many cells it has
    quoted: bool  # whether any quotation mark stands in the file


def as_utf8(file: str, data: bytes) -> tuple[bytes, str]:
    """The file's text as UTF-8 with plain line breaks, and the name of its own encoding.

    Raises Unreadable when it is empty, too large, another kind of file, or in letters that
    can't be told.
    """
    _check_kind(file, data)
    encoding = "utf-8"
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    elif data.startswith(BYTE_ORDER_MARKS_16) and not data.startswith(BYTE_ORDER_MARKS_32):
        data, encoding = _recoded(file, data, "utf-16"), "utf-16"
    if b"\x00" in data:
        raise _refused(
            file,
            ProblemKind.NOT_A_CSV,
            "plain text, but the file holds zero bytes",
            "It is another kind of file, or its encoding is not UTF-8. " + SAVE_AS,
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # Read as Windows-1252, letters that are whole in UTF-8 would turn into others.
        if any(ord(letter) > 127 for letter in data.decode("utf-8", errors="ignore")):
            raise _refused(
                file, ProblemKind.ENCODING,
                "letters in one encoding, but some are UTF-8 and some are not", SAVE_AS,
            ) from None  # fmt: skip
        # Windows-1252 reads almost any bytes: only text without control characters is believed,
        # and a person confirms it.
        if CONTROL.search(data):
            raise _refused(
                file, ProblemKind.ENCODING, "text in UTF-8, UTF-16 or Windows-1252", SAVE_AS
            ) from None
        data, encoding = _recoded(file, data, "cp1252"), "windows-1252"
    for marks, kind in OTHER_TEXTS:
        if marks.match(data[:LETTERS_OF_KIND]):
            raise _refused(file, ProblemKind.NOT_A_CSV, f"a CSV file, but this is {kind}", SAVE_AS)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        raise _refused(
            file,
            ProblemKind.EMPTY,
            "a row of column names and at least one row of answers, but the file is empty",
            "Export it again and look whether it holds anything.",
        )
    return data, encoding


def _check_kind(file: str, data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise _refused(
            file,
            ProblemKind.TOO_LARGE,
            f"at most {MOST_BYTES // 1_000_000} MB, but the file has "
            f"{len(data) / 1_000_000:,.0f} MB",
            "Split it into several files.",
        )
    for start, kind in OTHER_KINDS:
        if data.startswith(start):
            raise _refused(file, ProblemKind.NOT_A_CSV, f"a CSV file, but this is {kind}", SAVE_AS)


def _recoded(file: str, data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError:  # bytes that no letter has, or half a letter
        raise _refused(
            file, ProblemKind.ENCODING, "text in UTF-8, UTF-16 or Windows-1252", SAVE_AS
        ) from None


def find_delimiter(file: str, text: bytes) -> str:
    """The separator under which the first rows have as many cells as the header.

    Raises Unreadable when no separator makes at least two columns.
    """
    lines = text[:LETTERS_LOOKED_AT].decode("utf-8", errors="ignore").split("\n")
    if len(text) > LETTERS_LOOKED_AT and len(lines) > 1:
        lines.pop()  # cut in the middle
    if lines[0].lower().startswith("sep="):
        raise _refused(
            file,
            ProblemKind.HEADER,
            "column names in row 1, but it only names the separator",
            "Delete the first line and choose the file again.",
        )
    best = (0.0, 0, "")
    wide = False
    for delimiter in DELIMITERS:
        rows = _first_rows(lines[: 4 * ROWS_LOOKED_AT], delimiter)
        width = len(rows[0]) if rows else 0
        body = [row for row in rows[1 : ROWS_LOOKED_AT + 1] if row]
        wide = wide or any(len(row) > 1 for row in body)
        alike = sum(len(row) == width for row in body) / len(body) if body else 1.0
        if width >= 2 and (alike, width) > best[:2]:
            best = (alike, width, delimiter)
    if not best[2]:
        raise _refused(
            file,
            ProblemKind.DELIMITER,
            "columns separated by comma, semicolon, tab or |, but row 1 holds a single column",
            ABOVE_HEADER if wide else SAVE_AS,
        )
    return best[2]


def _first_rows(lines: list[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    # At a cell longer than any questionnaire's it stops: the rows before it are enough.
    with contextlib.suppress(csv.Error):
        rows.extend(csv.reader(lines, delimiter=delimiter))
    return rows


def find_records(file: str, text: bytes, delimiter: str) -> Records:
    """Where the rows of UTF-8 text begin and end, and how many cells each has.

    Raises Unreadable where a quotation mark stands inside a cell or has no partner: such a
    mark can swallow the rows after it, so nothing of the file can be trusted.
    """
    letters = np.frombuffer(text, dtype=np.uint8)
    is_quote = letters == QUOTE
    quoted = bool(is_quote.any())
    is_newline = letters == NEWLINE
    is_delimiter = letters == ord(delimiter)
    if quoted:
        # Odd after an opening mark, even after a closing one; a doubled mark opens again at once.
        inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).astype(bool)
        _check_quotes(file, letters, is_quote, inside, is_newline | is_delimiter)
        is_newline &= ~inside
        is_delimiter &= ~inside
    ends = np.flatnonzero(is_newline)
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    cuts = np.flatnonzero(is_delimiter)
    fields = np.searchsorted(cuts, ends) - np.searchsorted(cuts, starts) + 1
    return Records(
        starts=starts, ends=ends.astype(np.int64), fields=fields.astype(np.int32), quoted=quoted
    )


def _check_quotes(
    file: str,
    letters: NDArray[np.uint8],
    is_quote: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    is_edge: NDArray[np.bool_],
) -> None:
    # Beside a mark, on its outer side, stands an edge, the file's end, or the mark it doubles.
    fits = is_edge | is_quote
    wrong = np.zeros_like(is_quote)
    wrong[1:] |= inside[1:] & ~fits[:-1]  # opens after a letter
    wrong[:-1] |= ~inside[:-1] & ~fits[1:]  # closes before a letter
    wrong &= is_quote
    at = np.flatnonzero(wrong)
    if inside[-1]:
        # The unpartnered mark is somewhere before; the last one that opened is where it shows.
        at = np.append(at, np.flatnonzero(is_quote)[-1])
    if not len(at):
        return
    newlines = np.flatnonzero(letters == NEWLINE)
    lines = np.unique(np.searchsorted(newlines, at) + 1)
    raise _refused(
        file,
        ProblemKind.QUOTES,
        f"quotation marks only around whole cells, each with its partner "
        f"({listed(int(line) for line in lines)})",
        "Correct the quotation marks, or export the file again.",
    )


def _refused(file: str, kind: ProblemKind, expected: str, cure: str) -> Unreadable:
    return Unreadable([Problem(kind=kind, file=file, expected=expected, cure=cure)])
