"""Does the server answer others while a large upload comes in?

`python -m benchmarks.upload [MB]` makes a demo in a folder of its own and lets an administrator
upload, check and keep a file of that size (50) in Chromium, while a therapist presses each
second on the client page: the same as before it, and the memory that the server takes.
"""

import asyncio
import sys
import tempfile
import threading
from pathlib import Path
from time import monotonic, sleep

import numpy as np
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from attachdash.practice import entrance, house
from attachdash.practice.demo import make_demo
from attachdash.store import open_store
from benchmarks.client_page import THERAPIST, ends, in_process, line
from tests.browser.driver import Tab
from tests.browser.people import sign_in, someone
from tests.browser.served import cookies, sign_ins, start
from tests.chromium import chromium

ADMINISTRATOR = "a.diallo"
FORMS_EACH = 50
QUIET = 30  # presses before the upload
LONGEST = 900_000  # ms that a step may take


def write(path: Path, megabytes: int) -> int:
    """A file of PHQ-9 forms of about that size; how many."""
    rng = np.random.default_rng(9)
    days = np.arange("2024-01-01", "2025-01-01", 7, dtype="datetime64[D]")[:FORMS_EACH].astype(str)
    rows, client = 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write("client,date," + ",".join(f"phq9_{item}" for item in range(1, 10)) + "\n")
        while file.tell() < megabytes * 1_000_000:
            client += 1
            # The ninth asks for risk: a tenth of a percent, as flags are for people to read.
            answers = rng.integers(0, 4, (FORMS_EACH, 9))
            answers[:, 8] = rng.random(FORMS_EACH) < 0.001
            for day, row in zip(days, answers.tolist(), strict=True):
                file.write(f"U-{client:07},{day},{','.join(map(str, row))}\n")
            rows += FORMS_EACH
    return rows


def pressing(url: str, cookie: str, name: str, taken: list[float], stop: threading.Event) -> None:
    """Press each second on the client page, and note how long each press took."""

    async def work() -> None:
        tab = Tab(url, cookie)
        home = await tab.open()
        await tab.press(home.buttons[name])
        while not stop.is_set():
            seen = await tab.again()
            if seen.errors:
                raise RuntimeError(f"the page had errors: {seen.errors[:3]}")
            taken.append(seen.seconds)
            await asyncio.sleep(max(0.0, 1 - seen.seconds))
        await tab.close()

    asyncio.run(work())


def comes_in(page: Page, file: Path, rows: int) -> None:
    """Take the file through every step of the page."""
    began = monotonic()

    def step(words: str, button: str = "") -> None:
        nonlocal began
        if button:
            page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(words, timeout=LONGEST)
        line(f"  until “{words}”", f"{monotonic() - began:.1f} s", "no goal of its own")
        began = monotonic()

    page.get_by_role("link", name="Import").first.click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    step("what do the columns mean?")
    step("check before anything is kept", f"This is right: check {rows:,} rows")
    page.get_by_text("Create these").click()
    page.get_by_text("open an episode on").click()
    step("Import: kept", f"Keep {rows:,} rows")
    sleep(2)


def launched(tool: Playwright) -> Browser:
    """Chromium, as the tests find it."""
    return tool.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])


def peak(pid: int) -> float:
    """The most memory that a process took, in GB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(found.split()[1]) / 1_000_000


def main() -> None:
    """Print each figure with its goal."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    now = entrance.clock()
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as folder:
        home = Path(folder)
        make_demo(home / "demo", now)
        name = in_process(home, now)
        store = open_store(home / "demo", now)
        admin = entrance.at_terminal(store, ADMINISTRATOR, now)
        known = house.settings(admin)
        house.change_settings(
            admin, practice_name=known.practice_name, time_zone=known.time_zone,
            crisis_text=known.crisis_text, largest_upload=200,
        )  # fmt: skip
        store.close()
        cookie = cookies(home, [THERAPIST])[THERAPIST][0]
        rows = write(home / "large.csv", size)
        served = start(home, home / "server.log")
        taken: list[float] = []
        stop = threading.Event()
        others = threading.Thread(
            target=pressing, args=(served.url, cookie, name, taken, stop), daemon=True
        )
        try:
            with sync_playwright() as tool, someone(launched(tool)) as (_, page, _wrong):
                sign_in(page, served.url, ADMINISTRATOR, sign_ins(home)[ADMINISTRATOR])
                others.start()
                while len(taken) < QUIET:
                    sleep(1)
                before = ends(taken[5:])
                line("server’s memory before", f"{peak(served.process.pid):.1f} GB", "")
                taken.clear()
                comes_in(page, home / "large.csv", rows)
                during = ends(taken)
                line("server’s memory, at most", f"{peak(served.process.pid):.1f} GB", "")
                stop.set()
                others.join(10)
        finally:
            stop.set()
            served.process.terminate()
            served.process.wait(60)
        line("others’ reruns before, p50 and p95", "{:.0f}, {:.0f} ms".format(*before), "")
        line(
            f"others’ reruns during {rows:,} rows", "{:.0f}, {:.0f} ms".format(*during),
            f"goal: p95 at most doubled; here {during[1] / before[1]:.1f} times",
        )  # fmt: skip


if __name__ == "__main__":
    main()
