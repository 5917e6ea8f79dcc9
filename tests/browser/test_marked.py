"""Marked words go through a whole walk; then every byte and every place is searched for them.

A client's browser is sent nothing that staff wrote or were warned of, and nothing of others. What
anybody wrote stands in no log, temporary folder, address or store of a browser.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser, Page, Response, WebSocket, expect

from attachdash.instruments import RelationKind
from attachdash.practice import clients, entrance, marks, recording, relations, release
from attachdash.practice.keeping import ROW, Given, keep, prepare
from attachdash.practice.rights import change
from attachdash.store import open_store
from attachdash.store.engine import Scope
from tests.browser.people import open_record, settled, sign_in, someone
from tests.browser.served import Served, start

CLIENT, CODE, NAME = "m.lindqvist", "C-0100", "Lindqvist"
STAFF_NOTE, LABEL, PROBLEM, OTHER = "ZQSTAFFNOTE", "ZQLABEL", "ZQPROBLEM", "ZQOTHER"
SHARED, IN_FILE = "ZQSHARED", "ZQFILE"
HOLD = "ZQHOLD"
# A score that waits for the therapist: as it is, as a share of its range, turned; and its name.
WAITS = ("43.717", "54.64", "45.35", "living with", "PCL-5")
HELD = ("keeping calm", "DAR-5")
NOT_FOR_CLIENTS = (
    STAFF_NOTE, LABEL, PROBLEM, OTHER, HOLD, "suicid", "Risk answer", "was answered", *WAITS, *HELD,
)  # fmt: skip
NOWHERE = (STAFF_NOTE, LABEL, PROBLEM, OTHER, SHARED, IN_FILE, CODE, NAME)


@dataclass
class Marked:
    """The server, its temporary folder, and who treats the client."""

    served: Served
    temporary: Path
    therapist: str


@pytest.fixture(scope="module")
def marked(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    folder = tmp_path_factory.mktemp("marked")
    home = Path(shutil.copytree(demo_home, folder / "home"))
    therapist = plant(home)
    (folder / "temporary").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "temporary"))
        served = start(home, folder / "server.log")
    yield Marked(served, folder / "temporary", therapist)
    served.process.terminate()
    served.process.wait(20)


def plant(home: Path) -> str:
    """Marked words wherever staff may write, a risk answer, another client's name."""
    now = entrance.clock()
    store = open_store(home / "demo", now)
    try:
        with store.engine.reading(Scope()) as cursor:
            [(client_id, episode_id, therapist)] = cursor.rows(
                "SELECT client.client_id, max(episode.episode_id), max(therapist.sign_in) "
                "FROM client INNER JOIN person ON person.person_id = client.person_id "
                "INNER JOIN episode ON episode.client_id = client.client_id "
                "INNER JOIN treats ON treats.client_id = client.client_id "
                "AND treats.to_on IS NULL "
                "INNER JOIN person AS therapist ON therapist.person_id = treats.therapist_id "
                "WHERE person.sign_in = $1 GROUP BY client.client_id",
                CLIENT,
            )
        staff = entrance.at_terminal(store, therapist, now)
        day = staff.today - timedelta(days=3)
        marks.add_event(staff, episode_id, marks.EventKind.MOVE, day, STAFF_NOTE)
        marks.add_event(staff, episode_id, marks.EventKind.LOSS, day, SHARED, shared=True)
        relations.add_relation(staff, client_id, RelationKind.FRIEND, LABEL)
        recording.record_administration(staff, client_id, "phq9", day, [3] * 9, "marked")
        recording.record_administration(staff, client_id, "dar5", day, [1] * 5)
        release.hold_back(staff, client_id, "dar5", staff.today + timedelta(days=9), HOLD)
        waiting = Given(
            instrument=store.library["pcl5"],
            rows=pl.DataFrame([(client_id, day, "")], ROW, orient="row"),
            answers=None, scores={"total": np.array([43.717])}, channel="file",
        )  # fmt: skip
        prepared = prepare(staff, waiting)
        change(staff, "imported file", lambda cursor: keep(cursor, staff, prepared))
        other = next(one for one in clients.register(staff) if one.client_id != client_id)
        clients.change_client(staff, other.client_id, f"{OTHER} Person", None, None, "en")
        store.engine.writing(
            Scope(),
            lambda cursor: cursor.run(
                "UPDATE episode SET problem = $2 WHERE episode_id = $1", episode_id, PROBLEM
            ),
        )
    finally:
        store.close()
    return str(therapist)


