"""A workbook (.xlsx) read safely: what its zip directory gives away, then its sheets.

Nothing in it is believed: the directory is looked at before anything is unpacked, and the cells
are read by a process of its own that has little memory, little time and nothing but the file.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from attachdash.intake.layout import MOST_BYTES
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, shown
from attachdash.intake.sheets import AS_CSV, Sheet, Workbook, refused
from attachdash.intake.table import MOST_COLUMNS, Table
from attachdash.intake.titled import Titled, open_csv

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_PARTS = 2_000
MOST_UNPACKED = 300_000_000
# A sheet of answers packs 10 to 50 times; 1,000 times is made on purpose.
MOST_PACKED = 200
SMALL = 1_000_000  # a part below this may pack as it likes
MEMORY, SECONDS, MOST_OUTPUT = 1_000_000_000, 30, 300_000_000  # of the reading process
SAVE_ANEW = "Open it in a spreadsheet program and save it as a workbook (.xlsx)."
MACROS = ("vbaproject.bin", "vbadata.xml")
# Parts that only other kinds of file have, and what to call these.
OTHERS = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ("word/", "a text document (.docx)"),
    ("ppt/", "a presentation (.pptx)"),
    ("index/", "a Numbers or Pages document"),
    ("content.xml", "an OpenDocument file (.ods)"),
)
CHILD = Path(__file__).with_name("workbook_child.py")
# How it ends, in its own numbers; 9 and 24 are the system's: killed, out of seconds.
DOCTYPE, NO_MEMORY, NO_ROOM = 11, 12, 13
ENDED_AT_A_LIMIT = (NO_MEMORY, -9, -24)
# All that it may know of where it runs; one system starts nothing without.
SURROUNDINGS = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
# Each reading may take all of MEMORY: two at a time, the others wait.
_turn = threading.BoundedSemaphore(2)


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a workbook's, of whatever kind, whatever the file is called."""
    return data.startswith((ZIP, OLE))


def open_file(file_name: str, data: bytes) -> Table | Titled | Workbook:
    """The file by its content, whatever its name: a CSV's table, or what there is to choose from.

    Raises Unreadable, naming the cure, when it is refused whole.
    """
    return (read_workbook if is_workbook(data) else open_csv)(file_name, data)


def read_workbook(file_name: str, data: bytes) -> Workbook:
    """The workbook's sheets. Raises Unreadable, naming the cure, when it is refused whole."""
    file_name = shown(file_name) or "file"
    check_directory(file_name, data)
    sheets = [one for one in _sheets(file_name, data) if one.rows or one.widest]
    if not sheets:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.EMPTY, file=file_name,
                    expected="a sheet with column names and answers, but all sheets are empty",
                    cure="Look whether this is the right workbook.",
                )
            ]
        )  # fmt: skip
    return Workbook(file_name=file_name, sheets=tuple(sheets), data=data)


def check_directory(file: str, data: bytes) -> None:
    """Raise Unreadable for what the first bytes and the zip directory give away.

    Nothing is unpacked: other kinds of file, encryption, macros, and sizes that nobody's answers
    have are known before.
    """
    if len(data) > MOST_BYTES:
        raise refused(
            file, f"at most {MOST_BYTES // 1_000_000} MB", "Split it into several files.",
            ProblemKind.TOO_LARGE,
        )  # fmt: skip
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            words = "a workbook without a password, but this one is encrypted"
            raise refused(file, words, "Remove its password and save it as .xlsx.")
        words = "a workbook (.xlsx), but this is an old one (.xls) or an encrypted file"
        raise refused(file, words, "Save it as .xlsx, without a password.")
    # The directory itself could be the bomb: its entries are counted before it is read.
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise refused(file, f"at most {MOST_PARTS:,} parts inside the workbook", AS_CSV)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise _damaged(file) from error
    _check_names(file, [one.filename for one in parts], data)
    if any(one.flag_bits & 0x1 for one in parts):
        raise refused(
            file, "a workbook without a password, but parts of this one are encrypted",
            "Save it as .xlsx without a password.",
        )  # fmt: skip
    if any(one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in parts):
        raise _damaged(file)
    unpacked = sum(one.file_size for one in parts)
    bombs = [
        one
        for one in parts
        if one.file_size > SMALL and one.file_size > MOST_PACKED * max(one.compress_size, 1)
    ]
    if unpacked > MOST_UNPACKED or bombs:
        raise refused(
            file,
            f"at most {MOST_UNPACKED // 1_000_000} MB when unpacked, no part packed over "
            f"{MOST_PACKED} times, but {len(data) / 1e6:,.1f} MB here would become "
            f"{unpacked / 1e6:,.0f} MB",
            AS_CSV,
            ProblemKind.TOO_LARGE,
        )


