"""Passwords and one-time codes: what is accepted, and the work of checking one."""

import functools
import hashlib
import secrets
import threading

import bcrypt

from attachdash.errors import Invalid

STAFF_LENGTH = 15
CLIENT_LENGTH = 12
CONFIRMED_LENGTH = 8  # of staff whose second factor is in force (NIST SP 800-63B-4, 3.1.1.2)
LONGEST = 72  # bytes: bcrypt reads no further
ROUNDS = 12
_AT_ONCE = threading.BoundedSemaphore(2)

# Left out: letters and digits that are read aloud or written down wrongly (0/O, 1/I/L, 5/S, U/V).
CODE_LETTERS = "ABCDEFGHJKMNPQRTWXYZ2346789"

# What people type when asked for a long one. Compared without case, digits at the ends and gaps.
COMMON = frozenset(
    [
        "password",
        "passwort",
        "motdepasse",
        "contrasena",
        "parola",
        "letmein",
        "welcome",
        "qwertyuiop",
        "qwertzuiop",
        "qwerty",
        "asdfghjkl",
        "administrator",
        "admin",
        "therapist",
        "therapy",
        "psychotherapy",
        "supervisor",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "batman",
        "dragon",
        "monkey",
        "master",
        "shadow",
        "michael",
        "trustno",
        "abcdefghijklmnopqrstuvwxyz",
        "abcdefghijklmno",
        "changeme",
        "secret",
        "correcthorsebatterystaple",
        "attachdash",
        "attachment",
        "passwordpassword",
        "mypassword",
        "mysecretpassword",
        "thisismypassword",
        "passphrase",
        "qwertyuiopasdfghjkl",
        "asdfghjklqwertyuiop",
        "zxcvbnm",
    ]
)


def least_length(*, is_client: bool, confirmed: bool = False) -> int:
    """The fewest characters of a password, for whoever is a client and nothing else, or staff.

    `confirmed`: with a second factor in force.
    """
    if is_client:
        return CLIENT_LENGTH
    return CONFIRMED_LENGTH if confirmed else STAFF_LENGTH


def check_password(
    password: str, sign_in: str, *, is_client: bool, confirmed: bool = False
) -> None:
    """Raise Invalid, naming the cure, unless this password may be set.

    Surrounding blanks don't count: the sign-in form strips them too.
    """
    password = password.strip()
    least = least_length(is_client=is_client, confirmed=confirmed)
    if len(password) < least:
        raise Invalid(f"Use {least} characters or more: four or five words in a row do well.")
    if len(password.encode()) > LONGEST:
        raise Invalid(f"Use at most {LONGEST} bytes; letters with accents count as two.")
    bare = "".join(password.lower().split()).strip("0123456789!?.#*-_$")
    if bare in COMMON or len(set(password.lower())) < 5 or (sign_in and bare == sign_in.lower()):
        raise Invalid("That password is among the first that strangers try. Choose another one.")
    if password.isdigit():
        raise Invalid("Digits alone are found quickly. Mix in words.")


def hashed(password: str) -> str:
    """The bcrypt hash of a password."""
    return bcrypt.hashpw(password.strip().encode(), bcrypt.gensalt(ROUNDS)).decode()


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; without a hash the same work is done, for nothing."""
    given = password.strip().encode()[:LONGEST]
    # Whoever tries many at once waits for themself and leaves the others a processor.
    with _AT_ONCE:
        fits = bcrypt.checkpw(given, (password_hash or _nobody()).encode())
    return fits and password_hash is not None


@functools.cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))


def new_code() -> str:
    """A one-time code of three groups of four: about 57 bits."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def code_hash(code: str) -> str:
    """What is kept of a code. Case, blanks and dashes don't count."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(b"one-time code " + bare.encode()).hexdigest()
