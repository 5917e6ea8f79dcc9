"""The commands that touch a practice: founding, serving, checking."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from attachdash import settings
from attachdash.cli_words import told_to_people
from attachdash.errors import ForPeople, Unavailable
from attachdash.instruments import library
from attachdash.practice import checking, demo, founding
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
        store = _open(which)
        try:
            founding.check_founded(store, which)
        finally:
            store.close()
    typer.echo(f"AttachDash serves the {which} on http://127.0.0.1:{port} (stop: Ctrl C)")
    sys.stdout.flush()
    environment = {**os.environ, "ATTACHDASH_PRACTICE": which}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.chdir(settings.ROOT)
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter


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
            founding.check_founded(store, which)
            wrong += checking.problems(store)
        finally:
            store.close()
    except ForPeople as error:
        held = " The page Audit says whether the audit holds." if _is_held(error) else ""
        wrong.append(f"{error}{held}")
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


def _is_held(error: ForPeople) -> bool:
    return isinstance(error, Unavailable) and "held by process" in str(error)


@contextmanager
def acting(who: str, role: Role | None, page: str) -> Iterator[Viewer]:
    """The named person acting on the practice, at the terminal; `page` where the server has it."""
    try:
        store = _open("practice")
    except Unavailable as error:
        if _is_held(error):
            raise Unavailable(f"{error} {page}") from error
        raise
    try:
        founding.check_founded(store, "practice")
        yield at_terminal(store, who, clock(), role)
    finally:
        store.close()
