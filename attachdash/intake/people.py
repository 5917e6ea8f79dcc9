"""Who answered each row and about whom, where a file's columns say so: each word by its meaning."""

from collections import Counter

import polars as pl

from attachdash.instruments import SELF, Instrument, answered_as
from attachdash.intake.findings import Findings
from attachdash.intake.mapping import Mapping, folded, people_wrong
from attachdash.intake.problems import ProblemKind, Wrong
from attachdash.intake.table import Table, distinct

CURE = "Say once what this word means, or correct the cell."


def people(
    table: Table, mapping: Mapping, instrument: Instrument, findings: Findings
) -> dict[str, pl.Series]:
    """Each row's informant and whom it is about, as SELF or a kind of relation, null where refused;
    and the `person` it names, folded, "" for none.

    Nothing where one is said for the whole file. A word without a meaning is never the client.
    """
    if not mapping.people_columns:
        return _named(table, mapping, {})
    meanings = {folded(word): meaning for word, meaning in mapping.people.items()}
    found = {}
    for role, column, said in (
        ("informant", mapping.informant_column, mapping.informant),
        ("about", mapping.about_column, mapping.about),
    ):
        if column is None:
            found[role] = pl.repeat(said, table.frame.height, dtype=pl.String, eager=True)
            continue
        what = "who answered" if role == "informant" else "whom it is about"
        wrong = Wrong(ProblemKind.PERSON, f"a word that says {what}", CURE)
        texts, which = distinct(table.frame[column])
        values = [meanings.get(folded(text)) for text in texts]
        findings.add_column(column, [one or wrong for one in values], which)
        found[role] = pl.Series(values, dtype=pl.String).gather(which)
    column = mapping.people_columns[0]
    pairs = pl.DataFrame(found).with_row_index("at").drop_nulls()
    for (informant, about), own in pairs.group_by("informant", "about"):
        expected = [one for one, _ in people_wrong(instrument, str(informant), str(about))]
        expected = expected or _scales_wrong(mapping, instrument, str(informant))
        if expected:
            wrong = Wrong(
                ProblemKind.PERSON, expected[0], "Correct the cell, or leave the row out."
            )
            for at in own["at"].to_list():
                findings.add(at, column, table.frame[column][at], wrong)
    return _named(table, mapping, found)


def _named(table: Table, mapping: Mapping, found: dict[str, pl.Series]) -> dict[str, pl.Series]:
    if mapping.person_column is None:
        return found
    texts, which = distinct(table.frame[mapping.person_column])
    names = pl.Series([folded(text) for text in texts], dtype=pl.String).gather(which)
    if found:
        # What stands beside the client's own answers is the client's own name.
        own = (found["informant"] == SELF) & (found["about"] == SELF)
        names = names.set(own.fill_null(value=False), "")
    return found | {"person": names.alias("person")}


def _scales_wrong(mapping: Mapping, instrument: Instrument, informant: str) -> list[str]:
    word = answered_as(instrument, informant) or informant
    others = [
        scale.name
        for scale in instrument.scales_for(None)
        if scale.id in mapping.scores and not scale.is_for(word)
    ]
    return (
        [f"scales that {informant} answers, but {', '.join(others)} is not one"] if others else []
    )


def people_words(table: Table, columns: tuple[str, ...]) -> list[tuple[str, int]]:
    """The different words of these columns, commonest first, each with how often it stands there;
    those that only differ in capitals or outer blanks are one."""
    # Counted before anything is folded here: a column of codes, chosen by mistake, has thousands.
    parts = [table.frame[column].str.strip_chars().rename("word") for column in columns]
    counted = (
        pl.DataFrame(pl.concat(parts)).group_by("word", maintain_order=True)
        .agg(times=pl.len()).with_columns(own=pl.col("word").str.to_lowercase())
        .group_by("own", maintain_order=True)
        .agg(pl.col("word").first(), pl.col("times").sum())
    )  # fmt: skip
    times: Counter[str] = Counter()
    first: dict[str, str] = {}
    for own, word, count in counted.iter_rows():
        times[folded(own)] += count
        first.setdefault(folded(own), word)
    return [(first[word], count) for word, count in times.most_common()]


def words_unsaid(table: Table, mapping: Mapping) -> list[tuple[str, int]]:
    """The words for people whose meaning nobody has said."""
    if not mapping.people_columns:
        return []
    said = {folded(word) for word in mapping.people}
    found = people_words(table, mapping.people_columns)
    return [(word, count) for word, count in found if folded(word) not in said]
