"""AttachDash from a terminal."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from attachdash import cli_change, cli_import, cli_leave, cli_practice, cli_store
from attachdash.cli_words import known_instrument, told_to_people, write_private
from attachdash.errors import Invalid
from attachdash.instruments import library, listing
from attachdash.instruments.sheet import columns_named, read_answers
from attachdash.instruments.statistics import summarise

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@app.callback()
def attachdash() -> None:
    """AttachDash from a terminal."""


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="A CSV file with a column per item.")],
    instrument: Annotated[str, typer.Option(help="Its id: see `attachdash instruments`.")],
    items: Annotated[
        str,
        typer.Option(
            help="The item columns, such as Q1..Q10; also takes a list in the definition's order, "
            "for files with another item order."
        ),
    ],
    coding: Annotated[
        str | None,
        typer.Option(help="What the file writes for the lowest and the highest answer, as 1-4."),
    ] = None,
    missing: Annotated[
        str, typer.Option(help="Codes that mean no answer, with commas between, as 0,99.")
    ] = "",
    complete: Annotated[bool, typer.Option("--complete", help="Leave prorated rows out.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write each row's scores to this CSV.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score a file of answers and say what it comes to: n, mean, SD and alpha of each scale."""
    with told_to_people():
        definition = known_instrument(instrument)
        sheet = read_answers(
            file,
            definition,
            columns_named(items),
            coding=coding_range(coding),
            missing=[code for code in missing.split(",") if code.strip()],
        )
        summaries = summarise(definition, sheet.answers, complete_only=complete)
        if out is not None:
            _write_scores(
                out, listing.scores_as_csv(definition, sheet, complete_only=complete), source=file
            )
        if as_json:
            print_json(
                {
                    "instrument": definition.id,
                    "rows": len(sheet.rows),
                    "scales": {name: listing.figures(s) for name, s in summaries.items()},
                }
            )
        else:
            typer.echo(listing.told(definition, summaries, len(sheet.rows), complete))


@app.command()
def instruments(
    instrument: Annotated[str | None, typer.Argument(help="One instrument, to be shown.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the instruments, or show one."""
    with told_to_people():
        if instrument is None:
            if as_json:
                print_json([listing.headline(one) for one in library().values()])
            else:
                typer.echo(listing.all_told(library()))
            return
        definition = known_instrument(instrument)
        if as_json:
            print_json(json.loads(definition.body))
        else:
            typer.echo(listing.one_told(definition))


def _write_scores(path: Path, text: str, *, source: Path) -> None:
    """Raises Invalid where it can't be written, or would replace what was read."""
    if path.resolve() == source.resolve():
        raise Invalid(f"{path} is the file that is read; name another for --out.")
    try:
        write_private(path, text)
    except OSError as error:
        raise Invalid(f"{path} can't be written: {error.strerror}.") from error


def coding_range(text: str | None) -> tuple[int, int] | None:
    """The numbers of "1-4". Raises Invalid."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", text)
    if not found or int(found[1]) >= int(found[2]):
        raise Invalid(f"Coding {text}: expected the lowest and the highest answer, such as 1-4.")
    return int(found[1]), int(found[2])


def print_json(content: object) -> None:
    json.dump(content, sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")


cli_practice.add_to(app)
app.command("import")(cli_import.import_file)
cli_leave.add_to(app)
cli_change.add_to(app)
cli_store.add_to(app)

if __name__ == "__main__":
    app()
