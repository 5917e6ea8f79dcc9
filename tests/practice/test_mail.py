"""Are the mail server's password and people's addresses kept as they should be?"""

from dataclasses import replace
from pathlib import Path

import pytest

from attachdash.errors import Invalid
from attachdash.practice import exporting, founding, house, loading, mail, people
from attachdash.practice.entrance import at_terminal
from attachdash.practice.mail import MailSettings, mail_settings, server_of
from attachdash.practice.mail_server import Security
from attachdash.store import settings as store_settings
from tests.practice.conftest import NOW, House

SECRET = "Plum-Kettle-91"
WANTED = MailSettings(
    host="smtp.practice.example", port=465, security=Security.TLS, user="dash",
    sender="dash@practice.example", site_address="https://dash.practice.example",
)  # fmt: skip


def held(house_: House) -> dict[str, str]:
    with house_.store.engine.reading(house_.viewer("a.diallo").scope) as cursor:
        return store_settings.everything(cursor, 1)


def password(house_: House) -> str | None:
    admin = house_.viewer("a.diallo")
    with house_.store.engine.reading(admin.scope) as cursor:
        found = server_of(cursor, admin)
    assert found is not None
    return found[0].password


def put(house_: House, name: str, body: str) -> None:
    house_.store.engine.writing(
        house_.viewer("a.diallo").scope, lambda cursor: store_settings.put(cursor, 1, name, body)
    )


def test_the_password_is_sealed_and_shown_to_nobody(either: House) -> None:
    admin = either.viewer("a.diallo")
    mail.change_mail(admin, WANTED, SECRET)
    assert password(either) == SECRET
    assert mail_settings(admin) == replace(WANTED, has_password=True)
    trail = house.audit_trail(admin, 1000).to_string()
    exported = exporting.export(at_terminal(either.store, "a.diallo", NOW))
    for text in (str(held(either)), str(mail_settings(admin)), trail, str(exported)):
        assert SECRET not in text
    assert held(either)["mail_password"] not in str(exported) + trail
    assert not any("practice.example" in one for one in trail.splitlines())
    assert ",465" in exported["settings.csv"]


def test_no_file_of_the_practice_holds_the_password(small: House) -> None:
    mail.change_mail(small.viewer("a.diallo"), WANTED, SECRET)
    small.store.close()
    files = [one for one in Path(small.store.home).rglob("*") if one.is_file()]
    assert files
    assert not [one for one in files if SECRET.encode() in one.read_bytes()]


def test_a_password_is_kept_for_its_server_and_user_alone(small: House) -> None:
    admin = small.viewer("a.diallo")
    mail.change_mail(admin, WANTED, SECRET)
    mail.change_mail(admin, replace(WANTED, sender="other@practice.example"))
    assert password(small) == SECRET
    for elsewhere in (
        replace(WANTED, host="smtp.evil.example"), replace(WANTED, port=2525),
        replace(WANTED, user="other"), replace(WANTED, security=Security.STARTTLS),
    ):  # fmt: skip
        with pytest.raises(Invalid, match="Type the password again"):
            mail.change_mail(admin, elsewhere)
    # Nor does it open where somebody wrote another server into the store.
    put(small, "mail_host", "smtp.evil.example")
    assert password(small) is None
    put(small, "mail_host", WANTED.host)
    assert password(small) == SECRET
    small.store.audit_key = b"another key"
    assert password(small) is None


