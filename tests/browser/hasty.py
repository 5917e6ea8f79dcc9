"""The server with sessions that end after seconds without a touch, not after minutes."""

import sys
from datetime import timedelta

from attachdash.practice import entrance
from attachdash.web import who

if __name__ == "__main__":
    entrance.IDLE = timedelta(seconds=8)
    entrance.TOUCH_EVERY = timedelta(0)
    who.WATCH_EVERY = timedelta(seconds=2)
    from streamlit.web.cli import main

    sys.argv = ["streamlit", *sys.argv[1:]]
    main()
