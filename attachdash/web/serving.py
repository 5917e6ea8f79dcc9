"""From start to stop of the server: test itself, open the store, serve, let the store go."""

import gc
import importlib
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from attachdash import log, settings
from attachdash.errors import ForPeople, Unavailable
from attachdash.web import errors, house, nightly, selftest

# What the first page would else wait for.
HEAVY = ("plotly.graph_objects", "streamlit_authenticator", "attachdash.charts")


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Serve only from a safe configuration and an open store; else say why and stop."""
    log.begin()
    errors.quieten()
    found = selftest.problems()
    if not found:
        try:
            house.store()
        except ForPeople as error:
            found = [str(error)]
    if found:
        print("AttachDash does not start:", *found, sep="\n  ", file=sys.stderr, flush=True)
        # Starlette prints what stopped it; the reasons above are all that helps.
        sys.tracebacklimit = 0
        raise Unavailable("The start-up self-test failed; the reasons stand above.")
    # Outside a page the sign-in library's decorators warn of having no page.
    logging.disable(logging.WARNING)
    try:
        for name in HEAVY:
            importlib.import_module(name)
    finally:
        logging.disable(logging.NOTSET)
    # What was made up to here lives as long as the server: the collector needn't walk it again.
    gc.collect()
    gc.freeze()
    # The demo is made anew at any time; it needs no backups, and writes to nobody.
    serves_practice = settings.practice_served() == "practice"
    stop = nightly.start(house.store()) if serves_practice else None
    try:
        yield
    finally:
        if stop is not None:
            stop()
        house.close()
