"""What the terminal says of a file's layout: options into a shape."""

from datetime import date
from typing import Any

from pydantic import ValidationError

from attachdash.errors import Invalid
from attachdash.intake import Table
from attachdash.intake.occasions import stated
from attachdash.intake.propose_shape import known_days, occasions_in, propose_shape
from attachdash.intake.shapes import CLIENT_CODE, KINDS, NOMINAL, ROW_CODE, Nominal, Shape

SHAPE_HELP = (
    "How the file is laid out: forms (a row a form), answers (a row an answer), times (a row a "
    "person, columns for each time point such as bdi.pre and bdi.2m)."
)
START_HELP = "Nominal days: the start for all (2024-01-31), or the column of each one's start."
OCCASIONS_HELP = (
    "Days of the occasions after the start: pre=0,post=12w,6m=6m; for numbered ones sessions=7 "
    "(days apart), days, weeks or months (of 30.4375 days)."
)


def shape_said(
    table: Table, today: date, *, shape: str, client: str | None, row_is_client: bool,
    start: str | None, start_format: str | None, time: str | None, occasions: str,
    item: str | None, value: str | None, part: str | None, form: str,
) -> Shape:  # fmt: skip
    """The layout that the options say. Raises Invalid for what can't be, naming the option."""
    kind = next((one for one in KINDS if one == shape), None)
    if kind is None:
        raise Invalid(f"--shape {shape}: expected {', '.join(KINDS)}.")
    found = propose_shape(table, today, kind)
    if kind == "times" and not found.points:
        raise Invalid(
            f"{table.file_name} has no columns named alike but for a time point, such as bdi.pre "
            "and bdi.2m."
        )
    nominal: dict[str, Any] | None = None
    if start is not None:
        nominal = {"column": time}
        if kind == "times":
            labels: tuple[str, ...] = tuple(point.label for point in found.points)
        else:
            labels = (occasions_in(table, time) or ()) if time in table.columns else ()
        nominal["days"] = known_days(labels) | stated(occasions, labels)
        if unsaid := [label for label in labels if label not in nominal["days"]]:
            raise Invalid(f"--occasions: say the days of {', '.join(unsaid[:10])}.")
        if start in table.columns:
            nominal |= {"start_column": start, "start_format": start_format}
        else:
            nominal["start"] = start
    elif time or occasions:
        raise Invalid("--time and --occasions need --start.")
    keys = tuple(name.strip() for name in form.split(",") if name.strip())
    try:
        return Shape(
            kind=kind,
            points=found.points if kind == "times" else (),
            keys=keys, part=part, item=item, value=value,
            row_is_client=row_is_client, client=client,
            nominal=Nominal.model_validate(nominal) if nominal is not None else None,
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"The layout can't be taken: {first['msg']}.") from error


def made_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """What the columns mean that were made from what was said: nobody need say it again."""
    found = {}
    for made in (CLIENT_CODE, ROW_CODE):
        if made in columns:
            found["client"] = made
    if NOMINAL in columns:
        found |= {"answered_on": NOMINAL, "date_format": "iso"}
    return found
