"""Which addresses of files was each browser told?

Streamlit names files by a hash and serves them to anyone who asks. The guard reads what goes out
to each browser and lets it ask only for what it was told. Browsers are kept as hashes.
"""

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator

from google.protobuf.message import DecodeError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_FILE = re.compile(r"/(?:media/([0-9a-f]{32})|_stcore/upload_file/([0-9a-f-]{36}/[0-9a-f-]{36}))")

MOST_BROWSERS = 5_000
MOST_NAMES = 2_000

_lock = threading.Lock()
_names: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()


def _key(browser_token: str) -> str:
    return hashlib.sha256(b"told " + browser_token.encode()).hexdigest()


def remember(browser_token: str, message: bytes, *, first: bool = False) -> None:
    """Keep the files named in a message to this browser; of its first ones, the session too."""
    # Most messages name none, and needn't be read.
    if not first and b"/media/" not in message and b"/_stcore/upload_file/" not in message:
        return
    found = set(_named(message))
    if not found:
        return
    with _lock:
        names = _names.setdefault(_key(browser_token), OrderedDict())
        _names.move_to_end(_key(browser_token))
        for name in found:
            names[name] = None
            names.move_to_end(name)
        while len(names) > MOST_NAMES:
            names.popitem(last=False)
        while len(_names) > MOST_BROWSERS:
            _names.popitem(last=False)


def _named(message: bytes) -> Iterator[str]:
    """The session and the files that the server itself names.

    Only where it names them: a message also repeats what the browser said, and what people wrote.
    """
    said = ForwardMsg()
    try:
        said.ParseFromString(message)
    except DecodeError:
        return
    kind = said.WhichOneof("type")
    addresses: list[str] = []
    if kind == "new_session":
        yield said.new_session.initialize.session_id
    elif kind == "logo":
        addresses += [said.logo.image, said.logo.icon_image]
    elif kind == "file_urls_response":
        addresses += [one.upload_url for one in said.file_urls_response.file_urls]
    elif kind == "delta":
        addresses += [said.delta.new_element.download_button.url]
    for address in addresses:
        if match := _FILE.match(address):
            yield match[1] or match[2]


def was_told(browser_token: str, name: str) -> bool:
    """Whether this browser was told this file or session."""
    with _lock:
        return name in _names.get(_key(browser_token), ())


def forget(browser_token: str) -> None:
    """From now on this browser was told nothing: when somebody signs out, or another in."""
    with _lock:
        _names.pop(_key(browser_token), None)
