"""Which addresses of files was each browser told?

Streamlit names files by a hash and serves them to anyone who asks. The guard reads what goes out
to each browser and lets it ask only for what it was told. Browsers are kept as hashes.
"""

import hashlib
import re
import threading
from collections import OrderedDict

# Fixed lengths: in a message the next byte after an address may be a letter too.
_UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FILE = re.compile(
    rb"/(?:media/([0-9a-f]{32})|_stcore/upload_file/(" + _UUID + rb"/" + _UUID + b"))"
)
_SESSION = re.compile(_UUID)

MOST_BROWSERS = 5_000
MOST_NAMES = 2_000

_lock = threading.Lock()
_names: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()


def _key(browser_token: str) -> str:
    return hashlib.sha256(b"told " + browser_token.encode()).hexdigest()


def remember(browser_token: str, message: bytes, *, first: bool = False) -> None:
    """Keep the files named in a message to this browser; of its first ones, the session too."""
    found = {name for pair in _FILE.findall(message) for name in pair if name}
    if first:
        found.update(_SESSION.findall(message))
    if not found:
        return
    with _lock:
        names = _names.setdefault(_key(browser_token), OrderedDict())
        _names.move_to_end(_key(browser_token))
        for name in found:
            names[name.decode()] = None
            names.move_to_end(name.decode())
        while len(names) > MOST_NAMES:
            names.popitem(last=False)
        while len(_names) > MOST_BROWSERS:
            _names.popitem(last=False)


def was_told(browser_token: str, name: str) -> bool:
    """Whether this browser was told this file or session."""
    with _lock:
        return name in _names.get(_key(browser_token), ())


def forget(browser_token: str) -> None:
    """From now on this browser was told nothing: when somebody signs out, or another in."""
    with _lock:
        _names.pop(_key(browser_token), None)
