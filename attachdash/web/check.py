"""`python -m attachdash.web.check`: what is wrong with the configuration, and 1 if anything is."""

import sys

from streamlit import config
from streamlit.web import bootstrap

from attachdash.web import house, selftest


def main() -> int:
    """Print each problem on a line of its own; 0 when there is none, else 1."""
    # As `streamlit run` does, so that the same files and environment count from any folder.
    config._main_script_path = str(house.ROOT / "app.py")
    bootstrap.load_config_options({})
    found = selftest.problems()
    for problem in found:
        print(problem)
    if not found:
        print("The web configuration is safe.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
