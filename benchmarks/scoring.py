"""How fast answers become scores: our kernel beside polars and pandas, in one process.

`python -m benchmarks.scoring` scores a million administrations; `--ten-million` ten. The mix is
seeded: PHQ-9 26%, GAD-7 23%, CORE-10 19%, WHO-5 18%, ECR-R 8%, RSES 5%, with 2% of answers
missing. Each peer gets the layout it is fastest with (column by column); ours gets rows of 8 bits,
as the store's list column hands them over. Every peer writes the same float scores.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import Instrument, Method, Scale, library, score

SHARES = {"phq9": 26, "gad7": 23, "core10": 19, "who5": 18, "ecr_r": 8, "rses": 5}
MISSING = 0.02
ROUNDS = 5
Scores = dict[tuple[str, str], NDArray[np.float64]]


def made(administrations: int) -> dict[str, NDArray[np.int8]]:
    """Seeded answers per instrument, -1 where missing."""
    random = np.random.default_rng(20_26)
    whole = sum(SHARES.values())
    answers = {}
    for name, share in SHARES.items():
        items = library()[name].items
        shape = (administrations * share // whole, len(items))
        drawn = random.integers(items[0].low, items[0].high + 1, shape, dtype=np.int8)
        drawn[random.random(shape, dtype=np.float32) < MISSING] = -1
        answers[name] = drawn
    return answers


def ours(answers: dict[str, NDArray[np.int8]]) -> Scores:
    found: Scores = {}
    for name, rows in answers.items():
        for scale_id, scores in score(library()[name], rows).items():
            found[name, scale_id] = scores.value
    return found


def with_polars(frames: dict[str, pl.DataFrame]) -> Scores:
    """One expression per scale over all columns, nulls for blanks; polars uses every core."""
    found: Scores = {}
    for name, frame in frames.items():
        instrument = library()[name]
        out = frame.select(_polars_score(instrument, scale) for scale in instrument.scales)
        for scale in instrument.scales:
            found[name, scale.id] = out[scale.id].to_numpy()
    return found


def _polars_score(instrument: Instrument, scale: Scale) -> pl.Expr:
    ends = instrument.items[0].low + instrument.items[0].high
    keyed = [
        (ends - pl.col(f"q{n}")) if n in scale.reverse else pl.col(f"q{n}") for n in scale.items
    ]
    total = pl.sum_horizontal(expr.cast(pl.Int16) for expr in keyed)
    columns = [pl.col(f"q{number}") for number in scale.items]
    answered = pl.sum_horizontal(column.is_not_null().cast(pl.UInt8) for column in columns)
    mean = total.cast(pl.Float64) / answered
    value = mean if scale.method is Method.MEAN else mean * len(scale.items) * scale.factor
    enough = answered >= len(scale.items) - scale.missing_allowed
    return pl.when(enough).then(value).otherwise(float("nan")).alias(scale.id)


def with_pandas(frames: dict[str, pd.DataFrame]) -> Scores:
    """Float columns, NaN for blanks: pandas' own sum and count along the rows."""
    found: Scores = {}
    for name, frame in frames.items():
        instrument = library()[name]
        ends = instrument.items[0].low + instrument.items[0].high
        for scale in instrument.scales:
            keyed = frame[[f"q{number}" for number in scale.items]]
            turned = [f"q{number}" for number in scale.reverse]
            if turned:
                keyed = keyed.assign(**{column: ends - keyed[column] for column in turned})
            mean = keyed.mean(axis=1)
            value = mean if scale.method is Method.MEAN else mean * len(scale.items) * scale.factor
            enough = keyed.count(axis=1) >= len(scale.items) - scale.missing_allowed
            found[name, scale.id] = value.where(enough).to_numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ten-million", action="store_true")
    administrations = 10_000_000 if parser.parse_args().ten_million else 1_000_000
    answers = made(administrations)
    count = sum(rows.size for rows in answers.values())
    names = {name: [f"q{n}" for n in range(1, rows.shape[1] + 1)] for name, rows in answers.items()}
    columns = {
        name: pl.DataFrame(
            {q: pl.Series(rows[:, n].copy()) for n, q in enumerate(names[name])}
        ).with_columns(pl.all().replace(-1, None))
        for name, rows in answers.items()
    }
    # As float32, the narrowest that holds NaN: pandas' nullable integers are several times slower.
    tables = {
        name: pd.DataFrame(
            {
                q: np.where(rows[:, n] < 0, np.nan, rows[:, n]).astype(np.float32)
                for n, q in enumerate(names[name])
            }
        )
        for name, rows in answers.items()
    }
    contenders: dict[str, Callable[[], Scores]] = {
        "ours": lambda: ours(answers),
        "polars": lambda: with_polars(columns),
        "pandas": lambda: with_pandas(tables),
    }
    expected = contenders["ours"]()
    for name, contender in contenders.items():  # warms each, too
        for key, values in contender().items():
            np.testing.assert_allclose(values, expected[key], rtol=1e-5, err_msg=f"{name} {key}")
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            started, spent = time.perf_counter(), time.process_time()
            contender()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(time.process_time() - spent)
    print(f"{administrations:,} administrations, {count:,} answers, median of {ROUNDS}")
    for name in contenders:
        took, worked = statistics.median(wall[name]), statistics.median(cpu[name])
        print(
            f"{name:7} {took:8.3f} s  {worked:8.3f} cpu s  "
            f"{took / statistics.median(wall['ours']):5.1f} x ours, "
            f"{worked / statistics.median(cpu['ours']):5.1f} x in cpu"
        )


if __name__ == "__main__":
    main()
