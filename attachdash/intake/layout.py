"""How a file is written: its letters, its separator, where its rows begin and end."""

import codecs
import contextlib
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attachdash.intake.problems import Problem, ProblemKind, Unreadable, listed

Pieces = Callable[[], Iterable[bytes]]  # a file's bytes from the start, each time it is called

MOST_BYTES = 200_000_000
PIECE = 1_000_000
SAVE_AS = "Save it as CSV UTF-8 in the program that made it, and choose that file."
ABOVE_HEADER = "Delete the lines above the column names, and choose the file again."
SAY_WHERE = "Say in which row the column names stand."
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
    if len(data) > MOST_BYTES:
        raise too_large(file, len(data))

    def pieces() -> Iterator[bytes]:
        return (data[at : at + PIECE] for at in range(0, len(data), PIECE))

    encoding = find_encoding(file, pieces)
    return b"".join(as_text([data], encoding)), encoding


def too_large(file: str, size: int) -> Unreadable:
    """The refusal of a file that is too large to be read whole."""
    return _refused(
        file,
        ProblemKind.TOO_LARGE,
        f"at most {MOST_BYTES // 1_000_000} MB, but the file has {size / 1_000_000:,.0f} MB",
        "Split it into several files.",
    )


def find_encoding(file: str, pieces: Pieces) -> str:
    """The name of the file's encoding; each piece of it is looked at.

    Raises Unreadable when it is empty, another kind of file, or in letters that can't be told.
    """
    start = next(at_least(pieces(), LETTERS_OF_KIND), b"")
    for begins, kind in OTHER_KINDS:
        if start.startswith(begins):
            raise _refused(file, ProblemKind.NOT_A_CSV, f"a CSV file, but this is {kind}", SAVE_AS)
    marked = start.startswith(BYTE_ORDER_MARKS_16) and not start.startswith(BYTE_ORDER_MARKS_32)
    encoding = "utf-16" if marked else "utf-8"
    try:
        zero = [b"\x00" in text for text in _in_utf8(pieces(), encoding)]
    except UnicodeError:  # bytes that no letter has, or half a letter
        raise _unknown_letters(file) from None
    if any(zero):
        raise _refused(
            file,
            ProblemKind.NOT_A_CSV,
            "plain text, but the file holds zero bytes",
            "It is another kind of file, or its encoding is not UTF-8. " + SAVE_AS,
        )
    if encoding == "utf-8" and not _is_utf8(_in_utf8(pieces(), encoding)):
        _check_windows_letters(file, pieces)
        encoding = "windows-1252"
    start = next(at_least(_in_utf8(pieces(), encoding), LETTERS_OF_KIND), b"")[:LETTERS_OF_KIND]
    for marks, kind in OTHER_TEXTS:
        if marks.match(start):
            raise _refused(file, ProblemKind.NOT_A_CSV, f"a CSV file, but this is {kind}", SAVE_AS)
    if all(not text or text.isspace() for text in _in_utf8(pieces(), encoding)):
        raise _refused(
            file,
            ProblemKind.EMPTY,
            "a row of column names and at least one row of answers, but the file is empty",
            "Export it again and look whether it holds anything.",
        )
    return encoding


