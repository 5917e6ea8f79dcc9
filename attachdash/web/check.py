"""`python -m attachdash.web.check`: what is wrong with the configuration, and 1 if anything is."""

import sys
from typing import Any

import click
from streamlit import config
from streamlit.web import bootstrap
from streamlit.web.cli import configurator_options

from attachdash.web import house, selftest


@click.command()
@configurator_options
def settings_of_run(**settings: Any) -> None:
    """Load the settings of `streamlit run`: its file, its environment, its options."""
    config._main_script_path = str(house.ROOT / "app.py")
    bootstrap.load_config_options(settings)


def main() -> int:
    """Print each problem on a line of its own; 0 when there is none, else 1."""
    settings_of_run.main(args=sys.argv[1:], standalone_mode=False)
    found = selftest.problems()
    for problem in found:
        print(problem)
    if not found:
        print("The web configuration is safe.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