def _check_names(file: str, names: list[str], data: bytes) -> None:
    lower = [name.lower() for name in names]
    if any(name.endswith(MACROS) or name.startswith("xl/macrosheets/") for name in lower):
        raise refused(
            file, "a workbook without macros, but this one holds some",
            "Save it as .xlsx without macros.",
        )  # fmt: skip
    if "xl/workbook.xml" not in lower:
        for part, kind in OTHERS:
            if any(name.startswith(part) for name in lower):
                raise refused(file, f"a workbook (.xlsx), but this is {kind}", SAVE_ANEW)
        if b"opendocument" not in data[:200] and "[content_types].xml" not in lower:
            raise refused(
                file, "a workbook (.xlsx) or a CSV, but this is another zipped file",
                "Unzip it and choose the file inside.",
            )  # fmt: skip
    # Two parts of one name could be read in two ways; a way out of the archive leads nowhere good.
    odd = any("\\" in one or one.startswith("/") or ".." in one.split("/") for one in lower)
    if odd or len(set(lower)) < len(lower):
        raise _damaged(file)


def _sheets(file: str, data: bytes) -> list[Sheet]:
    """What the reading process makes of the file; however it ends, Unreadable or the sheets."""
    limits = [str(one) for one in (MEMORY, SECONDS, MOST_OUTPUT, MOST_COLUMNS)]
    try:
        # Without names and for our eyes only: nothing of them is left behind, even by a crash.
        with _turn, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as got:
            given.write(data)
            given.seek(0)
            ended = subprocess.run(  # noqa: S603 - our own module, its limits
                [sys.executable, "-I", str(CHILD), *limits], stdin=given, stdout=got,
                stderr=subprocess.DEVNULL, env=SURROUNDINGS, timeout=SECONDS, check=False,
            )  # fmt: skip
            got.seek(0)
            if ended.returncode == 0:
                return _told(got.read(MOST_OUTPUT + 1).decode())
    except subprocess.TimeoutExpired as error:
        raise _too_much(file) from error
    except OSError as error:
        raise refused(
            file, "room on this computer to read it, but there is none",
            "Free some space, then try again.",
        ) from error  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:  # ended well, but with half a word
        raise _damaged(file) from error
    raise _ended(file, ended.returncode)


def _ended(file: str, code: int) -> Unreadable:
    if code == DOCTYPE:
        words = "no document types or entities inside, as no spreadsheet program writes them"
        return refused(file, words, SAVE_ANEW)
    if code == NO_ROOM:
        words = f"at most {MOST_OUTPUT // 1_000_000} MB of text in the cells"
        return refused(file, words, AS_CSV, ProblemKind.TOO_LARGE)
    if code in ENDED_AT_A_LIMIT:
        return _too_much(file)
    return _damaged(file)


def _too_much(file: str) -> Unreadable:
    words = f"a workbook that can be read in {SECONDS} seconds and {MEMORY // 10**9} GB of memory"
    return refused(file, words, AS_CSV, ProblemKind.TOO_LARGE)


def _damaged(file: str) -> Unreadable:
    return refused(file, "a whole workbook (.xlsx), but this one can't be read", SAVE_ANEW)


def _told(text: str) -> list[Sheet]:
    lines = iter(text.splitlines())
    sheets = []
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        columns = {
            f"c{place}": pl.Series(json.loads(next(lines, "")), dtype=pl.String)
            for place in range(1, said["width"] + 1)
        }
        sheets.append(
            Sheet(
                name=said["name"],
                is_hidden=said["hidden"],
                frame=pl.DataFrame(columns),
                rows=tuple(said["rows"]),
                widest=said["widest"],
                hidden_rows=frozenset(said["hidden_rows"]),
                hidden_columns=frozenset(
                    place
                    for first, last in said["hidden_columns"]
                    for place in range(first, min(last, said["width"]) + 1)
                ),
                merged=tuple(said["merged"]),
                formulas=tuple((row, column) for row, column in said["formulas"]),
                unsaved=tuple((row, column) for row, column in said["unsaved"]),
                from_1904=said["from_1904"],
            )
        )
    return sheets
