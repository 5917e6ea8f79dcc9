"""The commands by which a practice leaves and comes back: export, load."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from attachdash import log
from attachdash.cli_practice import As, InRole, acting
from attachdash.cli_words import told_to_people, write_private
from attachdash.errors import Invalid, Unavailable
from attachdash.practice import exporting, loading
from attachdash.practice.rights import Role

LOG = logging.getLogger("attachdash.load")


def add_to(app: typer.Typer) -> None:
    """Give the app these commands."""
    app.command("export")(export)
    app.command("load")(load)


def export(
    folder: Annotated[Path, typer.Argument(help="Where to: a folder of CSV files.")],
    who: As,
    role: InRole = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of an earlier export.")
    ] = False,
) -> None:
    """Write what a named person may see; the whole practice for an administrator."""
    page = "The page Export has what a therapist or a supervisor may see."
    with told_to_people(), acting(who, role, page) as viewer:
        if folder.exists() and not folder.is_dir():
            raise Invalid(f"{folder} is a file: name a folder.")
        if folder.exists() and any(folder.iterdir()) and not force:
            raise Invalid(
                f"{folder} isn't empty: name a new folder, or replace its files with --force."
            )
        texts = exporting.export(viewer)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, text in texts.items():
                write_private(folder / name, text)
        except OSError as error:
            raise Unavailable(f"{folder} can't be written: {error.strerror}.") from error
        typer.echo(f"{len(texts)} files in {folder}. They hold what clients said: keep them safe.")


def load(
    folder: Annotated[Path, typer.Argument(help="A folder that `attachdash export` wrote.")],
    who: As,
) -> None:
    """Put an export into an empty practice: all of it, the same by its sum, or nothing."""
    page = "Stop the server first."
    with told_to_people(), acting(who, Role.ADMINISTRATOR, page) as viewer:
        try:
            done = loading.load(viewer, _texts(folder))
        except Invalid as error:
            # Where it was refused says of which kind it is; its words may hold a name.
            reference = log.new_reference()
            LOG.warning("reference %s: load refused at %s", reference, log.place(error))
            raise Invalid(f"{error}\nReference {reference}: the log has it.") from error
        typer.echo(
            f"Loaded {done.clients} clients, {done.administrations} administrations and "
            f"{done.people} people: the same state as was exported, by its sum."
        )
        if done.people:
            typer.echo("Nobody has a password yet: give each a one-time code on the page People.")


def _texts(folder: Path) -> dict[str, str]:
    """What stands in the files of the folder that an export writes. Raises Invalid."""
    try:
        return {
            name: path.read_bytes().decode()
            for name in (*exporting.COLUMNS, exporting.STAMP)
            if (path := folder / name).is_file()
        }
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{folder} can't be read: {error}.") from error
