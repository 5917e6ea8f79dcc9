"""A practice's file that was damaged, byte by byte or by the page: every loss is said.

Where nothing is said, all must be there as it was.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from attachdash.errors import Unavailable
from attachdash.practice import checking
from attachdash.store import open_store
from attachdash.store.copy_duckdb import Sums, sums_of
from tests.practice.conftest import NOW, House
from tests.practice.test_tampering import lived_in

Rng = random.Random
PAGE = 4096


def flipped(data: bytearray, rng: Rng) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def zeroed(data: bytearray, rng: Rng) -> None:
    """A page of the disk that was never written."""
    start = rng.randrange(len(data) // PAGE) * PAGE
    data[start : start + PAGE] = bytes(PAGE)


def written_over(data: bytearray, rng: Rng) -> None:
    start, length = rng.randrange(len(data) - 64), rng.randint(2, 64)
    data[start : start + length] = rng.randbytes(length)


def swapped(data: bytearray, rng: Rng) -> None:
    """Two pages, each where the other was."""
    one, other = (place * PAGE for place in rng.sample(range(len(data) // PAGE), 2))
    data[one : one + PAGE], data[other : other + PAGE] = (
        data[other : other + PAGE], data[one : one + PAGE],
    )  # fmt: skip


def cut(data: bytearray, rng: Rng) -> None:
    del data[rng.randrange(1, len(data)) :]


def shifted(data: bytearray, rng: Rng) -> None:
    """Some bytes came in, and all behind them stands further back."""
    place = rng.randrange(len(data))
    data[place:place] = rng.randbytes(rng.randint(1, 9))


DAMAGES: list[Callable[[bytearray, Rng], None]] = [
    flipped, zeroed, written_over, swapped, cut, shifted,
]  # fmt: skip


def said(home: Path) -> str:
    """What opening and checking say; "" where all seems well."""
    try:
        store = open_store(home, NOW)
        try:
            return " ".join(checking.problems(store))
        finally:
            store.close()
    except Unavailable as error:
        return str(error)


def damaged(house: House, tmp_path: Path, rng: Rng, times: int) -> None:
    lived_in(house)
    house.store.close()
    kept = house.store.home
    sums: Sums = sums_of(kept / "practice.duckdb")
    data = (kept / "practice.duckdb").read_bytes()
    found = 0
    for number in range(times):
        home = Path(shutil.copytree(kept, tmp_path / f"damaged-{number}"))
        damage, bad = DAMAGES[number % len(DAMAGES)], bytearray(data)
        damage(bad, rng)
        (home / "practice.duckdb").write_bytes(bad)
        words = said(home)
        if words:
            found += 1
            assert str(home / "practice.duckdb") in words, (number, damage.__name__, words)
            assert "attachdash restore" in words
        else:
            assert sums_of(home / "practice.duckdb") == sums, (number, damage.__name__)
        shutil.rmtree(home)
    assert found


def test_h15_each_kind_of_damage_to_the_file_is_said_or_changes_nothing(
    small: House, tmp_path: Path
) -> None:
    damaged(small, tmp_path, Rng(20_26), len(DAMAGES))


@pytest.mark.long
def test_h15_a_hundred_damaged_files_are_said_or_hold_all(small: House, tmp_path: Path) -> None:
    damaged(small, tmp_path, Rng(7), 100)
