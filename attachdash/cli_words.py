"""What all commands say alike: errors meant for people, and names that are not known."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from attachdash import log
from attachdash.errors import ForPeople, Invalid
from attachdash.instruments import Instrument, library
from attachdash.intake import Unreadable
from attachdash.intake.refusals import log_refused


@contextmanager
def told_to_people() -> Iterator[None]:
    """Ends with exit code 1 and the error's own words, without a traceback."""
    log.begin()
    try:
        yield
    except Unreadable as error:
        typer.echo(str(error), err=True)
        typer.echo(referred(log_refused(error.problems)), err=True)
        raise typer.Exit(1) from error
    except ForPeople as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def referred(reference: str) -> str:
    """By what a refusal is found in the log, in words."""
    return f"Reference {reference}: the log has it with how often each kind, and in which rows."


def known_instrument(name: str) -> Instrument:
    """The instrument of that id. Raises Invalid, naming those that read like it."""
    if found := library().get(name):
        return found
    near = library().near(name)
    cure = f"Did you mean {', '.join(near)}?" if near else "See `attachdash instruments`."
    raise Invalid(f"There is no instrument {name}. {cure}")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises OSError."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as out:
        out.write(text)
    beside.replace(path)
