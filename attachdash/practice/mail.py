"""Mail: which server sends it, and where people are told that something waits for them."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from attachdash.errors import Invalid
from attachdash.practice.mail_server import LOCAL, Security, Server, checked_address
from attachdash.practice.people import ADMINISTRATOR, change_person
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.practice.sealing import opened, sealed
from attachdash.store import mail as store_mail
from attachdash.store import people
from attachdash.store import settings as store_settings
from attachdash.store.engine import Cursor

STAFF = (Role.THERAPIST, Role.SUPERVISOR, Role.ADMINISTRATOR)
KIND = b"mail password"
PASSWORD = "mail_password"  # noqa: S105  # the setting that holds it, sealed
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9-]{1,63})*")
# What a user or password may hold: the line takes no other letters.
PRINTABLE = re.compile(r"[\x20-\x7e]{0,200}")
SITE = re.compile(r"[\x21-\x7e]{0,200}")
IN_DEMO = "The demo sends no mail."


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How the practice sends mail; without a host it sends none."""

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    sender: str = ""
    site_address: str = ""  # where people sign in
    has_password: bool = False


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.NONE)
def mail_settings(viewer: Viewer) -> MailSettings:
    """How the practice sends mail, without the password, which is shown to nobody."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return settings_of(store_settings.everything(cursor, viewer.site_id))


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def change_mail(viewer: Viewer, wanted: MailSettings, password: str = "") -> None:
    """Send mail this way from now on, or, without a host, not at all.

    An empty password leaves the one that is kept. Raises Invalid for what can't be used, and where
    the password was kept for another server or user: nobody may have it sent elsewhere.
    """
    new = written(wanted)
    if password and not new["mail_user"]:
        raise Invalid("A password needs the user too.")
    if not PRINTABLE.fullmatch(password):
        raise Invalid(
            "The password may have letters without accents, digits and signs, up to 200: the line "
            "to a mail server takes no others."
        )

    def work(cursor: Cursor) -> str:
        known = store_settings.everything(cursor, viewer.site_id)
        if new["mail_host"] and known.get("is_demo") == "yes":
            raise Invalid(IN_DEMO)
        before = known.get(PASSWORD, "")
        if not new["mail_user"]:
            new[PASSWORD] = ""
        elif password:
            new[PASSWORD] = sealed(viewer.store.audit_key, KIND, _whose(viewer, new), password)
        elif not before:
            raise Invalid("A user needs the password too.")
        elif _whose(viewer, new) != _whose(viewer, known):
            raise Invalid("Type the password again: it is kept for that server and user alone.")
        changed = [name for name, body in new.items() if known.get(name, "") != body]
        for name in changed:
            store_settings.put(cursor, viewer.site_id, name, new[name])
        if new["mail_host"]:
            store_mail.try_at_once(cursor, viewer.site_id, viewer.now)
        else:
            store_mail.end_all_tries(cursor, viewer.site_id)
        return ", ".join(changed) or "mail as before"

    change(viewer, "changed settings", work, detail=lambda changed: changed)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def set_address(viewer: Viewer, person_id: int, address: str) -> None:
    """Where somebody of staff is told that something waits; empty: nowhere. Raises Invalid."""
    _set_address(viewer, person_id, address)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.NONE)
def my_address(viewer: Viewer) -> str:
    """Where the viewer is told that something waits; empty: nowhere."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return store_mail.address(cursor, viewer.site_id, viewer.person_id)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def set_my_address(viewer: Viewer, address: str) -> None:
    """Where the viewer is told that something waits; empty: nowhere. Raises Invalid."""
    _set_address(viewer, viewer.person_id, address)


def settings_of(known: Mapping[str, str]) -> MailSettings:
    """What the practice's settings say of mail."""
    return MailSettings(
        host=known.get("mail_host", ""),
        port=int(known.get("mail_port") or MailSettings().port),
        security=Security(known.get("mail_security") or Security.STARTTLS),
        user=known.get("mail_user", ""),
        sender=known.get("mail_sender", ""),
        site_address=known.get("site_address", ""),
        has_password=bool(known.get(PASSWORD)),
    )


def written(wanted: MailSettings) -> dict[str, str]:
    """The settings that say this, but the password. Raises Invalid for what can't be used."""
    site = wanted.site_address.strip()
    if site:
        _check_site(site)
    if not wanted.host.strip():
        none = dict.fromkeys(("mail_port", "mail_security", "mail_user", "mail_sender"), "")
        return {"mail_host": "", "site_address": site, **none}
    host, user = wanted.host.strip().lower(), wanted.user.strip()
    if not _is_host(host):
        raise Invalid("That is no name of a mail server, such as smtp.example.org.")
    if not 0 < wanted.port < 65536:
        raise Invalid("A port is a number from 1 to 65535; most servers have 587 or 465.")
    if wanted.security is Security.PLAIN and host not in LOCAL:
        raise Invalid("Without encryption mail goes to this machine only: choose TLS.")
    if not PRINTABLE.fullmatch(user):
        raise Invalid("The user may have letters without accents, digits and signs, up to 200.")
    return {
        "mail_host": host,
        "mail_port": str(wanted.port),
        "mail_security": wanted.security.value,
        "mail_user": user,
        "mail_sender": checked_address(wanted.sender),
        "site_address": site,
    }


def server_of(cursor: Cursor, viewer: Viewer) -> tuple[Server, str] | None:
    """The practice's mail server and where people sign in; None where it sends no mail."""
    known = store_settings.everything(cursor, viewer.site_id)
    said = settings_of(known)
    if not said.host or known.get("is_demo") == "yes":
        return None
    kept = known.get(PASSWORD, "")
    password = opened(viewer.store.audit_key, KIND, _whose(viewer, known), kept) if kept else None
    server = Server(
        host=said.host, port=said.port, security=said.security, user=said.user,
        sender=said.sender, password=password,
    )  # fmt: skip
    return server, said.site_address


def _whose(viewer: Viewer, known: Mapping[str, str]) -> str:
    """What the password is for: kept for one server and user, it is never sent to another."""
    names = ("mail_host", "mail_port", "mail_security", "mail_user")
    return " ".join([str(viewer.site_id), *(known.get(name, "") for name in names)])


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and HOST.fullmatch(host) is not None
    return True


def _check_site(site: str) -> None:
    told = Invalid("The address to sign in at begins with https://, such as https://dash.example.")
    if not SITE.fullmatch(site):
        raise told
    try:
        parts = urlsplit(site)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    except ValueError as error:
        raise told from error
    if not secure or not parts.hostname or parts.username is not None or parts.query:
        raise told


def _set_address(viewer: Viewer, person_id: int, address: str) -> None:
    wanted = checked_address(address) if address.strip() else ""

    def work(cursor: Cursor) -> None:
        if people.by_id(cursor, viewer.site_id, person_id) is None:
            raise Invalid("There is no such person.")
        if wanted and Role.CLIENT in people.roles(cursor, viewer.site_id, person_id, viewer.today):
            raise Invalid("Clients get no mail: what waits is told to staff.")
        store_mail.set_address(cursor, viewer.site_id, person_id, wanted)

    change_person(
        viewer, "changed mail address", work, person_id, "set" if wanted else "taken away"
    )  # fmt: skip
