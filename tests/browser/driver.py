"""A browser without a screen: Streamlit's own websocket, for many people at once."""

import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


@dataclass
class Seen:
    """What one run of the page sent."""

    texts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # label: widget id
    page_hash: str = ""
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """Everything that was said, in one string."""
        return "\n".join(self.texts)


class Tab:
    """One browser tab."""

    def __init__(self, url: str, cookie: str) -> None:
        self._url, self._cookie = url, cookie
        self._socket: ClientConnection | None = None
        self._page_hash = ""
        self._name = ""

    async def open(self, page: str = "") -> Seen:
        """Open the tab on a page of the server."""
        self._socket = await connect(
            self._url.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit", "x"],  # type: ignore[list-item]
            additional_headers={"Cookie": f"__Host-ad={self._cookie}"},
            origin=self._url,  # type: ignore[arg-type]
            max_size=None,
        )
        return await self.named(page)

    async def named(self, page: str) -> Seen:
        """Go to a page by its name, as an address does."""
        self._page_hash, self._name = "", page
        return await self._run(BackMsg())

    async def press(self, widget_id: str) -> Seen:
        """Press a button."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id = widget_id
        state.trigger_value = True
        return await self._run(message)

    async def go(self, page_hash: str) -> Seen:
        """Go to a page by its hash, as a link of the menu does."""
        self._page_hash = page_hash
        return await self._run(BackMsg())

    async def again(self) -> Seen:
        """Run the page again as it is."""
        return await self._run(BackMsg())

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def _run(self, message: BackMsg) -> Seen:
        assert self._socket is not None
        message.rerun_script.page_script_hash = self._page_hash
        if not self._page_hash:
            message.rerun_script.page_name = self._name
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        seen = Seen()
        while True:
            answer = ForwardMsg()
            data = await self._socket.recv()
            assert isinstance(data, bytes)
            answer.ParseFromString(data)
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                # A rerun or another page begins anew: what was drawn before is gone.
                self._page_hash = answer.new_session.page_script_hash
                seen = Seen(errors=seen.errors, page_hash=self._page_hash)
            elif kind == "navigation":
                # Which page it truly is; the session itself begins on that of the whole app.
                self._page_hash = seen.page_hash = answer.navigation.page_script_hash
            elif kind == "delta":
                _read(answer.delta, seen)
            elif kind == "script_finished":
                if answer.script_finished == 0:
                    seen.seconds = time.perf_counter() - started
                    return seen
                if answer.script_finished not in (2, 3):
                    seen.errors.append(f"script finished: {answer.script_finished}")


def _read(delta: Any, seen: Seen) -> None:
    if delta.WhichOneof("type") != "new_element":
        return
    element = delta.new_element
    kind = element.WhichOneof("type")
    if kind in ("markdown", "html", "text", "heading"):
        seen.texts.append(getattr(element, kind).body)
    elif kind == "button":
        seen.texts.append(element.button.label)
        seen.buttons[element.button.label] = element.button.id
    elif kind == "exception":
        seen.errors.append(element.exception.type)
    elif kind == "alert":
        seen.texts.append(element.alert.body)
        if "reference" in element.alert.body.lower():
            seen.errors.append(element.alert.body)
    elif kind == "plotly_chart":
        seen.texts.append(element.plotly_chart.spec)
    elif kind in ("selectbox", "radio"):
        seen.texts.extend(getattr(element, kind).options)
