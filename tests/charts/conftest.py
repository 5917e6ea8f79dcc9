"""Every figure that a test draws is held against plotly's own rules."""

import pytest

from attachdash.charts import theme


@pytest.fixture(autouse=True)
def _validated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "VALIDATE", True)
