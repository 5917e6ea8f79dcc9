"""The only SQL: a practice's store in DuckDB or PostgreSQL."""

from attachdash.store.opening import Store, open_store
from attachdash.store.reach import Reach

__all__ = ["Reach", "Store", "open_store"]
