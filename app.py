"""The server: Streamlit's shell with the guard in front. `streamlit run app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from attachdash.web.errors import on_script_error
from attachdash.web.guard import Guard
from attachdash.web.serving import lifespan

app = st.App(
    "attachdash/web/shell.py",
    middleware=[Middleware(Guard)],
    lifespan=lifespan,
    on_script_error=on_script_error,
)