def sent_to(page: Page) -> list[bytes]:
    """Everything that this page's browser is sent from now on, as it comes."""
    sent: list[bytes] = []

    def frame(payload: str | bytes) -> None:
        sent.append(payload if isinstance(payload, bytes) else payload.encode())

    def body(response: Response) -> None:
        sent.append(response.url.encode())
        if "/static/" not in response.url and response.status < 300:
            sent.append(str(response.headers).encode())

    page.on("websocket", lambda socket: listen(socket, frame))
    page.on("response", body)
    return sent


def listen(socket: WebSocket, frame: object) -> None:
    socket.on("framereceived", frame)  # type: ignore[arg-type]


def go(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", name=title).first).to_be_visible()
    settled(page)


def test_h11_no_byte_sent_to_a_client_is_not_theirs(marked: Marked, browser: Browser) -> None:
    served = marked.served
    with someone(browser) as (_, page, _wrong):
        sent = sent_to(page)
        sign_in(page, served.url, CLIENT, served.passwords[CLIENT])
        expect(page.get_by_text("Hello Marta").first).to_be_visible()
        page.wait_for_selector(".main-svg")
        expect(page.get_by_text("Your mood").first).to_be_visible()
        go(page, "My data")
        go(page, "Account")
        shown = b"".join(sent)
        go(page, "My data")
        page.get_by_role("button", name="Prepare the files").click()
        button = page.get_by_role("button", name="Download")
        expect(button).to_be_visible()
        with page.expect_download() as got:
            button.click()
        archive = Path(str(got.value.path()))
        shutil.unpack_archive(archive, archive.with_suffix(".files"), "zip")
        for path in archive.with_suffix(".files").iterdir():
            if path.name != "codebook.csv":  # says what each question is about, of anybody's
                sent.append(path.read_bytes())
        whole = b"".join(sent)
    assert SHARED.encode() in whole  # what is shared is found, so that the search finds
    assert CODE.encode() in whole
    lower = shown.lower()
    assert [one for one in NOT_FOR_CLIENTS if one.lower().encode() in lower] == []
    # Their own copy has all their answers, held back or not, and nothing else of these.
    lower = whole.lower()
    own = [one for one in NOT_FOR_CLIENTS if one.lower().encode() in lower]
    assert own == ["43.717"]
    assert [one for one in (b"phq9", b"pcl5", b"dar5") if one not in whole] == []


def test_what_people_wrote_stands_in_no_log_address_or_store(
    marked: Marked, browser: Browser, tmp_path: Path
) -> None:
    served, file = marked.served, tmp_path / f"{IN_FILE}.csv"
    file.write_text(f"Who,Day,{IN_FILE}\n{IN_FILE}-1,2026-09-41,9\n{CODE},x,{NAME}\n")
    with someone(browser) as (context, page, _wrong):
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        sign_in(page, served.url, marked.therapist, served.passwords[marked.therapist])
        open_record(page, CODE)
        text = page.get_by_test_id("stApp").inner_text()
        assert NAME in text
        go(page, "Clients")
        go(page, "Import")
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text(IN_FILE).first).to_be_visible()
        settled(page)
        addresses += [one.url for one in context.pages]
        kept = str(context.storage_state(indexed_db=True)) + page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])"
        )
    with someone(browser) as (_, page, _wrong):
        sign_in(page, served.url, CLIENT, served.passwords[CLIENT])
        go(page, "My data")
    temporary = {
        str(path): path.read_bytes().decode("latin-1")
        for path in marked.temporary.rglob("*")
        if path.is_file()
    }
    places = {
        "log": served.log.read_text(), "addresses": " ".join(addresses), "browser": kept,
        "names of temporary files": " ".join(temporary), **temporary,
    }  # fmt: skip
    found = {
        place: [one for one in NOWHERE if one in text]
        for place, text in places.items()
        if any(one in text for one in NOWHERE)
    }
    assert found == {}
