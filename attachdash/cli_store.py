"""The commands that keep a practice safe: backup, restore, compact."""

from pathlib import Path
from typing import Annotated

import typer

from attachdash import settings
from attachdash.cli_practice import As, acting
from attachdash.cli_words import told_to_people
from attachdash.errors import Invalid
from attachdash.practice import restoring, safekeeping
from attachdash.practice.entrance import clock
from attachdash.practice.rights import Role


def add_to(app: typer.Typer) -> None:
    """Give the app these commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("compact")(compact)


def backup(who: As) -> None:
    """Back the practice up, open the backup again and compare."""
    with told_to_people(), acting(who, Role.ADMINISTRATOR, "The page System does it.") as viewer:
        made = safekeeping.back_up(viewer)
        typer.echo(
            f"{made.rows:,} rows in {made.folder}, opened again and compared: the same.\n"
            "It holds what clients said and the audit's key: copy it to a safe place elsewhere."
        )


def restore(
    who: As,
    folder: Annotated[
        Path | None, typer.Argument(help="The folder of a backup; else the newest beside it.")
    ] = None,
    what_is_left: Annotated[
        bool,
        typer.Option("--what-is-left", help="Go on with a store that lost its end, without one."),
    ] = False,
) -> None:
    """Put a backup back, while the server is stopped; what was there is moved aside."""
    with told_to_people():
        home, url = settings.home_of("practice"), settings.store_url("practice")
        if what_is_left:
            if folder is not None:
                raise Invalid("Either a backup, or --what-is-left.")
            restoring.keep_what_is_left(home, who, clock(), url)
            typer.echo("The practice opens again. Every page says that answers may be missing.")
            return
        if url:
            raise Invalid("The store is on a PostgreSQL server: restore it there.")
        done = restoring.restore(home, folder or restoring.newest(home), who, clock())
        typer.echo(f"Restored the backup of {done.backup.made_at:%d %b %Y %H:%M} UTC.")
        if done.aside is not None:
            typer.echo(f"What was there before lies in {done.aside}.")
        typer.echo("Every page says from when the data are, until an administrator ends that.")


def compact(who: As) -> None:
    """Bring answers into the order in which pages read them."""
    page = "The server does it by night when it is worth it."
    with told_to_people(), acting(who, Role.ADMINISTRATOR, page) as viewer:
        safekeeping.tidy(viewer)
        typer.echo("Done: answers are in the order of reading.")
