"""Is this server set up safely? Each setting that would lay client data open is named here."""

import os
from collections.abc import Callable
from typing import Any

from streamlit import config

from attachdash.errors import ForPeople
from attachdash.web import house

# Setting, the values that are safe, and what goes wrong with any other.
SAFE: dict[str, tuple[tuple[Any, ...], str]] = {
    "client.showErrorDetails": (("none",), "errors would show names and answers"),
    "client.disableDataExport": ((True,), "tables could be saved past the audit"),
    "browser.gatherUsageStats": ((False,), "use would be reported to a stranger"),
    "server.enableXsrfProtection": ((True,), "another site could send files here"),
    "server.enableCORS": ((True,), "another site could read this one"),
    "server.corsAllowedOrigins": (([], (), None), "another site could read this one"),
    "server.enableStaticServing": ((False,), "a folder would be served without sign-in"),
    "server.fileWatcherType": (("none",), "a changed file would run in the middle of a practice"),
    "server.runOnSave": ((False, None), "a changed file would run in the middle of a practice"),
    "server.scriptHealthCheckEnabled": ((False,), "anyone could run the shell"),
    "server.enableAgentApi": ((False, None), "programs could drive sessions"),
    "server.baseUrlPath": (("", None), "the guard knows addresses from the root only"),
    "server.trustedUserHeaders": (({}, None), "a header would name the person"),
    "global.developmentMode": ((False,), "safety would be loosened for development"),
    "logger.level": (("error", "warning", "info", None), "the log would hold what people typed"),
    "logger.enableRich": ((False,), "the log would hold names in tracebacks"),
}
LARGEST_UPLOAD_MB = 200


def problems(setting: Callable[[str], Any] = config.get_option) -> list[str]:
    """What is unsafe or impossible about this configuration, a sentence each; none if all is well.

    `setting` gives the value of a Streamlit setting by name.
    """
    found = []
    for name, (safe, harm) in SAFE.items():
        if (value := setting(name)) not in safe:
            found.append(f"{name} is {value!r}: {harm}. Set it to {safe[0]!r}.")
    if setting("server.maxUploadSize") > LARGEST_UPLOAD_MB:
        found.append(f"server.maxUploadSize is over {LARGEST_UPLOAD_MB} (MB). Set it to 200.")
    found += _address(setting("server.address"))
    for ask in (house.home, house.store_url):
        try:
            ask()
        except ForPeople as error:
            found.append(str(error))
    return list(dict.fromkeys(found))


def _address(address: str | None) -> list[str]:
    named = house.hosts() - house.LOCAL_HOSTS
    if house.behind_proxy() and not named:
        return [
            "ATTACHDASH_BEHIND_PROXY is set but ATTACHDASH_HOSTS names no host. Name the proxy's."
        ]
    if "*" in os.environ.get("ATTACHDASH_HOSTS", ""):
        return ["ATTACHDASH_HOSTS takes whole host names only, no *."]
    if address in house.LOCAL_HOSTS or (house.behind_proxy() and named):
        return []
    return [
        f"server.address is {address!r}: the network could reach sign-in unencrypted. Set it "
        "to 127.0.0.1, or put a TLS proxy in front (docs/deploy.md)."
    ]
