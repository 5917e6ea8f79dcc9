"""How errors meant for people end a command."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from attachdash.errors import ForPeople


@contextmanager
def told_to_people() -> Iterator[None]:
    """Ends with exit code 1 and the error's own words, without a traceback."""
    try:
        yield
    except ForPeople as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
