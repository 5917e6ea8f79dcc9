"""One SQL text for both engines: nothing in the store that they would answer differently."""

import ast
import re
from pathlib import Path

import pytest

from attachdash.store.engine import statements

STORE = Path(__file__).parents[2] / "attachdash" / "store"

FORBIDDEN = (
    r"GROUP BY ALL", r"\bQUALIFY\b", r"\barg_m(ax|in)\b", r"\bmedian\(", r"\bTIMESTAMPTZ\b",
    r"\bDECIMAL\b", r"\bNUMERIC\b", r"\bENUM\b", r"\bJSONB?\b", r"\bSTRUCT\b",
    r"\bDOUBLE\b(?! PRECISION)", r"\b(?i:round)\(", r"FOR UPDATE", r"(?<!\w)at\s+TIMESTAMP",
    # Sums and means of integers are not the same type in both; cast to DOUBLE PRECISION first.
    r"\b(?i:sum|avg)\((?!CAST\([^()]* AS DOUBLE PRECISION\)\))",
    # An integer over an integer is 3.5 in one and 3 in the other.
    r"(?<!AS DOUBLE PRECISION\))(?<!AS DOUBLE PRECISION\) )/",
    # DuckDB compares each row with each of a list: minutes where both are long. IN (SELECT
    # unnest(...)) is a join.
    r"(?:client|episode|administration|flag)_id = ANY\(", r"\(code\) = ANY\(",
)  # fmt: skip


def sql_of(path: Path) -> list[str]:
    """The SQL texts of a file of the store: a .sql file, or the strings of a module."""
    if path.suffix == ".sql":
        return ["\n".join(statements(path.read_text()))]
    tree = ast.parse(path.read_text())
    words = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        "\n".join(line for line in node.value.splitlines() if not line.lstrip().startswith("--"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words
        if re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|ORDER BY|CREATE|ALTER)\b", node.value)
    ]


def faults(sql: str) -> list[str]:
    """What of a text the two engines would answer differently, or one of them not at all."""
    found = [pattern for pattern in FORBIDDEN if re.search(pattern, sql)]
    for order in re.findall(r"ORDER BY\s+((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)", sql):
        keys = re.split(r"\b(?:LIMIT|ROWS BETWEEN|RETURNING)\b", order)[0]
        # A comma inside a call parts no keys.
        bare = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", keys)
        found += [key.strip() for key in bare.split(",") if "NULLS LAST" not in key]
    return found


def test_the_store_holds_none_of_the_sql_that_differs_between_engines() -> None:
    own = {"engine_duckdb.py", "engine_postgresql.py", "copy_duckdb.py"}
    texts = {
        (path.name, sql)
        for path in STORE.rglob("*")
        if path.suffix in (".py", ".sql") and path.name not in own
        and not path.name.endswith(".postgresql.sql")
        for sql in sql_of(path)
    }  # fmt: skip
    assert sum("ORDER BY" in sql for _, sql in texts) > 15
    assert {(name, fault) for name, sql in texts for fault in faults(sql)} == set()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t ORDER BY a NULLS LAST, b",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) FROM t",
        "SELECT a FROM t ORDER BY COALESCE(a, b) DESC LIMIT 1",
        "SELECT a FROM t ORDER BY a",
        "CREATE TABLE t (a DOUBLE, b INTEGER)",
        "CREATE TABLE t (a JSON)",
        "SELECT sum(n) FROM t",
        "SELECT avg(CAST(n AS BIGINT)) FROM t",
        "SELECT n / 2 FROM t",
        "SELECT round(n) FROM t",
        "SELECT a FROM t GROUP BY ALL",
        "SELECT a FROM t WHERE client_id = ANY($1)",
    ],
)
def test_sql_that_differs_is_found(sql: str) -> None:
    assert faults(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t ORDER BY COALESCE(a, b) DESC NULLS LAST, c NULLS LAST LIMIT 1",
        "SELECT last_value(a) OVER (PARTITION BY c ORDER BY a NULLS LAST, b NULLS LAST "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS latest FROM t",
        "CREATE TABLE t (a DOUBLE PRECISION)",
        "SELECT avg(CAST(n AS DOUBLE PRECISION)), CAST(n AS DOUBLE PRECISION) / 2 FROM t",
    ],
)
def test_sql_that_both_answer_alike_passes(sql: str) -> None:
    assert faults(sql) == []


def test_h25_nothing_reads_or_writes_that_one_client_is_around_another() -> None:
    """The column is only asked whether it is empty: no record can lead to a partner's."""
    texts = [sql for path in STORE.glob("*.py") for sql in sql_of(path)]
    assert len(texts) > 100
    asked = [sql.replace("other_client_id IS NULL", "") for sql in texts]
    assert [sql for sql in asked if "other_client_id" in sql] == []
