"""What all commands say alike: errors meant for people, and names that are not known."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from attachdash.errors import ForPeople, Invalid
from attachdash.instruments import Instrument, library


@contextmanager
def told_to_people() -> Iterator[None]:
    """Ends with exit code 1 and the error's own words, without a traceback."""
    try:
        yield
    except ForPeople as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def known_instrument(name: str) -> Instrument:
    """The instrument of that id. Raises Invalid, naming those that read like it."""
    if found := library().get(name):
        return found
    near = library().near(name)
    cure = f"Did you mean {', '.join(near)}?" if near else "See `attachdash instruments`."
    raise Invalid(f"There is no instrument {name}. {cure}")
