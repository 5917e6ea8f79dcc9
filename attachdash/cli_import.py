"""`attachdash import`: a file for a named person, by the same rules as the page Import."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from attachdash.cli_answers import (
    ABOUT_HELP,
    INFORMANT_HELP,
    people_said,
    say_people,
    say_words,
    words_said,
)
from attachdash.cli_practice import As, InRole, acting
from attachdash.cli_shapes import (
    OCCASIONS_HELP,
    SHAPE_HELP,
    START_HELP,
    made_columns,
    shape_said,
)
from attachdash.cli_stream import first_block, import_blocks, is_large
from attachdash.cli_table import check_header, read_table
from attachdash.cli_words import known_instrument, told_to_people
from attachdash.errors import Invalid
from attachdash.instruments import SELF, library
from attachdash.instruments.sheet import columns_named
from attachdash.intake import Mapping, Table, propose
from attachdash.intake.shapes import PLAIN, Shape, shaped
from attachdash.practice import mappings
from attachdash.practice.rights import Viewer

OPTIONS = {
    "instrument": "--instrument", "client": "--client", "answered_on": "--date",
    "date_format": "--date-format", "items": "--items", "scores": "--score",
    "informant_column": "--informant-column", "about_column": "--about-column",
}  # fmt: skip
PEOPLE = ("informant", "about")
# What may be said beside several mappings.
OF_THE_FILE = (
    "file", "who", "sheet", "header_rows", "names_row", "groups_row", "mapping", "create_clients",
    "open_episodes", "dry_run", "yes", "role",
)  # fmt: skip


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV or .xlsx of answers or ready scores.")],
    who: As,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook: the sheet's name.")] = None,
    header_rows: Annotated[
        int | None, typer.Option(min=1, help="How many rows stand above the answers.")
    ] = None,
    names_row: Annotated[
        int | None, typer.Option(min=1, help="Which of them has the column names.")
    ] = None,
    groups_row: Annotated[
        int | None,
        typer.Option(min=1, help="Which names groups of columns, joined with the names below."),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            help="A saved mapping, by name; what else is said goes before it. Repeated: several "
            "questionnaires of the file, kept together or not at all."
        ),
    ] = None,
    save_as: Annotated[str | None, typer.Option(help="Save the mapping under this name.")] = None,
    instrument: Annotated[str | None, typer.Option(help="See `attachdash instruments`.")] = None,
    client: Annotated[str | None, typer.Option(help="The column of client codes.")] = None,
    date: Annotated[str | None, typer.Option(help="The column of days.")] = None,
    date_format: Annotated[
        str | None, typer.Option(help="iso, dmy, mdy, excel1900 or excel1904.")
    ] = None,
    items: Annotated[
        str, typer.Option(help="Item columns in the definition's order: Q1..Q9, or a list.")
    ] = "",
    score: Annotated[
        list[str] | None, typer.Option(help="A ready score, as scale=column; may be repeated.")
    ] = None,
    occasion: Annotated[str | None, typer.Option(help="Tells answers of one day apart.")] = None,
    informant: Annotated[str | None, typer.Option(help=INFORMANT_HELP)] = None,
    about: Annotated[str | None, typer.Option(help=ABOUT_HELP)] = None,
    informant_column: Annotated[
        str | None, typer.Option(help="Or the column that says who answered.")
    ] = None,
    about_column: Annotated[
        str | None, typer.Option(help="Or the column that says about whom.")
    ] = None,
    who_is: Annotated[
        list[str] | None,
        typer.Option("--who", help='What a word of them means, as "Mutter=mother"; repeated.'),
    ] = None,
    person_column: Annotated[
        str | None, typer.Option(help="The column of the name that tells two of a kind apart.")
    ] = None,
    coding_low: Annotated[int | None, typer.Option(help="What stands for the lowest.")] = None,
    missing: Annotated[str, typer.Option(help="Codes for no answer, as 88,99.")] = "",
    shape: Annotated[str, typer.Option(help=SHAPE_HELP)] = "forms",
    client_code: Annotated[str | None, typer.Option(help="The one client's code.")] = None,
    row_is_client: Annotated[
        bool, typer.Option("--row-is-client", help="No codes: each row is a client of its own.")
    ] = False,
    start: Annotated[str | None, typer.Option(help=START_HELP)] = None,
    start_format: Annotated[
        str | None, typer.Option(help="How the column of starts writes its days.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="The column of occasions.")] = None,
    occasions: Annotated[str, typer.Option(help=OCCASIONS_HELP)] = "",
    item: Annotated[str | None, typer.Option(help="answers: the column of items.")] = None,
    value: Annotated[str | None, typer.Option(help="answers: the column of answers.")] = None,
    part: Annotated[str | None, typer.Option(help="answers: that of questionnaires.")] = None,
    form: Annotated[
        str, typer.Option(help="answers: columns alike in all rows of a form: client,date.")
    ] = "",
    total: Annotated[
        list[str] | None,
        typer.Option(help="A total to compare with our score, as scale=column; may be repeated."),
    ] = None,
    word: Annotated[
        list[str] | None,
        typer.Option(help='What an answer in words is worth, as "Not at all=0"; may be repeated.'),
    ] = None,
    create_clients: Annotated[bool, typer.Option(help="Create clients of new codes.")] = False,
    open_episodes: Annotated[
        bool, typer.Option(help="Open an episode, marked as nominal, where there is none.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take what the file shows for what isn't said here.")
    ] = False,
    role: InRole = None,
) -> None:
    """Import a file for a named person, by the same rules as the Import page."""
    with told_to_people():
        stream = None
        try:
            if is_large(file) and shape != "answers":
                stream, table = first_block(
                    file, header_rows, names_row, groups_row, may_guess=yes or dry_run
                )  # fmt: skip
                check_header(table, header_rows)
            else:
                table = read_table(
                    file.name, file.read_bytes(), sheet, header_rows, names_row, groups_row,
                    may_guess=yes or dry_run,
                )  # fmt: skip
        except OSError as error:
            raise Invalid(f"{file} can't be read: {error.strerror}.") from error
        said: dict[str, Any] = {
            "instrument": known_instrument(instrument).id if instrument else None,
            "client": client,
            "answered_on": date,
            "date_format": date_format,
            "items": columns_named(items) if items else (),
            "scores": _scores(score or []),
            "totals": _scores(total or [], "--total"),
            "occasion": occasion,
            "informant": informant,
            "about": about,
            "informant_column": informant_column,
            "about_column": about_column,
            "people": people_said(who_is or []),
            "person_column": person_column,
            "coding_low": coding_low,
            "missing": tuple(code.strip() for code in missing.split(",") if code.strip()),
            "words": words_said(word or []),
        }
        page = "The page Import does the same."
        with acting(who, role, page) as viewer:
            names = mapping or []
            if len(names) > 1:
                _nothing_else_said(context)

            def meant_by(name: str | None) -> Mapping:
                over = dict(said) if name is None else _over_saved(viewer, name, said)
                layout = shape_said(
                    table, viewer.today, shape=shape, client=client_code,
                    row_is_client=row_is_client, start=start, start_format=start_format, time=time,
                    occasions=occasions, item=item, value=value, part=part, form=form,
                )  # fmt: skip
                if layout == PLAIN and over.get("shape"):
                    layout = Shape.model_validate(over["shape"])
                forms = shaped(table, layout, viewer.today)
                over |= made_columns(forms.columns) | {"shape": layout}
                meant = _mapping(forms, over, viewer.today, may_guess=yes or dry_run)
                say_people(forms, meant)
                say_words(forms, meant)
                return meant

            meanings = [meant_by(name) for name in names or (None,)]
            import_blocks(
                viewer, stream or table, meanings, create_clients=create_clients,
                open_episodes=open_episodes, dry_run=dry_run,
            )  # fmt: skip
            _save(viewer, save_as, meanings[0], dry_run=dry_run)


def _nothing_else_said(context: typer.Context) -> None:
    """Raise Invalid where more is said than whose file it is and which mappings: of which of them
    it is meant would be guessed."""
    said = []
    for one in context.command.params:
        source = context.get_parameter_source(one.name or "")
        if source and source.name == "COMMANDLINE" and one.name not in OF_THE_FILE:
            said.append(one.opts[0])
    if said:
        raise Invalid(
            f"With several mappings nothing more is said of the columns, but {', '.join(said)} is. "
            "Save it in the mappings, or import one after the other."
        )


def _save(viewer: Viewer, save_as: str | None, meant: Mapping, *, dry_run: bool) -> None:
    if save_as is not None and not dry_run:
        version = mappings.save_mapping(viewer, save_as, meant)
        typer.echo(f"Saved as {save_as.strip()}, version {version}.")


def _scores(pairs: list[str], option: str = "--score") -> dict[str, str]:
    """Scale and column of each "scale=column"."""
    found = {}
    for pair in pairs:
        scale, sign, column = pair.partition("=")
        if not (scale.strip() and sign and column.strip()):
            raise Invalid(f"{option} {pair}: expected scale=column, such as total=Sum.")
        found[scale.strip()] = column.strip()
    return found


def _over_saved(viewer: Viewer, name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What was said now, over what the saved mapping of this name says."""
    known = {one.name.casefold(): one for one in mappings.saved_mappings(viewer)}
    if (found := known.get(name.strip().casefold())) is None:
        names = ", ".join(one.name for one in known.values()) or "none yet"
        raise Invalid(f"No mapping is saved as {name}. There are: {names}.")
    now = {key: value for key, value in said.items() if value not in (None, (), {})}
    body = found.mapping.model_dump() | now
    # Answers or ready scores: what is said now stands for the other.
    if now.get("items"):
        body["scores"] = {}
    elif now.get("scores"):
        body["items"] = ()
    # One for all rows, or a column: what is said now stands for the other.
    for role in PEOPLE:
        if now.get(role):
            body[f"{role}_column"] = None
        elif now.get(f"{role}_column") or body[role] == SELF:
            body[role] = None
    return body


