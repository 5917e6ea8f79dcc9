"""What `attachdash import` is told of answers in words, and what it tells of repeats and totals."""

from collections import Counter
from collections.abc import Sequence

import polars as pl
import typer

from attachdash.cli_words import referred
from attachdash.errors import Invalid
from attachdash.instruments import SELF, RelationKind, informants_of, library, targets_of
from attachdash.intake import Mapping, Problem, ProblemKind, Table, listed, people, shown
from attachdash.intake.mapping import as_number, folded
from attachdash.intake.refusals import grouped, log_refused
from attachdash.intake.worded import words_unsaid

TOLD = 50  # refused rows told in full; the rest are counted


INFORMANT_HELP = (
    "Who answered, where it wasn't the client: mother, father, parent, carer, partner, teacher, …"
)
ABOUT_HELP = "Whom the client answered about, where it isn't themself: mother, partner, friend, …"


def say_people(table: Table, mapping: Mapping) -> None:
    """Tell who answered about whom, where the questionnaire leaves a choice; of columns that say
    so, the words whose meaning is unsaid."""
    if mapping.people_columns:
        unsaid = people.words_unsaid(table, mapping)
        if unsaid:
            told = ", ".join(f"{shown(one) or '(empty)'} ({n:,})" for one, n in unsaid[:TOLD])
            typer.echo(
                f"Words for people without a meaning: {told}. Say each once, as --who "
                '"Mutter=mother", or --who "Klientin=self" for the client; rows with them are '
                "refused."
            )
        return
    asked = library()[mapping.instrument]
    for option, said, allowed in (
        ("--informant", mapping.informant, informants_of(asked)),
        ("--about", mapping.about, targets_of(asked)),
    ):
        if len(allowed) > 1:
            others = ", ".join(one for one in allowed if one != said)
            typer.echo(f"{asked.short_name}: {option} {said} (it could also be {others}).")


def say_refused(problems: Sequence[Problem], counts: Counter[ProblemKind]) -> None:
    """Tell what is refused, each cell, then how often each kind, with the log's reference."""
    if not problems:
        return
    for problem in problems[:TOLD]:
        typer.echo(str(problem))
    total = counts.total()
    if total > TOLD:
        typer.echo(f"… and {total - TOLD:,} more.")
    kinds = "; ".join(
        f"{kind.value.replace('_', ' ')} {count:,}" + (f" ({listed(rows)})" if rows else "")
        for kind, count, rows in grouped(problems, counts)
    )
    typer.echo(f"Refused, by kind: {kinds}.")
    typer.echo(referred(log_refused(problems, counts)))


def say_totals_and_repeats(
    file: str, same: Sequence[tuple[int, int]], same_count: int, differ: pl.DataFrame,
    differ_count: int,
) -> None:  # fmt: skip
    """Tell the first of these rows and totals, and how many there are."""
    if same:
        told = ", ".join(f"{row} (as {first})" for row, first in same[:TOLD])
        more = f" and {same_count - TOLD:,} more" if same_count > TOLD else ""
        typer.echo(f"Rows with the same answers as another, counted once: {told}{more}.")
    for one in differ.head(TOLD).rows(named=True):
        ours = "none" if one["ours"] is None else f"{one['ours']:g}"
        typer.echo(
            f"{file}, row {one['row_number']}, column {one['column']}: total {one['theirs']}, our "
            f"{one['scale_id']} {ours}."
        )
    if differ_count:
        typer.echo(f"{differ_count:,} totals differ from our scores; ours are kept.")


def people_said(pairs: list[str]) -> dict[str, str]:
    """Word and meaning of each "word=kind"; nothing before the sign stands for an empty cell."""
    found: dict[str, str] = {}
    for pair in pairs:
        word, sign, kind = pair.rpartition("=")
        if not sign or kind.strip() not in (SELF, *RelationKind):
            kinds = ", ".join((SELF, *RelationKind))
            raise Invalid(f'--who "{pair}": expected word=kind, and the kind one of {kinds}.')
        if folded(word) in {folded(one) for one in found}:
            raise Invalid(f'--who "{pair}": the meaning of this word was said already.')
        found[word.strip()] = kind.strip()
    return found


def words_said(pairs: list[str]) -> dict[str, int | None]:
    """Word and value of each "word=value"; nothing after the sign means not answered."""
    found: dict[str, int | None] = {}
    for pair in pairs:
        # From the right: a word may hold the sign, a value can't.
        word, sign, value = pair.rpartition("=")
        said = as_number(value.strip()) if value.strip() else None
        if not (word.strip() and sign) or (value.strip() and (said is None or said % 1)):
            raise Invalid(
                f'--word "{pair}": expected word=value, such as "Not at all=0", or "Skipped=" '
                "for not answered."
            )
        if folded(word) in {folded(one) for one in found}:
            raise Invalid(f'--word "{pair}": this word was given a value already.')
        found[word.strip()] = None if said is None else int(said)
    return found


def say_words(table: Table, mapping: Mapping) -> None:
    """Tell which words of the file have no value yet."""
    open_ones = words_unsaid(table, mapping.items, mapping.words, mapping.missing)
    if open_ones:
        told = ", ".join(f"{shown(word)} ({count:,})" for word, count in open_ones[:TOLD])
        typer.echo(
            f'Words without a value: {told}. Say each once, as --word "Not at all=0", or '
            '--word "Skipped=" for not answered; rows with them are refused.'
        )


def say_what_is_new(new: int, without: int, *, create_clients: bool, open_episodes: bool) -> None:
    """Tell what more would come in if it were asked for."""
    if new and not create_clients:
        typer.echo(
            f"{new} codes are new: --create-clients makes them clients (for an administrator); "
            "else their rows stay out."
        )
    if without and not open_episodes:
        typer.echo(
            f"{without} clients have no episode: --open-episodes opens one on the first answer's "
            "day, marked as nominal."
        )
