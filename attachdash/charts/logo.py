"""Where is the wordmark?"""

from pathlib import Path

from attachdash.charts.theme import Mode

_FOLDER = Path(__file__).resolve().parents[2] / "data" / "look"


def wordmark(mode: Mode) -> Path:
    """The SVG file of the name with its two arcs, 178 x 40 px."""
    return _FOLDER / f"wordmark-{mode}.svg"
