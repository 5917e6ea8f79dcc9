"""The page Export: nothing is read before the press, and the audit has each one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import exporting, house
from tests.practice.conftest import House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "export.py"


def exports(small: House) -> list[str]:
    trail = house.audit_trail(small.viewer("a.diallo"))
    return trail.loc[trail["kind"] == "exported", "detail"].tolist()


def test_nothing_is_gathered_before_the_press_nor_by_a_rerun(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    whole = exporting.zipped

    def zipped(files: dict[str, str], now: object) -> bytes:
        made.append(whole(files, now))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(exporting, "zipped", zipped)
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("t.one"))
    tab = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not tab.exception
    assert not tab.get("download_button")
    assert exports(small) == []

    tab.button[0].click().run()
    assert not tab.exception
    assert len(tab.get("download_button")) == 1
    assert exports(small) == ["1 client, 3 administrations"]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert archive.read("clients.csv").decode().count("\r\n") == 2
        assert "people.csv" not in archive.namelist()

    tab.run()
    assert not tab.get("download_button")
    assert len(exports(small)) == len(made) == 1
