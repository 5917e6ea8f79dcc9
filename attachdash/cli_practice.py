"""The commands that touch a practice: founding, serving, importing, exporting, checking."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from attachdash import settings
from attachdash.cli_words import told_to_people
from attachdash.errors import ForPeople, Invalid, Unavailable
from attachdash.instruments import library
from attachdash.intake import Mapping, propose, read_csv
from attachdash.practice import checking, demo, exporting, founding, importing
from attachdash.practice.entrance import at_terminal, clock
from attachdash.practice.opening import Store, open_practice
from attachdash.practice.rights import Role, Viewer

As = Annotated[str, typer.Option("--as", help="The sign-in name of the person who does this.")]
InRole = Annotated[Role | None, typer.Option("--role", help="Which of their roles they act in.")]


def add_to(app: typer.Typer) -> None:
    """Give the app these commands."""
    app.command("init")(init)
    app.command("demo")(make_demo)
    app.command("run")(run)
    app.command("import")(import_file)
    app.command("export")(export)
    app.command("check")(check)


def init(
    sign_in: Annotated[str, typer.Option(prompt="Sign-in name of the administrator")],
    name: Annotated[str, typer.Option(prompt="Their name")],
    practice_name: Annotated[str, typer.Option(prompt="Name of the practice")] = "",
    time_zone: Annotated[str, typer.Option(prompt="Time zone, such as Europe/Berlin")] = "UTC",
) -> None:
    """Start a real practice: an empty store, one administrator, one code that expires."""
    with told_to_people():
        home = settings.home_of("practice")
        store, code = founding.found(
            home, sign_in, name, clock(), practice_name=practice_name, time_zone=time_zone,
            url=settings.store_url("practice"),
        )  # fmt: skip
        store.close()
        typer.echo(
            f"The practice is in {home}.\n"
            f"One-time code for {sign_in.strip().lower()}: {code.code}\n"
            f"It is good once, until {code.expires_at:%d %b %Y %H:%M} UTC, and a password must be "
            "set with it.\nNext: `attachdash run`, and sign in with the code as password."
        )


def make_demo() -> None:
    """Make the demo practice, once, and print its sign-ins."""
    with told_to_people():
        told = demo.make_demo(settings.home_of("demo"), clock())
        typer.echo(f"Sign-ins of the demo practice (invented people), kept in {told}:")
        typer.echo(told.read_text())


def run(
    for_demo: Annotated[bool, typer.Option("--demo", help="Serve the demo practice.")] = False,
    port: Annotated[int, typer.Option(envvar="PORT", help="Where to listen.")] = 8501,
) -> None:
    """Serve the practice, or the demo, on 127.0.0.1."""
    with told_to_people():
        which = "demo" if for_demo else "practice"
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                free.bind(("127.0.0.1", port))
            except OSError as error:
                raise Unavailable(
                    f"Port {port} is taken. Stop what listens there, or choose another: PORT=8502."
                ) from error
        if for_demo:
            make_demo()
        # Opened once here, so that what is wrong is said before a server starts.
        _open(which).close()
    typer.echo(f"AttachDash serves the {which} on http://127.0.0.1:{port} (stop: Ctrl C)")
    sys.stdout.flush()
    environment = {**os.environ, "ATTACHDASH_PRACTICE": which}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.chdir(settings.ROOT)
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter


def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV with one row per administration.")],
    who: As,
    instrument: Annotated[str | None, typer.Option(help="See `attachdash instruments`.")] = None,
    client: Annotated[str | None, typer.Option(help="The column of client codes.")] = None,
    date: Annotated[str | None, typer.Option(help="The column of days.")] = None,
    date_format: Annotated[str | None, typer.Option(help="iso, dmy or mdy.")] = None,
    items: Annotated[
        str, typer.Option(help="Item columns in the definition's order: Q1..Q9, or a list.")
    ] = "",
    score: Annotated[
        list[str] | None, typer.Option(help="A ready score, as scale=column; may be repeated.")
    ] = None,
    occasion: Annotated[str | None, typer.Option(help="Tells answers of one day apart.")] = None,
    coding_low: Annotated[int | None, typer.Option(help="What stands for the lowest.")] = None,
    missing: Annotated[str, typer.Option(help="Codes for no answer, as 88,99.")] = "",
    create_clients: Annotated[bool, typer.Option(help="Create clients of new codes.")] = False,
    open_episodes: Annotated[
        bool, typer.Option(help="Open an episode, marked as nominal, where there is none.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False,
    role: InRole = None,
) -> None:
    """Import a file for a named person, by the same rules as the Import page."""
    with told_to_people():
        try:
            data = file.read_bytes()
        except OSError as error:
            raise Invalid(f"{file} can't be read: {error.strerror}.") from error
        table = read_csv(file.name, data)
        with _viewer(who, role, "Import") as viewer:
            found = propose(table, library(), viewer.today, instrument=instrument)
            stated = {
                "instrument": instrument or found.instrument,
                "client": client or found.client,
                "answered_on": date or found.answered_on,
                "date_format": date_format or found.date_format,
                "items": _columns(items) or (() if score else found.items),
                "scores": dict(one.split("=", 1) for one in score or () if "=" in one)
                or ({} if items else found.scores),
                "occasion": occasion or found.occasion,
                "coding_low": coding_low,
                "missing": tuple(code for code in missing.split(",") if code.strip()),
            }
            for name, option in (
                ("instrument", "--instrument"), ("client", "--client"), ("answered_on", "--date"),
                ("date_format", "--date-format"),
            ):  # fmt: skip
                if not stated[name]:
                    raise Invalid(f"{file.name} doesn't show it: say {option}.")
            mapping = Mapping.model_validate(stated)
            preview = importing.preview_import(viewer, table, mapping)
            for problem in preview.problems[:50]:
                typer.echo(str(problem))
            if len(preview.problems) > 50:
                typer.echo(f"… and {len(preview.problems) - 50} more.")
            if dry_run:
                typer.echo(
                    f"Would keep {preview.rows - preview.already_held}, of {preview.rows} that "
                    f"pass; refused {preview.refused}; new codes {len(preview.new_codes)}."
                )
                return
            done = importing.import_file(
                viewer, table, mapping, create_clients=create_clients, open_episodes=open_episodes
            )
            typer.echo(
                f"Kept {done.kept}, already held {done.already_held}, refused {done.refused}; "
                f"clients created {done.created}, episodes opened {done.episodes}."
            )


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder: one CSV per instrument.")],
    who: As,
    role: InRole = None,
) -> None:
    """Write what a named person may see; the whole practice for an administrator."""
    with told_to_people(), _viewer(who, role, "Account") as viewer:
        if folder.exists() and any(folder.iterdir()):
            raise Invalid(f"{folder} isn't empty: name a new folder.")
        texts = exporting.export(viewer)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for instrument, text in texts.items():
            descriptor = os.open(
                folder / f"{instrument}.csv", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
            )
            with os.fdopen(descriptor, "w", newline="") as out:
                out.write(text)
        typer.echo(f"{len(texts)} files in {folder}. They hold what clients said: keep them safe.")


def check(
    for_demo: Annotated[bool, typer.Option("--demo", help="Check the demo practice.")] = False,
) -> None:
    """Test configuration and store, and say what is wrong."""
    which = "demo" if for_demo else "practice"
    wrong: list[str] = []
    try:
        library()
        store = _open(which)
        try:
            wrong += checking.problems(store)
        finally:
            store.close()
    except ForPeople as error:
        wrong.append(str(error))
    web = subprocess.run(
        [sys.executable, "-m", "attachdash.web.check"], cwd=settings.ROOT, check=False,
        env={**os.environ, "ATTACHDASH_PRACTICE": which},
    )  # fmt: skip
    for one in wrong:
        typer.echo(one, err=True)
    if wrong or web.returncode:
        raise typer.Exit(1)
    typer.echo(f"The {which}'s store holds: opened, audit chain whole, nothing without its owner.")


def _open(which: str) -> Store:
    return open_practice(settings.home_of(which), url=settings.store_url(which))


@contextmanager
def _viewer(who: str, role: Role | None, page: str) -> Iterator[Viewer]:
    """The named person acting on the practice, at the terminal."""
    try:
        store = _open("practice")
    except Unavailable as error:
        if "held by process" in str(error):
            raise Unavailable(f"{error} The page {page} does the same.") from error
        raise
    try:
        yield at_terminal(store, who, clock(), role)
    finally:
        store.close()


def _columns(text: str) -> tuple[str, ...]:
    """The columns of "Q1..Q9" or "Q1,Q3,Q2"."""
    span = re.fullmatch(r"\s*(.*?)(\d+)\.\.(.*?)(\d+)\s*", text)
    if span and span[1] == span[3]:
        return tuple(f"{span[1]}{n}" for n in range(int(span[2]), int(span[4]) + 1))
    return tuple(part.strip() for part in text.split(",") if part.strip())
