"""The seal under what is kept outside the audit: a keyed hash over plain values."""

import hashlib
import hmac
import json


def seal(key: bytes, body: dict[str, object]) -> str:
    """The keyed hash (HMAC-SHA-256, hex) of a body of plain values."""
    words = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
