"""Opens the store of a practice for those who may not know the store itself: web and cli."""

from pathlib import Path

from attachdash.practice.entrance import clock
from attachdash.store import Store as Store
from attachdash.store import open_store
from attachdash.support import content


def open_practice(home: Path, *, url: str | None = None, create: bool = False) -> Store:
    """The open store of the practice in `home`.

    Raises Unavailable, naming the cure, and ContentError where the support content can't be used:
    no flag is shown without help.
    """
    content()
    return open_store(home, clock(), url=url, create=create)
