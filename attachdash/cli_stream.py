"""What `attachdash import` does once the columns are said; how far it is with a large file."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType

import typer

from attachdash.cli_answers import say_refused, say_totals_and_repeats, say_what_is_new
from attachdash.cli_table import say_names_row
from attachdash.instruments import library
from attachdash.intake import Mapping, Table
from attachdash.intake.blocks import Stream, open_stream
from attachdash.practice import importing
from attachdash.practice.planning import Found, title
from attachdash.practice.rights import Viewer

# Larger files are read in blocks; the variable is for trying that with small ones.
LARGE, LARGE_SAID = 50_000_000, "ATTACHDASH_LARGE_FILE"
ANEW = 0.2  # seconds between two figures on a terminal
PART = 10  # per cent between two lines elsewhere


def is_large(path: Path) -> bool:
    """Whether the file is read in blocks: a large one of text."""
    size = path.stat().st_size if path.is_file() else 0
    if size <= int(os.environ.get(LARGE_SAID) or LARGE):
        return False
    with path.open("rb") as opened:
        # Workbooks are read whole, by a process of their own.
        return not opened.read(4).startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def first_block(
    path: Path,
    header_rows: int | None,
    names_row: int | None,
    groups_row: int | None,
    *,
    may_guess: bool,
) -> tuple[Stream, Table]:
    """The file, looked through, and its first rows, from which its columns are told."""
    unsaid = names_row is None and header_rows is None
    at = None if unsaid else names_row or 1
    stream = open_stream(
        path, header_rows=max(header_rows or 1, at or 1), names_row=at, groups_row=groups_row
    )
    if unsaid and stream.layout.names_row > 1:
        layout = stream.layout
        say_names_row(path.name, layout.names_row, layout.groups_row, may_guess=may_guess)
    return stream, next(stream.blocks())


class Stopped(Exception):
    """Somebody pressed Ctrl C."""


class Progress:
    """Tells on stderr how far an import is."""

    def __init__(self, rows: int | None) -> None:
        """Of a file with so many rows; None where it is too small to tell of it."""
        self._is_told = rows is not None
        self._rows, self._what, self._part, self._told_at = max(rows or 1, 1), "", 0, 0.0
        self._row = 0
        self._anew = sys.stderr.isatty()
        self.stop = False

    def __call__(self, what: str, row: int) -> None:
        """Called with what is done to which row. Raises Stopped once that was asked for."""
        if self.stop:
            raise Stopped
        if not self._is_told:
            return
        # From the start again: for another questionnaire of the file.
        if what != self._what or row < self._row:
            self.end()
            self._what, self._part, self._told_at = what, -PART, 0.0
        self._row = row
        part = 100 * row // self._rows
        line = f"{row:,} of {self._rows:,} rows {what} ({part}%)"
        if self._anew:
            if monotonic() - self._told_at >= ANEW or row >= self._rows:
                self._told_at = monotonic()
                typer.echo(f"\r{line}\x1b[K", err=True, nl=False)
        elif part >= self._part + PART:
            self._part = part - part % PART
            typer.echo(line, err=True)

    def end(self) -> None:
        """Leave the line on which the figures stand."""
        if self._anew and self._what:
            typer.echo("", err=True)
        self._what = ""


@contextmanager
def _heeding(progress: Progress) -> Iterator[None]:
    """Ctrl C is heeded between two blocks: what is being committed is never in doubt."""

    def stop(number: int, frame: FrameType | None) -> None:
        progress.stop = True

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except Stopped:
        progress.end()
        typer.echo("Stopped. Nothing was kept.", err=True)
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGINT, before)
        progress.end()


def import_blocks(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], *, create_clients: bool,
    open_episodes: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Check the file under each mapping, and keep it unless it is only a dry run; tell what was
    found of each questionnaire."""
    progress = Progress(file.rows if isinstance(file, Stream) else None)
    with _heeding(progress):
        results: list[tuple[importing.Kept | None, Found]]
        if dry_run:
            seen = importing.preview_file(viewer, file, mappings, progress)
            results = [(None, found) for found in seen]
        else:
            results = [
                *importing.import_file(
                    viewer, file, mappings, progress, create_clients=create_clients,
                    open_episodes=open_episodes,
                )
            ]  # fmt: skip
    names = [
        f"{title(one, library()[one.instrument])}: " if len(mappings) > 1 else ""
        for one in mappings
    ]
    for name, (_, found) in zip(names, results, strict=True):
        if name and (found.problems or found.repeats or found.mismatch_count):
            typer.echo(f"{name}what its rows show.")
        say_refused(found.problems, found.counts)
        say_totals_and_repeats(
            file.file_name, found.repeats, found.repeat_count, found.mismatches,
            found.mismatch_count,
        )  # fmt: skip
    say_what_is_new(
        len({code for _, found in results for code in found.new_codes}),
        len({code for _, found in results for code in found.without_episode}),
        create_clients=create_clients, open_episodes=open_episodes,
    )  # fmt: skip
    for name, (done, found) in zip(names, results, strict=True):
        if done is None:
            typer.echo(
                f"{name}Would keep {found.rows - found.already_held} of {found.rows} rows that "
                f"pass; already held {found.already_held}, refused {found.refused}. "
                "Nothing was changed."
            )
        else:
            typer.echo(
                f"{name}Kept {done.kept}, already held {done.already_held}, refused "
                f"{done.refused}; clients created {done.created}, episodes opened {done.episodes}."
            )
