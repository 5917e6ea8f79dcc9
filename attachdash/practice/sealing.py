"""Secrets that lie in the database sealed, with a key made from the audit's, which lies outside it.

A stolen copy of the database gives none of them. Each is sealed for what it belongs to: moved to
another place, it opens nothing.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, as AES-GCM has it


def sealed(audit_key: bytes, kind: bytes, whose: str, secret: str) -> str:
    """The secret of a kind, sealed for `whose`."""
    nonce = os.urandom(NONCE)
    cipher = _cipher(audit_key, kind)
    return base64.b64encode(
        nonce + cipher.encrypt(nonce, secret.encode(), whose.encode())
    ).decode()  # fmt: skip


def opened(audit_key: bytes, kind: bytes, whose: str, text: str) -> str | None:
    """The secret; None where it was sealed with another key, of another kind or for another."""
    try:
        raw = base64.b64decode(text, validate=True)
        return (
            _cipher(audit_key, kind).decrypt(raw[:NONCE], raw[NONCE:], whose.encode()).decode()
        )  # fmt: skip
    except (InvalidTag, ValueError):
        return None


def _cipher(audit_key: bytes, kind: bytes) -> AESGCM:
    return AESGCM(hmac.digest(audit_key, kind, hashlib.sha256))
