"""The small practice of the practice tests."""

from tests.practice.conftest import _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]