def _mapping(table: Table, said: dict[str, Any], today: date, *, may_guess: bool) -> Mapping:
    """What was said of the columns, and what the file shows where nothing was said.

    Raises Invalid where something is missing, or would be guessed and may not.
    """
    found = propose(table, library(), today, instrument=said["instrument"])
    # Who answered about whom is never guessed: the client about themself, or as it is said.
    full = {key: one for key, one in said.items() if key not in PEOPLE or one is not None}
    guessed = []
    for name, option in OPTIONS.items():
        if name in ("items", "scores") and (said["items"] or said["scores"]):
            continue
        if name.endswith("_column") and said[name.removesuffix("_column")] is not None:
            continue  # one for all rows was said
        if not said[name] and getattr(found, name):
            full[name] = getattr(found, name)
            # Days that can be read in one way only need nobody's word.
            if name != "date_format":
                guessed.append(f"{option} {_shown(full[name])}")
    if guessed:
        full["occasion"] = said["occasion"] or found.occasion
        if not (said["items"] or said["scores"]):
            full["totals"] = said["totals"] or found.totals
        typer.echo(f"{table.file_name} shows: {' '.join(guessed)}")
        for note in found.notes:
            typer.echo(note)
    missing = [OPTIONS[name] for name in ("instrument", "client", "answered_on", "date_format")
               if not full[name]]  # fmt: skip
    if missing:
        raise Invalid(f"{table.file_name} doesn't show it: say {', '.join(missing)}.")
    if guessed and not may_guess:
        raise Invalid("Nothing was changed. Say these yourself, or agree to them with --yes.")
    try:
        return Mapping.model_validate(full)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "mapping"
        where = OPTIONS.get(name, "--" + name.replace("_", "-"))
        raise Invalid(f"{where} can't be taken: {first['msg']}.") from error


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{scale}={column}" for scale, column in value.items())
    return ",".join(value) if isinstance(value, tuple) else str(value)
