"""How much is tried: `usual`, or `long` in `make test-long`. Said before anything is imported."""

import os

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "usual")
# What most tests have is small: handing it to other threads takes longer than doing it. The long
# ones do with all the threads that a practice has, and DuckDB has them always: they show what is
# in an order by chance alone.
if PROFILE == "usual":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