def test_a_password_goes_with_its_user(small: House) -> None:
    admin = small.viewer("a.diallo")
    with pytest.raises(Invalid, match="needs the password"):
        mail.change_mail(admin, WANTED)
    with pytest.raises(Invalid, match="needs the user"):
        mail.change_mail(admin, replace(WANTED, user=""), SECRET)
    mail.change_mail(admin, WANTED, SECRET)
    mail.change_mail(admin, replace(WANTED, user=""))
    assert held(small)["mail_password"] == ""
    mail.change_mail(admin, WANTED, SECRET)
    mail.change_mail(admin, MailSettings())
    assert held(small)["mail_password"] == ""
    assert mail_settings(admin) == MailSettings()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"host": "smtp example"}, "no name of a mail server"),
        ({"host": "smtp.example\r\nRCPT TO:<x@y.example>"}, "no name of a mail server"),
        ({"host": "https://smtp.example"}, "no name of a mail server"),
        ({"port": 0}, "from 1 to 65535"),
        ({"port": 70000}, "from 1 to 65535"),
        ({"security": Security.PLAIN}, "to this machine only"),
        ({"user": "dash\r\nMAIL"}, "without accents"),
        ({"sender": ""}, "no mail address"),
        ({"sender": "a@b.example\r\nBcc: c@d.example"}, "no mail address"),
        ({"sender": "AttachDash <a@b.example>"}, "no mail address"),
        ({"site_address": "http://dash.example"}, "https://"),
        ({"site_address": "https://a:b@dash.example"}, "https://"),
        ({"site_address": "https://dash.example/?client=A"}, "https://"),
        ({"site_address": "https://dash.example\r\nBcc: x"}, "https://"),
        ({"site_address": "javascript:alert(1)"}, "https://"),
        ({"site_address": "https://[dash"}, "https://"),
    ],
)
def test_what_can_not_be_used_is_refused(
    small: House, changed: dict[str, object], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        mail.change_mail(small.viewer("a.diallo"), replace(WANTED, **changed), SECRET)  # type: ignore[arg-type]
    assert "mail_host" not in held(small)


@pytest.mark.parametrize("secret", ["pläne", "a\r\nb", "x" * 201])
def test_a_password_that_the_line_does_not_take_is_refused(small: House, secret: str) -> None:
    with pytest.raises(Invalid, match="without accents"):
        mail.change_mail(small.viewer("a.diallo"), WANTED, secret)


def test_addresses_are_set_by_oneself_and_by_an_administrator(either: House) -> None:
    admin, mine = either.viewer("a.diallo"), either.viewer("t.one")
    assert mail.my_address(mine) == ""
    mail.set_my_address(mine, " one@practice.example ")
    assert mail.my_address(mine) == "one@practice.example"
    mail.set_address(admin, either.people["s.one"], "s@practice.example")
    known = {one.sign_in: one.mail for one in people.everyone(admin)}
    assert (known["t.one"], known["s.one"], known["s.two"]) == (
        "one@practice.example", "s@practice.example", "",
    )  # fmt: skip
    mail.set_address(admin, either.people["s.one"], "")
    assert mail.my_address(either.viewer("s.one")) == ""
    for wrong in ("a@b.example\r\nBcc: c@d.example", "nobody", "a@b.example c@d.example"):
        with pytest.raises(Invalid, match="no mail address"):
            mail.set_my_address(mine, wrong)
    with pytest.raises(Invalid, match="Clients get no mail"):
        mail.set_address(admin, either.people["c.a"], "c@practice.example")
    with pytest.raises(Invalid, match="no such person"):
        mail.set_address(admin, 10**9, "c@practice.example")
    found = house.audit_trail(admin, kind="changed mail address")
    assert set(found["detail"]) == {"set", "taken away"}
    assert "practice.example" not in found.to_string()


def test_settings_come_back_without_the_password_and_no_address_of_anybody(small: House) -> None:
    admin = small.viewer("a.diallo")
    mail.change_mail(admin, WANTED, SECRET)
    mail.set_my_address(admin, "amara@practice.example")
    files = exporting.export(at_terminal(small.store, "a.diallo", NOW))
    assert "amara@" not in str(files)
    store, _ = founding.found(small.store.home.parent / "other", "l.admin", "Lena", NOW)
    try:
        other = at_terminal(store, "l.admin", NOW)
        loading.load(other, files)
        assert mail_settings(other) == WANTED
        assert not [one for one in people.everyone(other) if one.mail]
    finally:
        store.close()
