"""The practice's settings as texts: what leaves with an export, and what may come back."""

from collections.abc import Mapping

from attachdash.errors import Invalid
from attachdash.practice.entrance import DECLINED, SECOND_FACTOR, time_zones
from attachdash.practice.escalation import hours_of
from attachdash.practice.house import REQUIRED, UPLOADS, Settings, checked_hours
from attachdash.practice.mail import MailSettings, settings_of, written


def as_texts(known: Settings, mail: MailSettings) -> dict[str, str]:
    """The settings that leave with an export, as the store has them; no secret."""
    return {
        "practice_name": known.practice_name,
        "time_zone": known.time_zone,
        "crisis_text": known.crisis_text,
        "largest_upload": str(known.largest_upload),
        "protocol": known.protocol,
        SECOND_FACTOR: DECLINED if known.second_factor_declined else REQUIRED,
        **checked_hours(known.hours),
        **written(mail),
    }


def check_texts(said: Mapping[str, str]) -> None:
    """Raise Invalid where these are not settings that `as_texts` could have given."""
    if (
        set(said) - set(as_texts(Settings(), MailSettings()))
        or said.get("time_zone", "UTC") not in time_zones()
        or said.get("largest_upload", str(UPLOADS[0])) not in map(str, UPLOADS)
        or said.get(SECOND_FACTOR, REQUIRED) not in (REQUIRED, DECLINED)
    ):
        raise Invalid("settings.csv has a setting that isn't known.")
    try:
        checked_hours(hours_of(said))
        written(settings_of(said))
    except ValueError as error:
        raise Invalid("settings.csv has hours or a mail server that can't be read.") from error
