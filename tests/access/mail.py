"""Everything about mail, each step by the function that `do` calls by name."""

from collections.abc import Callable
from typing import Any

from attachdash.practice.mail import MailSettings
from attachdash.practice.mail_server import Security
from attachdash.practice.rights import Viewer
from tests.smtp import serving


def mail_done(do: Callable[..., Any], mine: Viewer, admin: Viewer, person_id: int) -> None:
    """Addresses, a server that takes what it is handed, and how it fares."""
    do("mail.set_my_address", mine, "one@practice.example")
    assert do("mail.my_address", mine)
    do("mail.set_address", admin, person_id, "two@practice.example")
    do("mail.set_my_address", admin, "admin@practice.example")
    with serving(auth=False) as box:
        server = MailSettings(host="localhost", port=box.port, security=Security.PLAIN,
                              sender="dash@practice.example")  # fmt: skip
        do("mail.change_mail", admin, server)
        assert do("mail.mail_settings", admin) == server
        assert do("notices.send_test", admin) == "admin@practice.example"
        assert len(box.messages) == 1
    assert do("notices.state", admin).is_on