def as_text(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces of a file in a known encoding as UTF-8 with plain line breaks."""
    held = b""  # whether a line feed follows, only the next piece tells
    for text in _in_utf8(pieces, encoding):
        text = held + text
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r")
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield text
    if held:
        yield b"\n"


def at_least(pieces: Iterable[bytes], length: int) -> Iterator[bytes]:
    """The pieces, the first of them at least so long, unless that is all."""
    start, rest = b"", iter(pieces)
    while len(start) < length and (piece := next(rest, None)) is not None:
        start += piece
    yield start
    yield from rest


def _in_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        rest = at_least(pieces, len(codecs.BOM_UTF8))
        yield next(rest).removeprefix(codecs.BOM_UTF8)
        yield from rest
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def _is_utf8(pieces: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            if decoder.getstate()[0] or not piece.isascii():
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_windows_letters(file: str, pieces: Pieces) -> None:
    """Refuse what isn't UTF-8 unless it can only be Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    # Read as Windows-1252, letters that are whole in UTF-8 would turn into others.
    if not all(decoder.decode(piece).isascii() for piece in _in_utf8(pieces(), "utf-8")):
        raise _refused(
            file, ProblemKind.ENCODING,
            "letters in one encoding, but some are UTF-8 and some are not", SAVE_AS,
        )  # fmt: skip
    # Windows-1252 reads almost any bytes: only text without control characters is believed,
    # and a person confirms it.
    if any(CONTROL.search(piece) for piece in pieces()):
        raise _unknown_letters(file)
    try:
        for _ in _in_utf8(pieces(), "windows-1252"):
            pass
    except UnicodeError:
        raise _unknown_letters(file) from None


def _unknown_letters(file: str) -> Unreadable:
    return _refused(file, ProblemKind.ENCODING, "text in UTF-8, UTF-16 or Windows-1252", SAVE_AS)


def find_delimiter(file: str, text: bytes, names_row: int = 1) -> str:
    """The separator under which the first rows have as many cells as the row of the names.

    Raises Unreadable when no separator makes at least two columns.
    """
    lines = first_lines(text)
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
        rows = first_rows(lines, delimiter)
        # The last row there is stands for one that the file doesn't reach.
        at = min(names_row, len(rows)) - 1
        width = len(rows[at]) if rows else 0
        wide = wide or any(len(row) > 1 for row in rows[at + 1 : at + 1 + ROWS_LOOKED_AT])
        alike = alike_below(rows, at)
        if width >= 2 and (alike, width) > best[:2]:
            best = (alike, width, delimiter)
    if not best[2]:
        raise _refused(
            file,
            ProblemKind.DELIMITER,
            f"columns separated by comma, semicolon, tab or |, but row {names_row} holds a "
            "single column",
            (ABOVE_HEADER if names_row == 1 else SAY_WHERE) if wide else SAVE_AS,
        )
    return best[2]


def first_lines(text: bytes) -> list[str]:
    """The first lines of UTF-8 text, enough to see its separator and its names."""
    lines = text[:LETTERS_LOOKED_AT].decode("utf-8", errors="ignore").split("\n")
    if len(text) > LETTERS_LOOKED_AT and len(lines) > 1:
        lines.pop()  # cut in the middle
    return lines[: 4 * ROWS_LOOKED_AT]


def alike_below(rows: Sequence[list[str]], at: int) -> float:
    """How many of the rows looked at below row `at` have its cells, from 0 to 1; 1: there are
    none."""
    body = [row for row in rows[at + 1 : at + 1 + ROWS_LOOKED_AT] if row]
    return sum(len(row) == len(rows[at]) for row in body) / len(body) if body else 1.0


def first_rows(lines: list[str], delimiter: str) -> list[list[str]]:
    """The cells of these lines."""
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
    records, wrong = records_in(text, delimiter)
    if len(wrong):
        raise wrong_quotes(file, wrong.tolist())
    return records


def records_in(text: bytes, delimiter: str) -> tuple[Records, NDArray[np.int64]]:
    """The rows of UTF-8 text, and the lines of it whose quotation marks can't be right."""
    letters = np.frombuffer(text, dtype=np.uint8)
    is_quote = letters == QUOTE
    quoted = bool(is_quote.any())
    is_newline = letters == NEWLINE
    is_delimiter = letters == ord(delimiter)
    wrong = np.empty(0, dtype=np.int64)
    if quoted:
        # Odd after an opening mark, even after a closing one; a doubled mark opens again at once.
        inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).astype(bool)
        wrong = _wrong_quotes(letters, is_quote, inside, is_newline | is_delimiter)
        is_newline &= ~inside
        is_delimiter &= ~inside
    cuts = np.flatnonzero(is_newline | is_delimiter)
    last = np.flatnonzero(is_newline[cuts])  # the cut at which each row ends
    ends = cuts[last]
    if not text.endswith(b"\n"):
        ends, last = np.append(ends, len(text)), np.append(last, len(cuts))
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    fields = np.diff(last, prepend=-1)
    records = Records(
        starts=starts, ends=ends.astype(np.int64), fields=fields.astype(np.int32), quoted=quoted
    )
    return records, wrong


def whole_rows(text: bytes) -> int:
    """How many bytes of the text, which begins with a row, are whole rows."""
    if b'"' not in text:
        return text.rfind(b"\n") + 1
    letters = np.frombuffer(text, dtype=np.uint8)
    inside = (np.cumsum(letters == QUOTE, dtype=np.uint8) & 1).astype(bool)
    ends = np.flatnonzero((letters == NEWLINE) & ~inside)
    return int(ends[-1]) + 1 if len(ends) else 0


def wrong_quotes(file: str, lines: list[int]) -> Unreadable:
    """The refusal of a file with wrong quotation marks in these lines."""
    return _refused(
        file,
        ProblemKind.QUOTES,
        f"quotation marks only around whole cells, each with its partner ({listed(lines)})",
        "Correct the quotation marks, or export the file again.",
    )


def _wrong_quotes(
    letters: NDArray[np.uint8],
    is_quote: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    is_edge: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The lines with a quotation mark that stands inside a cell or has no partner."""
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
        return np.empty(0, dtype=np.int64)
    newlines = np.flatnonzero(letters == NEWLINE)
    return np.unique(np.searchsorted(newlines, at) + 1).astype(np.int64)


def _refused(file: str, kind: ProblemKind, expected: str, cure: str) -> Unreadable:
    return Unreadable([Problem(kind=kind, file=file, expected=expected, cure=cure)])
