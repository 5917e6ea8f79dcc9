"""The whole life of somebody's second factor, each step by the function that `do` calls by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Any

import pyotp

from attachdash.practice.rights import Viewer


def second_factor_done(
    do: Callable[..., Any], sign_in: Callable[[], Viewer], admin: Viewer, person_id: int,
    password: str,
) -> None:  # fmt: skip
    """Begun, in force, asked for, renewed, reset; begun again, and ended."""

    def set_up() -> list[str]:
        mine = sign_in()
        app = pyotp.TOTP(do("second_factor.begin", mine, password).secret)
        codes: list[str] = do("second_factor.finish", mine, app.at(mine.now.replace(tzinfo=UTC)))
        return codes

    def confirmed(code: str) -> Viewer:
        waiting = sign_in()
        assert waiting.must_confirm
        assert do("second_factor.confirm", waiting, code)
        return replace(waiting, must_confirm=False)

    codes = set_up()
    mine = confirmed(codes[0])
    assert do("second_factor.mine", mine).recovery_codes == len(codes) - 1
    assert len(do("second_factor.new_recovery_codes", mine, password, codes[1])) == len(codes)
    assert do("second_factor.having", admin) == {person_id}
    do("second_factor.reset", admin, person_id)
    assert not do("second_factor.having", admin)
    codes = set_up()
    do("second_factor.end", confirmed(codes[0]), password, codes[1])
    assert not do("second_factor.having", admin)
    do("house.require_second_factor", admin, False)
